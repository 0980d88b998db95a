/*
 * Assessments and notifications (rules.md 32, 33): answers within their
 * instrument, several observers joined, old versions readable, immediate
 * begins a notification, which is sent once and with a disclosure.
 *
 * Client 0 is the officer, 1 keeps the case, 2 answers too, 3 is in nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/support/assess.h"
#include "client/core/due_list.h"
#include "client/core/cases/entries.h"
#include "client/core/profile/policies.h"
#include "client/core/support/signal.h"
#include "client/core/cases/timeline.h"
#include "client/paper/paper.h"
#include "tests/support/trust.h"

#define COMMIT "0123456789012345678901234567890123456789"

static struct world w;
static struct id kid, run;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 0; i < 4; i++)
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
start(int by, const char *instrument, struct id *id)
{
	struct assess_draft d = { .case_id = kid, .instrument = instrument };

	world_pass(&w, 1000);
	return assess_start(w.c[by].session, &d, id, &e);
}

static int
answer(int by, const char *item, const char *value)
{
	struct assess_answer a = { .run = run, .item = item, .value = value,
		.source = "observed", .note = "seen in class" };

	world_pass(&w, 1000);
	return assess_answer(w.c[by].session, &a, &e);
}

static int
judge(int by, const char *level, const char *reason, struct id *signal)
{
	struct assess_judgement j = { .run = run, .level = level,
		.reason = reason };

	world_pass(&w, 1000);
	return assess_judge(w.c[by].session, &j, signal, &e);
}

static void
item_is(int i, const char *code, int most, size_t said, bool disagree)
{
	struct assess_view v;
	size_t k;

	assert_int_equal(assess_view(w.c[i].session, &run, &v, &e), 0);
	for (k = 0; k < v.count; k++)
		if (strcmp(v.items[k].code, code) == 0)
			break;
	assert_true(k < v.count);
	assert_int_equal(v.items[k].most, most);
	assert_int_equal(v.items[k].count, said);
	assert_int_equal(v.items[k].disagree, disagree);
	assess_view_done(&v);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	world_grant(&w, 1, &kid, 2, "card,assessment", true);
	assert_int_equal(start(1, "risk-primary", &run), 0);
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
test_bad_answers(void **state)
{
	struct assess_answer two[] = {
		{ .run = run, .item = "absent", .value = "2" },
		{ .run = run, .item = "mood", .value = "7" } };
	struct id id;

	(void)state;
	refused(answer(1, "abssent", "1"), ERR_INPUT, "absent");
	refused(answer(1, "absent", "4"), ERR_INPUT, "absent: \"4\"");
	refused(answer(1, "absent", "yes"), ERR_INPUT, "0 (none)");
	refused(assess_answers(w.c[1].session, two, 2, &e), ERR_INPUT,
	    "mood");
	item_is(1, "absent", ASSESS_NONE, 0, false); /* all or none */
	refused(start(1, "risk-adults", &id), ERR_INPUT, "risk-primary");
	refused(judge(1, "high", "", &id), ERR_INPUT, "reason");
	refused(judge(1, "purple", "because", &id), ERR_INPUT, "purple");
}

