/*
 * Search for people: the index brought up to date, hits as records, and the
 * piece of text around a hit.
 */
#include "client/core/records/search.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/asked.h"
#include "client/core/local/index.h"
#include "client/core/local/utf8.h"

#define LIMIT_MAX 10000
#define AROUND 70             /* bytes shown before the hit */
#define EXCERPT 160

int
search_ask(struct session *session, const struct search_wish *wish,
    struct record_list *out, struct err *e)
{
	struct index_query q = { .text = wish->words, .limit = wish->limit,
		.deleted = wish->deleted, .ranked = wish->ranked };
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
	struct search_wish w = { .words = words, .limit = limit };

	return search_ask(s, &w, out, e);
}

/* ---- excerpts ---- */

/* Bytes of the text that ${n} bytes of its folded word at ${from} are. */
static size_t
unfold(struct view text, size_t from, size_t n)
{
	size_t at = from, done = 0, letter = 0;
	struct folded f;

	while (done < n && at < text.len) {
		letter = at;
		utf8_next(text, &at);
		if (!needle_next(view_of(text.data + letter, at - letter),
		    &(size_t){ 0 }, &f))
			break;
		done += f.len;
	}
	return at - from;
}

/* The first word that is meant by one of those asked for. */
static bool
find_hit(struct view text, const struct asked *asked, size_t *from,
    size_t *len)
{
	struct folded w;
	size_t at = 0, in, hit, i;

	while (needle_next(text, &at, &w))
		for (i = 0; i < asked->count; i++) {
			if (needle_fits(&asked->word[i].needle, w.word, w.len,
			    &in, &hit) == NEEDLE_NOT)
				continue;
			*from = w.from + unfold(text, w.from, in);
			*len = unfold(text, *from, hit);
			return true;
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

bool
search_excerpt(const char *text, const char *words, struct buf *out)
{
	struct view t = view_str(text);
	size_t from = 0, len = 0, start, end;
	struct asked *asked = mem_new(sizeof(*asked));
	bool hit = asked_read(words, asked) &&
	    find_hit(t, asked, &from, &len);

	mem_free(asked);

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
	return hit;
}
