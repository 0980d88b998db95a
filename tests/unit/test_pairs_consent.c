/*
 * Every pair of schema/rules.md 13 that names a consent, a withdrawal, a
 * refusal or an override, with real clients and a real hub, in both orders of
 * arrival: the outcome is the same.
 *
 * Client 0 is the first officer, 1 the worker whose case it is, 2 the nurse,
 * 3 a colleague who writes in the card, 4 the data-protection officer, 5 the
 * worker's second device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/consent/consent.h"
#include "client/core/consent/handover.h"
#include "client/core/office/office.h"
#include "client/core/consent/override.h"
#include "client/core/consent/review.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define MINUTE (60 * INT64_C(1000))
#define OFFICER 0
#define WORKER 1
#define NURSE 2
#define COLLEAGUE 3
#define DPO 4
#define SECOND 5

static struct world w;
static struct id kid, plan, space;
static struct err e;

static void
sync_all(void)
{
	static const int all[] = { WORKER, COLLEAGUE, OFFICER, NURSE, DPO,
		SECOND };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		world_must_sync(&w, all[i]);
}

static void
settle(void)
{
	int i;

	for (i = 0; i < 3; i++)
		sync_all();
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	trust_join_as(&w, DPO, ROLE_WORKER | ROLE_DPO);
	world_case(&w, WORKER, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings", &plan),
	    0);
	world_grant(&w, WORKER, &kid, COLLEAGUE, "card", true);
	world_must_sync(&w, WORKER);
	trust_device(&w, SECOND, WORKER);
	settle();
	space = trust_space(&w, WORKER, &kid, "plan");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* The one acts first on its own device; whichever is to arrive first syncs
 * first. */
static void
arrive(int order, int a, int b)
{
	world_must_sync(&w, order == 0 ? a : b);
	world_must_sync(&w, order == 0 ? b : a);
	settle();
}

static bool
reads(int i)
{
	return trust_reads(&w, i, &plan);
}

static void
give(int by, bool write, int64_t for_ms)
{
	struct consent_draft d = { .case_id = kid, .sections = "plan",
	    .audience = w.c[NURSE].person, .giver = "Mari Mets",
	    .right = write ? RIGHT_WRITE : RIGHT_READ,
	    .giver_role = "guardian" };
	struct id id;

	world_pass(&w, 1000);
	d.until_ms = atomic_load(&w.wall_ms) + for_ms;
	assert_int_equal(consent_grant(w.c[by].session, &d, &id, &e), 0);
}

static void
refuse(int by)
{
	struct consent_draft d = { .case_id = kid, .sections = "plan",
	    .audience = w.c[NURSE].person, .giver = "Mari Mets",
	    .giver_role = "guardian", .refused = true };
	struct id id;

	world_pass(&w, 1000);
	assert_int_equal(consent_grant(w.c[by].session, &d, &id, &e), 0);
}

static struct withdrawal_effect
take(int by)
{
	struct withdrawal_draft d = { .case_id = kid, .sections = "plan",
	    .giver = "Mari Mets", .audience = w.c[NURSE].person };
	struct withdrawal_effect effect;
	struct id id;

	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[by].session, &d, &id, &effect,
	    &e), 0);
	return effect;
}

static struct override_effect
by_law(int by, bool write, int64_t for_ms, struct id *id)
{
	struct override_draft d = { .case_id = kid, .sections = "plan",
	    .person = w.c[NURSE].person, .basis = "danger",
	    .right = write ? RIGHT_WRITE : RIGHT_READ,
	    .provision = "Child Protection Act 33", .reason = "insulin" };
	struct override_effect effect;

	world_pass(&w, 1000);
	d.until_ms = atomic_load(&w.wall_ms) + for_ms;
	assert_int_equal(override_add(w.c[by].session, &d, id, &effect, &e),
	    0);
	return effect;
}

static struct override_item
listed(int by, size_t count, size_t which, struct override_list *l)
{
	assert_int_equal(override_list(w.c[by].session, &kid, l, &e), 0);
	assert_int_equal(l->count, count);
	return l->items[which];
}

