/*
 * client/core/consent: giving, refusing, taking back, ending by itself, and
 * who can see a record. The worker is client 1, the nurse client 2, another
 * colleague client 3; client 0 is the office.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/conflicts.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/review.h"
#include "client/core/records/search.h"
#include "client/core/upkeep/status.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define WORKER 1
#define NURSE 2
#define OTHER 3

static struct world w;
static struct id kid;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, WORKER, "Juku Juurikas", &kid);
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
give(int by, int to, const char *sections, bool write, int64_t until,
    bool refused)
{
	struct consent_draft d = { .case_id = kid,
	    .audience = w.c[to].person, .sections = sections,
	    .right = write ? RIGHT_WRITE : RIGHT_READ, .giver = "Mari Mets",
	    .giver_role = "guardian", .until_ms = until, .refused = refused };
	struct id id;

	world_pass(&w, 1000);
	return consent_grant(w.c[by].session, &d, &id, &e);
}

static struct withdrawal_effect
take(int by, const struct id *from, const char *sections)
{
	struct withdrawal_draft d = { .case_id = kid, .sections = sections,
	    .giver = "Mari Mets" };
	struct withdrawal_effect effect;
	struct id id;

	if (from != NULL)
		d.audience = *from;
	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[by].session, &d, &id, &effect,
	    &e), 0);
	return effect;
}

static const char *
status_at(int by, size_t which)
{
	static char out[32];
	struct consent_list l;

	assert_int_equal(consent_list(w.c[by].session, &kid, &l, &e), 0);
	assert_true(which < l.count);
	snprintf(out, sizeof(out), "%s", l.items[which].status);
	consent_list_done(&l);
	return out;
}

/* Reads the plan and its label, and nothing else of the case. */
static void
test_only_the_section(void **state)
{
	struct id plan, note, more;
	struct case_list l;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(world_note(&w, WORKER, &kid, "a note to nobody",
	    &note), 0);
	assert_int_equal(give(WORKER, NURSE, "plan", true, 0, false), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	assert_false(trust_reads(&w, NURSE, &note));
	assert_false(trust_reads(&w, NURSE, &kid));
	assert_false(world_has(&w, NURSE, "a note to nobody"));
	assert_int_equal(cases_list(w.c[NURSE].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.items[0].sections, "plan");
	case_list_done(&l);
	/* She writes, the worker reads it. */
	assert_int_equal(trust_plan(&w, NURSE, &kid, "inhaler at school",
	    &more), 0);
	trust_twice(&w, NURSE, WORKER);
	assert_true(trust_reads(&w, WORKER, &more));
	/* OTHER has nothing at all. */
	world_must_sync(&w, OTHER);
	assert_false(trust_knows(&w, OTHER, &kid, "plan"));
}

static void
test_withdraw(void **state)
{
	struct id plan, space;
	struct withdrawal_effect effect;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, NURSE, "plan", true, 0, false), 0);
	trust_twice(&w, WORKER, NURSE);
	space = trust_space(&w, WORKER, &kid, "plan");
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 1);
	effect = take(WORKER, &w.c[NURSE].person, NULL);
	assert_int_equal(effect.spaces, 1);
	assert_int_equal(effect.still_open, 0);
	assert_string_equal(status_at(WORKER, 0), "withdrawn");
	world_must_sync(&w, WORKER);
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_int_equal(world_must_sync(&w, NURSE).lost_spaces, 1);
	assert_false(trust_reads(&w, NURSE, &plan));
	assert_false(world_has(&w, NURSE, "calm mornings"));
	assert_int_equal(world_count(&w, NURSE, "SELECT count(*) FROM epoch"
	    " e JOIN space s ON s.id = e.space WHERE s.state = 2 AND"
	    " e.key IS NOT NULL"), 0);
	/* What is written after it does not reach her either. */
	assert_int_equal(trust_plan(&w, WORKER, &kid, "not for the nurse",
	    NULL), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_false(world_has(&w, NURSE, "not for the nurse"));
}

