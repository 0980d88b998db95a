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

#include "client/core/consent.h"
#include "client/core/office.h"
#include "client/core/review.h"
#include "client/core/sync/round.h"
#include "tests/support/faults.h"
#include "tests/support/kept.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define FIGURES_MAX 40
#define STEPS_MAX 20000

static struct world w;
static struct fault armed;
static unsigned tried;

/* ---- what a store has come to ---- */

struct figures {
	int64_t n[FIGURES_MAX];
};

static const char *const asked[] = {
	"SELECT count(*) FROM version WHERE state = 1",
	"SELECT count(*) FROM version WHERE state = 2",
	"SELECT count(*) FROM version WHERE state = 3",
	"SELECT count(*) FROM version WHERE state = 4",
	"SELECT count(*) FROM version WHERE state = 5",
	"SELECT count(*) FROM version WHERE state = 6",
	"SELECT count(*) FROM version WHERE state = 7",
	"SELECT count(*) FROM record",
	"SELECT count(*) FROM item",
	"SELECT count(*) FROM item WHERE body IS NULL",
	"SELECT count(*) FROM quarantine",
	"SELECT count(*) FROM want",
	"SELECT count(*) FROM evidence",
	"SELECT count(*) FROM space",
	"SELECT count(*) FROM space WHERE state = 2",
	"SELECT count(*) FROM epoch",
	"SELECT count(*) FROM epoch WHERE key IS NOT NULL",
	"SELECT count(*) FROM access",
	"SELECT count(*) FROM outgoing WHERE state = 1",
	"SELECT count(*) FROM held",
	"SELECT count(*) FROM review",
	"SELECT count(*) FROM review WHERE plain IS NOT NULL",
	"SELECT count(*) FROM record WHERE indexed = 0",
	"SELECT max(seq) FROM item",
};

static void
look(int who, struct figures *f)
{
	struct hub_status st;
	struct err e;
	size_t i, n = sizeof(asked) / sizeof(asked[0]);

	memset(f, 0, sizeof(*f));
	for (i = 0; i < n; i++)
		f->n[i] = world_count(&w, who, asked[i]);
	assert_int_equal(hub_status(w.hub, &st, &e), 0);
	f->n[n] = (int64_t)st.log.size;
	f->n[n + 1] = world_store(&w, who)->stage;
	f->n[n + 2] = world_store(&w, who)->stopped;
	store_check(world_store(&w, who));
}

static void
compare(const struct figures *want, const struct figures *got, unsigned nth)
{
	size_t i, n = sizeof(asked) / sizeof(asked[0]);

	for (i = 0; i < n + 3; i++)
		if (want->n[i] != got->n[i])
			fail_msg("after step %u failed: %s: %lld, not %lld (%s)",
			    nth, i < n ? asked[i] : "log, stage, stop",
			    (long long)got->n[i], (long long)want->n[i],
			    faults_sql());
}

/* ---- one stage ---- */

static int
sync_once(int who, struct err *e)
{
	struct store *s = world_store(&w, who);
	struct talk_figures figures;
	struct fault f = armed;

	/* Not by exchange_sync, which asks first what has ended and may fail
	 * at that: then texts are hidden and the sync goes on. */
	faults_set(&f);
	return round_run(s, &w.c[who].remote, NULL, &figures, e);
}

/* Once without a failure: what it comes to, and which steps are new. */
static size_t
rehearse(const struct kept *k, struct figures *want, unsigned *steps)
{
	struct err e;
	size_t n = 0;
	unsigned i;

	armed.nth = 0;
	kept_restore(k);
	if (sync_once(k->who, &e) != 0)
		fail_msg("%s", e.text);
	faults_end();
	for (i = 1; i < STEPS_MAX; i++)
		if (faults_fresh(i))
			steps[n++] = i;
	world_must_sync(&w, k->who);
	look(k->who, want);
	return n;
}

/* The sync of ${who} fails at every step that is new, and is done again. */
static void
stage(int who)
{
	static unsigned steps[STEPS_MAX];
	struct figures want, got;
	char file[16];
	struct kept k;
	struct err e;
	size_t i, n;

	snprintf(file, sizeof(file), "p%d/", who);
	armed = (struct fault){ .file = file };
	kept_take(&k, &w, who);
	n = rehearse(&k, &want, steps);
	for (i = 0; i < n; i++) {
		kept_restore(&k);
		armed.nth = steps[i];
		err_clear(&e);
		if (sync_once(who, &e) == 0)
			fail_msg("step %u failed and nobody said so: %s",
			    steps[i], faults_sql());
		assert_true(faults_end());
		if (e.kind != ERR_LOCAL)
			fail_msg("step %u: %s", steps[i], e.text);
		world_must_sync(&w, who);
		look(who, &got);
		compare(&want, &got, steps[i]);
	}
	tried += (unsigned)n;
	kept_done(&k);
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
		cmocka_unit_test(text_is_held_deposited_and_decided),
		cmocka_unit_test(a_device_is_revoked_and_a_right_ends),
		cmocka_unit_test(a_directory_read_by_half_judges_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
