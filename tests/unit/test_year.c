/* A year of invented work, through the client's own calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/local/fields.h"
#include "tests/support/world.h"
#include "tests/support/year.h"

static struct world w;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct year
small(uint64_t seed)
{
	struct year y = year_of(YEAR_S, seed);

	y.cases = 8;
	y.notes = 6;
	y.sites = 2;
	y.others = 20;
	return y;
}

static void
test_same_seed(void **state)
{
	struct year y = small(7);
	struct year_made one, two, three;

	(void)state;
	y.days = 60;
	if (year_write(w.c[1].session, &y, &one, &e) != 0)
		fail_msg("%s", e.text);
	if (year_write(w.c[2].session, &y, &two, &e) != 0)
		fail_msg("%s", e.text);
	y.seed = 8;
	if (year_write(w.c[3].session, &y, &three, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(one.notes, two.notes);
	assert_int_equal(one.cases, two.cases);
	assert_string_equal(one.first_name, two.first_name);
	assert_string_not_equal(one.first_name, three.first_name);
}

/* Each declared kind comes up, or is made by steps of its own. */
static void
test_every_kind(void **state)
{
	struct year y = small(3);
	const struct record_kind *kind;
	struct year_made made;
	size_t i, missing = 0;

	(void)state;
	y.others = 150;
	y.from_ms = WORLD_NOW;
	y.at = world_until;
	y.ctx = &w;
	if (year_write(w.c[1].session, &y, &made, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(made.cases, y.cases);
	assert_true(made.consents > 0);
	for (i = 0; (kind = fields_each(i)) != NULL; i++) {
		if (year_by_program(kind->type) ||
		    kind->homes == HOME_COMMONS ||
		    made.by_type[kind->type] > 0)
			continue;
		print_message("no %s: %s\n", kind->name,
		    made.why[kind->type]);
		missing++;
	}
	assert_int_equal(missing, 0);
}

/* Two workers' years meet at the hub; nobody gets more than a consent gives. */
static void
test_office(void **state)
{
	struct year y = small(11);
	struct year_made made;
	struct case_list l;
	size_t i, k, given;

	(void)state;
	y.days = 120;
	y.cases = 16;
	for (i = 1; i < 3; i++) {
		y.seed += i;
		if (year_write(w.c[i].session, &y, &made, &e) != 0)
			fail_msg("%s", e.text);
	}
	for (k = 0; k < 2; k++)
		for (i = 0; i < 4; i++)
			world_must_sync(&w, (int)i);
	assert_int_equal(cases_list(w.c[3].session, &l, &e), 0);
	for (i = given = 0; i < l.count; i++) {
		assert_null(strstr(l.items[i].sections, "notes"));
		given++;
	}
	case_list_done(&l);
	assert_true(given > 0);
	assert_int_equal(world_count(&w, 3,
	    "SELECT count(*) FROM record WHERE type = 4"), 0);
	assert_int_equal(world_count(&w, 1,
	    "SELECT count(*) FROM version WHERE state = 4"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_seed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_every_kind, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_office, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