static void
test_regrant(void **state)
{
	struct id plan, late;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, NURSE, "plan", true, 0, false), 0);
	trust_twice(&w, WORKER, NURSE);
	take(WORKER, &w.c[NURSE].person, NULL);
	trust_twice(&w, WORKER, NURSE);
	assert_false(trust_reads(&w, NURSE, &plan));
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, false), 0);
	assert_string_equal(status_at(WORKER, 0), "withdrawn");
	assert_string_equal(status_at(WORKER, 1), "given");
	assert_int_equal(trust_plan(&w, WORKER, &kid, "evenings too",
	    &late), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &late));
	assert_true(trust_reads(&w, NURSE, &plan));
	/* To read, this time. */
	assert_int_equal(trust_plan(&w, NURSE, &kid, "hers", NULL), -1);
}

static void
test_refusal(void **state)
{
	struct id plan, space;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, true), 0);
	assert_string_equal(status_at(WORKER, 0), "refused");
	trust_twice(&w, WORKER, NURSE);
	space = trust_space(&w, WORKER, &kid, "plan");
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_false(trust_reads(&w, NURSE, &plan));
	/* Asked again and given: that overrules the refusal by name. */
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, false), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	/* A refusal closes what was open. */
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, true), 0);
	assert_string_equal(status_at(WORKER, 1), "withdrawn");
	trust_twice(&w, WORKER, NURSE);
	assert_false(trust_reads(&w, NURSE, &plan));
}

/* A colleague with the card, who keeps nothing, is told first. */
static void
test_withdrawal_by_a_writer(void **state)
{
	struct id plan, note, space, notes;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(world_note(&w, WORKER, &kid, "shared note", &note),
	    0);
	assert_int_equal(give(WORKER, NURSE, "plan,notes", true, 0, false),
	    0);
	assert_int_equal(give(WORKER, OTHER, "card,plan", true, 0, false),
	    0);
	trust_twice(&w, WORKER, NURSE);
	trust_twice(&w, OTHER, NURSE);
	space = trust_space(&w, WORKER, &kid, "plan");
	notes = trust_space(&w, WORKER, &kid, "notes");
	assert_true(trust_reads(&w, NURSE, &note));
	/* She may not open, she may close. */
	assert_int_equal(give(OTHER, NURSE, "plan", true, 0, false), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	take(OTHER, &w.c[NURSE].person, NULL);
	world_must_sync(&w, OTHER);
	/* The plan, where she writes, is closed by herself ... */
	assert_int_equal(trust_listed(&w, OTHER, &space, NURSE), 0);
	world_must_sync(&w, NURSE);
	assert_false(trust_reads(&w, NURSE, &plan));
	/* ... the notes, where she is not, by the next keeper. */
	assert_true(trust_reads(&w, NURSE, &note));
	world_must_sync(&w, WORKER);
	assert_int_equal(trust_listed(&w, WORKER, &notes, NURSE), 0);
	world_must_sync(&w, NURSE);
	assert_false(trust_reads(&w, NURSE, &note));
	/* OTHER keeps what is hers. */
	assert_int_equal(trust_listed(&w, WORKER, &space, OTHER), 1);
}

/* Grant and withdrawal taken without knowing of each other: closed, whichever
 * comes first. */
static void
concurrent(bool withdraw_first)
{
	struct id plan, space;

	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, OTHER, "card", true, 0, false), 0);
	trust_twice(&w, WORKER, OTHER);
	assert_int_equal(give(WORKER, NURSE, "plan", true, 0, false), 0);
	take(OTHER, &w.c[NURSE].person, "plan");
	if (withdraw_first) {
		trust_twice(&w, OTHER, WORKER);
	} else {
		trust_twice(&w, WORKER, OTHER);
		world_must_sync(&w, NURSE);
	}
	trust_twice(&w, WORKER, OTHER);
	world_must_sync(&w, NURSE);
	space = trust_space(&w, WORKER, &kid, "plan");
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_false(trust_reads(&w, NURSE, &plan));
	assert_string_equal(status_at(WORKER, 1), "withdrawn");
	assert_string_equal(status_at(OTHER, 1), "withdrawn");
	/* Confirmed with the guardian: open. */
	assert_int_equal(give(WORKER, NURSE, "plan", true, 0, false), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
}