static void
test_observers(void **state)
{
	struct timeline_query q = { .case_id = kid,
		.types = "assessment answer" };
	struct record_list l;
	struct assess_view v;
	struct id none;

	(void)state;
	assert_int_equal(answer(1, "absent", "1"), 0);
	assert_int_equal(answer(2, "absent", "3"), 0);
	assert_int_equal(answer(2, "mood", "unknown"), 0);
	assert_int_equal(answer(1, "mood", "0"), 0);
	settle();
	item_is(1, "absent", 3, 2, true);
	item_is(2, "absent", 3, 2, true);
	item_is(2, "mood", 0, 2, false); /* who does not know differs from
	                                    nobody */
	assert_int_equal(answer(2, "absent", "1"), 0); /* their own again */
	settle();
	item_is(1, "absent", 1, 2, false);
	assert_int_equal(judge(1, "raised", "Absent on Mondays.", &none), 0);
	assert_true(id_is_zero(&none));
	assert_int_equal(assess_view(w.c[1].session, &run, &v, &e), 0);
	assert_int_equal(v.observers, 2);
	assert_string_equal(v.level, "raised");
	assess_view_done(&v);
	assert_int_equal(timeline_list(w.c[3].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 0);
	record_list_done(&l);
	assert_false(world_has(&w, 3, "seen in class"));
}

/* A changed client writes over a colleague's answer: nobody believes it. */
static void
test_answer_of_another(void **state)
{
	struct op op = { .field = ANSWER_VALUE };
	struct write wr = { .type = TYPE_ANSWER, .ops = &op, .op_count = 1 };
	struct records_query q = { .type = TYPE_ANSWER };
	struct store *s = world_store(&w, 1);
	struct record_list l;
	struct id id;

	(void)state;
	assert_int_equal(answer(2, "absent", "3"), 0);
	settle();
	assert_int_equal(records_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	wr.id = l.items[0].id;
	wr.space = l.items[0].space;
	wr.case_id = kid;
	record_list_done(&l);
	op.value.type = VALUE_TEXT;
	op.value.data = view_str("0");
	world_pass(&w, 1000);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, &id, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	trust_seal(&w, 1);
	settle();
	item_is(2, "absent", 3, 1, false);
}

/* What the office changes later leaves the run as it was asked. */
static void
test_later_version(void **state)
{
	struct policy *p = policy_default(&e), *next;
	struct assess_trend t;
	struct id first = run;
	struct buf b;
	char *text, *at;

	(void)state;
	assert_int_equal(answer(1, "mood", "2"), 0);
	buf_init(&b, POLICY_MAX);
	assert_int_equal(policy_encode(p, &b, &e), 0);
	buf_add(&b, "", 1);
	text = (char *)b.data;
	at = strstr(text, "\"code\":\"risk-primary\"");
	assert_non_null(at);
	at = strstr(at, "\"version\":1");
	assert_non_null(at);
	at[strlen("\"version\":")] = '2';
	at = strstr(at, "\"code\":\"mood\"");
	assert_non_null(at);
	memcpy(at, "\"code\":\"glum\"", strlen("\"code\":\"mood\""));
	assert_int_equal(policy_decode(view_of(text, b.len - 1), &next, &e),
	    0);
	assert_int_equal(policies_publish(w.c[0].session, next, COMMIT, &e),
	    0);
	buf_done(&b);
	policy_free(p);
	policy_free(next);
	settle();
	item_is(1, "mood", 2, 1, false);
	assert_int_equal(answer(1, "mood", "1"), 0); /* by its own version */
	assert_int_equal(start(1, "risk-primary", &run), 0);
	refused(answer(1, "mood", "1"), ERR_INPUT, "no item \"mood\"");
	assert_int_equal(answer(1, "glum", "3"), 0);
	assert_int_equal(assess_trend(w.c[1].session, &kid, &t, &e), 0);
	assert_int_equal(t.count, 2);
	assert_memory_equal(&t.runs[0].id, &first, sizeof(first));
	assert_int_equal(t.runs[0].version, 1);
	assert_int_equal(t.runs[1].version, 2);
	assess_trend_done(&t);
}

/* ---- notifications ---- */

static size_t
due(int i, const char *kind)
{
	struct due_query q = { .school = NULL };
	struct due_list l;
	size_t k, n = 0;

	assert_int_equal(due_list(w.c[i].session, &q, &l, &e), 0);
	for (k = 0; k < l.count; k++)
		n += strcmp(l.lines[k].item.kind, kind) == 0;
	due_list_done(&l);
	return n;
}

static void
test_immediate(void **state)
{
	struct disclosure_draft d = { .channel = "phone",
		.family = DISCLOSURE_NOT_TOLD,
		.why_not_told = "It could put the child in danger." };
	struct signal_step st = { .state = "delivered" };
	struct timeline_query q = { .case_id = kid,
		.types = "signal disclosure" };
	struct record_list l;
	struct id signal, again;

	(void)state;
	assert_int_equal(judge(1, "immediate", "Bruises.", &signal), 0);
	assert_false(id_is_zero(&signal));
	assert_int_equal(judge(1, "immediate", "Bruises, again.", &again), 0);
	assert_memory_equal(&signal, &again, sizeof(signal)); /* one a run */
	assert_int_equal(due(1, "signal"), 1);
	d.of = st.signal = signal;
	refused(signal_send(w.c[1].session, &d, &e), ERR_INPUT, "who it");
	assert_int_equal(world_set(&w, 1, &signal, "to", "Child protection"),
	    0);
	refused(signal_send(w.c[1].session, &d, &e), ERR_INPUT, "provision");
	assert_int_equal(due(1, "signal"), 1); /* nothing half-written */
	d.provision = "Child Protection Act 27";
	assert_int_equal(signal_send(w.c[1].session, &d, &e), 0);
	refused(signal_send(w.c[1].session, &d, &e), ERR_CLASH, "follow");
	assert_int_equal(due(1, "signal"), 0);
	assert_int_equal(world_set(&w, 1, &signal, "facts", "Nothing."), -1);
	refused(signal_step(w.c[1].session, &st, &e), ERR_INPUT, "words");
	st.words = "Case 12-4";
	assert_int_equal(signal_step(w.c[1].session, &st, &e), 0);
	settle();
	/* Client 2 reads the card and is told of neither. */
	assert_int_equal(timeline_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 0);
	record_list_done(&l);
	assert_int_equal(timeline_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 2);
	record_list_done(&l);
}

static void
test_notification(void **state)
{
	struct signal_draft d = { .case_id = kid, .facts = "Not fed.",
		.urgency = "same_day" };
	struct hash one, two;
	struct paper *p;
	struct id id;

	(void)state;
	refused(signal_add(w.c[1].session, &d, &id, &e), ERR_INPUT,
	    "who it goes to");
	d.to = "Child protection";
	d.deadline_ms = WORLD_NOW - 1;
	refused(signal_add(w.c[1].session, &d, &id, &e), ERR_INPUT, "over");
	d.deadline_ms = 0;
	assert_int_equal(signal_add(w.c[1].session, &d, &id, &e), 0);
	assert_int_equal(due(1, "signal"), 1);
	assert_int_equal(signal_paper(w.c[1].session, &id, &p, &one, &e), 0);
	paper_free(p);
	assert_int_equal(world_set(&w, 1, &id, "facts", "Not fed twice."), 0);
	assert_int_equal(signal_paper(w.c[1].session, &id, &p, &two, &e), 0);
	paper_free(p);
	assert_memory_not_equal(&one, &two, sizeof(one));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bad_answers, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_observers, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_answer_of_another,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_later_version, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_immediate, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_notification, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
