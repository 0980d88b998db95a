/*
 * A deposit's closing records become versions of the card as they were
 * written, origin and stamp kept, each with a review record whose id and words
 * are the same whoever makes it, so that two keepers' copies collapse. What
 * else is in the deposit waits for a person as ever.
 */
#include "client/core/accord/closings.h"

#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/accord/statements.h"
#include "common/base/mem.h"

#define TAG_ID "tugi closing 1"
#define DEPOSITS_AT_ONCE 64

struct filing { /* one deposit */
	struct store *s;
	struct hash id;
	struct id space, case_id;
	struct buf plain;
	struct view *list;       /* its records */
	size_t count;
	struct view *rest;       /* those that wait for a person */
	size_t rest_count;
	struct record *rec;
	size_t filed;
};

int
closings_in(struct view plain, bool *out, struct err *e)
{
	struct view *list = mem_new(DEPOSIT_RECORDS_MAX * sizeof(*list));
	struct record *rec = mem_new(sizeof(*rec));
	size_t i, n = 0;
	int rc = letter_deposit_decode(plain, list, DEPOSIT_RECORDS_MAX, &n,
	    e);

	*out = false;
	for (i = 0; rc == 0 && i < n && !*out; i++) {
		rc = record_decode(list[i], rec, e);
		*out = rc == 0 && statements_closes(rec);
	}
	mem_free(rec);
	mem_free(list);
	return rc;
}

/* ---- one record ---- */

static void
review_id(const struct filing *f, struct id *out)
{
	const struct record *rec = f->rec;
	struct hash h;
	struct buf b;

	buf_init(&b, 128);
	buf_add(&b, rec->id.b, sizeof(rec->id.b));
	buf_add(&b, rec->origin.b, sizeof(rec->origin.b));
	buf_add_be(&b, rec->hlc, 8);
	buf_add(&b, f->space.b, sizeof(f->space.b));
	keys_hash(TAG_ID, buf_view(&b), &h);
	buf_done(&b);
	memcpy(out->b, h.b, sizeof(out->b));
}

static struct value
value_bytes(const struct id *id)
{
	struct value v = { VALUE_BYTES, 0, { id->b, sizeof(id->b) } };

	return v;
}

/* Nothing in it is this keeper's own: see above. */
static int
review_tx(struct filing *f, struct err *e)
{
	const struct record *rec = f->rec;
	struct op *ops = mem_new(5 * sizeof(*ops));
	struct write w = { .type = TYPE_REVIEW, .space = f->space,
	    .case_id = f->case_id, .ops = ops, .op_count = 5 };
	struct record_row row;
	int rc;

	review_id(f, &w.id);
	ops[0].field = REVIEW_RECORD;
	ops[0].value = value_bytes(&rec->id);
	ops[1].field = REVIEW_ORIGIN;
	ops[1].value = value_bytes(&rec->origin);
	ops[2].field = REVIEW_STAMP;
	ops[2].value.type = VALUE_INT;
	ops[2].value.num = (int64_t)rec->hlc;
	ops[3].field = REVIEW_OUTCOME;
	ops[3].value.type = VALUE_INT;
	ops[3].value.num = OUTCOME_FILED;
	ops[4].field = REVIEW_BASIS;
	ops[4].value.type = VALUE_TEXT;
	ops[4].value.data = view_str(CLOSINGS_BASIS);
	rc = versions_row(f->s, &w.id, &row, e);
	if (rc == 0)
		rc = versions_write_tx(f->s, &w, NULL, e);
	mem_free(ops);
	return rc < 0 ? -1 : 0;
}

