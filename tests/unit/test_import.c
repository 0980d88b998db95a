/* core/import: a year taken in once, and every broken file refused whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "client/core/cases/cases.h"
#include "client/core/upkeep/import.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/fixture.h"

#define HEADER "case,child,born,school,date,category,minutes,language,text\n"

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
read_data(const char *name, struct buf *b)
{
	char path[256];
	struct err e = { 0 };

	snprintf(path, sizeof(path), "tests/data/%s", name);
	buf_init(b, IMPORT_FILE_MAX);
	if (file_read(path, b, &e) != 0)
		fail_msg("%s", e.text);
}

static int64_t
versions(void)
{
	struct err e = { 0 };
	int64_t n;

	assert_int_equal(db_one_int(fx.st->db, "SELECT count(*) FROM version",
	    &n, &e), 1);
	return n;
}

static void
test_a_year(void **state)
{
	struct import_result r;
	struct case_list l;
	struct err e = { 0 };
	struct buf b;
	int64_t before = versions(), after;
	size_t i, notes = 0;

	(void)state;
	read_data("notes-year.csv", &b);
	assert_int_equal(import_notes(fx.s, buf_view(&b), true, &r, &e), 0);
	assert_int_equal(r.rows, 320);
	assert_int_equal(r.notes, 320);
	assert_int_equal(r.cases_made, 40);
	assert_int_equal(versions(), before);
	assert_int_equal(import_notes(fx.s, buf_view(&b), false, &r, &e), 0);
	assert_int_equal(r.notes, 320);
	assert_int_equal(r.cases_made, 40);
	assert_int_equal(r.already, 0);
	assert_int_equal(cases_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 40);
	for (i = 0; i < l.count; i++)
		notes += l.items[i].notes;
	assert_int_equal(notes, 320);
	case_list_done(&l);
	after = versions();
	/* Once more, also after some were lost to a cut. */
	assert_int_equal(import_notes(fx.s, buf_view(&b), false, &r, &e), 0);
	assert_int_equal(r.notes, 0);
	assert_int_equal(r.already, 320);
	assert_int_equal(r.cases_known, 40);
	assert_int_equal(r.cases_made, 0);
	assert_int_equal(versions(), after);
	assert_int_equal(db_exec(fx.st->db, "DELETE FROM version WHERE rid IN "
	    "(SELECT rid FROM record WHERE type = 4 ORDER BY rid DESC LIMIT 7);"
	    "DELETE FROM record WHERE rid NOT IN (SELECT rid FROM version)",
	    &e), 0);
	assert_int_equal(import_notes(fx.s, buf_view(&b), false, &r, &e), 0);
	assert_int_equal(r.notes, 7);
	assert_int_equal(r.already, 313);
	assert_int_equal(versions(), after);
	buf_done(&b);
}

static void
refused(struct view csv, const char *says)
{
	struct import_result r;
	struct err e = { 0 };
	int64_t before = versions();

	assert_int_equal(import_notes(fx.s, csv, false, &r, &e), -1);
	if (strstr(e.text, says) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", says, e.text);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(versions(), before);
}

static void
test_bad_files(void **state)
{
	static const struct { const char *file, *says; } bad[] = {
		{ "bad/utf8-row3.csv", "row 3" },
		{ "bad/missing-column.csv", "category" },
		{ "bad/unknown-column.csv", "mood" },
		{ "bad/open-quote.csv", "row 2" },
		{ "bad/short-row.csv", "row 2" },
		{ "bad/no-such-date.csv", "row 2), column date" },
		{ "bad/future-date.csv", "row 2), column date" },
		{ "bad/empty.csv", "empty" },
	};
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		read_data(bad[i].file, &b);
		refused(buf_view(&b), bad[i].says);
		buf_done(&b);
	}
}

