/*
 * schema/rules.md 9, 6.9 and the rows of 13 that name a side: handover,
 * takeover, reduce, a revoked keeper, officers; each in both arrival orders,
 * with real clients and a hub. The coordinator is client 1, who gets the case
 * client 2, the third client 3; client 0 is the office.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/conflicts.h"
#include "client/core/consent.h"
#include "client/core/handover.h"
#include "client/core/review.h"
#include "client/core/sync/outbox.h"
#include "client/core/sync/sides.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define A 1
#define B 2
#define C 3

static struct world w;
static struct id kid, plan, note;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, A, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, A, &kid, "calm mornings", &plan), 0);
	assert_int_equal(world_note(&w, A, &kid, "talked at the door", &note),
	    0);
	world_must_sync(&w, A);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* ---- what people do ---- */

static int
propose(int by, int to, int64_t until)
{
	struct handover_draft d = { .case_id = kid,
	    .person = w.c[to].person, .until_ms = until,
	    .reason = "moves away" };
	struct id id;

	world_pass(&w, 1000);
	return handover_propose(w.c[by].session, &d, &id, &e);
}

static int
accept(int by)
{
	struct id id;

	world_pass(&w, 1000);
	return handover_accept(w.c[by].session, &kid, &id, &e);
}

static int
reduce(int by, int whom, enum right right)
{
	struct handover_part p = { .case_id = kid, .right = right };
	struct id id;

	if (whom != by)
		p.person = w.c[whom].person;
	world_pass(&w, 1000);
	return handover_reduce(w.c[by].session, &p, &id, &e);
}

static int
takeover(int by)
{
	struct takeover_draft d = { .case_id = kid,
	    .provision = "child protection act, paragraph 27",
	    .reason = "child in need" };
	struct id id;

	world_pass(&w, 1000);
	return handover_takeover(w.c[by].session, &d, &id, &e);
}

static int
undo(int by)
{
	struct id id;

	world_pass(&w, 1000);
	return handover_undo(w.c[by].session, &kid, &id, &e);
}

/* ---- what is seen ---- */

static enum right
right_in(int by, const char *section, int whom)
{
	struct id space = trust_space(&w, by, &kid, section);

	return trust_right(&w, by, &space, whom);
}

static const char *
field_of(int by, const struct id *id, const char *name)
{
	static char out[160];

	world_field(&w, by, id, name, out);
	return out;
}

static const char *
state_at(int by, size_t which)
{
	static char out[32];
	struct handover_list l;

	assert_int_equal(handover_list(w.c[by].session, &kid, &l, &e), 0);
	assert_true(which < l.count);
	snprintf(out, sizeof(out), "%s", l.items[which].state);
	handover_list_done(&l);
	return out;
}

static int64_t
quarantined(int i)
{
	return world_count(&w, i, "SELECT count(*) FROM quarantine");
}

/* Everybody in step, and nothing left over. */
static void
settle(void)
{
	int i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < 4; i++)
			world_must_sync(&w, i);
}

/* B keeps the case with A. */
static void
with_b(void)
{
	assert_int_equal(propose(A, B, 0), 0);
	trust_twice(&w, A, B);
	assert_int_equal(right_in(B, "card", B), RIGHT_KEEP);
}

/* ---- handover ---- */

