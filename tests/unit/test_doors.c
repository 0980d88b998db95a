/*
 * client/core/accord/doors: the epochs follow the statements, whoever is first,
 * and nothing is written to a key that somebody holds who should not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/accord/statements.h"
#include "client/core/consent/consent.h"
#include "client/core/local/spaces.h"
#include "client/core/office/office.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))

static struct world w;
static struct id kid, plan;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 5);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static bool
writable(int i, const struct id *space)
{
	bool out;

	assert_int_equal(doors_writable(world_store(&w, i), space, &out, &e),
	    0);
	return out;
}

/* Epoch 1 names the creator alone; everybody else comes by a statement. */
static void
test_first_epoch(void **state)
{
	struct space_epoch se;
	struct id space;

	(void)state;
	world_grant(&w, 1, &kid, 2, "plan", true);
	world_must_sync(&w, 1);
	space = trust_space(&w, 1, &kid, "plan");
	assert_int_equal(spaces_epoch_find(world_store(&w, 1), &space, 1, &se,
	    &e), 1);
	assert_int_equal(se.ep.recipient_count, 1);
	assert_int_equal(se.ep.recipients[0].right, RIGHT_KEEP);
	space_epoch_done(&se);
	trust_epoch(&w, 1, &space, &se);
	assert_int_equal(se.ep.number, 2);
	assert_int_equal(se.ep.recipient_count, 2);
	assert_int_equal(se.ep.cite_count, 1);
	assert_int_equal(trust_right(&w, 1, &space, 2), RIGHT_WRITE);
	space_epoch_done(&se);
	/* In line already: another sync makes nothing. */
	world_must_sync(&w, 1);
	assert_int_equal(trust_number(&w, 1, &space), 2);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM outgoing"
	    " WHERE state = 1"), 0);
}

/* Two keepers who do not know of each other's grant: both end in force. */
static void
test_race(void **state)
{
	struct store *s;
	struct access a;
	struct id space;

	(void)state;
	world_must_sync(&w, 1);
	space = trust_space(&w, 1, &kid, "plan");
	/* Client 2 becomes a keeper, as a takeover would make it. */
	s = world_store(&w, 1);
	memset(&a, 0, sizeof(a));
	a.kind = ACCESS_GRANT;
	id_random(&a.id);
	a.person = w.c[2].person;
	a.right = RIGHT_KEEP;
	a.until_ms = INT64_MAX;
	a.hlc = store_stamp(s);
	a.origin = s->me->device;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(spaces_access_save_tx(s, &space, &a, NULL, -1, &e),
	    0);
	assert_int_equal(db_commit(s->db, &e), 0);
	trust_twice(&w, 1, 2);
	assert_int_equal(trust_right(&w, 2, &space, 2), RIGHT_KEEP);
	/* Each grants another person, offline. */
	world_grant(&w, 1, &kid, 3, "plan", false);
	s = world_store(&w, 2);
	id_random(&a.id);
	a.person = w.c[4].person;
	a.right = RIGHT_WRITE;
	a.hlc = store_stamp(s);
	a.origin = s->me->device;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(spaces_access_save_tx(s, &space, &a, NULL, -1, &e),
	    0);
	assert_int_equal(db_commit(s->db, &e), 0);
	/* 2 has made its epoch and not sent it when 1's is taken. */
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, 2, NULL, &e), -1);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM outgoing"
	    " WHERE state = 1 AND kind = 2"), 1);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &space, 3), 1);
	assert_int_equal(trust_listed(&w, 1, &space, 4), 1);
	assert_int_equal(trust_right(&w, 2, &space, 3), RIGHT_READ);
	assert_int_equal(trust_right(&w, 2, &space, 4), RIGHT_WRITE);
	assert_int_equal(trust_number(&w, 1, &space),
	    trust_number(&w, 2, &space));
}

