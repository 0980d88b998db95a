/* core/records, people, plans: fields as people read and type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/profile/people.h"
#include "client/core/cases/plans.h"
#include "client/core/records/records.h"
#include "tests/support/fixture.h"

static struct fixture fx;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&fx, true);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&fx);
	return 0;
}

static int
set(const struct id *id, const char *name, const char *text, struct err *e)
{
	struct assignment a = { name, text };

	return records_set(fx.s, id, &a, 1, e);
}

static void
test_item(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart Õun");
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct record_item r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(set(&c, "lead", "mart o", &e), 0);
	assert_int_equal(set(&c, "born", "2015-04-09", &e), 0);
	assert_int_equal(records_find(fx.s, &c, &r, &e), 1);
	assert_int_equal(r.type, TYPE_CASE);
	assert_string_equal(r.section, "card");
	assert_string_equal(r.author, "Anna Arumets");
	assert_string_equal(record_field(&r, "lead"), "Mart Õun");
	assert_string_equal(record_field(&r, "born"), "2015-04-09");
	assert_string_equal(record_field(&r, "school"), "");
	assert_true(r.waits);
	assert_false(r.held || r.conflict || r.amended);
	record_item_done(&r);
	fixture_ack(&fx);
	assert_int_equal(records_find(fx.s, &c, &r, &e), 1);
	assert_false(r.waits);
	record_item_done(&r);
	/* Emptied. */
	assert_int_equal(set(&c, "born", "", &e), 0);
	assert_int_equal(records_find(fx.s, &c, &r, &e), 1);
	assert_string_equal(record_field(&r, "born"), "");
	record_item_done(&r);
	assert_int_equal(records_find(fx.s, &mart->person, &r, &e), 0);
}

static void
test_refused(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), n;
	struct assignment twice[] = { { "school", "a" }, { "school", "b" } };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(set(&c, "mood", "x", &e), -1);
	assert_non_null(strstr(e.text, "mood"));
	assert_int_equal(set(&c, "born", "2015-02-29", &e), -1);
	assert_non_null(strstr(e.text, "born"));
	assert_int_equal(set(&c, "lead", "Nobody", &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(records_set(fx.s, &c, twice, 2, &e), -1);
	assert_non_null(strstr(e.text, "twice"));
	assert_int_equal(records_set(fx.s, &c, twice, 0, &e), -1);
	n = fixture_note(&fx, &c, "text");
	assert_int_equal(set(&n, "text", "changed", &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	id_random(&n);
	assert_int_equal(set(&n, "school", "x", &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

static void
test_list(void **state)
{
	struct id a = fixture_case(&fx, "Kask", "K1");
	struct id b = fixture_case(&fx, "Tamm", "T1");
	struct records_query q = { .type = TYPE_NOTE,
		.case_id = &a, .limit = 2 };
	struct record_list l;
	struct err e = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		fx.now_ms += 1000;
		fixture_note(&fx, &a, i == 4 ? "newest" : "older");
	}
	fixture_note(&fx, &b, "other case");
	assert_int_equal(records_list(fx.s, &q, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.total, 5);
	assert_string_equal(record_field(&l.items[0], "text"), "newest");
	record_list_done(&l);
	/* A hidden one is neither listed nor counted. */
	assert_int_equal(db_exec(fx.st->db, "UPDATE record SET flags = 4 "
	    "WHERE rid = (SELECT min(rid) FROM record WHERE type = 4)", &e),
	    0);
	assert_int_equal(records_list(fx.s, &q, &l, &e), 0);
	assert_int_equal(l.total, 4);
	record_list_done(&l);
	q.case_id = NULL;
	q.limit = 1;
	assert_int_equal(records_list(fx.s, &q, &l, &e), 0);
	assert_int_equal(l.total, 5);
	record_list_done(&l);
	assert_int_equal(db_exec(fx.st->db, "UPDATE record SET flags = 0", &e),
	    0);
	q.limit = 0;
	assert_int_equal(records_list(fx.s, &q, &l, &e), 0);
	assert_int_equal(l.count, 6);
	assert_int_equal(l.total, 6);
	record_list_done(&l);
}

static void
test_people(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart Õun");
	struct person_list l;
	struct person_item p;
	struct id who;
	char name[160];
	struct err e = { 0 };
	char hex[ID_TEXT_BYTES];

	(void)state;
	fixture_colleague(&fx, "Mart Õunapuu");
	assert_int_equal(people_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 3);
	person_list_done(&l);
	assert_int_equal(people_find(fx.s, "MART OUN", &p, &e), 0);
	assert_true(id_eq(&p.person, &mart->person));
	assert_int_equal(p.devices, 1);
	assert_int_equal(people_find(fx.s, "Mart", &p, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_null(strstr(e.text, "Õun"));
	assert_int_equal(people_find(fx.s, "Zoe", &p, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(people_find(fx.s, id_text(&fx.st->person, hex), &p,
	    &e), 0);
	assert_true(p.me);
	assert_string_equal(p.name, "Anna Arumets");
	id_random(&who);
	assert_int_equal(people_name(fx.s, &who, name, &e), 0);
	assert_memory_equal(name, "person ", 7);
	assert_int_equal(strlen(name), 15);
}

static void
test_plans(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), id;
	struct assignment set[] = { { "goal", "Comes to school" },
		{ "due", "2027-01-15" } };
	struct record_item r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(plans_add(fx.s, &c, set + 1, 1, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(plans_add(fx.s, &c, set, 2, &id, &e), 0);
	assert_int_equal(records_find(fx.s, &id, &r, &e), 1);
	assert_string_equal(r.section, "plan");
	assert_string_equal(record_field(&r, "due"), "2027-01-15");
	record_item_done(&r);
	id_random(&c);
	assert_int_equal(plans_add(fx.s, &c, set, 2, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_item), T(test_refused), T(test_list), T(test_people),
		T(test_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
