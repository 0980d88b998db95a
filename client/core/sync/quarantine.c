/* Rows of the table quarantine; the contract is in the header. */
#include "client/core/sync/quarantine.h"

#include <string.h>

#include "common/wire/changeset.h"

bool
quarantine_waits(enum quarantine_reason reason)
{
	return reason == QUARANTINE_KEY || reason == QUARANTINE_GAP;
}

int
quarantine_has(struct store *s, uint64_t seq, enum quarantine_reason reason,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT 1 FROM quarantine WHERE seq = ? AND reason = ?");
	int rc;

	db_bind_int(q, 1, (int64_t)seq);
	db_bind_int(q, 2, reason);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

/* ---- limits ---- */

static bool
is_odd(enum quarantine_reason reason)
{
	return reason == QUARANTINE_PROOF || reason == QUARANTINE_FORM ||
	    reason == QUARANTINE_FOREIGN;
}

/* Under which key it is counted: without a place, all of it together. */
static struct view
sum_key(const struct id *space, enum quarantine_reason reason)
{
	static const uint8_t odd[] = { 0xff };

	return is_odd(reason) ? view_of(odd, sizeof(odd)) :
	    view_of(space->b, sizeof(space->b));
}

static int
sum_find(struct store *s, struct view key, int64_t *items, int64_t *bytes,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT items, bytes FROM quarantine_sum WHERE space = ?");
	int rc;

	*items = *bytes = 0;
	db_bind_view(q, 1, key);
	rc = db_step(q, e);
	if (rc == 1) {
		*items = db_int(q, 0);
		*bytes = db_int(q, 1);
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
is_full(struct store *s, const struct quarantined *in, bool *out,
    struct err *e)
{
	bool odd = is_odd(in->reason);
	int64_t items, bytes, len = (int64_t)in->bytes.len;

	if (sum_find(s, sum_key(&in->space, in->reason), &items, &bytes,
	    e) != 0)
		return -1;
	*out = items >= (odd ? QUARANTINE_ODD_ITEMS : QUARANTINE_SPACE_ITEMS)
	    || bytes + len > (odd ? QUARANTINE_ODD_BYTES :
	    QUARANTINE_SPACE_BYTES);
	if (*out || odd)
		return 0;
	if (sum_find(s, view_of("", 0), &items, &bytes, e) != 0)
		return -1;
	*out = items >= QUARANTINE_ALL_ITEMS ||
	    bytes + len > QUARANTINE_ALL_BYTES;
	return 0;
}

static int
refuse_tx(struct store *s, const struct quarantined *in, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO quarantine_sum "
	    "(space, refused) VALUES (?, 1) ON CONFLICT (space) DO UPDATE "
	    "SET refused = refused + 1");

	db_bind_view(q, 1, sum_key(&in->space, in->reason));
	return db_run(q, e);
}

int
quarantine_refused(struct store *s, const struct id *space, size_t *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT total(refused) FROM "
	    "quarantine_sum WHERE ?1 IS NULL OR space = ?1");
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	*out = rc == 1 ? (size_t)db_int(q, 0) : 0;
	db_reset(q);
	return rc == 1 ? 0 : -1;
}

int
quarantine_forgive_tx(struct store *s, const struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "UPDATE quarantine_sum SET refused = 0 WHERE space = ?");

	db_bind_id(q, 1, space);
	return db_run(q, e);
}

/* ---- rows ---- */

int
quarantine_add_tx(struct store *s, const struct quarantined *in,
    const char *words, bool *added, struct err *e)
{
	struct stmt *q;
	bool full = false;
	int rc = quarantine_has(s, in->seq, in->reason, e);

	*added = rc == 0;
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (is_full(s, in, &full, e) != 0)
		return -1;
	if (full)
		return refuse_tx(s, in, e);
	q = db_prepare(s->db, "INSERT INTO quarantine (seq, sseq, accept_ms, "
	    "space, reason, words, bytes, since_ms) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	db_bind_int(q, 1, (int64_t)in->seq);
	db_bind_int(q, 2, (int64_t)in->sseq);
	db_bind_int(q, 3, in->accept_ms);
	db_bind_id(q, 4, &in->space);
	db_bind_int(q, 5, in->reason);
	db_bind_text(q, 6, words);
	db_bind_view(q, 7, buf_view(&in->bytes));
	db_bind_int(q, 8, tick_wall_ms(&s->tick));
	return db_run(q, e);
}

int
quarantine_drop_tx(struct store *s, uint64_t seq,
    enum quarantine_reason reason, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "DELETE FROM quarantine WHERE seq = ? AND reason = ?");

	db_bind_int(q, 1, (int64_t)seq);
	db_bind_int(q, 2, reason);
	return db_run(q, e);
}

