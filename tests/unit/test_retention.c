/*
 * What is kept and not used, a note in the wrong case, consents to look at
 * again, terms that are over: real clients, a real hub.
 *
 * Client 0 is the officer, 1 keeps the case, 2 is let in, 3 signs erasures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/due_list.h"
#include "client/core/cases/entries.h"
#include "client/core/records/erase.h"
#include "client/core/cases/guard.h"
#include "client/core/cases/moving.h"
#include "client/core/cases/notes.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/restrictions.h"
#include "client/core/upkeep/retention.h"
#include "client/core/cases/viewed.h"
#include "tests/support/trust.h"

#define DAY INT64_C(86400000)

static struct world w;
static struct id kid, other, note;
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
	world_case(&w, 1, "Berta Kask", &other);
	world_grant(&w, 1, &kid, 2, "card,notes", true);
	assert_int_equal(world_note(&w, 1, &kid, "walnut words", &note), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static size_t
hits(int i, const char *text)
{
	return (size_t)world_count(&w, i, text);
}

/* ---- restriction ---- */

static int
restrict_it(int i, const char *until, struct id *id)
{
	const struct assignment set[] = { { "reason", "accuracy" },
		{ "by", "Mari Tamm" }, { "until", until } };

	world_pass(&w, 1000);
	return restrictions_add(w.c[i].session, &note, set, until != NULL ?
	    3 : 2, id, &e);
}

static int
lift(int i, const struct id *id, const char *why, bool *still)
{
	return restrictions_lift(w.c[i].session, id, why, still, &e);
}

static void
test_restricted(void **state)
{
	struct guard_asked q = { kid, GUARD_COPY, NULL, NULL };
	struct note_draft more = { .case_id = kid,
		.text = view_str("more"), .amends = note };
	struct record_item r;
	struct guard g;
	struct id id;

	(void)state;
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_int_equal(restrict_it(2, NULL, &id), 0);
	assert_int_equal(world_notes(&w, 2, &kid), 0); /* at once, here */
	settle();
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_true(world_has(&w, 1, "walnut words")); /* kept */
	assert_int_equal(records_find(w.c[1].session, &note, &r, &e), 1);
	assert_true(r.restricted);
	assert_int_equal(r.field_count, 0);
	record_item_done(&r);
	assert_int_equal(guard_ask(w.c[1].session, &q, &g, &e), 0);
	assert_true(guard_omits(&g, &note, 0));
	assert_true(guard_omits(&g, &note, NOTE_TEXT));
	guard_done(&g);
	more.amends = note;
	more.case_id = kid;
	assert_int_equal(notes_add(w.c[1].session, &more, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(hits(0, "SELECT count(*) FROM record WHERE type = 47"),
	    0);
}

static void
test_lifted(void **state)
{
	struct id id, second;
	bool still = false;

	(void)state;
	settle();
	assert_int_equal(restrict_it(2, NULL, &id), 0);
	assert_int_equal(restrict_it(1, NULL, &second), 0);
	settle();
	assert_int_equal(lift(2, &id, "why", &still), -1);
	assert_int_equal(e.kind, ERR_DENIED); /* a keeper's */
	assert_int_equal(lift(1, &id, "", &still), -1);
	assert_int_equal(lift(1, &id, "mended", &still), 0);
	assert_true(still); /* the other one */
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_int_equal(lift(1, &id, "mended", &still), -1);
	assert_int_equal(e.kind, ERR_CLASH); /* lifted once */
	assert_int_equal(lift(1, &second, "mended too", &still), 0);
	assert_false(still);
	assert_int_equal(world_notes(&w, 1, &kid), 1);
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
}

/* Its last day passes: it is used again, on each device by itself. */
static void
test_restriction_ends(void **state)
{
	struct id id;

	(void)state;
	settle();
	assert_int_equal(restrict_it(1, "2026-09-01", &id), -1);
	assert_int_equal(e.kind, ERR_INPUT); /* before it begins */
	assert_int_equal(restrict_it(1, "2026-09-25", &id), 0);
	settle();
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_int_equal(world_notes(&w, 2, &kid), 0);
	world_pass(&w, 10 * DAY);
	assert_int_equal(world_notes(&w, 1, &kid), 1);
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_int_equal(restrict_it(1, NULL, &id), 0);
	assert_int_equal(world_notes(&w, 1, &kid), 0);
}

/* ---- the wrong child ---- */

static int
move(int i, struct moving *out)
{
	struct moving_wish wish = { note, other, "two sisters" };

	world_pass(&w, 1000);
	return moving_note(w.c[i].session, &wish, out, &e);
}

static void
test_moved_unsent(void **state)
{
	struct moving m;
	char text[160];

	(void)state;
	if (move(1, &m) != 0)
		fail_msg("%s", e.text);
	assert_false(m.sent);
	assert_int_equal(m.reach.count, 0);
	assert_int_equal(world_notes(&w, 1, &kid), 0);
	assert_int_equal(world_notes(&w, 1, &other), 1);
	world_field(&w, 1, &m.note, "text", text);
	assert_string_equal(text, "walnut words");
	moving_done(&m);
	settle();
	assert_false(world_has(&w, 2, "walnut words"));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version v "
	    "JOIN record r ON r.rid = v.rid WHERE r.type = 4 AND "
	    "length(v.body) > 0"), 1);
}

