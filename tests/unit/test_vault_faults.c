/*
 * Each allocation and each call to the disk of the encrypted store fails, once
 * and for good. Afterwards no memory is left behind, and the store holds what
 * was acknowledged or what was in flight.
 *
 * Allocations are SQLite's own, and those of our libraries (this program is
 * linked with wrappers of malloc). A small object that cannot be had ends the
 * program on purpose (common/base/mem.h): that is a kill, in a process of its
 * own, on real files.
 */
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
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/core/vault/salvage_copy.h"
#include "common/db/db.h"
#include "tests/support/cuts.h"

/* ---- memory that runs out ---- */

enum who { NOBODY, SQLITE, BUFFERS, OBJECTS };

static enum who who; /* whose allocations are counted */
static uint64_t count, fail_at;
static bool for_good;
static int64_t blocks, base_blocks; /* of our libraries, not given back */
static bool disk_grows; /* the simulated disk is no part of this */
static sqlite3_mem_methods real;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static bool
fails(enum who asks)
{
	if (asks != who || disk_grows)
		return false;
	count++;
	return fail_at != 0 && (count == fail_at ||
	    (for_good && count > fail_at));
}

void *
__wrap_malloc(size_t n)
{
	void *p = fails(BUFFERS) ? NULL : __real_malloc(n);

	blocks += p != NULL && !disk_grows;
	return p;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = fails(OBJECTS) ? NULL : __real_calloc(n, size);

	blocks += p != NULL && !disk_grows;
	return p;
}

void *
__wrap_realloc(void *p, size_t n)
{
	void *q = fails(BUFFERS) ? NULL : __real_realloc(p, n);

	blocks += q != NULL && p == NULL && !disk_grows;
	return q;
}

void
__wrap_free(void *p)
{
	blocks -= p != NULL && !disk_grows;
	__real_free(p);
}

static void *
lite_malloc(int n)
{
	return fails(SQLITE) ? NULL : real.xMalloc(n);
}

static void *
lite_realloc(void *p, int n)
{
	return fails(SQLITE) ? NULL : real.xRealloc(p, n);
}

static void
growing(bool begins)
{
	disk_grows = begins;
}

static void
arm(enum who w, uint64_t k, bool sticky)
{
	who = w;
	count = 0;
	fail_at = k;
	for_good = sticky;
}

/* ---- what is done ---- */

#define BESIDE "n.tugi"

static bool disk_fails;
static const char *const no_table[] = { NULL };

/* Open, change, copy, move the log into the file, close; the key as well. */
static int
session(struct cuts *w)
{
	struct vault_cost cost = { 1, 8192 };

	if (cuts_open(w) != 0 || cuts_change(w) != 0)
		return -1;
	if (vault_slot_add_recovery(w->v, view_str("code"), &cost, &w->e) != 0
	    || cuts_change(w) != 0 ||
	    db_checkpoint(vault_db(w->v), &w->e) != 0 ||
	    cuts_change(w) != 0)
		return -1;
	cuts_close(w);
	return 0;
}

/* A copy, and the same under another key. */
static int
copies(struct cuts *w)
{
	struct vault_ways ways = { .passphrase = view_str("third"),
		.cost = { 1, 8192 } };
	int rc;

	if (cuts_open(w) != 0 ||
	    vault_backup(w->v, CUTS_BACKUP, &w->e) != 0)
		return -1;
	w->next = w->acked;
	w->next.passphrase = "third";
	w->in_flight = true;
	rc = vault_renew(w->v, &ways, &w->e);
	w->v = NULL;
	if (rc == 0) {
		w->in_flight = false;
		w->acked = w->next;
	}
	return rc;
}

/* A store beside it: made, looked at, moved away. */
static int
making(struct cuts *w)
{
	struct vault_cost cost = { 1, 8192 };
	struct vault_key key;

	if (vault_create(BESIDE, view_str("pass"), &cost, &w->o, &w->v,
	    &w->e) != 0)
		return -1;
	key = *vault_key(w->v);
	cuts_close(w);
	return vault_verify(BESIDE, &key, &w->o, true, &w->e);
}

/* Each way of opening added, used and taken away. */
static int
ways(struct cuts *w)
{
	struct vault_cost cost = { 1, 8192 };
	uint8_t box[64];

	memset(box, 5, sizeof(box));
	crypto_box_seed_keypair(box, box + 32, box);
	if (cuts_open(w) != 0 ||
	    vault_slot_add_escrow(w->v, box, &w->e) != 0 ||
	    vault_slot_add_recovery(w->v, view_str("code"), &cost, &w->e) != 0
	    || vault_change_passphrase(w->v, view_str("other"), &cost, &w->e)
	    != 0)
		return -1;
	cuts_close(w);
	if (vault_open_escrow(CUTS_STORE, box, &w->o, &w->v, &w->e) != 0 ||
	    vault_slot_remove(w->v, VAULT_RECOVERY, &w->e) != 0)
		return -1;
	cuts_close(w);
	return vault_open_passphrase(CUTS_STORE, view_str("other"), &w->o,
	    &w->v, &w->e);
}

