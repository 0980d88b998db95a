/*
 * A closing that could not be sent closes all the same: schema/rules.md 7.9,
 * client/core/accord/closings and statements. 1 keeps the case of a child, 2
 * writes in its card, 3 reads the plan; the guardian tells 2 that 3 shall not,
 * while 1 withdraws 2's own consent. 4 keeps the card too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/accord/closings.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/review.h"
#include "tests/support/trust.h"

#define MINUTE INT64_C(60000)

static struct world w;
static struct id kid, plan;
static struct err e;

static int
setup(void **state)
{
	struct id space;

	(void)state;
	world_begin(&w, 5);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "card", true);
	world_grant(&w, 1, &kid, 3, "plan, notes", false);
	space = trust_space(&w, 1, &kid, "card");
	trust_keeper(&w, 1, &space, 4); /* as after a takeover */
	trust_twice(&w, 1, 2);
	trust_twice(&w, 3, 4);
	world_pass(&w, 10 * MINUTE);
	assert_true(trust_reads(&w, 3, &plan));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static int64_t
closings_known(int i)
{
	return world_count(&w, i, "SELECT count(*) FROM version"
	    " JOIN record USING (rid) WHERE type = 6 AND state = 3");
}

/* 2 takes it without a network, and has lost the card when it syncs. */
static void
taken_and_lost(void)
{
	struct consent_list l;

	world_withdraw(&w, 2, &kid, 3, "plan, notes");
	world_withdraw(&w, 1, &kid, 2, "card");
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).held_new, 1);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM held"
	    " WHERE deposit IS NOT NULL"), 1);
	/* 1 knows nothing of it until the deposit comes. */
	assert_int_equal(consent_list(w.c[1].session, &kid, &l, &e), 0);
	consent_list_done(&l);
}

/* A section begun later is not opened to 3 either. */
static void
stays_closed(void)
{
	struct id space;

	assert_int_equal(world_note(&w, 1, &kid, "hello", NULL), 0);
	world_must_sync(&w, 1);
	space = trust_space(&w, 1, &kid, "notes");
	assert_int_equal(trust_listed(&w, 1, &space, 1), 1);
	assert_int_equal(trust_listed(&w, 1, &space, 3), 0);
}

static void
author_sees_filed(void)
{
	struct held_list l;

	assert_int_equal(held_list(w.c[2].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.items[0].outcome, OUTCOME_FILED);
	assert_string_equal(l.items[0].words, CLOSINGS_BASIS);
	held_list_done(&l);
}

static size_t
open_reviews(int i)
{
	struct review_list l;
	size_t j, n = 0;

	assert_int_equal(review_list(w.c[i].session, &l, &e), 0);
	for (j = 0; j < l.count; j++)
		n += l.items[j].outcome == 0;
	review_list_done(&l);
	return n;
}

static void
test_filed_at_once(void **state)
{
	struct id space = trust_space(&w, 1, &kid, "plan");
	struct exchange_result r;

	(void)state;
	taken_and_lost();
	assert_int_equal(trust_listed(&w, 1, &space, 3), 1);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.closings_new, 1);
	assert_true(r.rekeyed > 0);
	assert_int_equal(trust_listed(&w, 1, &space, 3), 0);
	assert_int_equal(open_reviews(1), 0);
	world_must_sync(&w, 2);
	author_sees_filed();
	world_must_sync(&w, 3);
	assert_false(trust_reads(&w, 3, &plan));
	assert_int_equal(world_must_sync(&w, 1).closings_new, 0);
	stays_closed();
	assert_int_equal(closings_known(1), 2);
}

/* Both open the deposit before either has the other's filing. */
static void
test_two_keepers(void **state)
{
	(void)state;
	taken_and_lost();
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, 4, NULL, &e), -1);
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM review"
	    " WHERE outcome = 1"), 1);
	w.cut_request = 0;
	assert_int_equal(world_must_sync(&w, 1).closings_new, 1);
	trust_twice(&w, 4, 1);
	trust_twice(&w, 4, 1);
	assert_int_equal(closings_known(1), 2);
	assert_int_equal(closings_known(4), 2);
	assert_int_equal(world_count(&w, 1,
	    "SELECT count(*) FROM record WHERE type = 8"), 1);
	assert_int_equal(world_count(&w, 4,
	    "SELECT count(*) FROM record WHERE type = 8"), 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(open_reviews(1) + open_reviews(4), 0);
	world_must_sync(&w, 2);
	author_sees_filed();
}

