/*
 * Referrals (rules.md 31): bounded by their basis, only allowed steps, lost
 * with their consent whichever comes first.
 *
 * Client 0 is the officer, 1 keeps the case, 2 is a colleague in card and plan,
 * 3 is in nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/giving/basis.h"
#include "client/core/consent/consent.h"
#include "client/core/support/referral.h"
#include "client/core/cases/timeline.h"
#include "client/paper/paper.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid, rel, ref;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

static void
refused(int rc, enum err_kind kind, const char *words)
{
	assert_int_equal(rc, -1);
	assert_int_equal(e.kind, kind);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, e.text);
}

static int
release(const char *sections, const char *until, struct id *id)
{
	struct assignment set[] = { { "body", "Rajaleidja" },
		{ "sections", sections }, { "by", "Mari Tamm" },
		{ "role", "guardian" }, { "until", until } };

	world_pass(&w, 1000);
	return basis_release(w.c[1].session, &kid, set, 5, id, &e);
}

static int
refer(int by, const char *sections, const char *until, struct id *id)
{
	struct assignment set[] = { { "body", "Rajaleidja" },
		{ "service", "speech therapist" }, { "purpose", "Assessment" },
		{ "sections", sections }, { "until", until },
		{ "text", "Speaks little in class." } };
	struct referral_draft d = { .case_id = kid, .set = set, .n = 6 };

	world_pass(&w, 1000);
	return referral_add(w.c[by].session, &d, id, &e);
}

static int
rest_on(int by, const struct id *consent)
{
	struct referral_basis b = { .referral = ref, .consent = *consent };

	world_pass(&w, 1000);
	return referral_basis(w.c[by].session, &b, &e);
}

static int
send_it(int by)
{
	struct disclosure_draft d = { .of = ref, .channel = "letter",
		.family = DISCLOSURE_TOLD };

	world_pass(&w, 1000);
	return referral_send(w.c[by].session, &d, &e);
}

static int
step(int by, const char *state, const char *words)
{
	struct referral_step st = { .referral = ref, .state = state,
		.words = words };

	world_pass(&w, 1000);
	return referral_step(w.c[by].session, &st, &e);
}

static void
is(int i, const char *state)
{
	char now[REFERRAL_STATE_BYTES];
	struct record_item r;

	assert_int_equal(records_find(w.c[i].session, &ref, &r, &e), 1);
	assert_int_equal(referral_state(w.c[i].session, &r, now, &e), 0);
	assert_string_equal(now, state);
	record_item_done(&r);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	world_grant(&w, 1, &kid, 2, "card,plan", true);
	assert_int_equal(release("plan", "2027-06-30", &rel), 0);
	assert_int_equal(refer(1, "plan", "2027-05-31", &ref), 0);
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

static void
test_whole_way(void **state)
{
	struct timeline_query q = { .case_id = kid,
		.types = "referral disclosure" };
	struct referral_counts n;
	struct record_list l;

	(void)state;
	is(1, "draft");
	refused(send_it(1), ERR_DENIED, "nothing covers");
	assert_int_equal(rest_on(1, &rel), 0);
	is(1, "consent_ok");
	refused(step(1, "accepted", NULL), ERR_CLASH, "what may follow");
	assert_int_equal(send_it(1), 0);
	settle();
	is(2, "sent"); /* synced to a second worker */
	assert_int_equal(step(2, "delivered", NULL), 0);
	refused(step(2, "declined", NULL), ERR_INPUT, "why");
	world_pass(&w, (int64_t)5 * 24 * 3600 * 1000);
	assert_int_equal(step(2, "accepted", NULL), 0);
	settle();
	is(1, "accepted");
	refused(step(1, "seen", NULL), ERR_CLASH, "working");
	assert_int_equal(step(1, "working", NULL), 0);
	assert_int_equal(step(1, "outcome_reported", "Ten sessions."), 0);
	assert_int_equal(step(1, "closed", NULL), 0);
	refused(step(1, "working", NULL), ERR_CLASH, "is over");
	assert_int_equal(referral_count(w.c[1].session, &kid, &n, &e), 0);
	assert_int_equal(n.accepted, 1);
	assert_int_equal(n.days, 5);
	settle();
	assert_int_equal(timeline_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 2); /* the referral and its disclosure */
	record_list_done(&l);
	assert_int_equal(timeline_list(w.c[3].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 0); /* without a basis */
	record_list_done(&l);
	assert_false(world_has(&w, 3, "Speaks little"));
}

