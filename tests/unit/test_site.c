/*
 * Work at schools, with real clients and a real hub: activities, who took part,
 * presence, the calendar, plans for a year. In the room no child is named; who
 * is not in it reads nothing of it.
 *
 * Client 0 is the officer, 1 keeps the room of Lasila, 2 is let in, 3 is not.
 * The world's first day is Monday, 2026-09-21.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/cases/cases.h"
#include "client/core/records/deletion.h"
#include "client/core/due_list.h"
#include "client/core/local/day.h"
#include "client/core/cases/rooms.h"
#include "client/core/schools/inbox.h"
#include "client/core/schools/site.h"
#include "client/core/cases/timeline.h"
#include "tests/support/trust.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct world w;
static struct id room, anna, mart;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 0; i < 4; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	struct assignment name = { "name", "Lasila" };
	struct room_admission d = { .right = RIGHT_WRITE };
	struct id id;

	(void)state;
	world_begin(&w, 4);
	assert_int_equal(rooms_begin(w.c[1].session, ROOMS_SITE, &name, 1,
	    &room, &e), 0);
	d.space = room;
	d.person = w.c[2].person;
	assert_int_equal(rooms_admit(w.c[1].session, &d, &id, &e), 0);
	world_case(&w, 1, "Anna Tamm", &anna);
	world_case(&w, 1, "Mart Kask", &mart);
	assert_int_equal(world_set(&w, 1, &anna, "school", "Lasila"), 0);
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

/* A record of client ${i} in ${space} or of ${kid}, "field=text" each. */
static int
add(int i, enum record_type type, const struct id *space,
    const struct id *kid, struct id *id, const struct assignment *set,
    size_t n)
{
	struct entry_draft d = { .type = type, .set = set, .n = n };

	if (space != NULL)
		d.space = *space;
	if (kid != NULL)
		d.case_id = *kid;
	return entries_add(w.c[i].session, &d, id, &e);
}
#define ADD(i, type, space, kid, id, ...) add(i, type, space, kid, id, \
	(const struct assignment[]){ __VA_ARGS__ }, \
	COUNT(((const struct assignment[]){ __VA_ARGS__ })))

static void
refused(int rc, enum err_kind kind, const char *words)
{
	assert_int_equal(rc, -1);
	assert_int_equal(e.kind, kind);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

static size_t
records(int i)
{
	return (size_t)world_count(&w, i, "SELECT count(*) FROM record");
}

static struct id
project(void)
{
	struct id id;

	assert_int_equal(ADD(1, TYPE_ACTIVITY, &room, NULL, &id,
	    { "kind", "grp_class" }, { "class", "5b" }, { "minutes", "45" },
	    { "heads", "20" }, { "girls-10-12", "11" },
	    { "boys-10-12", "9" }, { "topics", "kindness" }), 0);
	return id;
}

static void
test_activity(void **state)
{
	struct id id;
	char text[160];

	(void)state;
	id = project();
	settle();
	world_field(&w, 2, &id, "topics", text);
	assert_string_equal(text, "kindness");
	world_field(&w, 2, &id, "date", text);
	assert_string_equal(text, "2026-09-21");
	assert_true(world_has(&w, 2, "kindness"));
	assert_false(world_has(&w, 3, "kindness"));
	assert_false(world_has(&w, 0, "kindness"));
	/* What a colleague adds is theirs; the room is both's. */
	assert_int_equal(ADD(2, TYPE_ACTIVITY, &room, NULL, &id,
	    { "kind", "com_parents" }, { "heads", "31" }), 0);
	assert_int_equal(ADD(3, TYPE_ACTIVITY, &room, NULL, &id,
	    { "kind", "com_parents" }), -1);
}

static void
test_bad_activity(void **state)
{
	size_t before = records(1);
	struct id id;

	(void)state;
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "grp_class" },
	    { "date", "2026-02-30" }), ERR_INPUT, "date");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "grp_class" },
	    { "date", "2026-12-24" }), ERR_INPUT, "future");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "grp_class" },
	    { "minutes", "1441" }), ERR_INPUT, "minutes");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "grp_class" },
	    { "heads", "21" }, { "girls-10-12", "11" },
	    { "boys-10-12", "9" }), ERR_INPUT, "add up");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "grp_class" },
	    { "girls-10-12", "11" }), ERR_INPUT, "add up");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "grp_class" },
	    { "case", "anna" }), ERR_INPUT, "case");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "kind", "dance" }),
	    ERR_INPUT, "dance");
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id, { "minutes", "5" }),
	    ERR_INPUT, "kind");
	/* Individual work in the room, and a school's in a case. */
	refused(ADD(1, TYPE_ACTIVITY, &room, NULL, &id,
	    { "kind", "ind_child" }), ERR_INPUT, "case of the child");
	refused(ADD(1, TYPE_ACTIVITY, NULL, &anna, &id,
	    { "kind", "stf_consult" }), ERR_INPUT, "work of a school");
	refused(ADD(1, TYPE_ACTIVITY, NULL, &anna, &id,
	    { "kind", "ind_child" }, { "heads", "1" }), ERR_INPUT,
	    "head-counts");
	assert_int_equal(records(1), before);
}

