/*
 * A sync whose own store fails at every place once. Each stage of a case's
 * life is stopped by a failing statement, then done again by the same open
 * profile: nothing is lost, doubled or left half done, and the store ends as
 * if nothing had failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/consent/consent.h"
#include "client/core/fetch.h"
#include "client/core/office/office.h"
#include "client/core/consent/review.h"
#include "tests/support/failing.h"
#include "tests/support/faults.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))

static struct world w;
static unsigned tried;

/* Each place of that sync fails once. */
static void
stage(int who)
{
	tried += failing_sync(&w, who);
}

static void
ended(void)
{
	printf("%u places\n", tried);
	tried = 0;
	world_end(&w);
}

/* ---- a case's life ---- */

static void
a_case_is_opened_shared_and_edited(void **state)
{
	struct id kid, plan;

	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	assert_int_equal(world_note(&w, 1, &kid, "the first note", NULL), 0);
	stage(1);
	world_grant(&w, 1, &kid, 2, "plan,notes", true);
	world_grant(&w, 1, &kid, 3, "notes", false);
	stage(1);
	stage(2);
	stage(3);
	/* Both change one field, and both write a note. */
	world_pass(&w, 60000);
	assert_int_equal(world_set(&w, 1, &plan, "goal", "mornings"), 0);
	assert_int_equal(world_set(&w, 2, &plan, "goal", "calm"), 0);
	assert_int_equal(world_note(&w, 2, &kid, "the second note", NULL), 0);
	stage(2);
	stage(1);
	stage(2);
	assert_int_equal(world_notes(&w, 1, &kid), 2);
	assert_int_equal(world_notes(&w, 2, &kid), 2);
	/* A key changes while somebody writes under the one before. */
	assert_int_equal(world_note(&w, 2, &kid, "the third note", NULL), 0);
	world_withdraw(&w, 1, &kid, 3, NULL);
	stage(1);
	stage(2);
	stage(3);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &kid), 3);
	ended();
}

/* A file goes to the hub, comes to a colleague, is closed to them and erased
 * from their device. */
static void
a_file_is_sent_fetched_and_closed(void **state)
{
	struct attachments_wish wish = { .path = "tests/data/notes-year.csv" };
	struct attachments_state st;
	struct id id;
	struct err e;
	char path[160];

	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Juku Juurikas", &wish.case_id);
	world_grant(&w, 1, &wish.case_id, 2, "notes", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(attachments_add(w.c[1].session, &wish, &id, &e), 0);
	stage(1);
	world_must_sync(&w, 1);
	assert_int_equal(attachments_state(w.c[1].session, &id, &st, &e), 0);
	assert_true(st.here && st.sent);
	stage(2);
	assert_int_equal(fetch_attachment(w.c[2].session, &w.c[2].remote, &id,
	    NULL, &e), 0);
	snprintf(path, sizeof(path), "%s/out", w.folder);
	assert_int_equal(attachments_save(w.c[2].session, &id, path, &e), 0);
	unlink(path);
	world_withdraw(&w, 1, &wish.case_id, 2, NULL);
	world_must_sync(&w, 1);
	stage(2);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM blob"), 0);
	ended();
}

static void
decide_all(int keeper, enum outcome outcome)
{
	struct review_decision d = { .outcome = outcome,
		.basis = "Social Welfare Act 32", .words = "see me" };
	struct review_list l;
	struct err e;
	size_t i;

	world_pass(&w, 1000);
	assert_int_equal(review_list(w.c[keeper].session, &l, &e), 0);
	assert_true(l.count > 0);
	for (i = 0; i < l.count; i++) {
		d.id = l.items[i].id;
		if (l.items[i].outcome == 0)
			assert_int_equal(review_decide(w.c[keeper].session,
			    &d, &e), 0);
	}
	review_list_done(&l);
}

static void
text_is_held_deposited_and_decided(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_FILED,
		OUTCOME_GIVEN_BACK, OUTCOME_ERASED };
	struct id kid, plan;
	size_t i;

	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	for (i = 0; i < 3; i++) {
		world_pass(&w, 1000);
		world_grant(&w, 1, &kid, 2, "plan", true);
		trust_twice(&w, 1, 2);
		assert_int_equal(trust_plan(&w, 2, &kid, "inhaler", NULL), 0);
		world_pass(&w, 1000);
		world_withdraw(&w, 1, &kid, 2, NULL);
		stage(1);
		stage(2);
		stage(1);
		decide_all(1, outcomes[i]);
		stage(1);
		stage(2);
	}
	/* Written after the withdrawal, taken by the hub before it. */
	world_pass(&w, 1000);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	world_withdraw(&w, 1, &kid, 2, NULL);
	world_pass(&w, 10 * 60 * 1000);
	assert_int_equal(trust_plan(&w, 2, &kid, "too late", NULL), 0);
	stage(2);
	stage(1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version "
	    "WHERE state = 5"), 1);
	ended();
}

static void
a_device_is_revoked_and_a_right_ends(void **state)
{
	struct consent_draft d = { .sections = "notes", .right = RIGHT_WRITE,
		.giver = "Mari Mets", .giver_role = "guardian" };
	struct id kid, device, id;
	struct err e;

	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(world_note(&w, 1, &kid, "the first note", NULL), 0);
	world_grant(&w, 1, &kid, 2, "notes", true);
	d.case_id = kid;
	d.audience = w.c[3].person;
	d.until_ms = WORLD_NOW + 2 * DAY;
	assert_int_equal(consent_grant(w.c[1].session, &d, &id, &e), 0);
	trust_twice(&w, 1, 2);
	world_must_sync(&w, 3);
	device = world_store(&w, 2)->me->device;
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	stage(0);
	assert_int_equal(world_note(&w, 3, &kid, "the second note", NULL), 0);
	stage(3); /* who writes next turns the key */
	assert_int_equal(world_note(&w, 3, &kid, "the third note", NULL), 0);
	world_pass(&w, 3 * DAY);
	stage(3);
	stage(1);
	decide_all(1, OUTCOME_FILED);
	stage(1);
	stage(3);
	ended();
}

/* A page with a revocation is undone, and then the directory cannot be read
 * again: with half of it a stolen device might pass for a good one. */
static void
a_directory_read_by_half_judges_nothing(void **state)
{
	struct fault again = { .file = "p1/",
		.sql = "SELECT seq, body FROM item" };
	struct fault first = { .file = "p1/", .sql = "COMMIT", .nth = 1,
		.then = &again };
	struct roster *r;
	struct id device;
	struct err e;
	size_t all;

	(void)state;
	world_begin(&w, 4);
	all = world_store(&w, 1)->roster.device_count;
	for (again.nth = 1; again.nth <= all + 1; again.nth++) {
		device = world_store(&w, 2)->me->device;
		if (again.nth == 1)
			assert_int_equal(office_revoke(w.c[0].session,
			    &device, &e), 0);
		world_must_sync(&w, 0);
		r = &world_store(&w, 1)->roster;
		faults_set(&first);
		assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
		assert_true(faults_end());
		assert_false(r->begun);
		assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
		world_close(&w, 1);
		assert_int_equal(world_open(&w, 1, &e), 0);
	}
	world_must_sync(&w, 1);
	assert_null(roster_live(&world_store(&w, 1)->roster, &device,
	    UINT64_MAX));
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_is_opened_shared_and_edited),
		cmocka_unit_test(a_file_is_sent_fetched_and_closed),
		cmocka_unit_test(text_is_held_deposited_and_decided),
		cmocka_unit_test(a_device_is_revoked_and_a_right_ends),
		cmocka_unit_test(a_directory_read_by_half_judges_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
