/*
 * Who is listed in the end, and what is deleted in the end, as it follows from
 * what people did. Where a case was handed about or tied to another, or a
 * saving was cut, only what is certain is asked.
 */
#include <string.h>

#include "client/core/records/records.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

/* Some device in use has the record as the log has it. */
static bool
is_accepted(struct sim *s, const struct id *record)
{
	struct stmt *q;
	struct err e;
	bool out = false;
	int i;

	for (i = 0; i < s->actors && !out; i++) {
		if (s->actor[i].revoked)
			continue;
		q = db_prepare(cast_db(&s->actor[i]), "SELECT 1 FROM record "
		    "JOIN version USING (rid) WHERE id = ? AND state = 3 AND seq < "
		    "1 << 52");
		db_bind_id(q, 1, record);
		out = db_step(q, &e) == 1;
		db_reset(q);
	}
	return out;
}

/* ---- who is listed ---- */

struct door {
	const struct text *t;         /* one of the space's */
	const struct epoch_seen *ep;
	bool led;   /* a keeper of it reads the card, so consents reach it */
};

/* Is there anything that may hold the door open for ${x}? */
static bool
may_stay(struct sim *s, const struct door *d, int x)
{
	const struct event *ev;
	bool over;
	int i, c;

	for (i = 0; i < s->event_count; i++) {
		ev = &s->event[i];
		if (!truth_opens(ev, d->t, x))
			continue;
		over = ev->until_ms < s->now_ms - 2 * DAY_MS;
		for (c = 0; c < s->event_count && !over; c++)
			over = s->event[c].sure &&
			    truth_closes(s, &s->event[c], ev, d->t, x) &&
			    is_accepted(s, &s->event[c].id);
		if (!over)
			return true;
	}
	return false;
}

/* Is there something that certainly holds it open? */
static bool
must_stay(struct sim *s, const struct door *d, int x)
{
	const struct event *ev;
	bool sure;
	int i, c;

	if (x == d->t->owner)
		return !s->cases[d->t->case_no].reduced &&
		    judge_has_keeper(s, &d->ep->ep);
	for (i = 0; i < s->event_count && d->led && !s->aliased; i++) {
		ev = &s->event[i];
		/* Who kept the card for a while may have given it after. */
		if (ev->kind != EVENT_GRANT || !ev->sure ||
		    !truth_opens(ev, d->t, x) || (ev->by !=
		    s->cases[ev->case_no].by &&
		    s->cases[ev->case_no].reduced) ||
		    ev->until_ms < s->now_ms + DAY_MS ||
		    (ev->case_no >= SIM_CASES && s->actor[ev->by].who !=
		    s->actor[s->cases[ev->case_no].by].who))
			continue; /* a room's other keepers may be out by then */
		sure = is_accepted(s, &ev->id);
		for (c = 0; c < s->event_count && sure; c++)
			sure = !truth_closes(s, &s->event[c], ev, d->t, x);
		if (sure)
			return true;
	}
	return false;
}

static void
judge_door(struct sim *s, const struct door *d)
{
	bool listed;
	char what[160];
	int i, x;

	judge_describe(s, (int)(d->t - s->text), what);
	for (x = 0; x < s->actors; x++) {
		if (s->actor[x].who != x || truth_gone(s, x))
			continue;
		listed = false;
		for (i = 0; i < s->actors; i++)
			listed |= s->actor[i].who == x &&
			    judge_lists(d->ep, &s->actor[i], s->now_ms,
			    RIGHT_READ);
		if (listed && d->led && x != d->t->owner &&
		    !may_stay(s, d, x))
			sim_fail(s, "LISTED: person %d still holds the space "
			    "of %s, on no ground", x, what);
		if (!listed && must_stay(s, d, x))
			sim_fail(s, "NOT LISTED: person %d may read the space "
			    "of %s and is not in its newest epoch", x, what);
	}
}

