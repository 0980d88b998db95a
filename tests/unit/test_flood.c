/*
 * One member who writes in a card fills it with more than anybody would: what
 * others wrote there counts all the same, and everybody goes on syncing
 * (schema/rules.md 12.4).
 *
 * Client 0 is the officer, 1 the worker whose cases they are, 2 the nurse, 3
 * who floods the card of the one case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/accord/overrides.h"
#include "client/core/accord/portion.h"
#include "client/core/accord/sides.h"
#include "client/core/accord/statements.h"
#include "client/core/cases/alias.h"
#include "client/core/consent/handover.h"
#include "client/core/local/aliases.h"
#include "client/core/consent/override.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define WORKER 1
#define NURSE 2
#define FLOODER 3

static struct world w;
static struct id kid, plan;
static struct err e;

static void
put(struct op *op, uint16_t field, enum value_type type, struct view data)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = type;
	op->value.data = data;
}

static void
put_id(struct op *op, uint16_t field, const struct id *id)
{
	put(op, field, VALUE_BYTES, view_of(id->b, sizeof(id->b)));
}

static size_t
ops_of(enum record_type type, const struct id *whom, struct op *ops)
{
	switch (type) {
	case TYPE_WITHDRAWAL:
		put_id(&ops[0], WITHDRAWAL_AUDIENCE, whom);
		return 1;
	case TYPE_OVERRIDE:
		put_id(&ops[0], OVERRIDE_PERSON, whom);
		return 1;
	case TYPE_HANDOVER:
		put(&ops[0], HANDOVER_STEP, VALUE_TEXT, view_str("propose"));
		put_id(&ops[1], HANDOVER_PERSON, whom);
		return 2;
	default:
		put_id(&ops[0], ALIAS_FRONT, &kid);
		put_id(&ops[1], ALIAS_BEHIND, whom);
		put(&ops[2], ALIAS_STATUS, VALUE_TEXT, view_str(ALIAS_SAME));
		return 3;
	}
}

/* Records that are well formed and about nobody, as no program of ours writes
 * them, in one step. */
static void
flood(enum record_type type, size_t n)
{
	struct store *s = world_store(&w, FLOODER);
	struct write wr = { .type = type, .case_id = kid };
	struct op ops[3];
	struct id whom;
	size_t i;

	wr.space = trust_space(&w, FLOODER, &kid, "card");
	wr.ops = ops;
	assert_int_equal(db_begin(s->db, &e), 0);
	for (i = 0; i < n; i++) {
		id_random(&whom);
		wr.op_count = ops_of(type, &whom, ops);
		if (type == TYPE_ALIAS)
			aliases_record(&kid, &kid, &whom, &wr.id);
		assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	}
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(&w, FLOODER);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, WORKER, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings", &plan),
	    0);
	world_grant(&w, WORKER, &kid, FLOODER, "card", true);
	world_grant(&w, WORKER, &kid, NURSE, "plan", true);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, FLOODER);
	world_must_sync(&w, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* A door that was to close closes. */
static void
test_withdrawals(void **state)
{
	struct statement_sources all;

	(void)state;
	flood(TYPE_WITHDRAWAL, PORTION_CONSENTS + 20);
	world_must_sync(&w, WORKER);
	assert_int_equal(statements_load(world_store(&w, WORKER), &kid, &all,
	    &e), 0);
	assert_int_equal(all.count, 2 + PORTION_CONSENTS);
	statements_done(&all);
	world_pass(&w, 1000);
	world_withdraw(&w, WORKER, &kid, NURSE, "plan");
	world_must_sync(&w, WORKER);
	world_must_sync(&w, NURSE);
	assert_false(trust_reads(&w, NURSE, &plan));
	world_must_sync(&w, FLOODER);
}

static void
statement_of_nobody(const struct id *in, struct access *a)
{
	struct store *s = world_store(&w, FLOODER);
	struct hash h;
	struct buf b;

	memset(a, 0, sizeof(*a));
	a->kind = ACCESS_WITHDRAW;
	a->until_ms = INT64_MAX;
	a->hlc = store_stamp(s);
	a->origin = s->me->device;
	id_random(&a->person);
	id_random(&a->consent);
	buf_init(&b, 64);
	buf_add(&b, a->consent.b, sizeof(a->consent.b));
	buf_add(&b, in->b, sizeof(in->b));
	buf_add(&b, a->person.b, sizeof(a->person.b));
	keys_hash("tugi statement 1", buf_view(&b), &h);
	buf_done(&b);
	memcpy(a->id.b, h.b, sizeof(a->id.b));
}

/* The book of a section stays short, and what others say still counts. */
static void
test_statements(void **state)
{
	struct id card = trust_space(&w, FLOODER, &kid, "card");
	struct store *s = world_store(&w, FLOODER);
	struct access_book book;
	struct access a;
	size_t i;

	(void)state;
	assert_int_equal(db_begin(s->db, &e), 0);
	for (i = 0; i < PORTION_STATEMENTS + 128; i++) {
		statement_of_nobody(&card, &a);
		assert_int_equal(spaces_access_save_tx(s, &card, &a, NULL, -1,
		    &e), 0);
	}
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(&w, FLOODER);
	assert_true(world_must_sync(&w, WORKER).quarantined_new > 0);
	assert_int_equal(spaces_access_load(world_store(&w, WORKER), &card,
	    &book, &e), 0);
	assert_true(book.count <= PORTION_STATEMENTS + 4);
	assert_true(book.count > PORTION_STATEMENTS / 2);
	access_book_done(&book);
	world_grant(&w, WORKER, &kid, NURSE, "card", false);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, NURSE);
	assert_true(trust_knows(&w, NURSE, &kid, "card"));
}