/* What was right stays right when it is changed. */
static void
test_activity_set(void **state)
{
	struct id id = project();

	(void)state;
	assert_int_equal(world_set(&w, 1, &id, "heads", "22"), -1);
	assert_int_equal(world_set(&w, 1, &id, "kind", "ind_child"), -1);
	assert_int_equal(world_set(&w, 1, &id, "minutes", "90"), 0);
	assert_int_equal(deletion_set(w.c[1].session, &id, true, &e), 0);
}

static void
test_individual(void **state)
{
	struct timeline_query q = { .case_id = anna, .types = "activity" };
	struct record_list l;
	struct id id;

	(void)state;
	assert_int_equal(ADD(1, TYPE_ACTIVITY, NULL, &anna, &id,
	    { "kind", "ind_joint" }, { "target", "both" },
	    { "minutes", "50" }, { "text", "with the mother" }), 0);
	assert_int_equal(timeline_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "kind"), "ind_joint");
	record_list_done(&l);
	settle();
	assert_false(world_has(&w, 2, "with the mother"));
	world_grant(&w, 1, &anna, 3, "notes", false);
	settle();
	assert_true(world_has(&w, 3, "with the mother"));
	assert_false(world_has(&w, 2, "with the mother"));
	world_withdraw(&w, 1, &anna, 3, "notes");
	settle();
	assert_false(world_has(&w, 3, "with the mother"));
}

static void
test_roster(void **state)
{
	struct id id = project(), kids[2] = { anna, mart };
	struct timeline_query q = { .case_id = anna,
		.types = "attendance" };
	struct record_list l;
	size_t before = records(1);

	(void)state;
	refused(site_roster(w.c[1].session, &id, kids, 2, " ", &e), ERR_INPUT,
	    "agreed");
	assert_int_equal(records_set(w.c[1].session, &mart,
	    (const struct assignment[]){ { "status", "closed" },
	    { "closing", "no_need" } }, 2, &e), 0);
	refused(site_roster(w.c[1].session, &id, kids, 2, "guardians", &e),
	    ERR_INPUT, "closed");
	assert_int_equal(records(1), before); /* Anna's neither */
	assert_int_equal(world_set(&w, 1, &mart, "status", "reopened"), 0);
	assert_int_equal(site_roster(w.c[1].session, &id, kids, 2,
	    "guardians", &e), 0);
	refused(site_roster(w.c[1].session, &id, kids, 1, "guardians", &e),
	    ERR_CLASH, "already");
	assert_int_equal(timeline_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "minutes"), "45");
	assert_string_equal(record_field(&l.items[0], "kind"), "grp_class");
	record_list_done(&l);
	settle();
	/* The colleague sees the project and nobody's name in it. */
	assert_int_equal(site_took_part(w.c[2].session, &id, &l, &e), 0);
	assert_int_equal(l.count, 0);
	record_list_done(&l);
	assert_false(world_has(&w, 2, "guardians"));
	assert_int_equal(site_took_part(w.c[1].session, &id, &l, &e), 0);
	assert_int_equal(l.count, 2);
	record_list_done(&l);

	/* Only groups have one. */
	assert_int_equal(ADD(1, TYPE_ACTIVITY, &room, NULL, &id,
	    { "kind", "com_projectday" }), 0);
	refused(site_roster(w.c[1].session, &id, kids, 1, "guardians", &e),
	    ERR_INPUT, "only groups");
}

/* ---- presence ---- */

static struct visits
visits(int i)
{
	struct room_list rooms;
	struct visits v;
	int64_t today;

	assert_true(day_parse(view_str("2026-09-21"), &today));
	assert_int_equal(rooms_list(w.c[i].session, ROOMS_SITE, &rooms, &e),
	    0);
	assert_int_equal(visits_list(w.c[i].session, &rooms, today, 28, &v,
	    &e), 0);
	room_list_done(&rooms);
	return v;
}

