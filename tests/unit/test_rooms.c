/*
 * Rooms (rules.md 14) and parts of sections (5.11), with real clients and a
 * real hub: who is in reads and writes, who is out reads nothing new, who was
 * never in reads nothing.
 *
 * Client 0 is the officer, 1 keeps, 2 and 3 are colleagues.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/cases/entries.h"
#include "client/core/office/office.h"
#include "client/core/cases/rooms.h"
#include "client/core/cases/timeline.h"
#include "tests/support/trust.h"

static struct world w;
static struct id room, kid;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	struct assignment name = { "name", "Lasila" };

	(void)state;
	world_begin(&w, 4);
	assert_int_equal(rooms_begin(w.c[1].session, ROOMS_SITE, &name, 1,
	    &room, &e), 0);
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

static int
let_in(int by, int whom, enum right right)
{
	struct room_admission d = { .space = room, .person = w.c[whom].person,
		.right = right, .role = "nurse" };
	struct id id;

	world_pass(&w, 1000);
	return rooms_admit(w.c[by].session, &d, &id, &e);
}

static int
dismiss(int by, int whom)
{
	struct id id;

	world_pass(&w, 1000);
	return rooms_dismiss(w.c[by].session, &room, &w.c[whom].person, &id,
	    &e);
}

static size_t
rooms_of(int i)
{
	struct room_list l;
	size_t n;

	assert_int_equal(rooms_list(w.c[i].session, ROOMS_SITE, &l, &e), 0);
	n = l.count;
	room_list_done(&l);
	return n;
}

/* What a room says of itself, changed by client ${i}. */
static int
say(int i, const char *about)
{
	struct room_item r;
	struct assignment set = { "about", about };
	int rc = rooms_find(w.c[i].session, ROOMS_SITE, "lasila", &r, &e);

	if (rc == 0)
		rc = records_set(w.c[i].session, &r.record, &set, 1, &e);
	room_item_done(&r);
	return rc;
}

static void
test_in_and_out(void **state)
{
	(void)state;
	assert_int_equal(rooms_of(1), 1);
	assert_int_equal(rooms_of(2), 0);
	assert_int_equal(let_in(1, 2, RIGHT_WRITE), 0);
	settle();
	assert_int_equal(rooms_of(2), 1);
	assert_int_equal(rooms_of(3), 0);
	assert_int_equal(say(2, "eighty-four pupils"), -1); /* a keeper's */
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(say(1, "eighty-four pupils"), 0);
	settle();
	assert_true(world_has(&w, 2, "eighty-four pupils"));
	assert_false(world_has(&w, 3, "eighty-four pupils"));
	assert_false(world_has(&w, 0, "eighty-four pupils"));

	assert_int_equal(dismiss(1, 2), 0);
	settle();
	assert_int_equal(rooms_of(2), 0);
	assert_int_equal(say(1, "eighty-five now"), 0);
	settle();
	assert_false(world_has(&w, 2, "eighty-five now"));
	assert_false(world_has(&w, 2, "eighty-four pupils"));

	assert_int_equal(let_in(1, 2, RIGHT_READ), 0); /* knows of the end */
	settle();
	assert_int_equal(rooms_of(2), 1);
	assert_true(world_has(&w, 2, "eighty-five now"));
}

/* Let in and put out before this device hears of either: what was written
 * meanwhile comes when the door opens again. */