static void
test_concurrent_withdraw_first(void **state)
{
	(void)state;
	concurrent(true);
}

static void
test_concurrent_grant_first(void **state)
{
	(void)state;
	concurrent(false);
}

/* Closed and opened again before she looked: the text that came with the same
 * pull, and was wiped in its middle, is fetched once more. */
static void
test_reopened_in_one_pull(void **state)
{
	struct id plan;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, NURSE, "card,plan", false, 0, false), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	(void)take(WORKER, &w.c[NURSE].person, NULL);
	world_must_sync(&w, WORKER);
	assert_int_equal(give(WORKER, NURSE, "card,plan", false, 0, false), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	assert_true(trust_reads(&w, NURSE, &kid));
	assert_true(world_has(&w, NURSE, "calm mornings"));
	assert_int_equal(world_count(&w, NURSE, "SELECT count(*) FROM want"),
	    0);
}

/* A clock that is years ahead shuts nobody out, neither its own reader nor,
 * at the keeper, the others. */
static void
test_clock_ahead(void **state)
{
	int64_t until = WORLD_NOW + 10 * DAY;
	struct id plan, space;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, NURSE, "plan", false, until, false), 0);
	trust_twice(&w, WORKER, NURSE);
	w.c[WORKER].skew_ms = 4000 * DAY;
	world_must_sync(&w, WORKER);
	w.c[WORKER].skew_ms = 0;
	w.c[NURSE].skew_ms = 4000 * DAY;
	world_must_sync(&w, NURSE);
	w.c[NURSE].skew_ms = 0;
	world_must_sync(&w, NURSE);
	space = trust_space(&w, WORKER, &kid, "plan");
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 1);
	assert_true(trust_reads(&w, NURSE, &plan));
	assert_true(world_has(&w, NURSE, "calm mornings"));
}

static void
test_expiry(void **state)
{
	int64_t until = WORLD_NOW + 10 * DAY;
	struct id plan, hers, space;
	size_t closed;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, NURSE, "plan", true, until, false), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	/* Offline, her own clock decides; not yet ... */
	world_pass(&w, 9 * DAY);
	assert_int_equal(consent_expire(w.c[NURSE].session, &closed, &e), 0);
	assert_int_equal(closed, 0);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "mine", &hers), 0);
	/* ... and a clock set back does not open what the hub's time ended:
	 * the commons brings her that time. */
	world_pass(&w, 2 * DAY);
	w.c[NURSE].skew_ms = -30 * DAY;
	assert_int_equal(consent_expire(w.c[NURSE].session, &closed, &e), 0);
	assert_int_equal(closed, 0);
	world_join(&w, 4);
	(void)world_sync(&w, NURSE, NULL, &e);
	assert_false(trust_reads(&w, NURSE, &plan));
	/* Hidden; to wipe, her own clock has to say so too. */
	assert_true(world_has(&w, NURSE, "calm mornings"));
	w.c[NURSE].skew_ms = 0;
	assert_int_equal(world_must_sync(&w, NURSE).lost_spaces, 1);
	assert_false(trust_reads(&w, NURSE, &plan));
	assert_false(world_has(&w, NURSE, "calm mornings"));
	assert_true(world_has(&w, NURSE, "mine"));
	/* The keeper's next sync turns the key. */
	space = trust_space(&w, WORKER, &kid, "plan");
	assert_string_equal(status_at(WORKER, 0), "expired");
	world_must_sync(&w, WORKER);
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_int_equal(trust_listed(&w, WORKER, &space, WORKER), 1);
}

