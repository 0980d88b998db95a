/*
 * Matters of a child (core/matters.h): who is let in by a consent sees that
 * matter and nothing else, whatever order things arrive in; withdrawn or
 * closed, it is gone for them.
 *
 * Client 1 keeps the case, 2 and 3 are experts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/consent/handover.h"
#include "client/core/schools/matters.h"
#include "client/core/schools/meetings.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
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
open_matter(const char *topic, const char *view, struct matter *m)
{
	struct assignment set[4] = { { "topic", topic },
		{ "by", "Mari Tamm" }, { "role", "guardian" },
		{ "child-view", view } };
	struct id id;

	assert_int_equal(matters_open(w.c[1].session, &kid, set, 4, &id, &e),
	    0);
	assert_int_equal(matters_find(w.c[1].session, &kid, topic, m, &e), 0);
	assert_true(id_eq(&m->id, &id));
}

static int
let_in(int by, const struct matter *m, int whom, const char *giver)
{
	struct consent_draft d = { .right = RIGHT_WRITE, .giver = giver,
		.giver_role = "guardian", .audience = w.c[whom].person };
	struct id id;

	world_pass(&w, 1000);
	return matters_admit(w.c[by].session, m, &d, &id, &e);
}

static size_t
matters(int i)
{
	struct matter_list l;
	size_t n;

	assert_int_equal(matters_list(w.c[i].session, NULL, &l, &e), 0);
	n = l.count;
	matter_list_done(&l);
	return n;
}

static void
test_agreed(void **state)
{
	static const struct assignment set[1] = { { "topic", "absence" } };
	struct matter m;
	struct id id;
	int64_t before = world_count(&w, 1, "SELECT count(*) FROM record");

	(void)state;
	assert_int_equal(matters_open(w.c[1].session, &kid, set, 1, &id, &e),
	    -1);
	assert_non_null(strstr(e.text, "the field by:"));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM record"),
	    before);
	assert_int_equal(matters_open(w.c[2].session, &kid, set, 1, &id, &e),
	    -1);
	open_matter("absence", "I am tired", &m);
	assert_int_equal(let_in(1, &m, 2, NULL), -1);
	assert_non_null(strstr(e.text, "by:"));
	matter_done(&m);
}

static void
test_one_matter(void **state)
{
	struct assignment set[3] = { { "kind", "expert-group" },
		{ "date", "2026-09-20" }, { "minutes", "we agreed on lunch" } };
	struct entry_draft d = { .type = TYPE_MEETING, .set = set, .n = 3 };
	struct withdrawal_effect effect;
	struct matter a, b;
	struct id id;

	(void)state;
	open_matter("absence", "tired in the morning", &a);
	open_matter("bullying", "nobody sits with me", &b);
	assert_int_equal(let_in(1, &a, 2, "Mari Tamm"), 0);
	assert_int_equal(let_in(1, &b, 3, "Mari Tamm"), 0);
	settle();
	assert_int_equal(matters(2), 1);
	assert_int_equal(matters(3), 1);
	assert_true(world_has(&w, 2, "tired in the morning"));
	assert_false(world_has(&w, 2, "nobody sits with me"));
	assert_true(world_has(&w, 3, "nobody sits with me"));
	assert_false(world_has(&w, 3, "tired in the morning"));
	assert_false(trust_knows(&w, 2, &kid, "card"));

	d.case_id = kid;
	d.part = a.id;
	d.space = a.space;
	assert_int_equal(meetings_add(w.c[2].session, &d, &id, &e), 0);
	settle();
	assert_true(trust_reads(&w, 1, &id));
	assert_false(trust_reads(&w, 3, &id));

	world_pass(&w, 10 * 60 * 1000); /* or it is looked at again: 7.7 */
	assert_int_equal(matters_dismiss(w.c[1].session, &a,
	    &w.c[2].person, "Mari Tamm", &effect, &e), 0);
	assert_int_equal(effect.spaces, 1);
	settle();
	assert_int_equal(matters(2), 0);
	assert_false(world_has(&w, 2, "tired in the morning"));
	assert_true(trust_reads(&w, 1, &id)); /* what they wrote stays */
	matter_done(&a);
	matter_done(&b);
}

static void
test_closed(void **state)
{
	struct withdrawal_effect effect;
	struct matter m;

	(void)state;
	open_matter("absence", "tired in the morning", &m);
	assert_int_equal(let_in(1, &m, 2, "Mari Tamm"), 0);
	assert_int_equal(let_in(1, &m, 3, "Mari Tamm"), 0);
	settle();
	assert_int_equal(matters(2) + matters(3), 2);
	assert_int_equal(matters_close(w.c[1].session, &m, "bad\x01", &effect,
	    &e), -1);
	matter_done(&m);
	assert_int_equal(matters_find(w.c[1].session, &kid, "absence", &m,
	    &e), 0);
	assert_string_equal(m.closed, ""); /* nothing by halves */
	assert_int_equal(matters_close(w.c[1].session, &m, "back at school",
	    &effect, &e), 0);
	assert_int_equal(effect.spaces, 1);
	settle();
	assert_int_equal(matters(1), 1);
	assert_int_equal(matters(2) + matters(3), 0);
	assert_false(world_has(&w, 2, "tired in the morning"));
	assert_false(world_has(&w, 3, "tired in the morning"));
	assert_true(world_has(&w, 1, "back at school"));
	matter_done(&m);
	assert_int_equal(matters_find(w.c[1].session, &kid, "absence", &m,
	    &e), 0);
	assert_int_equal(let_in(1, &m, 2, "Mari Tamm"), -1);
	assert_non_null(strstr(e.text, "was closed on"));
	assert_int_equal(matters_close(w.c[1].session, &m, NULL, &effect, &e),
	    -1);
	matter_done(&m);
}

/* A second keeper lets somebody in without knowing that it was closed. */
static void
test_close_beats_consent(void **state)
{
	struct handover_draft h = { .case_id = kid,
		.person = w.c[2].person };
	struct withdrawal_effect effect;
	struct matter m[2], there;
	struct id id;
	int order;

	(void)state;
	open_matter("absence", "quiet", &m[0]);
	open_matter("bullying", "quiet", &m[1]);
	assert_int_equal(handover_propose(w.c[1].session, &h, &id, &e), 0);
	settle();
	assert_int_equal(handover_accept(w.c[2].session, &kid, &id, &e), 0);
	settle();
	for (order = 0; order < 2; order++) {
		assert_int_equal(matters_find(w.c[2].session, &kid,
		    m[order].topic, &there, &e), 0);
		world_pass(&w, 1000);
		assert_int_equal(matters_close(w.c[1].session, &m[order],
		    NULL, &effect, &e), 0);
		assert_int_equal(let_in(2, &there, 3, "Mari Tamm"), 0);
		world_must_sync(&w, order == 0 ? 1 : 2);
		settle();
		assert_int_equal(matters(3), 0);
		assert_int_equal(matters(1), 2);
		assert_int_equal(matters(2), 2);
		matter_done(&m[order]);
		matter_done(&there);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_agreed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_matter, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close_beats_consent,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