/* Only one of two keepers is there first; the other finds it done. */
static void
test_second_keeper_late(void **state)
{
	(void)state;
	taken_and_lost();
	assert_int_equal(world_must_sync(&w, 4).closings_new, 1);
	assert_int_equal(world_must_sync(&w, 1).closings_new, 0);
	assert_int_equal(closings_known(1), 2);
	assert_int_equal(open_reviews(1), 0);
	trust_twice(&w, 4, 1);
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM quarantine"),
	    0);
}

/* 3 is put out further on in the pull that brings a letter to 2 first, of which
 * 3 gets the header alone: it is no fault, and the door after it closes. */
static void
test_bystander_is_out_too(void **state)
{
	(void)state;
	world_grant(&w, 1, &kid, 3, "card", false);
	trust_twice(&w, 1, 3);
	taken_and_lost();
	world_must_sync(&w, 1);
	trust_twice(&w, 1, 4);
	world_withdraw(&w, 1, &kid, 3, "card");
	world_must_sync(&w, 1);
	assert_true(world_must_sync(&w, 3).lost_spaces >= 2);
	assert_int_equal(world_count(&w, 3, "SELECT count(*) FROM quarantine"),
	    0);
	assert_false(trust_reads(&w, 3, &kid));
	assert_false(trust_reads(&w, 3, &plan));
}

/* Where 2 may write still, 2's own client closes: nothing more is sealed for
 * whom the held withdrawal names. */
static void
test_closes_where_it_may(void **state)
{
	struct id space = trust_space(&w, 1, &kid, "plan"), mine;

	(void)state;
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	world_must_sync(&w, 3);
	taken_and_lost();
	assert_int_equal(trust_listed(&w, 2, &space, 3), 0);
	assert_int_equal(trust_plan(&w, 2, &kid, "for us alone", &mine), 0);
	assert_int_equal(world_must_sync(&w, 2).sent_changes, 1);
	world_must_sync(&w, 3);
	assert_false(world_has(&w, 3, "for us alone"));
	assert_false(trust_reads(&w, 3, &plan));
	trust_twice(&w, 1, 2);
	assert_true(trust_reads(&w, 1, &mine));
}

/* Nothing was open to 0 when 2 was told; 1 opens the plan to 0 without knowing.
 * 2's client meets that after it has lost the card. */
static void
test_closes_what_it_meets(void **state)
{
	struct id space = trust_space(&w, 1, &kid, "plan");

	(void)state;
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	world_withdraw(&w, 2, &kid, 0, "plan");
	world_grant(&w, 1, &kid, 0, "plan", false);
	world_withdraw(&w, 1, &kid, 2, "card");
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &space, 0), 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM held"), 1);
	assert_int_equal(trust_listed(&w, 2, &space, 0), 0);
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &space, 0), 0);
}

/* Other text in the same deposit, or beside it, waits for a person. */
static void
test_rest_waits(void **state)
{
	struct review_list l;

	(void)state;
	assert_int_equal(world_set(&w, 2, &kid, "theme", "sleep"), 0);
	world_withdraw(&w, 2, &kid, 3, "plan, notes");
	world_withdraw(&w, 1, &kid, 2, "card");
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).held_new, 2);
	assert_int_equal(world_must_sync(&w, 1).closings_new, 1);
	assert_int_equal(open_reviews(1), 1);
	assert_int_equal(review_list(w.c[1].session, &l, &e), 0);
	assert_int_equal(l.items[0].record_count, 1);
	assert_string_equal(record_field(&l.items[0].records[0], "theme"),
	    "sleep");
	review_list_done(&l);
}

/* Accepted and then under review, because it was taken after 2's own
 * withdrawal: it closes what is begun later. */
static void
test_under_review_closes(void **state)
{
	struct id space;

	(void)state;
	world_withdraw(&w, 1, &kid, 2, "card");
	world_pass(&w, 10 * MINUTE);
	world_withdraw(&w, 2, &kid, 3, "plan, notes");
	world_must_sync(&w, 2);
	world_must_sync(&w, 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version"
	    " JOIN record USING (rid) WHERE type = 6 AND state = 5"), 1);
	assert_int_equal(open_reviews(1), 1);
	space = trust_space(&w, 1, &kid, "plan");
	assert_int_equal(trust_listed(&w, 1, &space, 3), 0);
	stays_closed();
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_filed_at_once), T(test_two_keepers),
		T(test_second_keeper_late), T(test_bystander_is_out_too),
		T(test_closes_where_it_may), T(test_closes_what_it_meets),
		T(test_rest_waits), T(test_under_review_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