/* A plan that the nurse reads, in conflict with what she wrote, and one of
 * hers that was never sent; ten days from the world's beginning it ends. */
static void
ten_days(struct id *plan, struct id *hers)
{
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings", plan),
	    0);
	assert_int_equal(give(WORKER, NURSE, "plan", true,
	    WORLD_NOW + 10 * DAY, false), 0);
	trust_twice(&w, WORKER, NURSE);
	assert_int_equal(world_set(&w, WORKER, plan, "goal", "calm evenings"),
	    0);
	assert_int_equal(world_set(&w, NURSE, plan, "goal", "calm nights"),
	    0);
	trust_twice(&w, WORKER, NURSE);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "inhaler", hers), 0);
}

/* How much of the plan's section the nurse sees, each way there is. */
static void
sees(const struct id *plan, const struct id *hers, bool shown)
{
	struct session *s = w.c[NURSE].session;
	struct records_query q = { .type = TYPE_PLAN };
	struct record_list l;
	struct conflict_list c;
	struct case_list cases;
	struct status st;

	assert_int_equal(records_list(s, &q, &l, &e), 0);
	assert_int_equal(l.count, shown ? 2 : 1);
	record_list_done(&l);
	q.limit = 1;
	assert_int_equal(records_list(s, &q, &l, &e), 0);
	assert_int_equal(l.total, shown ? 2 : 1);
	record_list_done(&l);
	assert_int_equal(search_run(s, "calm", 0, &l, &e), 0);
	assert_int_equal(l.count, shown ? 1 : 0);
	record_list_done(&l);
	assert_int_equal(conflicts_list(s, &c, &e), 0);
	assert_int_equal(c.count, shown ? 1 : 0);
	conflict_list_done(&c);
	assert_int_equal(cases_list(s, &cases, &e), 0);
	assert_int_equal(cases.count, shown ? 1 : 0);
	case_list_done(&cases);
	assert_int_equal(status_read(s, &st, &e), 0);
	assert_int_equal(st.conflicts, shown ? 1 : 0);
	assert_int_equal(st.cases, shown ? 1 : 0);
	assert_int_equal(trust_reads(&w, NURSE, plan), shown);
	assert_true(trust_reads(&w, NURSE, hers));
	assert_true(world_has(&w, NURSE, "calm mornings"));
}

static void
reopen(void)
{
	world_close(&w, NURSE);
	assert_int_equal(world_open(&w, NURSE, &e), 0);
}

static void
test_ended_offline(void **state)
{
	struct id plan, hers;

	(void)state;
	ten_days(&plan, &hers);
	sees(&plan, &hers, true);
	reopen();
	sees(&plan, &hers, true);
	world_close(&w, NURSE);
	world_pass(&w, 800 * DAY);
	assert_int_equal(world_open(&w, NURSE, &e), 0);
	sees(&plan, &hers, false);
	assert_int_equal(trust_plan(&w, NURSE, &kid, "late", NULL), -1);
	reopen();
	sees(&plan, &hers, false);
}

static void
test_ended_while_open(void **state)
{
	struct id plan, hers;

	(void)state;
	ten_days(&plan, &hers);
	world_pass(&w, 9 * DAY);
	sees(&plan, &hers, true);
	world_pass(&w, DAY);
	sees(&plan, &hers, false);
	/* Given longer, and she learns of it: shown again. */
	assert_int_equal(give(WORKER, NURSE, "plan", true,
	    WORLD_NOW + 40 * DAY, false), 0);
	world_must_sync(&w, WORKER);
	w.c[NURSE].skew_ms = -2 * DAY;
	world_must_sync(&w, NURSE);
	w.c[NURSE].skew_ms = 0;
	sees(&plan, &hers, true);
}