static void
test_moved_sent(void **state)
{
	struct note_draft more = { .text = view_str("an amendment") };
	struct erase_requests asked;
	struct moving m;
	struct id id;
	size_t i;

	(void)state;
	more.case_id = kid;
	more.amends = note;
	assert_int_equal(notes_add(w.c[1].session, &more, &id, &e), 0);
	settle();
	assert_int_equal(world_note(&w, 2, &kid, "I have read it", NULL), 0);
	settle();
	assert_int_equal(move(2, &m), -1); /* another's text, not a keeper */
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(world_notes(&w, 2, &kid), 3);
	assert_int_equal(move(1, &m), 0);
	assert_true(m.sent);
	assert_int_equal(m.texts, 2);
	assert_int_equal(m.reach.count, 1);
	assert_true(m.reach.items[0].certain);
	assert_true(id_eq(&m.reach.items[0].person, &w.c[2].person));
	moving_done(&m);
	assert_int_equal(world_notes(&w, 1, &other), 2);
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_int_equal(world_notes(&w, 2, &other), 0);
	assert_int_equal(erase_requests_list(w.c[3].session, &asked, &e), 0);
	assert_int_equal(asked.count, 2);
	for (i = 0; i < asked.count; i++)
		assert_int_equal(erase_answer_request(w.c[3].session,
		    &asked.items[i].id, true, NULL, &e), 0);
	erase_requests_done(&asked);
	settle();
	world_pass(&w, 8 * DAY);
	settle();
	assert_false(world_has(&w, 2, "walnut words"));
	assert_true(world_has(&w, 1, "walnut words")); /* in the right case */
}

