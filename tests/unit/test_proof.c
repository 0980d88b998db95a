/*
 * What a device can prove: all it took in and handed in fits, and each change
 * of it shows. And a witness: the log only grows, or both heads are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/local/store.h"
#include "client/core/proof.h"
#include "client/core/watch.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/world.h"

#define WORKER 1
#define OTHER 2

static struct world w;
static struct id the_case;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 0, "Anna Tamm", &the_case);
	world_grant(&w, 0, &the_case, WORKER, "notes", true);
	assert_int_equal(world_note(&w, 0, &the_case, "first", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, WORKER);
	assert_int_equal(world_note(&w, WORKER, &the_case, "second", NULL),
	    0);
	assert_int_equal(world_note(&w, WORKER, &the_case, "third", NULL),
	    0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, 0);
	world_must_sync(&w, WORKER);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static void
grow(void)
{
	assert_int_equal(world_note(&w, WORKER, &the_case, "more", NULL), 0);
	world_must_sync(&w, WORKER);
}

/* ---- what was accepted ---- */

static int
check(int i, struct proof *p)
{
	err_clear(&e);
	return proof_check(w.c[i].session, NULL, p, &e);
}

static void
test_fits(void **state)
{
	struct proof p;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		if (check(i, &p) != 0)
			fail_msg("%d: %s", i, e.text);
		assert_int_equal(p.items,
		    world_count(&w, i, "SELECT count(*) FROM item"));
		assert_int_equal(p.missing, 0);
		assert_int_equal(p.unproven, 0);
		assert_int_equal(p.evidence, 0);
		assert_true(p.newest.at.size > 0 && p.heads > 0);
		assert_int_equal(p.receipts, world_count(&w, i,
		    "SELECT count(*) FROM outgoing WHERE state = 2"));
	}
	assert_int_equal(check(WORKER, &p), 0);
	assert_true(p.receipts > 0 && p.linked > 0);
}

static void
test_altered(void **state)
{
	static const char *const edits[] = {
		"UPDATE item SET header = substr(header, 1, length(header) - 41)"
		    " || x'7777' || substr(header, length(header) - 38) "
		    "WHERE seq = (SELECT max(seq) FROM item)",
		"UPDATE item SET header = substr(header, 1, 100) || x'77' || "
		    "substr(header, 102) WHERE seq = "
		    "(SELECT max(seq) FROM item)",
		"UPDATE item SET body = x'00' || substr(body, 2) "
		    "WHERE kind = 2",
		"UPDATE item SET id = zeroblob(32) WHERE seq = "
		    "(SELECT max(seq) FROM item)",
		"UPDATE item SET author = (SELECT max(author) FROM item WHERE "
		    "kind = 1) WHERE kind = 1 AND author = "
		    "(SELECT min(author) FROM item WHERE kind = 1)",
		"UPDATE item SET accept_ms = 5 WHERE seq = "
		    "(SELECT max(seq) FROM item)",
		"UPDATE outgoing SET receipt = x'00' || substr(receipt, 2) "
		    "WHERE state = 2",
		"UPDATE outgoing SET seq = seq + 1 WHERE state = 2",
		"UPDATE head SET root = zeroblob(32) WHERE size = "
		    "(SELECT max(size) FROM head)",
	};
	struct db *db = world_store(&w, WORKER)->db;
	struct proof p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		assert_int_equal(db_begin(db, &e), 0);
		assert_int_equal(db_exec(db, edits[i], &e), 0);
		if (db_changes(db) == 0)
			fail_msg("changes nothing: %s", edits[i]);
		if (check(WORKER, &p) != -1 || e.kind != ERR_PEER)
			fail_msg("not found: %s", edits[i]);
		db_rollback(db);
	}
	assert_int_equal(check(WORKER, &p), 0);
}

/* A receipt for what the log does not hold there is no proof. */
static void
test_receipt(void **state)
{
	struct db *db = world_store(&w, WORKER)->db;
	struct proof p;

	(void)state;
	grow();
	assert_int_equal(db_begin(db, &e), 0);
	assert_int_equal(db_exec(db, "UPDATE head SET root = zeroblob(32) "
	    "WHERE size < (SELECT max(size) FROM head)", &e), 0);
	assert_int_equal(check(WORKER, &p), 0);
	assert_true(p.unproven > 0);
	db_rollback(db);
}

static void
test_signers(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1024);
	assert_int_equal(proof_signers(w.c[WORKER].session, &b, &e), 0);
	assert_non_null(strstr(buf_str(&b), " namespaces=\"git\" ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAI"));
	buf_done(&b);
}

/* ---- a witness ---- */

static int
look(int i, struct buf *file, struct watch *out)
{
	int rc;

	err_clear(&e);
	rc = watch_head(w.c[i].session, &w.c[i].remote, buf_view(file), out,
	    &e);
	if (rc == 0) {
		buf_reset(file);
		buf_add(file, out->text.data, out->text.len);
	}
	return rc;
}

static void
test_watch(void **state)
{
	struct watch seen;
	struct buf file;

	(void)state;
	buf_init(&file, WATCH_FILE_MAX);
	assert_int_equal(look(OTHER, &file, &seen), 0);
	assert_true(seen.first);
	watch_done(&seen);
	assert_int_equal(look(OTHER, &file, &seen), 0);
	assert_false(seen.first);
	assert_true(seen.now.at.size == seen.before.at.size);
	watch_done(&seen);
	grow();
	world_pass(&w, 5000);
	assert_int_equal(look(OTHER, &file, &seen), 0);
	assert_true(seen.now.at.size > seen.before.at.size);
	assert_int_equal(seen.before_s, WORLD_NOW / 1000);
	watch_done(&seen);
	/* it is this device's file and nobody else's */
	assert_int_equal(look(WORKER, &file, &seen), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(seen.evidence.len, 0);
	watch_done(&seen);
	file.data[file.len - 10] ^= 1;
	assert_int_equal(look(OTHER, &file, &seen), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	watch_done(&seen);
	buf_done(&file);
}

/* The hub's database is put back; the witness has seen what it lacks. */
static void
test_put_back(void **state)
{
	struct watch seen;
	struct buf file, db;

	(void)state;
	buf_init(&file, WATCH_FILE_MAX);
	buf_init(&db, SIZE_MAX);
	world_hub_close(&w);
	assert_int_equal(file_read(w.path, &db, &e), 0);
	world_hub_open(&w);
	grow();
	assert_int_equal(look(OTHER, &file, &seen), 0);
	watch_done(&seen);
	world_hub_close(&w);
	assert_int_equal(file_replace(w.path, buf_view(&db), 0600, &e), 0);
	world_hub_open(&w);
	/* shorter; then as long again with something else */
	assert_int_equal(look(OTHER, &file, &seen), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, WATCH_SPLIT);
	assert_true(seen.evidence.len > file.len);
	watch_done(&seen);
	assert_int_equal(world_note(&w, 0, &the_case, "another story", NULL),
	    0);
	world_must_sync(&w, 0);
	assert_int_equal(look(OTHER, &file, &seen), -1);
	assert_int_equal(e.code, WATCH_SPLIT);
	assert_true(seen.now.at.size >= seen.before.at.size);
	watch_done(&seen);
	buf_done(&db);
	buf_done(&file);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_fits), T(test_altered), T(test_receipt),
		T(test_signers), T(test_watch), T(test_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