static enum override_state
state_at(int by, size_t count, size_t which)
{
	struct override_list l;
	enum override_state st = listed(by, count, which, &l).state;

	override_list_done(&l);
	return st;
}

static struct override_item
noticed(size_t count, size_t which, struct override_list *l)
{
	assert_int_equal(override_notices(w.c[DPO].session, l, &e), 0);
	assert_int_equal(l->count, count);
	return l->items[which];
}

/* What the colleague, who is in no more than the card, is told. */
static void
status_of_consent(int by, size_t which, const char *want)
{
	struct consent_list l;

	assert_int_equal(consent_list(w.c[by].session, &kid, &l, &e), 0);
	assert_true(which < l.count);
	assert_string_equal(l.items[which].status, want);
	consent_list_done(&l);
}

static bool
why(int by, const char *text)
{
	struct viewer_list l;
	bool found = false;
	size_t i;

	assert_int_equal(consent_who(w.c[by].session, &plan, &l, &e), 0);
	for (i = 0; i < l.count; i++)
		found |= strcmp(l.items[i].name, "Person 2") == 0 &&
		    strstr(l.items[i].why, text) != NULL;
	viewer_list_done(&l);
	return found;
}

#define BOTH(name) \
	static void name##_first(void **s) { (void)s; name(0); } \
	static void name##_second(void **s) { (void)s; name(1); }

/* ---- consents and what takes them back ---- */

static void
consent_and_withdrawal_it_does_not_name(int order)
{
	give(WORKER, true, 30 * DAY);
	take(COLLEAGUE);
	arrive(order, WORKER, COLLEAGUE);
	assert_false(reads(NURSE));
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	/* Told: who took the consent sees it as withdrawn. */
	status_of_consent(WORKER, 1, "withdrawn");
}
BOTH(consent_and_withdrawal_it_does_not_name)

/* A sync was cut after sealing and before sending; the withdrawal comes in
 * between. What was sealed does not go out: the nurse never has a key. */
static void
test_sealed_consent_and_withdrawal(void **state)
{
	struct space sp;

	(void)state;
	give(WORKER, true, 30 * DAY);
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	w.cut_request = 0;
	assert_int_equal(world_count(&w, WORKER, "SELECT count(*) FROM "
	    "outgoing WHERE state = 1 AND kind = 2"), 1);
	take(COLLEAGUE);
	world_must_sync(&w, COLLEAGUE);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, NURSE);
	assert_int_equal(spaces_find(world_store(&w, NURSE), &space, &sp, &e),
	    0);
	assert_int_equal(world_count(&w, WORKER, "SELECT count(*) FROM "
	    "outgoing WHERE state = 1"), 0);
}

static void
consent_that_names_the_withdrawal(int order)
{
	give(WORKER, false, 30 * DAY);
	settle();
	take(COLLEAGUE);
	/* Known to who takes it; what they do reaches the hub either way. */
	if (order == 0)
		world_must_sync(&w, COLLEAGUE);
	else
		settle();
	world_must_sync(&w, WORKER);
	give(WORKER, true, 30 * DAY);
	arrive(order, WORKER, COLLEAGUE);
	assert_true(reads(NURSE));
	assert_int_equal(trust_right(&w, COLLEAGUE + 2, &space, NURSE),
	    RIGHT_WRITE);
}
BOTH(consent_that_names_the_withdrawal)

static void
consent_and_refusal(int order)
{
	give(WORKER, true, 30 * DAY);
	refuse(COLLEAGUE);
	arrive(order, WORKER, COLLEAGUE);
	assert_false(reads(NURSE));
	status_of_consent(WORKER, 1, "withdrawn");
}
BOTH(consent_and_refusal)

