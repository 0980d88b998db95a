/*
 * Asking the index.
 *
 * Nobody waits for ranking unless it is asked for: hits are the newest ones.
 * Common words are found by looking at the newest records themselves
 * (recent.h). Otherwise each word becomes a set of bits, one for each record:
 * the index gives what begins with it, the list of words (terms.h) what else
 * it means. The sets are joined; few hits are looked up and sorted by date, or
 * the records are walked from the newest until enough of them are in the set.
 * Both give the same answer; only the cost differs.
 */
#include "client/core/local/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/asked.h"
#include "client/core/local/recent.h"
#include "client/core/local/terms.h"
#include "client/core/local/words.h"

#define MATCH_BYTES_MAX 4096
#define FEW 1000              /* hits that are looked up one by one */
#define MEANT_MAX 300         /* other forms, and again words with it inside */
#define RANKED_MAX 400        /* the newest of so many hits are ranked */
#define SET_MAX (1u << 28)    /* bytes */

struct asking {
	struct store *s;
	const struct index_query *q;
	struct asked asked;
};

/* ---- sets of records ---- */

static int
room_for_rids(struct store *s, struct buf *bits, struct err *e)
{
	int64_t last;
	uint8_t *p;

	if (db_one_int(s->db, "SELECT coalesce(max(rid), 0) FROM record",
	    &last, e) != 1)
		return -1;
	p = buf_reserve(bits, (size_t)last / 8 + 1);
	if (p == NULL)
		return buf_check(bits, "the list of hits", e);
	memset(p, 0, (size_t)last / 8 + 1);
	bits->len = (size_t)last / 8 + 1;
	return 0;
}

/* Every word goes between quotes, so nothing that a person types is FTS5
 * syntax; ${more}: "*" for beginnings. */
static int
mark(struct store *s, struct view word, const char *more, struct buf *bits,
    struct err *e)
{
	char match[MATCH_BYTES_MAX];
	struct stmt *q;
	int rc;

	if (word.len + 4 > sizeof(match))
		return err_set(e, ERR_TOOBIG,
		    "a word of the search is longer than any in a note");
	snprintf(match, sizeof(match), "\"%.*s\"%s", (int)word.len,
	    (const char *)word.data, more);
	q = db_prepare(s->db, "SELECT rowid FROM words WHERE words MATCH ?");
	db_bind_text(q, 1, match);
	while ((rc = db_step(q, e)) == 1) {
		int64_t rid = db_int(q, 0);

		if (rid >= 0 && (uint64_t)rid / 8 < bits->len)
			bits->data[rid / 8] |= (uint8_t)(1 << (rid % 8));
	}
	return rc;
}

static int
mark_word(struct asking *a, size_t i, struct buf *bits, struct err *e)
{
	struct buf meant;
	size_t at, n;
	int rc = mark(a->s, a->asked.word[i].raw, "*", bits, e);

	if (rc != 0 || !a->asked.word[i].certain)
		return rc;
	buf_init(&meant, 2 * MEANT_MAX * NEEDLE_BYTES);
	rc = terms_meant(a->s->db, &a->asked.word[i].needle, MEANT_MAX,
	    &meant, e);
	if (rc == 0)
		rc = buf_check(&meant, "a list of words", e);
	for (at = 0; rc == 0 && at < meant.len; at += n + 1) {
		n = strlen((const char *)meant.data + at);
		rc = mark(a->s, view_of(meant.data + at, n), "", bits, e);
	}
	buf_done(&meant);
	return rc;
}

/* Records that have all the words. */
static int
mark_all(struct asking *a, struct buf *bits, struct err *e)
{
	struct buf one;
	size_t i, k;
	int rc = room_for_rids(a->s, bits, e);

	if (rc == 0 && a->asked.count == 0)
		memset(bits->data, 0xff, bits->len); /* a day alone */
	for (i = 0; rc == 0 && i < a->asked.count; i++) {
		if (i == 0) {
			rc = mark_word(a, i, bits, e);
			continue;
		}
		buf_init(&one, SET_MAX);
		rc = room_for_rids(a->s, &one, e);
		if (rc == 0)
			rc = mark_word(a, i, &one, e);
		for (k = 0; rc == 0 && k < bits->len && k < one.len; k++)
			bits->data[k] &= one.data[k];
		buf_done(&one);
	}
	return rc;
}

