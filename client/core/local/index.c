/*
 * Search: bringing the index up to date piece by piece, and asking it.
 *
 * Nobody waits for ranking: hits are the newest ones. Common words are found
 * by looking at the newest records themselves (recent.h). Otherwise: few hits are looked up
 * and sorted by date; many are marked in a set of bits, and the records are
 * walked from the newest until enough of them are in the set. Both give the
 * same answer; only the cost differs.
 */
#include "client/core/local/index.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/recent.h"
#include "client/core/local/utf8.h"
#include "client/core/local/words.h"

#define TERMS_MAX 16          /* words of one search that are looked at */
#define MATCH_BYTES_MAX 4096
#define FEW 1000              /* hits that are looked up one by one */

/* ---- keeping up ---- */

struct feed { /* room for one record after another */
	struct record *rec;
	struct buf text;
};

static int
index_one(struct store *s, const struct record_row *row, struct feed *f,
    struct err *e)
{
	struct stmt *q;

	buf_reset(&f->text);
	if (versions_words(s, row, f->rec, &f->text, e) != 0 ||
	    buf_check(&f->text, "a record's text", e) != 0 ||
	    (f->text.len > 0 && words_add_tx(s->db, row->rid,
	    buf_view(&f->text), e) != 0))
		return -1;
	q = db_prepare(s->db, "UPDATE record SET indexed = 1 WHERE rid = ?");
	db_bind_int(q, 1, row->rid);
	return db_run(q, e);
}

static int
collect_todo(struct store *s, size_t max, struct buf *rows, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT rid, type FROM record WHERE indexed = 0 "
	    "ORDER BY rid LIMIT ?");
	struct record_row row;
	int rc;

	memset(&row, 0, sizeof(row));
	db_bind_int(q, 1, (int64_t)max);
	while ((rc = db_step(q, e)) == 1) {
		row.rid = db_int(q, 0);
		row.type = (enum record_type)db_int(q, 1);
		buf_add(rows, &row, sizeof(row));
	}
	return rc == 0 ? buf_check(rows, "a list of records", e) : -1;
}

/* After text was wiped: its words are gone for good only when the pieces of
 * the index that held them are rewritten and the log is emptied. */
