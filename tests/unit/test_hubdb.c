/*
 * daemon/hub/hubdb: what the calls promise beyond keeping rows: undone parts
 * leave nothing (also not in the memory of nodes), a reader's view does not
 * move, and both ways to find changed spaces give the same list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "daemon/hub/hubdb.h"

static char folder[] = "/tmp/tugi-hubdb-XXXXXX", path[64];

static struct hubdb *
open_new(void)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	struct hubdb *db;
	struct err e;
	char p[80];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(p, sizeof(p), "%s%s", path, tails[i]);
		unlink(p);
	}
	assert_int_equal(hubdb_open(path, true, &db, &e), 0);
	return db;
}

static struct id
id_of(int n)
{
	struct id id;

	memset(id.b, n, sizeof(id.b));
	return id;
}

static void
add_item(struct hubdb *db, uint64_t seq, uint64_t sseq, int space)
{
	struct hubdb_item it = { .seq = seq, .sseq = sseq, .accept_ms = 5,
		.space = id_of(space), .author = id_of(9), .kind = 1 };
	struct hubdb_space s = { .space = id_of(space), .last_seq = seq,
		.last_sseq = sseq };
	struct err e;

	it.id.b[0] = (uint8_t)seq;
	it.id.b[1] = 1;
	assert_int_equal(hubdb_item_add_tx(db, &it, view_str("head"),
	    view_str("body!"), &e), 0);
	assert_int_equal(hubdb_space_put_tx(db, &s, &e), 0);
}

static void
there_is_one_log(void **state)
{
	struct hubdb *db = open_new();
	struct hubdb_log log = { .at = { UINT64_MAX - 5, 0 },
		.name = "hub.test", .claim_open = true }, got;
	struct err e;

	(void)state;
	assert_int_equal(hubdb_log_find(db, &got, &e), 0);
	log.claim.b[3] = 7;
	assert_int_equal(hubdb_begin(db, &e), 0);
	assert_int_equal(hubdb_log_make_tx(db, &log, &e), 0);
	assert_int_equal(hubdb_log_make_tx(db, &log, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	log.at.size = 12;
	log.claim_open = false;
	assert_int_equal(hubdb_log_put_tx(db, &log, &e), 0);
	assert_int_equal(hubdb_commit(db, &e), 0);
	assert_int_equal(hubdb_log_find(db, &got, &e), 1);
	assert_true(got.at.log_id == UINT64_MAX - 5 && got.at.size == 12);
	assert_false(got.claim_open);
	hubdb_close(db);
}

static void
an_undone_part_leaves_nothing(void **state)
{
	struct hubdb *db = open_new();
	struct merkle_store m = hubdb_merkle(db);
	struct hubdb_item it;
	struct hash a = { { 1 } }, b = { { 2 } }, got;
	struct err e;

	(void)state;
	assert_int_equal(hubdb_begin(db, &e), 0);
	add_item(db, 0, 1, 3);
	assert_int_equal(m.put(m.ctx, 0, 0, &a, &e), 0);
	assert_int_equal(hubdb_mark_tx(db, &e), 0);
	add_item(db, 1, 2, 3);
	assert_int_equal(m.put(m.ctx, 0, 1, &a, &e), 0);
	assert_int_equal(hubdb_undo_tx(db, &e), 0);
	assert_int_equal(m.get(m.ctx, 0, 1, &got, &e), -1);
	assert_int_equal(hubdb_item_at(db, 1, &it, &e), 0);
	assert_int_equal(m.put(m.ctx, 0, 1, &b, &e), 0);
	assert_int_equal(m.get(m.ctx, 0, 1, &got, &e), 0);
	assert_true(hash_eq(&got, &b));
	assert_int_equal(hubdb_mark_tx(db, &e), 0);
	add_item(db, 1, 2, 3);
	assert_int_equal(hubdb_keep_tx(db, &e), 0);
	hubdb_rollback(db);
	assert_int_equal(m.get(m.ctx, 0, 0, &got, &e), -1);
	assert_int_equal(hubdb_item_at(db, 0, &it, &e), 0);
	hubdb_close(db);
}

static void
a_view_does_not_move(void **state)
{
	struct hubdb *db = open_new(), *reader;
	struct id space = id_of(3);
	struct hubdb_item it;
	struct buf out;
	struct err e;

	(void)state;
	assert_int_equal(hubdb_open(path, false, &reader, &e), 0);
	assert_int_equal(hubdb_begin(db, &e), 0);
	add_item(db, 0, 1, 3);
	assert_int_equal(hubdb_look(reader, &e), 0);
	assert_int_equal(hubdb_item_next(reader, &space, 0, 9, &it, &e), 0);
	assert_int_equal(hubdb_commit(db, &e), 0);
	assert_int_equal(hubdb_item_next(reader, &space, 0, 9, &it, &e), 0);
	hubdb_unlook(reader);
	assert_int_equal(hubdb_look(reader, &e), 0);
	assert_int_equal(hubdb_item_next(reader, &space, 0, 9, &it, &e), 1);
	assert_int_equal(it.header_bytes, 4);
	assert_int_equal(it.body_bytes, 5);
	assert_int_equal(hubdb_item_next(reader, &space, 1, 9, &it, &e), 0);
	buf_init(&out, 100);
	assert_int_equal(hubdb_item_bytes(reader, 0, false, &out, &e), 0);
	assert_string_equal(buf_str(&out), "head");
	assert_int_equal(hubdb_item_bytes(reader, 0, true, &out, &e), 0);
	assert_string_equal(buf_str(&out), "headheadbody!");
	assert_int_equal(hubdb_item_bytes(reader, 7, true, &out, &e), -1);
	buf_done(&out);
	hubdb_unlook(reader);
	hubdb_close(reader);
	hubdb_close(db);
}

/* Spaces 1..40 with an item each, the device in the even ones; letters in 7
 * and 8. Changed since ${cursor}: all from that number on. */
