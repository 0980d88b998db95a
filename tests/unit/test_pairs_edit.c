/*
 * Every pair of schema/rules.md 13 of two edits, and of aliases, with real
 * clients and a real hub, in both orders of arrival: the outcome is the same.
 *
 * Client 0 is the office, 1 Mari, whose case K1 is, 2 Jaan, whose case K2 is;
 * both write in both. 3 is Liis, who is let into single sections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/cases/alias.h"
#include "client/core/cases/conflicts.h"
#include "client/core/consent/consent.h"
#include "client/core/records/erase.h"
#include "client/core/records/history.h"
#include "client/core/local/aliases.h"
#include "client/core/records/records.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define MARI 1
#define JAAN 2
#define LIIS 3
#define DPO 4

static struct world w;
static struct id k1, k2, plan;
static struct err e;

static void
settle(void)
{
	int i, k;

	for (k = 0; k < 3; k++)
		for (i = 0; i < 4; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	struct assignment set[] = { { "name", "Anna Kask" },
		{ "code", "K1" } };

	(void)state;
	world_begin(&w, 4);
	assert_int_equal(cases_open(w.c[MARI].session, set, 2, &k1, &e), 0);
	set[1].text = "K2";
	assert_int_equal(cases_open(w.c[JAAN].session, set, 2, &k2, &e), 0);
	assert_int_equal(trust_plan(&w, MARI, &k1, "Two friends", &plan), 0);
	assert_int_equal(world_note(&w, MARI, &k1, "in front", NULL), 0);
	assert_int_equal(world_note(&w, JAAN, &k2, "behind", NULL), 0);
	world_grant(&w, MARI, &k1, JAAN, "card,notes,plan", true);
	world_grant(&w, JAAN, &k2, MARI, "card,notes,plan", true);
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

/* Both acted on their own devices; whichever is to arrive first syncs first,
 * and what each is told there and then is kept. */
static struct exchange_result told[4];

static void
arrive(int order, int a, int b)
{
	struct exchange_result more;
	int first = order == 0 ? a : b, second = order == 0 ? b : a;

	memset(told, 0, sizeof(told));
	told[first] = world_must_sync(&w, first);
	told[second] = world_must_sync(&w, second);
	more = world_must_sync(&w, first);
	told[first].conflicts_new += more.conflicts_new;
	settle();
}

static void
shown(int i, const struct id *record, const char *field, const char *wanted)
{
	char text[160];

	world_field(&w, i, record, field, text);
	assert_string_equal(text, wanted);
}

static size_t
conflicts(int i)
{
	struct conflict_list l;
	struct status st;
	size_t n;

	assert_int_equal(conflicts_list(w.c[i].session, &l, &e), 0);
	n = l.count;
	conflict_list_done(&l);
	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	assert_int_equal(st.conflicts, n);
	return n;
}

/* Where ${text} stands in the record's past; fails when it is not there. */
static enum history_standing
stands(int i, const struct id *record, const char *text)
{
	enum history_standing out = 0;
	struct history h;
	size_t k, f;

	assert_int_equal(history_read(w.c[i].session, record, &h, &e), 1);
	for (k = 0; k < h.count; k++)
		for (f = 0; f < h.items[k].field_count; f++)
			if (h.items[k].fields[f].text != NULL &&
			    strcmp(h.items[k].fields[f].text, text) == 0)
				out = h.items[k].fields[f].standing;
	history_done(&h);
	return out;
}

/* ---- edit, edit ---- */

/* The later one is shown, whichever arrived first; both are told. */
static void
edit_and_edit(int order)
{
	int i;

	world_set(&w, MARI, &plan, "outcome", "the earlier one");
	world_pass(&w, 5000);
	world_set(&w, JAAN, &plan, "outcome", "the later one");
	arrive(order, MARI, JAAN);
	assert_int_equal(told[MARI].conflicts_new, 1);
	assert_int_equal(told[JAAN].conflicts_new, 1);
	for (i = MARI; i <= JAAN; i++) {
		shown(i, &plan, "outcome", "the later one");
		assert_int_equal(conflicts(i), 1);
		assert_int_equal(stands(i, &plan, "the later one"),
		    HISTORY_SHOWN);
		assert_int_equal(stands(i, &plan, "the earlier one"),
		    HISTORY_KEPT);
	}
}

