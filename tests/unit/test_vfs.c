/*
 * Attacks on the files of a store, on the simulated disk.
 *
 * The rule under all of them: the store is refused with VAULT_ALTERED, or it
 * opens and holds exactly a state that was once committed; with an untouched
 * log, exactly the last one. Never a mixture.
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
#include <time.h>

#include "client/core/vault/keyblock.h"
#include "client/core/vault/pages.h"
#include "client/core/vault/vault.h"
#include "common/db/db.h"
#include "tests/support/simdisk.h"

#define STORE "s.tugi"
#define LOG "s.tugi-wal"
#define ANCHOR "s.tugi-anchor"
#define BLOCK 4096
#define FIRST_PAGE 4 /* block */
#define STATES_MAX 64
#define NEEDLE "Kadri-Liis Saarepuu"

struct image {
	struct buf db, log, anchor;
};

static struct simdisk *disk;
static struct vault_options o;
static struct vault_key key;
static struct vault *v;
static struct err e;
static struct hash states[STATES_MAX]; /* each committed state, in order */
static size_t nstates;

static int
move(const char *from, const char *to)
{
	return simdisk_move(disk, from, to);
}

/* ---- states and images ---- */

static struct hash
digest(void)
{
	struct stmt *s = db_prepare(vault_db(v),
	    "SELECT id, body FROM note ORDER BY id");
	crypto_generichash_state st;
	struct hash h;
	int rc;

	crypto_generichash_init(&st, NULL, 0, sizeof(h.b));
	while ((rc = db_step(s, &e)) == 1) {
		int64_t id = db_int(s, 0);
		struct view body = db_blob(s, 1);

		crypto_generichash_update(&st, (uint8_t *)&id, sizeof(id));
		crypto_generichash_update(&st, body.data, body.len);
	}
	memset(&h, 0, sizeof(h));
	if (rc == 0)
		crypto_generichash_final(&st, h.b, sizeof(h.b));
	return h;
}

static void
commit(int from, int to, int version)
{
	struct db *db = vault_db(v);
	char text[1200];
	int i;

	assert_int_equal(db_begin(db, &e), 0);
	for (i = from; i <= to; i++) {
		struct stmt *s = db_prepare(db,
		    "REPLACE INTO note VALUES(?,?)");

		memset(text, 'a' + (i + version) % 26, sizeof(text));
		snprintf(text, sizeof(text), NEEDLE " %d/%d", i, version);
		text[strlen(text)] = ' ';
		db_bind_int(s, 1, i);
		db_bind_blob(s, 2, text, sizeof(text));
		assert_int_equal(db_run(s, &e), 0);
	}
	assert_int_equal(db_commit(db, &e), 0);
	assert_true(nstates < STATES_MAX);
	states[nstates++] = digest();
}

static void
take(struct image *im)
{
	struct buf *db = simdisk_file(disk, STORE);
	struct buf *log = simdisk_file(disk, LOG);
	struct buf *anchor = simdisk_file(disk, ANCHOR);

	buf_init(&im->db, 1 << 26);
	buf_init(&im->log, 1 << 26);
	buf_init(&im->anchor, 1 << 16);
	if (anchor != NULL)
		buf_add(&im->anchor, anchor->data, anchor->len);
	buf_add(&im->db, db->data, db->len);
	if (log != NULL)
		buf_add(&im->log, log->data, log->len);
}

static void
drop(struct image *im)
{
	buf_done(&im->db);
	buf_done(&im->log);
	buf_done(&im->anchor);
}

static void
give(const struct image *im)
{
	simdisk_put(disk, STORE, buf_view(&im->db));
	if (im->log.len > 0)
		simdisk_put(disk, LOG, buf_view(&im->log));
	else
		simdisk_remove(disk, LOG);
	if (im->anchor.len > 0)
		simdisk_put(disk, ANCHOR, buf_view(&im->anchor));
	else
		simdisk_remove(disk, ANCHOR);
}

static void
close_store(void)
{
	vault_close(v);
	v = NULL;
}

/* The state that opens: its place in history; -1 refused. */
static int
outcome(void)
{
	struct hash h;
	size_t i;

	if (vault_open_key(STORE, &key, &o, &v, &e) != 0) {
		assert_int_equal(e.kind, ERR_LOCAL);
		return -1;
	}
	h = digest();
	close_store();
	for (i = nstates; i > 0; i--)
		if (hash_eq(&h, &states[i - 1]))
			return (int)i - 1;
	fail_msg("opened with a state that never was");
	return -2;
}

static void
must_refuse(const char *what, size_t n)
{
	if (outcome() != -1)
		fail_msg("%s %zu was not noticed", what, n);
	if (e.code != VAULT_ALTERED)
		fail_msg("%s %zu: %s", what, n, e.text);
}