static const struct epoch_seen *
card_of(struct sim *s, const struct judge *j, int case_no)
{
	int i;

	for (i = 0; i < s->text_count; i++)
		if (s->text[i].case_no == case_no && s->text[i].sure &&
		    s->text[i].section == SECTION_CARD)
			return judge_newest(j, &s->text[i].space, s->now_ms);
	return NULL;
}

/* Does a keeper who is listed read the card as well? And is there one? */
static bool
is_led(struct sim *s, const struct epoch_seen *ep,
    const struct epoch_seen *card)
{
	int i;

	for (i = 0; i < s->actors; i++)
		if (!s->actor[i].revoked &&
		    judge_lists(ep, &s->actor[i], s->now_ms, RIGHT_KEEP) &&
		    judge_lists(card, &s->actor[i], s->now_ms, RIGHT_READ))
			return true;
	return false;
}

void
judge_listed(struct sim *s, const struct judge *j)
{
	struct door d;
	int i, k;

	for (i = 0; i < s->text_count; i++) {
		d.t = &s->text[i];
		if (!d.t->sure || d.t->owner < 0)
			continue;
		for (k = 0; k < i; k++)
			if (s->text[k].sure &&
			    id_eq(&s->text[k].space, &d.t->space))
				break;
		d.ep = judge_newest(j, &d.t->space, s->now_ms);
		if (k < i || d.ep == NULL)
			continue;
		d.led = is_led(s, d.ep, d.t->case_no == SIM_OWN ? d.ep :
		    card_of(s, j, d.t->case_no));
		judge_door(s, &d);
	}
}

/* ---- what is deleted ---- */

static bool
is_in_log(struct sim *s, const struct deleting *d)
{
	struct stmt *q;
	struct err e;
	bool out = false;
	int i;

	for (i = 0; i < s->actors && !out; i++) {
		q = db_prepare(cast_db(&s->actor[i]), "SELECT 1 FROM record "
		    "JOIN version USING (rid) WHERE id = ? AND origin = ? AND "
		    "hlc = ? AND state = 3 AND seq < 1 << 52");
		db_bind_id(q, 1, &d->record);
		db_bind_id(q, 2, &d->origin);
		db_bind_int(q, 3, d->hlc);
		out = db_step(q, &e) == 1;
		db_reset(q);
	}
	return out;
}

/* A deletion that nobody knew who wrote there later holds. */
static bool
should_be_deleted(struct sim *s, const struct id *record, bool *certain)
{
	uint64_t known = 0, on = 0;
	int i;

	*certain = true;
	for (i = 0; i < s->deleting_count; i++) {
		const struct deleting *d = &s->deleting[i];

		if (!id_eq(&d->record, record))
			continue;
		*certain &= d->sure;
		if (!d->sure || !is_in_log(s, d))
			continue;
		known |= d->knew;
		if (d->on)
			on |= UINT64_C(1) << i;
	}
	return (on & ~known) != 0;
}

static void
judge_one(struct sim *s, const struct judge *j, const struct id *record)
{
	bool certain, want = should_be_deleted(s, record, &certain);
	struct record_item r;
	struct err e;
	int i, rc;

	for (i = 0; i < s->actors && certain; i++) {
		struct actor *a = &s->actor[i];

		if (a->revoked)
			continue;
		rc = records_find(a->session, record, &r, &e);
		if (rc != 1)
			continue;
		if (r.deleted != want && !r.held && judge_lists(judge_newest(j,
		    &r.space, s->now_ms), a, s->now_ms, RIGHT_READ))
			sim_fail(s, "a record is%s deleted for person %d, and "
			    "should%s be", r.deleted ? "" : " not", i,
			    want ? "" : " not");
		record_item_done(&r);
	}
}

void
judge_deleted(struct sim *s, const struct judge *j)
{
	int i;

	/* A clock that is put right gives unsent versions other stamps. */
	for (i = 0; i < s->deleting_count && !s->clocks; i++)
		if (!truth_erasing(s, &s->deleting[i].record) &&
		    !truth_fades(s, &s->deleting[i].record) &&
		    !anew_lost(j, &s->deleting[i].record))
			judge_one(s, j, &s->deleting[i].record);
}
