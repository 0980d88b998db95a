/*
 * Held, deposited, decided: client/core/accord/letters and client/core/review.
 * The nurse (2) writes offline while the guardian withdraws; what she wrote is
 * never shown in the case by itself, and never lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/review.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define SECRET "inhaler twice a day"

static struct world w;
static struct id kid, plan;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct held_item
held_one(int i, size_t count, struct held_list *l)
{
	static struct held_item none;

	assert_int_equal(held_list(w.c[i].session, l, &e), 0);
	assert_int_equal(l->count, count);
	return count > 0 ? l->items[0] : none;
}

/* She writes offline, the worker withdraws and syncs, she syncs. */
static struct id
refused(void)
{
	struct exchange_result res;
	struct held_item h;
	struct held_list l;
	struct id mine;

	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_withdraw(&w, 1, &kid, 2, NULL);
	world_must_sync(&w, 1);
	res = world_must_sync(&w, 2);
	assert_int_equal(res.held_new, 1);
	assert_int_equal(res.lost_spaces, 1);
	h = held_one(2, 1, &l);
	assert_true(h.deposited);
	assert_int_equal(h.outcome, 0);
	assert_string_equal(record_field(&h.record, "goal"), SECRET);
	assert_string_equal(h.section, "plan");
	held_list_done(&l);
	/* Wiped, but for her own. */
	assert_false(trust_reads(&w, 2, &plan));
	assert_false(world_has(&w, 2, "calm mornings"));
	assert_true(world_has(&w, 2, SECRET));
	return mine;
}

static struct hash
waiting(int keeper)
{
	struct review_list l;
	struct hash id;

	assert_int_equal(review_list(w.c[keeper].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.items[0].outcome, 0);
	assert_int_equal(l.items[0].record_count, 1);
	assert_string_equal(record_field(&l.items[0].records[0], "goal"),
	    SECRET);
	assert_string_equal(l.items[0].author, "Person 2");
	assert_string_equal(l.items[0].section, "plan");
	id = l.items[0].id;
	review_list_done(&l);
	return id;
}

static int
decide(int keeper, const struct hash *id, enum outcome outcome,
    const char *basis)
{
	struct review_decision d = { .id = *id, .outcome = outcome,
	    .basis = basis, .words = "thank you, see me" };

	world_pass(&w, 1000);
	return review_decide(w.c[keeper].session, &d, &e);
}

static void
test_filed(void **state)
{
	struct record_item item;
	struct held_item h;
	struct held_list l;
	struct hash id;
	struct id mine = refused();

	(void)state;
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 1);
	assert_false(trust_reads(&w, 1, &mine)); /* in no case by itself */
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_FILED, NULL), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(decide(1, &id, OUTCOME_FILED,
	    "Social Welfare Act 32: needed for the child's safety"), 0);
	assert_int_equal(decide(1, &id, OUTCOME_ERASED, NULL), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	/* In the case, as hers. */
	assert_int_equal(records_find(w.c[1].session, &mine, &item, &e), 1);
	assert_string_equal(item.author, "Person 2");
	assert_string_equal(record_field(&item, "goal"), SECRET);
	record_item_done(&item);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).outcomes_new, 1);
	h = held_one(2, 1, &l);
	assert_int_equal(h.outcome, OUTCOME_FILED);
	assert_string_equal(h.words, "thank you, see me");
	assert_string_equal(record_field(&h.record, "goal"), SECRET);
	held_list_done(&l);
	/* A colleague who is let in reads it as hers too. */
	world_grant(&w, 1, &kid, 3, "plan", false);
	trust_twice(&w, 1, 3);
	assert_int_equal(records_find(w.c[3].session, &mine, &item, &e), 1);
	assert_string_equal(item.author, "Person 2");
	record_item_done(&item);
	/* Given back her access, she sees it once, as filed. */
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	assert_true(trust_reads(&w, 2, &mine));
	assert_true(trust_reads(&w, 2, &plan));
}

static void
test_given_back(void **state)
{
	struct held_item h;
	struct held_list l;
	struct hash id;
	struct id mine = refused();

	(void)state;
	world_must_sync(&w, 1);
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_GIVEN_BACK, NULL), 0);
	assert_false(trust_reads(&w, 1, &mine));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM review"
	    " WHERE plain IS NOT NULL"), 0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM item"
	    " WHERE kind = 5 AND body IS NOT NULL"), 0);
	assert_false(world_has(&w, 1, SECRET));
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	h = held_one(2, 1, &l);
	assert_int_equal(h.outcome, OUTCOME_GIVEN_BACK);
	assert_string_equal(h.words, "thank you, see me");
	assert_string_equal(record_field(&h.record, "goal"), SECRET);
	held_list_done(&l);
	/* Hers, private: it is not sent again if the door opens again. */
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	trust_twice(&w, 1, 2);
	assert_false(trust_reads(&w, 1, &mine));
	assert_false(world_has(&w, 1, SECRET));
}

