/* Moves rows of version into quarantine; the contract is in the header. */
#include "client/core/sync/claims.h"

#include "client/core/sync/quarantine.h"

int
claims_later(struct store *s, const struct record_row *row, uint64_t seq,
    bool *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT min(coalesce(seq, -1)) "
	    "FROM version WHERE rid = ?");
	int rc;

	db_bind_int(q, 1, row->rid);
	rc = db_step(q, e);
	*out = rc == 1 && db_int(q, 0) > (int64_t)seq;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
keep_aside_tx(struct store *s, const struct record_row *row, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT v.seq, i.sseq, "
	    "i.accept_ms, v.body FROM version v JOIN item i ON i.seq = v.seq "
	    "WHERE v.rid = ? AND v.seq > ? ORDER BY v.seq LIMIT 1");
	struct quarantined in = { .space = row->space,
		.reason = QUARANTINE_SEAL };
	int64_t after = -1;
	bool added;
	int rc;

	buf_init(&in.bytes, 2 * (size_t)CHANGESET_BODY_MAX);
	do {
		db_bind_int(q, 1, row->rid);
		db_bind_int(q, 2, after);
		rc = db_step(q, e);
		if (rc == 1) {
			in.seq = (uint64_t)(after = db_int(q, 0));
			in.sseq = (uint64_t)db_int(q, 1);
			in.accept_ms = db_int(q, 2);
			buf_reset(&in.bytes);
			buf_add(&in.bytes, db_blob(q, 3).data,
			    db_blob(q, 3).len);
		}
		db_reset(q);
		if (rc == 1 && (buf_check(&in.bytes, "a record", e) != 0 ||
		    quarantine_add_tx(s, &in, "it took the place of a record "
		    "that another section had before", &added, e) != 0))
			rc = -1;
	} while (rc == 1);
	buf_done(&in.bytes);
	return rc;
}

int
claims_yield_tx(struct store *s, const struct record_row *row, struct err *e)
{
	static const char *const gone[] = {
		"DELETE FROM version WHERE rid = ?",
		"DELETE FROM record WHERE rid = ?"
	};
	struct stmt *q;
	size_t i;

	if (keep_aside_tx(s, row, e) != 0 ||
	    versions_forget_tx(s, row, e) != 0)
		return -1;
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		q = db_prepare(s->db, gone[i]);
		db_bind_int(q, 1, row->rid);
		if (db_run(q, e) != 0)
			return -1;
	}
	return 0;
}
