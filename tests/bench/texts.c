/*
 * Sentences of the invented notes, by language, put together anew.
 *
 * The last column of the CSV is the text, the one before it the language;
 * quotes are as in RFC 4180. A small generator of our own makes text i the
 * same on every machine.
 */
#include "tests/bench/texts.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "tests/bench/measure.h"

#define LANGUAGES 8
#define SENTENCES 1024
#define CSV_MAX (1024 * 1024)

struct language {
	char name[8];
	size_t n;
	struct view sentence[SENTENCES];
};

static struct language languages[LANGUAGES];
static size_t language_count;
static uint8_t source[CSV_MAX]; /* unquoted; what the sentences borrow */
static size_t source_len;

static struct language *
language(struct view name)
{
	size_t i;

	for (i = 0; i < language_count; i++)
		if (view_eq(view_str(languages[i].name), name))
			return &languages[i];
	if (language_count == LANGUAGES ||
	    name.len >= sizeof(languages[0].name))
		die("too many languages in the notes");
	memcpy(languages[i].name, name.data, name.len);
	language_count++;
	return &languages[i];
}

static void
split(struct language *l, struct view text)
{
	size_t from = 0, i;

	for (i = 0; i < text.len; i++) {
		int last = i + 1 == text.len;

		if (!last && text.data[i] != '\n' &&
		    !(strchr(".!?", text.data[i]) != NULL &&
		    text.data[i + 1] == ' '))
			continue;
		if (i > from + 8 && l->n < SENTENCES)
			l->sentence[l->n++] = view_of(text.data + from,
			    i - from + (text.data[i] != '\n'));
		from = i + 1;
		while (from < text.len && text.data[from] == ' ')
			from++;
	}
}

/* One field from ${at}, unquoted to the end of source; 1: the row ends. */
static int
field(struct view csv, size_t *at, struct view *out)
{
	size_t from = source_len;
	int quoted = csv.data[*at] == '"';

	*at += (size_t)quoted;
	for (; *at < csv.len; (*at)++) {
		uint8_t c = csv.data[*at];

		if (quoted && c == '"') {
			if (*at + 1 < csv.len && csv.data[*at + 1] == '"')
				(*at)++;
			else {
				quoted = 0;
				continue;
			}
		} else if (!quoted && (c == ',' || c == '\n'))
			break;
		source[source_len++] = c; /* never longer than the file */
	}
	*out = view_of(source + from, source_len - from);
	return *at >= csv.len || csv.data[(*at)++] == '\n';
}

void
texts_load(const char *csv)
{
	struct buf in;
	struct err e;
	size_t at = 0, row;

	buf_init(&in, CSV_MAX);
	must(file_read(csv, &in, &e), &e);
	for (row = 0; at < in.len; row++) {
		struct view before = view_of(NULL, 0), last = before;
		int end = 0;

		while (!end) {
			before = last;
			end = field(buf_view(&in), &at, &last);
		}
		if (row > 0)
			split(language(before), last);
	}
	buf_done(&in);
	if (language_count == 0)
		die("%s has no notes", csv);
}

static uint64_t
mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

struct view
texts_note(size_t i, char out[static TEXTS_BYTES])
{
	uint64_t state = i;
	/* The first language has as many notes as two of the others. */
	size_t pick = mix(&state) % (language_count + 1);
	const struct language *l =
	    &languages[pick < language_count ? pick : 0];
	size_t len;

	len = (size_t)snprintf(out, TEXTS_BYTES, "%zu%s. ", i,
	    i % TEXTS_RARE_EVERY == 7 ? " " TEXTS_RARE : "");
	while (len < TEXTS_BYTES) {
		struct view s = l->sentence[mix(&state) % l->n];
		size_t n = s.len < TEXTS_BYTES - len ? s.len
		    : TEXTS_BYTES - len;

		memcpy(out + len, s.data, n);
		len += n;
		if (len < TEXTS_BYTES)
			out[len++] = ' ';
	}
	/* Not in the middle of a character. */
	while (len > 0 && (out[len - 1] & 0xc0) == 0x80)
		len--;
	if (len > 0 && (out[len - 1] & 0x80) != 0)
		len--;
	return view_of(out, len);
}