static void
test_missed(void **state)
{
	(void)state;
	assert_int_equal(let_in(1, 2, RIGHT_READ), 0);
	world_must_sync(&w, 1);
	assert_int_equal(say(1, "eighty-four pupils"), 0);
	world_must_sync(&w, 1);
	assert_int_equal(dismiss(1, 2), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(rooms_of(2), 0);
	assert_int_equal(let_in(1, 2, RIGHT_READ), 0);
	settle();
	assert_int_equal(rooms_of(2), 1);
	assert_true(world_has(&w, 2, "eighty-four pupils"));
}

static void
test_keepers(void **state)
{
	struct room_members l;

	(void)state;
	assert_int_equal(let_in(1, 2, RIGHT_WRITE), 0);
	settle();
	assert_int_equal(let_in(2, 3, RIGHT_READ), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(dismiss(2, 1), -1);
	assert_int_equal(let_in(1, 2, RIGHT_READ), -1); /* has more */
	assert_int_equal(let_in(1, 2, RIGHT_KEEP), 0);
	settle();
	assert_int_equal(let_in(2, 3, RIGHT_READ), 0);
	settle();
	assert_int_equal(rooms_of(3), 1);
	assert_int_equal(rooms_members(w.c[3].session, &room, &l, &e), 0);
	assert_int_equal(l.count, 3);
	room_members_done(&l);
	assert_int_equal(dismiss(2, 1), -1); /* who began it */
	assert_int_equal(dismiss(1, 2), 0);
	settle();
	assert_int_equal(rooms_of(2), 0);
	assert_int_equal(rooms_of(3), 1);
}

/* Put out while another keeper, who does not know, renews: out. */
static void
test_out_beats_in(void **state)
{
	int order;

	(void)state;
	assert_int_equal(let_in(1, 2, RIGHT_KEEP), 0);
	for (order = 0; order < 2; order++) {
		assert_int_equal(let_in(1, 3, RIGHT_READ), 0);
		settle();
		assert_int_equal(rooms_of(3), 1);
		assert_int_equal(dismiss(1, 3), 0);
		assert_int_equal(let_in(2, 3, RIGHT_WRITE), 0); /* unaware */
		world_must_sync(&w, order == 0 ? 1 : 2);
		world_must_sync(&w, order == 0 ? 2 : 1);
		settle();
		assert_int_equal(rooms_of(3), 0);
	}
}

/* Who began it is gone with their device: whoever else keeps it goes on. */
static void
test_keeper_gone(void **state)
{
	struct id device = world_store(&w, 1)->me->device;

	(void)state;
	assert_int_equal(let_in(1, 2, RIGHT_KEEP), 0);
	settle();
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(let_in(2, 3, RIGHT_KEEP), 0);
	assert_int_equal(say(2, "eighty-six pupils"), 0);
	world_must_sync(&w, 2);
	world_must_sync(&w, 3);
	world_must_sync(&w, 2);
	world_must_sync(&w, 3);
	assert_true(world_has(&w, 3, "eighty-six pupils"));
	assert_int_equal(rooms_of(3), 1);
}

static void
test_own(void **state)
{
	struct store *s = world_store(&w, 1);
	struct room_admission d = { .right = RIGHT_READ };
	struct id own, again, id;

	(void)state;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(rooms_own_tx(w.c[1].session, &own, &e), 0);
	assert_int_equal(rooms_own_tx(w.c[1].session, &again, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_true(id_eq(&own, &again));
	d.space = own;
	d.person = w.c[2].person;
	assert_int_equal(rooms_admit(w.c[1].session, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	settle();
}

/* ---- parts ---- */

static struct id matter;

static int
consent(const struct id *part, int whom)
{
	struct consent_draft d = { .case_id = kid, .sections = "plan",
		.audience = w.c[whom].person, .giver = "Mari Mets",
		.giver_role = "guardian", .right = RIGHT_READ };
	struct id id;

	world_pass(&w, 1000);
	if (part != NULL)
		d.part = *part;
	return consent_grant(w.c[1].session, &d, &id, &e);
}

static void
withdraw(const struct id *part, int whom)
{
	struct withdrawal_draft d = { .case_id = kid, .sections = "plan",
		.audience = w.c[whom].person, .giver = "Mari Mets" };
	struct withdrawal_effect effect;
	struct id id;

	world_pass(&w, 1000);
	if (part != NULL)
		d.part = *part;
	assert_int_equal(consent_withdraw(w.c[1].session, &d, &id, &effect,
	    &e), 0);
}

static void
goal(const struct id *part, const char *text)
{
	struct assignment set = { "goal", text };
	struct entry_draft d = { .type = TYPE_PLAN, .case_id = kid,
		.set = &set, .n = 1 };
	struct id id;

	if (part != NULL)
		d.part = *part;
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), 0);
}

static void
test_parts(void **state)
{
	(void)state;
	world_case(&w, 1, "Juku Juurikas", &kid);
	id_random(&matter);
	goal(NULL, "calm mornings");
	goal(&matter, "the matter alone");
	assert_int_equal(consent(&matter, 2), 0);
	assert_int_equal(consent(NULL, 3), 0);
	settle();
	assert_true(world_has(&w, 2, "the matter alone"));
	assert_false(world_has(&w, 2, "calm mornings"));
	assert_true(world_has(&w, 3, "calm mornings"));
	assert_false(world_has(&w, 3, "the matter alone"));

	assert_int_equal(consent(NULL, 2), 0);
	withdraw(&matter, 2);
	settle();
	assert_true(world_has(&w, 2, "calm mornings"));
	assert_false(world_has(&w, 2, "the matter alone"));

	assert_int_equal(consent(&matter, 2), 0);
	settle();
	assert_true(world_has(&w, 2, "the matter alone"));
	withdraw(NULL, 2); /* of the section: its parts too */
	settle();
	assert_false(world_has(&w, 2, "calm mornings"));
	assert_false(world_has(&w, 2, "the matter alone"));
}

static void
test_entries(void **state)
{
	struct assignment set[2] = { { "goal", " " },
		{ "due", "2026-02-30" } };
	struct entry_draft d = { .type = TYPE_PLAN, .set = set, .n = 1 };
	struct timeline_query q = { .limit = 0 };
	struct record_list l;
	struct id id;

	(void)state;
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), -1);
	assert_non_null(strstr(e.text, "goal"));
	set[0].text = "calm mornings";
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), -1);
	assert_non_null(strstr(e.text, "case or a room"));
	d.space = room;
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), -1);
	assert_non_null(strstr(e.text, "does not belong"));
	memset(&d.space, 0, sizeof(d.space));
	d.case_id = kid;
	d.n = 2;
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), -1);
	assert_non_null(strstr(e.text, "due"));
	set[1].text = "2026-02-28";
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), 0);
	set[0].text = "";
	assert_int_equal(records_set(w.c[1].session, &id, set, 1, &e), -1);
	assert_non_null(strstr(e.text, "goal"));
	q.case_id = kid;
	assert_int_equal(timeline_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 2); /* the card and the goal */
	record_list_done(&l);
	q.types = "note plan";
	assert_int_equal(timeline_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	record_list_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_and_out, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_missed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_keepers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_beats_in, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_keeper_gone, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_entries, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
