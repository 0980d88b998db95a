/*
 * A year's counts against real records. Each step that a worker takes through
 * the client's own calls is noted beside it in a ledger, by what the step
 * means and not by what the program stores; in the end the counts must be the
 * ledger, cell by cell, with nothing missing and nothing more.
 *
 * Client 0 is the officer, 1 and 2 are workers; 2 is let into a case of 1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/rooms.h"
#include "client/core/cases/uptake.h"
#include "client/core/giving/basis.h"
#include "client/core/report/handin.h"
#include "client/core/report/tally.h"
#include "client/core/support/assess.h"
#include "client/core/support/referral.h"
#include "client/core/support/signal.h"
#include "client/core/support/transition.h"
#include "common/base/mem.h"
#include "tests/support/world.h"

#define DAY INT64_C(86400000)
#define LEDGER_MAX 256

static struct world *w;
static struct err e;
static struct id kids[6]; /* four of client 1, two of client 2 */

/* ---- the ledger ---- */

struct line {
	const char *group, *side, *school, *word;
	int64_t n;
};
struct ledger {
	struct line lines[LEDGER_MAX];
	size_t count;
};
static struct ledger of1, of2;

static void
also(struct ledger *l, const char *group, const char *side,
    const char *school, const char *word, int64_t n)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->lines[i].group, group) == 0 &&
		    strcmp(l->lines[i].side, side) == 0 &&
		    strcmp(l->lines[i].school, school) == 0 &&
		    strcmp(l->lines[i].word, word) == 0)
			break;
	assert_true(i < LEDGER_MAX);
	if (i == l->count)
		l->lines[l->count++] = (struct line){ group, side, school,
			word, 0 };
	l->lines[i].n += n;
}

static int64_t
expected(const struct ledger *l, const struct counts_cell *c,
    const struct counts *of, const char *side)
{
	const struct line *x;
	size_t i;

	for (i = 0; i < l->count; i++) {
		x = &l->lines[i];
		if (strcmp(x->group, counts_groups[c->group].code) == 0 &&
		    strcmp(x->side, side) == 0 &&
		    strcmp(x->school, of->texts[c->school]) == 0 &&
		    strcmp(x->word, of->texts[c->word]) == 0)
			return x->n;
	}
	return 0;
}

/* ${groups}: those that the ledger speaks of, blanks between. */
static void
must_be(int i, int year, const struct ledger *l, const char *groups)
{
	struct counts c;
	size_t k, cells = 0, lines = 0;

	assert_int_equal(tally_year(w->c[i].session, year, &c, &e), 0);
	counts_fold(&c);
	counts_sort(&c);
	for (k = 0; k < c.cell_count; k++) {
		const struct counts_group *g = &counts_groups[c.cells[k].group];
		const char *side = g->sides[c.cells[k].side].code;

		if (!fields_listed(groups, g->code))
			continue;
		cells++;
		if (expected(l, &c.cells[k], &c, side) != c.cells[k].n)
			fail_msg("%s, %s, %s, %s: %lld counted, %lld noted",
			    g->code, side, c.texts[c.cells[k].school],
			    c.texts[c.cells[k].word], (long long)c.cells[k].n,
			    (long long)expected(l, &c.cells[k], &c, side));
	}
	for (k = 0; k < l->count; k++)
		lines += fields_listed(groups, l->lines[k].group) &&
		    l->lines[k].n != 0;
	assert_int_equal(cells, lines);
	counts_done(&c);
}

/* ---- the year ---- */

static struct session *
of(int i)
{
	return w->c[i].session;
}

static void
ok(int rc)
{
	if (rc != 0)
		fail_msg("%s", e.text);
	world_pass(w, 1000);
}

static void
settle(void)
{
	int i, round;

	for (round = 0; round < 3; round++)
		for (i = 0; i < 3; i++)
			world_must_sync(w, i);
}

struct kid {
	int worker;
	const char *name, *born, *school, *sex, *grade, *theme, *asked, *on;
	const char *age; /* by the end of 2026 */
};