static void
test_moved_nowhere(void **state)
{
	struct moving_wish wish = { note, kid, "why" };
	struct moving m;

	(void)state;
	wish.note = note;
	wish.to = kid;
	assert_int_equal(moving_note(w.c[1].session, &wish, &m, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	wish.to = other;
	wish.reason = "";
	assert_int_equal(moving_note(w.c[1].session, &wish, &m, &e), -1);
	assert_int_equal(world_notes(&w, 1, &kid), 1);
	assert_int_equal(world_notes(&w, 1, &other), 0);
}

/* ---- coming of age ---- */

static size_t
due(int i, const char *kind)
{
	struct due_query q = { NULL, 3650 };
	struct due_list l;
	size_t k, n = 0;

	assert_int_equal(due_list(w.c[i].session, &q, &l, &e), 0);
	for (k = 0; k < l.count; k++)
		n += strcmp(l.lines[k].item.kind, kind) == 0;
	due_list_done(&l);
	return n;
}

static void
look_again(const char *outcome)
{
	struct assignment set = { "outcome", outcome };
	struct entry_draft d = { .type = TYPE_CHECK, .case_id = kid,
		.set = &set, .n = 1 };
	struct op of = { .field = CHECK_CONSENT };
	struct id consent, id;
	struct stmt *q = db_prepare(world_store(&w, 1)->db,
	    "SELECT id FROM record WHERE type = 5 LIMIT 1");

	assert_int_equal(db_step(q, &e), 1);
	assert_int_equal(db_id(q, 0, &consent), 0);
	db_reset(q);
	of.value.type = VALUE_BYTES;
	of.value.data = view_of(consent.b, sizeof(consent.b));
	d.more = &of;
	d.more_count = 1;
	world_pass(&w, 1000);
	if (entries_add(w.c[1].session, &d, &id, &e) != 0)
		fail_msg("%s", e.text);
}

static void
test_of_age(void **state)
{
	(void)state;
	assert_int_equal(due(1, "consent-review"), 0);
	assert_int_equal(world_set(&w, 1, &kid, "born", "2008-10-01"), 0);
	assert_int_equal(due(1, "consent-review"), 1); /* in ten days */
	world_pass(&w, 20 * DAY);
	assert_int_equal(due(1, "consent-review"), 1);
	look_again("confirmed");
	assert_int_equal(due(1, "consent-review"), 0);
}

static void
test_capacity(void **state)
{
	const struct assignment set[] = { { "kind", "child" },
		{ "name", "Anna Tamm" }, { "capacity", "capable" },
		{ "capacity-by", "Piret" }, { "capacity-on", "2026-09-25" },
		{ "capacity-ground", "talked it through" } };
	struct entry_draft d = { .type = TYPE_PERSON, .case_id = kid,
		.set = set, .n = 6 };
	struct id id;

	(void)state;
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), -1);
	world_pass(&w, 10 * DAY);
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), 0);
	assert_int_equal(due(1, "consent-review"), 1);
	look_again("changed");
	assert_int_equal(due(1, "consent-review"), 0);
}

/* ---- terms ---- */

static void
publish(const char *from, const char *to)
{
	static const char commit[] = "1111111111111111111111111111111111111111";
	struct policy *p = policy_default(&e), *out = NULL;
	struct buf one, two;
	const char *at;

	buf_init(&one, POLICY_MAX);
	buf_init(&two, POLICY_MAX);
	assert_int_equal(policy_encode(p, &one, &e), 0);
	at = strstr(buf_str(&one), from);
	assert_non_null(at);
	buf_add(&two, one.data, (size_t)(at - buf_str(&one)));
	buf_add_str(&two, to);
	buf_add_str(&two, at + strlen(from));
	if (policy_decode(buf_view(&two), &out, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(policies_publish(w.c[0].session, out, commit, &e),
	    0);
	policy_free(p);
	policy_free(out);
	buf_done(&one);
	buf_done(&two);
	settle();
}

static size_t
over(int i, int64_t when_ms)
{
	struct retention_list l;
	size_t n;

	assert_int_equal(retention_due(w.c[i].session, when_ms, &l, &e), 0);
	n = l.count;
	if (n > 0) {
		assert_string_equal(l.items[0].code, "notes");
		assert_string_equal(l.items[0].ground, "decision 7");
		assert_int_equal(l.items[0].years, 5);
	}
	retention_list_done(&l);
	return n;
}

static void
test_terms(void **state)
{
	const struct assignment keep[] = { { "class", "notes" },
		{ "outcome", "kept" }, { "until", "2033-01-01" },
		{ "words", "a claim is pending" } };
	struct entry_draft d = { .type = TYPE_CHECK, .case_id = kid,
		.set = keep, .n = 4 };
	int64_t later = WORLD_NOW + 6 * 366 * DAY;
	struct id id;

	(void)state;
	assert_int_equal(over(1, later), 0); /* no years, nothing is due */
	publish("\"section\":\"notes\",\"trigger\":\"closed\",\"years\":null,"
	    "\"ground\":\"\"", "\"section\":\"notes\",\"trigger\":\"closed\","
	    "\"years\":5,\"ground\":\"decision 7\"");
	assert_int_equal(over(1, later), 0); /* still open */
	world_pass(&w, 1000);
	if (world_set(&w, 1, &kid, "status", "closed") != 0) {
		const struct assignment close[] = { { "status", "closed" },
			{ "closing", "goal_reached" } };

		assert_int_equal(records_set(w.c[1].session, &kid, close, 2,
		    &e), 0);
	}
	assert_int_equal(over(1, later), 1);
	assert_int_equal(over(1, WORLD_NOW + 4 * 365 * DAY), 0);
	assert_int_equal(over(3, later), 0); /* who cannot read the card */
	d.n = 3;
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), -1);
	assert_non_null(strstr(e.text, "why"));
	d.n = 4;
	assert_int_equal(entries_add(w.c[1].session, &d, &id, &e), 0);
	assert_int_equal(over(1, later), 0);
	assert_int_equal(over(1, later + 366 * DAY), 1);
	settle();
	assert_int_equal(over(2, later), 0); /* reads the decision too */
}

