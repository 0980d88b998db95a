/* core/csv: RFC 4180 and nothing looser, with the place of each mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/words/csv.h"

static size_t
rows(const char *text, struct err *e)
{
	struct view f[CSV_FIELDS_MAX];
	struct csv c;
	size_t n, count = 0;
	int rc;

	csv_init(&c, view_str(text));
	while ((rc = csv_next(&c, f, &n, e)) == 1)
		count++;
	csv_done(&c);
	return rc == 0 ? count : 99;
}

static void
test_fields(void **state)
{
	struct view f[CSV_FIELDS_MAX];
	struct csv c;
	struct err e = { 0 };
	size_t n;

	(void)state;
	csv_init(&c, view_str("\xef\xbb\xbf" "a,\"b \"\"x\"\",\n2\",,d\r\n,\n"));
	assert_int_equal(csv_next(&c, f, &n, &e), 1);
	assert_int_equal(n, 4);
	assert_true(view_eq(f[0], view_str("a")));
	assert_true(view_eq(f[1], view_str("b \"x\",\n2")));
	assert_int_equal(f[2].len, 0);
	assert_true(view_eq(f[3], view_str("d")));
	assert_int_equal(csv_next(&c, f, &n, &e), 1);
	assert_int_equal(n, 2);
	assert_int_equal(c.row_line, 3);
	assert_int_equal(c.row, 1);
	assert_int_equal(csv_next(&c, f, &n, &e), 0);
	csv_done(&c);
	assert_int_equal(rows("a\nb", &e), 2);
	assert_int_equal(rows("", &e), 0);
}

static void
test_mistakes(void **state)
{
	static const struct { const char *text, *says; } bad[] = {
		{ "a\nb,\"c", "line 2 (row 1), column 2" },
		{ "a\nb\nx\"y\n", "line 3 (row 2), column 1" },
		{ "a\n\"b\"c\n", "line 2 (row 1), column 1" },
		{ "a\n\"one\ntwo\"\nb\xe4\n", "line 4 (row 2), column 1" },
		{ "a\rb\n", "line 1, column 1" },
		{ "\"\xff\"\n", "UTF-8" },
	};
	struct err e = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rows(bad[i].text, &e), 99);
		assert_int_equal(e.kind, ERR_INPUT);
		if (strstr(e.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].says, e.text);
	}
}

static void
test_limits(void **state)
{
	static char big[CSV_ROW_MAX + 10];
	struct err e = { 0 };

	(void)state;
	memset(big, ',', CSV_FIELDS_MAX);
	assert_int_equal(rows(big, &e), 99);
	memset(big, 'a', CSV_ROW_MAX + 1);
	assert_int_equal(rows(big, &e), 99);
	assert_non_null(strstr(e.text, "too long"));
	big[0] = '"';
	assert_int_equal(rows(big, &e), 99);
	big[0] = 'a';
	big[CSV_ROW_MAX] = '\0';
	assert_int_equal(rows(big, &e), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