/* The world begins on 2026-09-21. */
static const struct kid children[6] = {
	{ 1, "Anna Tamm", "2019-04-02", "Lasila", "girl", "1", "peers",
	    "guardian", "2026-09-18", "7-9" },
	{ 1, "Mati Karu", "2014-01-01", "Lasila", "boy", "6", "attendance",
	    "teacher", "2026-09-01", "10-12" },
	{ 1, "Kaie Saar", "2021-05-05", "Haljala", "girl", "kindergarten",
	    "peers", "guardian", NULL, "0-6" },
	{ 1, "Peep Lind", "2012-03-03", "Haljala", NULL, NULL, NULL, NULL,
	    "2026-09-20", "13-15" },
	{ 2, "Juri Mets", "2009-07-07", "Lasila", "boy", "9", "family",
	    "child", NULL, "16" },
	{ 2, "Liis Kask", "2018-08-08", "Haljala", "girl", "2", "bullying",
	    "school", NULL, "7-9" },
};

static void
open_cases(void)
{
	struct assignment set[9];
	const struct kid *k;
	struct ledger *l;
	size_t i, n;

	for (i = 0; i < 6; i++) {
		k = &children[i];
		l = k->worker == 1 ? &of1 : &of2;
		n = 0;
		set[n++] = (struct assignment){ "name", k->name };
		set[n++] = (struct assignment){ "born", k->born };
		set[n++] = (struct assignment){ "school", k->school };
		set[n++] = (struct assignment){ "status", "open" };
		if (k->sex != NULL) {
			set[n++] = (struct assignment){ "sex", k->sex };
			set[n++] = (struct assignment){ "grade", k->grade };
			set[n++] = (struct assignment){ "main-theme",
				k->theme };
			set[n++] = (struct assignment){ "asked-by", k->asked };
		}
		if (k->on != NULL)
			set[n++] = (struct assignment){ "asked-on", k->on };
		ok(cases_open(of(k->worker), set, n, &kids[i], &e));
		also(l, "children", "age", k->school, k->age, 1);
		also(l, "children", "came", k->school, "new", 1);
		also(l, "children", "sex", k->school,
		    k->sex != NULL ? k->sex : "", 1);
		also(l, "children", "grade", k->school,
		    k->grade != NULL ? k->grade : "", 1);
		also(l, "cases", "status", k->school, "open", 1);
		also(l, "cases", "stage", k->school, "", 1);
		also(l, "cases", "came", k->school, "new", 1);
		also(l, "cases", "closing", k->school, "", 1);
		also(l, "cases", "asked", k->school,
		    k->asked != NULL ? k->asked : "", 1);
		also(l, "cases", "theme", k->school,
		    k->theme != NULL ? k->theme : "", 1);
	}
}

/* How long each waited is said here as a person would: request, opening and
 * first contact are days of a calendar. */
static void
contacts(void)
{
	struct note_draft d = { .text = view_str("We talked."),
		.category = "contact", .minutes = 30, .language = "en" };
	struct id id;

	/* Anna: asked on the 18th, opened on the 21st, met on the 21st. */
	d.case_id = kids[0];
	ok(notes_add(of(1), &d, &id, &e));
	also(&of1, "first-meeting", "days", "Lasila", "0-7", 1);
	also(&of1, "first-meeting", "waiting", "Lasila", "0-7", 1);
	world_pass(w, 10 * DAY);
	/* Mati: asked on the 1st, opened on the 21st, met on 1 October. */
	d.case_id = kids[1];
	ok(notes_add(of(1), &d, &id, &e));
	also(&of1, "first-meeting", "days", "Lasila", "8-14", 1);
	also(&of1, "first-meeting", "waiting", "Lasila", "15-30", 1);
	/* Juri: nobody said when he asked. */
	d.case_id = kids[4];
	ok(notes_add(of(2), &d, &id, &e));
	also(&of2, "first-meeting", "days", "Lasila", "8-14", 1);
	also(&of2, "first-meeting", "waiting", "Lasila", "", 1);
	/* The others were not met. */
	also(&of1, "first-meeting", "days", "Haljala", "none", 2);
	also(&of1, "first-meeting", "waiting", "Haljala", "", 1);
	also(&of1, "first-meeting", "waiting", "Haljala", "none", 1);
	also(&of2, "first-meeting", "days", "Haljala", "none", 1);
	also(&of2, "first-meeting", "waiting", "Haljala", "", 1);
}