/* Each to its own end: write for a day, read for ten. */
static void
consent_and_consent(int order)
{
	give(order == 0 ? WORKER : SECOND, true, DAY);
	give(order == 0 ? SECOND : WORKER, false, 10 * DAY);
	arrive(order, WORKER, SECOND);
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_WRITE);
	world_pass(&w, 2 * DAY);
	settle();
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_READ);
	assert_true(reads(NURSE));
	world_pass(&w, 9 * DAY);
	settle();
	assert_false(reads(NURSE));
}
BOTH(consent_and_consent)

static void
withdrawal_and_withdrawal(int order)
{
	struct id mine;

	give(WORKER, true, 30 * DAY);
	settle();
	take(COLLEAGUE);
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "between the two",
	    &mine), 0);
	world_must_sync(&w, NURSE);
	world_pass(&w, 10 * MINUTE);
	take(WORKER);
	arrive(order, COLLEAGUE, WORKER);
	assert_false(reads(NURSE));
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	store_check(world_store(&w, WORKER));
}
BOTH(withdrawal_and_withdrawal)

static void
consent_and_its_end_by_date(void **state)
{
	(void)state;
	give(WORKER, false, DAY);
	settle();
	assert_true(reads(NURSE));
	world_pass(&w, DAY + MINUTE);
	assert_false(reads(NURSE)); /* without a network */
	world_must_sync(&w, NURSE);
	assert_false(world_has(&w, NURSE, "calm mornings"));
	settle();
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	status_of_consent(WORKER, 1, "expired");
}

static void
device_revoked_and_consent_for_its_person(int order)
{
	struct id device = world_store(&w, NURSE)->me->device;

	give(WORKER, false, 30 * DAY);
	assert_int_equal(office_revoke(w.c[OFFICER].session, &device, &e), 0);
	world_must_sync(&w, order == 0 ? WORKER : OFFICER);
	world_must_sync(&w, order == 0 ? OFFICER : WORKER);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, WORKER);
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
}
BOTH(device_revoked_and_consent_for_its_person)

/* ---- edits of who is withdrawn ---- */

static void
edit_later_than_the_withdrawal(void **state)
{
	struct held_list l;

	(void)state;
	give(WORKER, true, 30 * DAY);
	settle();
	assert_int_equal(trust_plan(&w, NURSE, &kid, "too late", NULL), 0);
	take(COLLEAGUE);
	world_must_sync(&w, COLLEAGUE);
	world_must_sync(&w, WORKER);
	assert_int_equal(world_must_sync(&w, NURSE).held_new, 1);
	assert_int_equal(held_list(w.c[NURSE].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_true(l.items[0].deposited);
	held_list_done(&l);
	assert_int_equal(world_must_sync(&w, WORKER).reviews_new, 1);
}

static void
edit_first_and_written_before(void **state)
{
	struct id mine;

	(void)state;
	give(WORKER, true, 30 * DAY);
	settle();
	assert_int_equal(trust_plan(&w, NURSE, &kid, "in time", &mine), 0);
	world_must_sync(&w, NURSE);
	world_pass(&w, 10 * MINUTE);
	take(COLLEAGUE);
	settle();
	assert_true(trust_reads(&w, WORKER, &mine));
	assert_false(trust_reads(&w, NURSE, &mine));
}

static void
edit_first_and_written_after(void **state)
{
	struct id mine;

	(void)state;
	give(WORKER, true, 30 * DAY);
	settle();
	take(COLLEAGUE);
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "after it", &mine), 0);
	world_must_sync(&w, NURSE);
	settle();
	assert_false(trust_reads(&w, WORKER, &mine)); /* under review */
	assert_int_equal(world_count(&w, WORKER, "SELECT count(*) FROM"
	    " version WHERE state = 5"), 1);
}

static void
edit_and_end_by_date(void **state)
{
	(void)state;
	give(WORKER, true, DAY);
	settle();
	assert_int_equal(trust_plan(&w, NURSE, &kid, "too late", NULL), 0);
	world_pass(&w, DAY + MINUTE);
	world_must_sync(&w, NURSE);
	assert_int_equal(world_count(&w, NURSE, "SELECT count(*) FROM held"
	    " WHERE deposit IS NOT NULL"), 1);
	assert_int_equal(world_must_sync(&w, WORKER).reviews_new, 1);
}

