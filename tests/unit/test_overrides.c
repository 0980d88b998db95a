/*
 * client/core/accord/overrides: what a member believes of an override, what a
 * wrong clock does to one, who signs one, and the refusals of core/override.
 * Client 0 is an officer, 1 keeps the case, 2 is let in by law, 3 is an
 * officer too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/accord/overrides.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/handover.h"
#include "client/core/consent/override.h"
#include "common/base/mem.h"
#include "common/wire/notice.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define HOUR (3600 * INT64_C(1000))

static struct world w;
static struct id kid, plan, space;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	trust_officer(&w, 3);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	trust_twice(&w, 1, 0);
	trust_twice(&w, 1, 2);
	space = trust_space(&w, 1, &kid, "plan");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct override_draft
draft(int64_t for_ms)
{
	struct override_draft d = { .case_id = kid, .sections = "plan",
	    .person = w.c[2].person, .basis = "court", .right = RIGHT_READ,
	    .provision = "order 2-26-1", .reason = "as ordered" };

	world_pass(&w, 1000);
	d.until_ms = atomic_load(&w.wall_ms) + w.c[1].skew_ms + for_ms;
	return d;
}

static struct id
add(int64_t for_ms)
{
	struct override_draft d = draft(for_ms);
	struct override_effect effect;
	struct id id;

	assert_int_equal(override_add(w.c[1].session, &d, &id, &effect, &e),
	    0);
	return id;
}

static void
refused(struct override_draft d, enum err_kind kind)
{
	struct override_effect effect;
	struct id id;

	assert_int_equal(override_add(w.c[1].session, &d, &id, &effect, &e),
	    -1);
	assert_int_equal(e.kind, kind);
}

static void
test_refusals(void **state)
{
	struct override_draft d = draft(DAY);
	static char much[5000];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	d.sections = NULL;
	refused(d, ERR_INPUT);
	d = draft(DAY);
	d.sections = "everything";
	refused(d, ERR_INPUT);
	d = draft(DAY);
	d.basis = "because";
	refused(d, ERR_INPUT);
	d = draft(DAY);
	d.provision = " ";
	refused(d, ERR_INPUT);
	d = draft(DAY);
	d.reason = NULL;
	refused(d, ERR_INPUT);
	d.reason = much;
	refused(d, ERR_INPUT);
	d.reason = "with \x1b[31m";
	refused(d, ERR_INPUT);
	d = draft(DAY);
	d.right = RIGHT_KEEP;
	refused(d, ERR_INPUT);
	d = draft(DAY);
	d.person = w.c[1].person;
	refused(d, ERR_INPUT);
	memset(d.person.b, 9, sizeof(d.person.b));
	refused(d, ERR_ABSENT);
	refused(draft(7 * DAY + 1), ERR_INPUT);
	refused(draft(-1), ERR_INPUT);
	d = draft(DAY);
	id_random(&d.case_id);
	refused(d, ERR_DENIED);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM memo"), 0);
	(void)add(7 * DAY);
	/* Who reads the card, and keeps nothing, neither records nor ends. */
	world_grant(&w, 1, &kid, 0, "card", false);
	trust_twice(&w, 1, 0);
	assert_int_equal(override_add(w.c[0].session, &(struct override_draft)
	    { kid, w.c[2].person, "plan", RIGHT_READ, "court", "x", "y", 0 },
	    &d.case_id, &(struct override_effect){ 0 }, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

/* ---- what a member believes ---- */

struct word {
	struct override_word w;
	struct access_book book;
	struct space_epoch se;
	struct access a;
};

static void
word_begin(struct word *x)
{
	struct store *s = world_store(&w, 1);
	size_t i;

	memset(x, 0, sizeof(*x));
	trust_epoch(&w, 1, &space, &x->se);
	assert_int_equal(spaces_access_load(s, &space, &x->book, &e), 0);
	for (i = 0; i < x->book.count; i++)
		if (x->book.list[i].kind == ACCESS_OVERRIDE)
			x->a = x->book.list[i];
	assert_int_equal(x->a.kind, ACCESS_OVERRIDE);
	x->w = (struct override_word){ s, &kid, &x->se.ep, &s->me->device,
	    100000, atomic_load(&w.wall_ms) };
}

static void
word_end(struct word *x)
{
	access_book_done(&x->book);
	space_epoch_done(&x->se);
}

static void
test_believed(void **state)
{
	struct word x;
	struct access a;

	(void)state;
	(void)add(2 * DAY);
	trust_twice(&w, 1, 2);
	word_begin(&x);
	assert_true(overrides_is(&x.a));
	assert_true(overrides_believe(&x.w, &x.a));
	a = x.a; /* its id follows from the record, the space, the person */
	a.id.b[0] ^= 1;
	assert_false(overrides_believe(&x.w, &a));
	a = x.a;
	memset(&a.consent, 0, sizeof(a.consent));
	assert_false(overrides_believe(&x.w, &a));
	a = x.a; /* from its stamp */
	a.from_ms--;
	assert_false(overrides_believe(&x.w, &a));
	a = x.a; /* seven days */
	a.until_ms = a.from_ms + 7 * DAY;
	assert_true(overrides_believe(&x.w, &a));
	a.until_ms++;
	assert_false(overrides_believe(&x.w, &a));
	a.until_ms = a.from_ms;
	assert_false(overrides_believe(&x.w, &a));
	a = x.a; /* a stamp that runs ahead carries it no further */
	a.hlc = hlc_from_ms(x.w.accept_ms + 121000);
	a.from_ms = x.w.accept_ms + 121000;
	a.until_ms = a.from_ms + 7 * DAY;
	assert_false(overrides_believe(&x.w, &a));
	a.hlc = hlc_from_ms(x.w.accept_ms + 119000);
	a.from_ms = x.w.accept_ms + 119000;
	a.until_ms = a.from_ms + 7 * DAY;
	assert_true(overrides_believe(&x.w, &a));
	/* A keeper's word; not a reader's, nor a stranger's. */
	x.w.author = &world_store(&w, 2)->me->device;
	assert_non_null(epoch_find(&x.se.ep, x.w.author));
	assert_false(overrides_believe(&x.w, &x.a));
	x.w.author = &world_store(&w, 0)->me->device;
	assert_false(overrides_believe(&x.w, &x.a));
	word_end(&x);
}

/* An end names what it ends, under an id that no withdrawal has. */
static void
test_end_believed(void **state)
{
	struct word x;
	struct access a;
	struct id id = add(2 * DAY);
	size_t i;

	(void)state;
	world_pass(&w, 1000);
	trust_twice(&w, 1, 2);
	assert_int_equal(override_end(w.c[1].session, &id, "over", &e), 0);
	trust_twice(&w, 1, 2);
	word_begin(&x);
	for (i = 0; i < x.book.count; i++)
		if (x.book.list[i].kind == ACCESS_WITHDRAW)
			a = x.book.list[i];
	assert_int_equal(a.supersedes_count, 1);
	assert_true(id_eq(&a.supersedes[0], &x.a.id));
	assert_true(overrides_is(&a));
	assert_true(overrides_believe(&x.w, &a));
	a.supersedes_count = 0;
	assert_false(overrides_is(&a)); /* statements_believe refuses its id */
	a.supersedes_count = 1;
	a.id.b[3] ^= 1;
	assert_false(overrides_believe(&x.w, &a));
	word_end(&x);
}

/* ---- the second signature ---- */

static void
ids_text(const struct id *id, char out[ID_TEXT_BYTES])
{
	id_text(id, out);
}

static void
test_second(void **state)
{
	struct word x;
	struct access a;
	struct id signed_id, second;
	char text[ID_TEXT_BYTES];

	(void)state;
	(void)add(DAY);
	trust_twice(&w, 1, 2);
	second = add(3 * DAY);
	trust_twice(&w, 1, 0);
	ids_text(&second, text);
	assert_int_equal(override_sign(w.c[2].session, text, &signed_id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED); /* no officer */
	assert_int_equal(override_sign(w.c[0].session, text, &signed_id, &e),
	    0);
	trust_twice(&w, 0, 1);
	trust_twice(&w, 1, 2);
	word_begin(&x);
	/* The newest in the book is the signed one, or look for it. */
	for (size_t i = 0; i < x.book.count; i++)
		if (x.book.list[i].has_second)
			x.a = x.book.list[i];
	assert_true(x.a.has_second);
	assert_true(id_eq(&x.a.consent, &second));
	assert_true(overrides_believe(&x.w, &x.a));
	a = x.a; /* forged */
	a.second_sig.b[5] ^= 1;
	assert_false(overrides_believe(&x.w, &a));
	a = x.a; /* for another end */
	a.until_ms -= 1;
	assert_false(overrides_believe(&x.w, &a));
	a = x.a; /* not the officer's; its id follows from whose it is */
	a.second = world_store(&w, 3)->me->device;
	assert_false(overrides_believe(&x.w, &a));
	a = x.a; /* recorded by the officer */
	a.origin = x.a.second;
	assert_false(overrides_believe(&x.w, &a));
	word_end(&x);
}

/* An officer who keeps the case as well cannot be their own second hand by
 * saying that somebody else recorded it: not in a section whose members do not
 * read the card, and not in the card. */
static void
test_officer_who_keeps(void **state)
{
	struct handover_draft h = { .case_id = kid, .person = w.c[3].person,
		.until_ms = INT64_MAX, .reason = "moves away" };
	struct override_source o;
	struct override_second second;
	struct word x;
	struct id id, renewal, case_id;
	struct access unsigned_one;
	char text[ID_TEXT_BYTES];
	int64_t said;
	size_t i;

	(void)state;
	assert_int_equal(handover_propose(w.c[1].session, &h, &id, &e), 0);
	trust_twice(&w, 1, 3);
	assert_int_equal(handover_accept(w.c[3].session, &kid, &id, &e), 0);
	trust_twice(&w, 3, 1);
	(void)add(DAY);
	trust_twice(&w, 1, 2);
	word_begin(&x);
	unsigned_one = x.a;
	word_end(&x);
	renewal = add(3 * DAY);
	trust_twice(&w, 1, 3);
	ids_text(&renewal, text);
	assert_int_equal(override_sign(w.c[3].session, text, &id, &e), 0);
	said = world_count(&w, 3, "SELECT count(*) FROM access");
	/* Their own client leaves it to the other keeper to say so. */
	world_must_sync(&w, 3);
	world_must_sync(&w, 3);
	assert_int_equal(world_count(&w, 3, "SELECT count(*) FROM access"),
	    said);
	trust_twice(&w, 1, 3);
	trust_twice(&w, 1, 3);
	word_begin(&x);
	for (i = 0; i < x.book.count; i++)
		if (x.book.list[i].has_second)
			x.a = x.book.list[i];
	assert_true(x.a.has_second);
	assert_true(id_eq(&x.a.second, &world_store(&w, 3)->me->device));
	assert_true(overrides_believe(&x.w, &x.a));
	x.w.author = &world_store(&w, 3)->me->device;
	assert_true(overrides_believe(&x.w, &unsigned_one)); /* they keep it */
	assert_false(overrides_believe(&x.w, &x.a));
	word_end(&x);
	/* The same of the record in the card. */
	assert_int_equal(overrides_find(world_store(&w, 1), &renewal,
	    &case_id, &o, &e), 1);
	second = (struct override_second){ &case_id, &o.second,
		&o.second_sig };
	assert_true(override_signed(world_store(&w, 1), &o, &second));
	o.sealer = o.second;
	assert_false(override_signed(world_store(&w, 1), &o, &second));
}

/* Asked once, however often it syncs; an answer that is no signature changes
 * nothing. */
static void
test_forged_answer(void **state)
{
	struct notice_answer answer = { .record = { { 0 } } };
	struct memo_draft d = { .topic = MEMO_COUNTERSIGNED };
	struct store *s = world_store(&w, 3);
	struct id to = world_store(&w, 1)->me->device;
	struct override_list l;
	struct buf b;
	int64_t mid;

	(void)state;
	(void)add(DAY);
	answer.record = add(3 * DAY);
	answer.officer = s->me->device;
	trust_twice(&w, 1, 3);
	trust_twice(&w, 1, 3);
	assert_int_equal(world_count(&w, 3, "SELECT count(*) FROM memo"
	    " WHERE topic = 4"), 1);
	buf_init(&b, 1000);
	notice_answer_encode(&answer, &b);
	d.body = buf_view(&b);
	d.devices = &to;
	d.device_count = 1;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(memos_queue_tx(s, &d, &mid, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&b);
	trust_twice(&w, 3, 1);
	trust_twice(&w, 3, 1);
	assert_int_equal(override_list(w.c[1].session, &kid, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.items[1].state, OVERRIDE_WAITS);
	assert_null(l.items[1].second);
	override_list_done(&l);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM record"
	    " WHERE type = 10"), 2);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM memo"
	    " WHERE topic = 5 AND state = 3"), 1);
}

/* ---- clocks ---- */

/* Recorded offline under a clock five years ahead: put right at the next sync,
 * it runs from now on for as long as was said. */
static void
test_clock_ahead(void **state)
{
	struct override_list l;
	struct store *s;

	(void)state;
	w.c[1].skew_ms = 5 * 365 * DAY;
	(void)add(2 * DAY);
	trust_twice(&w, 1, 2);
	assert_true(trust_reads(&w, 2, &plan));
	assert_int_equal(override_list(w.c[1].session, &kid, &l, &e), 0);
	assert_true(l.items[0].until_ms <= atomic_load(&w.wall_ms) + 2 * DAY);
	assert_true(l.items[0].until_ms > atomic_load(&w.wall_ms) + DAY);
	override_list_done(&l);
	s = world_store(&w, 2);
	store_check(s);
	world_pass(&w, 2 * DAY);
	assert_false(trust_reads(&w, 2, &plan));
}

/* The record is whole after a restart, and so is what was asked. */
static void
test_restart(void **state)
{
	struct id id = add(DAY);
	struct override_list l;

	(void)state;
	world_close(&w, 1);
	assert_int_equal(world_open(&w, 1, &e), 0);
	assert_int_equal(override_list(w.c[1].session, &kid, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_true(id_eq(&l.items[0].id, &id));
	assert_int_equal(l.items[0].state, OVERRIDE_RUNS);
	assert_string_equal(l.items[0].reason, "as ordered");
	override_list_done(&l);
	trust_twice(&w, 1, 2);
	assert_true(trust_reads(&w, 2, &plan));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_refusals), T(test_believed), T(test_end_believed),
		T(test_second), T(test_officer_who_keeps),
		T(test_forged_answer), T(test_clock_ahead),
		T(test_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