static int
compact(struct store *s, struct err *e)
{
	int64_t due;
	int rc = store_get_int(s, WORDS_COMPACT, &due, e);

	if (rc != 1)
		return rc;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (words_compact_tx(s->db, e) != 0 ||
	    store_del(s, WORDS_COMPACT, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return db_checkpoint(s->db, e);
}

static int
index_all(struct store *s, const struct buf *rows, struct err *e)
{
	struct feed f = { .rec = mem_new(sizeof(*f.rec)) };
	struct record_row row;
	size_t at;
	int rc = db_begin(s->db, e);

	buf_init(&f.text, WORDS_TEXT_MAX);
	for (at = 0; rc == 0 && at < rows->len; at += sizeof(row)) {
		memcpy(&row, rows->data + at, sizeof(row));
		rc = index_one(s, &row, &f, e);
	}
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc != 0)
		db_rollback(s->db);
	buf_done(&f.text);
	mem_free(f.rec);
	return rc;
}

int
index_step(struct store *s, size_t max, size_t *done, struct err *e)
{
	struct buf rows;
	int rc;

	*done = 0;
	buf_init(&rows, max * sizeof(struct record_row));
	rc = collect_todo(s, max, &rows, e);
	if (rc == 0)
		rc = rows.len == 0 ? compact(s, e) : index_all(s, &rows, e);
	if (rc == 0)
		*done = rows.len / sizeof(struct record_row);
	buf_done(&rows);
	return rc;
}

int
index_forget_tx(struct store *s, int64_t rid, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT type, indexed FROM record WHERE rid = ?");
	struct record_row row;
	int rc;

	memset(&row, 0, sizeof(row));
	db_bind_int(q, 1, rid);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	row.rid = rid;
	row.type = (enum record_type)db_int(q, 0);
	row.indexed = db_int(q, 1) != 0;
	db_reset(q);
	return versions_forget_tx(s, &row, e);
}

/* ---- asking ---- */

/* Every word becomes "word"* between quotes, so nothing that a person types
 * is FTS5 syntax. 0: there is no word in it. */
static size_t
match_of(const char *text, struct buf *out)
{
	struct view v = view_str(text);
	size_t at = 0, from, terms = 0;

	if (utf8_bad(v) != v.len)
		return 0;
	while (at < v.len && terms < TERMS_MAX) {
		from = at;
		if (!utf8_is_word(utf8_next(v, &at)))
			continue;
		for (size_t end = at; at < v.len; at = end)
			if (!utf8_is_word(utf8_next(v, &end)))
				break;
		buf_add_fmt(out, "%s\"", terms > 0 ? " AND " : "");
		buf_add(out, v.data + from, at - from);
		buf_add_str(out, "\"*");
		terms++;
	}
	return terms;
}

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

/* Row ids of all matches: the first FEW in ${few}, all in ${bits}. */
static int
collect_matches(struct store *s, const char *match, int64_t *few,
    struct buf *bits, size_t *n, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT rowid FROM words WHERE words MATCH ?");
	int rc;

	*n = 0;
	db_bind_text(q, 1, match);
	while ((rc = db_step(q, e)) == 1) {
		int64_t rid = db_int(q, 0);

		if (rid < 0 || (uint64_t)rid / 8 >= bits->len)
			continue; /* not a record's */
		if (*n < FEW)
			few[*n] = rid;
		bits->data[rid / 8] |= (uint8_t)(1 << (rid % 8));
		++*n;
	}
	return rc;
}

/* Flags of what is not among the hits. */
static unsigned
left_out(const struct index_query *q)
{
	return q->deleted ? RECORD_OUT & ~(unsigned)RECORD_DELETED :
	    RECORD_OUT;
}

static int
look_up(struct store *s, const struct index_query *ask, const int64_t *rids,
    size_t n, struct buf *out, struct err *e)
{
	struct dated d;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		struct stmt *q = db_prepare(s->db, "SELECT at_ms, id "
		    "FROM record WHERE rid = ? AND flags & ? = 0");

		db_bind_int(q, 1, rids[i]);
		db_bind_int(q, 2, left_out(ask));
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
walk(struct store *s, enum record_type type, const struct buf *bits,
    const struct index_query *ask, struct buf *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT at_ms, rid, id, flags FROM record WHERE type = ? "
	    "ORDER BY at_ms DESC, rid DESC");
	struct dated d;
	size_t found = 0;
	int rc = 0;

	db_bind_int(q, 1, type);
	while (found < ask->limit && (rc = db_step(q, e)) == 1) {
		d.rid = db_int(q, 1);
		if ((bits->data[d.rid / 8] & 1 << (d.rid % 8)) == 0 ||
		    (db_int(q, 3) & left_out(ask)) != 0)
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
walk_all(struct store *s, const struct buf *bits,
    const struct index_query *ask, struct buf *out, struct err *e)
{
	int type;

	for (type = TYPE_SPACE; type <= TYPE_REPORT; type++)
		if (words_searched((enum record_type)type) &&
		    walk(s, (enum record_type)type, bits, ask, out, e) != 0)
			return -1;
	return 0;
}

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

static void
give_hits(struct buf *found, size_t limit, struct hit *hits, size_t *n)
{
	struct dated *d = (struct dated *)(void *)found->data;
	size_t count = found->len / sizeof(*d), i;

	if (count > 0)
		qsort(d, count, sizeof(*d), cmp_newest);
	*n = count < limit ? count : limit;
	for (i = 0; i < *n; i++) {
		hits[i].rid = d[i].rid;
		hits[i].id = d[i].id;
	}
}

int
index_search(struct store *s, const char *text, size_t limit,
    struct hit *hits, size_t *n, struct err *e)
{
	struct index_query q = { text, limit, false };

	return index_ask(s, &q, hits, n, e);
}

int
index_ask(struct store *s, const struct index_query *q, struct hit *hits,
    size_t *n, struct err *e)
{
	struct buf match, bits, found;
	int64_t *few;
	size_t matches;
	int rc = q->deleted ? 0 :
	    recent_search(s, q->text, q->limit, hits, n, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	rc = -1;
	*n = 0;
	few = mem_new(FEW * sizeof(*few));
	buf_init(&match, MATCH_BYTES_MAX);
	buf_init(&bits, 1u << 28);
	buf_init(&found, 1u << 28);
	if (match_of(q->text, &match) == 0) {
		err_set(e, ERR_INPUT, "there is no word to search for");
		goto out;
	}
	if (buf_check(&match, "the search", e) != 0 ||
	    room_for_rids(s, &bits, e) != 0 ||
	    collect_matches(s, buf_str(&match), few, &bits, &matches, e) != 0)
		goto out;
	rc = matches <= FEW ? look_up(s, q, few, matches, &found, e) :
	    walk_all(s, &bits, q, &found, e);
	if (rc == 0)
		rc = buf_check(&found, "the list of hits", e);
	if (rc == 0)
		give_hits(&found, q->limit, hits, n);
out:
	mem_free(few);
	buf_done(&match);
	buf_done(&bits);
	buf_done(&found);
	return rc;
}
