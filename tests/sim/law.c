/*
 * What work and law bring beside consents: overrides and their end, a second
 * officer's signature, handovers and takeovers, two cases for one child,
 * deleting and restoring. Through the calls that the front-end makes.
 */
#include <string.h>

#include "client/core/cases/alias.h"
#include "client/core/records/deletion.h"
#include "client/core/records/erase.h"
#include "client/core/consent/handover.h"
#include "client/core/consent/override.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

/* As act_done; that it is so already is no surprise here. */
static bool
did(struct actor *a, int rc, const struct err *e)
{
	if (rc == 0 || e->kind != ERR_CLASH)
		return act_done(a, rc, e);
	a->sim->refused++;
	sim_note(a->sim, "   no: %s", e->text);
	return false;
}

/* An event that was not saved did not happen. */
static bool
happened(struct actor *a, struct event *ev, int rc, const struct err *e)
{
	struct sim *s = a->sim;

	ev->sure = did(a, rc, e);
	if (ev->sure)
		truth_placed(a, ev);
	else if (!act_broken(a))
		s->event_count--;
	return ev->sure;
}

static int
case_no(struct actor *a, uint32_t draw)
{
	return (int)(act_case(a, draw) - a->sim->cases);
}

/* ---- overrides ---- */

static void
override(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	int no = case_no(a, st->draw[0]);
	const struct actor *b = &s->actor[st->draw[1] % (uint32_t)s->actors];
	struct override_draft d = { .case_id = s->cases[no].id,
		.basis = "danger", .provision = "child protection law 27",
		.reason = "could not wait" };
	struct override_effect effect;
	unsigned mask = s->plan->mix == MIX_FEW ? 1 + st->draw[2] % 7 :
	    people_some_sections(s, st->draw[2]);
	char sections[80];
	struct event *ev;
	struct err e;

	if (!b->joined || (ev = truth_event(s, a, no)) == NULL)
		return;
	people_sections(mask, sections);
	ev->kind = EVENT_OVERRIDE;
	ev->whom = b->who;
	ev->sections = mask;
	/* Seven days; a clock that is put right meanwhile moves them. */
	ev->until_ms = s->clocks ? INT64_MAX : s->now_ms + 10 * DAY_MS;
	d.person = s->actor[b->who].person;
	d.sections = sections;
	d.right = st->draw[3] % 2 == 0 ? RIGHT_READ : RIGHT_WRITE;
	if (st->draw[4] % 2 == 0)
		d.until_ms = cast_clock(a) + MINUTE_MS +
		    st->draw[4] % (6 * DAY_MS);
	sim_note(s, "   by law for %d: %s", b->who, sections);
	if (happened(a, ev, override_add(a->session, &d, &ev->id, &effect,
	    &e), &e))
		ev->waits = effect.needs_second;
}

static void
end_override(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct event *ev, *of;
	struct err e;
	int i, at;

	for (i = 0; i < s->event_count; i++) {
		at = (int)(st->draw[0] % (uint32_t)s->event_count + (uint32_t)i)
		    % s->event_count;
		of = &s->event[at];
		if (of->kind != EVENT_OVERRIDE || !of->sure)
			continue;
		ev = truth_event(s, a, of->case_no);
		if (ev == NULL)
			return;
		ev->kind = EVENT_END;
		ev->names = at;
		(void)happened(a, ev, override_end(a->session, &of->id,
		    "no danger any more", &e), &e);
		return;
	}
}

static void
sign(struct actor *a)
{
	struct sim *s = a->sim;
	struct override_request_list list;
	char text[ID_TEXT_BYTES];
	struct id record;
	struct err e;
	size_t i;
	int j;

	if ((a->roles & ROLE_OFFICER) == 0 ||
	    !did(a, override_requests(a->session, &list, &e), &e))
		return;
	for (i = 0; i < list.count; i++) {
		if (list.items[i].own)
			continue;
		if (did(a, override_sign(a->session,
		    id_text(&list.items[i].record, text), &record, &e), &e) ||
		    act_broken(a))
			for (j = 0; j < s->event_count; j++)
				if (id_eq(&s->event[j].id,
				    &list.items[i].record))
					s->event[j].waits = false;
		break;
	}
	override_request_list_done(&list);
}

/* ---- sides ---- */

