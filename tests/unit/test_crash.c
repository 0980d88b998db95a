/*
 * Power cuts and disk faults over the encrypted store.
 *
 * A model keeps what was acknowledged and what was in flight. After every cut
 * the store is opened again and must hold one of the two, row for row, with
 * whole structures. SEED= and RUNS= go further: RUNS counts the cuts of the
 * random part. A failure prints the seed that repeats it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/vault/vault.h"
#include "common/db/db.h"
#include "tests/support/simdisk.h"

#define STORE "s.tugi"
#define LOG "s.tugi-wal"
#define ROWS 24
#define BODY_MAX 20000
#define SERIES_CUTS 30
#define DEFAULT_CUTS 600

struct model {
	uint32_t ver[ROWS + 1]; /* 0: no such row */
};

struct world {
	struct simdisk *disk;
	struct vault_options o;
	struct vault_key key;
	struct vault *v;
	struct model acked, next;
	bool in_flight; /* a commit of next was asked for, not answered */
	uint32_t clock;
	uint64_t seed;  /* for the message */
	int mode;
	struct err e;
};

static struct simdisk *the_disk;
static char body[BODY_MAX + 1];
static uint64_t cuts, second_cuts;

static int
move(const char *from, const char *to)
{
	return simdisk_move(the_disk, from, to);
}

static size_t
draw(struct world *w, size_t n)
{
	return (size_t)(simdisk_random(w->disk) % n);
}

static void
bad(struct world *w, const char *what)
{
	fail_msg("SEED=%llu op %llu mode %d: %s (%s)",
	    (unsigned long long)w->seed,
	    (unsigned long long)simdisk_ops(w->disk), w->mode, what,
	    w->e.text);
}

/* The text of a version: sizes around the page and beyond. */
static const char *
body_of(size_t row, uint32_t ver)
{
	static const size_t size[] = { 40, 300, 900, 120, 1500, 60, 4100,
		2500 };
	size_t n = row == ROWS ? 15000 : size[(row * 7 + ver * 5) % 8];
	size_t at;
	uint32_t x = ver * 2654435761u + (uint32_t)row;

	snprintf(body, sizeof(body), "w%zu v%u ", row, ver);
	for (at = strlen(body); at < n; at++) {
		x = x * 1664525u + 1013904223u;
		body[at] = at % 9 == 8 ? ' ' : (char)('a' + (x >> 28));
	}
	body[at] = '\0';
	return body;
}

/* ---- changes ---- */

static int
set_row(struct world *w, size_t row)
{
	struct db *db = vault_db(w->v);
	uint32_t ver = ++w->clock;
	const char *text = body_of(row, ver);
	struct stmt *s = db_prepare(db, "REPLACE INTO note VALUES(?,?,?)");

	db_bind_int(s, 1, (int64_t)row);
	db_bind_int(s, 2, ver);
	db_bind_text(s, 3, text);
	if (db_run(s, &w->e) != 0)
		return -1;
	s = db_prepare(db, "REPLACE INTO words(rowid, body) VALUES(?,?)");
	db_bind_int(s, 1, (int64_t)row);
	db_bind_text(s, 2, text);
	if (db_run(s, &w->e) != 0)
		return -1;
	w->next.ver[row] = ver;
	return 0;
}

static int
drop_row(struct world *w, size_t row)
{
	struct db *db = vault_db(w->v);
	struct stmt *s = db_prepare(db, "DELETE FROM note WHERE id=?");

	db_bind_int(s, 1, (int64_t)row);
	if (db_run(s, &w->e) != 0)
		return -1;
	s = db_prepare(db, "DELETE FROM words WHERE rowid=?");
	db_bind_int(s, 1, (int64_t)row);
	if (db_run(s, &w->e) != 0)
		return -1;
	w->next.ver[row] = 0;
	return 0;
}