/* A stolen laptop: no text under its key, by whoever writes next. */
static void
test_revoked(void **state)
{
	struct id space, device = world_store(&w, 2)->me->device;

	(void)state;
	world_grant(&w, 1, &kid, 2, "plan", true);
	world_grant(&w, 1, &kid, 3, "plan", true);
	trust_twice(&w, 1, 2);
	world_must_sync(&w, 3);
	space = trust_space(&w, 1, &kid, "plan");
	assert_int_equal(office_revoke(w.c[3].session, &device, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	world_must_sync(&w, 0);
	/* Client 3 keeps nothing; it shuts the door before it writes. */
	assert_int_equal(trust_plan(&w, 3, &kid, "after the theft", NULL), 0);
	assert_int_equal(world_must_sync(&w, 3).rekeyed, 1);
	assert_int_equal(trust_listed(&w, 3, &space, 2), 0);
	assert_int_equal(trust_listed(&w, 3, &space, 1), 1);
	world_must_sync(&w, 1);
	assert_true(world_has(&w, 1, "after the theft"));
	(void)world_sync(&w, 2, NULL, &e); /* it finds its end there */
	assert_int_equal(world_store(&w, 2)->stage, STORE_REVOKED);
	assert_false(world_has(&w, 2, "after the theft"));
}

/* A recipient without a statement: nobody writes, a keeper puts it right. */
static void
test_ghost(void **state)
{
	struct id space;

	(void)state;
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	space = trust_space(&w, 1, &kid, "plan");
	/* A keeper's client gone wrong lets client 4 in. */
	trust_ghost(&w, 1, &space, 4);
	world_must_sync(&w, 2); /* nothing there yet */
	trust_push(&w, 1);
	/* Client 2 writes under no such key, and may not change it either. */
	assert_int_equal(trust_plan(&w, 2, &kid, "between us", NULL), 0);
	world_must_sync(&w, 2);
	assert_int_equal(trust_listed(&w, 2, &space, 4), 1);
	assert_false(writable(2, &space));
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM "
	    "version WHERE state = 1"), 1);
	/* The keeper's next sync drops the ghost, and the text goes. */
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &space, 4), 0);
	world_must_sync(&w, 2);
	assert_true(writable(2, &space));
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM "
	    "version WHERE state = 1"), 0);
	world_must_sync(&w, 4);
	assert_false(world_has(&w, 4, "between us"));
}

/* One consent over three sections is one group. */
static void
test_all_or_nothing(void **state)
{
	struct id space, notes;

	(void)state;
	assert_int_equal(world_note(&w, 1, &kid, "a note", NULL), 0);
	world_must_sync(&w, 1);
	space = trust_space(&w, 1, &kid, "plan");
	notes = trust_space(&w, 1, &kid, "notes");
	world_grant(&w, 1, &kid, 2, "card,notes,plan", false);
	/* Made, not sent: for each section a statement and an epoch. */
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	assert_int_equal(world_count(&w, 1, "SELECT count(DISTINCT grp) FROM "
	    "outgoing WHERE state = 1 AND kind IN (2, 3)"), 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM "
	    "outgoing WHERE state = 1 AND kind IN (2, 3)"), 6);
	assert_int_equal(trust_number(&w, 1, &space), 1);
	assert_int_equal(trust_number(&w, 1, &notes), 1);
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &space, 2), 1);
	assert_int_equal(trust_listed(&w, 1, &notes, 2), 1);
	world_must_sync(&w, 2);
	assert_true(trust_reads(&w, 2, &plan));
	assert_true(trust_reads(&w, 2, &kid));
}

/* One section of two is refused by the hub: neither is opened. */
static void
test_group_refused(void **state)
{
	struct id card, space, device = world_store(&w, 3)->me->device;
	uint32_t before;

	(void)state;
	world_grant(&w, 1, &kid, 3, "card", true);
	trust_twice(&w, 1, 3);
	card = trust_space(&w, 1, &kid, "card");
	space = trust_space(&w, 1, &kid, "plan");
	before = trust_number(&w, 1, &space);
	/* A grant for card and plan is sealed and not sent ... */
	world_grant(&w, 1, &kid, 2, "card,plan", false);
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	/* ... and then client 3's device is revoked, and lists in the card's
	 * planned epoch: refused there, so refused in the plan too. */
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	world_must_sync(&w, 0);
	assert_int_equal(trust_number(&w, 1, &space), before);
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &card, 3), 0);
	assert_int_equal(trust_listed(&w, 1, &card, 2), 1);
	assert_int_equal(trust_listed(&w, 1, &space, 2), 1);
	/* One epoch more: the refused one left nothing behind. */
	assert_int_equal(trust_number(&w, 1, &space), before + 1);
}

static void
test_believe(void **state)
{
	struct epoch_recipient r[2];
	struct epoch ep = { .number = 1, .recipient_count = 2,
	    .recipients = r };
	uint8_t ids[48];
	struct access a;
	struct hash h;

	(void)state;
	memset(r, 0, sizeof(r));
	memset(&a, 0, sizeof(a));
	r[0].device.b[0] = 1;
	r[0].person.b[0] = 1;
	r[0].right = RIGHT_KEEP;
	r[1].device.b[0] = 2;
	r[1].person.b[0] = 2;
	r[1].right = RIGHT_WRITE;
	a.person.b[0] = 9;
	a.kind = ACCESS_GRANT;
	assert_true(statements_believe(&a, &ep, &r[0].device));
	assert_false(statements_believe(&a, &ep, &r[1].device));
	/* A withdrawal names its record, and its id follows from that. */
	a.kind = ACCESS_WITHDRAW;
	assert_false(statements_believe(&a, &ep, &r[1].device));
	a.consent.b[0] = 5;
	assert_false(statements_believe(&a, &ep, &r[1].device));
	memcpy(ids, a.consent.b, 16);
	memcpy(ids + 16, ep.space.b, 16);
	memcpy(ids + 32, a.person.b, 16);
	keys_hash("tugi statement 1", view_of(ids, sizeof(ids)), &h);
	memcpy(a.id.b, h.b, sizeof(a.id.b));
	assert_true(statements_believe(&a, &ep, &r[1].device));
	r[1].right = RIGHT_READ;
	assert_false(statements_believe(&a, &ep, &r[1].device));
	memset(&a.consent, 0, sizeof(a.consent));
	a.kind = ACCESS_OWNER;
	assert_false(statements_believe(&a, &ep, &r[0].device));
	a.person.b[0] = 1;
	assert_true(statements_believe(&a, &ep, &r[0].device));
	ep.number = 2;
	assert_false(statements_believe(&a, &ep, &r[0].device));
	assert_false(statements_believe(&a, &ep, &a.person));
}

