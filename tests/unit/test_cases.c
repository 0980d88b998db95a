/* core/cases: opening, finding, listing, and where a section is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/cases/cases.h"
#include "client/core/local/spaces.h"
#include "tests/support/fixture.h"

static struct fixture fx;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&fx, true);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&fx);
	return 0;
}

static void
test_open_and_find(void **state)
{
	struct assignment set[] = { { "name", "Mari Õunapuu" },
		{ "code", "LAS-1" } };
	struct id a, b, got;
	struct err e = { 0 };
	char hex[ID_TEXT_BYTES];

	(void)state;
	assert_int_equal(cases_open(fx.s, set, 2, &a, &e), 0);
	assert_int_equal(cases_open(fx.s, set, 2, &b, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	set[1].text = "LAS-2";
	assert_int_equal(cases_open(fx.s, set + 1, 1, &b, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	set[0].text = "Mari Tamm";
	assert_int_equal(cases_open(fx.s, set, 1, &b, &e), 0);
	assert_int_equal(cases_find(fx.s, "las-1", &got, &e), 0);
	assert_true(id_eq(&got, &a));
	assert_int_equal(cases_find(fx.s, "ounap", &got, &e), 0);
	assert_true(id_eq(&got, &a));
	assert_int_equal(cases_find(fx.s, id_text(&b, hex), &got, &e), 0);
	assert_true(id_eq(&got, &b));
	assert_int_equal(cases_find(fx.s, "mari", &got, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(cases_find(fx.s, "Jaan", &got, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(cases_find(fx.s, "", &got, &e), -1);
}

static void
test_not_before_approval(void **state)
{
	static struct fixture lone;
	struct assignment set[] = { { "name", "Mari" } };
	struct id id;
	struct err e = { 0 };

	(void)state;
	fixture_open(&lone, false);
	assert_int_equal(cases_open(lone.s, set, 1, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	fixture_close(&lone);
}

static void
test_list(void **state)
{
	struct id b = fixture_case(&fx, "Öömaa", "2"), a;
	struct case_list l;
	struct err e = { 0 };

	(void)state;
	a = fixture_case(&fx, "Aru", "1");
	fixture_note(&fx, &b, "one");
	fx.now_ms += 5000;
	fixture_note(&fx, &b, "two");
	assert_int_equal(cases_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_true(id_eq(&l.items[0].id, &a));
	assert_string_equal(l.items[0].sections, "card");
	assert_int_equal(l.items[0].notes, 0);
	assert_string_equal(l.items[1].name, "Öömaa");
	assert_string_equal(l.items[1].code, "2");
	assert_string_equal(l.items[1].status, "open");
	assert_string_equal(l.items[1].sections, "card, notes");
	assert_int_equal(l.items[1].notes, 2);
	assert_int_equal(l.items[1].last_ms, fx.now_ms);
	assert_false(l.items[1].conflict);
	case_list_done(&l);
}

/* A space of which only a label is known, as a colleague opens it. */
static struct id
shared(struct colleague *c, const struct id *case_id, const char *section,
    const char *label, enum right right)
{
	struct space sp;
	struct record rec;
	struct access a;
	struct err e = { 0 };

	memset(&sp, 0, sizeof(sp));
	id_random(&sp.id);
	sp.kind = SPACE_CASE_SECTION;
	sp.state = SPACE_UNKNOWN;
	assert_int_equal(spaces_save_tx(fx.st, &sp, &e), 0);
	memset(&rec, 0, sizeof(rec));
	rec.type = TYPE_SPACE;
	rec.op_count = 3;
	fixture_text_op(&rec.ops[0], SPACE_SECTION, section);
	fixture_text_op(&rec.ops[1], SPACE_LABEL, label);
	rec.ops[2].field = SPACE_CASE;
	rec.ops[2].value.type = VALUE_BYTES;
	rec.ops[2].value.data = view_of(case_id->b, 16);
	assert_int_equal(fixture_accept(&fx, c, &sp.id, &rec, &e), 0);
	memset(&a, 0, sizeof(a));
	a.kind = ACCESS_GRANT;
	id_random(&a.id);
	a.person = fx.st->person;
	a.right = right;
	a.until_ms = INT64_MAX;
	a.hlc = 1;
	a.origin = c->keys.device;
	id_random(&a.consent);
	assert_int_equal(spaces_access_save_tx(fx.st, &sp.id, &a, NULL, 1,
	    &e), 0);
	return sp.id;
}

static void
test_sections(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id c = fixture_case(&fx, "Kask", "K1"), one, two, theirs, got;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(cases_section(fx.s, &c, "notes", &one, &e), 0);
	assert_int_equal(cases_section(fx.s, &c, "notes", &two, &e), 0);
	assert_true(id_eq(&one, &two));
	/* The own side first, also when a colleague's is open for writing. */
	shared(mart, &c, "notes", "Kask", RIGHT_WRITE);
	assert_int_equal(cases_section(fx.s, &c, "notes", &two, &e), 0);
	assert_true(id_eq(&one, &two));
	/* Only the plan is open, and only for reading. */
	id_random(&c);
	shared(mart, &c, "plan", "Tamm, by label", RIGHT_READ);
	assert_int_equal(cases_find(fx.s, "by label", &got, &e), 0);
	assert_true(id_eq(&got, &c));
	assert_int_equal(cases_section(fx.s, &c, "plan", &two, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(cases_section(fx.s, &c, "notes", &two, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	theirs = shared(mart, &c, "plan", "Tamm, by label", RIGHT_WRITE);
	assert_int_equal(cases_section(fx.s, &c, "plan", &two, &e), 0);
	assert_true(id_eq(&theirs, &two));
	/* With the card open a section of the own side may be begun. */
	shared(mart, &c, "card", "Tamm", RIGHT_READ);
	assert_int_equal(cases_section(fx.s, &c, "notes", &two, &e), 0);
	assert_int_equal(cases_section(fx.s, &c, "card", &two, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_open_and_find), T(test_not_before_approval),
		T(test_list), T(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