/* The clock of who wrote last is an hour slow: within what the rule allows
 * it is the effective time that decides, and on both devices alike. */
static void
edit_and_edit_clocks(int order)
{
	char text[160];
	int i;

	w.c[JAAN].skew_ms = -3600 * INT64_C(1000);
	world_set(&w, JAAN, &plan, "outcome", "slow clock");
	world_pass(&w, 600 * INT64_C(1000));
	world_set(&w, MARI, &plan, "outcome", "right clock");
	arrive(order, MARI, JAAN);
	world_field(&w, MARI, &plan, "outcome", text);
	assert_string_equal(text, "right clock");
	for (i = MARI; i <= JAAN; i++) {
		shown(i, &plan, "outcome", text);
		assert_int_equal(conflicts(i), 1);
	}
}

static void
edit_and_same_edit(int order)
{
	world_set(&w, MARI, &plan, "outcome", "both say so");
	world_set(&w, JAAN, &plan, "outcome", "both say so");
	arrive(order, MARI, JAAN);
	assert_int_equal(told[MARI].conflicts_new + told[JAAN].conflicts_new,
	    0);
	assert_int_equal(conflicts(MARI) + conflicts(JAAN), 0);
	shown(MARI, &plan, "outcome", "both say so");
}

/* Who saw a value wins over it, whatever the clocks say. */
static void
edit_that_saw_it(int first, int second)
{
	int i;

	w.c[second].skew_ms = -100 * INT64_C(1000);
	world_set(&w, first, &plan, "outcome", "seen");
	world_must_sync(&w, first);
	world_must_sync(&w, second);
	world_set(&w, second, &plan, "outcome", "saw it");
	world_must_sync(&w, second);
	settle();
	for (i = MARI; i <= JAAN; i++) {
		shown(i, &plan, "outcome", "saw it");
		assert_int_equal(conflicts(i), 0);
		assert_int_equal(stands(i, &plan, "seen"), HISTORY_REPLACED);
	}
}

static void
edits_of_other_fields(int order)
{
	int i;

	world_set(&w, MARI, &plan, "outcome", "hers");
	world_set(&w, JAAN, &plan, "measures", "his");
	arrive(order, MARI, JAAN);
	assert_int_equal(told[MARI].conflicts_new + told[JAAN].conflicts_new,
	    0);
	for (i = MARI; i <= JAAN; i++) {
		shown(i, &plan, "outcome", "hers");
		shown(i, &plan, "measures", "his");
		assert_int_equal(conflicts(i), 0);
	}
}

/* A conflict ended by one is over for all; ended by both differently while
 * apart, it is one between the two endings. */
static void
both_end_a_conflict(int order)
{
	struct conflict_choice x = { .record = plan, .field = "outcome" };
	struct conflict_taken t;
	int i;

	world_set(&w, MARI, &plan, "outcome", "a");
	world_set(&w, JAAN, &plan, "outcome", "b");
	arrive(0, MARI, JAAN);
	x.how = CONFLICT_MINE;
	for (i = MARI; i <= JAAN; i++) {
		world_pass(&w, 1000);
		assert_int_equal(conflicts_take(w.c[i].session, &x, &t, &e),
		    0);
		conflict_taken_done(&t);
	}
	arrive(order, MARI, JAAN);
	for (i = MARI; i <= JAAN; i++) {
		assert_int_equal(conflicts(i), 1);
		shown(i, &plan, "outcome", "b");
	}
	x.how = CONFLICT_THEIRS;
	i = order == 0 ? MARI : JAAN;
	assert_int_equal(conflicts_take(w.c[i].session, &x, &t, &e), 0);
	conflict_taken_done(&t);
	world_must_sync(&w, i);
	settle();
	assert_int_equal(conflicts(MARI) + conflicts(JAAN), 0);
	shown(MARI, &plan, "outcome", i == MARI ? "b" : "a");
	shown(JAAN, &plan, "outcome", i == MARI ? "b" : "a");
}