static int
setup(void **state)
{
	struct vault_cost cost = { 1, 8192 };

	(void)state;
	disk = simdisk_new(3);
	memset(&o, 0, sizeof(o));
	o.vfs = simdisk_name(disk);
	o.no_floor = true;
	o.move = move;
	nstates = 0;
	if (vault_create(STORE, view_str("p"), &cost, &o, &v, &e) != 0 ||
	    db_exec(vault_db(v), "CREATE TABLE note(id INTEGER PRIMARY KEY, "
	    "body)", &e) != 0)
		return -1;
	key = *vault_key(v);
	states[nstates++] = digest();
	commit(1, 60, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close_store();
	simdisk_free(disk);
	return 0;
}

/* Two clean images, the second newer; the store is closed. */
static void
two_images(struct image *old, struct image *new)
{
	close_store();
	take(old);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	commit(1, 60, 2);
	close_store();
	take(new);
	assert_int_equal(new->log.len, 0);
}

/* ---- the main file ---- */

static void
test_page_put_back(void **state)
{
	struct image old, new;
	size_t n, tried = 0;

	(void)state;
	two_images(&old, &new);
	for (n = FIRST_PAGE; n < old.db.len / BLOCK; n++) {
		if (memcmp(old.db.data + n * BLOCK, new.db.data + n * BLOCK,
		    BLOCK) == 0)
			continue;
		give(&new);
		memcpy(simdisk_file(disk, STORE)->data + n * BLOCK,
		    old.db.data + n * BLOCK, BLOCK);
		must_refuse("a page put back:", n);
		tried++;
	}
	assert_true(tried > 10);
	give(&new);
	assert_int_equal(outcome(), (int)nstates - 1);
	drop(&old);
	drop(&new);
}

static void
test_pages_swapped(void **state)
{
	uint8_t tmp[BLOCK];
	struct image im;
	size_t n;

	(void)state;
	close_store();
	take(&im);
	for (n = FIRST_PAGE; n + 1 < im.db.len / BLOCK; n++) {
		uint8_t *p;

		give(&im);
		p = simdisk_file(disk, STORE)->data + n * BLOCK;
		memcpy(tmp, p, BLOCK);
		memcpy(p, p + BLOCK, BLOCK);
		memcpy(p + BLOCK, tmp, BLOCK);
		must_refuse("a page swapped:", n);
	}
	drop(&im);
}

/*
 * The tag of a page is compared at opening; a flip elsewhere in the page
 * shows when it is read, and always in a full verification.
 */
static void
test_flips(void **state)
{
	struct image im;
	size_t n;

	(void)state;
	close_store();
	take(&im);
	for (n = 0; n < im.db.len / 64; n++) {
		size_t at = n * 64 + (size_t)(simdisk_random(disk) % 64);
		int rc;

		give(&im);
		simdisk_file(disk, STORE)->data[at] ^=
		    (uint8_t)(1u << (at % 8));
		rc = vault_verify(STORE, &key, &o, true, &e);
		if (at >= FIRST_PAGE * BLOCK && rc == 0)
			fail_msg("a flip at %zu was not noticed", at);
		if (rc != 0 && e.code != VAULT_ALTERED)
			fail_msg("a flip at %zu: %s", at, e.text);
		/* Key block and slots have a spare; the state is the last. */
		if (rc == 0)
			assert_int_equal(outcome(), (int)nstates - 1);
	}
	drop(&im);
}

/* A slot, sealed as it should be, that counts pages of a larger file. */
static void
test_slot_counts_too_many(void **state)
{
	static const uint64_t more[] = { 1, 2, 1 << 20, UINT64_C(1) << 60,
		1 << 26, UINT64_MAX };
	struct record_keys keys;
	struct keyblock kb;
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	struct image im;
	struct rusage used;
	size_t i, slot;
	int j;

	(void)state;
	close_store();
	take(&im);
	assert_int_equal(keyblock_decode(im.db.data, &kb), 0);
	record_keys_derive(&keys, key.b, &kb.file);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		give(&im);
		for (slot = 0; slot < 2; slot++) {
			struct record_place at = { RECORD_COMMIT, 0, slot };
			uint8_t *record = simdisk_file(disk, STORE)->data +
			    (PAGES_SLOT_BLOCK + slot) * BLOCK;
			uint64_t n = im.db.len / BLOCK - FIRST_PAGE;

			if (record_open(&keys, &at, record, payload) != 0)
				continue;
			n = more[i] > UINT64_MAX - n ? UINT64_MAX :
			    n + more[i];
			for (j = 0; j < 8; j++)
				payload[8 + j] = (uint8_t)(n >> (56 - 8 * j));
			record_seal(&keys, &at, payload, record);
		}
		must_refuse("a slot counts more pages by", (size_t)more[i]);
	}
	/* Refused for the file's size, not after fetching 16 bytes a page. */
	assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
	assert_true(used.ru_maxrss < 1024 * 1024);
	drop(&im);
}

