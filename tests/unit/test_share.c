/*
 * Single notes shared with one colleague (rules.md 34) and a child's way to
 * another school (35): what the receiver gets, and nothing else; closed with
 * the consent, in whatever order sharing and withdrawal arrive.
 *
 * Client 0 is the officer, 1 keeps the case, 2 receives, 3 is in nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/giving/disclosure.h"
#include "client/core/giving/share.h"
#include "client/core/cases/timeline.h"
#include "client/core/support/transition.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid, one, two, goal;
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
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	assert_int_equal(world_note(&w, 1, &kid, "Talked of the river.",
	    &one), 0);
	assert_int_equal(world_note(&w, 1, &kid, "Talked of the cellar.",
	    &two), 0);
	assert_int_equal(trust_plan(&w, 1, &kid, "Reads aloud", &goal), 0);
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
share(const struct id *record)
{
	struct share_draft d = { .records = record, .count = 1,
		.consent = { .case_id = kid, .audience = w.c[2].person,
		.giver = "Mari Tamm", .giver_role = "guardian" } };
	struct id id;

	world_pass(&w, 1000);
	return share_add(w.c[1].session, &d, &id, &e);
}

static int
take_back(void)
{
	struct withdrawal_effect effect;

	world_pass(&w, 1000);
	return share_end(w.c[1].session, &kid, &w.c[2].person, "Mari Tamm",
	    &effect, &e);
}

static size_t
seen(int i, const struct id *case_id, const char *types)
{
	struct timeline_query q = { .types = types };
	struct record_list l;
	size_t n;

	q.case_id = *case_id;
	assert_int_equal(timeline_list(w.c[i].session, &q, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	return n;
}

static void
test_one_note(void **state)
{
	(void)state;
	assert_int_equal(share(&one), 0);
	settle();
	assert_int_equal(seen(2, &kid, "copy"), 1);
	assert_true(world_has(&w, 2, "Talked of the river."));
	assert_false(world_has(&w, 2, "Talked of the cellar."));
	assert_false(world_has(&w, 3, "Talked of the river."));
	assert_int_equal(seen(1, &kid, "disclosure"), 1);
	assert_int_equal(share(&one), 0); /* nothing is copied twice */
	settle();
	assert_int_equal(seen(2, &kid, "copy"), 1);

	assert_int_equal(take_back(), 0);
	settle();
	assert_int_equal(seen(2, &kid, "copy"), 0);
	assert_false(world_has(&w, 2, "Talked of the river."));
	refused(take_back(), ERR_ABSENT, "nothing is shared");

	/* What was taken back stays closed when something else is shared. */
	assert_int_equal(share(&two), 0);
	settle();
	assert_true(world_has(&w, 2, "Talked of the cellar."));
	assert_false(world_has(&w, 2, "Talked of the river."));
}

static void
test_what_is_not_shared(void **state)
{
	struct share_draft d = { .records = &kid, .count = 1,
		.consent = { .case_id = kid, .audience = w.c[2].person,
		.giver = "Mari Tamm", .giver_role = "guardian" } };
	struct id id;

	(void)state;
	refused(share_add(w.c[1].session, &d, &id, &e), ERR_DENIED, "card");
	d.count = 0;
	refused(share_add(w.c[1].session, &d, &id, &e), ERR_INPUT, "records");
	d.records = &one;
	d.count = 1;
	d.consent.giver = NULL;
	refused(share_add(w.c[1].session, &d, &id, &e), ERR_INPUT, "gave");
	settle();
	assert_int_equal(seen(1, &kid, "copy"), 0); /* nothing by halves */
	assert_int_equal(seen(1, &kid, "disclosure"), 0);
}

/* A colleague who writes in the card takes everything back while the keeper
 * shares, each without the other's knowledge. */
static void
race(bool sharing_first)
{
	struct withdrawal_effect effect;
	struct withdrawal_draft d = { .case_id = kid, .giver = "Mari Tamm",
		.audience = w.c[2].person };
	struct id id;

	world_grant(&w, 1, &kid, 3, "card", true);
	settle();
	assert_int_equal(share(&one), 0);
	assert_int_equal(consent_withdraw(w.c[3].session, &d, &id, &effect,
	    &e), 0);
	world_must_sync(&w, sharing_first ? 1 : 3);
	world_must_sync(&w, sharing_first ? 3 : 1);
	settle();
	assert_int_equal(seen(2, &kid, "copy"), 0);
	assert_false(world_has(&w, 2, "Talked of the river."));
}

