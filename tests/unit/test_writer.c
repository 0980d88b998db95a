/* daemon/hub/writer: it rests once after jobs, and a job ends the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/hub/writer.h"

#define WAIT_MS 60000 /* a very busy machine; mostly half a second */

static atomic_int begun, rests;

static int
begin(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	atomic_fetch_add(&begun, 1);
	return 0;
}

static int
commit(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

static void
undo(void *ctx)
{
	(void)ctx;
}

static void
rest(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&rests, 1);
}

static int
run(void *ctx, void *arg, struct err *e)
{
	(void)ctx;
	(void)e;
	(*(int *)arg)++;
	return 0;
}

static void
wait_for_rests(int n)
{
	int ms;

	for (ms = 0; ms < WAIT_MS && atomic_load(&rests) < n; ms += 10)
		usleep(10000);
	assert_int_equal(atomic_load(&rests), n);
}

static void
test_rests_after_jobs(void **state)
{
	struct writer_ops ops = { begin, commit, undo, rest, undo, NULL };
	int done = 0, i;
	struct writer_job job = { run, &done, 1 };
	struct writer *w;
	struct err e;

	(void)state;
	assert_int_equal(writer_open(&ops, &w, &e), 0);
	wait_for_rests(1); /* from the start */
	for (i = 1; i <= 2; i++) {
		assert_int_equal(writer_do(w, &job, &e), 0);
		assert_int_equal(done, i);
		wait_for_rests(1 + i);
	}
	usleep(2 * WRITER_REST_MS * 1000); /* and not once more */
	assert_int_equal(atomic_load(&rests), 3);
	assert_int_equal(atomic_load(&begun), 2);
	writer_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rests_after_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