static void
signal_of(const struct id *kid, const char *urgency, const char *school,
    const char *to_state)
{
	const char *kind = strcmp(urgency, "ordinary") == 0 ? "" :
	    "municipal_welfare";
	struct signal_draft d = { .case_id = *kid, .to = "Lastekaitse",
		.to_kind = kind, .facts = "Bruises.", .urgency = urgency };
	struct disclosure_draft out = { .channel = "letter",
		.provision = "LasteKS 27", .family = DISCLOSURE_TOLD };
	struct signal_step st = { .state = "dropped",
		.words = "It was a misunderstanding." };
	struct id id;

	ok(signal_add(of(1), &d, &id, &e));
	if (strcmp(to_state, "draft") == 0)
		return;
	st.signal = out.of = id;
	if (strcmp(to_state, "dropped") == 0) {
		ok(signal_step(of(1), &st, &e));
		return;
	}
	ok(signal_send(of(1), &out, &e));
	also(&of1, "disclosures", "basis", school, "cp_duty", 1);
	also(&of1, "disclosures", "channel", school, "letter", 1);
	if (strcmp(to_state, "delivered") == 0) {
		st.state = "delivered";
		st.words = "Registered letter 12";
		ok(signal_step(of(1), &st, &e));
	}
	also(&of1, "signals", "urgency", school, urgency, 1);
	also(&of1, "signals", "state", school, to_state, 1);
	also(&of1, "signals", "recipient", school, kind, 1);
}

/* Sent today; ${days} later it is answered with ${answer}, or never. */
static void
refer(const struct id *kid, const char *school, int days, const char *answer)
{
	struct assignment may[] = { { "body", "Rajaleidja" },
		{ "sections", "plan" }, { "by", "Mari Tamm" },
		{ "role", "guardian" }, { "until", "2027-06-30" } };
	struct assignment set[] = { { "body", "Rajaleidja" },
		{ "service", "speech therapist" }, { "purpose", "Speech" },
		{ "sections", "plan" }, { "until", "2027-05-31" },
		{ "to-kind", "counselling_centre" } };
	struct referral_draft d = { .case_id = *kid, .set = set, .n = 6 };
	struct disclosure_draft out = { .channel = "email",
		.family = DISCLOSURE_TOLD };
	struct referral_basis b = { .basis = NULL };
	struct referral_step st = { .state = answer, .words = "Full." };

	ok(referral_add(of(1), &d, &b.referral, &e));
	if (answer == NULL)
		return; /* stays a draft, and counts nowhere */
	ok(basis_release(of(1), kid, may, 5, &b.consent, &e));
	ok(referral_basis(of(1), &b, &e));
	out.of = st.referral = b.referral;
	ok(referral_send(of(1), &out, &e));
	also(&of1, "disclosures", "basis", school, "consent", 1);
	also(&of1, "disclosures", "channel", school, "email", 1);
	world_pass(w, days * DAY);
	if (strcmp(answer, "sent") != 0)
		ok(referral_step(of(1), &st, &e));
	also(&of1, "referrals", "state", school, answer, 1);
	also(&of1, "referrals", "basis", school, "consent", 1);
	also(&of1, "referrals", "recipient", school, "counselling_centre", 1);
	also(&of1, "referrals", "days", school, strcmp(answer, "accepted") != 0
	    ? "none" : days <= 7 ? "0-7" : "8-14", 1);
}

static void
assess(int i, const struct id *kid, const char *instrument,
    const char *setting, const char *school, const char *level)
{
	struct assess_draft d = { .case_id = *kid, .instrument = instrument };
	struct assess_judgement j = { .level = level, .reason = "As seen." };
	struct ledger *l = i == 1 ? &of1 : &of2;
	struct id draft;

	ok(assess_start(of(i), &d, &j.run, &e));
	if (level != NULL)
		ok(assess_judge(of(i), &j, &draft, &e));
	also(l, "assessments", "level", school, level != NULL ? level : "", 1);
	also(l, "assessments", "setting", school, setting, 1);
}

static void
uptake(const struct id *kid, const char *school, const char *outcome)
{
	const struct assignment set[] = { { "by", "Mari Tamm" } };
	struct entry_draft d = { .case_id = *kid, .set = set, .n = 1 };
	struct uptake_effect effect;
	struct id id;

	ok(uptake_record(of(1), &d, outcome, &id, &effect, &e));
	also(&of1, "uptake", "outcome", school, outcome, 1);
}

static struct id
propose(const struct id *kid, const char *kind)
{
	struct transition_draft d = { .case_id = *kid,
		.receiver = w->c[2].person, .kind = kind, .to = "Lasila",
		.until = "2027-09-30" };
	struct id id;

	ok(transition_propose(of(1), &d, &id, &e));
	return id;
}