static const char *
day_of(const struct visits *v, size_t i)
{
	static char text[DAY_TEXT_BYTES];

	return i < v->count ? day_text(v->items[i].day_ms, text) : "";
}

static void
test_presence(void **state)
{
	struct visits v;
	struct id id;

	(void)state;
	v = visits(1);
	assert_int_equal(v.count, 0);
	assert_false(v.planned);
	visits_done(&v);
	assert_int_equal(ADD(1, TYPE_PRESENCE, &room, NULL, &id,
	    { "weekday", "mon" }, { "from", "08:30" }, { "until", "12:00" }),
	    0);
	assert_int_equal(ADD(1, TYPE_PRESENCE, &room, NULL, &id,
	    { "weekday", "thu" }, { "every", "2" },
	    { "begins", "2026-09-14" }, { "ends", "2026-10-05" }), 0);
	settle();
	v = visits(1);
	/* 21, 28 September, 5, 12 October; Thursdays of the 17th, then 1st. */
	assert_int_equal(v.count, 5);
	assert_string_equal(day_of(&v, 0), "2026-09-21");
	assert_string_equal(v.items[0].from, "08:30");
	assert_string_equal(day_of(&v, 2), "2026-10-01");
	assert_non_null(visits_next(&v, "lasila"));
	assert_null(visits_next(&v, "Rakvere"));
	visits_done(&v);
	v = visits(2); /* another person's plan is read, and not theirs */
	assert_int_equal(v.count, 0);
	visits_done(&v);
	assert_int_equal(deletion_set(w.c[1].session, &id, true, &e), 0);
	v = visits(1);
	assert_int_equal(v.count, 4);
	visits_done(&v);
}

static void
test_bad_presence(void **state)
{
	struct id id;

	(void)state;
	refused(ADD(1, TYPE_PRESENCE, &room, NULL, &id, { "weekday", "mon" },
	    { "from", "12:00" }, { "until", "08:30" }), ERR_INPUT, "hours");
	refused(ADD(1, TYPE_PRESENCE, &room, NULL, &id, { "weekday", "mon" },
	    { "from", "25:00" }), ERR_INPUT, "08:30");
	refused(ADD(1, TYPE_PRESENCE, &room, NULL, &id, { "weekday", "mon" },
	    { "begins", "2026-10-01" }, { "ends", "2026-09-01" }), ERR_INPUT,
	    "before it begins");
	refused(ADD(1, TYPE_PRESENCE, &room, NULL, &id, { "weekday", "mon" },
	    { "every", "9" }), ERR_INPUT, "weeks");
	refused(ADD(1, TYPE_PRESENCE, &room, NULL, &id,
	    { "weekday", "maybe" }), ERR_INPUT, "maybe");
	refused(ADD(1, TYPE_PRESENCE, NULL, &anna, &id, { "weekday", "mon" }),
	    ERR_INPUT, "room");
}

static void
test_calendar(void **state)
{
	struct visits v;
	struct id id;

	(void)state;
	assert_int_equal(ADD(1, TYPE_PRESENCE, &room, NULL, &id,
	    { "weekday", "mon" }), 0);
	refused(ADD(1, TYPE_CALENDAR, NULL, NULL, &id, { "kind", "holiday" },
	    { "name", "Autumn" }, { "begins", "2026-09-28" },
	    { "ends", "2026-10-02" }), ERR_DENIED, "keeps");
	refused(ADD(0, TYPE_CALENDAR, NULL, NULL, &id, { "kind", "holiday" },
	    { "name", "Autumn" }, { "begins", "2026-10-02" },
	    { "ends", "2026-09-28" }), ERR_INPUT, "before it begins");
	refused(ADD(0, TYPE_CALENDAR, NULL, NULL, &id, { "kind", "term" },
	    { "name", "Autumn" }, { "begins", "2026-09-01" },
	    { "ends", "2062-12-20" }), ERR_INPUT, "school year");
	assert_int_equal(ADD(0, TYPE_CALENDAR, NULL, NULL, &id,
	    { "kind", "holiday" }, { "name", "Autumn" },
	    { "begins", "2026-09-28" }, { "ends", "2026-10-02" }), 0);
	assert_int_equal(ADD(0, TYPE_CALENDAR, NULL, NULL, &id,
	    { "kind", "day_off" }, { "name", "Fair" },
	    { "begins", "2026-10-05" }, { "ends", "2026-10-05" },
	    { "school", "Lasila" }), 0);
	assert_int_equal(ADD(0, TYPE_CALENDAR, NULL, NULL, &id,
	    { "kind", "day_off" }, { "name", "Elsewhere" },
	    { "begins", "2026-10-12" }, { "ends", "2026-10-12" },
	    { "school", "Rakvere" }), 0);
	assert_int_equal(ADD(0, TYPE_CALENDAR, NULL, NULL, &id,
	    { "kind", "term" }, { "name", "Term 1" },
	    { "begins", "2026-09-01" }, { "ends", "2026-12-20" }), 0);
	settle();
	v = visits(1);
	assert_int_equal(v.count, 2);
	assert_string_equal(day_of(&v, 0), "2026-09-21");
	assert_string_equal(day_of(&v, 1), "2026-10-12");
	assert_string_equal(v.holiday, "");
	visits_done(&v);
}