/* ---- overrides ---- */

static void
override_and_withdrawal(int order)
{
	struct override_list l;
	struct id id, mine;

	give(WORKER, true, 30 * DAY);
	settle();
	by_law(WORKER, true, 2 * DAY, &id);
	take(COLLEAGUE); /* 8.3: while it runs */
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "by law", &mine), 0);
	arrive(order, WORKER, COLLEAGUE);
	assert_true(reads(NURSE));
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_WRITE);
	/* What she writes meanwhile is written by law. */
	assert_true(trust_reads(&w, WORKER, &mine));
	assert_int_equal(world_count(&w, WORKER, "SELECT count(*) FROM"
	    " version WHERE state = 5"), 0);
	/* Told: the answer to "who", the list, the data-protection officer. */
	assert_true(why(WORKER, "by law (Danger to life or health: Child "
	    "Protection Act 33)"));
	assert_int_equal(state_at(COLLEAGUE, 1, 0), OVERRIDE_RUNS);
	assert_true(noticed(1, 0, &l).withdrawn);
	assert_string_equal(l.items[0].basis, "danger");
	assert_string_equal(l.items[0].person, "Person 2");
	assert_string_equal(l.items[0].by, "Person 1");
	assert_int_equal(l.items[0].state, OVERRIDE_RUNS);
	override_list_done(&l);
	world_pass(&w, 2 * DAY);
	assert_false(reads(NURSE)); /* 5.9: hidden without a network */
	settle();
	assert_false(reads(NURSE)); /* the withdrawal stays in force */
	assert_false(world_has(&w, NURSE, "calm mornings"));
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_int_equal(state_at(WORKER, 1, 0), OVERRIDE_OVER);
}
BOTH(override_and_withdrawal)

/* Written by law, and at the hub before the withdrawal: it is not put aside;
 * what was written after the override's end (second) is. */
static void
text_by_law_and_withdrawal(int order)
{
	struct id id, mine;

	give(WORKER, true, 30 * DAY);
	by_law(WORKER, true, DAY, &id);
	settle();
	take(COLLEAGUE); /* without a network */
	if (order == 1) {
		world_pass(&w, MINUTE);
		assert_int_equal(override_end(w.c[WORKER].session, &id,
		    "out of danger", &e), 0);
	}
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "by law", &mine), 0);
	world_must_sync(&w, NURSE);
	settle();
	assert_int_equal(trust_reads(&w, WORKER, &mine), order == 0);
	assert_int_equal(trust_reads(&w, SECOND, &mine), order == 0);
	assert_int_equal(reads(NURSE), order == 0);
}
BOTH(text_by_law_and_withdrawal)

/* Known to who takes the withdrawal: said at once. */
static void
withdrawal_during_an_override_says_so(void **state)
{
	struct withdrawal_effect effect;
	struct override_list l;
	struct id id;

	(void)state;
	give(WORKER, false, 30 * DAY);
	by_law(WORKER, false, 2 * DAY, &id);
	settle();
	effect = take(COLLEAGUE);
	assert_int_equal(effect.overrides, 1);
	assert_true(effect.law_until_ms > atomic_load(&w.wall_ms) + DAY);
	assert_true(effect.law_until_ms < atomic_load(&w.wall_ms) + 2 * DAY);
	settle();
	assert_true(reads(NURSE));
	assert_true(noticed(1, 0, &l).withdrawn);
	override_list_done(&l);
	/* Told once, however often they sync. */
	assert_int_equal(world_count(&w, DPO, "SELECT count(*) FROM memo"),
	    2);
}

static void
override_and_refusal(int order)
{
	struct override_list l;
	struct id id;

	by_law(WORKER, false, 2 * DAY, &id);
	refuse(COLLEAGUE);
	arrive(order, WORKER, COLLEAGUE);
	assert_true(reads(NURSE));
	assert_true(noticed(1, 0, &l).withdrawn);
	override_list_done(&l);
	world_pass(&w, 2 * DAY);
	settle();
	assert_false(reads(NURSE));
}
BOTH(override_and_refusal)