static void
test_good_forms(void **state)
{
	static const struct { const char *file; size_t notes; } good[] = {
		{ "bad/header-only.csv", 0 }, { "bad/crlf.csv", 3 },
		{ "bad/bom.csv", 3 },
	};
	struct import_result r;
	struct err e = { 0 };
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		read_data(good[i].file, &b);
		assert_int_equal(import_notes(fx.s, buf_view(&b), true, &r,
		    &e), 0);
		assert_int_equal(r.rows, good[i].notes);
		buf_done(&b);
	}
}

static void
test_rows(void **state)
{
	static const struct { const char *row, *says; } bad[] = {
		{ ",K,,,2026-01-05,,,,x\n", "column case" },
		{ "A,,,,2026-01-05,,,,x\n", "column child" },
		{ "A,K,2015-13-01,,2026-01-05,,,,x\n", "column born" },
		{ "A,K,,,2026-01-05,Big One,,,x\n", "column category" },
		{ "A,K,,,2026-01-05,,9999,,x\n", "column minutes" },
		{ "A,K,,,2026-01-05,,-4,,x\n", "column minutes" },
		{ "A,K,,,2026-01-05,,,Estonian,x\n", "column language" },
		{ "A,K,,,2026-01-05,,,,\n", "column text" },
		{ "A,K,,,2026-01-05,,,,a\x01\n", "column text" },
		{ "A,K,,,2026-01-05,,,,x\nA,L,,,2026-01-05,,,,y\n",
		    "line 3 (row 2), column child" },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", HEADER, bad[i].row);
		refused(view_str(text), bad[i].says);
	}
	refused(view_str("case,case\n"), "twice");
}

static void
test_a_line_of_a_megabyte(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 2 * 1024 * 1024);
	buf_add_str(&b, HEADER "A,Kask,,,2026-01-05,,,,");
	memset(buf_reserve(&b, 1024 * 1024), 'a', 1024 * 1024);
	b.len += 1024 * 1024;
	buf_add_str(&b, "\n");
	refused(buf_view(&b), "row 1");
	buf_done(&b);
}

static void
test_twice_in_one_file(void **state)
{
	static const char text[] = HEADER
	    "A,Kask,,,2026-01-05,,,,same\n" "a,Kask,,,2026-01-05,,,,same\n"
	    "A,Kask,,,2026-01-06,,,,same\n" "B,Tamm,,,2026-01-05,,,,same\n";
	struct import_result r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(import_notes(fx.s, view_str(text), false, &r, &e), 0);
	assert_int_equal(r.rows, 4);
	assert_int_equal(r.notes, 3);
	assert_int_equal(r.already, 1);
	assert_int_equal(r.cases_made, 2);
	assert_int_equal(import_notes(fx.s, view_str(text), true, &r, &e), 0);
	assert_int_equal(r.already, 4);
}

static void
test_a_case_one_may_not_write_in(void **state)
{
	static const char text[] = HEADER
	    "N,New,,,2026-01-05,,,,x\n" "K1,Kask,,,2026-01-05,,,,y\n";
	struct import_result r;
	struct err e = { 0 };
	int64_t before;

	(void)state;
	fixture_case(&fx, "Kask", "K1");
	assert_int_equal(db_exec(fx.st->db, "UPDATE space SET state = 4 "
	    "WHERE case_id IS NOT NULL", &e), 0);
	before = versions();
	/* The card can still be read, so a section may be begun. */
	assert_int_equal(import_notes(fx.s, view_str(text), true, &r, &e), 0);
	assert_int_equal(db_exec(fx.st->db, "DELETE FROM access "
	    "WHERE space IN (SELECT id FROM space WHERE state = 4)", &e), 0);
	assert_int_equal(import_notes(fx.s, view_str(text), false, &r, &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(versions(), before);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_a_year), T(test_bad_files), T(test_good_forms),
		T(test_rows), T(test_a_line_of_a_megabyte),
		T(test_twice_in_one_file),
		T(test_a_case_one_may_not_write_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
