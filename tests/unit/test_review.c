/*
 * client/core/review with two keepers of one section: who decides first
 * decides for both, and nobody else decides at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/consent/review.h"
#include "tests/support/trust.h"

#define SECRET "inhaler twice a day"

static struct world w;
static struct id kid, plan, mine;
static struct err e;

static int
setup(void **state)
{
	struct id space;

	(void)state;
	world_begin(&w, 5);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	world_grant(&w, 1, &kid, 4, "plan", true);
	space = trust_space(&w, 1, &kid, "plan");
	trust_keeper(&w, 1, &space, 3); /* as after a takeover */
	trust_twice(&w, 1, 2);
	trust_twice(&w, 3, 4);
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_withdraw(&w, 1, &kid, 2, NULL);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).held_new, 1);
	world_must_sync(&w, 1);
	world_must_sync(&w, 3);
	world_must_sync(&w, 4);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static size_t
open_reviews(int i, struct hash *id)
{
	struct review_list l;
	size_t j, n = 0;

	assert_int_equal(review_list(w.c[i].session, &l, &e), 0);
	for (j = 0; j < l.count; j++) {
		*id = l.items[j].id;
		n += l.items[j].outcome == 0;
	}
	review_list_done(&l);
	return n;
}

static int
decide(int i, const struct hash *id, enum outcome outcome)
{
	struct review_decision d = { .id = *id, .outcome = outcome,
	    .basis = "Child Protection Act 27" };

	world_pass(&w, 1000);
	return review_decide(w.c[i].session, &d, &e);
}

static void
test_first_decides(void **state)
{
	struct hash id;

	(void)state;
	assert_int_equal(open_reviews(1, &id), 1);
	assert_int_equal(open_reviews(3, &id), 1);
	assert_int_equal(decide(3, &id, OUTCOME_GIVEN_BACK), 0);
	world_must_sync(&w, 3);
	/* The other keeper has pulled the decision: nothing is left. */
	world_must_sync(&w, 1);
	assert_int_equal(decide(1, &id, OUTCOME_FILED), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(open_reviews(1, &id), 0);
	assert_false(world_has(&w, 1, SECRET));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM review"
	    " WHERE plain IS NOT NULL"), 0);
	/* One outcome, one letter. */
	assert_int_equal(world_must_sync(&w, 2).outcomes_new, 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM item"
	    " WHERE kind = 5"), 2);
}

/* A colleague who only writes has nothing to decide, and no text. */
static void
test_writer(void **state)
{
	struct hash id, ours;

	(void)state;
	assert_int_equal(open_reviews(4, &id), 0);
	assert_int_equal(open_reviews(1, &ours), 1);
	assert_int_equal(decide(4, &ours, OUTCOME_FILED), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_false(world_has(&w, 4, SECRET));
	assert_false(trust_reads(&w, 4, &mine));
}

/* Filed by one keeper: all readers get it as the nurse's, the record of the
 * decision with it. */
static void
test_filed_for_all(void **state)
{
	struct record_item item;
	struct hash id;

	(void)state;
	assert_int_equal(open_reviews(3, &id), 1);
	assert_int_equal(decide(3, &id, OUTCOME_FILED), 0);
	trust_twice(&w, 3, 1);
	world_must_sync(&w, 4);
	assert_int_equal(records_find(w.c[4].session, &mine, &item, &e), 1);
	assert_string_equal(item.author, "Person 2");
	assert_string_equal(record_field(&item, "goal"), SECRET);
	record_item_done(&item);
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM record"
	    " WHERE type = 8"), 1);
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(open_reviews(1, &id), 0);
}

static void
test_bad_decisions(void **state)
{
	struct review_decision d = { .outcome = (enum outcome)9 };
	struct hash id, none;

	(void)state;
	assert_int_equal(open_reviews(1, &id), 1);
	d.id = id;
	assert_int_equal(review_decide(w.c[1].session, &d, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	memset(&none, 7, sizeof(none));
	assert_int_equal(decide(1, &none, OUTCOME_ERASED), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(open_reviews(1, &id), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_first_decides), T(test_writer), T(test_filed_for_all),
		T(test_bad_decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