/* Two keepers who did not know of each other's: the earlier runs, the later
 * opens nothing more until an officer has signed it. */
static void
override_and_override(int order)
{
	struct override_request_list q;
	struct override_list l;
	char text[ID_TEXT_BYTES];
	struct id first, second, signed_id;

	by_law(WORKER, false, 2 * DAY, &first);
	assert_false(by_law(SECOND, true, 4 * DAY, &second).needs_second);
	arrive(order, WORKER, SECOND);
	assert_true(reads(NURSE));
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_READ);
	assert_int_equal(state_at(WORKER, 2, 0), OVERRIDE_RUNS);
	assert_int_equal(state_at(WORKER, 2, 1), OVERRIDE_WAITS);
	assert_int_equal(noticed(2, 0, &l).state, OVERRIDE_RUNS);
	assert_int_equal(l.items[1].state, OVERRIDE_WAITS);
	override_list_done(&l);
	/* The officer is told who, how long and why by code, no more. */
	assert_int_equal(override_requests(w.c[OFFICER].session, &q, &e), 0);
	assert_int_equal(q.count, 1);
	assert_true(id_eq(&q.items[0].record, &second));
	assert_string_equal(q.items[0].person, "Person 2");
	assert_string_equal(q.items[0].basis, "danger");
	assert_false(q.items[0].own);
	override_request_list_done(&q);
	assert_false(world_has(&w, OFFICER, "Juku"));
	id_text(&second, text);
	assert_int_equal(override_sign(w.c[OFFICER].session, text, &signed_id,
	    &e), 0);
	assert_int_equal(override_sign(w.c[OFFICER].session, text, &signed_id,
	    &e), -1); /* once */
	assert_int_equal(e.kind, ERR_ABSENT);
	world_must_sync(&w, OFFICER);
	settle();
	assert_int_equal(state_at(WORKER, 2, 1), OVERRIDE_RUNS);
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_WRITE);
	assert_int_equal(noticed(2, 1, &l).state, OVERRIDE_RUNS);
	assert_string_equal(l.items[1].second, "Person 0");
	override_list_done(&l);
	/* Each to its own end. */
	world_pass(&w, 3 * DAY);
	settle();
	assert_int_equal(state_at(WORKER, 2, 0), OVERRIDE_OVER);
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_WRITE);
	world_pass(&w, 2 * DAY);
	settle();
	assert_false(reads(NURSE));
}
BOTH(override_and_override)

/* Within thirty days it is a renewal; after that a new one. */
static void
renewal(void **state)
{
	struct id id;

	(void)state;
	assert_false(by_law(WORKER, false, DAY, &id).needs_second);
	settle();
	world_pass(&w, 30 * DAY);
	assert_true(by_law(WORKER, false, DAY, &id).needs_second);
	settle();
	assert_false(reads(NURSE));
	assert_int_equal(world_count(&w, OFFICER, "SELECT count(*) FROM memo"
	    " WHERE topic = 4"), 1);
	/* One that opened nothing is one all the same; 32 days later none. */
	world_pass(&w, 32 * DAY);
	assert_false(by_law(WORKER, false, DAY, &id).needs_second);
	settle();
	assert_true(reads(NURSE));
}

static void
override_and_end_of_override(int order)
{
	struct override_list l;
	struct id id;

	by_law(WORKER, false, 5 * DAY, &id);
	if (order == 0)
		settle(); /* open before it is ended */
	world_pass(&w, MINUTE);
	/* The worker's second device, or a colleague who has the card. */
	world_must_sync(&w, WORKER);
	world_must_sync(&w, COLLEAGUE);
	assert_int_equal(override_end(w.c[COLLEAGUE].session, &id,
	    "the child is well again", &e), 0);
	arrive(order, COLLEAGUE, WORKER);
	assert_false(reads(NURSE));
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_int_equal(state_at(WORKER, 1, 0), OVERRIDE_ENDED);
	assert_int_equal(noticed(1, 0, &l).state, OVERRIDE_ENDED);
	override_list_done(&l);
	assert_int_equal(override_end(w.c[WORKER].session, &id, "again", &e),
	    -1);
	assert_int_equal(e.kind, ERR_CLASH);
}
BOTH(override_and_end_of_override)