static void
test_cut_short(void **state)
{
	struct image im;
	size_t n;

	(void)state;
	close_store();
	take(&im);
	for (n = FIRST_PAGE; n < im.db.len / BLOCK; n++) {
		give(&im);
		simdisk_file(disk, STORE)->len = n * BLOCK;
		must_refuse("cut short to", n);
	}
	for (n = 0; n < FIRST_PAGE; n++) {
		give(&im);
		simdisk_file(disk, STORE)->len = n * BLOCK + 100;
		assert_int_equal(outcome(), -1);
	}
	drop(&im);
}

static void
test_no_key_block(void **state)
{
	(void)state;
	close_store();
	memset(simdisk_file(disk, STORE)->data + 100, 1, 1);
	memset(simdisk_file(disk, STORE)->data + BLOCK + 100, 1, 1);
	assert_int_equal(outcome(), -1);
	assert_int_equal(e.code, VAULT_DAMAGED);
}

/* One bad copy is mended by the next opening. */
static void
test_key_block_heals(void **state)
{
	struct image im;

	(void)state;
	close_store();
	take(&im);
	memset(simdisk_file(disk, STORE)->data, 0xaa, BLOCK);
	assert_int_equal(outcome(), (int)nstates - 1);
	assert_memory_equal(simdisk_file(disk, STORE)->data, im.db.data,
	    BLOCK);
	drop(&im);
}

/* A copy that lands elsewhere, on a commit slot or the other copy, is found
 * when it is read back. What it destroyed may be needed: then it is refused. */
static void
test_key_block_elsewhere(void **state)
{
	struct vault_cost cost = { 1, 8192 };

	(void)state;
	simdisk_misdirect_at(disk, simdisk_ops(disk) + 1);
	assert_int_equal(vault_change_passphrase(v, view_str("new"), &cost,
	    &e), -1);
	assert_non_null(strstr(e.text, "other bytes than were written"));
	close_store();
	assert_true(outcome() == -1 ? e.code == VAULT_ALTERED :
	    outcome() == (int)nstates - 1);
}

/* ---- the log ---- */

/* An image with a log that no checkpoint has touched. */
static void
with_log(struct image *im, int version)
{
	sqlite3_wal_autocheckpoint(db_handle(vault_db(v)), 0);
	assert_int_equal(db_checkpoint(vault_db(v), &e), 0);
	commit(1, 20, version);
	commit(15, 45, version + 1);
	commit(61, 80, version + 2);
	take(im);
	assert_true(im->log.len > 10 * BLOCK);
}

static void
test_log_of_another_time(void **state)
{
	struct image early, late, mixed;

	(void)state;
	with_log(&early, 3);
	close_store();
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	with_log(&late, 13);
	close_store();
	/* Newer pages, older log: the log is void. */
	mixed = (struct image){ .db = late.db, .log = early.log };
	give(&mixed);
	assert_int_equal(outcome(), (int)nstates - 4);
	/* Older pages, newer log. */
	mixed = (struct image){ .db = early.db, .log = late.log };
	give(&mixed);
	assert_int_equal(outcome(), 1);
	drop(&early);
	drop(&late);
}

static void
test_log_cut_and_flipped(void **state)
{
	struct image im;
	size_t n, blocks;
	int got, last = -1;

	(void)state;
	with_log(&im, 3);
	close_store();
	blocks = im.log.len / BLOCK;
	for (n = 0; n <= blocks; n++) {
		give(&im);
		simdisk_file(disk, LOG)->len = n * BLOCK;
		got = outcome();
		assert_true(got >= last); /* a prefix, never refused */
		last = got;
	}
	assert_int_equal(last, (int)nstates - 1);
	for (n = 0; n < blocks * 8; n++) {
		size_t at = n * BLOCK / 8 +
		    (size_t)(simdisk_random(disk) % (BLOCK / 8));

		give(&im);
		simdisk_file(disk, LOG)->data[at] ^= 1;
		assert_true(outcome() >= 1);
	}
	drop(&im);
}

/* Pages have been copied from the log: without it they fit nothing. */
static void
test_log_removed_after_copying(void **state)
{
	struct image im;
	size_t n;

	(void)state;
	with_log(&im, 3);
	assert_int_equal(sqlite3_wal_checkpoint_v2(db_handle(vault_db(v)),
	    NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL), SQLITE_OK);
	drop(&im);
	take(&im);
	close_store();
	give(&im);
	assert_int_equal(outcome(), (int)nstates - 1);
	for (n = 0; n + 1 < im.log.len / BLOCK; n += 3) {
		give(&im);
		simdisk_file(disk, LOG)->len = n * BLOCK;
		must_refuse("log cut after a checkpoint to", n);
	}
	drop(&im);
}

/*
 * The tail of an unfinished commit names pages; it must not excuse that one
 * of those pages was put back.
 */