static int
some_changes(struct world *w, size_t n)
{
	size_t i, row;

	for (i = 0; i < n; i++) {
		row = 1 + draw(w, ROWS);
		if ((draw(w, 4) == 0 ? drop_row(w, row) : set_row(w, row)) !=
		    0)
			return -1;
	}
	return 0;
}

static int
with_savepoint(struct world *w)
{
	struct model before = w->next;
	struct db *db = vault_db(w->v);

	if (db_exec(db, "SAVEPOINT s", &w->e) != 0 ||
	    some_changes(w, 1 + draw(w, 6)) != 0 ||
	    db_exec(db, "ROLLBACK TO s; RELEASE s", &w->e) != 0)
		return -1;
	w->next = before;
	return 0;
}

/* -1: something failed; the model knows what may be on the disk. */
static int
transaction(struct world *w)
{
	struct db *db = vault_db(w->v);
	size_t kind = draw(w, 10), i;
	int rc = db_begin(db, &w->e);

	w->next = w->acked;
	if (rc == 0)
		rc = some_changes(w, 1 + draw(w, 4));
	if (rc == 0 && kind == 1)
		rc = with_savepoint(w);
	for (i = 1; rc == 0 && kind == 2 && i <= ROWS; i += 1 + draw(w, 3))
		rc = drop_row(w, i);
	if (rc == 0 && kind == 3) {
		db_rollback(db);
		return 0;
	}
	if (rc == 0) {
		w->in_flight = true;
		rc = db_commit(db, &w->e);
	}
	if (rc != 0) {
		db_rollback(db);
		return -1;
	}
	w->in_flight = false;
	w->acked = w->next;
	return 0;
}

/* The file gets shorter. The program itself never asks for this. */
static int
vacuum(struct world *w)
{
	sqlite3 *h = db_handle(vault_db(w->v));
	int rc;

	sqlite3_set_authorizer(h, NULL, NULL);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 2);
	rc = sqlite3_exec(h, "VACUUM", NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : -1;
}

/* ---- opening and comparing ---- */

static int
open_store(struct world *w)
{
	if (vault_open_key(STORE, &w->key, &w->o, &w->v, &w->e) != 0)
		return -1;
	sqlite3_wal_autocheckpoint(db_handle(vault_db(w->v)),
	    (int)(8 + draw(w, 60)));
	return 0;
}

static bool
holds(struct world *w, const char *sql, const struct model *m)
{
	struct model seen = { { 0 } };
	struct stmt *s = db_prepare(vault_db(w->v), sql);
	int rc;

	while ((rc = db_step(s, &w->e)) == 1) {
		size_t row = (size_t)db_int(s, 0);
		uint32_t ver = (uint32_t)db_int(s, 1);

		if (row < 1 || row > ROWS || ver == 0 ||
		    strcmp(db_text(s, 2), body_of(row, ver)) != 0)
			bad(w, "a row is not what was written");
		seen.ver[row] = ver;
	}
	if (rc != 0)
		bad(w, "rows cannot be read");
	return memcmp(&seen, m, sizeof(seen)) == 0;
}

static void
whole(struct world *w)
{
	struct db *db = vault_db(w->v);
	struct stmt *s = db_prepare(db, "PRAGMA integrity_check");

	if (db_step(s, &w->e) != 1 || strcmp(db_text(s, 0), "ok") != 0)
		bad(w, "integrity_check");
	db_reset(s);
	if (db_exec(db, "INSERT INTO words(words) VALUES('integrity-check')",
	    &w->e) != 0)
		bad(w, "the index of words");
}

/* Acked or in flight; from here on whichever it was is the truth. */
static void
compare(struct world *w)
{
	static const char rows[] = "SELECT id, ver, body FROM note";
	static const char words[] = "SELECT w.rowid, n.ver, w.body "
	    "FROM words w LEFT JOIN note n ON n.id=w.rowid";

	if (!holds(w, rows, &w->acked)) {
		if (!w->in_flight || !holds(w, rows, &w->next))
			bad(w, "the rows are not the acknowledged ones");
		w->acked = w->next;
	}
	w->in_flight = false;
	if (!holds(w, words, &w->acked))
		bad(w, "the words are not the rows'");
	whole(w);
}

