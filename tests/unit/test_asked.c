/*
 * What a changed client writes against what the case says, and what becomes of
 * it on the others' devices: a restriction lifted by who keeps nothing (rules
 * 20.10), a consent of a guardian without authority (20.2). And what becomes of
 * a text whose writer did not know that the service was declined (20.7).
 *
 * Client 1 keeps the case, 2 writes in it, 3 has no part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/cases/restrictions.h"
#include "client/core/cases/uptake.h"
#include "client/core/consent/consent.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid, first;
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
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	assert_int_equal(world_note(&w, 1, &kid, "needle first", &first), 0);
	world_grant(&w, 1, &kid, 2, "card,notes", true);
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static struct op
text(uint16_t field, const char *words)
{
	struct op op = { .field = field };

	op.value.type = VALUE_TEXT;
	op.value.data = view_str(words);
	return op;
}

/* What no command would write, sealed and sent without a question. */
static void
forge(int i, const struct write *x)
{
	struct store *s = world_store(&w, i);
	struct id id;

	world_pass(&w, 1000);
	assert_int_equal(db_begin(s->db, &e), 0);
	if (versions_write_tx(s, x, &id, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(db_commit(s->db, &e), 0);
	trust_seal(&w, i);
	trust_push(&w, i);
}

/* ---- restrictions ---- */

static struct id
restrict_it(int i)
{
	const struct assignment set[] = { { "reason", "accuracy" },
		{ "by", "Mari Tamm" } };
	struct id id;

	world_pass(&w, 1000);
	assert_int_equal(restrictions_add(w.c[i].session, &first, set, 2, &id,
	    &e), 0);
	settle();
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_int_equal(world_notes(&w, 2, &kid), 0);
	return id;
}

static void
test_a_restriction_stays(void **state)
{
	struct op ops[2] = { text(RESTRICTION_LIFTED, "2026-09-21"),
		text(RESTRICTION_LIFTED_WHY, "so") };
	struct write x = { .type = TYPE_RESTRICTION, .ops = ops,
		.op_count = 2 };
	bool still;

	(void)state;
	x.id = restrict_it(2); /* whoever writes restricts */
	assert_int_equal(restrictions_lift(w.c[2].session, &x.id, "so",
	    &still, &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	forge(2, &x);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 1);
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	/* Nor is its end moved. */
	ops[0] = text(RESTRICTION_UNTIL, "2026-01-01");
	x.op_count = 1;
	forge(2, &x);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_int_equal(restrictions_lift(w.c[1].session, &x.id, "Correct "
	    "now.", &still, &e), 0);
	settle();
	assert_int_equal(world_notes(&w, 1, &kid), 1);
	assert_int_equal(world_notes(&w, 2, &kid), 1);
}

/* ---- consents ---- */

static void
person(int i, const char *name, const char *authority)
{
	const struct assignment set[] = { { "name", name },
		{ "kind", "guardian" }, { "authority", authority } };
	struct entry_draft d = { .type = TYPE_PERSON, .case_id = kid,
		.set = set, .n = 3 };
	struct id id;

	world_pass(&w, 1000);
	if (entries_add(w.c[i].session, &d, &id, &e) != 0)
		fail_msg("%s", e.text);
}

/* By 2, who keeps the card too, for 3, in the notes that 1 keeps. */
static void
forge_consent(const char *giver, const char *second)
{
	struct store *s = world_store(&w, 2);
	struct op ops[10];
	struct write x = { .type = TYPE_CONSENT, .ops = ops, .case_id = kid };
	size_t n = 0;

	x.space = trust_space(&w, 2, &kid, "card");
	ops[n++] = text(CONSENT_STATUS, "given");
	ops[n++] = text(CONSENT_GIVER, giver);
	ops[n++] = text(CONSENT_GIVER_ROLE, "guardian");
	ops[n++] = text(CONSENT_SECTIONS, "notes");
	if (second != NULL)
		ops[n++] = text(CONSENT_SECOND, second);
	ops[n] = (struct op){ .field = CONSENT_AUDIENCE };
	ops[n].value.type = VALUE_BYTES;
	ops[n++].value.data = view_of(w.c[3].person.b, 16);
	ops[n] = (struct op){ .field = CONSENT_UNTIL };
	ops[n].value.type = VALUE_INT;
	ops[n++].value.num = store_now_ms(s) + 1000000000;
	x.op_count = n;
	forge(2, &x);
}

static void
status_is(int i, const char *giver, const char *status)
{
	struct consent_list l;
	bool found = false;
	size_t k;

	assert_int_equal(consent_list(w.c[i].session, &kid, &l, &e), 0);
	for (k = 0; k < l.count; k++)
		if (strcmp(l.items[k].giver, giver) == 0) {
			assert_string_equal(l.items[k].status, status);
			found = true;
		}
	assert_true(found);
	consent_list_done(&l);
}

static void
test_whose_word(void **state)
{
	struct id card = trust_space(&w, 1, &kid, "card");

	(void)state;
	person(1, "Jaan Tamm", "none");
	trust_keeper(&w, 1, &card, 2);
	settle();
	assert_int_equal(trust_right(&w, 1, &card, 2), RIGHT_KEEP);
	forge_consent("jaan tamm", NULL);
	settle();
	assert_int_equal(world_notes(&w, 3, &kid), 0);
	status_is(1, "jaan tamm", "void");
	forge_consent("Mari Tamm", "Jaan Tamm");
	settle();
	assert_int_equal(world_notes(&w, 3, &kid), 0);
	/* So that this says something: another guardian's opens. */
	forge_consent("Kati Tamm", NULL);
	settle();
	assert_int_equal(world_notes(&w, 3, &kid), 1);
	status_is(1, "Kati Tamm", "given");
}

/* What is learned later ends nothing by itself. */
static void
test_learned_later(void **state)
{
	struct id card = trust_space(&w, 1, &kid, "card");

	(void)state;
	trust_keeper(&w, 1, &card, 2);
	settle();
	forge_consent("Jaan Tamm", NULL);
	world_must_sync(&w, 2);
	person(1, "Jaan Tamm", "none"); /* its place is behind */
	settle();
	assert_int_equal(world_notes(&w, 3, &kid), 1);
	status_is(1, "Jaan Tamm", "given");
}

/* ---- after a no ---- */

static void
answer_of(int i, const char *by, const char *outcome)
{
	const struct assignment set[] = { { "by", by } };
	struct entry_draft d = { .case_id = kid, .set = set, .n = 1 };
	struct uptake_effect effect;
	struct id id;

	world_pass(&w, 1000);
	if (uptake_record(w.c[i].session, &d, outcome, &id, &effect, &e) != 0)
		fail_msg("%s", e.text);
}

static void
answer(int i, const char *outcome)
{
	answer_of(i, "Mari Tamm", outcome);
}

/* Who did not know loses nothing, and nothing of it leaves as content: neither
 * a colleague nor who keeps the section. */
static void
not_knowing(bool keeper)
{
	struct id notes = trust_space(&w, 1, &kid, "notes"), id;

	if (keeper) {
		trust_keeper(&w, 1, &notes, 2);
		settle();
		assert_int_equal(trust_right(&w, 1, &notes, 2), RIGHT_KEEP);
	}
	world_pass(&w, 1000);
	assert_int_equal(world_note(&w, 2, &kid, "needle unaware", &id), 0);
	answer(1, "declined");
	world_must_sync(&w, 1);
	settle();
	assert_true(world_has(&w, 2, "needle unaware"));
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM version "
	    "WHERE state = 4"), 1);
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version "
	    "WHERE state = 3 AND instr(body, 'needle unaware') > 0"), 0);
}

static void
test_who_did_not_know(void **state)
{
	(void)state;
	not_knowing(false);
}

static void
test_a_keeper_who_did_not_know(void **state)
{
	(void)state;
	not_knowing(true);
}

/* A yes and what is written upon it, in one sync. */
static void
test_after_a_yes(void **state)
{
	static const char *const all[] = { "Mari Tamm", "Jaan Tamm", "Anna" };
	int i;

	(void)state;
	answer(1, "declined");
	settle();
	for (i = 0; i < 3; i++) {
		answer_of(1, all[i], "accepted");
		assert_int_equal(world_note(&w, 1, &kid, "needle on", NULL),
		    0);
	}
	settle();
	assert_int_equal(world_notes(&w, 1, &kid), 3);
	assert_int_equal(world_notes(&w, 2, &kid), 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_restriction_stays), T(test_whose_word),
		T(test_learned_later),
		T(test_who_did_not_know),
		T(test_a_keeper_who_did_not_know), T(test_after_a_yes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
