/*
 * The request itself is remote.h's; here a refusal becomes a kind of error
 * that the round can act on, and the hub's clock is compared with ours.
 */
#include "client/core/sync/talk.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/proto.h"

int
talk_init(struct talk *t, struct store *s, struct remote *r, struct err *e)
{
	memset(t, 0, sizeof(*t));
	t->s = s;
	t->r = r;
	return witness_load(s, &t->witness, e);
}

void
talk_done(struct talk *t)
{
	witness_done(&t->witness);
}

static enum err_kind
refusal_kind(int status, uint64_t verdict)
{
	switch (verdict) {
	case VERDICT_REVOKED:
	case VERDICT_UNKNOWN_DEVICE:
	case VERDICT_NOT_MEMBER:
		return ERR_DENIED;
	case VERDICT_QUOTA:
	case VERDICT_HUB_FULL:
		return ERR_AWAY;
	default:
		if (status == 404)
			return ERR_ABSENT;
		return status == 429 || status >= 500 ? ERR_AWAY : ERR_PEER;
	}
}

static int
refused(struct talk *t, int status, const struct buf *answer, struct err *e)
{
	struct proto_refusal refusal;
	enum err_kind kind;

	if (proto_refusal_decode(buf_view(answer), &refusal, e) != 0)
		return err_set(e, status >= 500 ? ERR_AWAY : ERR_PEER,
		    "the hub answered %d and did not say why", status);
	kind = refusal_kind(status, refusal.verdict);
	talk_clock(t, refusal.now_ms);
	if (refusal.verdict != 0)
		err_set(e, kind, "the hub refused the request: %s",
		    verdict_words((enum verdict)refusal.verdict));
	else
		err_set(e, kind, "the hub refused the request: %s",
		    refusal.words);
	e->code = (int)refusal.verdict;
	return -1;
}

int
talk_ask(struct talk *t, const char *path, struct view body,
    struct buf *answer, struct err *e)
{
	struct remote_call call = { "POST", path, body, t->s->me };

	buf_reset(answer);
	t->status = 0;
	t->asked_ms = tick_wall_ms(&t->s->tick);
	if (t->r->call(t->r->ctx, &call, &t->status, answer, e) != 0) {
		t->status = 0;
		return -1;
	}
	t->answered_ms = tick_wall_ms(&t->s->tick);
	if (buf_check(answer, "the hub's answer", e) != 0) {
		e->kind = ERR_PEER;
		return -1;
	}
	return t->status == 200 ? 0 : refused(t, t->status, answer, e);
}

void
talk_clock(struct talk *t, int64_t hub_ms)
{
	int64_t span = t->answered_ms - t->asked_ms;
	int64_t offset;

	/* The own clock stepped, or the hub names no time a clock can show:
	 * nothing can be told from this answer. */
	if (span < 0 || span > TALK_SKEW_MS || hub_ms <= 0 ||
	    hub_ms >= INT64_C(1) << 47)
		return;
	offset = hub_ms - (t->asked_ms + span / 2);
	t->s->contact_ms = t->answered_ms + offset;
	t->clock_known = true;
	t->offset_ms = offset;
	if (t->figures != NULL)
		t->figures->skew_ms = llabs(offset) > TALK_SKEW_MS ?
		    -offset : 0;
}

void
talk_tell(const struct talk *t, const char *what, size_t done, size_t of)
{
	if (t->progress != NULL && t->progress->tell != NULL)
		t->progress->tell(t->progress->ctx, what, done, of);
}