static struct buf beside; /* an empty store with the table, and its key */
static struct vault_key beside_key;

static void
make_beside(void)
{
	struct vault_cost cost = { 1, 8192 };
	struct cuts w;

	cuts_new(&w, 3);
	if (vault_create(BESIDE, view_str("pass"), &cost, &w.o, &w.v, &w.e) !=
	    0 || db_exec(vault_db(w.v), "CREATE TABLE note(id INTEGER PRIMARY "
	    "KEY, ver INT, body TEXT)", &w.e) != 0)
		cuts_bad(&w, "cannot make the other store");
	beside_key = *vault_key(w.v);
	cuts_close(&w);
	buf_init(&beside, SIZE_MAX);
	buf_add(&beside, simdisk_file(w.disk, BESIDE)->data,
	    simdisk_file(w.disk, BESIDE)->len);
	cuts_done(&w);
}

static uint64_t
salvage_lost(const struct salvage_report *r)
{
	uint64_t n = r->pages_lost + r->pages_unknown;
	size_t i;

	for (i = 0; i < r->count; i++)
		n += r->t[i].rows_lost + (!r->t[i].index &&
		    strcmp(r->t[i].name, "note") == 0 && r->t[i].rows == 0);
	return n;
}

static void
look_at(void *ctx, const struct cells_row *row)
{
	(void)ctx;
	assert_true(row->count > 0);
}

/* All rows of a store that was cut off, with a log, into another one. */
static int
rescue(struct cuts *w)
{
	struct salvage_way way = { view_str("pass"), { NULL, 0 }, NULL };
	struct salvage_report report;
	struct salvage *s;
	int rc;

	if (cuts_open(w) != 0)
		return -1;
	while (simdisk_file(w->disk, CUTS_LOG) == NULL) /* some do nothing */
		if (cuts_change(w) != 0)
			return -1;
	growing(true); /* the disk's own */
	simdisk_put(w->disk, "d.tugi", buf_view(simdisk_file(w->disk,
	    CUTS_STORE)));
	simdisk_put(w->disk, "d.tugi-wal", buf_view(simdisk_file(w->disk,
	    CUTS_LOG)));
	simdisk_put(w->disk, BESIDE, buf_view(&beside));
	growing(false);
	cuts_close(w);
	if (salvage_open("d.tugi", &way, &w->o, &s, &w->e) != 0)
		return -1;
	rc = vault_open_key(BESIDE, &beside_key, &w->o, &w->v, &w->e);
	if (rc == 0)
		rc = salvage_copy(s, w->v, no_table, &report, &w->e);
	if (rc == 0)
		rc = salvage_index(s, "by_ver", look_at, NULL, &w->e);
	salvage_close(s);
	/* Of a sound store nothing is lost, whatever memory there is. */
	if (rc == 0 && !disk_fails && salvage_lost(&report) != 0)
		cuts_bad(w, "salvage lost rows that were there");
	cuts_close(w);
	/* And opened as it was left, log and all. */
	if (rc == 0)
		rc = vault_open_key("d.tugi", &w->key, &w->o, &w->v, &w->e);
	return rc;
}

static const struct cuts_script work[] = {
	{ "session", session, false }, { "copies", copies, true },
	{ "making", making, false }, { "ways", ways, false },
	{ "rescue", rescue, false }
};

/* Afterwards: nothing left behind, everything there. */
static void
after(struct cuts *w, uint64_t k)
{
	arm(NOBODY, 0, false);
	simdisk_call_fails(w->disk, 0, false);
	cuts_close(w);
	if (sqlite3_memory_used() != 0)
		fail_msg("%s %llu: SQLite keeps %lld bytes", w->what,
		    (unsigned long long)k,
		    (long long)sqlite3_memory_used());
	w->at = k;
	if (cuts_open(w) != 0)
		cuts_bad(w, "cannot open afterwards");
	cuts_compare(w);
	cuts_done(w);
	if (blocks != base_blocks)
		fail_msg("%s %llu: %lld blocks were not given back", w->what,
		    (unsigned long long)k, (long long)(blocks - base_blocks));
}

/* The ${k}th allocation of ${whose} fails; false when there are not so many. */
static bool
without_memory(const struct cuts_script *s, enum who whose, uint64_t k,
    bool sticky)
{
	struct cuts w;
	bool reached;

	base_blocks = blocks;
	cuts_begin(&w, s, 11);
	arm(whose, k, sticky);
	(void)s->run(&w);
	reached = count >= k;
	after(&w, k);
	return reached;
}

