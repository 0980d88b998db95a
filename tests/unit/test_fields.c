/* local/fields, day, utf8: typed text to values, the calendar, folding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include <stdlib.h>

#include "client/core/local/day.h"
#include "client/core/local/fields.h"
#include "client/core/local/utf8.h"

static int
parse(enum record_type type, const char *name, const char *text,
    struct value *v)
{
	static uint8_t scratch[32];
	struct err e = { 0 };
	int rc = fields_parse(fields_find(type, name), text, scratch, v, &e);

	if (rc != 0) {
		assert_int_equal(e.kind, ERR_INPUT);
		assert_non_null(strstr(e.text, name));
	}
	return rc;
}

static void
test_table(void **state)
{
	const struct record_kind *kind;
	size_t n, i, j;

	(void)state;
	for (n = 0; (kind = fields_each(n)) != NULL; n++) {
		const struct field *f = kind->fields;

		assert_true(kind->type < FIELDS_TYPES_MAX);
		assert_ptr_equal(kind, fields_kind(kind->type));
		for (j = 0; j < n; j++)
			assert_string_not_equal(fields_each(j)->name,
			    kind->name);
		assert_true(kind->count > 0);
		assert_true(kind->count <= RECORD_OPS_MAX);
		for (i = 0; i < kind->count; i++) {
			assert_int_equal(f[i].type, kind->type);
			assert_ptr_equal(&f[i], fields_find(f[i].type,
			    f[i].name));
			assert_ptr_equal(&f[i], fields_number(f[i].type,
			    f[i].number));
			for (j = 0; j < i; j++)
				assert_int_not_equal(f[i].number, f[j].number);
		}
		if (kind->when != 0)
			assert_non_null(fields_number(kind->type,
			    kind->when));
		if (kind->parent != 0)
			assert_non_null(fields_number(kind->type,
			    kind->parent));
		for (i = 0; i < kind->count; i++) /* a list has one of them */
			if (fields_listed(kind->list, f[i].name))
				break;
		assert_true(i < kind->count);
	}
	assert_null(fields_find(TYPE_NOTE, "mood"));
	assert_null(fields_number(TYPE_NOTE, 99));
	assert_null(fields_kind((enum record_type)99));
	/* A number that was given away once is not given to another kind. */
	assert_null(fields_kind((enum record_type)9));
	assert_true(fields_kind(TYPE_NOTE)->append_only);
}

static void
test_texts(void **state)
{
	static char big[RECORD_TEXT_MAX + 2];
	struct value v;

	(void)state;
	assert_int_equal(parse(TYPE_CASE, "name", "Jõe Ööbik", &v), 0);
	assert_int_equal(v.type, VALUE_TEXT);
	assert_int_equal(parse(TYPE_CASE, "name", "", &v), 0);
	assert_int_equal(v.type, VALUE_NULL);
	assert_int_equal(parse(TYPE_CASE, "name", "two\nlines", &v), -1);
	assert_int_equal(parse(TYPE_CASE, "contact", "two\nlines", &v), 0);
	assert_int_equal(parse(TYPE_CASE, "contact", "bell\a", &v), -1);
	assert_int_equal(parse(TYPE_CASE, "name", "\xe4", &v), -1);
	memset(big, 'a', RECORD_TEXT_MAX + 1);
	assert_int_equal(parse(TYPE_CASE, "contact", big, &v), -1);
	big[RECORD_TEXT_MAX] = '\0';
	assert_int_equal(parse(TYPE_CASE, "contact", big, &v), 0);
	big[401] = '\0';
	assert_int_equal(parse(TYPE_CASE, "name", big, &v), -1);
}

static void
test_codes_numbers_ids(void **state)
{
	struct value v;

	(void)state;
	assert_int_equal(parse(TYPE_CASE, "stage", "stage-1", &v), 0);
	assert_int_equal(parse(TYPE_CASE, "stage", "Stage 1", &v), -1);
	assert_int_equal(parse(TYPE_CASE, "stage", "-x", &v), -1);
	assert_int_equal(parse(TYPE_NOTE, "minutes", "45", &v), 0);
	assert_int_equal(v.num, 45);
	assert_int_equal(parse(TYPE_NOTE, "minutes", "-1", &v), -1);
	assert_int_equal(parse(TYPE_NOTE, "minutes", "4x", &v), -1);
	assert_int_equal(parse(TYPE_NOTE, "minutes", "1234567890123", &v), -1);
	assert_int_equal(parse(TYPE_CASE, "lead",
	    "00112233445566778899aabbccddeeff", &v), 0);
	assert_int_equal(v.data.len, 16);
	assert_int_equal(v.data.data[15], 0xff);
	assert_int_equal(parse(TYPE_CASE, "lead", "0011", &v), -1);
	assert_int_equal(parse(TYPE_REVIEW, "deposit", "0011", &v), -1);
}