static void
test_race_sharing_first(void **state)
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

/* ---- transitions ---- */

static int
propose(int whom, const char *until, struct id *id)
{
	struct transition_draft d = { .case_id = kid,
		.receiver = w.c[whom].person, .kind = "preschool_school",
		.to = "Lasila", .until = until };

	world_pass(&w, 1000);
	return transition_propose(w.c[1].session, &d, id, &e);
}

static int
choose(const struct id *t)
{
	struct id records[2] = { one, goal };
	struct transition_choice d = { .transition = *t, .records = records,
		.count = 2, .giver = "Mari Tamm", .giver_role = "guardian" };

	world_pass(&w, 1000);
	return transition_choose(w.c[1].session, &d, &e);
}

static void
is(int i, const struct id *t, const char *state)
{
	char now[TRANSITION_STATE_BYTES];
	struct record_item r;

	assert_int_equal(records_find(w.c[i].session, t, &r, &e), 1);
	assert_int_equal(transition_state(w.c[i].session, &r, now, &e), 0);
	assert_string_equal(now, state);
	record_item_done(&r);
}

static void
test_whole_way(void **state)
{
	struct id t, mine, other;
	struct record_item r;
	char text[160];

	(void)state;
	refused(propose(1, "2027-05-31", &t), ERR_INPUT, "oneself");
	refused(propose(2, "2020-05-31", &t), ERR_INPUT, "over");
	assert_int_equal(propose(2, "2027-05-31", &t), 0);
	settle();
	assert_int_equal(records_find(w.c[2].session, &t, &r, &e), 0);
	assert_int_equal(choose(&t), 0);
	refused(choose(&t), ERR_CLASH, "what may follow");
	refused(transition_accept(w.c[1].session, &t, &mine, &e), ERR_DENIED,
	    "receives");
	settle();
	is(2, &t, "chosen");
	assert_false(world_has(&w, 2, "cellar"));
	assert_int_equal(transition_accept(w.c[2].session, &t, &mine, &e), 0);
	settle();
	is(1, &t, "accepted");
	world_field(&w, 2, &mine, "name", text);
	assert_string_equal(text, "Anna Tamm");
	world_field(&w, 2, &mine, "school", text);
	assert_string_equal(text, "Lasila");
	assert_int_equal(seen(2, &mine, "copy"), 2);
	refused(transition_accept(w.c[2].session, &t, &other, &e), ERR_CLASH,
	    "accepted");
	assert_int_equal(transition_reduce(w.c[1].session, &t, &e), 0);
	settle();
	world_field(&w, 1, &kid, "status", text);
	assert_string_equal(text, "moved");
	assert_int_equal(seen(1, &kid, "copy"), 0);
	assert_int_equal(seen(1, &kid, "transition disclosure"), 2); /* stub */
	assert_int_equal(seen(2, &mine, "copy"), 2);
	assert_int_equal(seen(3, &kid, "transition"), 0);
}

static void
test_declined_and_unclaimed(void **state)
{
	struct id t, u, mine;

	(void)state;
	assert_int_equal(propose(2, "2027-05-31", &t), 0);
	assert_int_equal(choose(&t), 0);
	settle();
	refused(transition_decline(w.c[2].session, &t, "", &e), ERR_INPUT,
	    "why");
	assert_int_equal(transition_decline(w.c[2].session, &t,
	    "Goes to another school.", &e), 0);
	settle();
	is(1, &t, "declined");
	assert_int_equal(propose(2, "2026-10-31", &u), 0);
	assert_int_equal(choose(&u), 0);
	settle();
	world_pass(&w, (int64_t)60 * 24 * 3600 * 1000);
	is(1, &u, "expired");
	refused(transition_accept(w.c[2].session, &u, &mine, &e), ERR_ABSENT,
	    "no such"); /* its consent is over too */
}

static void
test_revoked(void **state)
{
	struct id t, mine;

	(void)state;
	assert_int_equal(propose(2, "2027-05-31", &t), 0);
	assert_int_equal(choose(&t), 0);
	settle();
	assert_int_equal(transition_revoke(w.c[1].session, &t, "Mari Tamm",
	    &e), 0);
	settle();
	is(1, &t, "revoked");
	assert_int_equal(transition_accept(w.c[2].session, &t, &mine, &e),
	    -1);
	assert_false(world_has(&w, 2, "river"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_note, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_shared,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_race_sharing_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_race_withdrawal_first,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole_way, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_declined_and_unclaimed,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_revoked, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