static int
is_here(struct filing *f, struct err *e)
{
	struct stmt *q = db_prepare(f->s->db, "SELECT 1 FROM record r"
	    " JOIN version v ON v.rid = r.rid"
	    " WHERE r.id = ? AND v.hlc = ? AND v.origin = ?");
	int rc;

	db_bind_id(q, 1, &f->rec->id);
	db_bind_int(q, 2, (int64_t)f->rec->hlc);
	db_bind_id(q, 3, &f->rec->origin);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

/* A record that cannot stand in the card (a forged one under another's id)
 * stays in the deposit, for a person to look at. */
static int
file_one_tx(struct filing *f, struct view body, struct err *e)
{
	struct version_at at = { .seq = UINT64_MAX, .state = VERSION_LOCAL,
		.eff = f->rec->hlc };
	struct record_row row;
	struct err why;
	int rc = is_here(f, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (versions_accept_tx(f->s, &f->space, f->rec, body, &at,
	    &why) != 0) {
		if (why.kind != ERR_PEER) {
			*e = why;
			return -1;
		}
		f->rest[f->rest_count++] = body;
		return 0;
	}
	f->filed++;
	if (versions_row(f->s, &f->rec->id, &row, e) != 1 ||
	    versions_flags_tx(f->s, row.rid, e) != 0)
		return -1;
	return review_tx(f, e);
}

/* ---- one deposit ---- */

/* 1 it is here and this device's to file, 0, -1. */
static int
load(struct filing *f, struct err *e)
{
	struct stmt *q = db_prepare(f->s->db, "SELECT r.space, s.case_id,"
	    " r.plain FROM review r JOIN space s ON s.id = r.space"
	    " WHERE r.id = ? AND r.outcome IS NULL AND r.plain IS NOT NULL"
	    " AND s.state = 1 AND s.section = 'card'"
	    " AND s.case_id IS NOT NULL");
	enum right right = RIGHT_NONE;
	struct view plain;
	int rc;

	db_bind_hash(q, 1, &f->id);
	rc = db_step(q, e);
	if (rc == 1) {
		(void)db_id(q, 0, &f->space);
		(void)db_id(q, 1, &f->case_id);
		plain = db_blob(q, 2);
		buf_add(&f->plain, plain.data, plain.len);
	}
	db_reset(q);
	if (rc != 1)
		return rc;
	if (buf_check(&f->plain, "a deposit", e) != 0 ||
	    spaces_right(f->s, &f->space, &right, e) != 0 ||
	    letter_deposit_decode(buf_view(&f->plain), f->list,
	    DEPOSIT_RECORDS_MAX, &f->count, e) != 0)
		return -1;
	return right == RIGHT_KEEP;
}

static int
save_tx(struct filing *f, struct err *e)
{
	struct stmt *q;
	struct buf rest;
	int rc;

	if (f->rest_count == 0) {
		q = db_prepare(f->s->db, "UPDATE review SET plain = NULL,"
		    " closes = 0, outcome = 1, basis = ?2, words = ?2,"
		    " decided_ms = ?3 WHERE id = ?1");
		db_bind_hash(q, 1, &f->id);
		db_bind_text(q, 2, CLOSINGS_BASIS);
		db_bind_int(q, 3, store_now_ms(f->s));
		return db_run(q, e);
	}
	buf_init(&rest, 2 * (size_t)LETTER_TEXT_MAX);
	letter_deposit_encode(f->rest, f->rest_count, &rest);
	q = db_prepare(f->s->db,
	    "UPDATE review SET plain = ?2, closes = 0 WHERE id = ?1");
	db_bind_hash(q, 1, &f->id);
	db_bind_view(q, 2, buf_view(&rest));
	rc = buf_check(&rest, "a deposit", e) != 0 ? -1 : db_run(q, e);
	buf_done(&rest);
	return rc;
}

static int
file_tx(struct filing *f, struct err *e)
{
	size_t i;
	int rc = load(f, e);

	if (rc != 1)
		return rc; /* not this device's to file, or not now */
	for (i = 0; i < f->count; i++) {
		if (record_decode(f->list[i], f->rec, e) != 0)
			return -1;
		if (!statements_closes(f->rec))
			f->rest[f->rest_count++] = f->list[i];
		else if (file_one_tx(f, f->list[i], e) != 0)
			return -1;
	}
	return save_tx(f, e);
}

static int
file(struct store *s, const struct hash *id, size_t *filed, struct err *e)
{
	struct filing f = { .s = s, .id = *id };
	int rc = -1;

	buf_init(&f.plain, 2 * (size_t)LETTER_TEXT_MAX);
	f.list = mem_new(DEPOSIT_RECORDS_MAX * sizeof(*f.list));
	f.rest = mem_new(DEPOSIT_RECORDS_MAX * sizeof(*f.rest));
	f.rec = mem_new(sizeof(*f.rec));
	if (db_begin(s->db, e) == 0) {
		rc = file_tx(&f, e);
		rc = db_end(s->db, rc, e);
		if (rc == 0)
			*filed += f.filed;
	}
	mem_free(f.rec);
	mem_free(f.rest);
	mem_free(f.list);
	buf_done(&f.plain);
	return rc;
}

int
closings_file(struct store *s, size_t *filed, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id FROM review"
	    " WHERE closes = 1 AND outcome IS NULL LIMIT 64");
	struct hash ids[DEPOSITS_AT_ONCE];
	size_t i, n = 0;
	int rc;

	*filed = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	while ((rc = db_step(q, e)) == 1 && n < DEPOSITS_AT_ONCE)
		(void)db_hash(q, 0, &ids[n++]);
	db_reset(q);
	for (i = 0; rc >= 0 && i < n; i++)
		rc = file(s, &ids[i], filed, e);
	return rc < 0 ? -1 : 0;
}
