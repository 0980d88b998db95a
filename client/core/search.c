/*
 * Search for people: the index brought up to date, hits as records, and the
 * piece of text around a hit.
 */
#include "client/core/search.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/index.h"
#include "client/core/local/utf8.h"

#define LIMIT_MAX 10000
#define AROUND 70             /* bytes shown before the hit */
#define EXCERPT 160

static int
run(struct session *session, const struct index_query *ask,
    struct record_list *out, struct err *e)
{
	struct index_query q = *ask;
	struct store *s = session_store(session);
	struct hit *hits;
	size_t n, i, done;
	int rc;

	memset(out, 0, sizeof(*out));
	do {
		if (index_step(s, INDEX_AT_ONCE, &done, e) != 0)
			return -1;
	} while (done > 0);
	if (q.limit == 0 || q.limit > LIMIT_MAX)
		q.limit = LIMIT_MAX;
	hits = mem_new(q.limit * sizeof(*hits));
	out->items = mem_new(q.limit * sizeof(*out->items));
	rc = index_ask(s, &q, hits, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		rc = records_find(session, &hits[i].id,
		    &out->items[out->count], e);
		out->count += rc == 1;
		rc = rc < 0 ? -1 : 0;
	}
	mem_free(hits);
	out->total = out->count;
	if (rc != 0)
		record_list_done(out);
	return rc;
}

int
search_run(struct session *s, const char *words, size_t limit,
    struct record_list *out, struct err *e)
{
	struct index_query q = { words, limit, false };

	return run(s, &q, out, e);
}

int
search_all(struct session *s, const char *words, size_t limit,
    struct record_list *out, struct err *e)
{
	struct index_query q = { words, limit, true };

	return run(s, &q, out, e);
}

/* ---- excerpts ---- */

/* The end of the word that starts at ${from}. */
static size_t
word_end(struct view v, size_t from)
{
	size_t at = from, next = from;

	while (at < v.len && utf8_is_word(utf8_next(v, &next)))
		at = next;
	return at;
}

/* The word at ${from} begins with one of the words searched for: bytes that
 * match, 0 none. */
static size_t
prefix_len(struct view text, size_t from, struct view words)
{
	size_t at = 0, next = 0;

	while (at < words.len) {
		size_t end = word_end(words, at), w = at, t = from;

		while (w < end && t < text.len) {
			size_t before = t;

			if (utf8_fold(utf8_next(words, &w)) !=
			    utf8_fold(utf8_next(text, &t))) {
				t = before;
				w = 0;
				break;
			}
		}
		if (end > at && w == end)
			return t - from;
		next = end > at ? end : at;
		if (next == at)
			utf8_next(words, &next);
		at = next;
	}
	return 0;
}

static bool
find_hit(struct view text, struct view words, size_t *from, size_t *len)
{
	size_t at = 0, next;

	while (at < text.len) {
		next = word_end(text, at);
		if (next > at) {
			*len = prefix_len(text, at, words);
			if (*len > 0) {
				*from = at;
				return true;
			}
			at = next;
		} else {
			utf8_next(text, &at);
		}
	}
	return false;
}

/* Forward to the start of a code point. */
static size_t
whole(struct view v, size_t at)
{
	while (at < v.len && (v.data[at] & 0xc0) == 0x80)
		at++;
	return at < v.len ? at : v.len;
}

static void
add_line(struct buf *out, struct view v, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		buf_add(out, v.data[i] >= 0x20 && v.data[i] != 0x7f ?
		    (const void *)&v.data[i] : " ", 1);
}

void
search_excerpt(const char *text, const char *words, struct buf *out)
{
	struct view t = view_str(text);
	size_t from = 0, len = 0, start, end;
	bool hit = find_hit(t, view_str(words), &from, &len);

	start = whole(t, hit && from > AROUND ? from - AROUND : 0);
	end = whole(t, start + EXCERPT < from + len ? from + len :
	    start + EXCERPT);
	if (start > 0)
		buf_add_str(out, "…");
	if (hit) {
		add_line(out, t, start, from);
		buf_add_str(out, "[");
		add_line(out, t, from, from + len);
		buf_add_str(out, "]");
		start = from + len;
	}
	add_line(out, t, start, end);
	if (end < t.len)
		buf_add_str(out, "…");
}
