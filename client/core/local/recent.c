/*
 * First the index says, for the whole words alone, whether they are common:
 * that it can do without collecting. Then records are read from the newest on
 * until enough have all words, beginnings counted. What was looked at is the
 * newest there is, so nothing newer can be missing.
 */
#include "client/core/local/recent.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/utf8.h"
#include "client/core/local/words.h"

#define LIMIT_MAX 256    /* more are not looked for in this way */
#define LOOK_AT(limit) (4 * (limit) + 64)
#define TERMS_MAX 16
#define TERM_MAX 64      /* code points */
#define MATCH_BYTES_MAX 4096

struct term {
	uint32_t cp[TERM_MAX];
	size_t len;
};

struct terms {
	struct term list[TERMS_MAX];
	size_t count;
};

struct candidate {
	int64_t at_ms;
	struct record_row row;
};

/* Letters above U+007F and below U+0180 that FTS5's unicode61 takes for
 * others than utf8.c does. */
static bool
is_odd(uint32_t cp)
{
	static const uint16_t odd[] = { 0xb2, 0xb3, 0xb5, 0xb9, 0xbc, 0xbd,
		0xbe, 0xd8, 0xf8, 0x110, 0x111, 0x126, 0x127, 0x131, 0x13f,
		0x140, 0x141, 0x142, 0x149, 0x166, 0x167 };
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (odd[i] == cp)
			return true;
	return false;
}

bool
recent_certain(uint32_t cp)
{
	if (cp < 0x80)
		return true;
	if (cp < 0x180)
		return !is_odd(cp);
	/* Dashes, quotes, the ellipsis, the euro. */
	return (cp >= 0x2010 && cp <= 0x2027) || cp == 0x20ac;
}

/* ---- words ---- */

/* The next word of ${v}, folded: 1, 0 at the end, -1 not certain. */
static int
next_word(struct view v, size_t *at, struct term *out)
{
	uint32_t cp;

	out->len = 0;
	while (*at < v.len) {
		cp = utf8_next(v, at);
		if (!recent_certain(cp))
			return -1;
		if (!utf8_is_word(cp)) {
			if (out->len > 0)
				return 1;
			continue;
		}
		if (out->len == TERM_MAX)
			return -1;
		out->cp[out->len++] = utf8_fold(cp);
	}
	return out->len > 0;
}

static bool
begins(const struct term *word, const struct term *term)
{
	return word->len >= term->len && memcmp(word->cp, term->cp,
	    term->len * sizeof(term->cp[0])) == 0;
}

/* 1 all terms begin a word of the text, 0 not all, -1 not certain. */
static int
has_all(struct view text, const struct terms *t)
{
	bool met[TERMS_MAX] = { false };
	size_t at = 0, missing = t->count, i;
	struct term word;
	int rc = 1;

	while (missing > 0 && (rc = next_word(text, &at, &word)) == 1)
		for (i = 0; i < t->count; i++)
			if (!met[i] && begins(&word, &t->list[i])) {
				met[i] = true;
				missing--;
			}
	return missing == 0 ? 1 : rc;
}

static bool
read_terms(const char *text, struct terms *out)
{
	struct view v = view_str(text);
	size_t at = 0;
	int rc = 1;

	out->count = 0;
	while (out->count < TERMS_MAX && (rc = next_word(v, &at,
	    &out->list[out->count])) == 1)
		out->count++;
	return rc == 0 && out->count > 0;
}

/* ---- is it common? ---- */

static void
whole_words(const char *text, struct buf *out)
{
	struct view v = view_str(text);
	size_t at = 0, from, end;

	while (at < v.len) {
		from = at;
		if (!utf8_is_word(utf8_next(v, &at)))
			continue;
		for (end = at; at < v.len; at = end)
			if (!utf8_is_word(utf8_next(v, &end)))
				break;
		buf_add_str(out, out->len > 0 ? " AND \"" : "\"");
		buf_add(out, v.data + from, at - from);
		buf_add_str(out, "\"");
	}
}

/* The rows added last are mostly the newest: so many of them that have the
 * words, so near to the end, and looking is worth it. */
