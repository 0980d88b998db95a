/* client/core/vault/arena: pages of the store in locked, undumpable memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/core/vault/arena.h"
#include "client/core/vault/vault.h"
#include "common/db/db.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif
#define MIB ((size_t)1 << 20)
/* Stands in a page and in no statement: made by SQLite from two halves. */
#define NEEDLE "the accordion repairer"

static struct err e;

/* The piece of memory that has ${at}: its flags as the kernel tells them. */
static bool
flags_of(uintptr_t at, char *out, size_t len)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	bool inside = false, found = false;
	char line[512];
	unsigned long from, to;

	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = at >= from && at < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			snprintf(out, len, "%s", line);
			found = true;
		}
	}
	fclose(f);
	return found;
}

static size_t
work(struct vault **out)
{
	static const struct vault_cost cheap = { 1, 8192 };
	struct vault_options o = { .no_floor = true };
	char dir[] = "/tmp/test_arena.XXXXXX", path[64], cmd[96];
	struct vault *v;
	int64_t n = 0;
	int now = 0, most = 0, over = 0;

	if (mkdtemp(dir) == NULL)
		return 0;
	snprintf(path, sizeof(path), "%s/s.tugi", dir);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	if (vault_create(path, view_str("pass"), &cheap, &o, &v, &e) != 0 ||
	    db_exec(vault_db(v), "CREATE TABLE note(body)", &e) != 0)
		return 0;
	while (n++ < 60)
		if (db_exec(vault_db(v), "WITH RECURSIVE c(n) AS (SELECT 1 "
		    "UNION ALL SELECT n+1 FROM c WHERE n<200) INSERT INTO note "
		    "SELECT 'the accordion ' || 'repairer' || "
		    "randomblob(900) FROM c", &e) != 0)
			return 0;
	if (db_one_int(vault_db(v), "SELECT count(*) FROM note WHERE "
	    "length(body)>100", &n, &e) != 1)
		return 0;
	sqlite3_status(SQLITE_STATUS_PAGECACHE_USED, &now, &most, 0);
	*out = v;
	if (system(cmd) != 0)
		return 0;
	/* Every page lay in the arena: nothing went to the heap. */
	sqlite3_status(SQLITE_STATUS_PAGECACHE_OVERFLOW, &now, &over, 0);
	return over == 0 ? (size_t)most : 0;
}

/* Where lines are counted (make cover-vault): what a child reached. */
void __gcov_dump(void) __attribute__((weak));

/* In a process of its own: SQLite is set up once. */
static int
in_child(rlim_t limit, bool (*before)(void), int (*check)(void))
{
	struct rlimit r = { limit / 2, limit };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		/* Root may lock what it likes. */
		if (setrlimit(RLIMIT_MEMLOCK, &r) != 0 ||
		    (geteuid() == 0 && setuid(65534) != 0))
			_exit(90);
		if (before != NULL && !before())
			_exit(91);
		arena_start();
		arena_start(); /* once is enough */
		status = check();
		if (__gcov_dump != NULL)
			__gcov_dump();
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int
check_locked(void)
{
	struct arena_state a = arena_state();
	struct vault *v = NULL;
	size_t slots = work(&v);

	if (!a.locked || a.bytes < 5 * MIB || a.bytes > 8 * MIB)
		return 1;
	/* A store larger than the cache: it was full, and never more. */
	if (slots * 4096 < a.bytes / 2)
		return 2;
	vault_close(v);
	return 0;
}

/* Where a page's bytes lie in this process, and what that memory is. */
static int
check_memory(void)
{
	char line[512], flags[512] = "";
	unsigned long from, to;
	struct vault *v = NULL;
	FILE *f;
	int seen = 0;

	if (work(&v) == 0)
		return 1;
	f = fopen("/proc/self/maps", "r");
	if (f == NULL)
		return 2;
	while (fgets(line, sizeof(line), f) != NULL) {
		char mode[8];
		const uint8_t *at;
		size_t left;

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    mode[1] != 'w' || strstr(line, "[stack]") != NULL ||
		    mode[0] != 'r')
			continue;
		at = (const uint8_t *)from;
		left = to - from;
		/* Pages alone have it many times over. */
		while ((at = memmem(at, left, NEEDLE, strlen(NEEDLE))) !=
		    NULL) {
			seen++;
			if (!flags_of((uintptr_t)at, flags, sizeof(flags)))
				return 3;
			if (seen > 50)
				break;
			at++;
			left = to - (unsigned long)at;
		}
		if (seen > 50)
			break;
		seen = 0;
	}
	fclose(f);
	vault_close(v);
	if (seen <= 50)
		return 4;
	return strstr(flags, " lo") != NULL && strstr(flags, " dd") != NULL ?
	    0 : 5;
}

static int
check_small(void)
{
	struct arena_state a = arena_state();
	struct vault *v = NULL;
	int rc = work(&v) > 0 && a.locked && a.bytes < 2 * MIB ? 0 : 1;

	vault_close(v);
	return rc;
}

/* Too little may be locked: it works, and says that it is not locked. */
static int
check_none(void)
{
	struct arena_state a = arena_state();
	struct vault *v = NULL;
	int rc = work(&v) > 0 && !a.locked && a.bytes == ARENA_MOST ? 0 : 1;

	vault_close(v);
	return rc;
}

/* What may be locked by number cannot be: the same, and it says so. */
static int
check_not_locked(void)
{
	struct arena_state a = arena_state();
	struct vault *v = NULL;
	int rc = work(&v) > 0 && !a.locked && a.bytes > 0 ? 0 : 1;

	vault_close(v);
	return rc;
}

static void
test_locked(void **state)
{
	(void)state;
	assert_int_equal(in_child(8 * MIB, NULL, check_locked), 0);
	/* A sanitizer's own memory is not all to be read. */
	if (!SANITIZED)
		assert_int_equal(in_child(8 * MIB, NULL, check_memory), 0);
}

static void
test_small_limits(void **state)
{
	(void)state;
	assert_int_equal(in_child(3 * MIB, NULL, check_small), 0);
	/* libsodium locks keys as far as it may, and goes on without. */
	assert_int_equal(in_child(0, NULL, check_none), 0);
}

static int
check_nothing(void)
{
	return arena_state().bytes == 0 && !arena_state().locked ? 0 : 1;
}

/* A process that has used SQLite already is told, not broken. */
static void
test_too_late(void **state)
{
	(void)state;
	assert_int_equal(sqlite3_initialize(), SQLITE_OK);
	assert_int_equal(in_child(8 * MIB, NULL, check_nothing), 0);
}

/* Somebody has locked most of it already. */
static bool
lock_most(void)
{
	struct rlimit r = { 8 * MIB, 8 * MIB };
	void *p = mmap(NULL, 6 * MIB, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return setrlimit(RLIMIT_MEMLOCK, &r) == 0 && p != MAP_FAILED &&
	    mlock(p, 6 * MIB) == 0;
}

/* No address space for an arena. */
static bool
leave_nothing(void)
{
	static const struct rlimit r = { MIB, MIB };

	return setrlimit(RLIMIT_AS, &r) == 0;
}

static void
test_no_room(void **state)
{
	(void)state;
	/* Under a sanitizer mlock locks nothing and says that it did. */
	if (SANITIZED)
		skip();
	assert_int_equal(in_child(8 * MIB, lock_most, check_not_locked), 0);
	assert_int_equal(in_child(8 * MIB, leave_nothing, check_nothing), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_small_limits),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_too_late)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
