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
#include "client/core/local/words.h"

#define LIMIT_MAX 256    /* more are not looked for in this way */
#define LOOK_AT(limit) (4 * (limit) + 64)
#define MATCH_BYTES_MAX 4096
#define SHORT 2          /* letters: so many words begin with it */

struct candidate {
	int64_t at_ms;
	struct record_row row;
};

/* 1 the text has all that is asked for, 0 not all, -1 not certain. */
static int
has_all(struct view text, const struct asked *asked)
{
	bool met[ASKED_MAX] = { false };
	size_t at = 0, missing = asked->count, i;
	struct folded w;
	bool certain = true;

	while (missing > 0 && needle_next(text, &at, &w)) {
		certain = certain && w.certain;
		for (i = 0; i < asked->count; i++)
			if (!met[i] && needle_fits(&asked->word[i].needle,
			    w.word, w.len, NULL, NULL) != NEEDLE_NOT) {
				met[i] = true;
				missing--;
			}
	}
	certain = certain && w.certain;
	return !certain ? -1 : missing == 0;
}

static bool
all_certain(const struct asked *asked)
{
	size_t i;

	for (i = 0; i < asked->count; i++)
		if (!asked->word[i].certain)
			return false;
	return asked->count > 0;
}

/* ---- is it common? ---- */

/* Of a word of one or two letters the whole word says nothing: what begins
 * with it is what is common. */
static void
whole_words(const struct asked *asked, struct buf *out)
{
	size_t i;

	for (i = 0; i < asked->count; i++)
		if (asked->word[i].needle.letters > SHORT)
			buf_add_fmt(out, "%s\"%s\"", out->len > 0 ? " AND " :
			    "", asked->word[i].needle.word);
}

/* The rows added last are mostly the newest: so many of them that have the
 * words, so near to the end, and looking is worth it. */
static int
is_common(struct store *s, const struct asked *asked, size_t limit,
    struct err *e)
{
	struct buf match;
	struct stmt *q;
	int64_t last = 0, row = 0;
	size_t n = 0;
	int rc = -1;

	buf_init(&match, MATCH_BYTES_MAX);
	whole_words(asked, &match);
	if (match.len == 0) {
		rc = 1;
		goto out;
	}
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
look(struct store *s, const struct buf *list, const struct asked *asked,
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
		found = has_all(buf_view(&text), asked);
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
recent_search(struct store *s, const struct asked *asked, size_t limit,
    struct hit *hits, size_t *n, struct err *e)
{
	struct buf list;
	int type, rc = 0;

	*n = 0;
	buf_init(&list, 1u << 24);
	if (limit == 0 || limit > LIMIT_MAX || !all_certain(asked))
		goto out;
	rc = is_common(s, asked, limit, e);
	if (rc != 1)
		goto out;
	rc = 0;
	for (type = TYPE_SPACE; rc == 0 && type < FIELDS_TYPES_MAX;
	    type++)
		if (words_searched((enum record_type)type))
			rc = newest_of(s, (enum record_type)type,
			    LOOK_AT(limit), &list, e);
	if (rc == 0)
		rc = buf_check(&list, "a list of records", e);
	if (rc != 0)
		goto out;
	qsort(list.data, list.len / sizeof(struct candidate),
	    sizeof(struct candidate), cmp_newest);
	rc = look(s, &list, asked, limit, hits, n, e);
	if (rc >= 0)
		rc = rc == 0 && *n == limit;
out:
	buf_done(&list);
	return rc;
}