static int
is_common(struct store *s, const char *text, size_t limit, struct err *e)
{
	struct buf match;
	struct stmt *q;
	int64_t last = 0, row = 0;
	size_t n = 0;
	int rc = -1;

	buf_init(&match, MATCH_BYTES_MAX);
	whole_words(text, &match);
	if (buf_check(&match, "the search", e) != 0 || db_one_int(s->db,
	    "SELECT coalesce(max(rid), 0) FROM record", &last, e) != 1)
		goto out;
	q = db_prepare(s->db, "SELECT rowid FROM words WHERE words MATCH ? "
	    "ORDER BY rowid DESC LIMIT ?");
	db_bind_text(q, 1, buf_str(&match));
	db_bind_int(q, 2, (int64_t)limit);
	while ((rc = db_step(q, e)) == 1) {
		row = db_int(q, 0);
		n++;
	}
	if (rc == 0)
		rc = n == limit &&
		    last - row < 2 * (int64_t)LOOK_AT(limit);
out:
	buf_done(&match);
	return rc;
}

/* ---- looking ---- */

static int
newest_of(struct store *s, enum record_type type, size_t max,
    struct buf *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT at_ms, rid, id, flags "
	    "FROM record WHERE type = ? ORDER BY at_ms DESC, rid DESC "
	    "LIMIT ?");
	struct candidate c;
	int rc;

	memset(&c, 0, sizeof(c));
	c.row.type = type;
	db_bind_int(q, 1, type);
	db_bind_int(q, 2, (int64_t)max);
	while ((rc = db_step(q, e)) == 1) {
		c.at_ms = db_int(q, 0);
		c.row.rid = db_int(q, 1);
		(void)db_id(q, 2, &c.row.id);
		c.row.flags = (unsigned)db_int(q, 3);
		buf_add(out, &c, sizeof(c));
	}
	return rc;
}

static int
cmp_newest(const void *va, const void *vb)
{
	const struct candidate *a = va, *b = vb;

	if (a->at_ms != b->at_ms)
		return a->at_ms > b->at_ms ? -1 : 1;
	return a->row.rid > b->row.rid ? -1 : a->row.rid < b->row.rid;
}

/* 0 looked at, 1 not certain, -1. */
static int
look(struct store *s, const struct buf *list, const struct terms *t,
    size_t limit, struct hit *hits, size_t *n, struct err *e)
{
	const struct candidate *c = (const void *)list->data;
	size_t i, count = list->len / sizeof(*c);
	struct record *rec = mem_new(sizeof(*rec));
	struct buf text;
	int found, rc = 0;

	buf_init(&text, WORDS_TEXT_MAX);
	for (i = 0; i < count && i < LOOK_AT(limit) && *n < limit; i++) {
		if ((c[i].row.flags & RECORD_OUT) != 0)
			continue;
		buf_reset(&text);
		rc = versions_words(s, &c[i].row, rec, &text, e);
		if (rc == 0)
			rc = buf_check(&text, "a record's text", e);
		if (rc != 0)
			break;
		found = has_all(buf_view(&text), t);
		if (found < 0) {
			rc = 1;
			break;
		}
		if (found == 1) {
			hits[*n].rid = c[i].row.rid;
			hits[(*n)++].id = c[i].row.id;
		}
	}
	buf_done(&text);
	mem_free(rec);
	return rc;
}

int
recent_search(struct store *s, const char *text, size_t limit,
    struct hit *hits, size_t *n, struct err *e)
{
	struct terms *t = mem_new(sizeof(*t));
	struct buf list;
	int type, rc = 0;

	*n = 0;
	buf_init(&list, 1u << 24);
	if (limit == 0 || limit > LIMIT_MAX || !read_terms(text, t))
		goto out;
	rc = is_common(s, text, limit, e);
	if (rc != 1)
		goto out;
	rc = 0;
	for (type = TYPE_SPACE; rc == 0 && type <= TYPE_REPORT; type++)
		if (words_searched((enum record_type)type))
			rc = newest_of(s, (enum record_type)type,
			    LOOK_AT(limit), &list, e);
	if (rc == 0)
		rc = buf_check(&list, "a list of records", e);
	if (rc != 0)
		goto out;
	qsort(list.data, list.len / sizeof(struct candidate),
	    sizeof(struct candidate), cmp_newest);
	rc = look(s, &list, t, limit, hits, n, e);
	if (rc >= 0)
		rc = rc == 0 && *n == limit;
out:
	buf_done(&list);
	mem_free(t);
	return rc;
}
