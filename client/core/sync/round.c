/*
 * The order of the steps is what makes a sync right: what others did is known
 * before anything is sealed, doors are put right before text goes through
 * them, and a refusal is answered only after the pull that explains it. Two
 * devices that race for the same epoch meet here: the one that lost pulls,
 * takes its own apart, and comes again.
 */
#include "client/core/sync/alarm.h"
#include "client/core/sync/anchored.h"
#include "client/core/sync/round.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/accord/closings.h"
#include "client/core/accord/complaints.h"
#include "client/core/accord/doors.h"
#include "client/core/accord/letters.h"
#include "client/core/local/hubpins.h"
#include "client/core/local/index.h"
#include "client/core/outbox/outbox.h"
#include "client/core/outbox/stamps.h"
#include "client/core/sync/doubt.h"
#include "client/core/sync/downloads.h"
#include "client/core/sync/erasures.h"
#include "client/core/sync/outbox_cut.h"
#include "client/core/sync/pull.h"
#include "client/core/sync/push.h"
#include "client/core/sync/revoked.h"
#include "client/core/sync/successor.h"
#include "client/core/sync/uploads.h"
#include "common/base/text.h"

#define ROUNDS_MAX 8
#define FINISH_TEXTS 16

/* ---- refusals ---- */

/* "Not a member", and what this device has taken in says otherwise: a hub
 * that kept back the epoch that says so. It is asked for what follows. */
static int
want_reason_tx(struct talk *t, const struct space *sp, struct err *e)
{
	struct stmt *q = db_prepare(t->s->db, "INSERT OR IGNORE INTO want "
	    "(space, after_sseq, upto) VALUES (?1, ?2, ?2 + 1)");

	db_bind_id(q, 1, &sp->id);
	db_bind_int(q, 2, (int64_t)sp->sseq);
	return db_run(q, e);
}

static int
take_back_tx(struct talk *t, const struct id *space, enum verdict why,
    struct err *e)
{
	enum right right = RIGHT_NONE;
	struct space sp;
	int rc = outbox_unseal_tx(t->s, space, e);

	if (rc != 0 || id_is_zero(space))
		return rc;
	rc = spaces_find(t->s, space, &sp, e);
	if (rc <= 0 || sp.state != SPACE_OPEN || sp.epoch == 0)
		return rc < 0 ? -1 : 0;
	rc = spaces_right(t->s, space, &right, e);
	/* What the verified epoch says, not what the hub said. */
	if (rc == 0 && right < RIGHT_WRITE)
		return letters_hold_tx(t->s, space, e);
	return rc == 0 && why == VERDICT_NOT_MEMBER ?
	    want_reason_tx(t, &sp, e) : rc;
}

static int
take_back(struct talk *t, const struct push_result *r, struct err *e)
{
	struct id space;
	size_t i;

	if (db_begin(t->s->db, e) != 0)
		return -1;
	for (i = 0; i + sizeof(space) <= r->refused.len; i += sizeof(space)) {
		memcpy(space.b, r->refused.data + i, sizeof(space.b));
		if (take_back_tx(t, &space, r->why, e) != 0)
			goto undo;
	}
	if (db_commit(t->s->db, e) == 0)
		return 0;
undo:
	db_rollback(t->s->db);
	return -1;
}

/* ---- sending ---- */

/* 1 there is something to send, 0 there is not. */
static int
make_ready(struct talk *t, struct err *e)
{
	size_t rekeyed = 0, letters = 0, cut = 0, closings = 0, shut = 0;
	size_t held = 0;
	int64_t ready = 0;

	talk_tell(t, N_("sealing"), 0, 0);
	/* A closing that somebody else took goes before the doors. */
	if (closings_file(t->s, &closings, e) != 0 ||
	    doors_settle(t->s, &rekeyed, e) != 0 ||
	    erasures_settle(t->s, e) != 0 ||
	    complaints_queue(t->s, &shut, e) != 0 ||
	    doubt_settle(t->s, &held, e) != 0 ||
	    letters_queue(t->s, &letters, e) != 0 ||
	    outbox_cut(t->s, &cut, e) != 0)
		return -1;
	t->figures->rekeyed += rekeyed;
	t->figures->closings_new += closings;
	t->figures->complained += shut;
	t->figures->held_new += held;
	if (db_one_int(t->s->db, "SELECT EXISTS (SELECT 1 FROM outgoing "
	    "WHERE state = 1)", &ready, e) < 0)
		return -1;
	return ready != 0;
}

