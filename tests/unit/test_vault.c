/* client/core/vault/vault on real files: ways in, ways out, sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/core/vault/salvage_copy.h"
#include "client/core/vault/vault.h"
#include "common/base/file.h"
#include "common/db/db.h"

#define NEEDLE "Jaanuse pihtimus 4711"

static char dir[64], path[96], other[96];
static const struct vault_options o = { .no_floor = true };
static const struct vault_cost cheap = { 1, 8192 };
static struct vault *v;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_vault.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/s.tugi", dir);
	snprintf(other, sizeof(other), "%s/b.tugi", dir);
	err_clear(&e);
	if (vault_create(path, view_str("pass"), &cheap, &o, &v, &e) != 0)
		return -1;
	return db_exec(vault_db(v), "CREATE TABLE note(body); INSERT INTO "
	    "note VALUES('" NEEDLE "')", &e);
}

static int
teardown(void **state)
{
	static const char *const end[] = { "s.tugi", "s.tugi-wal", "b.tugi",
		"b.tugi-wal", "s.tugi.new", "link", "s.tugi-journal" };
	char name[128];
	size_t i;

	(void)state;
	vault_close(v);
	v = NULL;
	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, end[i]);
		unlink(name);
	}
	return rmdir(dir);
}

static void
close_store(void)
{
	vault_close(v);
	v = NULL;
}

static int64_t
notes(void)
{
	int64_t n = -1;

	assert_int_equal(db_one_int(vault_db(v), "SELECT count(*) FROM note",
	    &n, &e), 1);
	return n;
}

static void
reopen(const char *text)
{
	close_store();
	if (vault_open_passphrase(path, view_str(text), &o, &v, &e) != 0)
		fail_msg("%s", e.text);
}

static void
denied(const char *text)
{
	struct vault *none = v;

	assert_int_equal(vault_open_passphrase(path, view_str(text), &o,
	    &none, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_null(none);
}

static void
test_open_and_close(void **state)
{
	struct stat st;

	(void)state;
	reopen("pass");
	assert_int_equal(notes(), 1);
	close_store();
	/* The log is gone, only the owner may read. */
	snprintf(other, sizeof(other), "%s/s.tugi-wal", dir);
	assert_false(file_exists(other));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size % 4096, 0);
	denied("Pass");
	assert_string_equal(e.text,
	    "the passphrase does not open the store");
	reopen("pass");
}