static void
check_feed(struct hubdb *db, uint64_t cursor, uint64_t until, int from,
    size_t max)
{
	struct hubdb_feed_in in = { .device = id_of(200), .from = id_of(from),
		.cursor = cursor, .until = until };
	struct hubdb_feed out[64];
	struct err e;
	size_t n, i = 0;
	int k;

	assert_int_equal(hubdb_feed(db, &in, out, max, &n, &e), 0);
	for (k = from > 0 ? from : 1; k <= 40 && i < max; k++) {
		bool member = k % 2 == 0;

		if ((uint64_t)k < cursor || (!member && k != 7))
			continue;
		assert_true(i < n);
		assert_int_equal(out[i].space.b[0], k);
		assert_int_equal(out[i].member, member);
		i++;
	}
	assert_int_equal(i, n);
}

static void
both_ways_find_the_same_spaces(void **state)
{
	struct hubdb *db = open_new();
	struct id device = id_of(200), s7 = id_of(7), s8 = id_of(8);
	struct err e;
	int k;

	(void)state;
	assert_int_equal(hubdb_begin(db, &e), 0);
	for (k = 1; k <= 40; k++) {
		struct hubdb_member m = { .device = device,
			.space = id_of(k), .listed = k != 10,
			.removed_seq = 10, .until_ms = 5 };

		add_item(db, (uint64_t)k, 1, k);
		if (k % 2 == 0)
			assert_int_equal(hubdb_member_put_tx(db, &m, &e), 0);
	}
	assert_int_equal(hubdb_letter_add_tx(db, &device, &s7, 7, &e), 0);
	assert_int_equal(hubdb_letter_add_tx(db, &device, &s8, 8, &e), 0);
	assert_int_equal(hubdb_commit(db, &e), 0);
	check_feed(db, 0, 41, 0, 64);   /* few memberships: from those */
	check_feed(db, 30, 41, 0, 64);  /* few changes: from those */
	check_feed(db, 30, 100, 0, 64);
	check_feed(db, 0, 41, 5, 64);
	check_feed(db, 0, 41, 5, 2);    /* the letter's space within */
	check_feed(db, 0, 41, 5, 1);
	check_feed(db, 41, 41, 0, 64);
	hubdb_close(db);
}

static void
broken_promises_are_refused(void **state)
{
	struct hubdb *db = open_new();
	struct hubdb_item it = { .seq = 1, .sseq = 1, .space = id_of(3) };
	struct err e;

	(void)state;
	assert_int_equal(hubdb_begin(db, &e), 0);
	add_item(db, 0, 1, 3);
	it.id.b[0] = 77; /* the same place in the space twice */
	assert_int_equal(hubdb_item_add_tx(db, &it, view_str("h"),
	    view_str("b"), &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	it.sseq = 2;
	memset(&it.id, 0, sizeof(it.id));
	it.id.b[1] = 1; /* the same changeset twice */
	assert_int_equal(hubdb_item_add_tx(db, &it, view_str("h"),
	    view_str("b"), &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	hubdb_rollback(db);
	hubdb_close(db);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/hub.db", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	hubdb_close(open_new());
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_one_log),
		cmocka_unit_test(an_undone_part_leaves_nothing),
		cmocka_unit_test(a_view_does_not_move),
		cmocka_unit_test(both_ways_find_the_same_spaces),
		cmocka_unit_test(broken_promises_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