static void
test_years(void **state)
{
	int64_t a, b;

	(void)state;
	assert_true(retention_years(view_str("2008-02-29"), 18, &a));
	assert_true(retention_years(view_str("2026-03-01"), 0, &b));
	assert_true(a == b);
	assert_false(retention_years(view_str("soon"), 18, &a));
}

/* ---- who has looked ---- */

static void
test_viewed(void **state)
{
	struct viewed_list l;

	(void)state;
	settle();
	viewed_note(w.c[2].session, &kid);
	viewed_note(w.c[2].session, &kid); /* a day counts once */
	viewed_note(w.c[1].session, &kid);
	settle();
	assert_int_equal(viewed_list(w.c[1].session, &kid, &l, &e), 0);
	assert_int_equal(l.count, 1); /* one's own: the day is not over */
	assert_false(l.items[0].told);
	assert_string_equal(l.silent, "");
	viewed_list_done(&l);
	world_pass(&w, DAY);
	viewed_note(w.c[2].session, &kid);
	settle();
	assert_int_equal(viewed_list(w.c[1].session, &kid, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_true(l.items[0].told && l.items[1].told);
	assert_string_equal(l.items[0].day, l.items[1].day);
	viewed_list_done(&l);
	assert_int_equal(world_count(&w, 3,
	    "SELECT count(*) FROM record WHERE type = 48"), 0);
	world_pass(&w, DAY);
	settle();
	settle(); /* nothing is said twice */
	assert_int_equal(world_count(&w, 1,
	    "SELECT count(*) FROM record WHERE type = 48"), 3);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM looked"), 0);
}

/* Who may only read keeps it here, and is named. */
static void
test_viewed_silent(void **state)
{
	struct viewed_list l;

	(void)state;
	settle(); /* so that the directory knows them */
	world_grant(&w, 1, &kid, 3, "notes", false);
	settle();
	viewed_note(w.c[3].session, &kid);
	world_pass(&w, DAY);
	settle();
	assert_int_equal(viewed_list(w.c[1].session, &kid, &l, &e), 0);
	assert_int_equal(l.count, 0);
	assert_true(l.silent[0] != '\0');
	viewed_list_done(&l);
	assert_int_equal(world_count(&w, 3, "SELECT count(*) FROM looked"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_restricted),
		TEST(test_lifted),
		TEST(test_restriction_ends),
		TEST(test_moved_unsent),
		TEST(test_moved_sent),
		TEST(test_moved_nowhere),
		TEST(test_of_age),
		TEST(test_capacity),
		TEST(test_terms),
		TEST(test_years),
		TEST(test_viewed),
		TEST(test_viewed_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
