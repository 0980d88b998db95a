/*
 * The course of a case (core/course.h): states with reasons, stages, who
 * coordinates and why; late notes; what a colleague sees of it.
 *
 * Client 1 keeps the case, 2 is an outside party, 3 has no part in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/cases/course.h"
#include "client/core/cases/timeline.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid;
static struct err e;

#define ALL_VERSIONS "SELECT count(*) FROM version"

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static int
set2(int i, const char *name, const char *text, const char *name2,
    const char *text2)
{
	struct assignment set[2] = { { name, text }, { name2, text2 } };

	world_pass(&w, 1000);
	return records_set(w.c[i].session, &kid, set, name2 != NULL ? 2 : 1,
	    &e);
}

static void
refused(const char *word)
{
	if (strstr(e.text, word) == NULL)
		fail_msg("\"%s\" does not say %s", e.text, word);
}

static void
test_states(void **state)
{
	int64_t versions;
	char text[160];

	(void)state;
	assert_int_equal(set2(1, "status", "closed", NULL, NULL), -1);
	refused("closing:");
	assert_int_equal(set2(1, "status", "closing", NULL, NULL), -1);
	assert_int_equal(set2(1, "status", "closed", "closing", "tired"), -1);
	assert_int_equal(set2(1, "status", "reopened", NULL, NULL), -1);
	refused("only a closed case");
	world_field(&w, 1, &kid, "status", text);
	assert_string_equal(text, "open");
	assert_int_equal(set2(1, "status", "closed", "closing",
	    "goal_reached"), 0);
	/* It is closed once; its reason can be corrected. */
	versions = world_count(&w, 1, ALL_VERSIONS);
	assert_int_equal(set2(1, "status", "closed", "closing",
	    "moved_school"), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	refused("closed already");
	assert_int_equal(set2(1, "closing", "goal_reached", NULL, NULL), -1);
	refused("says that already");
	assert_int_equal(world_count(&w, 1, ALL_VERSIONS), versions);
	assert_int_equal(set2(1, "closing", "moved_school", NULL, NULL), 0);
	assert_int_equal(set2(1, "status", "open", NULL, NULL), -1);
	refused("reopen");
	assert_int_equal(set2(1, "closing", "", NULL, NULL), -1);
	assert_int_equal(set2(1, "status", "reopened", "closing", ""), 0);
	assert_int_equal(set2(1, "status", "reopened", "closing", ""), -1);
	refused("only a closed case");
	assert_int_equal(set2(1, "status", "paused", NULL, NULL), 0);
}

static void
test_coordinator(void **state)
{
	(void)state;
	assert_int_equal(set2(1, "coordinator", "Person 2", NULL, NULL), -1);
	refused("coordinator-why:");
	assert_int_equal(set2(1, "coordinator", "Person 2", "coordinator-why",
	    "the mother trusts her"), 0);
	/* The reason of the last change is none for this one. */
	assert_int_equal(set2(1, "coordinator", "Person 3", NULL, NULL), -1);
	refused("coordinator-why:");
	assert_int_equal(set2(1, "coordinator", "Person 2", NULL, NULL), -1);
	assert_int_equal(e.kind, ERR_CLASH); /* nothing would change */
}

static void
test_outside(void **state)
{
	(void)state;
	assert_int_equal(set2(1, "stage", "2", "outside", "Person 2"), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	refused("Person 2");
	world_grant(&w, 1, &kid, 2, "card,plan", false);
	assert_int_equal(set2(1, "stage", "2", "outside",
	    "Person 2, Person 3"), -1);
	refused("Person 3");
	assert_int_equal(set2(1, "stage", "2", "outside", "Person 2"), 0);
	world_pass(&w, 1000);
	world_withdraw(&w, 1, &kid, 2, NULL);
	assert_int_equal(set2(1, "stage", "1", NULL, NULL), 0);
	assert_int_equal(set2(1, "stage", "2", NULL, NULL), -1);
	refused("Person 2");
}

static size_t
steps(int i)
{
	struct record_list l;
	size_t n;

	assert_int_equal(course_list(w.c[i].session, &kid, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	return n;
}

static void
test_seen(void **state)
{
	struct timeline_query q = { .case_id = kid };
	struct record_list l;
	char words[200];

	(void)state;
	world_grant(&w, 1, &kid, 2, "card", false);
	assert_int_equal(set2(1, "coordinator", "Person 3", "coordinator-why",
	    "the mother trusts him"), 0);
	assert_int_equal(set2(1, "stage", "2", "outside", "Person 2"), 0);
	assert_int_equal(steps(1), 2);
	assert_int_equal(set2(1, "school", "Lasila", NULL, NULL), 0);
	assert_int_equal(steps(1), 2); /* no step */
	trust_twice(&w, 1, 2);
	world_must_sync(&w, 3);
	assert_int_equal(steps(2), 2);
	assert_int_equal(steps(3), 0);
	assert_int_equal(timeline_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 4); /* case, consent, two steps */
	timeline_words(&l.items[0], words, sizeof(words));
	assert_string_equal(words, "Stage 2: with outside parties · Person 2");
	timeline_words(&l.items[1], words, sizeof(words));
	assert_string_equal(words, "Person 3 · the mother trusts him");
	record_list_done(&l);
	q.limit = 1;
	assert_int_equal(timeline_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "stage"), "2");
	record_list_done(&l);
	q.types = "consent";
	assert_int_equal(timeline_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.items[0].type, TYPE_CONSENT);
	record_list_done(&l);
}

/* Kept, marked, and the case stays closed; whoever synced first. */
static void
test_late_note(void **state)
{
	struct records_query q = { .type = TYPE_NOTE, .case_id = &kid };
	struct record_list l;
	char text[160];
	struct id early, late;
	int order;

	(void)state;
	world_grant(&w, 1, &kid, 2, "card,notes", true);
	assert_int_equal(world_note(&w, 1, &kid, "before", &early), 0);
	trust_twice(&w, 1, 2);
	assert_int_equal(set2(1, "status", "closed", "closing", "no_need"),
	    0);
	world_pass(&w, 10 * 60 * 1000);
	assert_int_equal(world_note(&w, 2, &kid, "after", &late), 0);
	for (order = 0; order < 2; order++) {
		world_must_sync(&w, order == 0 ? 2 : 1);
		trust_twice(&w, 1, 2);
		assert_int_equal(records_list(w.c[1 + order].session, &q, &l,
		    &e), 0);
		assert_int_equal(l.count, 2);
		assert_true(l.items[0].after_closing);
		assert_false(l.items[1].after_closing);
		record_list_done(&l);
		world_field(&w, 1, &kid, "status", text);
		assert_string_equal(text, "closed");
	}
	assert_int_equal(set2(1, "status", "reopened", "closing", ""), 0);
	assert_int_equal(set2(1, "status", "reopened", "closing", ""), -1);
	refused("only a closed case");
	assert_int_equal(records_list(w.c[1].session, &q, &l, &e), 0);
	assert_false(l.items[0].after_closing);
	record_list_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_states, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coordinator, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_note, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
