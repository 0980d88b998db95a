/*
 * client/core/outbox and sync/outbox_cut: bytes fixed before they are sent, a
 * line whose counters are never used twice, cut where it must be, taken apart
 * and put together without losing or doubling a version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/local/versions.h"
#include "client/core/outbox/outbox.h"
#include "client/core/outbox/stamps.h"
#include "client/core/sync/outbox_cut.h"
#include "client/core/sync/round.h"
#include "common/base/mem.h"
#include "tests/support/world.h"

static struct world w;
static struct id the_case, the_space;
static struct store *s;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 2);
	s = world_store(&w, 0);
	world_case(&w, 0, "Anna Tamm", &the_case);
	assert_int_equal(world_note(&w, 0, &the_case, "the first", NULL), 0);
	world_must_sync(&w, 0);
	assert_int_equal(db_one_int(s->db, "SELECT 1", &(int64_t){ 0 }, &e),
	    1);
	{
		struct stmt *q = db_prepare(s->db, "SELECT id FROM space "
		    "WHERE section = 'notes'");

		assert_int_equal(db_step(q, &e), 1);
		assert_int_equal(db_id(q, 0, &the_space), 0);
		db_reset(q);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static int64_t
count(const char *sql)
{
	return world_count(&w, 0, sql);
}

static void
notes(int n, size_t bytes)
{
	char *text = mem_new(bytes + 1);
	size_t j;
	int i;

	for (i = 0; i < n; i++) {
		for (j = 0; j < bytes; j++)
			text[j] = (char)('a' + rand() % 26);
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
	}
	mem_free(text);
}

static size_t
cut(void)
{
	size_t n;

	assert_int_equal(outbox_cut(s, &n, &e), 0);
	return n;
}

#define READY "SELECT count(*) FROM outgoing WHERE state = 1"

static void
test_cut_at_64(void **state)
{
	(void)state;
	notes(130, 20);
	assert_int_equal(cut(), 3);
	assert_int_equal(count(READY), 3);
	assert_int_equal(count("SELECT count(*) FROM version WHERE state = 2"),
	    130);
	assert_int_equal(count("SELECT max(idx) FROM version WHERE state = 2"),
	    63);
	assert_int_equal(cut(), 0);
	store_check(s);
}

static void
test_cut_when_full(void **state)
{
	(void)state;
	notes(10, 39000);
	assert_int_equal(cut(), 3);
	assert_true(count("SELECT max(length(bytes)) FROM outgoing") <=
	    CHANGESET_BYTES_MAX);
}

static void
test_cut_where_seen_changes(void **state)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct stmt *q;
	uint64_t seen[2];
	int i;

	(void)state;
	notes(2, 20);
	assert_int_equal(world_note(&w, 1, &the_case, "x", NULL), -1);
	s->head.at.size++; /* as if something had been taken in */
	notes(2, 20);
	s->head.at.size--;
	assert_int_equal(cut(), 2);
	q = db_prepare(s->db,
	    "SELECT bytes FROM outgoing WHERE state = 1 ORDER BY oid");
	for (i = 0; i < 2; i++) {
		assert_int_equal(db_step(q, &e), 1);
		assert_int_equal(changeset_decode(db_blob(q, 0), cs, &e), 0);
		assert_int_equal(cs->h.count, 2);
		seen[i] = cs->h.seen.size;
	}
	db_reset(q);
	assert_int_equal(seen[1], seen[0] + 1);
	mem_free(cs);
}

/* A claim below what the line has claimed before is lifted to it. */
static void
test_seen_never_runs_back(void **state)
{
	(void)state;
	notes(1, 20);
	world_must_sync(&w, 0);
	s->head.at.size -= 3;
	notes(1, 20);
	s->head.at.size += 3;
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	assert_int_equal(count("SELECT count(*) FROM outgoing WHERE "
	    "state = 3"), 0);
}

/* What is sealed stays as it is, byte for byte, whatever happens to it. */
static void
test_bytes_are_fixed(void **state)
{
	struct buf before, after;
	enum outgoing_state st;
	struct stmt *q;
	struct hash id;

	(void)state;
	notes(1, 20);
	assert_int_equal(cut(), 1);
	q = db_prepare(s->db, "SELECT id FROM outgoing WHERE state = 1");
	assert_int_equal(db_step(q, &e), 1);
	assert_int_equal(db_hash(q, 0, &id), 0);
	db_reset(q);
	buf_init(&before, CHANGESET_BYTES_MAX);
	buf_init(&after, CHANGESET_BYTES_MAX);
	assert_int_equal(outbox_find(s, &id, &st, &before, &e), 1);
	assert_int_equal(st, OUTGOING_READY);
	w.cut_answer = w.calls + WORLD_PUSH; /* the push */
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	w.cut_answer = 0;
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	assert_int_equal(outbox_find(s, &id, &st, &after, &e), 1);
	assert_int_equal(st, OUTGOING_ACKED);
	assert_true(view_eq(buf_view(&before), buf_view(&after)));
	assert_int_equal(count("SELECT count(*) FROM outgoing WHERE "
	    "state = 2 AND (receipt IS NULL OR seq IS NULL)"), 0);
	buf_done(&before);
	buf_done(&after);
}

static void
unseal(void)
{
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_unseal_tx(s, &the_space, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
}

static int64_t
counter(void)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT counter FROM own_line WHERE space = ?");
	int64_t n;

	db_bind_id(q, 1, &the_space);
	assert_int_equal(db_step(q, &e), 1);
	n = db_int(q, 0);
	db_reset(q);
	return n;
}

