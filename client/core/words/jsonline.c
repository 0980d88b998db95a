/*
 * A walk over the text that skips what the path does not go through. Strings
 * are the only place where a bracket is no bracket.
 */
#include "client/core/words/jsonline.h"

#include <string.h>

static size_t
skip_blank(struct view v, size_t at)
{
	while (at < v.len && memchr(" \t\r\n,:", v.data[at], 7) != NULL)
		at++;
	return at;
}

/* Past the string that begins at ${at}. */
static size_t
skip_string(struct view v, size_t at)
{
	for (at++; at < v.len && v.data[at] != '"'; at++)
		if (v.data[at] == '\\')
			at++;
	return at < v.len ? at + 1 : v.len;
}

/* Past the value that begins at ${at}. */
static size_t
skip_value(struct view v, size_t at)
{
	size_t depth = 0;

	do {
		if (at >= v.len)
			return v.len;
		if (v.data[at] == '"') {
			at = skip_string(v, at);
			continue;
		}
		if (v.data[at] == '{' || v.data[at] == '[')
			depth++;
		else if ((v.data[at] == '}' || v.data[at] == ']') &&
		    depth > 0)
			depth--;
		at++;
	} while (depth > 0 || (at < v.len &&
	    memchr(",]} \t\r\n", v.data[at], 7) == NULL));
	return at;
}

/* Where the value of ${step} begins, in what begins at ${at}; len: nowhere. */
static size_t
go_in(struct view v, size_t at, const struct jsonline_step *step)
{
	size_t i, end;
	bool wanted;

	if (at >= v.len || v.data[at] != (step->key != NULL ? '{' : '['))
		return v.len;
	at = skip_blank(v, at + 1);
	for (i = 0; at < v.len && v.data[at] != '}' && v.data[at] != ']'; i++) {
		wanted = step->key == NULL && i == step->index;
		if (step->key != NULL) {
			end = skip_string(v, at);
			wanted = end - at == strlen(step->key) + 2 &&
			    memcmp(v.data + at + 1, step->key,
			    strlen(step->key)) == 0;
			at = skip_blank(v, end);
		}
		if (wanted)
			return at;
		at = skip_blank(v, skip_value(v, at));
	}
	return v.len;
}

size_t
jsonline(struct view text, const struct jsonline_step *path, size_t depth)
{
	size_t at = skip_blank(text, 0), next, i, line = 1;

	for (i = 0; i < depth; i++) {
		next = go_in(text, at, &path[i]);
		if (next >= text.len)
			break;
		at = next;
	}
	for (i = 0; i < at && i < text.len; i++)
		line += text.data[i] == '\n';
	return line;
}
