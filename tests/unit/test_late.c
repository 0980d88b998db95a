/*
 * Text that was accepted before the withdrawal of its author's consent
 * arrived: client/core/sync/late, accord/decision, client/core/review_text. The
 * guardian told client 1 at ten; the nurse (2) wrote at ten past, and the hub
 * had her words before it had his. 3 reads the plan, 4 keeps it too, 5 comes
 * later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/consent/handover.h"
#include "client/core/cases/plans.h"
#include "client/core/consent/review.h"
#include "client/core/records/search.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define MINUTE INT64_C(60000)
#define SECRET "inhaler twice a day"

static struct world w;
static struct id kid, plan, mine;
static struct err e;

static int
setup(void **state)
{
	struct id space;

	(void)state;
	world_begin(&w, 5);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	world_grant(&w, 1, &kid, 3, "plan", false);
	space = trust_space(&w, 1, &kid, "plan");
	trust_keeper(&w, 1, &space, 4); /* as after a takeover */
	trust_twice(&w, 1, 2);
	trust_twice(&w, 3, 4);
	world_pass(&w, 10 * MINUTE);
	world_withdraw(&w, 1, &kid, 2, "plan");
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	assert_int_equal(world_must_sync(&w, 2).sent_changes, 1);
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
late_versions(int i)
{
	return (size_t)world_count(&w, i,
	    "SELECT count(*) FROM version WHERE state = 5");
}

static struct hash
waiting(int keeper)
{
	struct review_list l;
	struct hash id;

	assert_int_equal(review_list(w.c[keeper].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.items[0].outcome, 0);
	assert_true(l.items[0].late);
	assert_int_equal(l.items[0].record_count, 1);
	assert_string_equal(record_field(&l.items[0].records[0], "goal"),
	    SECRET);
	assert_string_equal(l.items[0].author, "Person 2");
	assert_string_equal(l.items[0].section, "plan");
	id = l.items[0].id;
	review_list_done(&l);
	return id;
}

static size_t
open_reviews(int i)
{
	struct review_list l;
	struct status st;
	size_t j, n = 0;

	assert_int_equal(review_list(w.c[i].session, &l, &e), 0);
	for (j = 0; j < l.count; j++)
		n += l.items[j].outcome == 0;
	review_list_done(&l);
	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	assert_int_equal(st.reviews, n);
	return n;
}

static int
decide(int i, const struct hash *id, enum outcome outcome)
{
	struct review_decision d = { .id = *id, .outcome = outcome,
	    .basis = "Child Protection Act 27", .words = "thank you" };

	world_pass(&w, 1000);
	return review_decide(w.c[i].session, &d, &e);
}

/* What the author sees: one text, ${outcome}, and ${text} of it. */
static void
author_sees(int outcome, const char *text)
{
	struct held_list l;

	assert_int_equal(held_list(w.c[2].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_true(l.items[0].late);
	assert_int_equal(l.items[0].outcome, outcome);
	assert_string_equal(l.items[0].section, "plan");
	if (outcome != 0)
		assert_string_equal(l.items[0].words, "thank you");
	if (text != NULL)
		assert_string_equal(record_field(&l.items[0].record, "goal"),
		    text);
	else
		assert_string_equal(record_field(&l.items[0].record, "goal"),
		    "");
	held_list_done(&l);
}

static size_t
found(int i)
{
	struct record_list l;
	size_t n;

	assert_int_equal(search_run(w.c[i].session, "inhaler", 10, &l, &e), 0);
	n = l.count;
	record_list_done(&l);
	return n;
}

/* The withdrawal reaches everybody. */
static void
arrives(void)
{
	world_must_sync(&w, 3);
	assert_true(trust_reads(&w, 3, &mine));
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 1);
	assert_int_equal(world_must_sync(&w, 2).late_new, 1);
	world_must_sync(&w, 3);
	assert_int_equal(world_must_sync(&w, 4).reviews_new, 1);
}

static void
all_sync(void)
{
	int i, n;

	for (n = 0; n < 2; n++)
		for (i = 1; i <= 4; i++)
			world_must_sync(&w, i);
}

static void
comes_later(void)
{
	world_join(&w, 5);
	world_must_sync(&w, 1);
	world_grant(&w, 1, &kid, 5, "plan", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 5);
	assert_true(trust_reads(&w, 5, &plan));
}

static void
let_in_again(void)
{
	world_pass(&w, 10 * MINUTE);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	assert_true(trust_reads(&w, 2, &plan));
}

static void
test_under_review_for_all(void **state)
{
	int i;

	(void)state;
	arrives();
	for (i = 1; i <= 4; i++) {
		assert_int_equal(late_versions(i), 1);
		assert_false(trust_reads(&w, i, &mine));
		assert_int_equal(found(i), 0);
	}
	author_sees(0, SECRET);
	assert_int_equal(open_reviews(1), 1);
	assert_int_equal(open_reviews(4), 1);
	assert_int_equal(open_reviews(3), 0);
	(void)waiting(1);
	/* Nothing of that changes with time, nor for who comes later. */
	all_sync();
	comes_later();
	assert_false(trust_reads(&w, 5, &mine));
	assert_int_equal(open_reviews(5), 0);
	author_sees(0, SECRET);
	let_in_again();
	assert_false(trust_reads(&w, 2, &mine));
	author_sees(0, SECRET);
	assert_int_equal(late_versions(2), 1);
}

/* Who had her last text within two minutes of the withdrawal did not know. */
static void
test_before_is_lawful(void **state)
{
	(void)state;
	world_end(&w);
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_pass(&w, MINUTE);
	world_withdraw(&w, 1, &kid, 2, "plan");
	world_must_sync(&w, 2);
	world_pass(&w, MINUTE);
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 1);
	world_must_sync(&w, 2);
	assert_false(trust_reads(&w, 1, &mine));
	world_end(&w);
	/* Three minutes before: lawful history. */
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	world_pass(&w, 3 * MINUTE);
	world_withdraw(&w, 1, &kid, 2, "plan");
	world_must_sync(&w, 2);
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 0);
	assert_true(trust_reads(&w, 1, &mine));
}