static void
test_erased(void **state)
{
	struct held_item h;
	struct held_list l;
	struct hash id;
	struct id mine = refused();

	(void)state;
	world_must_sync(&w, 1);
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_ERASED, NULL), 0);
	assert_false(trust_reads(&w, 1, &mine));
	assert_false(world_has(&w, 1, SECRET));
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	h = held_one(2, 1, &l);
	assert_int_equal(h.outcome, OUTCOME_ERASED);
	assert_string_equal(record_field(&h.record, "goal"), "");
	held_list_done(&l);
	assert_false(world_has(&w, 2, SECRET));
}

/* Let in again and shut out again before the first deposit is decided: what
 * she wrote in between is in no deposit yet, and no decision erases it. */
static void
test_erased_is_what_was_deposited(void **state)
{
	struct review_list l;
	struct hash id;

	(void)state;
	assert_int_equal(world_set(&w, 2, &plan, "goal", "the first"), 0);
	world_withdraw(&w, 1, &kid, 2, NULL);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	world_must_sync(&w, 1);
	assert_int_equal(review_list(w.c[1].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	id = l.items[0].id;
	review_list_done(&l);
	world_pass(&w, 1000);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	world_pass(&w, 1000);
	assert_int_equal(world_set(&w, 2, &plan, "goal", "the second"), 0);
	world_pass(&w, 1000);
	world_withdraw(&w, 1, &kid, 2, NULL);
	assert_int_equal(decide(1, &id, OUTCOME_ERASED, NULL), 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 1);
	assert_true(world_has(&w, 2, "the second"));
	world_must_sync(&w, 1);
	assert_int_equal(review_list(w.c[1].session, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.items[0].outcome, 0);
	id = l.items[0].id;
	review_list_done(&l);
	/* That one is decided like any other. */
	assert_int_equal(decide(1, &id, OUTCOME_ERASED, NULL), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_false(world_has(&w, 2, "the first"));
	assert_false(world_has(&w, 2, "the second"));
	store_check(world_store(&w, 2));
}

/* Without a decision nothing happens by itself, however long it takes. */
static void
test_no_outcome_by_itself(void **state)
{
	struct held_item h;
	struct held_list l;
	struct id mine = refused();

	(void)state;
	world_pass(&w, 40 * DAY);
	trust_twice(&w, 1, 2);
	trust_twice(&w, 1, 2);
	(void)waiting(1);
	h = held_one(2, 1, &l);
	assert_int_equal(h.outcome, 0);
	assert_string_equal(record_field(&h.record, "goal"), SECRET);
	held_list_done(&l);
	assert_false(trust_reads(&w, 1, &mine));
	/* One deposit, not one for each sync. */
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM outgoing"
	    " WHERE kind = 5"), 1);
}

/* Her edit reached the hub first: written before the withdrawal, it stays. */
static void
test_edit_first(void **state)
{
	struct held_list l;
	struct id mine;

	(void)state;
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_must_sync(&w, 2);
	world_pass(&w, 10 * 60 * 1000);
	world_withdraw(&w, 1, &kid, 2, NULL);
	world_must_sync(&w, 1);
	assert_true(trust_reads(&w, 1, &mine));
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 1);
	(void)held_one(2, 0, &l);
	held_list_done(&l);
	assert_false(trust_reads(&w, 2, &mine));
}

/* It reached the hub first, and was written after the withdrawal was taken:
 * looked at before it is shown. */
static void
test_edit_first_but_later(void **state)
{
	struct id mine;

	(void)state;
	world_withdraw(&w, 1, &kid, 2, NULL); /* offline, at 10:00 */
	world_pass(&w, 10 * 60 * 1000);
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_must_sync(&w, 2);
	world_must_sync(&w, 1);
	assert_false(trust_reads(&w, 1, &mine));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version"
	    " WHERE state = 5"), 1);
}

