/* common/db/migrate: once, in order, all or nothing, never backwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/db/db.h"
#include "common/db/migrate.h"

static struct err e;
static char path[64];

static const struct migration good[] = {
	{ 1, "CREATE TABLE a(x); INSERT INTO a VALUES(1);" },
	{ 2, "INSERT INTO a VALUES(2); CREATE TABLE b(y);" },
	{ 0, NULL }
};

static int
setup(void **state)
{
	struct db_options o = { .create = true, .exclusive = true };
	struct db *db;

	snprintf(path, sizeof(path), "/tmp/test_migrate.%d", (int)getpid());
	/* An in-memory database has no WAL and is refused: use a file. */
	if (db_open(path, &o, &db, &e) != 0)
		return -1;
	*state = db;
	return 0;
}

static int
teardown(void **state)
{
	db_close(*state);
	return unlink(path);
}

static int64_t
one(struct db *db, const char *sql)
{
	int64_t v = -1;

	assert_int_equal(db_one_int(db, sql, &v, &e), 1);
	return v;
}

static void
test_once(void **state)
{
	struct db *db = *state;

	assert_int_equal(migrate(db, good, &e), 0);
	assert_int_equal(one(db, "PRAGMA user_version"), 2);
	assert_int_equal(migrate(db, good, &e), 0);
	assert_int_equal(one(db, "SELECT count(*) FROM a"), 2);
}

static void
test_from_the_middle(void **state)
{
	const struct migration first[] = { good[0], { 0, NULL } };
	struct db *db = *state;

	assert_int_equal(migrate(db, first, &e), 0);
	assert_int_equal(one(db, "PRAGMA user_version"), 1);
	assert_int_equal(migrate(db, good, &e), 0);
	assert_int_equal(one(db, "SELECT sum(x) FROM a"), 3);
}

static void
test_all_or_nothing(void **state)
{
	const struct migration bad[] = { good[0],
		{ 2, "INSERT INTO a VALUES(2); INSERT INTO none VALUES(1);" },
		{ 0, NULL } };
	struct db *db = *state;

	assert_int_equal(migrate(db, bad, &e), -1);
	assert_non_null(strstr(e.text, "version 2"));
	assert_false(db_in_tx(db));
	assert_int_equal(one(db, "PRAGMA user_version"), 1);
	assert_int_equal(one(db, "SELECT count(*) FROM a"), 1);
	assert_int_equal(migrate(db, good, &e), 0);
}

static void
test_newer(void **state)
{
	const struct migration first[] = { good[0], { 0, NULL } };
	struct db *db = *state;

	assert_int_equal(migrate(db, good, &e), 0);
	assert_int_equal(migrate(db, first, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(db_exec(db, "PRAGMA user_version=-4", &e), 0);
	assert_int_equal(migrate(db, good, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
}

static void
test_gap_in_the_list(void **state)
{
	const struct migration gap[] = { good[0], { 3, "SELECT 1" },
		{ 0, NULL } };

	assert_int_equal(migrate(*state, gap, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	assert_int_equal(one(*state, "PRAGMA user_version"), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_once), T(test_from_the_middle), T(test_all_or_nothing),
		T(test_newer), T(test_gap_in_the_list)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
