/*
 * The front-ends' door to sync/: one round, then what ended by itself. In that
 * order, because ending wipes, and that needs the hub's word beside the own
 * clock's: the round asks. Until then what ended is merely hidden.
 */
#include "client/core/exchange.h"

#include <string.h>

#include "client/core/consent/consent.h"
#include "client/core/consent/handover.h"
#include "client/core/profile/keep.h"
#include "client/core/local/blobs.h"
#include "client/core/local/index.h"
#include "client/core/consent/orders.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/removal.h"
#include "client/core/schools/inbox.h"
#include "client/core/sync/erasures.h"
#include "client/core/sync/round.h"
#include "client/core/cases/viewed.h"
#include "common/base/text.h"

_Static_assert(EXCHANGE_SPLIT == WITNESS_SPLIT, "one code, two names");

static void
hand_over(const struct talk_figures *f, struct exchange_result *out)
{
	out->sent_notes = f->sent_notes;
	out->sent_changes = f->sent_changes;
	out->got_notes = f->got_notes;
	out->got_changes = f->got_changes;
	out->conflicts_new = f->conflicts_new;
	out->held_new = f->held_new;
	out->lost_spaces = f->lost_spaces;
	out->new_spaces = f->new_spaces;
	out->reviews_new = f->reviews_new;
	out->late_new = f->late_new;
	out->complaints_new = f->complaints_new;
	out->complained = f->complained;
	out->revoked = f->revoked;
	out->closings_new = f->closings_new;
	out->outcomes_new = f->outcomes_new;
	out->memos_new = f->memos_new;
	out->quarantined_new = f->quarantined_new;
	out->rekeyed = f->rekeyed;
	out->approved = f->approved;
	out->alarm_ended = f->alarm_ended;
	out->restored = f->restored;
	out->sent_again = f->sent_again;
	out->files_sent = f->files_sent;
	out->files_wait = f->files_wait;
	out->skew_ms = f->skew_ms;
}

static int
bring_index_up(struct store *s, const struct exchange_progress *p,
    struct err *e)
{
	size_t done, all = 0;

	do {
		if (index_step(s, INDEX_AT_ONCE, &done, e) != 0)
			return -1;
		all += done;
		if (done > 0 && p != NULL && p->tell != NULL)
			p->tell(p->ctx, N_("indexing"), all, 0);
	} while (done > 0);
	return 0;
}

int
exchange_sync(struct session *s, struct remote *r,
    const struct exchange_progress *p, struct exchange_result *out,
    struct err *e)
{
	struct talk_progress progress = { NULL, NULL };
	struct talk_figures figures;
	struct store *st = session_store(s);
	struct policy_ref was;
	struct err why;
	size_t ended = 0, led = 0, removed = 0, before = 0, after = 0;
	size_t drafts = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	if (p != NULL) {
		progress.tell = p->tell;
		progress.ctx = p->ctx;
	}
	was = st->policy;
	if (orders_count(s, &before, e) != 0)
		return -1;
	if (viewed_tell(s, e) != 0)
		return -1;
	rc = round_run(st, r, &progress, &figures, e);
	hand_over(&figures, out);
	if (rc == 0)
		rc = consent_expire(s, &ended, e);
	out->lost_spaces += ended;
	if (rc == 0)
		rc = erasures_wipe(st, &out->wiped, e);
	if (rc == 0)
		rc = handover_settle(s, &led, e);
	if (rc == 0)
		rc = keep_office(s, &out->office_new, e);
	out->taken_over = led;
	if (rc == 0)
		rc = policies_settle(s, e);
	else
		(void)policies_settle(s, &why);
	out->policy_new = memcmp(was.b, st->policy.b, sizeof(was.b)) != 0;
	if (rc == 0)
		rc = inbox_expire(s, &drafts, e);
	if (rc == 0)
		rc = removal_settle(s, &removed, e);
	if (rc == 0)
		rc = orders_count(s, &after, e);
	out->orders_new = after > before ? after - before : 0;
	/* What was held goes to its keeper, who leads is told to all. */
	if (rc == 0 && (ended > 0 || led > 0 || removed > 0 ||
	    drafts > 0))
		rc = round_run(st, r, &progress, &figures, e);
	/* Files whose records lost their text: erased, or closed to us. */
	if (rc == 0)
		rc = blobs_sweep(st, e);
	if (rc != 0) { /* what came before the failure is found all the same */
		(void)bring_index_up(st, p, &why);
		return -1;
	}
	return bring_index_up(st, p, e);
}
