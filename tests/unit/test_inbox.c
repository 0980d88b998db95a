/*
 * core/inbox: notes without a case, on their writer's devices alone, and filing
 * them: nothing lost at any step, nothing twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/due_list.h"
#include "client/core/schools/inbox.h"
#include "client/core/local/day.h"
#include "client/core/records/search.h"
#include "tests/support/trust.h"

static struct world w;
static struct id anna;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Anna Tamm", &anna);
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
quick(const char *text, const char *field, const char *value)
{
	struct assignment set[] = { { "text", text }, { field, value } };
	struct id id;

	assert_int_equal(inbox_add(w.c[1].session, set, 2, &id, &e), 0);
	return id;
}

static size_t
waiting(void)
{
	struct record_list l;
	size_t n, a, b;

	assert_int_equal(inbox_list(w.c[1].session, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	assert_int_equal(inbox_count(w.c[1].session, &a, &b, &e), 0);
	assert_int_equal(a + b, n);
	return n;
}

static size_t
found(const char *word)
{
	struct record_list l;
	size_t n;

	assert_int_equal(search_run(w.c[1].session, word, 10, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	return n;
}

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 2; round++)
		for (i = 0; i < 3; i++)
			world_must_sync(&w, i);
}

static void
test_file(void **state)
{
	struct id id, note, again;
	char text[160];

	(void)state;
	id = quick("the boy with the red bag", "minutes", "15");
	assert_int_equal(waiting(), 1);
	assert_int_equal(found("redbag"), 0);
	assert_int_equal(found("red"), 1);
	settle(); /* it is at the hub, for nobody else */
	assert_false(world_has(&w, 0, "red bag"));
	assert_false(world_has(&w, 2, "red bag"));

	world_grant(&w, 1, &anna, 2, "notes", false);
	assert_int_equal(inbox_file(w.c[1].session, &id, &anna, &note, &e),
	    0);
	assert_int_equal(waiting(), 0);
	assert_int_equal(found("red"), 1);
	assert_int_equal(world_notes(&w, 1, &anna), 1);
	world_field(&w, 1, &note, "text", text);
	assert_string_equal(text, "the boy with the red bag");
	world_field(&w, 1, &note, "minutes", text);
	assert_string_equal(text, "15");
	assert_int_equal(inbox_file(w.c[1].session, &id, &anna, &again, &e),
	    -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(world_notes(&w, 1, &anna), 1);
	settle();
	assert_int_equal(world_notes(&w, 2, &anna), 1);
	assert_false(world_has(&w, 0, "red bag"));
}

/* A case that may not be written in, a record that is no quick note: all stays
 * as it was. */
static void
test_refused(void **state)
{
	struct id id = quick("still here", "about", "a girl in 3a"), note,
	    theirs;

	(void)state;
	world_case(&w, 2, "Mart Kask", &theirs);
	assert_int_equal(inbox_file(w.c[1].session, &id, &theirs, &note, &e),
	    -1);
	assert_int_equal(waiting(), 1);
	assert_int_equal(found("still"), 1);
	assert_int_equal(inbox_file(w.c[1].session, &anna, &anna, &note, &e),
	    -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(world_set(&w, 1, &id, "minutes", "1500"), -1);
	assert_int_equal(world_set(&w, 1, &id, "text", " "), -1);
	assert_int_equal(world_set(&w, 1, &id, "about", "Anna"), 0);
}

/* The same day and the same words, whenever it is filed. */
static void
test_keeps_its_day(void **state)
{
	struct record_item r;
	struct id id = quick("on a Friday", "happened", "2026-09-18 09:30"),
	    note;
	int64_t at;

	(void)state;
	world_pass(&w, 5 * DAY_MS);
	assert_int_equal(inbox_file(w.c[1].session, &id, &anna, &note, &e),
	    0);
	assert_int_equal(records_find(w.c[1].session, &note, &r, &e), 1);
	assert_true(day_parse_time(view_str("2026-09-18 09:30"), &at));
	assert_int_equal(r.at_ms, at);
	record_item_done(&r);
}

static void
test_due(void **state)
{
	struct due_query q = { .days = 0 };
	struct due_list l;
	size_t a, b;

	(void)state;
	quick("for Lasila", "school", "Lasila");
	quick("only mine", "private", "yes");
	assert_int_equal(inbox_count(w.c[1].session, &a, &b, &e), 0);
	assert_int_equal(a, 1);
	assert_int_equal(b, 1);
	assert_int_equal(due_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.lines[0].item.kind, "inbox");
	assert_string_equal(l.lines[0].item.school, "Lasila");
	assert_null(strstr(l.lines[0].item.words, "for Lasila"));
	due_list_done(&l);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_file), TEST(test_refused),
		TEST(test_keeps_its_day), TEST(test_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