static void
test_clock_put_right(void **state)
{
	struct id plan, hers;

	(void)state;
	ten_days(&plan, &hers);
	w.c[NURSE].skew_ms = 4000 * DAY;
	sees(&plan, &hers, false);
	/* Her clock alone says so: not after a sync either. */
	assert_int_equal(world_must_sync(&w, NURSE).lost_spaces, 0);
	sees(&plan, &hers, false);
	w.c[NURSE].skew_ms = 0;
	sees(&plan, &hers, true);
	w.c[NURSE].skew_ms = 4000 * DAY;
	reopen();
	sees(&plan, &hers, false);
	w.c[NURSE].skew_ms = 0;
	reopen();
	sees(&plan, &hers, true);
}

/* A time years ahead is not believed where the hub's own clock says nothing of
 * it; where it did, what it hid is shown when both clocks say less. */
static void
test_false_accept_time(void **state)
{
	struct id plan, hers;
	struct store *s;

	(void)state;
	ten_days(&plan, &hers);
	s = world_store(&w, NURSE);
	store_absorb(s, 0, WORLD_NOW + 4000 * DAY);
	sees(&plan, &hers, true);
	s->hub_ms = WORLD_NOW + 4000 * DAY;
	assert_int_equal(store_save_clock_tx(s, &e), 0);
	sees(&plan, &hers, false);
	reopen();
	sees(&plan, &hers, false);
	assert_int_equal(world_must_sync(&w, NURSE).lost_spaces, 0);
	sees(&plan, &hers, true);
	assert_true(world_count(&w, NURSE, "SELECT count(*) FROM epoch e"
	    " JOIN space s ON s.id = e.space WHERE s.section = 'plan'"
	    " AND e.key IS NOT NULL") > 0);
}

static void
test_both_clocks_agree(void **state)
{
	struct id plan, hers;

	(void)state;
	ten_days(&plan, &hers);
	world_pass(&w, 11 * DAY);
	sees(&plan, &hers, false);
	assert_int_equal(world_must_sync(&w, NURSE).lost_spaces, 1);
	assert_false(world_has(&w, NURSE, "calm mornings"));
	assert_true(world_has(&w, NURSE, "inhaler"));
	assert_int_equal(world_count(&w, NURSE, "SELECT count(*) FROM epoch"
	    " e JOIN space s ON s.id = e.space WHERE s.section = 'plan'"
	    " AND e.key IS NOT NULL"), 0);
}

static void
test_default_end(void **state)
{
	struct consent_list l;

	(void)state;
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, false), 0);
	assert_int_equal(consent_list(w.c[WORKER].session, &kid, &l, &e), 0);
	/* 31 July 2027, its end, in any zone. */
	assert_true(l.items[0].until_ms > INT64_C(1817028000000));
	assert_true(l.items[0].until_ms < INT64_C(1817200800000));
	assert_string_equal(l.items[0].sections, "plan");
	assert_string_equal(l.items[0].giver, "Mari Mets");
	assert_string_equal(l.items[0].audience, "Person 2");
	assert_string_equal(l.items[0].taken_by, "Person 1");
	assert_string_equal(l.items[0].purpose, "support_at_school");
	consent_list_done(&l);
}

/* A clock at 1970: the year that the hub's last time is in counts. */
static void
test_default_end_by_a_lost_clock(void **state)
{
	struct consent_list l;
	struct id plan;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	w.c[WORKER].skew_ms = -WORLD_NOW;
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, false), 0);
	assert_int_equal(consent_list(w.c[WORKER].session, &kid, &l, &e), 0);
	assert_true(l.items[0].until_ms > INT64_C(1817028000000));
	consent_list_done(&l);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
}