/* The members of a set, or -1 when they are more than FEW. */
static int
members(const struct buf *bits, int64_t few[static FEW])
{
	size_t i;
	int n = 0, k;

	for (i = 0; i < bits->len; i++)
		for (k = 0; bits->data[i] != 0 && k < 8; k++) {
			if ((bits->data[i] & 1 << k) == 0)
				continue;
			if (n == FEW)
				return -1;
			few[n++] = (int64_t)i * 8 + k;
		}
	return n;
}

/* ---- records by date ---- */

struct dated {
	int64_t at_ms, rid;
	struct id id;
};

static int
cmp_newest(const void *va, const void *vb)
{
	const struct dated *a = va, *b = vb;

	if (a->at_ms != b->at_ms)
		return a->at_ms > b->at_ms ? -1 : 1;
	return a->rid > b->rid ? -1 : a->rid < b->rid;
}

/* Flags of what is not among the hits. */
static unsigned
left_out(const struct index_query *q)
{
	return q->deleted ? RECORD_OUT & ~(unsigned)RECORD_DELETED :
	    RECORD_OUT;
}

static int
look_up(struct asking *a, const int64_t *rids, size_t n, struct buf *out,
    struct err *e)
{
	struct dated d;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		struct stmt *q = db_prepare(a->s->db, "SELECT at_ms, id "
		    "FROM record WHERE rid = ? AND flags & ? = 0 AND "
		    "at_ms BETWEEN ? AND ?");

		db_bind_int(q, 1, rids[i]);
		db_bind_int(q, 2, left_out(a->q));
		db_bind_int(q, 3, a->asked.from_ms);
		db_bind_int(q, 4, a->asked.to_ms);
		rc = db_step(q, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		d.at_ms = db_int(q, 0);
		d.rid = rids[i];
		if (db_id(q, 1, &d.id) == 0)
			buf_add(out, &d, sizeof(d));
		db_reset(q);
	}
	return 0;
}

