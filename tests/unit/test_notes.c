/* core/notes and search: checked, saved, amended, all or none, found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/cases/notes.h"
#include "client/core/records/search.h"
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
test_fields(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), id, more;
	struct assignment school = { "school", "Lasila" };
	struct note_draft d;
	struct record_item r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(records_set(fx.s, &c, &school, 1, &e), 0);
	memset(&d, 0, sizeof(d));
	d.case_id = c;
	d.text = view_str("First\nsecond line");
	d.minutes = 30;
	d.language = "et";
	assert_int_equal(notes_add(fx.s, &d, &id, &e), 0);
	assert_int_equal(records_find(fx.s, &id, &r, &e), 1);
	assert_string_equal(record_field(&r, "category"), "contact");
	assert_string_equal(record_field(&r, "minutes"), "30");
	assert_string_equal(record_field(&r, "school"), "Lasila");
	assert_string_equal(record_field(&r, "happened"), "2026-09-21");
	assert_string_equal(record_field(&r, "author"), "Anna Arumets");
	assert_int_equal(r.at_ms, fx.now_ms);
	assert_false(r.amended);
	record_item_done(&r);
	d.amends = id;
	d.category = "agreement";
	d.happened_ms = FIXTURE_NOW - 86400000;
	assert_int_equal(notes_add(fx.s, &d, &more, &e), 0);
	assert_int_equal(records_find(fx.s, &id, &r, &e), 1);
	assert_true(r.amended);
	record_item_done(&r);
	assert_int_equal(records_find(fx.s, &more, &r, &e), 1);
	assert_int_equal(r.at_ms, FIXTURE_NOW - 86400000);
	record_item_done(&r);
}

static void
test_refused(void **state)
{
	static char big[RECORD_TEXT_MAX + 1];
	struct id c = fixture_case(&fx, "Kask", "K1"), other, id;
	struct note_draft good, d;
	struct err e = { 0 };

	(void)state;
	other = fixture_case(&fx, "Tamm", "T1");
	memset(&good, 0, sizeof(good));
	good.case_id = c;
	good.text = view_str("x");
	memset(big, 'a', sizeof(big));
#define REFUSED(member, value, k) 	d = good; 	d.member = value; 	assert_int_equal(notes_add(fx.s, &d, &id, &e), -1); 	assert_int_equal(e.kind, k)
	REFUSED(text, view_of("", 0), ERR_INPUT);
	REFUSED(text, view_of(big, sizeof(big)), ERR_TOOBIG);
	REFUSED(text, view_str("\xe4"), ERR_INPUT);
	REFUSED(text, view_str("a\x1b[2J"), ERR_INPUT);
	REFUSED(category, "No Such", ERR_INPUT);
	REFUSED(language, "Eesti keel", ERR_INPUT);
	REFUSED(minutes, -1, ERR_INPUT);
	REFUSED(minutes, 1441, ERR_INPUT);
	REFUSED(case_id, fx.st->person, ERR_DENIED);
	REFUSED(amends, c, ERR_ABSENT);
	REFUSED(happened_ms, FIXTURE_NOW + 2 * INT64_C(86400000), ERR_INPUT);
	assert_non_null(strstr(e.text, "still to come"));
	assert_int_equal(notes_add(fx.s, &good, &id, &e), 0);
	good.case_id = other;
	REFUSED(amends, id, ERR_INPUT);
	d = good;
	d.text = view_of(big, RECORD_TEXT_MAX);
	assert_int_equal(notes_add(fx.s, &d, &id, &e), 0);
}

static void
test_all_or_none(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct note_draft d[3];
	struct records_query q = { .type = TYPE_NOTE,
		.case_id = NULL, .limit = 0 };
	struct record_list l;
	struct err e = { 0 };
	int i;

	(void)state;
	memset(d, 0, sizeof(d));
	for (i = 0; i < 3; i++) {
		d[i].case_id = c;
		d[i].text = view_str("x");
	}
	d[2].text.len = 0;
	assert_int_equal(notes_add_many(fx.s, d, 3, &e), -1);
	assert_int_equal(records_list(fx.s, &q, &l, &e), 0);
	assert_int_equal(l.count, 0);
	record_list_done(&l);
	d[2].text.len = 1;
	assert_int_equal(notes_add_many(fx.s, d, 3, &e), 0);
	assert_int_equal(records_list(fx.s, &q, &l, &e), 0);
	assert_int_equal(l.count, 3);
	record_list_done(&l);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_fields), T(test_refused), T(test_all_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
