/*
 * Uptake of the service, objections beside a text, what a consent says, the
 * receipt of a withdrawal: real clients, a real hub.
 *
 * Client 0 is the officer, 1 keeps the case, 2 is let in, 3 is not.
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
#include "client/core/records/erase.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/objections.h"
#include "client/core/records/reach.h"
#include "client/core/consent/receipt.h"
#include "client/core/cases/removal.h"
#include "client/core/cases/uptake.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 2; round++)
		for (i = 0; i < 4; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_join_as(&w, 3, ROLE_WORKER | ROLE_DPO);
	world_case(&w, 1, "Anna Tamm", &kid);
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
answer(const char *outcome, struct uptake_effect *effect)
{
	const struct assignment set[] = { { "by", "Mari Tamm" } };
	struct entry_draft d = { .case_id = kid, .set = set, .n = 1 };
	struct id id;

	world_pass(&w, 1000);
	return uptake_record(w.c[1].session, &d, outcome, &id, effect, &e);
}

/* ---- uptake ---- */

static void
test_declined_unsent(void **state)
{
	struct uptake_effect effect;
	char text[160];

	(void)state;
	assert_int_equal(answer("offered", &effect), 0);
	assert_int_equal(world_set(&w, 1, &kid, "theme", "sleepless"), 0);
	assert_int_equal(world_note(&w, 1, &kid, "a first word", NULL), 0);
	assert_int_equal(answer("declined", &effect), 0);
	assert_int_equal(effect.wiped, 1);
	assert_int_equal(effect.deleted, 0);
	assert_false(world_has(&w, 1, "a first word"));
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	world_field(&w, 1, &kid, "theme", text);
	assert_string_equal(text, "");
	world_field(&w, 1, &kid, "status", text);
	assert_string_equal(text, "declined");

	assert_int_equal(world_note(&w, 1, &kid, "one more word", NULL), -1);
	assert_false(world_has(&w, 1, "one more word"));
	assert_int_equal(answer("accepted", &effect), 0);
	assert_int_equal(world_note(&w, 1, &kid, "now it goes on", NULL), 0);
	assert_int_equal(answer("ended", &effect), 0);
	assert_int_equal(world_notes(&w, 1, &kid), 1); /* what was, stays */
	settle();
	assert_false(world_has(&w, 0, "now it goes on"));
}

/* What was sent: gone for every reader, then erased by the two. */
static void
test_declined_sent(void **state)
{
	struct uptake_effect effect;
	struct erase_requests asked;
	struct id request;
	size_t n;

	(void)state;
	world_grant(&w, 1, &kid, 2, "card,notes", false);
	assert_int_equal(answer("offered", &effect), 0);
	assert_int_equal(world_note(&w, 1, &kid, "told in trust", NULL), 0);
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_int_equal(answer("declined", &effect), 0);
	assert_int_equal(effect.wiped, 0);
	assert_int_equal(effect.deleted, 1);
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 0);
	assert_int_equal(erase_requests_list(w.c[3].session, &asked, &e), 0);
	assert_int_equal(asked.count, 1);
	request = asked.items[0].id;
	erase_requests_done(&asked);
	assert_int_equal(removal_settle(w.c[1].session, &n, &e), 0);
	assert_int_equal(n, 0); /* asked once */
	assert_int_equal(erase_answer_request(w.c[3].session, &request, true,
	    NULL, &e), 0);
	settle();
	world_pass(&w, 8 * INT64_C(86400000));
	settle();
	assert_false(world_has(&w, 1, "told in trust"));
	assert_false(world_has(&w, 2, "told in trust"));
}