static void
test_unseal(void **state)
{
	int64_t before;

	(void)state;
	notes(70, 20);
	assert_int_equal(cut(), 2);
	before = counter();
	unseal();
	assert_int_equal(count(READY), 0);
	assert_int_equal(count("SELECT count(*) FROM outgoing WHERE "
	    "state = 3"), 2);
	assert_int_equal(count("SELECT count(*) FROM version WHERE "
	    "state = 1 AND outgoing IS NULL"), 70);
	store_check(s);
	/* Sealed anew: new counters, the chain from the accepted one on. */
	assert_int_equal(cut(), 2);
	assert_int_equal(counter(), before + 2);
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 70);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 71);
	store_check(s);
}

/* The hub had it after all: what was taken apart is one text, not two, and
 * nobody is taken for a copy of this device. */
static void
test_apart_and_accepted(void **state)
{
	(void)state;
	world_grant(&w, 0, &the_case, 1, "notes", false);
	world_must_sync(&w, 0);
	notes(3, 20);
	w.cut_answer = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	w.cut_answer = 0;
	unseal();
	assert_int_equal(cut(), 1);
	world_must_sync(&w, 0);
	assert_int_equal(count("SELECT count(*) FROM version WHERE "
	    "state IN (1, 2)"), 0);
	assert_int_equal(count(READY), 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 4);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 4);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine"),
	    0);
	store_check(s);
	store_check(world_store(&w, 1));
}

/* A group over two spaces is taken apart in both. */
static void
test_unseal_group(void **state)
{
	size_t rekeyed;

	(void)state;
	assert_int_equal(world_set(&w, 0, &the_case, "stage", "1"), 0);
	world_must_sync(&w, 0);
	world_grant(&w, 0, &the_case, 1, "card,notes", false);
	assert_int_equal(doors_settle(s, &rekeyed, &e), 0);
	assert_int_equal(rekeyed, 2);
	assert_int_equal(count("SELECT count(DISTINCT space) FROM outgoing "
	    "WHERE state = 1"), 2);
	unseal();
	assert_int_equal(count(READY), 0);
	assert_int_equal(count("SELECT count(*) FROM epoch WHERE "
	    "seq IS NULL"), 0);
	assert_int_equal(count("SELECT count(*) FROM access WHERE "
	    "seq IS NULL AND item IS NOT NULL"), 0);
	/* And goes out as one again. */
	assert_int_equal(world_must_sync(&w, 0).rekeyed, 2);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
}

static void
test_tidy(void **state)
{
	int64_t n = count("SELECT count(*) FROM outgoing");

	(void)state;
	assert_true(n > 2);
	world_must_sync(&w, 0);
	assert_int_equal(count("SELECT count(*) FROM outgoing"), n);
	notes(1, 20);
	assert_int_equal(cut(), 1);
	world_pass(&w, OUTBOX_KEEP_MS + 60000);
	/* As a deposit in a section that is closed. */
	assert_int_equal(db_exec(s->db, "UPDATE outgoing SET "
	    "id = zeroblob(32) WHERE oid = (SELECT min(oid) FROM outgoing)",
	    &e), 0);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_tidy_tx(s, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	/* What has no receipt stays, and what has not come back. */
	assert_int_equal(count("SELECT count(*) FROM outgoing"), 2);
	assert_int_equal(count(READY), 1);
}

/* ---- stamps ---- */

static void
test_mend(void **state)
{
	char stage[160];
	size_t mended;
	uint64_t before;

	(void)state;
	world_pass(&w, 60000);
	w.c[0].skew_ms = 7200000;
	assert_int_equal(world_set(&w, 0, &the_case, "stage", "1"), 0);
	assert_int_equal(world_set(&w, 0, &the_case, "stage", "2"), 0);
	before = s->hlc;
	assert_int_equal(stamps_mend(s, -1000, &mended, &e), 0);
	assert_int_equal(mended, 0);
	assert_int_equal(stamps_mend(s, -7200000, &mended, &e), 0);
	assert_int_equal(mended, 2);
	assert_true(s->hlc < before);
	assert_int_equal(count("SELECT max(hlc) >> 16 FROM version WHERE "
	    "state = 1"), atomic_load(&w.wall_ms));
	/* The second still names the first as its base. */
	world_field(&w, 0, &the_case, "stage", stage);
	assert_string_equal(stage, "2");
	assert_int_equal(count("SELECT count(*) FROM record WHERE flags & 1"),
	    0);
	assert_int_equal(stamps_mend(s, -7200000, &mended, &e), 0);
	assert_int_equal(mended, 0);
	store_check(s);
}

static void
test_seen(void **state)
{
	struct log_point seen = { s->roster.genesis.log_id, 0 };
	int64_t ms;

	(void)state;
	assert_int_equal(stamps_seen(s, &the_space, &seen, &ms, &e), 0);
	assert_int_equal(ms, 0);
	seen.size = UINT64_MAX;
	assert_int_equal(stamps_seen(s, &the_space, &seen, &ms, &e), 0);
	assert_int_equal(ms, WORLD_NOW);
	seen.log_id++;
	assert_int_equal(stamps_seen(s, &the_space, &seen, &ms, &e), 0);
	assert_int_equal(ms, 0);
}

static void
test_read_only(void **state)
{
	struct outbox_item in = { .kind = CHANGESET_DIRECTORY };
	struct hash id;
	int64_t oid;

	(void)state;
	notes(1, 20);
	s->stopped = true;
	assert_int_equal(cut(), 0);
	assert_int_equal(outbox_add_tx(s, &in, &id, &oid, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_cut_at_64), T(test_cut_when_full),
		T(test_cut_where_seen_changes),
		T(test_seen_never_runs_back), T(test_bytes_are_fixed),
		T(test_unseal), T(test_apart_and_accepted),
		T(test_unseal_group), T(test_tidy), T(test_mend),
		T(test_seen), T(test_read_only)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
