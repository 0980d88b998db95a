/* core/conflicts: shown with their base, ended by taking one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/conflicts.h"
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

static struct id
make_conflict(struct colleague *c)
{
	struct id id = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "school", "Before" };
	struct record_row row;
	struct record rec;
	struct err e = { 0 };

	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	memset(&rec, 0, sizeof(rec));
	rec.id = id;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], CASE_SCHOOL, "Theirs");
	fixture_bases(&fx, &id, &rec.ops[0]);
	fixture_ack(&fx);
	/* A step that only this side comes from is not the base. */
	a.text = "Between";
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	a.text = "Mine";
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	fx.now_ms += 1000;
	assert_int_equal(fixture_accept(&fx, c, &row.space, &rec, &e), 0);
	return id;
}

static void
test_list_and_take(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = make_conflict(mart);
	struct conflict_list l;
	struct record_item r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_true(id_eq(&l.items[0].record, &id));
	assert_string_equal(l.items[0].field, "school");
	assert_string_equal(l.items[0].case_label, "Kask");
	assert_string_equal(l.items[0].base, "Before");
	assert_int_equal(l.items[0].side_count, 2);
	/* Not yet sent, so on top although it is the older one. */
	assert_string_equal(l.items[0].sides[0].text, "Mine");
	assert_string_equal(l.items[0].sides[0].author, "Anna Arumets");
	assert_true(l.items[0].sides[0].shown);
	assert_string_equal(l.items[0].sides[1].text, "Theirs");
	assert_string_equal(l.items[0].sides[1].author, "Mart");
	conflict_list_done(&l);
	assert_int_equal(conflicts_take(fx.s, &id, "school", 3, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(conflicts_take(fx.s, &id, "school", 0, &e), -1);
	assert_int_equal(conflicts_take(fx.s, &id, "name", 1, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(conflicts_take(fx.s, &id, "school", 2, &e), 0);
	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 0);
	conflict_list_done(&l);
	assert_int_equal(records_find(fx.s, &id, &r, &e), 1);
	assert_string_equal(record_field(&r, "school"), "Theirs");
	assert_false(r.conflict);
	record_item_done(&r);
	assert_int_equal(conflicts_take(fx.s, &id, "school", 1, &e), -1);
}

static void
test_no_base(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "theme", "mine" };
	struct record_row row;
	struct record rec;
	struct conflict_list l;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	memset(&rec, 0, sizeof(rec));
	rec.id = id;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], CASE_THEME, "theirs");
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), 0);
	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_null(l.items[0].base);
	conflict_list_done(&l);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_list_and_take), T(test_no_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
