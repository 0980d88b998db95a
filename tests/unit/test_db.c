/* common/db/db: settings, values both ways, transactions, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/db/db.h"

static char dir[64], path[96];
static struct err e;

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_db.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/x.db", dir);
	err_clear(&e);
	return 0;
}

static int
teardown(void **state)
{
	static const char *const end[] = { "", "-wal", "-shm", "-journal" };
	char name[128];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, end[i]);
		unlink(name);
	}
	return rmdir(dir);
}

static struct db *
open_new(void)
{
	struct db_options o = { .create = true };
	struct db *db = NULL;

	if (db_open(path, &o, &db, &e) != 0)
		fail_msg("%s", e.text);
	return db;
}

static int64_t
pragma(struct db *db, const char *sql)
{
	int64_t v = -1;

	assert_int_equal(db_one_int(db, sql, &v, &e), 1);
	return v;
}

static void
test_settings(void **state)
{
	struct db *db = open_new();
	struct stmt *s;

	(void)state;
	assert_int_equal(pragma(db, "PRAGMA synchronous"), 2);
	assert_int_equal(pragma(db, "PRAGMA cache_spill"), 0);
	assert_int_equal(pragma(db, "PRAGMA temp_store"), 2);
	assert_int_equal(pragma(db, "PRAGMA secure_delete"), 1);
	assert_int_equal(pragma(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(pragma(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(pragma(db, "PRAGMA cache_size"), -8192);
	s = db_prepare(db, "PRAGMA journal_mode");
	assert_int_equal(db_step(s, &e), 1);
	assert_string_equal(db_text(s, 0), "wal");
	db_reset(s);
	db_close(db);
}

static void
test_settings_are_closed(void **state)
{
	static const char *const no[] = { "PRAGMA synchronous=OFF",
		"PRAGMA cache_spill=ON", "PRAGMA journal_mode=DELETE",
		"PRAGMA locking_mode=NORMAL", "PRAGMA temp_store=FILE",
		"PRAGMA secure_delete=OFF", "PRAGMA writable_schema=ON",
		"ATTACH ':memory:' AS other", "VACUUM",
		"VACUUM INTO '/tmp/never.db'",
		"SELECT load_extension('x')" };
	struct db *db = open_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (db_exec(db, no[i], &e) == 0)
			fail_msg("allowed: %s", no[i]);
	assert_int_equal(pragma(db, "PRAGMA synchronous"), 2);
	assert_int_equal(pragma(db, "PRAGMA cache_spill"), 0);
	db_close(db);
}

static void
test_values(void **state)
{
	struct id id = { { 1, 2, 3 } }, id2;
	struct hash h = { { 9, 8 } }, h2;
	struct db *db = open_new();
	struct stmt *s;

	(void)state;
	assert_int_equal(db_exec(db, "CREATE TABLE t(a,b,c,d,e,f,g)", &e), 0);
	s = db_prepare(db, "INSERT INTO t VALUES(?,?,?,?,?,?,?)");
	db_bind_int(s, 1, INT64_MIN);
	db_bind_text(s, 2, "Jänes");
	db_bind_view(s, 3, view_of(NULL, 0));
	db_bind_id(s, 4, &id);
	db_bind_hash(s, 5, &h);
	db_bind_id(s, 6, NULL);
	db_bind_text(s, 7, NULL);
	assert_int_equal(db_run(s, &e), 0);
	assert_int_equal(db_last_rowid(db), 1);
	assert_int_equal(db_changes(db), 1);

	s = db_prepare(db, "SELECT * FROM t");
	assert_int_equal(db_step(s, &e), 1);
	assert_true(db_int(s, 0) == INT64_MIN);
	assert_string_equal(db_text(s, 1), "Jänes");
	assert_false(db_is_null(s, 2));
	assert_int_equal(db_blob(s, 2).len, 0);
	assert_int_equal(db_id(s, 3, &id2), 0);
	assert_true(id_eq(&id, &id2));
	assert_int_equal(db_hash(s, 4, &h2), 0);
	assert_true(hash_eq(&h, &h2));
	assert_int_equal(db_id(s, 4, &id2), -1); /* wrong size */
	assert_true(id_is_zero(&id2));
	assert_true(db_is_null(s, 5));
	assert_true(db_is_null(s, 6));
	assert_string_equal(db_text(s, 6), "");
	assert_int_equal(db_step(s, &e), 0);
	db_close(db);
}