static void
test_unfinished_commit_excuses_nothing(void **state)
{
	struct image old, new, cut;
	struct db *db;
	size_t n, tried = 0;

	(void)state;
	two_images(&old, &new);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	commit(1, 2, 9); /* a short committed log */
	db = vault_db(v);
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec(db, "UPDATE note SET body=zeroblob(1200)",
	    &e), 0);
	simdisk_crash_at(disk, simdisk_ops(disk) + 12);
	assert_int_equal(db_commit(db, &e), -1);
	close_store();
	simdisk_restart(disk, SIMDISK_KEEP);
	take(&cut);
	assert_int_equal(outcome(), (int)nstates - 1);
	for (n = FIRST_PAGE; n < old.db.len / BLOCK; n++) {
		if (memcmp(old.db.data + n * BLOCK, cut.db.data + n * BLOCK,
		    BLOCK) == 0)
			continue;
		give(&cut);
		memcpy(simdisk_file(disk, STORE)->data + n * BLOCK,
		    old.db.data + n * BLOCK, BLOCK);
		/* Pages that the committed log holds are never looked at. */
		if (outcome() >= 0)
			assert_true(memcmp(&states[nstates - 1],
			    &states[outcome()], sizeof(struct hash)) == 0);
		else
			tried++;
	}
	assert_true(tried > 10);
	drop(&old);
	drop(&new);
	drop(&cut);
}

/*
 * Frames of another history of the same epoch, behind the end of the log: they
 * open, but SQLite's running checksum does not lead to them.
 */
static void
test_foreign_tail_excuses_nothing(void **state)
{
	struct image old, new, with_tail, im;
	size_t n, refused = 0;

	(void)state;
	two_images(&old, &new);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	sqlite3_wal_autocheckpoint(db_handle(vault_db(v)), 0);
	commit(1, 2, 9);
	take(&im);
	commit(1, 60, 10);
	take(&with_tail);
	close_store();
	give(&im);
	drop(&im);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	sqlite3_wal_autocheckpoint(db_handle(vault_db(v)), 0);
	commit(3, 4, 11);
	take(&im);
	close_store();
	assert_true(im.log.len + 10 * BLOCK < with_tail.log.len);
	buf_add(&im.log, with_tail.log.data + im.log.len,
	    with_tail.log.len - im.log.len);
	give(&im);
	assert_int_equal(outcome(), (int)nstates - 1);
	for (n = FIRST_PAGE; n < old.db.len / BLOCK; n++) {
		give(&im);
		memcpy(simdisk_file(disk, STORE)->data + n * BLOCK,
		    old.db.data + n * BLOCK, BLOCK);
		if (outcome() < 0)
			refused++;
		else
			assert_int_equal(outcome(), (int)nstates - 1);
	}
	assert_true(refused > 10);
	drop(&old);
	drop(&new);
	drop(&with_tail);
	drop(&im);
}

/* A copy has a file id of its own: its pages are worth nothing here. */
static void
test_pages_of_a_backup(void **state)
{
	struct image im;
	size_t n;

	(void)state;
	assert_int_equal(vault_backup(v, "b.tugi", &e), 0);
	close_store();
	take(&im);
	for (n = FIRST_PAGE; n < im.db.len / BLOCK; n++) {
		give(&im);
		memcpy(simdisk_file(disk, STORE)->data + n * BLOCK,
		    simdisk_file(disk, "b.tugi")->data + n * BLOCK, BLOCK);
		must_refuse("a page of a backup:", n);
	}
	/* Nor its key block, although the same passphrase opens it. */
	give(&im);
	memcpy(simdisk_file(disk, STORE)->data,
	    simdisk_file(disk, "b.tugi")->data, 2 * BLOCK);
	must_refuse("the key block of a backup:", 0);
	drop(&im);
}

/* Everything read again from the files, past SQLite's cache. */
static int
read_again(void)
{
	struct hash h;

	sqlite3_db_release_memory(db_handle(vault_db(v)));
	h = digest();
	if (hash_is_zero(&h)) {
		/* Found by the seal, not by luck in SQLite's structures. */
		assert_int_equal(e.code, SQLITE_IOERR_DATA);
		return -1;
	}
	if (!hash_eq(&h, &states[nstates - 1]))
		fail_msg("read what was not written");
	return 0;
}

/* Somebody writes to the files while the store is open. */
static void
test_changed_under_way(void **state)
{
	struct image old, new, im;
	size_t n, caught = 0;

	(void)state;
	two_images(&old, &new);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	for (n = FIRST_PAGE; n < old.db.len / BLOCK; n++) {
		uint8_t *at = simdisk_file(disk, STORE)->data + n * BLOCK;

		memcpy(at, old.db.data + n * BLOCK, BLOCK);
		caught += read_again() != 0;
		memcpy(at, new.db.data + n * BLOCK, BLOCK);
		assert_int_equal(read_again(), 0);
	}
	assert_true(caught > 10);
	close_store();
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	with_log(&im, 3);
	caught = 0;
	for (n = 1; n < im.log.len / BLOCK; n++) {
		uint8_t *at = simdisk_file(disk, LOG)->data + n * BLOCK + 99;

		*at ^= 1;
		caught += read_again() != 0;
		*at ^= 1;
	}
	assert_true(caught > 10);
	assert_int_equal(read_again(), 0);
	drop(&im);
	drop(&old);
	drop(&new);
}