/* What the law opens is opened, and shut again before its time. */
static void
test_overrides(void **state)
{
	struct override_draft d = { .case_id = kid, .sections = "plan",
	    .person = w.c[0].person, .right = RIGHT_READ, .basis = "danger",
	    .provision = "child protection act, paragraph 27",
	    .reason = "danger to life" };
	struct override_sources all;
	struct override_effect effect;
	struct id id;

	(void)state;
	flood(TYPE_OVERRIDE, PORTION_LAW + 20);
	world_must_sync(&w, WORKER);
	world_pass(&w, 1000);
	d.until_ms = atomic_load(&w.wall_ms) + INT64_C(86400000);
	assert_int_equal(override_add(w.c[WORKER].session, &d, &id, &effect,
	    &e), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, 0);
	assert_true(trust_reads(&w, 0, &plan));
	assert_int_equal(overrides_load(world_store(&w, WORKER), &kid, &all,
	    &e), 0);
	assert_int_equal(all.count, 1 + PORTION_LAW);
	overrides_done(&all);
	flood(TYPE_OVERRIDE, 20);
	world_must_sync(&w, WORKER);
	world_pass(&w, 1000);
	assert_int_equal(override_end(w.c[WORKER].session, &id, "over", &e),
	    0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, 0);
	assert_false(trust_reads(&w, 0, &plan));
}

/* Who is to take over the case does. */
static void
test_handovers(void **state)
{
	struct handover_draft d = { .case_id = kid,
	    .person = w.c[NURSE].person,
	    .reason = "moves away" };
	struct side_sources all;
	struct id id, space = trust_space(&w, WORKER, &kid, "plan");

	(void)state;
	flood(TYPE_HANDOVER, PORTION_STEPS + 20);
	world_must_sync(&w, WORKER);
	world_pass(&w, 1000);
	assert_int_equal(handover_propose(w.c[WORKER].session, &d, &id, &e),
	    0);
	world_must_sync(&w, WORKER);
	flood(TYPE_HANDOVER, 20);
	world_must_sync(&w, WORKER);
	assert_int_equal(sides_load(world_store(&w, WORKER), &kid, &all, &e),
	    0);
	assert_int_equal(all.count, 1 + PORTION_STEPS);
	sides_done(&all);
	world_must_sync(&w, NURSE);
	assert_int_equal(trust_right(&w, NURSE, &space, NURSE), RIGHT_KEEP);
	assert_int_equal(handover_accept(w.c[NURSE].session, &kid, &id, &e),
	    0);
}

/* Two other cases are one all the same. */
static void
test_aliases(void **state)
{
	struct id a, b, front;

	(void)state;
	world_case(&w, WORKER, "Anna Tamm", &a);
	world_case(&w, WORKER, "Anna Tam", &b);
	assert_int_equal(alias_same(w.c[WORKER].session, &a, &b, &e), 0);
	flood(TYPE_ALIAS, 2060);
	world_must_sync(&w, WORKER);
	assert_int_equal(alias_front(w.c[WORKER].session, &b, &front, &e), 0);
	assert_memory_equal(&front, &a, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_withdrawals, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_statements, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_overrides, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_handovers, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_aliases, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
