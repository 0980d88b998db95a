/*
 * Search: bringing the index up to date piece by piece. A record has its words
 * in the index first (a save does that itself) and then in the list of words.
 */
#include "client/core/local/index.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/terms.h"
#include "client/core/local/words.h"

/* ---- keeping up ---- */

struct feed { /* room for one record after another */
	struct record *rec;
	struct buf text;
	struct terms_seen *seen;
};

static int
index_one(struct store *s, const struct record_row *row, struct feed *f,
    struct err *e)
{
	struct stmt *q;

	buf_reset(&f->text);
	if (versions_words(s, row, f->rec, &f->text, e) != 0 ||
	    buf_check(&f->text, "a record's text", e) != 0 ||
	    (f->text.len > 0 && !row->indexed && words_add_tx(s->db,
	    row->rid, buf_view(&f->text), e) != 0) ||
	    terms_add_tx(s->db, buf_view(&f->text), f->seen, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE record SET indexed = 2 WHERE rid = ?");
	db_bind_int(q, 1, row->rid);
	return db_run(q, e);
}

static int
collect_todo(struct store *s, size_t max, struct buf *rows, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT rid, type, indexed FROM record WHERE indexed < 2 "
	    "ORDER BY rid LIMIT ?");
	struct record_row row;
	int rc;

	memset(&row, 0, sizeof(row));
	db_bind_int(q, 1, (int64_t)max);
	while ((rc = db_step(q, e)) == 1) {
		row.rid = db_int(q, 0);
		row.type = (enum record_type)db_int(q, 1);
		row.indexed = db_int(q, 2) != 0;
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
	    terms_renew_tx(s->db, e) != 0 ||
	    store_del(s, WORDS_COMPACT, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return db_checkpoint(s->db, e);
}

static int
index_all_tx(struct store *s, const struct buf *rows, struct err *e)
{
	struct feed f = { .rec = mem_new(sizeof(*f.rec)),
		.seen = terms_seen_new(rows->len /
		    sizeof(struct record_row)) };
	struct record_row row;
	size_t at;
	int rc = 0;

	buf_init(&f.text, WORDS_TEXT_MAX);
	for (at = 0; rc == 0 && at < rows->len; at += sizeof(row)) {
		memcpy(&row, rows->data + at, sizeof(row));
		rc = index_one(s, &row, &f, e);
	}
	buf_done(&f.text);
	mem_free(f.rec);
	mem_free(f.seen);
	return rc;
}

static int
index_all(struct store *s, const struct buf *rows, struct err *e)
{
	return db_begin(s->db, e) != 0 ? -1 :
	    db_end(s->db, index_all_tx(s, rows, e), e);
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
index_few_tx(struct store *s, size_t max, struct err *e)
{
	struct buf rows;
	int rc;

	buf_init(&rows, max * sizeof(struct record_row));
	rc = collect_todo(s, max, &rows, e);
	if (rc == 0 && rows.len > 0)
		rc = index_all_tx(s, &rows, e);
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