static void
close_store(struct world *w)
{
	vault_close(w->v);
	w->v = NULL;
}

static void
world_open(struct world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->disk = the_disk = simdisk_new(seed);
	w->o.vfs = simdisk_name(w->disk);
	w->o.no_floor = true;
	w->o.move = move;
}

static void
world_make(struct world *w, uint64_t seed)
{
	struct vault_cost cost = { 1, 8192 };

	world_open(w, seed);
	if (vault_create(STORE, view_str("pass"), &cost, &w->o, &w->v,
	    &w->e) != 0 || db_exec(vault_db(w->v), "CREATE TABLE note(id "
	    "INTEGER PRIMARY KEY, ver INT, body TEXT); CREATE INDEX by_ver ON "
	    "note(ver); CREATE VIRTUAL TABLE words USING fts5(body);"
	    "CREATE TABLE padding AS SELECT randomblob(30000) AS x", &w->e) !=
	    0)
		bad(w, "cannot make the store");
	w->key = *vault_key(w->v);
}

static void
world_close(struct world *w)
{
	close_store(w);
	simdisk_free(w->disk);
}

/* ---- random cuts ---- */

static void
session(struct world *w)
{
	if (w->v == NULL && open_store(w) != 0) {
		if (!simdisk_crashed(w->disk))
			bad(w, "cannot open");
		return;
	}
	while (!simdisk_crashed(w->disk)) {
		size_t what = draw(w, 20);

		if (what == 0) {
			db_checkpoint(vault_db(w->v), &w->e);
		} else if (what == 1) {
			close_store(w);
			if (open_store(w) != 0)
				return;
		} else if (what == 2) {
			vacuum(w);
		} else if (transaction(w) != 0 &&
		    !simdisk_crashed(w->disk)) {
			bad(w, "a change failed without a cut");
		}
	}
}

static void
power_back(struct world *w)
{
	close_store(w);
	w->mode = (int)draw(w, SIMDISK_MODES);
	simdisk_restart(w->disk, (enum simdisk_cut)w->mode);
	cuts++;
}

/* Open while the power may go again, then for good. */
static void
recover(struct world *w, bool twice)
{
	if (twice) {
		simdisk_crash_at(w->disk, simdisk_ops(w->disk) + 1 +
		    draw(w, 12));
		if (open_store(w) == 0) {
			db_checkpoint(vault_db(w->v), &w->e);
			close_store(w);
		}
		if (simdisk_crashed(w->disk)) {
			power_back(w);
			second_cuts++;
		}
		simdisk_crash_at(w->disk, 0);
	}
	if (open_store(w) != 0)
		bad(w, "cannot open after the cut");
	compare(w);
}

static void
series(uint64_t seed, uint64_t n)
{
	struct world w;
	uint64_t i;

	world_make(&w, seed);
	for (i = 0; i < n; i++) {
		simdisk_crash_at(w.disk, simdisk_ops(w.disk) + 1 +
		    draw(&w, draw(&w, 4) == 0 ? 200 : 40));
		session(&w);
		power_back(&w);
		recover(&w, i % 2 == 0);
	}
	if (vault_stats(w.v).refused != 0 || vault_stats(w.v).rewrites != 0 ||
	    vault_stats(w.v).reserved != 0)
		bad(&w, "a counter that must stay 0");
	world_close(&w);
}

static uint64_t
from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	char *end;
	uint64_t v;

	if (text == NULL || *text == '\0')
		return otherwise;
	errno = 0;
	v = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' ? v : otherwise;
}