static void
transitions(void)
{
	struct note_draft note = { .case_id = kids[2], .language = "en",
		.text = view_str("Ready for school."), .category = "plan" };
	struct transition_choice d = { .count = 1, .giver = "Mari Saar",
		.giver_role = "guardian" };
	struct id chosen, moved, text;

	propose(&kids[0], "school_school");
	also(&of1, "transitions", "state", "Lasila", "proposed", 1);
	also(&of1, "transitions", "kind", "Lasila", "school_school", 1);
	ok(notes_add(of(1), &note, &text, &e));
	chosen = propose(&kids[2], "preschool_school");
	d.transition = chosen;
	d.records = &text;
	ok(transition_choose(of(1), &d, &e));
	also(&of1, "disclosures", "basis", "Haljala", "consent", 1);
	also(&of1, "disclosures", "channel", "Haljala", "program", 1);
	settle();
	ok(transition_accept(of(2), &chosen, &moved, &e));
	settle();
	also(&of1, "transitions", "state", "Haljala", "accepted", 1);
	also(&of1, "transitions", "kind", "Haljala", "preschool_school", 1);
}

static int
begin(void **state)
{
	(void)state;
	w = mem_new(sizeof(*w));
	world_begin(w, 3);
	memset(&of1, 0, sizeof(of1));
	memset(&of2, 0, sizeof(of2));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_end(w);
	mem_free(w);
	return 0;
}

/* ---- tests ---- */

static void
what_was_done_is_what_is_counted(void **state)
{
	static const char groups[] = "children cases first-meeting signals "
	    "referrals transitions assessments uptake disclosures";

	(void)state;
	open_cases();
	contacts();
	uptake(&kids[0], "Lasila", "offered");
	uptake(&kids[0], "Lasila", "accepted");
	uptake(&kids[1], "Lasila", "offered");
	also(&of1, "cases", "status", "Lasila", "open", -1);
	also(&of1, "cases", "status", "Lasila", "offered", 1);
	uptake(&kids[2], "Haljala", "accepted");
	signal_of(&kids[0], "immediate", "Lasila", "sent");
	signal_of(&kids[1], "ordinary", "Lasila", "delivered");
	signal_of(&kids[2], "ordinary", "Haljala", "sent");
	signal_of(&kids[1], "same_day", "Lasila", "dropped");
	signal_of(&kids[2], "same_day", "Haljala", "draft");
	refer(&kids[0], "Lasila", 5, "accepted");
	refer(&kids[1], "Lasila", 10, "accepted");
	refer(&kids[1], "Lasila", 2, "declined");
	refer(&kids[2], "Haljala", 0, "sent");
	refer(&kids[3], "Haljala", 0, NULL);
	assess(1, &kids[0], "risk-primary", "primary", "Lasila", "raised");
	assess(1, &kids[1], "risk-primary", "primary", "Lasila", "raised");
	assess(1, &kids[2], "risk-preschool", "preschool", "Haljala", "low");
	assess(1, &kids[3], "risk-primary", "primary", "Haljala", NULL);
	/* A colleague's assessment in this case is the colleague's. */
	world_grant(w, 1, &kids[0], 2, "card,assessment", true);
	settle();
	assess(2, &kids[0], "risk-primary", "primary", "Lasila", "high");
	settle();
	must_be(1, 2026, &of1, groups);
	must_be(2, 2026, &of2, groups);
	transitions();
	must_be(1, 2026, &of1, groups);
}

/* How it stood when the year ended; a child grows out of its grade. */
static void
a_year_is_as_it_ended(void **state)
{
	struct assignment set[] = { { "name", "Anna Tamm" },
		{ "born", "2019-04-02" }, { "school", "Lasila" },
		{ "grade", "1" }, { "main-theme", "peers" } };
	struct counts_where first = { NULL, "1" }, second = { NULL, "2" };
	struct counts_where family = { NULL, "family" };
	struct counts c;
	struct id id;

	(void)state;
	ok(cases_open(of(1), set, 5, &id, &e));
	world_pass(w, 150 * DAY); /* February */
	assert_int_equal(world_set(w, 1, &id, "grade", "2"), 0);
	assert_int_equal(world_set(w, 1, &id, "main-theme", "family"), 0);
	assert_int_equal(tally_year(of(1), 2026, &c, &e), 0);
	counts_fold(&c);
	assert_int_equal(counts_get(&c, COUNTS_CHILDREN, 3, &first), 1);
	assert_int_equal(counts_get(&c, COUNTS_CHILDREN, 3, &second), 0);
	assert_int_equal(counts_get(&c, COUNTS_CASES, 5, &family), 0);
	counts_done(&c);
	assert_int_equal(tally_year(of(1), 2027, &c, &e), 0);
	counts_fold(&c);
	assert_int_equal(counts_get(&c, COUNTS_CHILDREN, 3, &second), 1);
	assert_int_equal(counts_get(&c, COUNTS_CASES, 5, &family), 1);
	counts_done(&c);
}