static void
sweep(enum who whose, const char *name)
{
	size_t i;
	uint64_t k;

	for (i = 0; i < sizeof(work) / sizeof(work[0]); i++) {
		for (k = 1; without_memory(&work[i], whose, k, false);
		    k++)
			(void)without_memory(&work[i], whose, k, true);
		print_message("%s: %llu allocations of %s\n", work[i].name,
		    (unsigned long long)k, name);
		assert_true(k > 3);
	}
}

static void
test_memory_of_sqlite(void **state)
{
	(void)state;
	sweep(SQLITE, "SQLite");
}

static void
test_memory_of_buffers(void **state)
{
	(void)state;
	sweep(BUFFERS, "buffers");
}

/* ---- the program ends for lack of memory ---- */

/* In a child: what it asked for and what was answered, one byte each. */
static void
child(const char *path, int to, uint64_t k)
{
	static const struct rlimit none = { 0, 0 };
	struct vault_options o = { .no_floor = true, .anchored = true };
	struct vault *v;
	struct err e;
	int i;

	setrlimit(RLIMIT_CORE, &none);
	arm(OBJECTS, k, false);
	if (vault_open_passphrase(path, view_str("pass"), &o, &v, &e) != 0)
		_exit(1);
	for (i = 0; i < 3; i++) {
		if (write(to, "?", 1) != 1 || db_exec(vault_db(v), "INSERT "
		    "INTO note VALUES(randomblob(3000))", &e) != 0 ||
		    write(to, "!", 1) != 1)
			_exit(2);
	}
	vault_close(v);
	_exit(count >= k ? 3 : 0);
}

static bool
killed_at(const char *path, uint64_t k, int64_t *rows)
{
	struct vault_options o = { .no_floor = true, .anchored = true };
	int64_t now = 0, asked = 0, answered = 0;
	struct vault *v;
	struct err e;
	char c;
	int fd[2], status;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0)
		child(path, fd[1], k);
	close(fd[1]);
	while (read(fd[0], &c, 1) == 1) {
		asked += c == '?';
		answered += c == '!';
	}
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (vault_open_passphrase(path, view_str("pass"), &o, &v, &e) != 0)
		fail_msg("%llu: %s", (unsigned long long)k, e.text);
	assert_false(vault_older(v));
	assert_int_equal(db_one_int(vault_db(v), "SELECT count(*) FROM note",
	    &now, &e), 1);
	assert_true(now >= *rows + answered && now <= *rows + asked);
	*rows = now;
	vault_close(v);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void
test_memory_of_objects(void **state)
{
	static const struct vault_cost cheap = { 1, 8192 };
	struct vault_options o = { .no_floor = true };
	char dir[] = "/tmp/test_vault_faults.XXXXXX", path[64], cmd[96];
	struct vault *v;
	struct err e;
	int64_t rows = 0;
	uint64_t k;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s.tugi", dir);
	assert_int_equal(vault_create(path, view_str("pass"), &cheap, &o, &v,
	    &e), 0);
	assert_int_equal(db_exec(vault_db(v), "CREATE TABLE note(body)", &e),
	    0);
	vault_close(v);
	for (k = 1; killed_at(path, k, &rows); k++)
		;
	print_message("%llu objects\n", (unsigned long long)k);
	assert_true(k > 8 && rows >= 3);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
}

/* ---- calls to the disk ---- */

/* Reading, asking, locking, opening, writing: each kind fails. */
static void
test_each_call(void **state)
{
	uint64_t k, n;
	struct cuts w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(work) / sizeof(work[0]); i++) {
		cuts_begin(&w, &work[i], 11);
		assert_int_equal(work[i].run(&w), 0);
		n = simdisk_calls(w.disk);
		cuts_done(&w);
		for (k = 2; k <= 2 * n + 1; k++) {
			base_blocks = blocks;
			cuts_begin(&w, &work[i], 11);
			simdisk_call_fails(w.disk, k / 2, k % 2 == 0);
			disk_fails = true;
			(void)work[i].run(&w);
			disk_fails = false;
			after(&w, k / 2);
		}
		print_message("%s: %llu calls\n", work[i].name,
		    (unsigned long long)n);
		assert_true(n > 50);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_of_sqlite),
		cmocka_unit_test(test_memory_of_buffers),
		cmocka_unit_test(test_memory_of_objects),
		cmocka_unit_test(test_each_call)
	};
	sqlite3_mem_methods ours;
	struct cuts w;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
		return 1;
	ours = real;
	ours.xMalloc = lite_malloc;
	ours.xRealloc = lite_realloc;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK ||
	    sodium_init() < 0)
		return 1;
	simdisk_grows = growing;
	/* What is made once and kept. */
	cuts_begin(&w, &work[0], 1);
	cuts_done(&w);
	make_beside();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
