/*
 * Rooms in which single children have no place (rules.md 15), rooms that are
 * closed, with real clients and a real hub.
 *
 * Client 0 is the officer, 1 keeps, 2 writes, 3 reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/cases/entries.h"
#include "client/core/cases/rooms.h"
#include "tests/support/trust.h"

static struct world w;
static struct id group, kid, meeting;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

static void
let_in(int whom, enum right right)
{
	struct room_admission d = { .space = group,
		.person = w.c[whom].person, .right = right };
	struct id id;

	assert_int_equal(rooms_admit(w.c[1].session, &d, &id, &e), 0);
}

static int
add(int i, enum record_type type, const struct assignment *set, size_t n,
    struct id *id)
{
	struct entry_draft d = { .type = type, .space = group, .set = set,
		.n = n };

	return entries_add(w.c[i].session, &d, id, &e);
}

static int
setup(void **state)
{
	static const struct assignment name[2] = { { "name", "Hakunila" },
		{ "no-children", "yes" } };
	static const struct assignment set[2] = { { "kind", "welfare-group" },
		{ "date", "2026-09-20" } };

	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	assert_int_equal(rooms_begin(w.c[1].session, ROOMS_GROUP, name, 2,
	    &group, &e), 0);
	settle();
	let_in(2, RIGHT_WRITE);
	let_in(3, RIGHT_READ);
	assert_int_equal(add(1, TYPE_MEETING, set, 2, &meeting), 0);
	settle();
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
records(int i)
{
	return world_count(&w, i, "SELECT count(*) FROM record");
}

static size_t
items(int i)
{
	struct records_query q = { .type = TYPE_AGENDA, .space = &group };
	struct record_list l;
	size_t n;

	assert_int_equal(records_list(w.c[i].session, &q, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	return n;
}

static int
item(int i, const struct id *of, struct id *id)
{
	char text[ID_TEXT_BYTES];
	struct assignment set[2] = { { "topic", "the yard" },
		{ "meeting", id_text(of, text) } };

	return add(i, TYPE_AGENDA, set, 2, id);
}

/* What a changed program writes: nobody asks what holds. */
static void
force(int i, enum record_type type, const struct id *record,
    const struct op *ops, size_t n)
{
	struct store *s = world_store(&w, i);
	struct write wr = { .type = type, .space = group, .ops = ops,
		.op_count = n };

	if (record != NULL)
		wr.id = *record;
	world_pass(&w, 1000);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
}

static void
force_item(int i, const struct id *of)
{
	struct op ops[2] = {
		{ .field = AGENDA_TOPIC, .value = { VALUE_TEXT, 0,
		    view_str("the child of the baker") } },
		{ .field = AGENDA_MEETING, .value = { VALUE_BYTES, 0,
		    { of->b, sizeof(of->b) } } },
	};

	force(i, TYPE_AGENDA, NULL, ops, 2);
}

static void
test_written(void **state)
{
	static const struct assignment wrong[2] = { { "what", "call" },
		{ "meeting", "00112233445566778899aabbccddeeff" } };
	struct id id;
	int64_t before = records(1);

	(void)state;
	assert_int_equal(item(1, &kid, &id), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "meeting: single children"));
	assert_int_equal(add(2, TYPE_TASK, wrong, 2, &id), -1);
	assert_int_equal(records(1), before);
	assert_int_equal(item(2, &meeting, &id), 0); /* of the room itself */
	settle();
	assert_int_equal(items(1), 1);
	assert_int_equal(items(3), 1);
}

/* It comes all the same: from who writes, and from who keeps. */
static void
test_changed_client(void **state)
{
	int by;

	(void)state;
	for (by = 2; by >= 1; by--) {
		force_item(by, &kid);
		trust_seal(&w, by);
		settle();
		assert_int_equal(items(1), 0);
		assert_int_equal(items(1), 0);
		assert_int_equal(items(2), 0);
		assert_int_equal(items(3), 0);
	}
	force_item(2, &meeting); /* the same hand, nothing wrong with it */
	settle();
	assert_int_equal(items(1), 1);
	assert_int_equal(items(3), 1);
}

static bool
is_welfare(int i)
{
	struct room_item r;
	bool yes;

	assert_int_equal(rooms_find(w.c[i].session, ROOMS_GROUP, "hakunila",
	    &r, &e), 0);
	yes = r.welfare;
	room_item_done(&r);
	return yes;
}

/* A keeper takes the mark away, before or after what it would allow. */
static void
test_mark_stays(void **state)
{
	struct op no = { .field = ROOM_WELFARE,
		.value = { VALUE_BOOL, 0, { NULL, 0 } } };
	struct op other[2] = { { .field = ROOM_NAME, .value = { VALUE_TEXT, 0,
		    view_str("Hakunila") } }, no };
	struct room_item r;
	char text[160];
	int order;

	(void)state;
	assert_int_equal(rooms_find(w.c[1].session, ROOMS_GROUP, "hakunila",
	    &r, &e), 0);
	for (order = 0; order < 2; order++) {
		if (order == 1)
			force_item(2, &kid);
		if (order == 1)
			trust_seal(&w, 2);
		force(1, TYPE_ROOM, &r.record, &no, 1);
		force(1, TYPE_ROOM, NULL, other, 2);
		world_must_sync(&w, order == 0 ? 1 : 2);
		if (order == 0) {
			force_item(2, &kid);
			trust_seal(&w, 2);
		}
		settle();
		assert_true(is_welfare(2));
		assert_true(is_welfare(3));
		world_field(&w, 2, &r.record, "no-children", text);
		assert_string_equal(text, "yes");
		assert_int_equal(items(1), 0);
		assert_int_equal(items(1), 0);
		assert_int_equal(items(2), 0);
		assert_int_equal(items(3), 0);
	}
	room_item_done(&r);
}

static void
test_closed(void **state)
{
	struct room_item r;
	struct id id;

	(void)state;
	assert_int_equal(rooms_find(w.c[1].session, ROOMS_GROUP, "hakunila",
	    &r, &e), 0);
	assert_int_equal(world_set(&w, 1, &r.record, "closed", "2026-09-01"),
	    0);
	settle();
	assert_int_equal(item(2, &meeting, &id), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "closed on 2026-09-01"));
	assert_int_equal(world_set(&w, 2, &meeting, "minutes", "late"), 0);
	assert_int_equal(world_set(&w, 1, &r.record, "closed", ""), 0);
	settle();
	assert_int_equal(item(2, &meeting, &id), 0);
	room_item_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_written, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_client, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_mark_stays, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