static void
test_random_cuts(void **state)
{
	uint64_t seed = from_env("SEED", 1);
	uint64_t runs = from_env("RUNS", DEFAULT_CUTS);

	(void)state;
	cuts = second_cuts = 0;
	/* Each series alone is repeated by its own seed and RUNS=1. */
	while (cuts < runs)
		series(seed++, SERIES_CUTS);
	print_message("%llu cuts, %llu of them in recovery\n",
	    (unsigned long long)cuts, (unsigned long long)second_cuts);
	assert_true(second_cuts > 0 || runs < 100);
}

/* ---- every operation of one script ---- */

static int
script(struct world *w)
{
	struct db *db;
	int i;

	if (open_store(w) != 0)
		return -1;
	sqlite3_wal_autocheckpoint(db_handle(vault_db(w->v)), 12);
	for (i = 0; i < 3; i++)
		if (transaction(w) != 0)
			return -1;
	db = vault_db(w->v);
	if (db_checkpoint(db, &w->e) != 0 || transaction(w) != 0 ||
	    db_exec(db, "DELETE FROM padding", &w->e) != 0 || vacuum(w) != 0)
		return -1;
	close_store(w);
	if (open_store(w) != 0)
		return -1;
	for (i = 0; i < 2; i++)
		if (transaction(w) != 0)
			return -1;
	close_store(w);
	return 0;
}

struct image {
	struct buf bytes;
	struct vault_key key;
};

static void
make_image(struct image *im)
{
	struct world w;

	world_make(&w, 7);
	im->key = w.key;
	close_store(&w);
	buf_init(&im->bytes, 1 << 24);
	buf_add(&im->bytes, simdisk_file(w.disk, STORE)->data,
	    simdisk_file(w.disk, STORE)->len);
	simdisk_free(w.disk);
}

static void
from_image(struct world *w, const struct image *im, uint64_t seed)
{
	world_open(w, seed);
	w->key = im->key;
	simdisk_put(w->disk, STORE, buf_view(&im->bytes));
}

static uint64_t
count_ops(const struct image *im)
{
	struct world w;
	uint64_t n;

	from_image(&w, im, 11);
	if (script(&w) != 0)
		bad(&w, "the script");
	n = simdisk_ops(w.disk);
	world_close(&w);
	return n;
}

static void
test_every_operation(void **state)
{
	struct image im;
	struct world w;
	uint64_t k, n;
	int mode;

	(void)state;
	make_image(&im);
	n = count_ops(&im);
	for (k = 1; k <= n; k++)
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			from_image(&w, &im, 11);
			simdisk_crash_at(w.disk, k);
			if (script(&w) == 0 && !simdisk_crashed(w.disk))
				bad(&w, "the cut did not happen");
			close_store(&w);
			w.mode = mode;
			simdisk_restart(w.disk, (enum simdisk_cut)mode);
			recover(&w, mode % 2 == 1);
			world_close(&w);
		}
	print_message("%llu operations, each cut in %d ways\n",
	    (unsigned long long)n, SIMDISK_MODES);
	buf_done(&im.bytes);
}

/* Each operation fails once, or from there on, with an error or no room. */
static void
fault(const struct image *im, uint64_t k, int rc, bool sticky)
{
	struct world w;

	from_image(&w, im, 11);
	simdisk_fault_at(w.disk, k, rc, sticky);
	w.mode = rc;
	if (script(&w) != 0 && w.v != NULL && !sticky) {
		/* What the program would do: try on, in the same session. */
		struct model was = w.acked, next = w.next;
		bool in_flight = w.in_flight;

		if (transaction(&w) != 0 && memcmp(&was, &w.acked,
		    sizeof(was)) == 0) {
			w.next = next;
			w.in_flight = in_flight;
		}
	}
	close_store(&w);
	simdisk_fault_at(w.disk, 0, 0, false);
	simdisk_restart(w.disk, (enum simdisk_cut)(k % SIMDISK_MODES));
	recover(&w, false);
	world_close(&w);
}

