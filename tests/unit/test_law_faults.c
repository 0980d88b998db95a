/*
 * A sync whose own store fails at every place once, in what the law asks for:
 * overrides and their second signature, notices, a case handed over or taken
 * over, a substitute, closings and late texts under review.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/consent/handover.h"
#include "client/core/consent/override.h"
#include "client/core/consent/review.h"
#include "tests/support/failing.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define MINUTE INT64_C(60000)

static struct world w;
static struct id kid, plan;
static unsigned tried;

static void
stage(int who)
{
	tried += failing_sync(&w, who);
}

static void
ended(unsigned least)
{
	printf("%u places\n", tried);
	assert_true(tried >= least);
	tried = 0;
	world_end(&w);
}

static void
begin(int n)
{
	world_begin(&w, n);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	assert_int_equal(world_note(&w, 1, &kid, "the first note", NULL), 0);
}

static void
override(int by, int whom, int64_t for_ms)
{
	struct override_draft d = { .case_id = kid, .sections = "plan",
	    .person = w.c[whom].person, .basis = "court",
	    .right = RIGHT_READ, .provision = "order 2-26-1",
	    .reason = "as ordered" };
	struct override_effect effect;
	struct id id;
	struct err e;

	world_pass(&w, 1000);
	d.until_ms = atomic_load(&w.wall_ms) + for_ms;
	if (override_add(w.c[by].session, &d, &id, &effect, &e) != 0)
		fail_msg("%s", e.text);
}

/* Opened without consent; withdrawn while it runs; again within thirty days,
 * which takes an officer; over by its date. */
static void
an_override_runs_and_is_renewed(void **state)
{
	(void)state;
	begin(3);
	trust_join_as(&w, 3, ROLE_WORKER | ROLE_DPO);
	world_grant(&w, 1, &kid, 2, "plan", true);
	world_must_sync(&w, 1);
	override(1, 2, 6 * DAY);
	stage(1);
	stage(2);
	stage(3);
	world_withdraw(&w, 1, &kid, 2, "plan");
	stage(1);
	stage(2);
	stage(3);
	override(1, 2, 7 * DAY);
	stage(1); /* asks */
	stage(0);
	stage(1);
	world_pass(&w, 8 * DAY);
	stage(1);
	stage(2);
	ended(30);
}

static void
a_case_changes_hands(void **state)
{
	struct handover_draft h = { .reason = "moves away" };
	struct handover_part part = { .right = RIGHT_READ };
	struct takeover_draft t = { .provision = "paragraph 27",
	    .reason = "child in need" };
	struct id id;
	struct err e;

	(void)state;
	begin(4);
	world_must_sync(&w, 1);
	h.case_id = part.case_id = t.case_id = kid;
	h.person = w.c[3].person; /* a substitute for two days */
	h.until_ms = atomic_load(&w.wall_ms) + 2 * DAY;
	assert_int_equal(handover_propose(w.c[1].session, &h, &id, &e), 0);
	stage(1);
	stage(3);
	world_pass(&w, 1000);
	h.person = w.c[2].person;
	h.until_ms = 0;
	assert_int_equal(handover_propose(w.c[1].session, &h, &id, &e), 0);
	stage(1);
	stage(2);
	world_pass(&w, 1000);
	assert_int_equal(handover_accept(w.c[2].session, &kid, &id, &e), 0);
	stage(2);
	stage(1);
	world_pass(&w, 1000);
	assert_int_equal(handover_reduce(w.c[1].session, &part, &id, &e), 0);
	stage(1);
	stage(2);
	world_pass(&w, 3 * DAY);
	stage(3);
	stage(2);
	assert_int_equal(handover_takeover(w.c[2].session, &t, &id, &e), 0);
	stage(2);
	stage(1);
	ended(30);
}

static void
decide(int keeper, enum outcome outcome)
{
	struct review_decision d = { .outcome = outcome,
		.basis = "Social Welfare Act 32", .words = "see me" };
	struct review_list l;
	struct err e;
	size_t i;

	world_pass(&w, 1000);
	assert_int_equal(review_list(w.c[keeper].session, &l, &e), 0);
	for (i = 0; i < l.count; i++) {
		d.id = l.items[i].id;
		if (l.items[i].outcome == 0)
			assert_int_equal(review_decide(w.c[keeper].session,
			    &d, &e), 0);
	}
	review_list_done(&l);
}

/* The hub had her words before it had the withdrawal: three times, each ends
 * another way. */
static void
late_text_is_decided(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_FILED,
		OUTCOME_GIVEN_BACK, OUTCOME_ERASED };
	struct id mine;
	size_t i;

	(void)state;
	begin(4);
	world_grant(&w, 1, &kid, 3, "plan", false);
	for (i = 0; i < 3; i++) {
		world_pass(&w, MINUTE);
		world_grant(&w, 1, &kid, 2, "plan", true);
		trust_twice(&w, 1, 2);
		world_pass(&w, 10 * MINUTE);
		world_withdraw(&w, 1, &kid, 2, "plan");
		world_pass(&w, 10 * MINUTE);
		assert_int_equal(trust_plan(&w, 2, &kid, "inhaler", &mine),
		    0);
		world_must_sync(&w, 2);
		stage(1);
		stage(2);
		stage(3);
		decide(1, outcomes[i]);
		stage(1);
		stage(2);
		stage(3);
	}
	ended(20);
}

/* She closes a section to a third person, and has lost the card when she
 * syncs: it closes all the same. */
static void
a_closing_is_not_lost(void **state)
{
	(void)state;
	begin(4);
	world_grant(&w, 1, &kid, 2, "card", true);
	world_grant(&w, 1, &kid, 3, "plan,notes", false);
	trust_twice(&w, 1, 2);
	world_must_sync(&w, 3);
	world_pass(&w, 10 * MINUTE);
	world_withdraw(&w, 2, &kid, 3, "plan,notes");
	world_withdraw(&w, 1, &kid, 2, "card");
	stage(1);
	stage(2);
	stage(1);
	stage(3);
	assert_false(trust_reads(&w, 3, &plan));
	ended(10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_override_runs_and_is_renewed),
		cmocka_unit_test(a_case_changes_hands),
		cmocka_unit_test(late_text_is_decided),
		cmocka_unit_test(a_closing_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
