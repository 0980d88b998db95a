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

#include "client/core/accord/sides.h"
#include "client/core/cases/conflicts.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/handover.h"
#include "client/core/office/office.h"
#include "client/core/consent/orders.h"
#include "client/core/outbox/outbox.h"
#include "client/core/consent/override.h"
#include "client/core/consent/review.h"
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

static void is_refused(int by, int judge, const struct id *space, int whom,
    enum access_kind kind);

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

/* Proposed and taken back again and again before one sync: said in that order,
 * whatever the ids of the statements. */
static void
test_undo_unsent(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(propose(A, B, 0), 0);
		assert_int_equal(undo(A), 0);
	}
	assert_int_equal(propose(A, B, 0), 0);
	trust_twice(&w, A, B);
	trust_twice(&w, A, B);
	assert_int_equal(quarantined(A) + quarantined(B), 0);
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "plan", B), RIGHT_KEEP);
	assert_int_equal(right_in(B, "notes", B), RIGHT_KEEP);
}

static void
test_undo(void **state)
{
	(void)state;
	/* A case of which there is only the card yet. */
	world_case(&w, A, "Kati Karu", &kid);
	world_must_sync(&w, A);
	with_b();
	assert_int_equal(undo(A), 0);
	assert_string_equal(state_at(A, 0), "taken back");
	/* What is begun later is not opened by it. */
	assert_int_equal(trust_plan(&w, A, &kid, "mornings", &plan), 0);
	assert_int_equal(world_note(&w, A, &kid, "at the gate", &note), 0);
	trust_twice(&w, A, B);
	assert_int_equal(right_in(A, "plan", B), RIGHT_NONE);
	assert_false(trust_reads(&w, B, &plan));
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

/* A case of which the hub knows nothing yet, with all its sections. */
static void
begin_unsent(void)
{
	settle();
	world_case(&w, A, "Kati Karu", &kid);
	assert_int_equal(trust_plan(&w, A, &kid, "mornings", &plan), 0);
	assert_int_equal(world_note(&w, A, &kid, "at the gate", &note), 0);
}

/* Everybody is told, believes it, and A has lost nothing. */
static void
is_whole(enum right right_of_b)
{
	static const char *const sections[] = { "card", "plan", "notes" };
	size_t i;

	settle();
	for (i = 0; i < 3; i++) {
		assert_int_equal(right_in(A, sections[i], A), RIGHT_KEEP);
		assert_int_equal(right_in(A, sections[i], B), right_of_b);
	}
	assert_true(trust_reads(&w, A, &note));
	assert_int_equal(trust_reads(&w, B, &note), right_of_b >= RIGHT_READ);
	assert_int_equal(quarantined(A) + quarantined(B) + quarantined(C), 0);
}

/* The first the hub hears of a case is who keeps it, a handover and its
 * opposite: what ends a statement is said after it. */
static void
test_undo_first(void **state)
{
	(void)state;
	begin_unsent();
	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(undo(A), 0);
	is_whole(RIGHT_NONE);
	assert_false(trust_knows(&w, B, &kid, "card"));
	assert_int_equal(propose(A, B, 0), 0);
	is_whole(RIGHT_KEEP);
	/* And all of it at once. */
	begin_unsent();
	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(undo(A), 0);
	assert_int_equal(propose(A, C, 0), 0);
	assert_int_equal(undo(A), 0);
	assert_int_equal(propose(A, B, 0), 0);
	is_whole(RIGHT_KEEP);
	assert_int_equal(right_in(A, "card", C), RIGHT_NONE);
	assert_int_equal(accept(B), 0);
	is_whole(RIGHT_KEEP);
}

static void
test_takeover_unsent(void **state)
{
	(void)state;
	begin_unsent();
	assert_int_equal(takeover(A), 0);
	assert_int_equal(undo(A), 0);
	is_whole(RIGHT_NONE);
	assert_string_equal(field_of(A, &kid, "lead"), "");
	/* Nothing of the say over the side is left. */
	assert_int_equal(propose(A, B, 0), 0);
	is_whole(RIGHT_KEEP);
	assert_int_equal(reduce(A, B, RIGHT_READ), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(takeover(A), 0);
	assert_int_equal(reduce(A, B, RIGHT_READ), 0);
	is_whole(RIGHT_READ);
}

static void
test_reduce_unsent(void **state)
{
	(void)state;
	begin_unsent();
	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(takeover(A), 0);
	assert_int_equal(reduce(A, B, RIGHT_WRITE), 0);
	is_whole(RIGHT_WRITE);
	begin_unsent();
	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(takeover(A), 0);
	assert_int_equal(reduce(A, B, RIGHT_READ), 0);
	assert_int_equal(undo(A), 0);
	is_whole(RIGHT_NONE);
	assert_int_equal(propose(A, B, 0), 0);
	is_whole(RIGHT_KEEP);
}

/* Taken back and accepted, neither knowing of the other: taken back. */
static void
undo_and_accept(bool undo_first)
{
	with_b();
	assert_int_equal(undo(A), 0);
	assert_int_equal(accept(B), 0);
	(void)world_sync(&w, undo_first ? A : B, NULL, &e);
	is_whole(RIGHT_NONE);
	assert_string_equal(state_at(A, 0), "taken back");
	assert_int_equal(propose(A, B, 0), 0);
	is_whole(RIGHT_KEEP);
}

/* The key of a section is not there: NULL, or comes back. */
static void
put_key(int by, const char *section, const struct sym_key *key)
{
	struct id space = trust_space(&w, by, &kid, section);
	struct stmt *q = db_prepare(world_store(&w, by)->db,
	    "UPDATE epoch SET key = ? WHERE space = ?");

	if (key == NULL)
		db_bind_null(q, 1);
	else
		db_bind_blob(q, 1, key->b, sizeof(key->b));
	db_bind_id(q, 2, &space);
	assert_int_equal(db_run(q, &e), 0);
}

/* Statements that are not on their way. */
static int64_t
waiting(int by)
{
	return world_count(&w, by, "SELECT count(*) FROM access"
	    " WHERE seq IS NULL AND item IS NULL");
}

/* While one section cannot follow, what opens waits, and so does what takes it
 * back: alone nobody would believe it. */
static void
test_undo_waits(void **state)
{
	struct space_epoch se;
	struct id space;

	(void)state;
	settle();
	space = trust_space(&w, A, &kid, "plan");
	trust_epoch(&w, A, &space, &se);
	assert_true(se.has_key);
	put_key(A, "plan", NULL);
	assert_int_equal(propose(A, B, 0), 0);
	assert_int_equal(undo(A), 0);
	world_must_sync(&w, A);
	assert_int_equal(quarantined(A), 0);
	assert_int_equal(waiting(A), 6);
	put_key(A, "plan", &se.key);
	space_epoch_done(&se);
	is_whole(RIGHT_NONE);
	assert_int_equal(waiting(A), 0);
	assert_int_equal(propose(A, B, 0), 0);
	is_whole(RIGHT_KEEP);
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
	struct id card;

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
	/* Nor does anybody believe a substitute who says more. */
	card = trust_space(&w, A, &kid, "card");
	world_must_sync(&w, A);
	is_refused(B, A, &card, C, ACCESS_HANDOVER);
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

/* The shown text of a field is by the former side, during a handover. */
static bool
is_during(int by, const struct id *id, const char *name)
{
	struct record_item r;
	bool out = false;
	size_t i;

	assert_int_equal(records_find(w.c[by].session, id, &r, &e), 1);
	for (i = 0; i < r.field_count; i++)
		if (strcmp(r.fields[i].name, name) == 0)
			out = r.fields[i].during;
	record_item_done(&r);
	return out;
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
	/* Marked on every device; what B writes is not, nor what was before. */
	assert_true(is_during(A, &plan, "goal"));
	assert_true(is_during(B, &plan, "goal"));
	assert_false(is_during(B, &note, "text"));
	world_pass(&w, 1000);
	assert_int_equal(world_set(&w, B, &plan, "goal", "calm nights"), 0);
	assert_false(is_during(B, &plan, "goal"));
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
	/* Written after it was told, received before: B's as of the side. */
	world_pass(&w, 1000);
	if (!withdrawal_first) {
		assert_int_equal(world_set(&w, B, &plan, "goal", "by B"), 0);
		world_must_sync(&w, B);
	}
	tell(withdrawal_first ? C : A, withdrawal_first ? A : C);
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "plan", B), RIGHT_KEEP);
	assert_true(trust_reads(&w, B, &note));
	/* What B writes is not put aside for it. */
	assert_int_equal(world_note(&w, B, &kid, "from the side", NULL), 0);
	settle();
	assert_true(world_has(&w, A, "from the side"));
	if (!withdrawal_first)
		assert_string_equal(field_of(A, &plan, "goal"), "by B");
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
 * sends it past its own doors, sealed with the key of ${holder}. */
static void
forge_with(int holder, int by, const struct id *space, int whom, enum access_kind kind)
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
	trust_epoch(&w, holder, space, &se);
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

static void
forge(int by, const struct id *space, int whom, enum access_kind kind)
{
	forge_with(by, by, space, whom, kind);
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

/* Who keeps beside them has lost the last device, and who leaves does not know
 * it yet: they stay until somebody keeps again, and what they write goes out. */
static void
test_leaves_nobody(void **state)
{
	(void)state;
	with_b();
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_int_equal(office_revoke(w.c[0].session,
	    &world_store(&w, B)->me->device, &e), 0);
	world_must_sync(&w, 0);
	assert_int_equal(reduce(A, A, RIGHT_NONE), 0);
	assert_int_equal(world_must_sync(&w, A).lost_spaces, 0);
	assert_int_equal(world_note(&w, A, &kid, "still at it", NULL), 0);
	assert_int_equal(world_must_sync(&w, A).sent_notes, 1);
	assert_int_equal(world_must_sync(&w, A).sent_notes, 0);
	assert_int_equal(propose(A, C, 0), 0);
	world_must_sync(&w, A);
	world_must_sync(&w, C);
	if (accept(C) != 0) fail_msg("%s", e.text);
	world_must_sync(&w, C);
	/* Now somebody keeps, and the word is said: after what was written. */
	assert_int_equal(world_note(&w, A, &kid, "the last word", NULL), 0);
	world_must_sync(&w, A);
	world_must_sync(&w, A);
	world_must_sync(&w, C);
	world_must_sync(&w, A);
	assert_int_equal(right_in(C, "card", A), RIGHT_NONE);
	assert_true(world_has(&w, C, "still at it"));
	assert_true(world_has(&w, C, "the last word"));
	assert_int_equal(world_count(&w, A, "SELECT count(*) FROM held"), 0);
	assert_int_equal(quarantined(C), 0);
}

static void
test_commons(void **state)
{
	struct id commons = world_store(&w, 0)->roster.genesis.commons;

	(void)state;
	is_refused(0, A, &commons, B, ACCESS_HANDOVER);
	is_refused(0, A, &commons, 0, ACCESS_TAKEOVER);
}

/* ---- without the coordinator's devices ---- */

#define SECOND 4 /* an officer beside client 0 */

/* The order of ${first}, countersigned by ${second}; "" when refused. */
static void
countersigned(const struct office_order *order, int second,
    char out[static 1024])
{
	struct buf both;

	out[0] = '\0';
	buf_init(&both, 4096);
	world_must_sync(&w, second);
	if (office_order_sign(w.c[second].session, order->text, &both,
	    &e) == 0)
		snprintf(out, 1024, "%s", buf_str(&both));
	buf_done(&both);
}

static void
labels_order(int whom, char out[static 1024])
{
	struct office_order o;

	world_pass(&w, 1000);
	assert_int_equal(office_order_labels(w.c[0].session,
	    &w.c[whom].person, &o, &e), 0);
	countersigned(&o, SECOND, out);
	office_order_done(&o);
}

static void
takeover_order(const struct id *space, int whom, char out[static 1024])
{
	struct office_order o;

	world_pass(&w, 1000);
	assert_int_equal(office_order_takeover(w.c[0].session, space,
	    &w.c[whom].person, &o, &e), 0);
	countersigned(&o, SECOND, out);
	office_order_done(&o);
}

static int
carry_out(const char *order)
{
	return office_takeover(w.c[0].session, &w.c[0].remote, order,
	    w.shares[0], w.shares[2], &e);
}

/* How many spaces the labels tell of, and the id of the card among them. */
static size_t
find_card(const char *order, struct id *card)
{
	struct office_labels l;
	size_t i, n;

	assert_int_equal(office_labels(w.c[0].session, &w.c[0].remote, order,
	    w.shares[1], w.shares[2], &l, &e), 0);
	n = l.count;
	assert_int_equal(l.closed, 0);
	memset(card, 0, sizeof(*card));
	for (i = 0; i < l.count; i++) {
		assert_string_equal(l.items[i].label, "Juku Juurikas");
		if (strcmp(l.items[i].section, "card") == 0)
			*card = l.items[i].space;
	}
	office_labels_done(&l);
	return n;
}

/* What A is told, and what the others are not. */
static void
told_of_both(void)
{
	struct order_list l;

	assert_int_equal(orders_list(w.c[A].session, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.items[0].scope, ORDER_LABELS);
	assert_true(l.items[0].mine);
	assert_int_equal(l.items[1].scope, ORDER_TAKEOVER);
	assert_string_equal(l.items[1].officer, "Person 0");
	assert_string_equal(l.items[1].second, "Person 4");
	assert_string_equal(l.items[1].whom, "Person 2");
	assert_string_equal(l.items[1].section, "card");
	assert_string_equal(l.items[1].case_label, "Juku Juurikas");
	assert_string_equal(l.items[1].reason, "child in need");
	order_list_done(&l);
	assert_int_equal(orders_list(w.c[C].session, &l, &e), 0);
	assert_int_equal(l.count, 0);
	order_list_done(&l);
}

/* Why ${whom} can see the card, as ${by} is told. */
static const char *
why_sees(int by, int whom)
{
	static char out[400];
	struct viewer_list l;
	char name[32];
	size_t i;

	out[0] = '\0';
	snprintf(name, sizeof(name), "Person %d", whom);
	assert_int_equal(consent_who(w.c[by].session, &kid, &l, &e), 0);
	for (i = 0; i < l.count; i++)
		if (strcmp(l.items[i].name, name) == 0)
			snprintf(out, sizeof(out), "%s", l.items[i].why);
	viewer_list_done(&l);
	return out;
}

static void
test_order(void **state)
{
	struct id card, space;
	char order[1024];

	(void)state;
	trust_officer(&w, SECOND);
	settle();
	/* The labels, and no more than they say. */
	labels_order(A, order);
	assert_int_equal(find_card(order, &card), 3);
	space = trust_space(&w, A, &kid, "card");
	assert_true(id_eq(&card, &space));
	/* Its takeover for B. */
	takeover_order(&card, B, order);
	assert_int_equal(carry_out(order), 0);
	assert_int_equal(carry_out(order), -1); /* once is enough */
	assert_int_equal(e.kind, ERR_CLASH);
	assert_false(world_has(&w, 0, "Juku"));
	assert_int_equal(world_must_sync(&w, B).taken_over, 1);
	assert_true(trust_reads(&w, B, &kid));
	assert_false(trust_reads(&w, B, &note));
	assert_string_equal(field_of(B, &kid, "lead"), "Person 2");
	assert_string_equal(field_of(B, &kid, "coordinator"), "Person 2");
	assert_string_equal(field_of(B, &kid, "stage"), "cp");
	/* Why is said by who took over: the order has no words. */
	assert_int_equal(takeover(B), 0);
	assert_int_equal(takeover(B), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	world_must_sync(&w, B);
	/* The officer's device made a key and does not have it for long. */
	assert_true(trust_number(&w, B, &card) > 2);
	/* Back at work: hears who opened what and why, sees who leads, keeps
	 * the own notes, and the card. */
	assert_int_equal(world_must_sync(&w, A).orders_new, 2);
	settle();
	told_of_both();
	assert_string_equal(why_sees(A, B),
	    "taken over by order of Person 0 and Person 4; "
	    "takeover by law: child protection act, paragraph 27");
	assert_string_equal(field_of(A, &kid, "lead"), "Person 2");
	assert_true(trust_reads(&w, A, &note));
	assert_int_equal(right_in(A, "card", A), RIGHT_KEEP);
	assert_int_equal(right_in(A, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(A, "notes", B), RIGHT_NONE);
	assert_int_equal(quarantined(A) + quarantined(B), 0);
	assert_int_equal(world_must_sync(&w, B).taken_over, 0);
	assert_string_equal(state_at(A, 0), "takeover");
	/* And has the say: narrows A to write. */
	assert_int_equal(reduce(B, A, RIGHT_WRITE), 0);
	trust_twice(&w, B, A);
	assert_int_equal(right_in(B, "card", A), RIGHT_WRITE);
	assert_int_equal(right_in(A, "notes", A), RIGHT_KEEP);
}

static void
test_order_refused(void **state)
{
	struct office_order o;
	struct id card, other;
	char order[1024], bare[1024];

	(void)state;
	trust_officer(&w, SECOND);
	settle();
	world_must_sync(&w, SECOND);
	card = trust_space(&w, A, &kid, "card");
	/* Not for oneself, and not the commons. */
	assert_int_equal(office_order_takeover(w.c[0].session, &card,
	    &w.c[0].person, &o, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	other = world_store(&w, 0)->roster.genesis.commons;
	assert_int_equal(office_order_takeover(w.c[0].session, &other,
	    &w.c[B].person, &o, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	/* One officer alone; a worker; the one who would take over. */
	assert_int_equal(office_order_takeover(w.c[0].session, &card,
	    &w.c[SECOND].person, &o, &e), 0);
	countersigned(&o, SECOND, order);
	assert_string_equal(order, "");
	assert_int_equal(e.kind, ERR_DENIED);
	office_order_done(&o);
	assert_int_equal(office_order_takeover(w.c[0].session, &card,
	    &w.c[B].person, &o, &e), 0);
	countersigned(&o, 0, order);
	assert_string_equal(order, "");
	countersigned(&o, C, order);
	assert_string_equal(order, "");
	snprintf(bare, sizeof(bare), "%s", o.text);
	office_order_done(&o);
	assert_int_equal(carry_out(bare), -1);
	/* For something else than it says. */
	labels_order(A, order);
	assert_int_equal(carry_out(order), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	/* A week later. */
	takeover_order(&card, B, order);
	world_pass(&w, 8 * DAY);
	assert_int_equal(carry_out(order), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	settle();
	assert_int_equal(world_store(&w, A)->roster.order_count, 0);
	assert_int_equal(right_in(A, "card", B), RIGHT_NONE);
}

static int64_t
queued(int i)
{
	return world_count(&w, i, "SELECT count(*) FROM outgoing WHERE "
	    "state = 1");
}

/* Signed and cut: it waits on the device of the officer. */
static void
wait_unsent(const char *order)
{
	unsigned n;

	for (n = 1; n < 20 && queued(0) == 0; n++) {
		w.cut_request = w.calls + n;
		assert_int_equal(carry_out(order), -1);
	}
	w.cut_request = 0;
	assert_int_equal(queued(0), 1);
}

/* An order that waited longer than it lives goes away by itself; whatever an
 * officer says afterwards is not kept back by it. */
static void
test_order_lapses(void **state)
{
	struct id card;
	char order[1024];

	(void)state;
	trust_officer(&w, SECOND);
	settle();
	card = trust_space(&w, A, &kid, "card");
	takeover_order(&card, B, order);
	wait_unsent(order);
	world_pass(&w, 8 * DAY);
	world_must_sync(&w, 0);
	assert_int_equal(queued(0), 0);
	assert_int_equal(carry_out(order), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* Of a day to come, as two wrong clocks have it. */
	w.c[0].skew_ms = w.c[SECOND].skew_ms = 2 * DAY;
	takeover_order(&card, B, order);
	assert_int_equal(carry_out(order), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "put the clock of this device right"));
	assert_int_equal(queued(0), 0);
	w.c[0].skew_ms = w.c[SECOND].skew_ms = 0;
	/* The hub's clock was as wrong, and is right by the next contact: the
	 * own one does not keep such an order. */
	world_pass(&w, 2 * DAY);
	takeover_order(&card, B, order);
	wait_unsent(order);
	world_pass(&w, -2 * DAY);
	w.c[0].skew_ms = 2 * DAY;
	world_must_sync(&w, 0);
	assert_int_equal(queued(0), 0);
	w.c[0].skew_ms = 0;
	settle();
	assert_int_equal(world_store(&w, A)->roster.order_count, 0);
	/* One that could be sent in time is sent by the next sync. */
	takeover_order(&card, B, order);
	wait_unsent(order);
	world_pass(&w, 3 * DAY);
	assert_int_equal(carry_out(order), 0);
	world_must_sync(&w, B);
	assert_true(trust_reads(&w, B, &kid));
}

/* What rests on an order and is sealed in its week, but not sent in it, is not
 * sent: also where the officer keeps the section and could let anybody in. */
static void
test_order_sealed_and_late(void **state)
{
	struct id card;
	char order[1024];
	uint32_t number;
	unsigned n;

	(void)state;
	trust_officer(&w, SECOND);
	settle();
	card = trust_space(&w, A, &kid, "card");
	trust_keeper(&w, A, &card, 0);
	settle();
	number = trust_number(&w, A, &card);
	takeover_order(&card, B, order);
	for (n = 1; n < 30 && world_count(&w, 0, "SELECT count(*) FROM "
	    "outgoing WHERE state = 1 AND kind = 2") == 0; n++) {
		w.cut_request = w.calls + n;
		(void)carry_out(order);
	}
	w.cut_request = 0;
	assert_true(n < 30);
	world_pass(&w, 8 * DAY);
	settle();
	settle();
	assert_int_equal(trust_number(&w, A, &card), number);
	assert_int_equal(right_in(A, "card", B), RIGHT_NONE);
	assert_int_equal(quarantined(A), 0);
	assert_int_equal(queued(0), 0);
}

/* An officer who says more than the order does, with the key it opened. */
static void
test_order_exceeded(void **state)
{
	struct id card, plans;
	char order[1024];

	(void)state;
	trust_officer(&w, SECOND);
	settle();
	card = trust_space(&w, A, &kid, "card");
	plans = trust_space(&w, A, &kid, "plan");
	takeover_order(&card, B, order);
	assert_int_equal(carry_out(order), 0);
	settle();
	forge_with(A, 0, &card, C, ACCESS_TAKEOVER);
	world_must_sync(&w, 0);
	settle();
	assert_int_equal(quarantined(A), 1);
	assert_int_equal(quarantined(B), 1);
	assert_int_equal(right_in(A, "card", C), RIGHT_NONE);
	forge_with(A, 0, &card, A, ACCESS_REDUCE);
	world_must_sync(&w, 0);
	settle();
	assert_int_equal(quarantined(A), 2);
	assert_int_equal(right_in(B, "card", A), RIGHT_KEEP);
	/* In another section the hub takes nothing at all. */
	forge_with(A, 0, &plans, B, ACCESS_TAKEOVER);
	(void)world_sync(&w, 0, NULL, &e);
	settle();
	assert_int_equal(quarantined(A), 2);
	assert_int_equal(right_in(A, "plan", B), RIGHT_NONE);
}

/* person's last device revoked, keeper: the space goes on, by takeover. */
static void
revoked_keeper(bool revoked_first)
{
	struct id device = world_store(&w, A)->me->device, card;
	char order[1024];

	trust_officer(&w, SECOND);
	world_grant(&w, A, &kid, C, "card", true);
	world_must_sync(&w, A);
	world_must_sync(&w, C);
	if (revoked_first) {
		assert_int_equal(office_revoke(w.c[0].session, &device, &e),
		    0);
		world_must_sync(&w, 0);
		world_must_sync(&w, C); /* a writer leaves out who is over */
	}
	labels_order(A, order);
	assert_int_equal(find_card(order, &card), 3);
	takeover_order(&card, B, order);
	assert_int_equal(carry_out(order), 0);
	if (!revoked_first) {
		assert_int_equal(office_revoke(w.c[0].session, &device, &e),
		    0);
		world_must_sync(&w, 0);
	}
	assert_int_equal(world_must_sync(&w, B).taken_over, 1);
	trust_twice(&w, C, B);
	assert_int_equal(right_in(B, "card", A), RIGHT_NONE);
	assert_int_equal(right_in(B, "card", B), RIGHT_KEEP);
	assert_int_equal(right_in(B, "card", C), RIGHT_WRITE);
	assert_int_equal(world_set(&w, C, &kid, "contact", "by phone"), 0);
	trust_twice(&w, C, B);
	assert_string_equal(field_of(B, &kid, "contact"), "by phone");
	assert_int_equal(quarantined(B) + quarantined(C), 0);
}

/* device revoked, its edit: before stays, after is refused. */
static void
revoked_and_edit(bool edit_first)
{
	struct id device = world_store(&w, A)->me->device;

	with_b();
	assert_int_equal(world_note(&w, A, &kid, "the last one", NULL), 0);
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	if (edit_first)
		world_must_sync(&w, A);
	world_must_sync(&w, 0);
	(void)world_sync(&w, A, NULL, &e);
	world_must_sync(&w, B);
	world_must_sync(&w, B);
	assert_int_equal(world_has(&w, B, "the last one"), edit_first);
	assert_int_equal(right_in(B, "card", A), RIGHT_NONE);
	/* The new keeper goes on. */
	assert_int_equal(world_note(&w, B, &kid, "goes on", NULL), 0);
	world_must_sync(&w, B);
	assert_int_equal(world_count(&w, B, "SELECT count(*) FROM version"
	    " WHERE state IN (1, 2)"), 0);
}

/* device revoked, consent for its person: their other devices only. */
static void
revoked_and_consent(bool consent_first)
{
	struct id device = world_store(&w, C)->me->device;

	world_grant(&w, A, &kid, C, "card", false);
	if (consent_first)
		world_must_sync(&w, A);
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, A);
	world_must_sync(&w, A);
	assert_int_equal(right_in(A, "card", C), RIGHT_NONE);
}

/* officer revokes officer, and back: the first in the log counts. */
static void
officers_revoke(bool first_is_zero)
{
	struct id zero = world_store(&w, 0)->me->device, second;
	int first = first_is_zero ? 0 : SECOND;
	int last = first_is_zero ? SECOND : 0;

	trust_officer(&w, SECOND);
	world_must_sync(&w, 0);
	second = world_store(&w, SECOND)->me->device;
	assert_int_equal(office_revoke(w.c[0].session, &second, &e), 0);
	assert_int_equal(office_revoke(w.c[SECOND].session, &zero, &e), 0);
	world_must_sync(&w, first);
	(void)world_sync(&w, last, NULL, &e); /* it learns that it is over */
	world_must_sync(&w, A);
	assert_true(roster_is_officer(&world_store(&w, A)->roster,
	    first_is_zero ? &zero : &second));
	assert_false(roster_is_officer(&world_store(&w, A)->roster,
	    first_is_zero ? &second : &zero));
}

/* override, takeover: both. */
static void
takeover_and_override(bool override_first)
{
	struct override_draft d = { .case_id = kid,
	    .person = w.c[C].person, .sections = "plan",
	    .right = RIGHT_WRITE, .basis = "danger",
	    .provision = "paragraph 33", .reason = "needs insulin" };
	struct override_effect effect;
	struct id id;

	with_b();
	assert_int_equal(override_add(w.c[A].session, &d, &id, &effect, &e),
	    0);
	assert_int_equal(takeover(B), 0);
	tell(override_first ? A : B, override_first ? B : A);
	assert_int_equal(right_in(B, "plan", C), RIGHT_WRITE);
	assert_int_equal(right_in(B, "plan", B), RIGHT_KEEP);
	assert_string_equal(field_of(A, &kid, "stage"), "cp");
	assert_true(trust_reads(&w, C, &plan));
	assert_false(trust_reads(&w, C, &note));
	assert_int_equal(quarantined(A) + quarantined(B) + quarantined(C), 0);
}

/* Who left, of their own will, comes back by an order. */
static void
test_order_for_who_left(void **state)
{
	char order[1024];
	struct id card;

	(void)state;
	trust_officer(&w, SECOND);
	with_b();
	assert_int_equal(accept(B), 0);
	trust_twice(&w, B, A);
	assert_int_equal(reduce(A, A, RIGHT_NONE), 0);
	settle();
	card = trust_space(&w, B, &kid, "card");
	assert_int_equal(right_in(B, "card", A), RIGHT_NONE);
	takeover_order(&card, A, order);
	assert_int_equal(carry_out(order), 0);
	assert_int_equal(world_must_sync(&w, A).taken_over, 1);
	settle();
	assert_int_equal(right_in(B, "card", A), RIGHT_KEEP);
	assert_int_equal(right_in(B, "plan", A), RIGHT_NONE);
	assert_string_equal(field_of(B, &kid, "lead"), "Person 1");
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

ROW(undo_and_accept)
ROW(handover_and_edit)
ROW(handover_and_withdrawal)
ROW(handover_to_two)
ROW(takeover_and_edit)
ROW(takeover_twice)
ROW(takeover_and_withdrawal)
ROW(reduce_and_edit)
ROW(takeover_and_override)
ROW(revoked_keeper)
ROW(revoked_and_edit)
ROW(revoked_and_consent)
ROW(officers_revoke)

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define BOTH(name) T(test_##name##_a), T(test_##name##_b)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_handover), T(test_undo), T(test_undo_unsent),
		T(test_undo_first), T(test_takeover_unsent),
		T(test_reduce_unsent), BOTH(undo_and_accept),
		T(test_undo_waits), T(test_narrow),
		T(test_substitute), BOTH(handover_and_edit),
		BOTH(handover_and_withdrawal), BOTH(handover_to_two),
		BOTH(takeover_and_edit), BOTH(takeover_twice),
		BOTH(takeover_and_withdrawal), BOTH(reduce_and_edit),
		BOTH(takeover_and_override),
		T(test_no_say),
		T(test_last_keeper), T(test_leaves_nobody), T(test_commons), T(test_order),
		T(test_order_refused), T(test_order_lapses),
		T(test_order_sealed_and_late), T(test_order_exceeded),
		T(test_order_for_who_left),
		BOTH(revoked_keeper), BOTH(revoked_and_edit),
		BOTH(revoked_and_consent), BOTH(officers_revoke),
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