/* Whose sides in this case this person may speak for. */
static uint64_t
sides(const struct sim *s, int who, int no)
{
	uint64_t out = UINT64_C(1) << who;
	int i;

	for (i = 0; i < s->event_count; i++)
		if (s->event[i].kind == EVENT_SIDE &&
		    s->event[i].case_no == no && s->event[i].whom == who)
			out |= s->event[i].sides;
	return out;
}

static struct event *
side_event(struct actor *a, int no, int whom)
{
	struct event *ev = truth_event(a->sim, a, no);

	if (ev == NULL)
		return NULL;
	ev->kind = EVENT_SIDE;
	ev->whom = whom;
	ev->sections = SECTIONS_ALL;
	ev->sides = sides(a->sim, a->who, no);
	ev->until_ms = INT64_MAX;
	return ev;
}

static void
propose(struct actor *a, const struct step *st, int no)
{
	struct sim *s = a->sim;
	const struct actor *b = &s->actor[st->draw[1] % (uint32_t)s->actors];
	struct handover_draft d = { .case_id = s->cases[no].id,
		.person = s->actor[b->who].person, .reason = "on leave" };
	struct event *ev;
	struct err e;

	if (!b->joined || (ev = side_event(a, no, b->who)) == NULL)
		return;
	if (st->draw[2] % 3 == 0)
		d.until_ms = ev->until_ms = cast_clock(a) + DAY_MS +
		    st->draw[2] % (30 * DAY_MS);
	sim_note(s, "   handed over to %d", b->who);
	(void)happened(a, ev, handover_propose(a->session, &d, &ev->id, &e),
	    &e);
}

static void
reduce(struct actor *a, const struct step *st, int no)
{
	struct sim *s = a->sim;
	struct handover_part p = { .case_id = s->cases[no].id,
		.right = (enum right)(st->draw[2] % 3), .reason = "done" };
	const struct actor *b = &s->actor[st->draw[1] % (uint32_t)s->actors];
	struct id id;
	struct err e;

	if (st->draw[4] % 3 == 0 && b->joined && b->who != a->who)
		p.person = s->actor[b->who].person;
	s->cases[no].reduced = true;
	sim_note(s, "   the part of %d becomes %d", id_is_zero(&p.person) ?
	    a->who : b->who, (int)p.right);
	(void)did(a, handover_reduce(a->session, &p, &id, &e), &e);
}

static void
hand(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	int no = case_no(a, st->draw[0]);
	struct takeover_draft d = { .case_id = s->cases[no].id,
		.provision = "child protection law 29", .reason = "danger" };
	struct event *ev;
	struct id id;
	struct err e;

	switch (st->draw[3] % 8) {
	case 0:
	case 1:
	case 2:
		propose(a, st, no);
		break;
	case 3:
	case 4:
		(void)did(a, handover_accept(a->session, &s->cases[no].id,
		    &id, &e), &e);
		break;
	case 5:
		reduce(a, st, no);
		break;
	case 6:
		/* What was given up may come back by it. */
		s->cases[no].reduced = true;
		ev = side_event(a, no, a->who);
		if (ev != NULL)
			(void)happened(a, ev, handover_undo(a->session,
			    &s->cases[no].id, &ev->id, &e), &e);
		break;
	default:
		ev = side_event(a, no, a->who);
		if (ev != NULL)
			(void)happened(a, ev, handover_takeover(a->session,
			    &d, &ev->id, &e), &e);
	}
}

/* ---- two cases for one child ---- */

static struct sim_case *
one_of_two(struct actor *a, const struct step *st, int which)
{
	return a->sim->plan->mix == MIX_PAIRS ? act_own_case(a,
	    (which + (int)st->draw[0]) & 1) : act_case(a, st->draw[which]);
}

static void
alias(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	const struct sim_case *one = one_of_two(a, st, 0);
	const struct sim_case *other = one_of_two(a, st, 1);
	const struct id *x = &one->id, *y = &other->id;
	struct id front;
	struct err e;

	if (one == NULL || other == NULL || id_eq(x, y))
		return;
	s->aliased = true;
	if (st->draw[2] % 3 != 0)
		(void)did(a, alias_same(a->session, x, y, &e), &e);
	else
		(void)did(a, alias_apart(a->session, x, y, &front, &e), &e);
}

/* ---- deleting ---- */

#define NOT_GONE " AND flags & 12 = 0 AND (flags & 16 <> 0) = ? ORDER BY id"

/* A note or goal, or anything else that can be deleted; a case only to delete
 * it, for it is erased with all that is in it, and not here. */
