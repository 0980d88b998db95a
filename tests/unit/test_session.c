/* core/session: made, opened, locked, held by the kernel, forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "tests/support/fixture.h"

static void
test_life(void **state)
{
	static struct fixture fx;
	struct session *other;
	struct stat st;
	struct id device;
	struct err e = { 0 };
	struct view none = { NULL, 0 };

	(void)state;
	fixture_open(&fx, false);
	assert_int_equal(stat(fx.profile, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	device = fx.st->me->device;
	assert_false(id_is_zero(&device));
	assert_int_equal(fx.st->stage, STORE_NEW);
	/* Held by this process: a second opening is refused. */
	assert_int_equal(session_open(&fx.options, view_str(FIXTURE_PASS),
	    &other, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(session_create(&fx.options, view_str(FIXTURE_PASS),
	    &other, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	fixture_reopen(&fx);
	assert_true(id_eq(&device, &fx.st->me->device));
	session_close(fx.s);
	fx.s = NULL;
	assert_int_equal(session_open(&fx.options, view_str("wrong words"),
	    &other, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(session_open(&fx.options, none, &other, &e), -1);
	assert_true(e.kind == ERR_DENIED || e.kind == ERR_LOCAL);
	fixture_close(&fx);
}

static void
test_refusals(void **state)
{
	struct session_options o;
	struct session *s;
	struct err e = { 0 };

	(void)state;
	session_options_default("/nonexistent-tugi/profile", &o);
	assert_int_equal(session_open(&o, view_str("some words"), &s, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(session_create(&o, view_str("short"), &s, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
}

static void
test_held_by_the_kernel(void **state)
{
	static struct fixture fx;
	struct err e = { 0 };
	struct view none = { NULL, 0 };

	(void)state;
	fixture_open(&fx, false);
	if (session_hold(fx.s, 60, &e) != 0) {
		/* A kernel or container without keyrings says so. */
		assert_int_equal(e.kind, ERR_LOCAL);
		assert_non_null(strstr(e.text, "passphrase"));
		fixture_close(&fx);
		skip();
	}
	assert_int_equal(session_hold(fx.s, 0, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	session_close(fx.s);
	fx.s = NULL;
	assert_int_equal(session_open(&fx.options, none, &fx.s, &e), 0);
	fx.st = session_store(fx.s);
	assert_int_equal(session_forget(&fx.options, &e), 0);
	assert_int_equal(session_forget(&fx.options, &e), 0);
	session_close(fx.s);
	fx.s = NULL;
	assert_int_equal(session_open(&fx.options, none, &fx.s, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	fx.s = NULL;
	fixture_close(&fx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_held_by_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
