/*
 * The persons of a case, and what may be given to whom (core/persons,
 * core/guard), with real clients and a real hub.
 *
 * Client 0 is the officer, 1 keeps the case, 2 is let into its card, 3 is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/guard.h"
#include "client/core/cases/persons.h"
#include "tests/support/trust.h"

static struct world w;
static struct id kid, mother, father;
static struct err e;

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
person(int i, const struct assignment *set, size_t n, struct id *id)
{
	struct entry_draft d = { .type = TYPE_PERSON, .case_id = kid,
		.set = set, .n = n };

	world_pass(&w, 1000);
	return entries_add(w.c[i].session, &d, id, &e);
}

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 2; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	const struct assignment mari[] = { { "kind", "guardian" },
		{ "name", "Mari Tamm" }, { "authority", "joint" },
		{ "address", "Pikk 12-3, Rakvere" },
		{ "contact", "5551234" }, { "secret-address", "yes" } };
	const struct assignment jaan[] = { { "kind", "guardian" },
		{ "name", "Jaan Tamm" }, { "authority", "limited" },
		{ "ground", "court 2-26-117" } };

	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	assert_int_equal(person(1, mari, COUNT(mari), &mother), 0);
	assert_int_equal(person(1, jaan, COUNT(jaan), &father), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static bool
may(int i, enum guard_use use, const char *who)
{
	struct guard_asked q = { kid, use, who, NULL };
	struct guard g;
	bool yes;

	assert_int_equal(guard_ask(w.c[i].session, &q, &g, &e), 0);
	yes = g.may;
	assert_true(yes == (g.why == NULL));
	guard_done(&g);
	return yes;
}

static int
grant_by(int i, const char *giver, const char *role)
{
	struct consent_draft d = { .case_id = kid,
		.audience = w.c[2].person, .sections = "card",
		.right = RIGHT_READ, .giver = giver, .giver_role = role };
	struct id id;

	world_pass(&w, 1000);
	return consent_grant(w.c[i].session, &d, &id, &e);
}

static void
test_limited_authority(void **state)
{
	static const enum guard_use all[] = { GUARD_CONSENT, GUARD_COPY,
		GUARD_DISCLOSURE, GUARD_PAPER };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		assert_false(may(1, all[i], "Jaan Tamm"));
		assert_false(may(1, all[i], "JAAN TAMM"));
		assert_true(may(1, all[i], "Mari Tamm"));
		assert_true(may(1, all[i], "Somebody Else"));
	}
	assert_int_equal(grant_by(1, "jaan tamm", "guardian"), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "limited"));
	assert_int_equal(world_count(&w, 1,
	    "SELECT count(*) FROM record WHERE type = 5"), 0);
	assert_int_equal(grant_by(1, "Jaan Tamm", "authority"), 0);

	assert_int_equal(world_set(&w, 1, &father, "may", "copy"), 0);
	assert_true(may(1, GUARD_COPY, "Jaan Tamm"));
	assert_false(may(1, GUARD_CONSENT, "Jaan Tamm"));
	assert_int_equal(world_set(&w, 1, &father, "may", "copy, consent"), 0);
	assert_int_equal(grant_by(1, "Jaan Tamm", "guardian"), 0);
	assert_int_equal(world_set(&w, 1, &father, "may", ""), 0);
	assert_int_equal(world_set(&w, 1, &father, "authority", "none"), 0);
	for (i = 0; i < COUNT(all); i++)
		assert_false(may(1, all[i], "Jaan Tamm"));
}

/* Two write different things without knowing: the careful one counts, and an
 * address that either of them knows stays out. */
static void
test_two_heads(void **state)
{
	struct guard_asked q = { kid, GUARD_COPY, "Jaan Tamm", NULL };
	struct guard g;
	struct buf out;

	(void)state;
	world_grant(&w, 1, &kid, 2, "card", true);
	assert_int_equal(world_set(&w, 1, &mother, "secret-address", "no"), 0);
	settle();
	assert_int_equal(world_set(&w, 1, &mother, "secret-address", "yes"),
	    0);
	assert_int_equal(world_set(&w, 1, &mother, "secret-address", "no"), 0);
	assert_int_equal(world_set(&w, 1, &mother, "address", "Tamme 9"), 0);
	assert_int_equal(world_set(&w, 2, &mother, "address", "Lai 7"), 0);
	assert_int_equal(world_set(&w, 2, &mother, "secret-address", "yes"),
	    0);
	assert_int_equal(world_set(&w, 1, &father, "may", "copy"), 0);
	assert_int_equal(world_set(&w, 2, &father, "may", "paper"), 0);
	settle();
	assert_int_equal(guard_ask(w.c[1].session, &q, &g, &e), 0);
	assert_false(g.may);
	assert_true(g.secret);
	assert_true(guard_omits(&g, &mother, PERSON_ADDRESS));
	buf_init(&out, 1000);
	assert_int_equal(guard_clean(&g, view_str("lives in LAI  7 or "
	    "Tamme 9 now"), &out), 2);
	assert_string_equal(buf_str(&out),
	    "lives in [left out] or [left out] now");
	buf_done(&out);
	guard_done(&g);
}