static bool
pick_text(struct actor *a, uint32_t draw, bool deleted, struct id *out)
{
	bool few = a->sim->plan->mix == MIX_FEW;
	struct stmt *q = db_prepare(cast_db(a), few ? "SELECT id FROM record "
	    "WHERE type IN (3, 4, 7)" NOT_GONE : a->step->kind == STEP_ERASE ?
	    "SELECT id FROM record WHERE type IN (4, 7, 15, 16, 19, 31, 32, "
	    "33, 37, 41, 43, 44, 53)" NOT_GONE :
	    "SELECT id FROM record WHERE type IN (3, 4, 7, 15, 16, 19, 21, 31, "
	    "32, 33, 35, 37, 41, 43, 44, 53)" NOT_GONE);
	struct id list[64];
	struct err e;
	uint32_t n = 0;

	db_bind_int(q, 1, deleted);
	while (n < 64 && db_step(q, &e) == 1)
		db_id(q, 0, &list[n++]);
	db_reset(q);
	if (n > 0)
		*out = list[draw % n];
	return n > 0;
}

static void
delete(struct actor *a, const struct step *st)
{
	bool on = st->draw[1] % 3 != 0;
	struct id id;
	struct err e;

	if (!pick_text(a, st->draw[0], !on, &id))
		return;
	sim_note(a->sim, "   %s", on ? "deleted" : "restored");
	truth_deleting(a, &id, on);
	if (did(a, deletion_set(a->session, &id, on, &e), &e))
		truth_deleted(a);
	else if (!act_broken(a))
		a->sim->deleting_count--;
}

/* ---- erasing ---- */

/* Signs, or says no to, the first request there is. */
static void
answer_erase(struct actor *a, const struct step *st)
{
	struct erase_requests list;
	struct err e;
	size_t i;

	if (!did(a, erase_requests_list(a->session, &list, &e), &e))
		return;
	for (i = 0; i < list.count; i++) {
		if (list.items[i].done)
			continue;
		(void)did(a, erase_answer_request(a->session,
		    &list.items[i].id, st->draw[1] % 4 != 0, "as asked", &e),
		    &e);
		break;
	}
	erase_requests_done(&list);
}

void
law_answer(struct sim *s)
{
	static const struct step yes = { .kind = STEP_ERASE, .draw = { 0, 1 } };
	int i;

	for (i = 0; i < s->actors; i++)
		if ((s->actor[i].roles & ROLE_DPO) != 0 &&
		    !s->actor[i].revoked && !cast_stopped(&s->actor[i]))
			answer_erase(&s->actor[i], &yes);
}

/* With what is attached to it. */
static void
note_erasing(struct actor *a, const struct id *record)
{
	struct sim *s = a->sim;
	struct stmt *q;
	struct err e;

	s->erasing[s->erasing_count++] = *record;
	q = db_prepare(cast_db(a), "SELECT id FROM record WHERE parent = ? AND "
	    "type = 53");
	db_bind_id(q, 1, record);
	while (s->erasing_count < SIM_DELETIONS && db_step(q, &e) == 1)
		db_id(q, 0, &s->erasing[s->erasing_count++]);
	db_reset(q);
}

/* From the request on nobody can say whether it is there. */
static void
erase(struct actor *a, const struct step *st)
{
	struct erase_wish w = { ERASE_MISTAKE, "in the wrong case" };
	struct sim *s = a->sim;
	struct erase_asked asked;
	struct id id;
	int before;
	struct err e;

	if ((a->roles & ROLE_DPO) != 0) {
		answer_erase(a, st);
		return;
	}
	if (s->erasing_count == SIM_DELETIONS ||
	    !pick_text(a, st->draw[0], st->draw[2] % 4 == 0, &id))
		return;
	sim_note(s, "   to be erased");
	before = s->erasing_count;
	note_erasing(a, &id);
	if (!did(a, erase_record(a->session, &id, &w, &asked, &e), &e) &&
	    !act_broken(a))
		s->erasing_count = before;
}

void
law_step(struct actor *a, const struct step *st)
{
	switch (st->kind) {
	case STEP_OVERRIDE:
		override(a, st);
		break;
	case STEP_END:
		end_override(a, st);
		break;
	case STEP_SIGN:
		sign(a);
		break;
	case STEP_HAND:
		hand(a, st);
		break;
	case STEP_ALIAS:
		alias(a, st);
		break;
	case STEP_ERASE:
		erase(a, st);
		break;
	default:
		delete(a, st);
	}
}