/* What is late waits for the next visit; what is due before it, does not. */
static void
test_due_by_visit(void **state)
{
	struct due_query q = { .days = 0 };
	struct due_list l;
	struct id id, late, near;

	(void)state;
	assert_int_equal(ADD(1, TYPE_PRESENCE, &room, NULL, &id,
	    { "weekday", "thu" }), 0);
	assert_int_equal(ADD(1, TYPE_PLAN, NULL, &anna, &late,
	    { "goal", "late at Lasila" }, { "due", "2026-09-01" }), 0);
	assert_int_equal(ADD(1, TYPE_PLAN, NULL, &anna, &near,
	    { "goal", "before Thursday" }, { "due", "2026-09-23" }), 0);
	assert_int_equal(ADD(1, TYPE_PLAN, NULL, &mart, &id,
	    { "goal", "anywhere" }, { "due", "2026-09-18" }), 0);
	assert_int_equal(due_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 3);
	assert_true(id_eq(&l.lines[0].item.record, &id));
	assert_int_equal(l.lines[0].visit_ms, 0);
	assert_true(id_eq(&l.lines[1].item.record, &near));
	assert_true(id_eq(&l.lines[2].item.record, &late));
	assert_int_equal(l.lines[2].visit_ms - l.today_ms, 3 * DAY_MS);
	due_list_done(&l);
}

/* ---- plans for a year ---- */

static void
test_service(void **state)
{
	struct id plan, next, goal, id;
	struct record_list l;
	struct due_query q = { .days = 400 };
	struct due_list due;
	char plan_id[ID_TEXT_BYTES], text[160];
	size_t i, goals = 0;

	(void)state;
	refused(ADD(1, TYPE_SERVICE, &room, NULL, &plan, { "year", "26" }),
	    ERR_INPUT, "2026/27");
	refused(ADD(1, TYPE_SERVICE, &room, NULL, &plan,
	    { "year", "2026/28" }), ERR_INPUT, "2026/27");
	assert_int_equal(ADD(1, TYPE_SERVICE, &room, NULL, &plan,
	    { "year", "2026/27" }, { "needs", "fights in the yard" },
	    { "resources", "one day a week" }), 0);
	refused(ADD(2, TYPE_SERVICE, &room, NULL, &id, { "year", "26/27" }),
	    ERR_INPUT, "2026/27");
	refused(ADD(1, TYPE_SERVICE, &room, NULL, &id, { "year", "2026/27" }),
	    ERR_CLASH, "already");
	id_text(&plan, plan_id);
	assert_int_equal(ADD(1, TYPE_SERVICE_GOAL, &room, NULL, &goal,
	    { "service", plan_id }, { "goal", "fewer fights" },
	    { "due", "2027-05-31" }), 0);
	assert_int_equal(ADD(1, TYPE_SERVICE_GOAL, &room, NULL, &id,
	    { "service", plan_id }, { "goal", "a quiet room" },
	    { "outcome", "reached" }), 0);
	id_text(&anna, text);
	refused(ADD(1, TYPE_SERVICE_GOAL, &room, NULL, &id,
	    { "service", text }, { "goal", "x" }), ERR_ABSENT, "service");
	assert_int_equal(due_list(w.c[1].session, &q, &due, &e), 0);
	for (i = 0; i < due.count; i++)
		if (strcmp(due.lines[i].item.kind, "service-goal") == 0) {
			assert_string_equal(due.lines[i].item.school,
			    "Lasila");
			goals++;
		}
	assert_int_equal(goals, 1);
	due_list_done(&due);

	/* One step at a time, with what it needs. */
	assert_int_equal(world_set(&w, 1, &plan, "state", "running"), -1);
	assert_int_equal(world_set(&w, 1, &plan, "state", "agreed"), -1);
	assert_int_equal(world_set(&w, 1, &plan, "agreed-with", "head"), 0);
	assert_int_equal(world_set(&w, 1, &plan, "state", "agreed"), 0);
	assert_int_equal(world_set(&w, 1, &plan, "state", "running"), 0);
	assert_int_equal(world_set(&w, 1, &plan, "state", "evaluated"), -1);
	assert_int_equal(world_set(&w, 1, &plan, "evaluation", "good"), 0);
	assert_int_equal(world_set(&w, 1, &plan, "state", "evaluated"), 0);
	assert_int_equal(world_set(&w, 1, &plan, "state", "closed"), 0);
	refused(ADD(1, TYPE_SERVICE_GOAL, &room, NULL, &id,
	    { "service", plan_id }, { "goal", "late" }), ERR_DENIED, "closed");

	assert_int_equal(site_carry(w.c[1].session, &plan, NULL, &next, &e),
	    0);
	refused(site_carry(w.c[1].session, &plan, NULL, &id, &e), ERR_CLASH,
	    "already");
	settle();
	world_field(&w, 2, &next, "year", text);
	assert_string_equal(text, "2027/28");
	world_field(&w, 2, &next, "needs", text);
	assert_string_equal(text, "fights in the yard");
	world_field(&w, 2, &next, "evaluation", text);
	assert_string_equal(text, "");
	assert_int_equal(site_goals(w.c[2].session, &next, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "goal"),
	    "fewer fights");
	assert_string_equal(record_field(&l.items[0], "due"), "");
	record_list_done(&l);
	assert_int_equal(site_goals(w.c[2].session, &plan, &l, &e), 0);
	assert_int_equal(l.count, 2);
	record_list_done(&l);
	assert_false(world_has(&w, 3, "fights in the yard"));
}