static void
test_secret_address(void **state)
{
	static const char text[] = "Met at PIKK  12-3 in Rakvere; call "
	    "5551234. All of it: Pikk 12-3, Rakvere.";
	struct guard_asked q = { kid, GUARD_COPY, "Somebody", NULL };
	struct guard g;
	struct buf out;

	(void)state;
	assert_int_equal(world_set(&w, 1, &kid, "contact", "Pikk 12-3"), 0);
	assert_int_equal(guard_ask(w.c[1].session, &q, &g, &e), 0);
	assert_true(g.may && g.secret && !g.known);
	assert_true(guard_omits(&g, &mother, PERSON_ADDRESS));
	assert_true(guard_omits(&g, &mother, PERSON_CONTACT));
	assert_false(guard_omits(&g, &mother, PERSON_NAME));
	assert_false(guard_omits(&g, &father, PERSON_ADDRESS));
	assert_true(guard_omits(&g, &kid, CASE_CONTACT));
	assert_true(guard_omits(&g, &kid, CASE_SAFETY));
	buf_init(&out, 1000);
	assert_int_equal(guard_clean(&g, view_str(text), &out), 3);
	assert_string_equal(buf_str(&out), "Met at [left out] in Rakvere; "
	    "call [left out]. All of it: [left out].");
	buf_done(&out);
	guard_done(&g);

	q.who = "Mari Tamm"; /* her own, not on paper that lies about */
	assert_int_equal(guard_ask(w.c[1].session, &q, &g, &e), 0);
	assert_true(g.may && g.known && !g.secret);
	assert_false(guard_omits(&g, &mother, PERSON_ADDRESS));
	assert_true(guard_omits(&g, &kid, CASE_SAFETY));
	guard_done(&g);
	q.use = GUARD_PAPER;
	assert_int_equal(guard_ask(w.c[1].session, &q, &g, &e), 0);
	assert_true(guard_omits(&g, &mother, PERSON_ADDRESS));
	guard_done(&g);
}

/* Comes to a second worker, and to nobody without a basis; who does not read
 * the card is told so, and gets no yes. */
static void
test_who_sees(void **state)
{
	(void)state;
	world_grant(&w, 1, &kid, 2, "card", true);
	world_grant(&w, 1, &kid, 3, "notes", false);
	assert_int_equal(world_note(&w, 1, &kid, "a talk", NULL), 0);
	settle();
	assert_true(world_has(&w, 2, "court 2-26-117"));
	assert_false(world_has(&w, 3, "court 2-26-117"));
	assert_false(world_has(&w, 3, "Pikk 12-3"));
	assert_false(world_has(&w, 0, "Pikk 12-3"));
	assert_false(may(2, GUARD_DISCLOSURE, "Jaan Tamm"));
	assert_true(may(2, GUARD_DISCLOSURE, "Mari Tamm"));
	assert_int_equal(world_notes(&w, 3, &kid), 1);
	assert_false(may(3, GUARD_DISCLOSURE, "Mari Tamm"));
}

static int
refused(const struct assignment *set, size_t n, const char *words)
{
	int64_t before = world_count(&w, 1, "SELECT count(*) FROM version");
	struct id id;

	assert_int_equal(person(1, set, n, &id), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version"),
	    before);
	return 0;
}

static void
test_bad_input(void **state)
{
	const struct assignment none[] = { { "name", "X" } };
	const struct assignment kind[] = { { "name", "X" },
		{ "kind", "uncle" } };
	const struct assignment born[] = { { "name", "X" },
		{ "kind", "child" }, { "born", "2126-04-02" } };
	const struct assignment day[] = { { "name", "X" },
		{ "kind", "child" }, { "born", "2015-02-30" } };
	const struct assignment dead[] = { { "name", "X" },
		{ "kind", "child" }, { "born", "2015-04-02" },
		{ "died", "2014-04-02" } };
	const struct assignment whose[] = { { "name", "X" },
		{ "kind", "child" }, { "authority", "sole" } };
	const struct assignment ground[] = { { "name", "X" },
		{ "kind", "guardian" }, { "authority", "limited" } };
	const struct assignment uses[] = { { "name", "X" },
		{ "kind", "guardian" }, { "authority", "limited" },
		{ "ground", "court" }, { "may", "everything" } };
	const struct assignment judged[] = { { "name", "X" },
		{ "kind", "child" }, { "capacity", "capable" } };
	struct assignment later = { "born", "2126-04-02" };
	struct assignment opened[] = { { "name", "Berta" },
		{ "born", "2126-04-02" } };
	struct id id;

	(void)state;
	refused(none, COUNT(none), "kind");
	refused(kind, COUNT(kind), "kind");
	refused(born, COUNT(born), "born");
	refused(day, COUNT(day), "born");
	refused(dead, COUNT(dead), "died");
	refused(whose, COUNT(whose), "guardian");
	refused(ground, COUNT(ground), "ground");
	refused(uses, COUNT(uses), "consent, copy, disclosure, paper");
	refused(judged, COUNT(judged), "capacity-by");
	assert_int_equal(records_set(w.c[1].session, &kid, &later, 1, &e),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(cases_open(w.c[1].session, opened, 2, &id, &e), -1);
	assert_non_null(strstr(e.text, "born"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_limited_authority),
		TEST(test_two_heads),
		TEST(test_secret_address),
		TEST(test_who_sees),
		TEST(test_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
