/* local/store: named values, clock, head, hub and roster over reopening. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static void
test_values(void **state)
{
	struct buf b;
	struct err e = { 0 };
	int64_t n = 0;

	(void)state;
	buf_init(&b, 64);
	assert_int_equal(store_get(fx.st, "x", &b, &e), 0);
	assert_int_equal(store_put(fx.st, "x", view_str("one"), &e), 0);
	assert_int_equal(store_put(fx.st, "x", view_str("two"), &e), 0);
	assert_int_equal(store_put_int(fx.st, "n", -5, &e), 0);
	fixture_reopen(&fx);
	assert_int_equal(store_get(fx.st, "x", &b, &e), 1);
	assert_string_equal(buf_str(&b), "two");
	assert_int_equal(store_get_int(fx.st, "n", &n, &e), 1);
	assert_int_equal(n, -5);
	assert_int_equal(store_get_int(fx.st, "x", &n, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_int_equal(store_del(fx.st, "x", &e), 0);
	assert_int_equal(store_get(fx.st, "x", &b, &e), 0);
	buf_done(&b);
}

static void
test_clock(void **state)
{
	struct err e = { 0 };
	uint64_t far = hlc_from_ms(FIXTURE_NOW + 5000), last;

	(void)state;
	store_absorb(fx.st, far, FIXTURE_NOW + 9000);
	assert_int_equal(store_now_ms(fx.st), FIXTURE_NOW + 9000);
	store_absorb(fx.st, 1, 1); /* older: no effect */
	last = store_stamp(fx.st);
	assert_true(last > far);
	assert_int_equal(store_save_clock_tx(fx.st, &e), 0);
	fx.now_ms = 1000;
	fixture_reopen(&fx);
	assert_true(store_stamp(fx.st) > last);
	assert_int_equal(store_now_ms(fx.st), FIXTURE_NOW + 9000);
}

static void
test_head_hub_roster(void **state)
{
	struct checkpoint cp = { { 7, 40 }, { { 9 } } };
	struct id person = fx.st->person;
	struct err e = { 0 };

	(void)state;
	fixture_colleague(&fx, "Mart");
	fx.st->hub.secret16[0] = 7;
	assert_int_equal(store_save_hub(fx.st, &e), 0);
	assert_int_equal(store_save_head_tx(fx.st, &cp, view_str("note"), &e),
	    0);
	fixture_reopen(&fx);
	assert_int_equal(fx.st->head.at.size, 40);
	assert_int_equal(fx.st->head.at.log_id, 7);
	assert_int_equal(fx.st->head.root.b[0], 9);
	assert_true(id_eq(&person, &fx.st->person));
	assert_int_equal(fx.st->stage, STORE_MEMBER);
	assert_string_equal(fx.st->hub.url, "https://hub.example:8443");
	/* The card's secret is gone once its work is done. */
	assert_int_equal(fx.st->hub.secret16[0], 0);
	assert_int_equal(fx.st->roster.device_count, 2);
	assert_non_null(roster_device(&fx.st->roster,
	    &fx.st->me->device));
}

static void
test_a_damaged_directory_is_refused(void **state)
{
	struct session *s = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(db_exec(fx.st->db,
	    "UPDATE item SET body = x'ff' WHERE sseq = 2", &e), 0);
	session_close(fx.s);
	fx.s = NULL;
	assert_int_equal(session_open(&fx.options, view_str(FIXTURE_PASS), &s,
	    &e), -1);
	assert_non_null(strstr(e.text, "directory"));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_values), T(test_clock), T(test_head_hub_roster),
		T(test_a_damaged_directory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