static int
read_row(struct stmt *q, struct quarantined *out, struct err *e)
{
	struct view bytes;
	int rc = db_step(q, e);

	memset(out, 0, sizeof(*out));
	buf_init(&out->bytes, 2 * CHANGESET_BYTES_MAX);
	if (rc == 1) {
		out->id = db_int(q, 0);
		out->seq = (uint64_t)db_int(q, 1);
		out->sseq = (uint64_t)db_int(q, 2);
		out->accept_ms = db_int(q, 3);
		bytes = db_blob(q, 4);
		buf_add(&out->bytes, bytes.data, bytes.len);
		(void)db_id(q, 5, &out->space);
		out->reason = (enum quarantine_reason)db_int(q, 6);
		if (buf_check(&out->bytes, "an item in quarantine", e) != 0)
			rc = -1;
	}
	db_reset(q);
	return rc;
}

int
quarantine_next(struct store *s, const struct id *space,
    enum quarantine_reason reason, uint64_t from, struct quarantined *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id, seq, sseq, accept_ms, "
	    "bytes, space, reason FROM quarantine WHERE space = ? AND "
	    "reason = ? AND seq >= ? ORDER BY seq LIMIT 1");

	db_bind_id(q, 1, space);
	db_bind_int(q, 2, reason);
	db_bind_int(q, 3, (int64_t)from);
	return read_row(q, out, e);
}

int
quarantine_next_judged(struct store *s, uint64_t from,
    struct quarantined *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id, seq, sseq, accept_ms, "
	    "bytes, space, reason FROM quarantine WHERE reason IN (?, ?) AND "
	    "seq >= ? ORDER BY seq LIMIT 1");

	db_bind_int(q, 1, QUARANTINE_RULES);
	db_bind_int(q, 2, QUARANTINE_DISBELIEF);
	db_bind_int(q, 3, (int64_t)from);
	return read_row(q, out, e);
}

void
quarantined_done(struct quarantined *q)
{
	buf_done(&q->bytes);
}

int
quarantine_withheld(struct store *s, struct proto_want *out, size_t max,
    size_t *n, struct err *e)
{
	/* States 2 and 5: lost, erased; the 9 as its index has it. */
	struct stmt *q = db_prepare(s->db, "SELECT q.space, q.sseq "
	    "FROM quarantine q JOIN space ON space.id = q.space "
	    "WHERE q.reason = 9 AND q.sseq > 0 AND NOT space.hidden "
	    "AND space.state NOT IN (2, 5) ORDER BY q.seq LIMIT ?");
	int rc;

	*n = 0;
	db_bind_int(q, 1, (int64_t)max);
	while ((rc = db_step(q, e)) == 1 && *n < max) {
		(void)db_id(q, 0, &out[*n].space);
		out[*n].upto_sseq = (uint64_t)db_int(q, 1);
		out[*n].after_sseq = out[*n].upto_sseq - 1;
		(*n)++;
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

int
quarantine_judge_tx(struct store *s, const struct id *space,
    const enum quarantine_reason change[static 2], const char *words,
    size_t *n, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE quarantine SET reason = ?, "
	    "words = ? WHERE space = ? AND reason = ?");

	db_bind_int(q, 1, change[1]);
	db_bind_text(q, 2, words);
	db_bind_id(q, 3, space);
	db_bind_int(q, 4, change[0]);
	if (db_run(q, e) != 0)
		return -1;
	*n = (size_t)db_changes(s->db);
	return 0;
}
