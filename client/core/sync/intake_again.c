/*
 * The directory says whose word an item is. An entry of it that comes later
 * than what stands behind it in the log (a page out of order, a gap that was
 * filled) leaves items refused that the rules admit: an epoch for a device
 * that was not known, and all that follows under it. Nothing in their own
 * spaces tells of that, so they are judged again when the entry is here, in
 * log order, each at its own place; a statement that was admitted and not
 * believed, because an order of two officers was missing, is believed then.
 * So are they when one of them came as a header alone, out of a page for its
 * author, and comes whole.
 *
 * Source: schema/rules.md 1.9.
 */
#include "client/core/sync/intake.h"

#include <string.h>

#include "client/core/sync/apply.h"
#include "common/base/mem.h"

bool
intake_is_clear(const struct incoming *in)
{
	return in->cs.h.kind == CHANGESET_EPOCH ||
	    in->cs.h.kind == CHANGESET_DIRECTORY ||
	    in->cs.h.kind == CHANGESET_LETTER ||
	    in->cs.h.kind == CHANGESET_ERASE;
}

int
intake_body_tx(struct intake *k, const struct incoming *in, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db,
	    "UPDATE item SET body = ? WHERE seq = ?");

	db_bind_view(q, 1, in->cs.bodies[0]);
	db_bind_int(q, 2, (int64_t)in->seq);
	return db_run(q, e);
}

int
intake_whole_tx(struct intake *k, const struct incoming *in, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "UPDATE quarantine SET bytes = "
	    "?1 WHERE seq = ?2 AND reason = ?3 AND length(bytes) < ?4");

	db_bind_view(q, 1, in->bytes);
	db_bind_int(q, 2, (int64_t)in->seq);
	db_bind_int(q, 3, QUARANTINE_RULES);
	db_bind_int(q, 4, (int64_t)in->bytes.len);
	if (db_run(q, e) != 0)
		return -1;
	if (db_changes(k->s->db) == 0)
		return 0;
	if (in->seq < k->entry_seq)
		k->entry_seq = in->seq;
	return intake_is_clear(in) ? intake_body_tx(k, in, e) : 0;
}

static int
drop_tx(struct intake *k, const struct incoming *in,
    enum quarantine_reason reason, struct err *e)
{
	struct talk_figures *f = k->t->figures;

	/* It may be older than this sync, and is not news either way. */
	if (f->quarantined_new > 0)
		f->quarantined_new--;
	return quarantine_drop_tx(k->s, in->seq, reason, e);
}

/* Of a space that is closed here: never placed (intake.c). */
static int
outside_again(struct intake *k, struct incoming *in, struct err *e)
{
	const struct roster_device *author = roster_live(&k->s->roster,
	    &in->cs.h.author, in->seq);

	if (!intake_is_outside(k, in) || author == NULL ||
	    !changeset_verify(&in->cs, &author->sign))
		return 0;
	return drop_tx(k, in, QUARANTINE_RULES, e) != 0 ? -1 :
	    intake_outside_tx(k, in, e);
}

static int
admit_again(struct intake *k, struct incoming *in, struct err *e)
{
	struct admit_author author;
	const char *words;

	if (intake_judge(k, in, &author, &words, e) != 0)
		return -1;
	if (words != NULL)
		return 0;
	return drop_tx(k, in, QUARANTINE_RULES, e) != 0 ? -1 :
	    intake_take_tx(k, in, &author, e);
}

/* A statement that has its place in its author's line: only whether it is
 * believed is asked again. No epoch: others may follow it by now. */
static int
believe_again(struct intake *k, struct incoming *in, struct err *e)
{
	struct talk_figures *f = k->t->figures;
	size_t before = f->quarantined_new;
	int rc;

	if (in->cs.h.kind != CHANGESET_ACCESS)
		return 0;
	if (drop_tx(k, in, QUARANTINE_DISBELIEF, e) != 0 ||
	    apply_sealed_tx(k, in, e) != 0)
		return -1;
	rc = quarantine_has(k->s, in->seq, QUARANTINE_DISBELIEF, e);
	if (rc == 1)
		f->quarantined_new = before;
	return rc < 0 ? -1 : 0;
}

static int
judge_again(struct intake *k, struct incoming *in,
    enum quarantine_reason reason, struct err *e)
{
	int rc;

	if (changeset_decode(in->bytes, &in->cs, e) != 0 ||
	    intake_enter_tx(k, &in->cs.h.space, e) != 0)
		return -1;
	rc = intake_has(k, in, e);
	if (rc != 1)
		return rc < 0 ? -1 : outside_again(k, in, e);
	in->own = id_eq(&in->cs.h.author, &k->s->me->device);
	rc = in->own ? intake_find_own(k, in, e) : 1;
	/* What the device wrote since the copy of it was made is not here. */
	if (rc == 0 && k->s->restored)
		in->own = false;
	in->apart |= in->own && k->s->restored;
	if (rc < 0)
		return -1;
	return reason == QUARANTINE_RULES ? admit_again(k, in, e) :
	    believe_again(k, in, e);
}

int
intake_again_tx(struct intake *k, struct err *e)
{
	struct incoming *in = k->in;
	struct quarantined q;
	uint64_t from = k->entry_seq;
	int rc = 0;

	if (from == UINT64_MAX)
		return 0;
	k->entry_seq = UINT64_MAX; /* what is taken in here may be one */
	while ((rc = quarantine_next_judged(k->s, from, &q, e)) == 1) {
		from = q.seq + 1;
		memset(in, 0, sizeof(*in));
		in->seq = q.seq;
		in->sseq = q.sseq;
		in->accept_ms = q.accept_ms;
		in->bytes = buf_view(&q.bytes);
		rc = judge_again(k, in, q.reason, e);
		intake_let_go(in);
		quarantined_done(&q);
		if (rc != 0)
			return -1;
	}
	quarantined_done(&q);
	return rc;
}