/* ---- what leaves the machine's memory ---- */

static bool
has(const char *file, const char *needle)
{
	struct buf *b = simdisk_file(disk, file);

	return b != NULL && b->len > 0 &&
	    memmem(b->data, b->len, needle, strlen(needle)) != NULL;
}

static void
test_no_plain_text(void **state)
{
	static const char *const needle[] = { NEEDLE, "SQLite format 3",
		"CREATE TABLE", "REPLACE", "aaaaaaaa" };
	struct image im;
	size_t i;

	(void)state;
	with_log(&im, 3);
	for (i = 0; i < sizeof(needle) / sizeof(needle[0]); i++)
		if (has(STORE, needle[i]) || has(LOG, needle[i]))
			fail_msg("found: %s", needle[i]);
	drop(&im);
}

/* Bytes of sealed blocks look like chance: chi-square over 256 values. */
static void
test_looks_random(void **state)
{
	double seen[256] = { 0 }, chi = 0, each;
	struct image im;
	size_t i;

	(void)state;
	close_store();
	take(&im);
	for (i = FIRST_PAGE * BLOCK; i < im.db.len; i++)
		seen[im.db.data[i]]++;
	each = (double)(im.db.len - FIRST_PAGE * BLOCK) / 256;
	for (i = 0; i < 256; i++)
		chi += (seen[i] - each) * (seen[i] - each) / each;
	/* 255 degrees of freedom: mean 255, deviation 22.6. */
	if (chi < 130 || chi > 400)
		fail_msg("chi-square %.1f", chi);
	drop(&im);
}