static void
test_absent_and_taken(void **state)
{
	struct vault *none;

	(void)state;
	assert_int_equal(vault_create(path, view_str("x"), &cheap, &o, &none,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(vault_open_passphrase(other, view_str("x"), &o,
	    &none, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_false(file_exists(other));
	assert_int_equal(vault_backup(v, path, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(notes(), 1);
}

static void
test_floor(void **state)
{
	const struct vault_options strict = { .no_floor = false };
	struct vault_cost least = { 2, (size_t)64 << 20 };
	struct vault *w;

	(void)state;
	assert_int_equal(vault_create(other, view_str("x"), &cheap, &strict,
	    &w, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_false(file_exists(other));
	assert_int_equal(vault_create(other, view_str("x"), &least, &strict,
	    &w, &e), 0);
	vault_close(w);
	assert_int_equal(vault_open_passphrase(other, view_str("x"), &strict,
	    &w, &e), 0);
	vault_close(w);
	/* And a store below it is not opened by a program that keeps it. */
	close_store();
	assert_int_equal(vault_open_passphrase(path, view_str("pass"),
	    &strict, &w, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

static void
test_key(void **state)
{
	struct vault_key key = *vault_key(v), wrong = key;

	(void)state;
	close_store();
	wrong.b[7] ^= 1;
	assert_int_equal(vault_open_key(path, &wrong, &o, &v, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(vault_open_key(path, &key, &o, &v, &e), 0);
	assert_int_equal(notes(), 1);
	assert_memory_equal(vault_key(v)->b, key.b, sizeof(key.b));
}

static void
test_ways(void **state)
{
	uint8_t pair[64], stranger[64];

	(void)state;
	crypto_box_keypair(pair, pair + 32);
	crypto_box_keypair(stranger, stranger + 32);
	assert_int_equal(vault_change_passphrase(v, view_str("new"), &cheap,
	    &e), 0);
	assert_int_equal(vault_slot_add_recovery(v, view_str("code"), &cheap,
	    &e), 0);
	assert_int_equal(vault_slot_add_escrow(v, pair, &e), 0);
	close_store();
	denied("pass");
	denied("code"); /* a code is no passphrase */
	assert_int_equal(vault_open_recovery(path, view_str("new"), &o, &v,
	    &e), -1);
	assert_int_equal(vault_open_recovery(path, view_str("code"), &o, &v,
	    &e), 0);
	close_store();
	assert_int_equal(vault_open_escrow(path, stranger, &o, &v, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(vault_open_escrow(path, pair, &o, &v, &e), 0);
	assert_int_equal(vault_slot_count(v, VAULT_RECOVERY), 1);
	assert_int_equal(vault_slot_remove(v, VAULT_RECOVERY, &e), 0);
	assert_int_equal(vault_slot_remove(v, VAULT_RECOVERY, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(vault_slot_remove(v, VAULT_PASSPHRASE, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	close_store();
	assert_int_equal(vault_open_recovery(path, view_str("code"), &o, &v,
	    &e), -1);
	reopen("new");
	assert_int_equal(notes(), 1);
}

static void
test_empty_passphrase(void **state)
{
	(void)state;
	assert_int_equal(vault_change_passphrase(v, view_str(""), &cheap,
	    &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	reopen("pass");
}

/* What a child sees: the kind of the error, 99 when it could open and write.
 * What can be opened can be read, whether or not it can be written. */
static int
in_child(bool as_nobody, const char *say)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct vault *w;

		if (as_nobody && seteuid(65534) != 0)
			_exit(98);
		if (vault_open_passphrase(path, view_str("pass"), &o, &w,
		    &e) == 0) {
			if (db_exec(vault_db(w), "SELECT * FROM note",
			    &e) != 0)
				_exit(96);
			if (db_exec(vault_db(w), "DELETE FROM note", &e) == 0)
				_exit(99);
		}
		_exit(strstr(e.text, say) != NULL ? (int)e.kind : 97);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_two_processes(void **state)
{
	struct vault *w;

	(void)state;
	assert_int_equal(in_child(false, "another tugi"), ERR_CLASH);
	/* Twice in one process is refused the same way, and costs no lock. */
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &w,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(in_child(false, "another tugi"), ERR_CLASH);
	assert_int_equal(notes(), 1);
	close_store();
	assert_int_equal(in_child(false, ""), 99);
}

static void
test_read_only_folder(void **state)
{
	(void)state;
	close_store();
	assert_int_equal(chmod(dir, 0555), 0);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(in_child(geteuid() == 0, "read-only"), ERR_LOCAL);
	assert_int_equal(chmod(path, 0666), 0);
	/* The file may be written, but its log cannot be made: it is read. */
	assert_int_equal(in_child(geteuid() == 0, "read-only"), ERR_LOCAL);
	assert_int_equal(chmod(dir, 0700), 0);
}

static void
test_not_a_store(void **state)
{
	FILE *f;
	int i;

	(void)state;
	close_store();
	f = fopen(path, "w");
	assert_non_null(f);
	for (i = 0; i < 3000; i++)
		fputs("not a store ", f);
	fclose(f);
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &v,
	    &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_int_equal(e.code, VAULT_DAMAGED);
}

static void
test_backup(void **state)
{
	struct vault *w;
	struct vault_key key = *vault_key(v);
	int64_t n;

	(void)state;
	/* Larger than any cache, with the last change only in the log. */
	assert_int_equal(db_exec(vault_db(v), "WITH RECURSIVE c(n) AS (SELECT "
	    "1 UNION ALL SELECT n+1 FROM c WHERE n<12000) INSERT INTO note "
	    "SELECT randomblob(1000) FROM c", &e), 0);
	if (vault_backup(v, other, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(notes(), 12001);
	assert_int_equal(vault_verify(other, &key, &o, true, &e), 0);
	assert_int_equal(vault_open_passphrase(other, view_str("pass"), &o,
	    &w, &e), 0);
	assert_int_equal(db_one_int(vault_db(w), "SELECT count(*) FROM note",
	    &n, &e), 1);
	assert_int_equal(n, 12001);
	assert_int_equal(vault_stats(w).refused, 0);
	vault_close(w);
	/* A page that was touched shows in a full verification. */
	n = open(other, O_RDWR);
	assert_int_equal(pwrite((int)n, "altered,", 8, 4096 * 700 + 9), 8);
	close((int)n);
	assert_int_equal(vault_verify(other, &key, &o, false, &e), 0);
	assert_int_equal(vault_verify(other, &key, &o, true, &e), -1);
	assert_int_equal(e.code, VAULT_ALTERED);
}

static void
test_verify(void **state)
{
	struct vault_key key = *vault_key(v);

	(void)state;
	close_store();
	assert_int_equal(vault_verify(path, &key, &o, false, &e), 0);
	assert_int_equal(vault_verify(path, &key, &o, true, &e), 0);
	assert_int_equal(truncate(path, 4096 * 5), 0);
	assert_int_equal(vault_verify(path, &key, &o, false, &e), -1);
	assert_int_equal(e.code, VAULT_ALTERED);
	assert_int_equal(vault_verify(other, &key, &o, false, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

/* Through a symbolic link the same file is locked and opened. */
static void
test_link(void **state)
{
	char link[96];

	(void)state;
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink(path, link), 0);
	close_store();
	if (vault_open_passphrase(link, view_str("pass"), &o, &v,
	    &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(notes(), 1);
	assert_int_equal(in_child(false, "another tugi"), ERR_CLASH);
}

static bool
found(const char *name, const char *needle)
{
	struct buf b;
	bool hit;

	buf_init(&b, 1 << 24);
	assert_int_equal(file_read(name, &b, &e), 0);
	hit = memmem(b.data, b.len, needle, strlen(needle)) != NULL;
	buf_done(&b);
	return hit;
}

/* The leaking build (-DTUGI_TEST_LEAK) must fail here. */
static void
test_needle(void **state)
{
	char log[128];

	(void)state;
	snprintf(log, sizeof(log), "%s/s.tugi-wal", dir);
	assert_true(file_exists(log));
	if (found(path, NEEDLE) || found(log, NEEDLE))
		fail_msg("note text stands in the files");
	close_store();
	if (found(path, NEEDLE) || found(path, "pass"))
		fail_msg("note text stands in the file");
}

/* Killed without a word: what was acknowledged is there. */
static void
test_killed(void **state)
{
	struct vault_key key = *vault_key(v);
	int status, i;
	pid_t pid;

	(void)state;
	close_store();
	pid = fork();
	if (pid == 0) {
		if (vault_open_key(path, &key, &o, &v, &e) != 0)
			_exit(1);
		for (i = 0; i < 50; i++)
			if (db_exec(vault_db(v), "INSERT INTO note VALUES(1)",
			    &e) != 0)
				_exit(2);
		_exit(0); /* no close: as a kill would leave it */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	reopen("pass");
	assert_int_equal(notes(), 51);
}

/* Another data key: the old one, the old passphrase and code open nothing. */
static void
test_renewal(void **state)
{
	struct vault_ways w = { .passphrase = view_str("second"),
		.cost = cheap };
	uint8_t pub[32], keys[64];
	struct vault_key old = *vault_key(v);

	(void)state;
	crypto_box_keypair(pub, keys + 32);
	memcpy(keys, pub, 32);
	assert_int_equal(vault_slot_add_recovery(v, view_str("code"), &cheap,
	    &e), 0);
	w.escrow = pub;
	assert_int_equal(vault_renew(v, &w, &e), 0);
	v = NULL;
	assert_int_equal(vault_open_key(path, &old, &o, &v, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &v,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(vault_open_recovery(path, view_str("code"), &o, &v,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(vault_open_escrow(path, keys, &o, &v, &e), 0);
	assert_int_equal(vault_slot_count(v, VAULT_RECOVERY), 0);
	vault_close(v);
	assert_int_equal(vault_open_passphrase(path, view_str("second"), &o,
	    &v, &e), 0);
	assert_int_equal(notes(), 1);
}

/* Renamed, and the folder would not say that it is durable. */
static int
move_unsure(const char *from, const char *to)
{
	return rename(from, to) == 0 ? 1 : -1;
}

static int
move_not(const char *from, const char *to)
{
	(void)from;
	(void)to;
	errno = EACCES;
	return -1;
}

/* What the error says is so: which ways open it, what is there. */
static void
test_name_unsure(void **state)
{
	struct vault_ways w = { .passphrase = view_str("second"),
		.cost = cheap };
	struct vault_options odd = o;

	(void)state;
	vault_close(v);
	odd.move = move_not;
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &odd,
	    &v, &e), 0);
	assert_int_equal(vault_renew(v, &w, &e), -1);
	assert_non_null(strstr(e.text, "as it was"));
	assert_int_equal(vault_open_passphrase(path, view_str("second"), &o,
	    &v, &e), -1);
	odd.move = move_unsure;
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &odd,
	    &v, &e), 0);
	assert_int_equal(vault_backup(v, other, &e), -1);
	assert_int_equal(e.code, VAULT_UNSURE);
	assert_null(strstr(e.text, "no backup"));
	assert_int_equal(vault_verify(other, vault_key(v), &o, true, &e), 0);
	assert_int_equal(vault_renew(v, &w, &e), -1);
	assert_int_equal(e.code, VAULT_UNSURE);
	assert_null(strstr(e.text, "as it was"));
	assert_int_equal(vault_open_passphrase(path, view_str("second"), &o,
	    &v, &e), 0);
	assert_int_equal(notes(), 1);
}

/* Both copies of the key block whole, and not written by a holder of the key. */
static void
test_foreign_key_block(void **state)
{
	struct salvage_way way = { view_str("pass"), { NULL, 0 }, NULL };
	struct salvage *s;
	struct buf b;
	size_t i;

	(void)state;
	close_store();
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(path, &b, &e), 0);
	for (i = 0; i < 2; i++) {
		b.data[i * 4096 + 59] ^= 4; /* the generation */
		crypto_generichash(b.data + i * 4096 + 4048, 16,
		    b.data + i * 4096, 4048, NULL, 0);
	}
	assert_int_equal(file_replace(path, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &v,
	    &e), -1);
	assert_int_equal(e.code, VAULT_ALTERED);
	assert_int_equal(salvage_open(path, &way, &o, &s, &e), -1);
	assert_non_null(strstr(e.text, "was altered"));
}

/* Slots that cannot be, and more than there may be: all stays as it was. */
static void
test_ways_that_are_none(void **state)
{
	static const uint8_t zero[32] = { 0 };
	static const char longer[1100] = { 1 };
	struct vault_ways bad = { .passphrase = view_str(""), .cost = cheap };
	int i;

	(void)state;
	assert_int_equal(vault_slot_add_escrow(v, zero, &e), -1);
	for (i = 0; i < 7; i++)
		assert_int_equal(vault_slot_add_recovery(v, view_str("code"),
		    &cheap, &e), 0);
	assert_int_equal(vault_slot_add_recovery(v, view_str("code"), &cheap,
	    &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	assert_int_equal(vault_renew(v, &bad, &e), -1);
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &v,
	    &e), 0);
	bad.passphrase = view_str("new one");
	bad.recovery = view_of(longer, sizeof(longer));
	assert_int_equal(vault_renew(v, &bad, &e), -1);
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &v,
	    &e), 0);
	bad.recovery = view_of(NULL, 0);
	bad.escrow = zero;
	assert_int_equal(vault_renew(v, &bad, &e), -1);
	assert_int_equal(vault_open_passphrase(path, view_str("pass"), &o, &v,
	    &e), 0);
	assert_int_equal(notes(), 1);
}

/* ---- salvage ---- */

/* ${other} gets a store with ${sql}; closed. */
static void
make_other(const char *sql)
{
	struct vault *w;

	unlink(other);
	assert_int_equal(vault_create(other, view_str("pass"), &cheap, &o, &w,
	    &e), 0);
	if (db_exec(vault_db(w), sql, &e) != 0)
		fail_msg("%s", e.text);
	vault_close(w);
}

/* What salvage takes over from ${path} into ${other}. */
static void
take_over(struct salvage_report *r)
{
	static const char *const skip[] = { "left", NULL };
	struct salvage_way way = { view_str("pass"), { NULL, 0 }, NULL };
	struct salvage *s;

	close_store();
	assert_int_equal(salvage_open(path, &way, &o, &s, &e), 0);
	assert_int_equal(vault_open_passphrase(other, view_str("pass"), &o, &v,
	    &e), 0);
	if (salvage_copy(s, v, skip, r, &e) != 0)
		fail_msg("%s", e.text);
	salvage_close(s);
}

static const struct salvage_table *
told(const struct salvage_report *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(r->t[i].name, name) == 0)
			return &r->t[i];
	fail_msg("nothing is said of %s", name);
	return NULL;
}

/* Every kind of value comes over; what breaks a rule is counted as lost. */
static void
test_salvaged_rows(void **state)
{
	struct salvage_report r;
	int64_t n = 0;

	(void)state;
	assert_int_equal(db_exec(vault_db(v), "CREATE TABLE kinds(a REAL, b "
	    "TEXT, c BLOB, d INT, f); INSERT INTO kinds VALUES(1.5, 'one', "
	    "x'00ff', -7, NULL), (2.5, 'two', x'', 9000000000, 'f'), "
	    "(3.5, 'two', x'01', 0, 1); CREATE TABLE wide(a, b, c);"
	    "INSERT INTO wide VALUES(1, 2, 3), (4, 5, 6);"
	    "CREATE TABLE left(a); INSERT INTO left VALUES(1)", &e), 0);
	make_other("CREATE TABLE kinds(a REAL, b TEXT UNIQUE, c BLOB, d INT, "
	    "f TEXT); CREATE TABLE wide(a TEXT); CREATE TABLE left(a TEXT)");
	take_over(&r);
	assert_int_equal(r.pages_lost, 0);
	assert_int_equal(told(&r, "kinds")->rows, 2);
	assert_int_equal(told(&r, "kinds")->rows_lost, 1);
	assert_int_equal(told(&r, "wide")->rows, 0);
	assert_int_equal(told(&r, "wide")->rows_lost, 2);
	assert_int_equal(told(&r, "left")->rows, 0);
	assert_int_equal(db_one_int(vault_db(v), "SELECT count(*) FROM kinds "
	    "WHERE (a=1.5 AND b='one' AND c=x'00ff' AND d=-7 AND f IS NULL) OR "
	    "(a=2.5 AND b='two' AND c=x'' AND d=9000000000 AND f='f')", &n,
	    &e), 1);
	assert_int_equal(n, 2);
}

/* Nothing but the key blocks; and more tables than are told apart. */
static void
test_salvage_at_its_bounds(void **state)
{
	struct salvage_report r;
	char sql[64];
	struct buf b;
	int i;

	(void)state;
	make_other("CREATE TABLE note(body TEXT)");
	assert_int_equal(db_begin(vault_db(v), &e), 0);
	for (i = 0; i < SALVAGE_TABLES_MAX + 2; i++) {
		snprintf(sql, sizeof(sql), "CREATE TABLE t%d(a)", i);
		assert_int_equal(db_exec(vault_db(v), sql, &e), 0);
	}
	assert_int_equal(db_commit(vault_db(v), &e), 0);
	take_over(&r);
	assert_int_equal(r.count, SALVAGE_TABLES_MAX);
	assert_int_equal(told(&r, "note")->rows, 1);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(path, &b, &e), 0);
	memset(b.data + 2 * 4096, 0, 2 * 4096);
	assert_int_equal(file_replace(path, view_of(b.data, 4 * 4096), 0600,
	    &e), 0);
	buf_done(&b);
	make_other("CREATE TABLE note(body TEXT)");
	take_over(&r);
	assert_int_equal(r.pages, 0);
	assert_int_equal(r.count, 1);
}

/* By the office's key, which another one is not. */
static void
test_salvage_by_the_office(void **state)
{
	struct salvage_way way = { { NULL, 0 }, { NULL, 0 }, NULL };
	uint8_t box[64], wrong[64] = { 3 };
	struct salvage *s;

	(void)state;
	crypto_box_keypair(box, box + 32);
	assert_int_equal(vault_slot_add_escrow(v, box, &e), 0);
	close_store();
	way.escrow = box;
	assert_int_equal(salvage_open(path, &way, &o, &s, &e), 0);
	salvage_close(s);
	way.escrow = wrong;
	assert_int_equal(salvage_open(path, &way, &o, &s, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

/* Held: it is read, and says why it is not written. */
static void
test_held(void **state)
{
	(void)state;
	vault_hold(v);
	assert_int_equal(notes(), 1);
	assert_int_equal(db_exec(vault_db(v), "DELETE FROM note", &e), -1);
	assert_non_null(strstr(e.text, "older than what was saved here"));
	reopen("pass");
	assert_int_equal(db_exec(vault_db(v), "DELETE FROM note", &e), 0);
}

/* A name without a folder, a folder that is missing, no options at all. */
static void
test_names_and_defaults(void **state)
{
	struct vault_cost least = { 2, (size_t)64 << 20 };
	struct salvage_way way = { view_str("x"), { NULL, 0 }, NULL };
	struct salvage *s;
	struct vault *w;
	char here[256];

	(void)state;
	assert_int_equal(vault_create("/nowhere/at/all.tugi", view_str("x"),
	    &cheap, &o, &w, &e), -1);
	assert_int_equal(e.code, ENOENT);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(vault_create("o.tugi", view_str("x"), &least, NULL,
	    &w, &e), 0);
	assert_int_equal(vault_backup(w, "o.tugi", &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	vault_close(w);
	assert_int_equal(salvage_open("o.tugi", &way, NULL, &s, &e), 0);
	assert_true(salvage_count(s) > 0);
	salvage_close(s);
	assert_int_equal(unlink("o.tugi"), 0);
	(void)unlink("o.tugi-anchor");
	assert_int_equal(chdir(here), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_open_and_close), T(test_absent_and_taken),
		T(test_floor), T(test_key), T(test_renewal), T(test_ways), T(test_name_unsure),
		T(test_empty_passphrase), T(test_two_processes),
		T(test_read_only_folder), T(test_not_a_store), T(test_backup),
		T(test_verify), T(test_link), T(test_needle), T(test_killed),
		T(test_foreign_key_block), T(test_ways_that_are_none),
		T(test_names_and_defaults), T(test_held), T(test_salvaged_rows),
		T(test_salvage_at_its_bounds), T(test_salvage_by_the_office)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