/* ---- private drafts ---- */

static void
quick(const char *private, struct id *id)
{
	const struct assignment set[] = { { "text", "How do I say this?" },
		{ "private", private } };

	world_pass(&w, 1000);
	assert_int_equal(inbox_add(w.c[1].session, set, 2, id, &e), 0);
}

static size_t
in_inbox(int i)
{
	struct record_list l;
	size_t n;

	assert_int_equal(inbox_list(w.c[i].session, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	return n;
}

static bool
draft_is_due(void)
{
	struct due_query q = { .school = NULL };
	struct due_list l;
	bool found = false;
	size_t i;

	assert_int_equal(due_list(w.c[1].session, &q, &l, &e), 0);
	for (i = 0; i < l.count; i++)
		found = found || strcmp(l.lines[i].item.kind, "draft") == 0;
	due_list_done(&l);
	return found;
}

static void
test_drafts_go(void **state)
{
	struct id draft, kept, note;
	size_t gone;

	(void)state;
	quick("yes", &draft);
	quick("yes", &kept);
	quick("no", &note);
	trust_twice(&w, 1, 1);
	world_pass(&w, 20 * DAY_MS);
	world_must_sync(&w, 1);
	assert_int_equal(in_inbox(1), 3);
	assert_false(draft_is_due()); /* ten days are left */
	assert_int_equal(world_set(&w, 1, &kept, "about", "later"), 0);
	world_pass(&w, 4 * DAY_MS);
	world_must_sync(&w, 1);
	assert_true(draft_is_due());
	/* A clock alone takes nothing. */
	w.c[1].skew_ms = 60 * DAY_MS;
	assert_int_equal(inbox_expire(w.c[1].session, &gone, &e), 0);
	assert_int_equal(gone, 0);
	w.c[1].skew_ms = 0;
	world_pass(&w, 7 * DAY_MS);
	assert_int_equal(inbox_expire(w.c[1].session, &gone, &e), 0);
	assert_int_equal(gone, 0); /* the hub was not asked yet */
	world_must_sync(&w, 1);
	assert_int_equal(in_inbox(1), 2); /* one was changed, one is no draft */
	assert_false(draft_is_due());
	world_pass(&w, 20 * DAY_MS);
	world_must_sync(&w, 1);
	assert_int_equal(in_inbox(1), 1);
	/* What is no draft any more stays. */
	quick("yes", &draft);
	assert_int_equal(world_set(&w, 1, &draft, "private", "no"), 0);
	assert_int_equal(in_inbox(1), 2);
	world_pass(&w, 40 * DAY_MS);
	world_must_sync(&w, 1);
	assert_int_equal(in_inbox(1), 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_activity), TEST(test_bad_activity),
		TEST(test_activity_set), TEST(test_individual),
		TEST(test_roster), TEST(test_presence),
		TEST(test_bad_presence), TEST(test_calendar),
		TEST(test_due_by_visit), TEST(test_service),
		TEST(test_drafts_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
