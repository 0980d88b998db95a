/*
 * daemon/hub/check and copy: what a backup is worth. A copy of a hub at work is
 * whole; each thing that was changed in one is found and named; and a hub that
 * goes on from one has its own log, or another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "daemon/hub/check.h"
#include "tests/support/hubworld.h"

#define WORKER 2
#define NEWEST "(SELECT max(seq) FROM item)"
#define LAST "(SELECT max(size) FROM checkpoint)"

static struct hubworld w;
static struct id space;
static struct err e;
static char copy[96];
static struct buf good; /* the bytes of a whole copy */
static const struct copy_value values[] = { { "hub.key", { NULL, 0 } },
	{ "settings", { (const uint8_t *)"name = hub.test", 15 } } };

static void
push_notes(int n)
{
	struct hw_item it;

	while (n-- > 0) {
		hw_note(&w, WORKER, &space, 1, &it);
		assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
		hw_pass(&w, 1500);
	}
}

/* A hub at work, and a copy of it. */
static int
setup(void **state)
{
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { WORKER },
		.rights = { RIGHT_KEEP } };
	struct hw_item it;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 3);
	memset(space.b, 7, sizeof(space.b));
	hw_epoch(&w, WORKER, &space, &one, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	push_notes(5);
	snprintf(copy, sizeof(copy), "%s/copy.db", w.folder);
	if (hub_copy(w.path, copy, values, 2, &e) != 0)
		fail_msg("%s", e.text);
	buf_init(&good, SIZE_MAX);
	assert_int_equal(file_read(copy, &good, &e), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(copy);
	buf_done(&good);
	hw_end(&w);
	return 0;
}

static void
put(struct view bytes)
{
	assert_int_equal(file_replace(copy, bytes, 0600, &e), 0);
}

static void
change(const char *sql)
{
	struct db_options o = { .busy_ms = 1000 };
	struct db *db;

	assert_int_equal(db_open(copy, &o, &db, &e), 0);
	if (db_exec(db, sql, &e) != 0)
		fail_msg("%s: %s", sql, e.text);
	assert_true(db_changes(db) > 0);
	db_close(db);
}

static void
finds(const char *what, const char *words, enum err_kind kind)
{
	struct hub_checked c;

	if (hub_check(copy, &c, &e) == 0)
		fail_msg("not found: %s", what);
	if (strstr(e.text, words) == NULL || e.kind != kind)
		fail_msg("%s: %s", what, e.text);
}

/* ---- whole ---- */

static void
test_whole(void **state)
{
	struct hub_checked c;
	struct proto_info info;
	struct buf value;

	(void)state;
	assert_int_equal(hub_info(w.hub, &info, &e), 0);
	push_notes(2); /* after the copy: no part of it */
	if (hub_check(copy, &c, &e) != 0)
		fail_msg("%s", e.text);
	assert_string_equal(c.name, "hub.test");
	assert_int_equal(c.log.size, info.log.size);
	assert_int_equal(c.log.log_id, info.log.log_id);
	assert_true(c.claimed && !c.pending && c.bytes > 0);
	assert_int_equal(c.files + c.erased, 0);
	assert_memory_equal(&c.hub, &w.hub_pub, sizeof(c.hub));
	assert_int_equal(hub_quick_check(copy, &e), 0);
	assert_int_equal(hub_quick_check(w.path, &e), 0);
	buf_init(&value, 1000);
	assert_int_equal(hub_copy_value(copy, "settings", &value, &e), 1);
	assert_string_equal(buf_str(&value), "name = hub.test");
	assert_int_equal(hub_copy_value(copy, "nothing", &value, &e), 0);
	buf_done(&value);
	/* Never over what is there. */
	assert_int_equal(hub_copy(w.path, copy, NULL, 0, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(hub_check(copy, &c, &e), 0);
}

/* ---- changed ---- */

static void
test_changed(void **state)
{
	static const char *const edits[][2] = {
		{ "UPDATE item SET body = CASE substr(body, 1, 1) WHEN x'77' "
		    "THEN x'78' ELSE x'77' END || substr(body, 2) WHERE "
		    "seq = 7", "is not what its author sent" },
		{ "UPDATE item SET header = substr(header, 1, "
		    "length(header) - 1) WHERE seq = 7",
		    "is not what its author sent" },
		{ "DELETE FROM item WHERE seq = 4", "is missing" },
		{ "UPDATE item SET author = zeroblob(16) WHERE seq = 7",
		    "is filed as another one" },
		{ "UPDATE item SET id = zeroblob(32) WHERE seq = 6",
		    "is filed as another one" },
		{ "UPDATE item SET space = x'08080808080808080808080808080808'"
		    " WHERE seq = 7", "is filed as another one" },
		{ "UPDATE item SET kind = 3 WHERE seq = 7",
		    "is filed as another one" },
		{ "UPDATE item SET accept_ms = 1 WHERE seq = 7",
		    "has a time before that of an older one" },
		{ "UPDATE item SET accept_ms = accept_ms + 1 WHERE seq = "
		    NEWEST, "does not fit its items" },
		{ "UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND "
		    "at = 3", "does not fit its items" },
		{ "UPDATE node SET hash = zeroblob(32) WHERE level = 2 AND "
		    "at = 0", "does not fit its items" },
		{ "UPDATE log SET size = size - 1", "lies past the log's end" },
		{ "UPDATE log SET size = size + 1", "is missing" },
		{ "UPDATE log SET log_id = zeroblob(8)", "the tree over" },
		{ "UPDATE checkpoint SET note = (SELECT note FROM checkpoint "
		    "ORDER BY size LIMIT 1) WHERE size = " LAST,
		    "the newest signed head is not that" },
		{ "DELETE FROM checkpoint WHERE size = " LAST,
		    "the newest signed head is not that" },
		{ "DELETE FROM checkpoint", "the newest signed head is not" },
		{ "UPDATE checkpoint SET note = x'00' WHERE size = " LAST,
		    "checkpoint" },
	};
	struct hub_checked c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		change(edits[i][0]);
		finds(edits[i][0], edits[i][1], ERR_LOCAL);
		put(buf_view(&good));
	}
	change("DELETE FROM log");
	finds("no log", "there is no hub's log in it", ERR_ABSENT);
	put(buf_view(&good));
	assert_int_equal(hub_check(copy, &c, &e), 0);
}

/* Signed by the hub itself, and over something else than what is here. */
static void
test_signed_lie(void **state)
{
	struct db_options o = { .busy_ms = 1000 };
	struct checkpoint cp = { .root = { { 1 } } };
	struct hub_checked c;
	struct buf note;
	struct stmt *q;
	struct db *db;

	(void)state;
	assert_int_equal(hub_check(copy, &c, &e), 0);
	cp.at = c.log;
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	checkpoint_sign(&cp, "hub.test", &w.hub_pub, &w.hub_key, &note);
	assert_int_equal(db_open(copy, &o, &db, &e), 0);
	q = db_prepare(db, "UPDATE checkpoint SET note = ? WHERE size = ?");
	db_bind_view(q, 1, buf_view(&note));
	db_bind_int(q, 2, (int64_t)cp.at.size);
	assert_int_equal(db_run(q, &e), 0);
	db_close(db);
	buf_done(&note);
	finds("a signed lie", "the newest signed head is not", ERR_LOCAL);
}

/* A file that is none, or not all of it. */
static void
test_broken(void **state)
{
	struct hub_checked c;
	struct buf value;

	(void)state;
	put(view_of(good.data, good.len / 2));
	assert_int_equal(hub_check(copy, &c, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_int_equal(hub_quick_check(copy, &e), -1);
	put(view_str("not a database at all, but long enough for a header: "
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	buf_init(&value, 1000);
	assert_int_equal(hub_check(copy, &c, &e), -1);
	assert_int_equal(hub_copy_value(copy, "settings", &value, &e), -1);
	assert_int_equal(hub_quick_check(copy, &e), -1);
	unlink(copy);
	assert_int_equal(hub_check(copy, &c, &e), -1);
	assert_int_equal(hub_copy_value(copy, "settings", &value, &e), -1);
	assert_int_equal(hub_copy_begin(copy, &w.hub_pub, NULL, 1, &e), -1);
	assert_int_equal(hub_copy(copy, w.folder, NULL, 0, &e), -1);
	assert_false(file_exists(copy)); /* made by none of these */
	buf_done(&value);
}

/* ---- going on ---- */

static void
test_goes_on(void **state)
{
	struct hub_checked before, c;
	struct buf value;

	(void)state;
	assert_int_equal(hub_check(copy, &before, &e), 0);
	/* As it was: the values that went with the copy are not kept. */
	assert_int_equal(hub_copy_begin(copy, &w.hub_pub, NULL, HW_NOW, &e),
	    0);
	buf_init(&value, 1000);
	assert_int_equal(hub_copy_value(copy, "settings", &value, &e), -1);
	buf_done(&value);
	assert_int_equal(hub_check(copy, &c, &e), 0);
	assert_int_equal(c.log.log_id, before.log.log_id);
	assert_false(c.pending);
	/* Under another log: waits for two officers, and is whole. */
	assert_int_equal(hub_copy_begin(copy, &w.hub_pub, &w.hub_key, HW_NOW,
	    &e), 0);
	if (hub_check(copy, &c, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(c.pending);
	assert_true(c.log.log_id != before.log.log_id);
	assert_int_equal(c.log.size, before.log.size);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_whole), T(test_changed), T(test_signed_lie),
		T(test_broken), T(test_goes_on)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