static void
test_every_fault(void **state)
{
	struct image im;
	uint64_t k, n;

	(void)state;
	make_image(&im);
	n = count_ops(&im);
	for (k = 1; k <= n; k++) {
		fault(&im, k, SQLITE_IOERR, false);
		fault(&im, k, SQLITE_FULL, false);
		if (k % 2 == 0)
			fault(&im, k, SQLITE_FULL, true);
	}
	buf_done(&im.bytes);
}

/* ---- a full disk ---- */

/* Opening needs no room: what is there is read, nothing is written by halves,
 * and with room again it all goes on. */
static void
read_when_full(struct world *w)
{
	static const char rows[] = "SELECT id, ver, body FROM note";
	struct model acked;

	simdisk_fault_at(w->disk, simdisk_ops(w->disk) + 1, SQLITE_FULL, true);
	if (open_store(w) != 0)
		bad(w, "does not open on a full disk");
	if (w->in_flight && holds(w, rows, &w->next))
		w->acked = w->next;
	if (!holds(w, rows, &w->acked))
		bad(w, "is not what was written");
	acked = w->acked;
	while (transaction(w) == 0) /* some change nothing */
		acked = w->acked;
	assert_non_null(strstr(w->e.text, "the disk is full"));
	w->in_flight = false; /* nothing of it can be there */
	w->acked = acked;
	close_store(w);
	simdisk_fault_at(w->disk, 0, 0, false);
	if (open_store(w) != 0)
		bad(w, "does not open with room again");
	compare(w);
	if (transaction(w) != 0)
		bad(w, "cannot be written with room again");
}

static void
test_full_disk(void **state)
{
	struct world w;
	int mode;

	(void)state;
	for (mode = 0; mode < SIMDISK_MODES; mode++) {
		world_make(&w, 500 + (uint64_t)mode);
		w.mode = mode;
		assert_int_equal(transaction(&w), 0);
		close_store(&w); /* no log is left */
		read_when_full(&w);
		simdisk_crash_at(w.disk, simdisk_ops(w.disk) + 12);
		while (!simdisk_crashed(w.disk))
			(void)transaction(&w);
		close_store(&w);
		simdisk_restart(w.disk, (enum simdisk_cut)mode);
		assert_true(simdisk_file(w.disk, LOG)->len > 0);
		read_when_full(&w);
		world_close(&w);
	}
}

/* ---- creation, and the key block ---- */

static void
test_creation(void **state)
{
	struct vault_cost cost = { 1, 8192 };
	struct world w;
	uint64_t k;
	int mode, done = 0;

	(void)state;
	for (k = 1; !done; k++)
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			world_open(&w, k);
			simdisk_crash_at(w.disk, k);
			done = vault_create(STORE, view_str("pass"), &cost,
			    &w.o, &w.v, &w.e) == 0;
			close_store(&w);
			done = done && !simdisk_crashed(w.disk);
			w.mode = mode;
			simdisk_restart(w.disk, (enum simdisk_cut)mode);
			/* A name means a whole store; else it can be made. */
			if (simdisk_file(w.disk, STORE) == NULL &&
			    vault_create(STORE, view_str("pass"), &cost, &w.o,
			    &w.v, &w.e) != 0)
				bad(&w, "cannot make it after the cut");
			close_store(&w);
			if (vault_open_passphrase(STORE, view_str("pass"),
			    &w.o, &w.v, &w.e) != 0)
				bad(&w, "cannot open what was made");
			world_close(&w);
		}
	assert_true(k > 10);
}

static int
opens(struct world *w, const char *passphrase)
{
	int rc = vault_open_passphrase(STORE, view_str(passphrase), &w->o,
	    &w->v, &w->e);

	if (rc != 0 && w->e.kind != ERR_DENIED)
		bad(w, "neither opens nor denies");
	return rc == 0;
}

