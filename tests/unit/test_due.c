/*
 * core/due: what is due, of whom, in which order; what is over or far away is
 * not in it. The world's first day is Monday, 2026-09-21.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/due_list.h"
#include "client/core/local/day.h"
#include "client/core/cases/plans.h"
#include "client/core/records/records.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;
static struct id anna, mart;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Anna Tamm", &anna);
	world_case(&w, 1, "Mart Kask", &mart);
	assert_int_equal(world_set(&w, 1, &anna, "school", "Lasila"), 0);
	assert_int_equal(world_set(&w, 1, &mart, "school", "Rakvere"), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct id
goal(const struct id *kid, const char *words, const char *field,
    const char *day)
{
	struct assignment set[] = { { "goal", words }, { field, day } };
	struct id id;

	assert_int_equal(plans_add(w.c[1].session, kid, set, 2, &id, &e), 0);
	return id;
}

static size_t
ask(const struct due_query *q, struct due_list *l)
{
	assert_int_equal(due_list(w.c[1].session, q, l, &e), 0);
	return l->count;
}

static void
test_empty(void **state)
{
	struct due_query q = { .days = 0 };
	struct due_list l;

	(void)state;
	assert_int_equal(ask(&q, &l), 0);
	due_list_done(&l);
	assert_int_equal(due_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 0);
	due_list_done(&l);
}

static void
test_goals(void **state)
{
	struct due_query q = { .days = 0 };
	struct due_list l;
	struct id late, today;

	(void)state;
	today = goal(&anna, "two friends", "review", "2026-09-21");
	late = goal(&mart, "on time", "due", "2026-09-18");
	goal(&mart, "swims", "due", "2026-12-01");      /* far away */
	assert_int_equal(ask(&q, &l), 2);
	assert_true(id_eq(&l.lines[0].item.record, &late));
	assert_int_equal(l.lines[0].when, DUE_OVERDUE);
	assert_string_equal(l.lines[0].item.kind, "goal");
	assert_string_equal(l.lines[0].item.school, "Rakvere");
	assert_string_equal(l.lines[0].who, "Mart Kask");
	assert_non_null(strstr(l.lines[0].item.words, "on time"));
	assert_non_null(strstr(l.lines[0].item.command, "tugi plan show "));
	assert_true(id_eq(&l.lines[1].item.record, &today));
	assert_int_equal(l.lines[1].when, DUE_TODAY);
	assert_string_equal(l.lines[1].item.kind, "goal-review");
	due_list_done(&l);

	q.school = "LASILA";
	assert_int_equal(ask(&q, &l), 1);
	due_list_done(&l);
	q.school = NULL;
	q.days = 90;
	assert_int_equal(ask(&q, &l), 3);
	assert_int_equal(l.lines[2].when, DUE_AHEAD);
	due_list_done(&l);

	/* Reached, another's, or of a closed case: not due any more. */
	q.days = 0;
	assert_int_equal(world_set(&w, 1, &late, "responsible", "person"), -1);
	assert_int_equal(world_set(&w, 1, &late, "outcome", "reached"), 0);
	assert_int_equal(ask(&q, &l), 1);
	due_list_done(&l);
	assert_int_equal(world_set(&w, 1, &anna, "closing", "no_need"), 0);
	assert_int_equal(records_set(w.c[1].session, &anna,
	    (const struct assignment[]){ { "status", "closed" },
	    { "closing", "no_need" } }, 2, &e), 0);
	assert_int_equal(ask(&q, &l), 0);
	due_list_done(&l);
}

static void
test_consents(void **state)
{
	struct due_query q = { .days = 0 };
	struct due_list l;

	(void)state;
	world_grant(&w, 1, &anna, 2, "plan", false); /* a year */
	assert_int_equal(ask(&q, &l), 0);
	due_list_done(&l);
	world_pass(&w, 355 * DAY_MS);
	assert_int_equal(ask(&q, &l), 1);
	assert_string_equal(l.lines[0].item.kind, "consent");
	assert_int_equal(l.lines[0].when, DUE_AHEAD);
	assert_string_equal(l.lines[0].who, "Anna Tamm");
	due_list_done(&l);
	world_grant(&w, 1, &anna, 2, "plan", false); /* for another year */
	assert_int_equal(ask(&q, &l), 0);
	due_list_done(&l);
	world_grant(&w, 1, &mart, 2, "plan", false);
	world_withdraw(&w, 1, &mart, 2, "plan");
	world_pass(&w, 355 * DAY_MS);
	assert_int_equal(ask(&q, &l), 1); /* Anna's: Mart's is taken back */
	assert_string_equal(l.lines[0].who, "Anna Tamm");
	due_list_done(&l);
	world_pass(&w, 20 * DAY_MS);
	assert_int_equal(ask(&q, &l), 0); /* ended: nothing to renew */
	due_list_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_goals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_consents, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