static void
test_filed(void **state)
{
	struct record_item item;
	struct hash id;
	int i;

	(void)state;
	arrives();
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_FILED), 0);
	assert_int_equal(open_reviews(1), 0);
	assert_int_equal(decide(1, &id, OUTCOME_ERASED), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	all_sync();
	for (i = 1; i <= 4; i++) {
		assert_int_equal(late_versions(i), i == 2 ? 1 : 0);
		assert_int_equal(trust_reads(&w, i, &mine), i != 2);
		assert_int_equal(found(i), i != 2);
	}
	assert_int_equal(open_reviews(4), 0);
	assert_int_equal(records_find(w.c[3].session, &mine, &item, &e), 1);
	assert_string_equal(item.author, "Person 2");
	record_item_done(&item);
	author_sees(OUTCOME_FILED, SECRET);
	comes_later();
	assert_true(trust_reads(&w, 5, &mine));
	let_in_again();
	assert_true(trust_reads(&w, 2, &mine));
	author_sees(OUTCOME_FILED, SECRET);
}

static void
test_given_back(void **state)
{
	struct hash id;
	int i;

	(void)state;
	arrives();
	id = waiting(4);
	assert_int_equal(decide(4, &id, OUTCOME_GIVEN_BACK), 0);
	all_sync();
	for (i = 1; i <= 4; i++) {
		assert_false(trust_reads(&w, i, &mine));
		assert_int_equal(late_versions(i), 0);
		assert_int_equal(world_has(&w, i, SECRET), i == 2);
	}
	author_sees(OUTCOME_GIVEN_BACK, SECRET);
	comes_later();
	assert_false(world_has(&w, 5, SECRET));
	let_in_again();
	all_sync();
	assert_false(trust_reads(&w, 2, &mine));
	author_sees(OUTCOME_GIVEN_BACK, SECRET);
	assert_false(world_has(&w, 1, SECRET));
}

static void
test_erased(void **state)
{
	struct hash id;
	int i;

	(void)state;
	arrives();
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_ERASED), 0);
	all_sync();
	comes_later();
	for (i = 1; i <= 5; i++) {
		assert_false(trust_reads(&w, i, &mine));
		assert_false(world_has(&w, i, SECRET));
	}
	author_sees(OUTCOME_ERASED, NULL);
	/* Nor sealed, waiting for a hub that was restored. */
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM outgoing o"
	    " JOIN version v ON v.seq = o.seq WHERE v.state = 6"), 0);
	let_in_again();
	assert_false(world_has(&w, 2, SECRET));
}

/* Text, withdrawal, decision and the new epoch in one pull. */
static void
test_all_at_once(void **state)
{
	struct hash id;

	(void)state;
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 1);
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_GIVEN_BACK), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 3);
	assert_false(trust_reads(&w, 3, &mine));
	assert_false(world_has(&w, 3, SECRET));
	world_must_sync(&w, 4);
	assert_int_equal(open_reviews(4), 0);
	world_must_sync(&w, 2);
	author_sees(OUTCOME_GIVEN_BACK, SECRET);
}

/* Two keepers, two minds: the log decides, for what either had done too. */
static void
two_minds(int first, enum outcome a, int second, enum outcome b)
{
	struct hash id;

	arrives();
	id = waiting(first);
	assert_int_equal(decide(second, &id, b), 0);
	assert_int_equal(decide(first, &id, a), 0);
	world_must_sync(&w, first);
	world_must_sync(&w, second);
	all_sync();
}

static void
test_first_counts_filed(void **state)
{
	int i;

	(void)state;
	two_minds(4, OUTCOME_FILED, 1, OUTCOME_ERASED);
	for (i = 1; i <= 4; i++)
		assert_int_equal(trust_reads(&w, i, &mine), i != 2);
	author_sees(OUTCOME_FILED, SECRET);
	comes_later();
	assert_true(trust_reads(&w, 5, &mine));
}

