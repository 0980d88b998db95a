/*
 * Disclosures and releases (rules.md 30): nothing is recorded as given out
 * without a basis that covers it, a withdrawal beats a release that did not
 * know it, in either order of arrival.
 *
 * Client 0 is the officer, 1 keeps the case, 2 is a colleague in the card, 3 is
 * in nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/giving/basis.h"
#include "client/core/consent/consent.h"
#include "client/core/giving/disclosure.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/timeline.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid;
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
	world_grant(&w, 1, &kid, 2, "card", true);
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
release(int by, const char *until, struct id *id)
{
	struct assignment set[] = { { "body", "Rajaleidja" },
		{ "sections", "plan, notes" }, { "by", "Mari Tamm" },
		{ "role", "guardian" }, { "until", until } };

	world_pass(&w, 1000);
	return basis_release(w.c[by].session, &kid, set, 5, id, &e);
}

static struct disclosure_draft
draft(const struct id *consent)
{
	struct disclosure_draft d = { .case_id = kid, .sections = "plan",
		.to = "Rajaleidja", .channel = "letter",
		.family = DISCLOSURE_TOLD };

	if (consent != NULL)
		d.consent = *consent;
	return d;
}

static int
give(int by, struct disclosure_draft d)
{
	struct id id;

	world_pass(&w, 1000);
	return disclosure_record(w.c[by].session, &d, &id, &e);
}

static size_t
given(int i)
{
	struct disclosure_query q = { .case_id = &kid };
	struct disclosure_counts n;
	size_t k, all = 0;

	assert_int_equal(disclosure_count(w.c[i].session, &q, &n, &e), 0);
	for (k = 0; k < n.count; k++)
		all += n.items[k].count;
	return all;
}

static void
refused(int rc, enum err_kind kind, const char *words)
{
	assert_int_equal(rc, -1);
	assert_int_equal(e.kind, kind);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, e.text);
}

static void
test_basis(void **state)
{
	struct disclosure_draft d;
	struct id rel;

	(void)state;
	refused(give(1, draft(NULL)), ERR_DENIED, "no basis");
	assert_int_equal(release(1, "2027-06-30", &rel), 0);
	d = draft(&rel);
	d.sections = "plan, protection";
	refused(give(1, d), ERR_DENIED, "does not cover protection");
	d = draft(&rel);
	d.to = "The police";
	refused(give(1, d), ERR_DENIED, "somebody else");
	d = draft(&rel);
	d.family = DISCLOSURE_UNSAID;
	refused(give(1, d), ERR_INPUT, "family");
	d.family = DISCLOSURE_NOT_TOLD;
	refused(give(1, d), ERR_INPUT, "why not");
	d = draft(&rel);
	d.channel = "pigeon";
	refused(give(1, d), ERR_INPUT, "pigeon");
	assert_int_equal(given(1), 0);
	assert_int_equal(give(1, draft(&rel)), 0);
	assert_int_equal(given(1), 1);
}

static void
test_law(void **state)
{
	struct disclosure_draft d = draft(NULL);

	(void)state;
	d.basis = "cp_duty";
	refused(give(1, d), ERR_INPUT, "provision");
	d.provision = "Child Protection Act 27";
	refused(give(1, d), ERR_INPUT, "reason");
	d.reason = "Bruises, seen twice.";
	d.family = DISCLOSURE_NOT_TOLD;
	d.why_not_told = "It could put the child in danger.";
	assert_int_equal(give(1, d), 0);
	d.basis = "because";
	refused(give(1, d), ERR_INPUT, "because");
	assert_int_equal(given(1), 1);
}

/* Recorded offline, seen by who reads the card, by nobody else. */
static void
test_who_sees(void **state)
{
	struct timeline_query q = { .case_id = kid, .types = "disclosure" };
	struct record_list l;
	struct id rel;

	(void)state;
	assert_int_equal(release(1, "2027-06-30", &rel), 0);
	assert_int_equal(give(1, draft(&rel)), 0);
	assert_int_equal(given(2), 0);
	settle();
	assert_int_equal(given(2), 1);
	assert_int_equal(given(3), 0);
	assert_int_equal(timeline_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "to"), "Rajaleidja");
	record_list_done(&l);
}

static void
test_release_is_a_keepers(void **state)
{
	struct id rel;

	(void)state;
	refused(release(2, "2027-06-30", &rel), ERR_DENIED, "keeper");
	refused(release(1, "2026-01-01", &rel), ERR_INPUT, "before it begins");
	assert_int_equal(release(1, "2026-12-01", &rel), 0);
	world_pass(&w, (int64_t)120 * 24 * 3600 * 1000);
	refused(give(1, draft(&rel)), ERR_DENIED, "ended on 2026-12-01");
}

static void
test_taken_back(void **state)
{
	struct id rel, again;

	(void)state;
	assert_int_equal(release(1, "2027-06-30", &rel), 0);
	settle();
	assert_int_equal(basis_release_end(w.c[2].session, &rel, "Mari", &e),
	    0);
	refused(basis_release_end(w.c[2].session, &rel, "Mari", &e),
	    ERR_CLASH, "already");
	settle();
	refused(give(1, draft(&rel)), ERR_DENIED, "taken back");
	assert_int_equal(release(1, "2027-06-30", &again), 0);
	assert_int_equal(give(1, draft(&again)), 0);
}

/* A withdrawal that names everybody, taken by a colleague at the same time,
 * ends the release in whatever order the two arrive. */
static void
race(bool release_first)
{
	struct withdrawal_effect effect;
	struct withdrawal_draft d = { .case_id = kid, .giver = "Mari Tamm" };
	struct id rel, again, id;

	assert_int_equal(release(1, "2027-06-30", &rel), 0);
	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[2].session, &d, &id, &effect,
	    &e), 0);
	world_must_sync(&w, release_first ? 1 : 2);
	world_must_sync(&w, release_first ? 2 : 1);
	settle();
	refused(give(1, draft(&rel)), ERR_DENIED, "taken back");
	assert_int_equal(release(1, "2027-06-30", &again), 0);
	assert_int_equal(give(1, draft(&again)), 0);
}

static void
test_race_release_first(void **state)
{
	(void)state;
	race(true);
}

static void
test_race_withdrawal_first(void **state)
{
	(void)state;
	race(false);
}

/* A word on safety in the card stops who has not read it. */
static void
test_safety(void **state)
{
	struct disclosure_draft d;
	struct id rel;

	(void)state;
	assert_int_equal(world_set(&w, 1, &kid, "safety",
	    "The address is secret."), 0);
	assert_int_equal(release(1, "2027-06-30", &rel), 0);
	d = draft(&rel);
	refused(give(1, d), ERR_DENIED, "word on safety");
	d.safety_seen = true;
	assert_int_equal(give(1, d), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_basis, setup, teardown),
		cmocka_unit_test_setup_teardown(test_law, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_sees, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_release_is_a_keepers,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_race_release_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_race_withdrawal_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_safety, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