/* 1 something moved and a further round may move more, 0 done. */
static int
send_round(struct talk *t, struct push_result *r, struct err *e)
{
	int rc = make_ready(t, e);

	if (rc != 1)
		return rc < 0 ? -1 : uploads_send(t, e);
	/* Files first: nobody is shown a record whose file is nowhere. */
	if (uploads_send(t, e) != 0 || push_all(t, r, e) != 0)
		return -1;
	/* Own items come back as headers, with their place among others'. */
	if (pull_all(t, e) != 0)
		return -1;
	if (r->refused.len > 0 && take_back(t, r, e) != 0)
		return -1;
	return r->full == 0 && (r->sent > 0 || r->refused.len > 0);
}

static int
not_taken(const struct push_result *r, struct err *e)
{
	bool full = r->full != 0;
	enum verdict v = full ? r->full : r->why;

	err_set(e, full ? ERR_AWAY : ERR_PEER, "the hub took no more: %s; "
	    "what is left waits here", verdict_words(v));
	e->code = (int)v;
	return -1;
}

static int
send_all(struct talk *t, struct err *e)
{
	struct push_result r;
	bool refused = true;
	int i, rc = 1;

	for (i = 0; rc == 1 && i < ROUNDS_MAX; i++) {
		memset(&r, 0, sizeof(r));
		rc = send_round(t, &r, e);
		refused = r.refused.len > 0;
		if (rc == 0 && r.full != 0)
			rc = not_taken(&r, e);
		if (rc == 1 && refused && i == ROUNDS_MAX - 1)
			rc = not_taken(&r, e);
		push_result_done(&r);
	}
	return rc < 0 ? -1 : 0;
}

/* ---- the clock ---- */

static int
set_clock(struct talk *t, struct err *e)
{
	int64_t skew, before = 0;
	size_t mended;

	if (!t->clock_known)
		return 0;
	skew = llabs(t->offset_ms) > TALK_SKEW_MS ? -t->offset_ms : 0;
	t->s->ahead_ms = skew > 0 ? skew : 0;
	if (store_get_int(t->s, STORE_SKEW, &before, e) < 0 ||
	    (before != skew && store_put_int(t->s, STORE_SKEW, skew, e) != 0))
		return -1;
	return stamps_put_right(t->s, e) != 0 ||
	    doors_recall_early(t->s, e) != 0 ? -1 :
	    stamps_mend(t->s, t->offset_ms, &mended, e);
}

/* ---- the whole ---- */

/* Not in the directory yet: a pull says so, and that is no failure. */
static bool
still_waits(const struct store *s, const struct err *e)
{
	return s->stage == STORE_WAITING && e->kind == ERR_DENIED &&
	    e->code == VERDICT_UNKNOWN_DEVICE;
}