/* Both: who leads the case changes, what the law opened does not. */
static void
override_and_takeover(int order)
{
	struct takeover_draft t = { .case_id = kid,
	    .provision = "Child Protection Act 27", .reason = "danger" };
	struct handover_draft h = { .case_id = kid,
	    .person = w.c[COLLEAGUE].person };
	struct id id, step;

	/* The colleague of child protection is taken into the side. */
	world_pass(&w, 1000);
	assert_int_equal(handover_propose(w.c[WORKER].session, &h, &step, &e),
	    0);
	settle();
	world_pass(&w, 1000);
	by_law(WORKER, false, 2 * DAY, &id);
	world_pass(&w, 1000);
	assert_int_equal(handover_takeover(w.c[COLLEAGUE].session, &t, &step,
	    &e), 0);
	arrive(order, WORKER, COLLEAGUE);
	assert_true(reads(NURSE));
	assert_int_equal(state_at(COLLEAGUE, 1, 0), OVERRIDE_RUNS);
	/* Who leads now may end it. */
	world_pass(&w, 1000);
	assert_int_equal(override_end(w.c[COLLEAGUE].session, &id,
	    "another way was found", &e), 0);
	settle();
	assert_false(reads(NURSE));
}
BOTH(override_and_takeover)

/* 7.9: the colleague takes a withdrawal and loses the card before it is sent:
 * the first keeper's client closes what it names. */
static void
withdrawal_by_who_lost_the_card(void **state)
{
	struct withdrawal_draft d = { .case_id = kid, .giver = "Mari Mets",
	    .sections = "card", .audience = w.c[COLLEAGUE].person };
	struct withdrawal_effect effect;
	struct id id;

	(void)state;
	give(WORKER, false, 30 * DAY);
	settle();
	assert_true(reads(NURSE));
	take(COLLEAGUE); /* without a network */
	world_pass(&w, MINUTE);
	assert_int_equal(consent_withdraw(w.c[WORKER].session, &d, &id,
	    &effect, &e), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, WORKER);
	assert_true(reads(NURSE));
	settle();
	assert_false(reads(NURSE));
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
}

/* A consent that runs beside it is not touched by its end. */
static void
end_of_override_ends_it_alone(void **state)
{
	struct id id;

	(void)state;
	give(WORKER, false, 30 * DAY);
	by_law(WORKER, true, 5 * DAY, &id);
	settle();
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_WRITE);
	world_pass(&w, MINUTE);
	assert_int_equal(override_end(w.c[WORKER].session, &id, "well", &e),
	    0);
	settle();
	assert_int_equal(trust_right(&w, WORKER, &space, NURSE), RIGHT_READ);
	assert_true(reads(NURSE));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TT(name) T(name##_first), T(name##_second)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TT(consent_and_withdrawal_it_does_not_name),
		T(test_sealed_consent_and_withdrawal),
		TT(consent_that_names_the_withdrawal),
		TT(consent_and_refusal),
		TT(consent_and_consent),
		TT(withdrawal_and_withdrawal),
		T(consent_and_its_end_by_date),
		TT(device_revoked_and_consent_for_its_person),
		T(edit_later_than_the_withdrawal),
		T(edit_first_and_written_before),
		T(edit_first_and_written_after),
		T(edit_and_end_by_date),
		TT(override_and_withdrawal),
		TT(text_by_law_and_withdrawal),
		T(withdrawal_during_an_override_says_so),
		TT(override_and_refusal),
		TT(override_and_override),
		T(renewal),
		TT(override_and_end_of_override),
		TT(override_and_takeover),
		T(withdrawal_by_who_lost_the_card),
		T(end_of_override_ends_it_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