static void
test_order_of_answers(void **state)
{
	const struct assignment words[] = { { "words", "he said no" } };
	const struct assignment later[] = { { "on", "2126-01-01" } };
	const struct assignment told[] = { { "informed", "voluntary,kind" } };
	struct entry_draft d = { .case_id = kid, .n = 1 };
	struct uptake_effect effect;
	struct id id;

	(void)state;
	assert_int_equal(answer("ended", &effect), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(answer("offered", &effect), 0);
	assert_int_equal(answer("offered", &effect), -1); /* on one day */
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(answer("accepted", &effect), 0);
	assert_int_equal(answer("accepted", &effect), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(answer("declined", &effect), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(answer("maybe", &effect), -1);
	assert_int_equal(answer("ended", &effect), 0);
	d.set = words;
	assert_int_equal(uptake_record(w.c[1].session, &d, "declined", &id,
	    &effect, &e), -1);
	assert_non_null(strstr(e.text, "no content"));
	d.set = later;
	assert_int_equal(uptake_record(w.c[1].session, &d, "offered", &id,
	    &effect, &e), -1);
	d.set = told;
	assert_int_equal(uptake_record(w.c[1].session, &d, "offered", &id,
	    &effect, &e), -1);
	assert_non_null(strstr(e.text, "kind"));
	d.n = 0; /* nobody is named */
	assert_int_equal(uptake_record(w.c[1].session, &d, "offered", &id,
	    &effect, &e), -1);
	assert_non_null(strstr(e.text, "by:"));
}

/* Child protection is no part of the offer. */
static void
test_protection_stays(void **state)
{
	struct uptake_effect effect;
	struct id space;

	(void)state;
	assert_int_equal(answer("offered", &effect), 0);
	assert_int_equal(answer("declined", &effect), 0);
	assert_int_equal(cases_section(w.c[1].session, &kid, "plan", &space,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(cases_section(w.c[1].session, &kid, "protection",
	    &space, &e), 0);
}

/* ---- objections ---- */

static void
test_objection(void **state)
{
	const struct assignment set[] = { { "kind", "correction" },
		{ "by", "Mari Tamm" }, { "text", "it was two days" } };
	struct record_list l;
	struct id note, id;

	(void)state;
	world_grant(&w, 1, &kid, 2, "notes", true);
	assert_int_equal(world_note(&w, 1, &kid, "two weeks at home", &note),
	    0);
	settle();
	assert_int_equal(objections_add(w.c[2].session, &note, set, 3, &id,
	    &e), 0);
	assert_int_equal(objections_add(w.c[2].session, &kid, set, 3, &id,
	    &e), -1);
	assert_int_equal(objections_add(w.c[2].session, &note, set, 2, &id,
	    &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	settle();
	assert_int_equal(objections_to(w.c[1].session, &note, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "text"),
	    "it was two days");
	id = l.items[0].id;
	record_list_done(&l);
	assert_true(world_has(&w, 1, "two weeks at home")); /* not changed */
	assert_int_equal(world_set(&w, 1, &id, "text", "it was nothing"), -1);
	assert_int_equal(world_set(&w, 1, &id, "answer", "noted"), 0);
	assert_false(world_has(&w, 3, "it was two days"));
}

/* ---- what a consent says ---- */

static int
consent(const struct assignment *set, size_t n, struct consent_draft *d)
{
	struct id id;

	world_pass(&w, 1000);
	d->case_id = kid;
	d->audience = w.c[2].person;
	d->right = RIGHT_READ;
	d->giver = "Mari Tamm";
	d->set = set;
	d->n = n;
	return consent_grant(w.c[1].session, d, &id, &e);
}

static void
refused(const struct assignment *set, size_t n, struct consent_draft d,
    const char *words)
{
	int64_t before = world_count(&w, 1, "SELECT count(*) FROM version");

	if (d.giver_role == NULL)
		d.giver_role = "guardian";
	if (d.sections == NULL)
		d.sections = "plan";
	assert_int_equal(consent(set, n, &d), -1);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version"),
	    before);
}

static void
test_consent_says(void **state)
{
	const struct assignment full[] = { { "scope", "plan, existence" },
		{ "review", "2026-12-01" }, { "witness", "Piret Saar" },
		{ "place", "Lasila" }, { "explained", "who, what, how long" },
		{ "form", "consent" }, { "interpreter", "O. Petrova" },
		{ "easy-read", "yes" } };
	struct consent_draft d = { .sections = "plan",
		.giver_role = "guardian", .language = "ru" };
	struct consent_list l;
	char text[160];

	(void)state;
	assert_int_equal(consent(full, 8, &d), 0);
	assert_int_equal(consent_list(w.c[1].session, &kid, &l, &e), 0);
	assert_int_equal(l.count, 1);
	world_field(&w, 1, &l.items[0].id, "form-version", text);
	assert_string_equal(text, "2");
	world_field(&w, 1, &l.items[0].id, "interpreter", text);
	assert_string_equal(text, "O. Petrova");
	consent_list_done(&l);
}

static void
test_consent_refuses(void **state)
{
	const struct assignment scope[] = { { "scope", "existence" } };
	const struct assignment none[] = { { "scope", "everything" } };
	const struct assignment half[] = { { "capacity-by", "Piret" } };
	const struct assignment disagree[] = { { "disagreement", "yes" } };
	const struct assignment second[] = { { "second", "Jaan Tamm" } };
	const struct assignment form[] = { { "form", "consnt" } };
	const struct assignment version[] = { { "form", "consent" },
		{ "form-version", "9" } };
	const struct assignment review[] = { { "review", "2020-01-01" } };
	const struct assignment status[] = { { "status", "given" } };
	struct consent_draft plain = { .right = RIGHT_READ };
	struct consent_draft child = { .giver_role = "child_capable" };
	struct consent_draft digital = { .evidence = "digital_signature" };
	struct consent_draft ended = { .until_ms = WORLD_NOW - 1 };

	(void)state;
	refused(scope, 1, plain, "plan");
	refused(none, 1, plain, "scope");
	refused(half, 1, child, "capacity-on");
	refused(disagree, 1, plain, "--refused");
	refused(second, 1, plain, "both_guardians");
	refused(form, 1, plain, "form");
	refused(version, 2, plain, "version 2");
	refused(review, 1, plain, "review");
	refused(status, 1, plain, "status");
	refused(NULL, 0, digital, "--file");
	refused(NULL, 0, ended, "before it begins");
}

/* ---- the receipt ---- */

static void
test_receipt(void **state)
{
	struct withdrawal_draft d = { .case_id = kid,
		.audience = w.c[2].person, .giver = "Mari Tamm" };
	struct withdrawal_effect effect;
	struct receipt r;
	struct id id, note;

	(void)state;
	world_grant(&w, 1, &kid, 2, "notes", true);
	assert_int_equal(world_note(&w, 1, &kid, "one", NULL), 0);
	assert_int_equal(world_note(&w, 1, &kid, "two", &note), 0);
	settle();
	assert_int_equal(world_note(&w, 2, &kid, "seen both", NULL), 0);
	settle();
	d.case_id = kid;
	d.audience = w.c[2].person;
	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[1].session, &d, &id, &effect,
	    &e), 0);
	assert_int_equal(receipt_of(w.c[1].session, &note, &r, &e), -1);
	assert_int_equal(receipt_of(w.c[1].session, &id, &r, &e), 0);
	assert_true(r.waits);
	assert_int_equal(r.count, 1);
	assert_false(r.lines[0].open);
	assert_false(r.lines[0].confirmed);
	assert_string_equal(r.lines[0].section, "notes");
	assert_int_equal(r.lines[0].texts, 3);
	assert_int_equal(r.lines[0].certain, 2); /* not what came with it */
	assert_true(r.kept_count > 0);
	receipt_done(&r);
	settle();
	assert_int_equal(receipt_of(w.c[1].session, &id, &r, &e), 0);
	assert_false(r.waits);
	assert_true(r.lines[0].confirmed);
	receipt_done(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_declined_unsent),
		TEST(test_declined_sent),
		TEST(test_order_of_answers),
		TEST(test_protection_stays),
		TEST(test_objection),
		TEST(test_consent_says),
		TEST(test_consent_refuses),
		TEST(test_receipt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