static void
test_sections(void **state)
{
	char words[80];
	unsigned mask;

	(void)state;
	assert_int_equal(statements_sections(NULL, &mask, &e), 0);
	assert_int_equal(mask, STATEMENTS_ALL);
	assert_int_equal(statements_sections(" plan ,card", &mask, &e), 0);
	assert_int_equal(mask, 5);
	statements_words(mask, words);
	assert_string_equal(words, "card, plan");
	assert_int_equal(statements_sections("plan,", &mask, &e), -1);
	assert_int_equal(statements_sections("plans", &mask, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
}

/* The hub refuses an epoch that lists who has just been revoked, and has it
 * all the same: the key it wraps is not used again. */
static void
test_refused_epoch_spoils(void **state)
{
	struct id space, other;

	(void)state;
	world_case(&w, 0, "Mall Maasikas", &other);
	assert_int_equal(trust_plan(&w, 0, &other, "arrives in time", NULL),
	    0);
	world_must_sync(&w, 0);
	space = trust_space(&w, 0, &other, "plan");
	assert_int_equal(trust_number(&w, 0, &space), 1);
	assert_int_equal(office_revoke(w.c[0].session,
	    &world_store(&w, 3)->me->device, &e), 0);
	world_grant(&w, 0, &other, 3, "plan", true);
	assert_int_equal(trust_plan(&w, 0, &other, "after it", NULL), 0);
	world_must_sync(&w, 0);
	assert_int_equal(trust_number(&w, 0, &space), 2);
	assert_int_equal(trust_listed(&w, 0, &space, 3), 0);
	assert_true(writable(0, &space));
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM version "
	    "WHERE state IN (1, 2)"), 0);
}

/* The keeper's only device is revoked, and the one writer left is withdrawn:
 * there is nobody to make an epoch for. What was taken is said all the same,
 * and nothing more is written. */
static void
test_nobody_left(void **state)
{
	struct id space;

	(void)state;
	world_grant(&w, 1, &kid, 2, "card,plan", true);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(office_revoke(w.c[0].session,
	    &world_store(&w, 1)->me->device, &e), 0);
	world_must_sync(&w, 0);
	world_withdraw(&w, 2, &kid, 2, NULL);
	world_must_sync(&w, 2);
	space = trust_space(&w, 2, &kid, "plan");
	assert_int_equal(trust_number(&w, 2, &space), 2);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM access "
	    "WHERE item IS NULL"), 0);
	assert_false(writable(2, &space));
}

/* A clock that is days behind takes a consent that is over for the hub: the
 * first contact tells, and nobody is listed whom the hub would refuse. */
static void
test_slow_clock(void **state)
{
	struct consent_draft d = { .case_id = kid,
		.audience = w.c[3].person, .sections = "card,plan",
		.right = RIGHT_READ, .giver = "Mari",
		.giver_role = "guardian",
		.until_ms = WORLD_NOW + 5 * DAY };
	struct id id, space;

	(void)state;
	world_grant(&w, 1, &kid, 2, "card,plan", true);
	w.c[1].skew_ms = -10 * DAY;
	world_pass(&w, 12 * DAY);
	assert_int_equal(consent_grant(w.c[1].session, &d, &id, &e), 0);
	world_must_sync(&w, 1);
	space = trust_space(&w, 1, &kid, "plan");
	assert_int_equal(trust_right(&w, 1, &space, 2), RIGHT_WRITE);
	assert_int_equal(trust_right(&w, 1, &space, 3), RIGHT_NONE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_first_epoch), T(test_race), T(test_revoked),
		T(test_ghost), T(test_all_or_nothing), T(test_group_refused),
		T(test_refused_epoch_spoils), T(test_nobody_left),
		T(test_slow_clock),
		cmocka_unit_test(test_believe),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