/* The newest records of a type that are in the set. */
static int
walk(struct asking *a, enum record_type type, const struct buf *bits,
    size_t limit, struct buf *out, struct err *e)
{
	struct stmt *q = db_prepare(a->s->db,
	    "SELECT at_ms, rid, id, flags FROM record WHERE type = ? AND "
	    "at_ms BETWEEN ? AND ? ORDER BY at_ms DESC, rid DESC");
	struct dated d;
	size_t found = 0;
	int rc = 0;

	db_bind_int(q, 1, type);
	db_bind_int(q, 2, a->asked.from_ms);
	db_bind_int(q, 3, a->asked.to_ms);
	while (found < limit && (rc = db_step(q, e)) == 1) {
		d.rid = db_int(q, 1);
		if ((size_t)d.rid / 8 >= bits->len ||
		    (bits->data[d.rid / 8] & 1 << (d.rid % 8)) == 0 ||
		    (db_int(q, 3) & left_out(a->q)) != 0)
			continue;
		d.at_ms = db_int(q, 0);
		if (db_id(q, 2, &d.id) == 0)
			buf_add(out, &d, sizeof(d));
		found++;
	}
	if (rc == 1)
		db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
walk_all(struct asking *a, const struct buf *bits, size_t limit,
    struct buf *out, struct err *e)
{
	int type;

	for (type = TYPE_SPACE; type < FIELDS_TYPES_MAX; type++)
		if (words_searched((enum record_type)type) &&
		    walk(a, (enum record_type)type, bits, limit, out, e) != 0)
			return -1;
	return 0;
}

/* ---- ranking ---- */

struct ranked {
	struct dated d;
	unsigned points;
};

static int
cmp_points(const void *va, const void *vb)
{
	const struct ranked *a = va, *b = vb;

	if (a->points != b->points)
		return a->points > b->points ? -1 : 1;
	return cmp_newest(&a->d, &b->d);
}

/* How well a text fits: for each word the best place counts, and a little for
 * every further place. */
static unsigned
points_of(const struct asked *asked, struct view text)
{
	unsigned best[ASKED_MAX] = { 0 }, places[ASKED_MAX] = { 0 }, sum = 0;
	struct folded w;
	size_t at = 0, i;

	while (needle_next(text, &at, &w))
		for (i = 0; i < asked->count; i++) {
			unsigned fit = needle_fits(&asked->word[i].needle,
			    w.word, w.len, NULL, NULL);

			if (fit > best[i])
				best[i] = fit;
			places[i] += fit > NEEDLE_INSIDE && places[i] < 8;
		}
	for (i = 0; i < asked->count; i++)
		sum += 10 * best[i] + places[i];
	return sum;
}

static int
rank(struct asking *a, struct dated *d, size_t n, struct err *e)
{
	struct ranked *list = mem_new((n + 1) * sizeof(*list));
	struct record *rec = mem_new(sizeof(*rec));
	struct record_row row;
	struct buf text;
	size_t i;
	int rc = 0;

	buf_init(&text, WORDS_TEXT_MAX);
	for (i = 0; rc == 0 && i < n; i++) {
		list[i].d = d[i];
		buf_reset(&text);
		rc = versions_row(a->s, &d[i].id, &row, e);
		if (rc == 1)
			rc = versions_words(a->s, &row, rec, &text, e);
		if (rc == 0)
			list[i].points = points_of(&a->asked,
			    buf_view(&text));
	}
	if (rc == 0)
		qsort(list, n, sizeof(*list), cmp_points);
	for (i = 0; rc == 0 && i < n; i++)
		d[i] = list[i].d;
	buf_done(&text);
	mem_free(rec);
	mem_free(list);
	return rc;
}

/* ---- the answer ---- */

static int
give_hits(struct asking *a, struct buf *found, struct hit *hits, size_t *n,
    struct err *e)
{
	struct dated *d = (struct dated *)(void *)found->data;
	size_t count = found->len / sizeof(*d), i;

	if (count > 0)
		qsort(d, count, sizeof(*d), cmp_newest);
	if (a->q->ranked && count > 0 && rank(a, d, count < RANKED_MAX ?
	    count : RANKED_MAX, e) != 0)
		return -1;
	*n = count < a->q->limit ? count : a->q->limit;
	for (i = 0; i < *n; i++) {
		hits[i].rid = d[i].rid;
		hits[i].id = d[i].id;
	}
	return 0;
}

static int
ask_sets(struct asking *a, struct hit *hits, size_t *n, struct err *e)
{
	int64_t *few = mem_new(FEW * sizeof(*few));
	size_t limit = a->q->ranked && a->q->limit < RANKED_MAX ? RANKED_MAX :
	    a->q->limit;
	struct buf bits, found;
	int rc, count;

	buf_init(&bits, SET_MAX);
	buf_init(&found, SET_MAX);
	rc = mark_all(a, &bits, e);
	if (rc == 0) {
		count = members(&bits, few);
		rc = count >= 0 && a->asked.count > 0 ?
		    look_up(a, few, (size_t)count, &found, e) :
		    walk_all(a, &bits, limit, &found, e);
	}
	if (rc == 0)
		rc = buf_check(&found, "the list of hits", e);
	if (rc == 0)
		rc = give_hits(a, &found, hits, n, e);
	mem_free(few);
	buf_done(&bits);
	buf_done(&found);
	return rc;
}

int
index_ask(struct store *s, const struct index_query *q, struct hit *hits,
    size_t *n, struct err *e)
{
	struct asking *a = mem_new(sizeof(*a));
	int rc = 0;

	*n = 0;
	a->s = s;
	a->q = q;
	if (!asked_read(q->text, &a->asked))
		rc = err_set(e, ERR_INPUT, "there is no word to search for");
	else if (!q->deleted && !q->ranked && !a->asked.dated)
		rc = recent_search(s, &a->asked, q->limit, hits, n, e);
	if (rc == 0)
		rc = ask_sets(a, hits, n, e);
	mem_free(a);
	return rc < 0 ? -1 : 0;
}

int
index_search(struct store *s, const char *text, size_t limit,
    struct hit *hits, size_t *n, struct err *e)
{
	struct index_query q = { .text = text, .limit = limit };

	return index_ask(s, &q, hits, n, e);
}