/* Only read from here on: the reading stays, the unsent text is held. */
static void
test_to_reading(void **state)
{
	struct held_list l;
	struct id mine;

	(void)state;
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_withdraw(&w, 1, &kid, 2, NULL);
	world_grant(&w, 1, &kid, 2, "plan", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_true(trust_reads(&w, 2, &plan));
	(void)held_one(2, 1, &l);
	held_list_done(&l);
	world_must_sync(&w, 1);
	(void)waiting(1);
}

/* The right ended by itself: the deposit is taken though nobody has turned
 * the key yet. */
static void
test_after_expiry(void **state)
{
	struct consent_draft d = { .case_id = kid, .sections = "plan",
	    .audience = w.c[3].person, .right = RIGHT_WRITE,
	    .giver = "Mari Mets", .giver_role = "guardian",
	    .until_ms = WORLD_NOW + 2 * DAY };
	struct held_item h;
	struct held_list l;
	struct id id;

	(void)state;
	assert_int_equal(consent_grant(w.c[1].session, &d, &id, &e), 0);
	trust_twice(&w, 1, 3);
	assert_int_equal(trust_plan(&w, 3, &kid, SECRET, NULL), 0);
	world_pass(&w, 3 * DAY);
	world_must_sync(&w, 3);
	assert_false(world_has(&w, 3, "calm mornings"));
	h = held_one(3, 1, &l);
	assert_true(h.deposited);
	held_list_done(&l);
	assert_int_equal(world_count(&w, 3, "SELECT count(*) FROM outgoing"
	    " WHERE kind = 5 AND state = 2"), 1);
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 1);
}

/* A letter as a changed client could make it: ${from} seals ${plain} to ${to}. */
static int
slip(int from, int to, enum letter_kind kind, const struct hash *about,
    struct view plain)
{
	struct store *a = world_store(&w, from), *b = world_store(&w, to);
	struct letter_at at = { 1000, WORLD_NOW };
	struct letter *l = mem_new(sizeof(*l));
	struct changeset *cs = mem_new(sizeof(*cs));
	struct box_pub box = b->me->box_pub;
	struct letter_seal_in in = { &box, &a->roster.genesis.recovery,
	    &cs->h.space, plain };
	struct buf bytes;
	bool news;
	int rc;

	cs->h.space = trust_space(&w, 1, &kid, "plan");
	cs->h.author = a->me->device;
	cs->id.b[0] = 77;
	l->kind = kind;
	l->about = *about;
	l->to_count = 1;
	l->to[0] = b->me->device;
	buf_init(&bytes, 1 << 18);
	assert_int_equal(letter_seal(l, &in, &bytes, &e), 0);
	assert_int_equal(letter_decode(buf_view(&bytes), l, &e), 0);
	assert_int_equal(db_begin(b->db, &e), 0);
	rc = letters_take_tx(b, cs, l, &at, &news, &e);
	db_rollback(b->db);
	buf_done(&bytes);
	mem_free(l);
	mem_free(cs);
	return rc;
}

/* Nobody deposits another person's text. */
static void
test_deposit_of_others(void **state)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct hash none = { { 0 } };
	struct buf body, plain;
	struct view v;

	(void)state;
	buf_init(&body, 4096);
	buf_init(&plain, 8192);
	id_random(&rec->id);
	rec->type = TYPE_PLAN;
	rec->hlc = hlc_from_ms(WORLD_NOW);
	rec->wall_ms = WORLD_NOW;
	rec->op_count = 1;
	rec->ops[0].field = PLAN_GOAL;
	rec->ops[0].value.type = VALUE_TEXT;
	rec->ops[0].value.data = view_str("put in her mouth");
	rec->origin = world_store(&w, 2)->me->device;
	record_encode(rec, &body);
	v = buf_view(&body);
	letter_deposit_encode(&v, 1, &plain);
	assert_int_equal(slip(2, 1, LETTER_DEPOSIT, &none, buf_view(&plain)),
	    0);
	assert_int_equal(slip(3, 1, LETTER_DEPOSIT, &none, buf_view(&plain)),
	    -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&body);
	buf_done(&plain);
	mem_free(rec);
}

/* An outcome is a keeper's word, or an officer's. */
static void
test_outcome_of_others(void **state)
{
	struct letter_outcome o = { OUTCOME_ERASED, { NULL, 0 },
	    w.c[3].person };
	struct hash id;
	struct buf plain;

	(void)state;
	(void)refused();
	world_must_sync(&w, 1);
	id = waiting(1);
	buf_init(&plain, 4096);
	letter_outcome_encode(&o, &plain);
	assert_int_equal(slip(3, 2, LETTER_OUTCOME, &id, buf_view(&plain)),
	    -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(slip(1, 2, LETTER_OUTCOME, &id, buf_view(&plain)),
	    0);
	buf_done(&plain);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_filed), T(test_given_back), T(test_erased),
		T(test_erased_is_what_was_deposited),
		T(test_no_outcome_by_itself), T(test_edit_first),
		T(test_edit_first_but_later), T(test_to_reading),
		T(test_after_expiry), T(test_deposit_of_others),
		T(test_outcome_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