static void
test_cache(void **state)
{
	static const char sql[] = "SELECT ?1";
	char reused[32] = "SELECT 1";
	struct db *db = open_new();
	struct stmt *a, *b;

	(void)state;
	a = db_prepare(db, sql);
	db_bind_int(a, 1, 7);
	assert_int_equal(db_step(a, &e), 1);
	/* The same literal: the same statement, ready and without values. */
	b = db_prepare(db, sql);
	assert_ptr_equal(a, b);
	assert_int_equal(db_step(b, &e), 1);
	assert_true(db_is_null(b, 0));
	/* The same address with other text is another statement. */
	a = db_prepare(db, reused);
	assert_int_equal(db_step(a, &e), 1);
	memcpy(reused, "SELECT 2", 9);
	b = db_prepare(db, reused);
	assert_int_equal(db_step(b, &e), 1);
	assert_int_equal(db_int(b, 0), 2);
	db_close(db);
}

static void
test_bad_statements(void **state)
{
	static const char sql[] = "SELECT x FROM missing";
	struct db *db = open_new();
	struct stmt *s = db_prepare(db, sql);
	int64_t v;

	(void)state;
	assert_non_null(s);
	db_bind_int(s, 1, 1);
	assert_int_equal(db_step(s, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_non_null(strstr(e.text, "no such table"));
	/* It is compiled again once the table exists. */
	assert_int_equal(db_exec(db, "CREATE TABLE missing(x)", &e), 0);
	assert_int_equal(db_step(db_prepare(db, sql), &e), 0);
	/* A value for a parameter that is not there. */
	s = db_prepare(db, "SELECT 1");
	db_bind_int(s, 3, 1);
	assert_int_equal(db_step(s, &e), -1);
	assert_int_equal(db_one_int(db, "SELECT 1 WHERE 0", &v, &e), 0);
	assert_int_equal(db_one_int(db, "SELECT nonsense", &v, &e), -1);
	db_close(db);
}

static void
test_transactions(void **state)
{
	struct db *db = open_new();
	int64_t n;

	(void)state;
	assert_int_equal(db_exec(db, "CREATE TABLE t(a UNIQUE, "
	    "CHECK (a < 10))", &e), 0);
	assert_false(db_in_tx(db));
	assert_int_equal(db_begin(db, &e), 0);
	assert_true(db_in_tx(db));
	assert_int_equal(db_begin(db, &e), -1); /* not nested */
	assert_int_equal(db_exec(db, "INSERT INTO t VALUES(1)", &e), 0);
	db_rollback(db);
	assert_false(db_in_tx(db));
	db_rollback(db); /* harmless */
	assert_int_equal(db_one_int(db, "SELECT count(*) FROM t", &n, &e), 1);
	assert_int_equal(n, 0);

	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec(db, "INSERT INTO t VALUES(1)", &e), 0);
	assert_int_equal(db_commit(db, &e), 0);
	assert_int_equal(db_exec(db, "INSERT INTO t VALUES(1)", &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(e.code, SQLITE_CONSTRAINT_UNIQUE);
	assert_int_equal(db_exec(db, "INSERT INTO t VALUES(11)", &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(db_checkpoint(db, &e), 0);
	db_close(db);
}

/* Open in a child and give back the kind of the error, 99 for success. */
static int
kind_in_child(bool exclusive, bool create, bool as_nobody)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct db_options o = { .exclusive = exclusive,
			.create = create };
		struct db *db;

		if (as_nobody && seteuid(65534) != 0)
			_exit(98);
		if (db_open(path, &o, &db, &e) == 0)
			_exit(99);
		if (as_nobody && strstr(e.text, "read-only") == NULL)
			_exit(97);
		_exit((int)e.kind);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_held(void **state)
{
	struct db_options o = { .create = true, .exclusive = true };
	struct db *db;

	(void)state;
	assert_int_equal(db_open(path, &o, &db, &e), 0);
	assert_int_equal(kind_in_child(true, false, false), ERR_CLASH);
	assert_int_equal(kind_in_child(false, false, false), ERR_CLASH);
	db_close(db);
	assert_int_equal(kind_in_child(true, false, false), 99);
}

static void
test_absent_and_foreign(void **state)
{
	struct db_options o = { .create = false };
	struct db *db = (struct db *)&o;
	FILE *f;
	int i;

	(void)state;
	assert_int_equal(db_open(path, &o, &db, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_null(db);
	f = fopen(path, "w");
	for (i = 0; i < 1000; i++)
		fputs("Dear diary, ", f);
	fclose(f);
	assert_int_equal(db_open(path, &o, &db, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_int_equal(e.code, SQLITE_NOTADB);
	assert_non_null(strstr(e.text, "not a database"));
}

static void
test_read_only(void **state)
{
	struct db *db = open_new();

	(void)state;
	assert_int_equal(db_exec(db, "CREATE TABLE t(a)", &e), 0);
	db_close(db);
	chmod(path, 0444);
	chmod(dir, 0555);
	assert_int_equal(kind_in_child(true, false, geteuid() == 0),
	    ERR_LOCAL);
	/* A file that would have to be made in such a folder. */
	chmod(dir, 0755);
	unlink(path);
	chmod(dir, 0555);
	assert_int_equal(kind_in_child(true, true, geteuid() == 0), ERR_LOCAL);
	chmod(dir, 0755);
}

static void
test_full(void **state)
{
	struct rlimit was, small = { 400000, RLIM_INFINITY };
	struct db *db = open_new();
	int64_t n;

	(void)state;
	assert_int_equal(db_exec(db, "CREATE TABLE t(a)", &e), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec(db, "INSERT INTO t VALUES(randomblob(600000))",
	    &e), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	n = db_commit(db, &e);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(n, -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	db_rollback(db);
	assert_false(db_in_tx(db));
	assert_int_equal(db_one_int(db, "SELECT count(*) FROM t", &n, &e), 1);
	assert_int_equal(n, 0);
	db_close(db);
}

/* ---- pages that spill ---- */

/*
 * A transaction that spills pages into the log inside a savepoint, writes some
 * of them again, rolls the savepoint back and commits. SQLite 3.40.1 remembers
 * from which frame on checksums are missing, not that this frame is gone: the
 * frames before it stay without, and the log ends there after a crash.
 */
static const char spilling[] = "BEGIN; UPDATE n SET b=zeroblob(901) WHERE "
    "id<20; SAVEPOINT s; WITH RECURSIVE c(n) AS (SELECT 1000 UNION ALL SELECT "
    "n+1 FROM c WHERE n<1400) INSERT INTO n SELECT n, randomblob(1000) FROM c;"
    "UPDATE n SET b=randomblob(1000) WHERE id>1200;"
    "UPDATE n SET b=randomblob(999) WHERE id>1200;"
    "ROLLBACK TO s; RELEASE s;"
    "INSERT INTO n SELECT id+2000, randomblob(1500) FROM n WHERE id<40; COMMIT";
static const char first_rows[] = "CREATE TABLE n(id INTEGER PRIMARY KEY, b);"
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<60) "
    "INSERT INTO n SELECT n, zeroblob(900) FROM c";

static void
copy_file(const char *from, const char *to)
{
	struct buf b;

	buf_init(&b, 1 << 24);
	assert_int_equal(file_read(from, &b, &e), 0);
	assert_int_equal(file_replace(to, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
}

static int
first_int(void *out, int n, char **values, char **names)
{
	(void)n;
	(void)names;
	*(int64_t *)out = strtoll(values[0], NULL, 10);
	return 0;
}

static int64_t
rows(sqlite3 *h)
{
	int64_t n = -1;

	assert_int_equal(sqlite3_exec(h, "SELECT count(*) FROM n", first_int,
	    &n, NULL), SQLITE_OK);
	return n;
}

/* What a power cut leaves is what stands in the two files. */
static bool
survives(sqlite3 *h)
{
	char copy[128], log[128], copied[140];
	int64_t before = rows(h), after;
	sqlite3 *other;

	snprintf(copy, sizeof(copy), "%s.cut", path);
	snprintf(log, sizeof(log), "%s-wal", path);
	snprintf(copied, sizeof(copied), "%s-wal", copy);
	copy_file(path, copy);
	copy_file(log, copied);
	assert_int_equal(sqlite3_open(copy, &other), SQLITE_OK);
	after = rows(other);
	sqlite3_close(other);
	unlink(copy);
	return after == before;
}

static void
test_spilled_savepoint(void **state)
{
	struct db_options o = { .create = true, .cache_kib = 120 };
	struct db *db;
	sqlite3 *h;
	bool kept;

	(void)state;
	/* SQLite as it comes, with what everybody sets for durability. */
	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, "PRAGMA journal_mode=WAL; PRAGMA "
	    "synchronous=FULL; PRAGMA cache_size=30", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, first_rows, NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, spilling, NULL, NULL, NULL),
	    SQLITE_OK);
	kept = survives(h);
	print_message("SQLite %s as it comes: the commit is %s\n",
	    sqlite3_libversion(), kept ? "kept" : "lost");
	if (sqlite3_libversion_number() == 3040001)
		assert_false(kept);
	sqlite3_close(h);
	unlink(path);
	/* And as the client and the hub open it. */
	if (db_open(path, &o, &db, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(db_exec(db, first_rows, &e), 0);
	assert_int_equal(db_exec(db, spilling, &e), 0);
	assert_true(survives(db_handle(db)));
	db_close(db);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_settings), T(test_settings_are_closed), T(test_values),
		T(test_cache), T(test_bad_statements), T(test_transactions),
		T(test_held), T(test_absent_and_foreign), T(test_read_only),
		T(test_full), T(test_spilled_savepoint)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