static void
test_disk_full(void **state)
{
	(void)state;
	simdisk_fault_at(disk, simdisk_ops(disk) + 3, SQLITE_FULL, true);
	assert_int_equal(db_begin(vault_db(v), &e), 0);
	assert_int_equal(db_exec(vault_db(v), "UPDATE note SET body="
	    "zeroblob(1000)", &e), 0);
	assert_int_equal(db_commit(vault_db(v), &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_non_null(strstr(e.text, "disk is full"));
	db_rollback(vault_db(v));
	/* Nothing was lost, and room again is all it takes. */
	simdisk_fault_at(disk, 0, 0, false);
	commit(1, 5, 8);
	close_store();
	assert_int_equal(outcome(), (int)nstates - 1);
}

/* Verifying empties the log first; where that finds no room it says so. */
static void
test_verified_on_a_full_disk(void **state)
{
	struct image im;

	(void)state;
	with_log(&im, 3);
	close_store();
	give(&im);
	simdisk_fault_at(disk, simdisk_ops(disk) + 3, SQLITE_FULL, true);
	assert_int_equal(vault_verify(STORE, &key, &o, true, &e), -1);
	assert_non_null(strstr(e.text, "disk is full"));
	simdisk_fault_at(disk, 0, 0, false);
	assert_int_equal(outcome(), (int)nstates - 1);
	drop(&im);
}

/*
 * SQLite 3.40.1 loses a commit when pages spilled inside a savepoint are
 * rolled back. With our settings nothing spills, so nothing is lost.
 */
static void
test_spilled_savepoint(void **state)
{
	struct image im;
	struct db *db;
	int i;

	(void)state;
	close_store();
	o.cache_kib = 120;
	for (i = 0; i < 12; i++) {
		assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
		db = vault_db(v);
		commit(1, 10, 20 + i);
		assert_int_equal(db_begin(db, &e), 0);
		assert_int_equal(db_exec(db, "UPDATE note SET body="
		    "zeroblob(900) WHERE id<20; SAVEPOINT s;"
		    "WITH RECURSIVE c(n) AS (SELECT 1000 UNION ALL SELECT n+1 "
		    "FROM c WHERE n<1400) INSERT INTO note SELECT n, "
		    "randomblob(1000) FROM c; UPDATE note SET body="
		    "randomblob(1000) WHERE id>1200; UPDATE note SET body="
		    "randomblob(999) WHERE id>1200; ROLLBACK TO s; RELEASE s;"
		    "INSERT INTO note SELECT id+2000, randomblob(1500) FROM "
		    "note WHERE id<40", &e), 0);
		assert_int_equal(db_exec(db, "DELETE FROM note WHERE id>2000 "
		    "AND id % 2", &e), 0);
		assert_int_equal(db_commit(db, &e), 0);
		states[nstates++] = digest();
		assert_int_equal(vault_stats(v).rewrites, 0);
		assert_int_equal(db_exec(db, "DELETE FROM note WHERE id>2000",
		    &e), 0);
		states[nstates++] = digest();
		take(&im); /* what a power cut would leave */
		close_store();
		give(&im);
		assert_int_equal(outcome(), (int)nstates - 1);
		drop(&im);
	}
}

/* Sorting, temporary tables, big statements: no file besides the two. */
static void
test_no_other_file(void **state)
{
	struct db *db = vault_db(v);
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(db_exec(db, "INSERT INTO note SELECT NULL, "
		    "randomblob(800) FROM note", &e), 0);
	assert_int_equal(db_exec(db, "CREATE VIRTUAL TABLE w USING "
	    "fts5(body); INSERT INTO w SELECT hex(body) FROM note;"
	    "INSERT INTO w(w) VALUES('optimize');"
	    "CREATE TEMP TABLE t AS SELECT * FROM note ORDER BY body;"
	    "CREATE INDEX b ON note(body);"
	    "UPDATE note SET body=randomblob(700);"
	    "DELETE FROM note WHERE id IN (SELECT id FROM t ORDER BY random() "
	    "LIMIT 500); REINDEX; ANALYZE", &e), 0);
	assert_int_equal(vault_stats(v).refused, 0);
	assert_int_equal(vault_stats(v).rewrites, 0);
	assert_int_equal(vault_stats(v).reserved, 0);
	/* A journal that somebody leaves in the folder is never read. */
	states[nstates++] = digest();
	close_store();
	simdisk_put(disk, STORE "-journal", view_str("anything at all"));
	assert_int_equal(outcome(), (int)nstates - 1);
}

/* ---- each byte, page and frame, with an anchor beside the store ---- */

/*
 * What an attack may come to: refused; or an older state that once was and is
 * announced; or nothing, the last state. Everything is read.
 */
enum { REFUSED = 1, ANNOUNCED = 2, NOTHING = 4 };

static int
comes_to(void)
{
	struct hash h;
	bool older;
	size_t i;

	if (vault_open_key(STORE, &key, &o, &v, &e) != 0) {
		/* A key block that is of no use is as good as none. */
		assert_true(e.kind == ERR_LOCAL || e.kind == ERR_DENIED);
		return REFUSED;
	}
	older = vault_older(v);
	h = digest();
	close_store();
	if (hash_is_zero(&h)) {
		assert_int_equal(e.code, SQLITE_IOERR_DATA);
		return REFUSED;
	}
	if (hash_eq(&h, &states[nstates - 1]))
		return NOTHING;
	for (i = 0; older && i < nstates; i++)
		if (hash_eq(&h, &states[i]))
			return ANNOUNCED;
	return 0;
}

static size_t attacks, came_to[5];

static void
attack(int may, const char *what, size_t n)
{
	int got = comes_to();

	attacks++;
	came_to[got]++;
	if ((got & may) == 0)
		fail_msg("%s %zu: %d (%s)", what, n, got, e.text);
}

/* ${old}: closed before the last changes; ${new}: with a log that no
 * checkpoint has touched, several commits long, and its anchor. */
static void
anchored_images(struct image *old, struct image *new)
{
	o.anchored = true;
	two_images(old, new);
	drop(new);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	with_log(new, 3);
	assert_true(new->anchor.len > 0);
	close_store();
	give(new);
	assert_int_equal(comes_to(), NOTHING);
	attacks = 0;
	memset(came_to, 0, sizeof(came_to));
}

static void
say(const char *what)
{
	print_message("%s: %zu attacks: %zu refused, %zu an older state that "
	    "is announced, %zu without effect\n", what, attacks,
	    came_to[REFUSED], came_to[ANNOUNCED], came_to[NOTHING]);
}

static uint8_t *
block(const char *file, size_t n)
{
	return simdisk_file(disk, file)->data + n * BLOCK;
}

/* STRIDE=1 tries each byte; make test each seventh, from another one on. */
static void
test_header_bytes(void **state)
{
	const char *text = getenv("STRIDE");
	size_t at, stride = text != NULL ? strtoul(text, NULL, 10) : 7;
	struct image old, new;

	(void)state;
	anchored_images(&old, &new);
	assert_true(stride > 0);
	for (at = (size_t)time(NULL) % stride; at < FIRST_PAGE * BLOCK;
	    at += stride) {
		give(&new);
		*(simdisk_file(disk, STORE)->data + at) ^=
		    (uint8_t)(1u << (at % 8));
		attack(REFUSED | ANNOUNCED | NOTHING, "header byte", at);
	}
	for (at = 0; at < new.anchor.len; at += stride) {
		give(&new);
		*(simdisk_file(disk, ANCHOR)->data + at) ^= 1;
		attack(NOTHING, "byte of the anchor", at);
	}
	say("bytes");
	drop(&old);
	drop(&new);
}

static void
one_block(const char *file, size_t n, const struct buf *was,
    const struct buf *foreign, int may)
{
	size_t last = simdisk_file(disk, file)->len / BLOCK - 1;
	uint8_t tmp[BLOCK], *at = block(file, n);
	int i;

	for (i = 0; i < 2; i++) {
		size_t where = (size_t)(simdisk_random(disk) % BLOCK);

		at[where] ^= 1;
		attack(may, "flip in block", n);
		at = block(file, n);
		at[where] ^= 1;
	}
	memcpy(tmp, at, BLOCK);
	memset(at, 0, BLOCK);
	attack(may, "zeroed block", n);
	at = block(file, n);
	if (was != NULL && was->len >= (n + 1) * BLOCK) {
		memcpy(at, was->data + n * BLOCK, BLOCK);
		attack(may | NOTHING, "older block", n);
		at = block(file, n);
	}
	if (foreign != NULL && foreign->len >= (n + 1) * BLOCK) {
		memcpy(at, foreign->data + n * BLOCK, BLOCK);
		attack(may, "foreign block", n);
		at = block(file, n);
	}
	memcpy(at, tmp, BLOCK);
	if (n == last)
		return;
	memcpy(at, at + BLOCK, BLOCK);
	memcpy(at + BLOCK, tmp, BLOCK);
	attack(may, "swapped block", n);
}

/* Pages that the log has anew are not looked at: the last state is right. */
static void
test_each_page(void **state)
{
	struct image old, new;
	size_t n;

	(void)state;
	assert_int_equal(vault_backup(v, "b.tugi", &e), 0);
	anchored_images(&old, &new);
	for (n = FIRST_PAGE; n < new.db.len / BLOCK; n++) {
		give(&new);
		one_block(STORE, n, &old.db, simdisk_file(disk, "b.tugi"),
		    REFUSED | NOTHING);
	}
	assert_true(came_to[NOTHING] * 3 < attacks);
	say("pages");
	drop(&old);
	drop(&new);
}

static void
test_each_frame(void **state)
{
	struct image old, new, early;
	size_t n;

	(void)state;
	o.anchored = true;
	with_log(&early, 13); /* of an earlier epoch */
	anchored_images(&old, &new);
	for (n = 0; n < new.log.len / BLOCK; n++) {
		give(&new);
		one_block(LOG, n, &early.log, NULL, REFUSED | ANNOUNCED);
	}
	for (n = 0; n < new.log.len / BLOCK; n++) {
		give(&new);
		simdisk_file(disk, LOG)->len = n * BLOCK + 7;
		attack(ANNOUNCED, "log cut to", n);
	}
	say("frames");
	drop(&old);
	drop(&early);
	drop(&new);
}

/* Files of different times beside one another, and all of them older. */
static void
test_files_put_back(void **state)
{
	struct image old, new, mixed;

	(void)state;
	anchored_images(&old, &new);
	mixed = (struct image){ .db = old.db, .anchor = new.anchor };
	give(&mixed);
	attack(ANNOUNCED, "all older, with the log", 0);
	mixed.log = new.log;
	give(&mixed);
	attack(ANNOUNCED, "older pages, newer log", 0);
	mixed = (struct image){ .db = new.db, .anchor = new.anchor };
	give(&mixed);
	attack(ANNOUNCED, "without the log", 0);
	/* An anchor of before: what it says is still true. */
	mixed = (struct image){ .db = new.db, .log = new.log,
		.anchor = old.anchor };
	give(&mixed);
	attack(NOTHING, "an older anchor", 0);
	drop(&old);
	drop(&new);
}

/* As many commits, but others: what the anchor saw is not in this file. */
static void
test_other_history(void **state)
{
	struct image old, new, mixed;

	(void)state;
	anchored_images(&old, &new);
	give(&old);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	commit(1, 3, 70);
	close_store();
	drop(&new);
	take(&new);
	give(&old);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	commit(1, 3, 71);
	close_store();
	assert_int_equal(comes_to(), NOTHING);
	drop(&old);
	take(&old);
	mixed = (struct image){ .db = new.db, .anchor = old.anchor };
	give(&mixed);
	attack(ANNOUNCED, "another history", 0);
	drop(&old);
	drop(&new);
}

/* A copy of the store, which the same passphrase opens, in its place. */
static void
test_backup_in_its_place(void **state)
{
	struct image old, new, mixed;

	(void)state;
	anchored_images(&old, &new);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	assert_int_equal(vault_backup(v, "b.tugi", &e), 0);
	close_store();
	mixed = (struct image){ .db = *simdisk_file(disk, "b.tugi"),
		.anchor = new.anchor };
	give(&mixed);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	assert_true(vault_older(v));
	drop(&old);
	drop(&new);
}

/* It is read and says why it is not written; looking changes no byte. */
static void
test_older_is_read(void **state)
{
	struct image old, new, after;

	(void)state;
	anchored_images(&old, &new);
	give(&new);
	simdisk_file(disk, LOG)->len -= 2 * BLOCK;
	drop(&old);
	take(&old);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	assert_true(vault_older(v));
	assert_int_equal(db_exec(vault_db(v), "DELETE FROM note", &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_non_null(strstr(e.text, "older than what was saved here"));
	assert_int_equal(db_begin(vault_db(v), &e), -1);
	assert_non_null(strstr(e.text, "older than what was saved here"));
	assert_int_equal(vault_change_passphrase(v, view_str("new"), NULL, &e),
	    -1);
	assert_int_equal(vault_backup(v, "b.tugi", &e), 0);
	close_store();
	take(&after);
	assert_int_equal(after.db.len, old.db.len);
	assert_memory_equal(after.db.data, old.db.data, old.db.len);
	assert_memory_equal(after.log.data, old.log.data, old.log.len);
	assert_memory_equal(after.anchor.data, old.anchor.data,
	    old.anchor.len);
	drop(&after);
	/* Verifying says it too, and a backup of it is a store of its own. */
	assert_int_equal(vault_verify(STORE, &key, &o, true, &e), -1);
	assert_int_equal(e.code, VAULT_OLDER);
	assert_int_equal(vault_verify("b.tugi", &key, &o, true, &e), 0);
	give(&new);
	assert_int_equal(comes_to(), NOTHING);
	drop(&old);
	drop(&new);
}

/* A power cut leaves the end of a log unreadable, and nobody is accused; a
 * damaged commit that another one follows is no power cut. */
static void
test_damaged_log(void **state)
{
	struct image im;
	size_t n, last = 0;

	(void)state;
	with_log(&im, 3); /* no anchor */
	close_store();
	for (n = 0; n < im.log.len / BLOCK; n++) {
		give(&im);
		block(LOG, n)[100] ^= 1;
		assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
		if (!vault_older(v) && last == 0)
			last = n;
		assert_true(vault_older(v) == (last == 0));
		close_store();
	}
	/* Of three commits all but the last. */
	assert_true(last > 5 && last < im.log.len / BLOCK);
	drop(&im);
}

/* A disk that says "written" and forgets: seen as far as the anchor lasts. */
static void
test_sync_that_lies(void **state)
{
	struct image old, new;

	(void)state;
	anchored_images(&old, &new);
	give(&new);
	assert_int_equal(vault_open_key(STORE, &key, &o, &v, &e), 0);
	simdisk_lie(disk, true);
	commit(1, 30, 40);
	drop(&new);
	take(&new); /* the anchor, which is another file, made it */
	close_store();
	simdisk_restart(disk, SIMDISK_DROP);
	simdisk_put(disk, ANCHOR, buf_view(&new.anchor));
	assert_int_equal(comes_to(), ANNOUNCED);
	drop(&old);
	drop(&new);
}

/* A write that lands elsewhere, bits that rot: never taken for content. */
static void
test_disk_of_its_own_mind(void **state)
{
	struct image old, new;
	size_t n, noticed = 0;

	(void)state;
	anchored_images(&old, &new);
	for (n = 0; n < 300; n++) {
		give(&new);
		(void)simdisk_rot(disk, n % 3 != 0 ? STORE : LOG);
		attack(REFUSED | ANNOUNCED | NOTHING, "rot", n);
	}
	say("rot");
	/* With a lucky place nothing is lost: the block was free. */
	for (n = 1; n < 60; n++) {
		struct hash was = states[nstates - 1];
		int got;

		give(&new);
		if (vault_open_key(STORE, &key, &o, &v, &e) != 0)
			fail_msg("%s", e.text);
		simdisk_misdirect_at(disk, simdisk_ops(disk) + n);
		(void)db_exec(vault_db(v), "UPDATE note SET body=zeroblob("
		    "900) WHERE id<9", &e);
		states[nstates] = digest();
		nstates += !hash_is_zero(&states[nstates]);
		close_store();
		got = comes_to();
		/* The state before is fine where nobody has said "saved". */
		if (got == 0)
			fail_msg("misdirected %zu", n);
		noticed += got != NOTHING;
		while (!hash_eq(&states[nstates - 1], &was))
			nstates--;
	}
	assert_true(noticed > 10);
	drop(&old);
	drop(&new);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_page_put_back), T(test_pages_swapped), T(test_flips),
		T(test_slot_counts_too_many), T(test_cut_short), T(test_no_key_block),
		T(test_key_block_heals), T(test_key_block_elsewhere), T(test_log_of_another_time),
		T(test_log_cut_and_flipped),
		T(test_log_removed_after_copying),
		T(test_unfinished_commit_excuses_nothing),
		T(test_foreign_tail_excuses_nothing),
		T(test_pages_of_a_backup), T(test_changed_under_way),
		T(test_no_plain_text),
		T(test_looks_random), T(test_disk_full),
		T(test_verified_on_a_full_disk),
		T(test_spilled_savepoint), T(test_no_other_file),
		T(test_header_bytes), T(test_each_page), T(test_each_frame),
		T(test_files_put_back), T(test_other_history),
		T(test_backup_in_its_place),
		T(test_older_is_read), T(test_damaged_log),
		T(test_sync_that_lies), T(test_disk_of_its_own_mind)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