static void
test_beyond_its_consent(void **state)
{
	struct id wide, longer;

	(void)state;
	wide = ref;
	assert_int_equal(refer(1, "plan, notes", "2027-05-31", &ref), 0);
	refused(rest_on(1, &rel), ERR_DENIED, "does not cover notes");
	is(1, "draft");
	assert_int_equal(refer(1, "plan", "2027-12-31", &ref), 0);
	refused(rest_on(1, &rel), ERR_DENIED, "ends on 2027-06-30");
	is(1, "draft");
	refused(refer(1, "plan", "2020-01-01", &longer), ERR_INPUT, "over");
	refused(refer(1, "plan, cellar", "2027-05-31", &longer), ERR_INPUT,
	    "cellar");
	ref = wide;
	is(1, "draft");
}

static void
test_lost_with_its_consent(void **state)
{
	struct paper *p;
	struct id again;
	size_t lost;

	(void)state;
	assert_int_equal(rest_on(1, &rel), 0);
	assert_int_equal(referral_letter(w.c[1].session, &ref, &p, &e), 0);
	paper_free(p);
	assert_int_equal(send_it(1), 0);
	assert_int_equal(step(1, "accepted", NULL), 0);
	assert_int_equal(basis_release_end(w.c[1].session, &rel, "Mari", &e),
	    0);
	is(1, "consent_lost");
	refused(referral_letter(w.c[1].session, &ref, &p, &e), ERR_DENIED,
	    "consent_lost");
	settle();
	is(2, "consent_lost");
	assert_int_equal(referral_lost(w.c[2].session, &kid, &lost, &e), 0);
	assert_int_equal(lost, 1);
	refused(step(2, "working", NULL), ERR_CLASH, "revoked");
	assert_int_equal(release("plan", "2027-06-30", &again), 0);
	assert_int_equal(rest_on(1, &again), 0);
	is(1, "accepted"); /* where it stood */
	world_pass(&w, (int64_t)300 * 24 * 3600 * 1000);
	is(1, "consent_lost"); /* by its end */
}

/* A colleague sends it while the guardian takes everything back elsewhere:
 * whichever arrives first, it is lost, and what was sent stays recorded. */
static void
race(bool withdrawal_first)
{
	struct withdrawal_effect effect;
	struct withdrawal_draft d = { .case_id = kid, .giver = "Mari Tamm" };
	struct id id;

	assert_int_equal(rest_on(1, &rel), 0);
	settle();
	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[1].session, &d, &id, &effect,
	    &e), 0);
	assert_int_equal(send_it(2), 0); /* does not know yet */
	world_must_sync(&w, withdrawal_first ? 1 : 2);
	world_must_sync(&w, withdrawal_first ? 2 : 1);
	settle();
	is(1, "consent_lost");
	refused(send_it(1), ERR_DENIED, "taken back");
}

static void
test_race_withdrawal_first(void **state)
{
	(void)state;
	race(true);
}

static void
test_race_sending_first(void **state)
{
	(void)state;
	race(false);
}

static void
test_by_law(void **state)
{
	struct referral_basis b = { .referral = ref, .basis = "court" };

	(void)state;
	refused(referral_basis(w.c[1].session, &b, &e), ERR_INPUT,
	    "provision");
	b.provision = "Order 12";
	b.reason = "The court asks.";
	assert_int_equal(referral_basis(w.c[1].session, &b, &e), 0);
	is(1, "legal_ok");
	assert_int_equal(send_it(1), 0);
	assert_int_equal(basis_release_end(w.c[1].session, &rel, "Mari", &e),
	    0);
	is(1, "sent");
	world_pass(&w, (int64_t)300 * 24 * 3600 * 1000);
	is(1, "expired");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole_way, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_beyond_its_consent,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_with_its_consent,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_race_withdrawal_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_race_sending_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_by_law, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