static void
test_handover(void **state)
{
	struct space_epoch se;
	struct id space;

	(void)state;
	assert_int_equal(propose(A, A, 0), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(propose(B, C, 0), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	with_b();
	assert_string_equal(state_at(B, 0), "proposed");
	assert_int_equal(right_in(B, "plan", B), RIGHT_KEEP);
	assert_int_equal(right_in(B, "notes", B), RIGHT_KEEP);
	assert_true(trust_reads(&w, B, &plan));
	assert_true(trust_reads(&w, B, &note));
	/* A cannot go before B has accepted. */
	assert_int_equal(reduce(A, A, RIGHT_NONE), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_string_equal(state_at(A, 0), "accepted");
	assert_string_equal(field_of(A, &kid, "lead"), "Person 2");
	assert_int_equal(accept(B), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	/* Proposed is undone before it is accepted, not after. */
	assert_int_equal(undo(A), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	/* What A says about others is nothing: A did not take over. */
	assert_int_equal(reduce(A, B, RIGHT_READ), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* A leaves: own last text first, then everything is shut. */
	assert_int_equal(world_note(&w, A, &kid, "my last note", NULL), 0);
	assert_int_equal(reduce(A, A, RIGHT_NONE), 0);
	assert_int_equal(world_must_sync(&w, A).lost_spaces, 3);
	assert_false(trust_reads(&w, A, &kid));
	assert_int_equal(world_count(&w, A, "SELECT count(*) FROM held"), 0);
	world_must_sync(&w, B);
	assert_true(world_has(&w, B, "my last note"));
	assert_int_equal(right_in(B, "card", A), RIGHT_NONE);
	assert_int_equal(right_in(B, "notes", A), RIGHT_NONE);
	assert_string_equal(state_at(B, 1), "left");
	/* Who left made that key and knows it: B has made another. */
	space = trust_space(&w, B, &kid, "card");
	trust_epoch(&w, B, &space, &se);
	assert_true(id_eq(&se.author, &world_store(&w, B)->me->device));
	space_epoch_done(&se);
	assert_int_equal(quarantined(B), 0);
	/* Taken in again, the opposite of leaving. */
	assert_int_equal(propose(B, A, 0), 0);
	trust_twice(&w, B, A);
	assert_true(trust_reads(&w, A, &note));
	assert_int_equal(right_in(B, "card", A), RIGHT_KEEP);
}

static void
test_undo(void **state)
{
	(void)state;
	with_b();
	assert_int_equal(undo(A), 0);
	assert_string_equal(state_at(A, 0), "taken back");
	trust_twice(&w, A, B);
	assert_int_equal(right_in(A, "card", B), RIGHT_NONE);
	assert_false(trust_reads(&w, B, &note));
	assert_int_equal(quarantined(A) + quarantined(B), 0);
	/* Once more; then B accepts and thinks again. */
	assert_int_equal(propose(A, B, 0), 0);
	trust_twice(&w, A, B);
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_string_equal(field_of(A, &kid, "lead"), "Person 2");
	assert_int_equal(undo(B), 0);
	trust_twice(&w, B, A);
	assert_string_equal(field_of(A, &kid, "lead"), "");
	assert_string_equal(state_at(A, 1), "proposed");
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_string_equal(state_at(A, 1), "accepted");
}

/* Narrowed to write: reads and writes the card, keeps nothing. */
static void
test_narrow(void **state)
{
	(void)state;
	with_b();
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_int_equal(reduce(A, A, RIGHT_WRITE), 0);
	trust_twice(&w, A, B);
	assert_int_equal(right_in(B, "card", A), RIGHT_WRITE);
	assert_int_equal(world_note(&w, A, &kid, "still here", NULL), 0);
	trust_twice(&w, A, B);
	assert_true(world_has(&w, B, "still here"));
	assert_int_equal(propose(A, C, 0), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* And out, by a writer's own word. */
	assert_int_equal(reduce(A, A, RIGHT_NONE), 0);
	trust_twice(&w, A, B);
	assert_int_equal(right_in(B, "card", A), RIGHT_NONE);
	assert_int_equal(quarantined(B), 0);
}

/* Until a day; the lead stays, and nobody hands on for longer than that. */
static void
test_substitute(void **state)
{
	int64_t until = WORLD_NOW + 10 * DAY;

	(void)state;
	assert_int_equal(propose(A, B, until), 0);
	trust_twice(&w, A, B);
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_string_equal(field_of(A, &kid, "lead"), "");
	assert_int_equal(propose(B, C, 0), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(propose(B, C, until), 0);
	trust_twice(&w, B, C);
	assert_int_equal(right_in(B, "card", C), RIGHT_KEEP);
	/* A substitute is no reason to leave. */
	assert_int_equal(reduce(A, A, RIGHT_NONE), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	world_pass(&w, 11 * DAY);
	world_must_sync(&w, B);
	assert_false(trust_reads(&w, B, &note));
	trust_twice(&w, A, B);
	assert_int_equal(right_in(A, "card", B), RIGHT_NONE);
	assert_int_equal(right_in(A, "card", C), RIGHT_NONE);
	assert_int_equal(right_in(A, "card", A), RIGHT_KEEP);
	assert_string_equal(state_at(A, 0), "over");
}

/* ---- the rows of section 13 ---- */

/* First one then the other tells the hub, and everybody hears of both. */
static void
tell(int first, int second)
{
	world_must_sync(&w, first);
	world_must_sync(&w, second);
	settle();
}

/* handover, edit of the former side: both stay. */
static void
handover_and_edit(bool edit_first)
{
	with_b();
	assert_int_equal(accept(B), 0);
	world_pass(&w, 1000);
	assert_int_equal(world_set(&w, A, &plan, "goal", "calm evenings"), 0);
	tell(edit_first ? A : B, edit_first ? B : A);
	assert_string_equal(field_of(B, &plan, "goal"), "calm evenings");
	assert_string_equal(field_of(A, &plan, "goal"), "calm evenings");
	assert_string_equal(field_of(A, &kid, "lead"), "Person 2");
	assert_int_equal(quarantined(A) + quarantined(B), 0);
}

/* handover, withdrawal from its person: stays on the side, the consent is
 * ended, and who took the withdrawal hears that it stays open. */
static void
handover_and_withdrawal(bool withdrawal_first)
{
	struct withdrawal_draft d = { .case_id = kid,
	    .audience = w.c[B].person, .giver = "Mari" };
	struct withdrawal_effect effect;
	struct consent_list l;
	struct id id;

	world_grant(&w, A, &kid, B, "card,plan", true);
	world_grant(&w, A, &kid, C, "card,plan", true);
	settle();
	assert_int_equal(propose(A, B, 0), 0);
	if (!withdrawal_first)
		settle();
	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[C].session, &d, &id, &effect,
	    &e), 0);
	assert_int_equal(effect.still_open, withdrawal_first ? 0 : 2);
	tell(withdrawal_first ? C : A, withdrawal_first ? A : C);
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "plan", B), RIGHT_KEEP);
	assert_true(trust_reads(&w, B, &note));
	/* What B writes is not put aside for it. */
	assert_int_equal(world_note(&w, B, &kid, "from the side", NULL), 0);
	settle();
	assert_true(world_has(&w, A, "from the side"));
	assert_int_equal(world_count(&w, A, "SELECT count(*) FROM version"
	    " WHERE state = 5"), 0);
	assert_int_equal(consent_list(w.c[A].session, &kid, &l, &e), 0);
	assert_string_equal(l.items[0].status, "withdrawn");
	consent_list_done(&l);
	assert_int_equal(quarantined(A) + quarantined(B) + quarantined(C), 0);
}

/* handover, handover to two persons: both keep, the later accepted leads. */
static void
handover_to_two(bool b_first)
{
	struct conflict_list l;

	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(propose(A, C, 0), 0);
	settle();
	assert_int_equal(accept(B), 0);
	assert_int_equal(accept(C), 0);
	tell(b_first ? B : C, b_first ? C : B);
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "card", C), RIGHT_KEEP);
	assert_string_equal(field_of(A, &kid, "lead"), "Person 3");
	assert_string_equal(field_of(B, &kid, "lead"), "Person 3");
	assert_string_equal(field_of(C, &kid, "lead"), "Person 3");
	assert_int_equal(conflicts_list(w.c[B].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	conflict_list_done(&l);
	assert_string_equal(state_at(A, 0), "accepted");
	assert_string_equal(state_at(A, 1), "accepted");
}

/* takeover, edit of lead or stage: the takeover stands above it. */
static void
takeover_and_edit(bool edit_first)
{
	struct conflict_list l;

	with_b();
	assert_int_equal(takeover(B), 0);
	world_pass(&w, 60000);
	assert_int_equal(world_set(&w, A, &kid, "stage", "2"), 0);
	assert_int_equal(world_set(&w, A, &kid, "lead", "Person 3"), 0);
	tell(edit_first ? A : B, edit_first ? B : A);
	assert_string_equal(field_of(A, &kid, "stage"), "cp");
	assert_string_equal(field_of(B, &kid, "stage"), "cp");
	assert_string_equal(field_of(A, &kid, "lead"), "Person 2");
	assert_string_equal(field_of(A, &kid, "coordinator"), "Person 2");
	assert_int_equal(conflicts_list(w.c[A].session, &l, &e), 0);
	assert_int_equal(l.count, 2);
	conflict_list_done(&l);
	/* Seen and written over: that counts as ever. */
	assert_int_equal(world_set(&w, A, &kid, "stage", "2"), 0);
	trust_twice(&w, A, B);
	assert_string_equal(field_of(B, &kid, "stage"), "2");
}

/* takeover, takeover: the higher leads, the other keeps beside them. */
static void
takeover_twice(bool b_first)
{
	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(propose(A, C, 0), 0);
	settle();
	assert_int_equal(takeover(B), 0);
	assert_int_equal(takeover(C), 0);
	tell(b_first ? B : C, b_first ? C : B);
	assert_string_equal(field_of(A, &kid, "lead"), "Person 3");
	assert_string_equal(field_of(B, &kid, "lead"), "Person 3");
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "card", C), RIGHT_KEEP);
	assert_int_equal(world_count(&w, B, "SELECT count(*) FROM record"
	    " WHERE flags & 1 <> 0"), 1);
}

/* takeover, withdrawal: as handover. */
static void
takeover_and_withdrawal(bool withdrawal_first)
{
	with_b();
	world_grant(&w, A, &kid, B, "plan", true);
	settle();
	assert_int_equal(takeover(B), 0);
	world_withdraw(&w, A, &kid, B, NULL);
	tell(withdrawal_first ? A : B, withdrawal_first ? B : A);
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "plan", B), RIGHT_KEEP);
	assert_string_equal(state_at(A, 1), "takeover");
	assert_int_equal(quarantined(A) + quarantined(B), 0);
}

/* reduce, edit: what came first stays; what comes later is held and goes to
 * the keeper. */
static void
reduce_and_edit(bool edit_first)
{
	struct held_list l;

	with_b();
	assert_int_equal(takeover(B), 0);
	settle();
	assert_int_equal(world_note(&w, A, &kid, "beside the reduction",
	    NULL), 0);
	assert_int_equal(reduce(B, A, RIGHT_NONE), 0);
	tell(edit_first ? A : B, edit_first ? B : A);
	assert_int_equal(right_in(B, "card", A), RIGHT_NONE);
	assert_false(trust_reads(&w, A, &kid));
	assert_int_equal(held_list(w.c[A].session, &l, &e), 0);
	assert_int_equal(l.count, edit_first ? 0 : 1);
	held_list_done(&l);
	assert_int_equal(world_has(&w, B, "beside the reduction"),
	    edit_first);
	assert_int_equal(world_count(&w, B, "SELECT count(*) FROM review"
	    " WHERE outcome IS NULL"), edit_first ? 0 : 1);
	assert_int_equal(quarantined(B), 0);
}

/* ---- who may not ---- */

/* Client ${by} says ${kind} of ${whom} in a section, on a made-up record, and
 * sends it past its own doors. */
static void
forge(int by, const struct id *space, int whom, enum access_kind kind)
{
	struct store *s = world_store(&w, by);
	struct outbox_item in = { .kind = CHANGESET_ACCESS, .space = *space,
	    .seen = s->head.at, .count = 1 };
	struct access a = { .kind = kind, .person = w.c[whom].person,
	    .right = kind == ACCESS_REDUCE ? RIGHT_NONE : RIGHT_KEEP,
	    .until_ms = INT64_MAX, .origin = s->me->device };
	struct space_epoch se;
	struct view plain;
	struct hash item;
	struct buf body;
	int64_t oid;

	world_pass(&w, 1000);
	a.hlc = store_stamp(s);
	id_random(&a.consent);
	sides_id(&a.consent, space, &a.person, &a.id);
	trust_epoch(&w, by, space, &se);
	buf_init(&body, 4096);
	access_encode(&a, &body);
	plain = buf_view(&body);
	in.plain = &plain;
	in.epoch = se.ep.number;
	in.key = &se.key;
	assert_int_equal(db_begin(s->db, &e), 0);
	in.group = outbox_group(s);
	assert_int_equal(outbox_add_tx(s, &in, &item, &oid, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
	space_epoch_done(&se);
}

/* Put aside by ${judge}, for whom nothing has changed. */
static void
is_refused(int by, int judge, const struct id *space, int whom,
    enum access_kind kind)
{
	enum right still = trust_right(&w, judge, space, whom);
	int64_t before;

	world_must_sync(&w, judge);
	before = quarantined(judge);
	forge(by, space, whom, kind);
	world_must_sync(&w, by);
	world_must_sync(&w, judge);
	assert_int_equal(quarantined(judge), before + 1);
	trust_twice(&w, judge, by);
	assert_int_equal(trust_right(&w, judge, space, whom), still);
}

static void
test_no_say(void **state)
{
	struct id card;

	(void)state;
	with_b();
	world_grant(&w, A, &kid, C, "card", true);
	settle();
	card = trust_space(&w, A, &kid, "card");
	/* A writer about the owner, or for themself; a keeper about another
	 * one. */
	is_refused(C, A, &card, A, ACCESS_REDUCE);
	is_refused(C, A, &card, C, ACCESS_HANDOVER);
	is_refused(C, A, &card, C, ACCESS_TAKEOVER);
	is_refused(B, A, &card, A, ACCESS_REDUCE);
	/* Taking over is said by oneself, taking in by others. */
	is_refused(A, B, &card, B, ACCESS_TAKEOVER);
	is_refused(A, B, &card, A, ACCESS_HANDOVER);
	is_refused(A, C, &card, A, ACCESS_HANDOVER);
}

/* reduce of the last keeper by themself; beside a substitute too. */
static void
test_last_keeper(void **state)
{
	struct id card;

	(void)state;
	assert_int_equal(reduce(A, A, RIGHT_NONE), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	world_grant(&w, A, &kid, C, "card", true);
	settle();
	card = trust_space(&w, A, &kid, "card");
	is_refused(A, C, &card, A, ACCESS_REDUCE);
	assert_int_equal(propose(A, B, WORLD_NOW + 9 * DAY), 0);
	settle();
	is_refused(A, C, &card, A, ACCESS_REDUCE);
}

static void
test_commons(void **state)
{
	struct id commons = world_store(&w, 0)->roster.genesis.commons;

	(void)state;
	is_refused(0, A, &commons, B, ACCESS_HANDOVER);
	is_refused(0, A, &commons, 0, ACCESS_TAKEOVER);
}

#define ROW(name) \
	static void \
	test_##name##_a(void **state) \
	{ \
		(void)state; \
		name(true); \
	} \
	static void \
	test_##name##_b(void **state) \
	{ \
		(void)state; \
		name(false); \
	}

ROW(handover_and_edit)
ROW(handover_and_withdrawal)
ROW(handover_to_two)
ROW(takeover_and_edit)
ROW(takeover_twice)
ROW(takeover_and_withdrawal)
ROW(reduce_and_edit)

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define BOTH(name) T(test_##name##_a), T(test_##name##_b)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_handover), T(test_undo), T(test_narrow),
		T(test_substitute), BOTH(handover_and_edit),
		BOTH(handover_and_withdrawal), BOTH(handover_to_two),
		BOTH(takeover_and_edit), BOTH(takeover_twice),
		BOTH(takeover_and_withdrawal), BOTH(reduce_and_edit),
		T(test_no_say),
		T(test_last_keeper), T(test_commons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