static int
finish_with(struct talk *t, int64_t contact_ms, size_t texts, struct err *e)
{
	struct store *s = t->s;

	if (db_begin(s->db, e) != 0)
		return -1;
	if (outbox_tidy_tx(s, e) == 0 && store_put_int(s, STORE_LAST_SYNC,
	    contact_ms, e) == 0 && anchored_save_tx(t, e) == 0 &&
	    index_few_tx(s, texts, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

/* Few texts are made searchable in the same transaction, which saves one. The
 * rest is saved also where that cannot be done. */
static int
finish(struct talk *t, int64_t contact_ms, struct err *e)
{
	struct err alone;

	if (finish_with(t, contact_ms, FINISH_TEXTS, e) == 0)
		return 0;
	(void)finish_with(t, contact_ms, 0, &alone);
	return -1;
}

/* Asked for when the hub's answers name a newer word on its keys. */
static int
hear_keys(struct talk *t, struct err *e)
{
	struct remote_call call = { .method = "GET", .path = "/v1/pins" };
	struct hash next;
	struct buf answer;
	uint64_t known;
	int rc, status = 0;

	if (t->r->pins == NULL || t->s->stage != STORE_MEMBER ||
	    t->s->stopped)
		return 0;
	if (hubpins_next(t->s, &next, &known, e) != 0)
		return -1;
	if (t->r->pins(t->r->ctx) <= known)
		return 0;
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	rc = t->r->call(t->r->ctx, &call, &status, &answer, e);
	if (rc == 0 && status == 200)
		rc = hubpins_take(t->s, buf_view(&answer), e);
	buf_done(&answer);
	return rc < 0 ? -1 : 0;
}

static int
run(struct talk *t, struct err *e)
{
	talk_tell(t, N_("receiving"), 0, 0);
	if (anchored_tell(t, e) != 0)
		return -1;
	if (pull_all(t, e) != 0)
		return still_waits(t->s, e) ? 0 : -1;
	if (set_clock(t, e) != 0)
		return -1;
	if (t->s->restored && t->s->stage == STORE_MEMBER) {
		int rc = successor_settle(t, e);

		/* As another device it asks for what that one is owed. */
		if (rc < 0 || (rc == 1 && pull_all(t, e) != 0))
			return -1;
	}
	if (revoked_settle(t, e) != 0 || alarm_settle(t, e) != 0)
		return -1;
	if (t->s->stage == STORE_MEMBER && !t->s->stopped &&
	    (send_all(t, e) != 0 || downloads_tidy(t, e) != 0))
		return -1;
	if (finish(t, tick_wall_ms(&t->s->tick), e) != 0 ||
	    hear_keys(t, e) != 0)
		return -1;
	/* Said each time: what waits here does not go by itself. */
	return t->s->stopped ? witness_error(t->s, e) : 0;
}

int
round_run(struct store *s, struct remote *r,
    const struct talk_progress *progress, struct talk_figures *out,
    struct err *e)
{
	struct talk t;
	int rc;

	memset(out, 0, sizeof(*out));
	if (s->stage == STORE_NEW)
		return err_set(e, ERR_ABSENT, "this profile knows no hub yet: "
		    "tugi join with the card from the office");
	rc = talk_init(&t, s, r, e);
	t.progress = progress;
	t.figures = out;
	if (rc == 0)
		rc = run(&t, e);
	talk_done(&t);
	return rc;
}

/* ---- by bundle ---- */

int
round_write(struct talk *t, struct round_bundle *out, struct err *e)
{
	int rc = make_ready(t, e);

	out->items = out->left = 0;
	if (rc == 1)
		rc = push_write(t, &out->push, &out->items, &out->left, e);
	return rc < 0 ? -1 : pull_write(t, &out->pull, e);
}

/* Pages end where the bundle does; what is missing the next one brings. */
static int
take_pages(struct talk *t, struct err *e)
{
	if (pull_all(t, e) == 0)
		return 0;
	if (e->kind != ERR_AWAY || e->code != ROUND_BUNDLE_END)
		return -1;
	err_clear(e);
	return 0;
}

int
round_take(struct talk *t, struct view pushed, int64_t at_ms, bool *more,
    struct err *e)
{
	int64_t before = 0;
	struct push_result r;
	int rc;

	memset(&r, 0, sizeof(r));
	rc = pushed.len > 0 ? push_take(t, pushed, &r, e) : 0;
	if (rc == 0)
		rc = take_pages(t, e);
	if (rc == 0 && r.refused.len > 0)
		rc = take_back(t, &r, e);
	if (rc == 0)
		rc = revoked_settle(t, e);
	*more = t->s->head.at.size != t->witness.newest.at.size ||
	    r.refused.len > 0;
	if (rc == 0 && store_get_int(t->s, STORE_LAST_SYNC, &before, e) < 0)
		rc = -1;
	if (rc == 0)
		rc = finish(t, at_ms > before ? at_ms : before, e);
	if (rc == 0 && r.full != 0)
		rc = not_taken(&r, e);
	push_result_done(&r);
	return rc != 0 ? -1 : t->s->stopped ? witness_error(t->s, e) : 0;
}