static void
test_days(void **state)
{
	static const char *const wrong[] = { "2026-02-30", "2025-02-29",
		"1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
		"26-01-01", "2026/01/01", "2026-1-01", "1899-12-31",
		"2026-01-01T10", "2026-01-01 25:00", "2026-01-01 10:60" };
	char text[DAY_TEXT_BYTES];
	struct value v;
	int64_t ms;
	size_t i;

	(void)state;
	setenv("TZ", "UTC", 1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(day_parse_time(view_str(wrong[i]), &ms));
		assert_int_equal(parse(TYPE_NOTE, "happened", wrong[i], &v),
		    -1);
	}
	assert_int_equal(parse(TYPE_CASE, "born", "2016-02-29", &v), 0);
	assert_int_equal(v.type, VALUE_TEXT);
	assert_int_equal(parse(TYPE_CASE, "born", "2015-02-29", &v), -1);
	assert_true(day_parse(view_str("1970-01-01"), &ms));
	assert_int_equal(ms, DAY_MS / 2);
	assert_true(day_parse(view_str("2026-09-21"), &ms));
	assert_int_equal(ms, INT64_C(1789992000000));
	assert_string_equal(day_text(ms, text), "2026-09-21");
	assert_true(day_parse_time(view_str("2026-09-21 12:30"), &ms));
	assert_int_equal(ms, INT64_C(1789992000000) + 30 * 60000);
	/* Noon UTC is the same day far to the east and west. */
	setenv("TZ", "XXX-11", 1);
	assert_string_equal(day_text(INT64_C(1789992000000), text),
	    "2026-09-21");
	setenv("TZ", "XXX+11", 1);
	assert_string_equal(day_text(INT64_C(1789992000000), text),
	    "2026-09-21");
	setenv("TZ", "UTC", 1);
}

static void
test_every_day_of_four_centuries(void **state)
{
	char text[DAY_TEXT_BYTES], back[DAY_TEXT_BYTES];
	int64_t ms, got;

	(void)state;
	setenv("TZ", "UTC", 1);
	assert_true(day_parse(view_str("1900-01-01"), &ms));
	for (; ms < INT64_C(7258118400000); ms += DAY_MS) {
		day_text(ms, text);
		assert_true(day_parse(view_str(text), &got));
		assert_int_equal(got, ms);
		assert_string_equal(day_text(got, back), text);
	}
}

static void
test_folding(void **state)
{
	static const struct { const char *a, *b; } same[] = {
		{ "ÕUN", "oun" }, { "Šķērsām", "skersam" },
		{ "Ždanov", "zdanov" }, { "Győző", "gyozo" },
		{ "Äiti Örn Åke", "aiti orn ake" }, { "Łódź", "lodz" },
		{ "ЁЛКА Й", "елка и" }, { "Ýmir Ÿ", "ymir y" },
		{ "ΆΛΦΑ", "αλφα" }, { "İstanbul", "istanbul" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!utf8_same(view_str(same[i].a), view_str(same[i].b)))
			fail_msg("%s and %s differ", same[i].a, same[i].b);
	assert_true(utf8_has(view_str("Mari Õunapuu"), view_str("ounap")));
	assert_false(utf8_has(view_str("Mari"), view_str("marika")));
	assert_false(utf8_same(view_str("a"), view_str("ab")));
	assert_int_equal(utf8_bad(view_str("ok õ")), 5);
	assert_int_equal(utf8_bad(view_str("a\xed\xa0\x80")), 1);
	assert_int_equal(utf8_bad(view_str("a\xc0\x80")), 1);
	assert_int_equal(utf8_controls(view_str("a\xc2\x85"), true), 1);
}

/* Half an hour past midnight it is today, though UTC has yesterday. */
static void
test_ahead(void **state)
{
	const int64_t minute = 60000;
	int64_t day;

	(void)state;
	setenv("TZ", "EET-2", 1);
	tzset();
	assert_true(day_parse(view_str("2026-12-01"), &day));
	assert_false(day_ahead(day, day - 810 * minute)); /* 00:30 */
	assert_true(day_ahead(day, day - 870 * minute));  /* 23:30 before */
	assert_true(day_ahead(day + DAY_MS, day - 810 * minute));
	assert_false(day_ahead(day, day + 580 * minute)); /* 23:40 */
	unsetenv("TZ");
	tzset();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_codes_numbers_ids),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_every_day_of_four_centuries),
		cmocka_unit_test(test_folding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