static void
test_bad_drafts(void **state)
{
	struct consent_draft d = { .case_id = kid,
	    .audience = w.c[NURSE].person, .sections = "plan,diary",
	    .right = RIGHT_READ, .giver = "Mari Mets",
	    .giver_role = "guardian" };
	struct session *s = w.c[WORKER].session;
	struct consent_list l;
	struct id id;

	(void)state;
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_non_null(strstr(e.text, "protection"));
	d.sections = NULL;
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	d.sections = "plan";
	d.giver = "";
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	d.giver = "Mari Mets";
	d.right = RIGHT_KEEP;
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	d.right = RIGHT_READ;
	d.until_ms = WORLD_NOW - 1;
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	d.until_ms = 0;
	d.audience = w.c[WORKER].person;
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	id_random(&d.audience);
	assert_int_equal(consent_grant(s, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	d.audience = w.c[OTHER].person;
	assert_int_equal(consent_grant(w.c[NURSE].session, &d, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(consent_list(s, &kid, &l, &e), 0);
	assert_int_equal(l.count, 0);
	consent_list_done(&l);
}

/* A section begun after the consent opens to who was named in it. */
static void
test_later_section(void **state)
{
	struct id plan;

	(void)state;
	assert_int_equal(give(WORKER, NURSE, "plan", false, 0, false), 0);
	world_must_sync(&w, WORKER);
	assert_false(trust_knows(&w, WORKER, &kid, "plan"));
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
}

/* Of two sections one is taken back. */
static void
test_limited(void **state)
{
	struct id plan, note;
	struct withdrawal_effect effect;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(world_note(&w, WORKER, &kid, "shared", &note), 0);
	assert_int_equal(give(WORKER, NURSE, "notes, plan", true, 0, false),
	    0);
	assert_int_equal(give(WORKER, OTHER, "plan", true, 0, false), 0);
	trust_twice(&w, WORKER, NURSE);
	effect = take(WORKER, NULL, "notes");
	assert_int_equal(effect.spaces, 1);
	assert_string_equal(status_at(WORKER, 0), "limited");
	assert_string_equal(status_at(WORKER, 1), "given");
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, NURSE, &plan));
	assert_false(trust_reads(&w, NURSE, &note));
	/* Everybody, everything. */
	effect = take(WORKER, NULL, NULL);
	assert_int_equal(effect.spaces, 1);
	trust_twice(&w, WORKER, NURSE);
	world_must_sync(&w, OTHER);
	assert_false(trust_reads(&w, NURSE, &plan));
	assert_false(trust_reads(&w, OTHER, &plan));
}

static void
put(struct op *op, uint16_t field, enum value_type type, struct view data,
    int64_t num)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = type;
	op->value.data = data;
	op->value.num = num;
}

/* A writer of the card whose client was changed puts a consent there: no
 * keeper's client opens anything for it. */
static void
test_forged(void **state)
{
	struct store *s = world_store(&w, OTHER);
	struct op ops[6];
	struct write wr = { .type = TYPE_CONSENT, .case_id = kid, .ops = ops,
	    .op_count = 6 };
	struct id plan, space, id;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_int_equal(give(WORKER, OTHER, "card", true, 0, false), 0);
	trust_twice(&w, WORKER, OTHER);
	wr.space = trust_space(&w, OTHER, &kid, "card");
	put(&ops[0], CONSENT_STATUS, VALUE_TEXT, view_str("given"), 0);
	put(&ops[1], CONSENT_AUDIENCE, VALUE_BYTES,
	    view_of(w.c[NURSE].person.b, 16), 0);
	put(&ops[2], CONSENT_SECTIONS, VALUE_TEXT, view_str("plan"), 0);
	put(&ops[3], CONSENT_RIGHT, VALUE_INT, view_of(NULL, 0), RIGHT_WRITE);
	put(&ops[4], CONSENT_UNTIL, VALUE_INT, view_of(NULL, 0),
	    WORLD_NOW + 100 * DAY);
	put(&ops[5], CONSENT_GIVER, VALUE_TEXT, view_str("nobody"), 0);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, &id, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	trust_twice(&w, OTHER, WORKER);
	trust_twice(&w, WORKER, NURSE);
	assert_true(trust_reads(&w, WORKER, &id));
	space = trust_space(&w, WORKER, &kid, "plan");
	assert_int_equal(trust_listed(&w, WORKER, &space, NURSE), 0);
	assert_false(trust_knows(&w, NURSE, &kid, "plan"));
}

static char seen[4000];

static const char *
who(int by, const struct id *record)
{
	struct viewer_list l;
	size_t i, at;

	assert_int_equal(consent_who(w.c[by].session, record, &l, &e), 0);
	at = (size_t)snprintf(seen, sizeof(seen), "%s\n", l.what);
	for (i = 0; i < l.count; i++)
		at += (size_t)snprintf(seen + at, sizeof(seen) - at,
		    "%s|%d|%zu|%s\n", l.items[i].name, (int)l.items[i].right,
		    l.items[i].devices, l.items[i].why);
	viewer_list_done(&l);
	return seen;
}

static void
test_who(void **state)
{
	struct id plan;

	(void)state;
	assert_int_equal(trust_plan(&w, WORKER, &kid, "calm mornings",
	    &plan), 0);
	assert_non_null(strstr(who(WORKER, &plan), "Person 1|3|0|own side; "
	    "on this device alone until the next sync"));
	world_must_sync(&w, WORKER);
	assert_non_null(strstr(who(WORKER, &plan),
	    "Person 1|3|1|own side\n"));
	assert_int_equal(give(WORKER, NURSE, "plan", true, 0, false), 0);
	assert_non_null(strstr(who(WORKER, &plan), "Person 2|2|0|consent of "
	    "Mari Mets (Guardian), until 2027-07-31; from the next sync on"));
	trust_twice(&w, WORKER, NURSE);
	assert_non_null(strstr(who(WORKER, &plan), "Person 2|2|1|consent of "
	    "Mari Mets (Guardian), until 2027-07-31\n"));
	/* She cannot read the card, but sees herself and the own side. */
	assert_non_null(strstr(who(NURSE, &plan), "Person 2|2|1|consent kept "
	    "in the card, until 2027-07-31\n"));
	assert_non_null(strstr(seen, "Person 1|3|1|own side"));
	assert_non_null(strstr(seen, "office recovery key|1|0|office "
	    "recovery: two officers"));
	/* Both bases are named, also the one that would keep it open. */
	assert_int_equal(give(WORKER, NURSE, "plan", false,
	    WORLD_NOW + 5 * DAY, false), 0);
	assert_non_null(strstr(who(WORKER, &plan), "until 2027-07-31; consent "
	    "of Mari Mets (Guardian), until 2026-09-2"));
	take(WORKER, &w.c[NURSE].person, NULL);
	assert_non_null(strstr(who(WORKER, &plan), "Person 2|2|1|can read it "
	    "until the next sync: withdrawn on 2026-09-21\n"));
	world_must_sync(&w, WORKER);
	assert_null(strstr(who(WORKER, &plan), "Person 2"));
	id_random(&plan);
	assert_int_equal(consent_who(w.c[WORKER].session, &plan,
	    &(struct viewer_list){ 0 }, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_only_the_section), T(test_withdraw), T(test_regrant),
		T(test_refusal), T(test_withdrawal_by_a_writer),
		T(test_concurrent_withdraw_first),
		T(test_concurrent_grant_first),
		T(test_reopened_in_one_pull), T(test_clock_ahead),
		T(test_expiry), T(test_ended_offline),
		T(test_ended_while_open), T(test_clock_put_right),
		T(test_false_accept_time), T(test_both_clocks_agree),
		T(test_default_end_by_a_lost_clock),
		T(test_default_end), T(test_bad_drafts),
		T(test_later_section), T(test_limited), T(test_forged),
		T(test_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
