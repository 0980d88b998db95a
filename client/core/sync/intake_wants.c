/*
 * What the hub is asked to send again: rows of the table want, one for each
 * space. A want moves on with each item that comes, so that it is met page by
 * page, and not by a later item that comes for another reason. What came
 * without its text has no row: its place in quarantine is what is asked for.
 */
#include "client/core/sync/intake.h"

#include "client/core/accord/doors.h"
#include "client/core/sync/erasures.h"

int
intake_wants_gap_tx(struct intake *k, uint64_t upto, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "INSERT INTO want "
	    "(space, after_sseq, upto) VALUES (?, ?, ?) "
	    "ON CONFLICT (space) DO UPDATE SET "
	    "after_sseq = min(after_sseq, excluded.after_sseq), "
	    "upto = max(upto, excluded.upto)");

	db_bind_id(q, 1, &k->space);
	db_bind_int(q, 2, (int64_t)k->sseq);
	db_bind_int(q, 3, (int64_t)upto);
	return db_run(q, e);
}

/* What waited behind the gap comes again by the want. */
int
intake_wants_closed_tx(struct intake *k, const struct incoming *in,
    struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "UPDATE want SET after_sseq = ? "
	    "WHERE space = ? AND after_sseq = ?");

	db_bind_int(q, 1, (int64_t)k->sseq);
	db_bind_id(q, 2, &k->space);
	db_bind_int(q, 3, (int64_t)k->sseq - 1); /* else it is for a refill */
	if (db_run(q, e) != 0)
		return -1;
	if (db_changes(k->s->db) == 0)
		return 0;
	q = db_prepare(k->s->db,
	    "DELETE FROM want WHERE space = ? AND upto <= after_sseq");
	db_bind_id(q, 1, &k->space);
	return db_run(q, e) != 0 || doors_back_tx(k->s, in->seq, e) != 0 ? -1 :
	    quarantine_drop_tx(k->s, in->seq, QUARANTINE_GAP, e);
}

int
intake_wants(struct intake *k, struct proto_want *out, size_t max, size_t *n,
    struct err *e)
{
	/* What may not be there at all comes last, and once in a sync. What
	 * is of no section of this device's an honest hub never sends, and
	 * nobody can tell: it goes after the others, and by chance, so that
	 * many of them keep none waiting for ever. */
	struct stmt *q = db_prepare(k->s->db, "SELECT want.space, "
	    "after_sseq, iif(upto <= space.sseq, upto, ?2) "
	    "FROM want LEFT JOIN space ON space.id = want.space "
	    "WHERE upto > after_sseq AND (NOT ?1 OR upto > after_sseq + 1) "
	    "ORDER BY upto = after_sseq + 1, space.state IS NOT 1, random()");
	struct proto_want *w;
	int rc;

	*n = 0;
	db_bind_int(q, 1, k->t->asked_newest);
	/* Past what has its place here nobody can tell how much was kept
	 * back: a gap is mended up to the end. */
	db_bind_int(q, 2, INT64_MAX);
	while ((rc = db_step(q, e)) == 1 && *n < max) {
		w = &out[(*n)++];
		(void)db_id(q, 0, &w->space);
		w->after_sseq = (uint64_t)db_int(q, 1);
		w->upto_sseq = (uint64_t)db_int(q, 2);
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

int
intake_wants_again_tx(struct intake *k, struct incoming *in, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "UPDATE want SET after_sseq = ? "
	    "WHERE space = ? AND after_sseq = ?");

	db_bind_int(q, 1, (int64_t)in->sseq);
	db_bind_id(q, 2, &k->space);
	db_bind_int(q, 3, (int64_t)in->sseq - 1);
	if (db_run(q, e) != 0)
		return -1;
	in->wanted = db_changes(k->s->db) > 0;
	if (!in->wanted)
		return 0;
	q = db_prepare(k->s->db,
	    "DELETE FROM want WHERE space = ? AND upto <= after_sseq");
	db_bind_id(q, 1, &k->space);
	return db_run(q, e);
}

int
intake_wants_text_tx(struct intake *k, struct incoming *in, struct err *e)
{
	bool ok = in->cs.whole;
	int rc = quarantine_has(k->s, in->seq, QUARANTINE_BODY, e);

	in->withheld = rc == 1;
	if (rc != 1)
		return rc;
	if (!ok && erasures_explain(k, &in->cs, &ok, e) != 0)
		return -1;
	return ok ? quarantine_drop_tx(k->s, in->seq, QUARANTINE_BODY, e) : 0;
}
