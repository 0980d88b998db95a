/* Any kind of record from a spreadsheet, by a mapping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/words/charset.h"
#include "client/core/upkeep/import_records.h"
#include "tests/support/fixture.h"

static struct fixture f;
static struct err e;
static struct id kid;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, true);
	kid = fixture_case(&f, "Anna Tamm", "K1");
	fixture_case(&f, "Õnne Tuul", "K2");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

#define MAP "# goals of the old program\nkind = plan\nseparator = ;\n" \
	"date = DD.MM.YYYY\nplace = Juhtum\nfield goal = Eesmärk\n" \
	"field due = Tähtaeg\nignore = Märkus\n"

static struct import_sum sum;
static size_t told;
static char words[20][512];

static void
tell(void *ctx, const struct import_told *row)
{
	(void)ctx;
	if (row->words != NULL && told < 20)
		snprintf(words[told], sizeof(words[0]), "%s", row->words);
	told += row->what == IMPORT_WRONG;
}

static int
take(const char *map, struct view file, bool dry)
{
	struct import_map m;
	struct import_ask ask = { .map = &m, .file = file, .dry_run = dry,
		.tell = tell };
	int rc;

	told = 0;
	if (import_map_read(view_str(map), &m, &e) != 0)
		return -2;
	rc = import_records(f.s, &ask, &sum, &e);
	import_map_done(&m);
	return rc;
}

static int64_t
records(enum record_type type)
{
	char sql[80];
	int64_t n;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM record WHERE type = %d",
	    type);
	assert_int_equal(db_one_int(f.st->db, sql, &n, &e), 1);
	return n;
}

#define FILE_TWO "Juhtum;Eesmärk;Tähtaeg;Märkus\n" \
	"K1;sõbrad klassis;1.03.2027;x\n" \
	"k2;\"rahulik; söögivahetund\";15.4.2027;y\n;;;\n"

static void
test_takes(void **state)
{
	struct import_map m;
	struct buf begin;

	(void)state;
	assert_int_equal(take(MAP, view_str(FILE_TWO), true), 0);
	assert_int_equal(sum.rows, 2);
	assert_int_equal(sum.made, 2);
	assert_int_equal(records(TYPE_PLAN), 0);
	assert_int_equal(take(MAP, view_str(FILE_TWO), false), 0);
	assert_int_equal(records(TYPE_PLAN), 2);
	assert_int_equal(take(MAP, view_str(FILE_TWO), false), 0);
	assert_int_equal(sum.already, 2);
	assert_int_equal(records(TYPE_PLAN), 2);
	buf_init(&begin, IMPORT_MAP_MAX);
	import_map_begin(fields_kind(TYPE_PLAN), &begin);
	assert_int_equal(import_map_read(buf_view(&begin), &m, &e), 0);
	import_map_done(&m);
	buf_done(&begin);
}

/* Each wrong row has its own sentence, with line and column. */
static void
test_tells(void **state)
{
	static const char file[] = "Juhtum;Eesmärk;Tähtaeg;Märkus\n"
	    "K1;hea;31.02.2027;x\n"
	    "K9;hea;1.3.2027;x\n"
	    "K1;;1.3.2027;x\n"
	    "K1;hea;2027-03-01;x\n"
	    "K1;hea;1.3.2027\n"
	    "K1;\"hea;1.3.2027;x\n"
	    "K1;sound;1.3.2027;x\n";

	(void)state;
	assert_int_equal(take(MAP, view_str(file), false), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(told, 6);
	assert_int_equal(sum.made, 1);
	assert_int_equal(records(TYPE_PLAN), 0);
	assert_non_null(strstr(words[0], "line 2"));
	assert_non_null(strstr(words[0], "column Tähtaeg"));
	assert_non_null(strstr(words[1], "line 3"));
	assert_non_null(strstr(words[1], "column Juhtum"));
	assert_non_null(strstr(words[2], "line 4"));
	assert_non_null(strstr(words[2], "goal"));
	assert_non_null(strstr(words[3], "DD.MM.YYYY"));
	assert_non_null(strstr(words[4], "3 columns instead of 4"));
	assert_non_null(strstr(words[5], "line 7"));
	assert_non_null(strstr(words[5], "never closed"));
}

static void
test_ten_thousand(void **state)
{
	static const char *const rows[] = { "K9;x;1.3.2027;\n", "K1;;;\n",
		"K1;x;99.99.9999;\n", "K1\n", "\"K1;x\n", "K1;x\xff;;\n",
		"K1;a\"b;;\n", "K1;x;1.3.2027;a;b\n", "K1;x;soon;\n",
		"K1;x\x01;;\n" };
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_add_str(&b, "Juhtum;Eesmärk;Tähtaeg;Märkus\n");
	for (i = 0; i < 10000; i++) /* bytes that are no UTF-8 come later */
		if (i % 10 != 5)
			buf_add_str(&b, rows[i % 10]);
	assert_int_equal(take(MAP, buf_view(&b), false), -1);
	assert_int_equal(told, 9000);
	assert_int_equal(sum.wrong, 9000);
	assert_int_equal(sum.made, 0);
	assert_int_equal(records(TYPE_PLAN), 0);
	for (i = 0; i < 20; i++)
		assert_non_null(strstr(words[i], "line "));
	buf_add_str(&b, rows[5]);
	assert_int_equal(take(MAP, buf_view(&b), false), -1);
	assert_non_null(strstr(e.text, "line 9002"));
	assert_non_null(strstr(e.text, "encoding"));
	buf_done(&b);
}

static void
test_columns(void **state)
{
	(void)state;
	assert_int_equal(take(MAP, view_str("Juhtum;Eesmärk;Tähtaeg;Uus\n"),
	    false), -1);
	assert_int_equal(take(MAP, view_str("Juhtum;Eesmärk;Tähtaeg;Märkus;"
	    "Uus\n"), false), -1);
	assert_non_null(strstr(e.text, "ignore = Uus"));
	assert_int_equal(take("kind = consent\n", view_str(""), false), -2);
	assert_non_null(strstr(e.text, "cannot be imported"));
	assert_int_equal(take("kind = plan\n", view_str(""), false), -2);
	assert_non_null(strstr(e.text, "place"));
	assert_int_equal(take("kind = plan\nfield gaol = x\n", view_str(""),
	    false), -2);
	assert_non_null(strstr(e.text, "line 2"));
	assert_int_equal(take("goal\n", view_str(""), false), -2);
	assert_int_equal(take("kind = plan\nseparator = ::\n", view_str(""),
	    false), -2);
}

#define NOTES "kind = note\nencoding = windows-1257\nplace = kood\n" \
	"field text = tekst\nfield category = liik\nfield happened = kuup\n" \
	"fixed language = et\ndate = D.M.YYYY hh:mm\n" \
	"word category home_visit = Kodukülastus\n"

static void
test_words_and_encoding(void **state)
{
	/* In Windows-1257: ü is FC, õ F5. */
	static const char file[] = "kood,liik,kuup,tekst\n"
	    "K1,Koduk\xfclastus,1.9.2026 08:30,\"\xd5htul, kodus\"\n";
	static const uint8_t wide[] = { 0xff, 0xfe, 'k', 0, 'o', 0, 'o', 0, 'd', 0,
		'\n', 0, 0xf5, 0, 'x', 0 };
	struct buf out;

	(void)state;
	assert_int_equal(take(NOTES, view_str(file), false), 0);
	assert_int_equal(sum.made, 1);
	assert_int_equal(records(TYPE_NOTE), 1);
	assert_int_equal(take(NOTES, view_str("kood,liik,kuup,tekst\n"
	    "K1,nonsense,1.9.2026,x\n"), false), -1);
	assert_non_null(strstr(words[0], "column liik"));
	buf_init(&out, 100);
	assert_int_equal(charset_read("windows-1252", view_of(wide,
	    sizeof(wide)), &out, &e), 0);
	assert_string_equal(buf_str(&out), "kood\nõx");
	buf_done(&out);
}

static void
test_cases(void **state)
{
	static const char map[] = "kind = case\nfield code = a\nfield name = b\n";

	(void)state;
	assert_int_equal(take(map, view_str("a,b\nK1,Anna Tamm\nK7,Juku Mets\n"),
	    false), 0);
	assert_int_equal(sum.made, 1);
	assert_int_equal(sum.already, 1);
	assert_int_equal(records(TYPE_CASE), 3);
	assert_int_equal(take(map, view_str("a,b\nK8,One\nK8,Two\n"), false), -1);
	assert_non_null(strstr(words[0], "further up"));
	assert_int_equal(records(TYPE_CASE), 3);
}

/* A colleague gave a case the code of another: nobody can tell which is meant. */
static void
test_code_of_two_cases(void **state)
{
	struct colleague *c = fixture_colleague(&f, "Jaan Mets");
	struct record rec = { .type = TYPE_CASE, .op_count = 1 };
	struct id card;

	(void)state;
	fixture_ack(&f);
	assert_int_equal(cases_find(f.s, "K2", &rec.id, &e), 0);
	assert_int_equal(cases_section(f.s, &rec.id, "card", &card, &e), 0);
	fixture_text_op(&rec.ops[0], CASE_CODE, "k1");
	fixture_bases(&f, &rec.id, &rec.ops[0]);
	assert_int_equal(fixture_accept(&f, c, &card, &rec, &e), 0);
	assert_int_equal(take(MAP, view_str(FILE_TWO), false), -1);
	assert_non_null(strstr(words[0], "two cases have this code"));
	assert_int_equal(records(TYPE_PLAN), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tells, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ten_thousand, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_words_and_encoding, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_code_of_two_cases, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