static void
put(int i, enum record_type type, const struct id *space,
    const struct assignment *set, size_t n)
{
	struct entry_draft d = { .type = type, .set = set, .n = n };
	struct id id;

	if (space != NULL)
		d.space = *space;
	ok(entries_add(of(i), &d, &id, &e));
}

static void
meet(int i, const struct id *room, const char *kind, const char *date,
    const char *state)
{
	const struct assignment set[] = { { "kind", kind }, { "date", date },
		{ "state", state } };

	put(i, TYPE_MEETING, room, set, 3);
}

/*
 * A school since 21 September, a network since then: whole months are October
 * to December, the whole quarter is the fourth. December is all holidays.
 */
static void
meetings_that_were_due(void **state)
{
	const struct assignment school = { "name", "Lasila" };
	const struct assignment net[] = { { "name", "Network" },
		{ "meets", "network-quarterly" } };
	const struct assignment off[] = { { "kind", "holiday" },
		{ "name", "Christmas" }, { "begins", "2026-12-01" },
		{ "ends", "2027-01-03" } };
	struct room_admission in = { .right = RIGHT_WRITE };
	struct id site, group, id;

	(void)state;
	ok(rooms_begin(of(1), ROOMS_SITE, &school, 1, &site, &e));
	ok(rooms_begin(of(1), ROOMS_GROUP, net, 2, &group, &e));
	in.space = site;
	in.person = w->c[2].person;
	ok(rooms_admit(of(1), &in, &id, &e));
	put(0, TYPE_CALENDAR, NULL, off, 4);
	settle();
	world_pass(w, 120 * DAY); /* 2027-01-19 */
	meet(1, &site, "school-monthly", "2026-09-25", "held"); /* not whole */
	must_be(2, 2026, &of2, "meetings-due");
	also(&of1, "meetings-due", "kind", "Lasila", "school-monthly", 2);
	also(&of1, "meetings-due", "held", "Lasila", "missed", 2);
	also(&of1, "meetings-due", "kind", "", "network-quarterly", 1);
	also(&of1, "meetings-due", "held", "", "missed", 1);
	must_be(1, 2026, &of1, "meetings-due");
	/* A colleague's counts, twice in a month counts once. */
	meet(2, &site, "school-monthly", "2026-10-05", "held");
	meet(2, &site, "school-monthly", "2026-10-19", "held");
	meet(1, &site, "school-monthly", "2026-11-30", "cancelled");
	meet(1, &group, "network-quarterly", "2026-12-31", "held");
	settle();
	also(&of1, "meetings-due", "held", "Lasila", "missed", -1);
	also(&of1, "meetings-due", "held", "Lasila", "held", 1);
	also(&of1, "meetings-due", "held", "", "missed", -1);
	also(&of1, "meetings-due", "held", "", "held", 1);
	must_be(1, 2026, &of1, "meetings-due");
	/* Of the running year, nothing is over. */
	memset(&of1, 0, sizeof(of1));
	must_be(1, 2027, &of1, "meetings-due");
}

/* What a program with fewer sides handed in adds up on all of them. */
static void
fewer_sides_are_filled(void **state)
{
	struct counts_event ev = { .group = COUNTS_FIRST_MEETING,
		.school = "Lasila", .words = { "0-7", "15-30" }, .n = 3 };
	struct counts_where late = { "Lasila", "15-30" };
	struct counts_where none = { "Lasila", "" };
	struct counts c, back;
	struct buf b;
	size_t i, k;

	(void)state;
	counts_init(&c);
	counts_add(&c, &ev);
	for (i = k = 0; i < c.cell_count; i++)
		if (c.cells[i].side == 0)
			c.cells[k++] = c.cells[i];
	c.cell_count = k;
	buf_init(&b, COUNTS_MAX_BYTES);
	counts_encode(&c, &b);
	assert_int_equal(counts_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(counts_get(&back, COUNTS_FIRST_MEETING, 1, &late), 0);
	assert_int_equal(counts_get(&back, COUNTS_FIRST_MEETING, 1, &none), 3);
	counts_done(&back);
	counts_done(&c);
	buf_done(&b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_done_is_what_is_counted), T(a_year_is_as_it_ended),
		T(meetings_that_were_due),
		cmocka_unit_test(fewer_sides_are_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