static void
test_passphrase_change(void **state)
{
	struct vault_cost cost = { 1, 8192 };
	struct image im;
	struct world w;
	uint64_t k;
	int mode, acked = 0, now_new;

	(void)state;
	make_image(&im);
	for (k = 1; k < 40 && !(acked && k > 20); k++)
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			from_image(&w, &im, k);
			assert_int_equal(open_store(&w), 0);
			simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
			acked = vault_change_passphrase(w.v, view_str("new"),
			    &cost, &w.e) == 0;
			close_store(&w);
			w.mode = mode;
			simdisk_restart(w.disk, (enum simdisk_cut)mode);
			now_new = opens(&w, "new");
			if (!now_new && (acked || !opens(&w, "pass")))
				bad(&w, "no passphrase, or the old one");
			close_store(&w);
			/* Opening has finished the change: no way back. */
			if (now_new && opens(&w, "pass"))
				bad(&w, "both passphrases");
			world_close(&w);
		}
	assert_true(acked);
	buf_done(&im.bytes);
}

/* ---- another data key ---- */

/* One change in the log, then the renewal, which ends the handle. */
static int
renew(struct world *w)
{
	struct vault_ways ways = { .passphrase = view_str("new"),
		.recovery = view_str("code"), .cost = { 1, 8192 } };
	int rc;

	if (transaction(w) != 0)
		return -1;
	rc = vault_renew(w->v, &ways, &w->e);
	w->v = NULL;
	return rc;
}

/* Either it opens as before, or by the new ways alone; all is there. */
static void
after_renewal(struct world *w, bool acked)
{
	bool is_new = opens(w, "new");

	if (!is_new && (acked || !opens(w, "pass")))
		bad(w, "no passphrase opens it, or the old one");
	w->key = *vault_key(w->v);
	if (is_new != (vault_slot_count(w->v, VAULT_RECOVERY) == 1))
		bad(w, "not all of the new ways, or some");
	compare(w);
	close_store(w);
	if (is_new && opens(w, "pass"))
		bad(w, "both passphrases");
	close_store(w);
	if (simdisk_file(w->disk, STORE ".new") != NULL)
		bad(w, "something was left beside it");
}

static void
renewal_cut(const struct image *im, uint64_t k, int mode, int fault_rc,
    bool *done)
{
	struct world w;
	bool acked;

	from_image(&w, im, k);
	w.mode = mode;
	assert_int_equal(open_store(&w), 0);
	if (fault_rc == 0)
		simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
	else
		simdisk_fault_at(w.disk, simdisk_ops(w.disk) + k, fault_rc,
		    mode % 2 == 1);
	acked = renew(&w) == 0;
	*done = acked && !simdisk_crashed(w.disk);
	close_store(&w);
	simdisk_fault_at(w.disk, 0, 0, false);
	simdisk_restart(w.disk, (enum simdisk_cut)mode);
	after_renewal(&w, acked);
	world_close(&w);
}

static void
test_renewal(void **state)
{
	struct image im;
	bool done = false, all = false;
	uint64_t k;
	int mode;

	(void)state;
	make_image(&im);
	for (k = 1; !all; k++) {
		all = true;
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			renewal_cut(&im, k, mode, 0, &done);
			all &= done;
		}
		renewal_cut(&im, k, 0, SQLITE_IOERR, &done);
		renewal_cut(&im, k, 1, SQLITE_FULL, &done);
	}
	print_message("%llu operations of a renewal, each cut in %d ways\n",
	    (unsigned long long)k, SIMDISK_MODES);
	assert_true(k > 20);
	buf_done(&im.bytes);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(test_random_cuts),
		cmocka_unit_test(test_every_operation),
		cmocka_unit_test(test_every_fault),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_creation),
		cmocka_unit_test(test_passphrase_change),
		cmocka_unit_test(test_renewal)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(all, NULL, NULL);
}