static void
test_first_counts_erased(void **state)
{
	int i;

	(void)state;
	two_minds(1, OUTCOME_ERASED, 4, OUTCOME_FILED);
	for (i = 1; i <= 4; i++)
		assert_false(world_has(&w, i, SECRET));
	author_sees(OUTCOME_ERASED, NULL);
	/* One outcome, one letter. */
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM item"
	    " WHERE kind = 5"), 1);
	comes_later();
	assert_false(world_has(&w, 5, SECRET));
}

/* The author is let in again before anybody decides: the record tells her. */
/* Who takes the text in once more judges by what the log had said then: that
 * its author came into the side since changes nothing. */
static void
test_taken_in_once_more(void **state)
{
	struct handover_draft d = { .case_id = kid,
	    .person = w.c[2].person, .reason = "moves away" };
	struct store *s = world_store(&w, 3);
	struct id space = trust_space(&w, 3, &kid, "plan"), id;
	struct stmt *q;

	(void)state;
	arrives();
	world_pass(&w, 10 * MINUTE);
	assert_int_equal(handover_propose(w.c[1].session, &d, &id, &e), 0);
	all_sync();
	assert_int_equal(trust_right(&w, 3, &space, 2), RIGHT_KEEP);
	assert_int_equal(late_versions(3), 1);
	q = db_prepare(s->db, "DELETE FROM version WHERE state = 5");
	assert_int_equal(db_run(q, &e), 0);
	q = db_prepare(s->db, "DELETE FROM record WHERE id = ?");
	db_bind_id(q, 1, &mine);
	assert_int_equal(db_run(q, &e), 0);
	q = db_prepare(s->db, "INSERT INTO want (space, after_sseq, upto) "
	    "SELECT space, 0, max(sseq) FROM item WHERE space = ?");
	db_bind_id(q, 1, &space);
	assert_int_equal(db_run(q, &e), 0);
	world_must_sync(&w, 3);
	assert_false(trust_reads(&w, 3, &mine));
	assert_int_equal(late_versions(3), 1);
}

static void
test_author_is_back(void **state)
{
	struct hash id;

	(void)state;
	arrives();
	let_in_again();
	id = waiting(1);
	assert_int_equal(decide(1, &id, OUTCOME_FILED), 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).outcomes_new, 1);
	assert_true(trust_reads(&w, 2, &mine));
	author_sees(OUTCOME_FILED, SECRET);
	assert_int_equal(world_must_sync(&w, 2).outcomes_new, 0);
}

/* ---- who may not ---- */

/* A review record of ${i} about ${record} as 2 wrote it. */
static void
claim(int i, const struct id *record, int by, enum outcome outcome)
{
	struct store *s = world_store(&w, i);
	struct id space = trust_space(&w, i, &kid, "plan");
	struct op *ops = mem_new(5 * sizeof(*ops));
	struct write wr = { .type = TYPE_REVIEW, .space = space,
	    .case_id = kid, .ops = ops, .op_count = 4 };
	const struct id *origin = &world_store(&w, by)->me->device;
	struct loaded l;

	assert_int_equal(versions_load(s, record, &l, &e), 1);
	ops[0].field = REVIEW_RECORD;
	ops[0].value = (struct value){ VALUE_BYTES, 0,
	    view_of(record->b, sizeof(record->b)) };
	ops[1].field = REVIEW_ORIGIN;
	ops[1].value = (struct value){ VALUE_BYTES, 0,
	    view_of(origin->b, sizeof(origin->b)) };
	ops[2].field = REVIEW_STAMP;
	ops[2].value = (struct value){ VALUE_INT,
	    (int64_t)l.versions[0].rec.hlc, { NULL, 0 } };
	ops[3].field = REVIEW_OUTCOME;
	ops[3].value = (struct value){ VALUE_INT, outcome, { NULL, 0 } };
	versions_done(&l);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	mem_free(ops);
}

static void
test_only_keepers(void **state)
{
	struct hash id;

	(void)state;
	world_grant(&w, 1, &kid, 3, "plan", true);
	arrives();
	world_must_sync(&w, 3);
	id = waiting(1);
	assert_int_equal(decide(3, &id, OUTCOME_ERASED), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* Not even by a program of their own. */
	claim(3, &mine, 2, OUTCOME_ERASED);
	all_sync();
	assert_int_equal(late_versions(1), 1);
	assert_int_equal(open_reviews(4), 1);
	assert_true(world_has(&w, 1, SECRET));
}

/* A keeper takes no lawful text out of a case in this way. */
static void
test_only_late_text(void **state)
{
	(void)state;
	arrives();
	claim(4, &plan, 1, OUTCOME_ERASED);
	all_sync();
	assert_true(trust_reads(&w, 1, &plan));
	assert_true(trust_reads(&w, 3, &plan));
	assert_true(trust_reads(&w, 4, &plan));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_under_review_for_all), T(test_before_is_lawful),
		T(test_filed), T(test_given_back), T(test_erased),
		T(test_all_at_once), T(test_first_counts_filed),
		T(test_first_counts_erased), T(test_author_is_back),
		T(test_taken_in_once_more),
		T(test_only_keepers), T(test_only_late_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