/* ---- aliases ---- */

static void
same(int i, const struct id *front, const struct id *behind)
{
	world_pass(&w, 1000);
	if (alias_same(w.c[i].session, front, behind, &e) != 0)
		fail_msg("%s", e.text);
}

static void
apart(int i)
{
	struct id front;

	world_pass(&w, 1000);
	if (alias_apart(w.c[i].session, &k1, &k2, &front, &e) != 0)
		fail_msg("%s", e.text);
}

static void
front_is(int i, const struct id *wanted)
{
	struct case_list l;

	assert_int_equal(cases_list(w.c[i].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_true(id_eq(&l.items[0].id, wanted));
	assert_int_equal(l.items[0].behind_count, 1);
	case_list_done(&l);
}

static void
two_cases(int i)
{
	struct case_list l;

	assert_int_equal(cases_list(w.c[i].session, &l, &e), 0);
	assert_int_equal(l.count, 2);
	case_list_done(&l);
}

/* Jaan writes behind, not knowing that it is behind. */
static void
alias_and_late_edit_behind(int order)
{
	int i;

	same(MARI, &k1, &k2);
	assert_int_equal(world_note(&w, JAAN, &k2, "late", NULL), 0);
	arrive(order, MARI, JAAN);
	for (i = MARI; i <= JAAN; i++) {
		front_is(i, &k1);
		assert_int_equal(world_notes(&w, i, &k1), 3);
		assert_true(world_has(&w, i, "late"));
		assert_int_equal(conflicts(i), 0);
	}
}

/* Who is let in behind sees what is behind, and not the front. */
static void
alias_and_consent_in_one(int order)
{
	char *names;

	same(MARI, &k1, &k2);
	world_grant(&w, JAAN, &k2, LIIS, "notes", false);
	arrive(order, MARI, JAAN);
	front_is(MARI, &k1);
	assert_int_equal(world_notes(&w, LIIS, &k2), 1);
	assert_int_equal(world_notes(&w, LIIS, &k1), 0);
	assert_int_equal(world_note(&w, JAAN, &k2, "from now on", NULL), 0);
	assert_int_equal(alias_left_out(w.c[JAAN].session, &k2, "notes",
	    &names, &e), 0);
	assert_string_equal(names, "Person 3");
	mem_free(names);
	settle();
	assert_int_equal(world_notes(&w, LIIS, &k2), 1);
	assert_int_equal(world_notes(&w, MARI, &k1), 3);
}

static const char *
state_of(int i, const struct id *case_id, int whom)
{
	static char out[32];
	char name[16];
	struct consent_list l;
	size_t k;

	snprintf(name, sizeof(name), "Person %d", whom);
	assert_int_equal(consent_list(w.c[i].session, case_id, &l, &e), 0);
	out[0] = '\0';
	for (k = 0; k < l.count; k++)
		if (id_eq(&l.items[k].case_id, case_id) &&
		    strcmp(l.items[k].audience, name) == 0)
			snprintf(out, sizeof(out), "%s", l.items[k].status);
	consent_list_done(&l);
	return out;
}

/* Liis is let into both; the guardian withdraws in one of them, from somebody
 * who knows nothing of the alias yet. */
static void
alias_and_withdrawal(int order, const struct id *in, int by)
{
	int other = by == MARI ? JAAN : MARI, i;

	world_grant(&w, MARI, &k1, LIIS, "notes", false);
	world_grant(&w, JAAN, &k2, LIIS, "notes", false);
	settle();
	assert_int_equal(world_notes(&w, LIIS, &k1), 1);
	assert_int_equal(world_notes(&w, LIIS, &k2), 1);
	same(other, &k1, &k2);
	world_withdraw(&w, by, in, LIIS, "notes");
	arrive(order, other, by);
	assert_int_equal(world_notes(&w, LIIS, &k1), 0);
	assert_int_equal(world_notes(&w, LIIS, &k2), 0);
	assert_false(world_has(&w, LIIS, "in front"));
	assert_false(world_has(&w, LIIS, "behind"));
	for (i = MARI; i <= JAAN; i++) {
		assert_string_equal(state_of(i, &k1, LIIS), "withdrawn");
		assert_string_equal(state_of(i, &k2, LIIS), "withdrawn");
		/* Nobody else is closed out. */
		assert_int_equal(world_notes(&w, i, &k1), 2);
	}
}

static void
alias_and_withdrawal_in_front(int order)
{
	alias_and_withdrawal(order, &k1, MARI);
}

static void
alias_and_withdrawal_behind(int order)
{
	alias_and_withdrawal(order, &k2, JAAN);
}

/* Each puts the own case in front: a circle, and one front for both. */
static void
alias_and_alias_in_a_circle(int order)
{
	const struct id *least = id_cmp(&k1, &k2) < 0 ? &k1 : &k2;

	same(MARI, &k1, &k2);
	same(JAAN, &k2, &k1);
	arrive(order, MARI, JAAN);
	front_is(MARI, least);
	front_is(JAAN, least);
	assert_int_equal(conflicts(MARI), 0);
	apart(JAAN);
	world_must_sync(&w, JAAN);
	settle();
	two_cases(MARI);
	two_cases(JAAN);
}

static void
alias_and_the_same_alias(int order)
{
	same(MARI, &k1, &k2);
	same(JAAN, &k1, &k2);
	arrive(order, MARI, JAAN);
	front_is(MARI, &k1);
	front_is(JAAN, &k1);
	assert_int_equal(conflicts(MARI) + conflicts(JAAN), 0);
	apart(MARI);
	world_must_sync(&w, MARI);
	settle();
	two_cases(JAAN);
}

static void
alias_and_its_end_by_another(void **state)
{
	(void)state;
	same(MARI, &k1, &k2);
	settle();
	front_is(JAAN, &k1);
	apart(JAAN);
	world_must_sync(&w, JAAN);
	settle();
	two_cases(MARI);
	two_cases(JAAN);
	assert_int_equal(conflicts(MARI) + conflicts(JAAN), 0);
}

/* Mari said it and took it back; Jaan said it without having seen either. */
static void
alias_and_end_that_does_not_name_it(int order)
{
	same(MARI, &k1, &k2);
	apart(MARI);
	same(JAAN, &k1, &k2);
	arrive(order, MARI, JAAN);
	front_is(MARI, &k1); /* the later one is shown */
	front_is(JAAN, &k1);
	assert_int_equal(conflicts(MARI), 2); /* in each of the two cards */
	assert_int_equal(conflicts(JAAN), 2);
	/* Said again by either, it is over. */
	if (order == 0)
		apart(JAAN);
	else
		same(JAAN, &k1, &k2);
	world_must_sync(&w, JAAN);
	settle();
	assert_int_equal(conflicts(MARI) + conflicts(JAAN), 0);
	if (order == 0)
		two_cases(MARI);
	else
		front_is(MARI, &k1);
}

/* The one behind is erased, and that one alone; who makes them one meanwhile
 * loses nothing and is not stopped. */
static void
alias_and_erase(int order)
{
	struct erase_wish wish = { ERASE_ASKED, "the guardian asked" };
	struct erase_sections x;
	struct erase_requests l;
	size_t i;
	int k;

	trust_join_as(&w, DPO, ROLE_WORKER | ROLE_DPO);
	settle();
	assert_int_equal(erase_case(w.c[JAAN].session, &k2, &wish, &x, &e),
	    0);
	erase_sections_done(&x);
	world_must_sync(&w, JAAN);
	world_must_sync(&w, DPO);
	assert_int_equal(erase_requests_list(w.c[DPO].session, &l, &e), 0);
	assert_true(l.count > 0);
	for (i = 0; i < l.count; i++)
		assert_int_equal(erase_answer_request(w.c[DPO].session,
		    &l.items[i].id, true, NULL, &e), 0);
	erase_requests_done(&l);
	world_must_sync(&w, DPO);
	same(MARI, &k1, &k2);
	arrive(order, MARI, JAAN);
	for (k = 0; k < 2; k++) {
		world_pass(&w, INT64_C(8) * 86400000);
		settle();
	}
	for (k = MARI; k <= JAAN; k++) {
		assert_int_equal(world_notes(&w, k, &k1), 1);
		assert_true(world_has(&w, k, "in front"));
		assert_int_equal(world_notes(&w, k, &k2), 0);
		assert_false(world_has(&w, k, "behind"));
	}
	assert_int_equal(world_note(&w, MARI, &k1, "goes on", NULL), 0);
	settle();
	assert_int_equal(world_notes(&w, JAAN, &k1), 2);
}

#define BOTH(name) \
static void name##_first(void **state) { (void)state; name(0); } \
static void name##_second(void **state) { (void)state; name(1); }

BOTH(edit_and_edit)
BOTH(edit_and_edit_clocks)
BOTH(edit_and_same_edit)
BOTH(edits_of_other_fields)
BOTH(both_end_a_conflict)
BOTH(alias_and_late_edit_behind)
BOTH(alias_and_consent_in_one)
BOTH(alias_and_withdrawal_in_front)
BOTH(alias_and_withdrawal_behind)
BOTH(alias_and_erase)
BOTH(alias_and_alias_in_a_circle)
BOTH(alias_and_the_same_alias)
BOTH(alias_and_end_that_does_not_name_it)

static void
edit_that_saw_it_of_jaan(void **state)
{
	(void)state;
	edit_that_saw_it(MARI, JAAN);
}

static void
edit_that_saw_it_of_mari(void **state)
{
	(void)state;
	edit_that_saw_it(JAAN, MARI);
}

/* Who edits with a clock a year behind does not become who wrote the record,
 * neither on their own device before it is sent nor on anybody's after. */
static void
author_and_a_slow_clock(void **state)
{
	struct record_item r;
	int i;

	(void)state;
	w.c[JAAN].skew_ms = -366 * INT64_C(86400000);
	assert_int_equal(world_set(&w, JAAN, &plan, "goal", "Three friends"),
	    0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(records_find(w.c[JAAN].session, &plan, &r,
		    &e), 1);
		assert_string_equal(r.author, "Person 1");
		record_item_done(&r);
		settle();
	}
	shown(MARI, &plan, "goal", "Three friends");
	assert_int_equal(records_find(w.c[MARI].session, &plan, &r, &e), 1);
	assert_string_equal(r.author, "Person 1");
	record_item_done(&r);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TT(name) T(name##_first), T(name##_second)
	const struct CMUnitTest tests[] = {
		T(author_and_a_slow_clock), TT(edit_and_edit),
		TT(edit_and_edit_clocks),
		TT(edit_and_same_edit), T(edit_that_saw_it_of_jaan),
		T(edit_that_saw_it_of_mari), TT(edits_of_other_fields),
		TT(both_end_a_conflict), TT(alias_and_late_edit_behind),
		TT(alias_and_consent_in_one),
		TT(alias_and_withdrawal_in_front),
		TT(alias_and_withdrawal_behind),
		TT(alias_and_alias_in_a_circle),
		TT(alias_and_the_same_alias), T(alias_and_its_end_by_another),
		TT(alias_and_end_that_does_not_name_it), TT(alias_and_erase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
