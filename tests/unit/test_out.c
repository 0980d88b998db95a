/* client/cli/out, when: what reaches a terminal, and times in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/cli/out.h"
#include "client/cli/when.h"
#include "common/base/text.h"

static struct err e;

static void
escapes(const char *in, size_t len, bool lines, const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	out_escape(&b, view_of(in, len), lines);
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}
#define ESCAPES(in, lines, want) escapes(in, sizeof(in) - 1, lines, want)

static void
test_escape(void **state)
{
	(void)state;
	ESCAPES("\xc3\x95hk \xe2\x80\x93 Sz\xc5\xb1""cs", false,
	    "\xc3\x95hk \xe2\x80\x93 Sz\xc5\xb1""cs");
	ESCAPES("a\033[31mb", true, "a\\x1b[31mb");
	ESCAPES("a\x00z\x7f\x08", true, "a\\x00z\\x7f\\x08");
	ESCAPES("\xc2\x9b""2J", true, "\\u{009b}2J");  /* CSI as one byte */
	ESCAPES("\xe2\x80\xae""evil", true, "\\u{202e}evil");
	ESCAPES("\xe2\x81\xa6", true, "\\u{2066}");
	ESCAPES("a\r\nb\tc", true, "a\\x0d\nb\tc");
	ESCAPES("a\nb\tc", false, "a b c");
}

/* Bytes that are no UTF-8: cut, overlong, a surrogate, past the end. */
static void
stops(const char *fmt, const char *made, const char *want)
{
	char s[80];

	snprintf(s, sizeof(s), "%s", made);
	assert_int_equal(text_stops(fmt, s), strlen(want));
	assert_string_equal(s, want);
}

/* Latvian and Hungarian days end with a stop of their own. */
static void
test_stops(void **state)
{
	(void)state;
	stops("since %s. And on", "since 01.12.2026.. And on",
	    "since 01.12.2026. And on");
	stops("since %s.", "since 01.12.2026..", "since 01.12.2026.");
	stops("%s", "1..", "1.."); /* somebody's own text */
	stops("%s.", "1...", "1...");
	stops("%s.", "so..", "so..");
}

static void
test_escape_broken(void **state)
{
	(void)state;
	ESCAPES("\xc3", true, "\\xc3");
	ESCAPES("\xe2\x80", true, "\\xe2\\x80");
	ESCAPES("\xc0\x9b", true, "\\xc0\\x9b");
	ESCAPES("\xe0\x80\x9b", true, "\\xe0\\x80\\x9b");
	ESCAPES("\xed\xa0\x80", true, "\\xed\\xa0\\x80");
	ESCAPES("\xf4\x90\x80\x80", true, "\\xf4\\x90\\x80\\x80");
	ESCAPES("\xff" "a", true, "\\xffa");
}

static void
test_width(void **state)
{
	(void)state;
	assert_int_equal(out_width("abc"), 3);
	assert_int_equal(out_width("\xc3\xb5\xc3\xa4"), 2);
	assert_int_equal(out_width("\xe6\xbc\xa2"), 2);   /* wide */
	assert_int_equal(out_width("e\xcc\x81"), 1);      /* combining */
}

static void
test_cut(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	out_cut(&b, "\xc3\xb5\xc3\xa4\xc3\xb6\xc3\xbc", 4);
	assert_string_equal(buf_str(&b), "\xc3\xb5\xc3\xa4\xc3\xb6\xc3\xbc");
	buf_reset(&b);
	out_cut(&b, "\xc3\xb5\xc3\xa4\xc3\xb6\xc3\xbc", 3);
	assert_string_equal(buf_str(&b), "\xc3\xb5\xc3\xa4\xe2\x80\xa6");
	buf_reset(&b);
	out_cut(&b, "\xe6\xbc\xa2\xe6\xbc\xa2", 3);
	assert_string_equal(buf_str(&b), "\xe6\xbc\xa2\xe2\x80\xa6");
	buf_done(&b);
}

static void
test_quote(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	out_quote(&b, "school=Lasila");
	out_quote(&b, "");
	out_quote(&b, "it's $(x)");
	assert_string_equal(buf_str(&b), "school=Lasila'''it'\\''s $(x)'");
	buf_done(&b);
}

/* Run ${fn} with stdout in a file and hand back what it wrote. */
static const char *
captured(void (*fn)(void *), void *ctx)
{
	static char text[4096];
	char name[] = "/tmp/test_out.XXXXXX";
	int fd = mkstemp(name), old = dup(STDOUT_FILENO);
	ssize_t n;

	assert_true(fd >= 0 && old >= 0);
	unlink(name);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	fn(ctx);
	fflush(stdout);
	dup2(old, STDOUT_FILENO);
	close(old);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static void
print_sample(void *ctx)
{
	static const char *const heads[] = { "ID", "NAME", "TEXT" };
	struct table t;

	table_init(&t, heads, 3, 2);
	table_cell(&t, "1");
	table_cell(&t, "\xc3\x95ie");
	table_cell(&t, "two\nlines of some length");
	table_cell(&t, "22");
	table_cell(&t, NULL);
	table_cell(&t, "\033[2J");
	assert_int_equal(table_print(&t, ctx, &e), 0);
	table_done(&t);
}

static void
test_table(void **state)
{
	struct out o = { .width = 20 };

	(void)state;
	assert_string_equal(captured(print_sample, &o),
	    "ID  NAME  TEXT\n"
	    "1   \xc3\x95ie   two lines of some length\n"
	    "22        \\x1b[2J\n");
}

static void
test_table_narrow(void **state)
{
	struct out o = { .width = 24, .tty = true };

	(void)state;
	assert_string_equal(captured(print_sample, &o),
	    "ID  NAME  TEXT\n"
	    "1   \xc3\x95ie   two lines of \xe2\x80\xa6\n"
	    "22        \\x1b[2J\n");
	o.width = 14;
	assert_string_equal(captured(print_sample, &o),
	    "ID: 1\nNAME: \xc3\x95ie\nTEXT: two lines of some length\n\n"
	    "ID: 22\nTEXT: \\x1b[2J\n");
}

struct change_case {
	struct out o;
	const char *from, *to;
};

static void
print_change(void *ctx)
{
	const struct change_case *x = ctx;
	struct out o = x->o;
	struct merge_diff d;

	assert_int_equal(merge_diff(view_str(x->from), view_str(x->to), &d,
	    &e), 0);
	out_change(&o, &d);
	merge_diff_done(&d);
}

/* Marked without colour too, and nothing in it moves the cursor. */
static void
test_change(void **state)
{
	struct change_case x = { .from = "at home\033[2J now",
		.to = "at school now" };
	char from[2000], to[2100];
	const char *got;

	(void)state;
	assert_string_equal(captured(print_change, &x),
	    "at [-home\\x1b[2J-]{+school+} now\n");
	x.o.colour = true;
	assert_string_equal(captured(print_change, &x),
	    "at \033[31m[-home\\x1b[2J-]\033[0m"
	    "\033[32m{+school+}\033[0m now\n");
	/* A long stretch without a change is shortened, between words. */
	memset(from, 0, sizeof(from));
	while (strlen(from) < 1500)
		strcat(from, "sõna ");
	snprintf(to, sizeof(to), "%slõpp", from);
	x = (struct change_case){ .from = from, .to = to };
	got = captured(print_change, &x);
	assert_true(strlen(got) < 300);
	assert_non_null(strstr(got, " [...] sõna"));
	assert_non_null(strstr(got, "{+lõpp+}"));
}

static void
print_line(void *ctx)
{
	out_line(ctx, "%s: %s", "a\033]0;x\007", "b\nc");
}

static void
test_line(void **state)
{
	struct out o = { .colour = true };

	(void)state;
	assert_string_equal(captured(print_line, &o),
	    "a\\x1b]0;x\\x07: b\nc\n");
}

static void
print_json(void *ctx)
{
	json_t *j = json_object();

	(void)ctx;
	json_object_set_new(j, "text", out_json_text("\xc3\xb5 \033 \x7f "
	    "\xc2\x9b \xe2\x80\xae"));
	json_object_set_new(j, "broken", out_json_text("\xff"));
	json_object_set_new(j, "none", out_json_text(NULL));
	assert_int_equal(out_json(j, &e), 0);
}

/* Readable letters stay; what acts on a terminal comes as an escape, and a
 * JSON reader gets the text back. */
static void
test_json(void **state)
{
	const char *text = captured(print_json, NULL);
	json_t *j = json_loads(text, 0, NULL);

	(void)state;
	assert_string_equal(text, "{\n  \"broken\": \"\\\\xff\",\n"
	    "  \"none\": null,\n  \"text\": \"\xc3\xb5 \\u001B \\u007f "
	    "\\u009b \\u202e\"\n}\n");
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "text")),
	    "\xc3\xb5 \033 \x7f \xc2\x9b \xe2\x80\xae");
	json_decref(j);
}

static void
test_duration(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = { { "90s", 90 }, { "15m", 900 }, { "2h", 7200 },
		{ "1d", 86400 }, { "1h30m", 5400 } };
	static const char *const bad[] = { "", "15", "m", "15x", "-1m", "0m",
		"1h30", " 1h", "1h ", "1.5h" };
	int64_t s = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(when_duration(good[i].text, &s, &e), 0);
		assert_int_equal(s, good[i].want);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_int_equal(when_duration(bad[i], &s, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

#define T_0912 INT64_C(1795331520000) /* 2026-11-22T07:12Z, a Sunday */

static void
test_parse(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-13-01",
		"2026-02-30", "2026-11-22T24:00", "2026-11-22T09:60",
		"2026-11-22x09:12", "22.11.26", "2026-11-22T09:12Z",
		"22.11.2026 9:12" };
	int64_t ms = 0, next = 0;
	size_t i;

	(void)state;
	assert_int_equal(when_parse("2026-11-22T09:12", 0, &ms, &e), 0);
	assert_int_equal(ms, T_0912);
	assert_int_equal(when_parse("2026-11-22 09:12", 1, &ms, &e), 0);
	assert_int_equal(ms, T_0912);
	assert_int_equal(when_parse("2026-11-22", 1, &ms, &e), 0);
	assert_int_equal(when_parse("2026-11-23", 0, &next, &e), 0);
	assert_int_equal(ms, next - 1);
	/* The day with 25 hours. */
	assert_int_equal(when_parse("2026-10-25", 0, &next, &e), 0);
	assert_int_equal(when_parse("2026-10-25", 1, &ms, &e), 0);
	assert_int_equal(ms - next, 25 * 3600000 - 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_int_equal(when_parse(bad[i], 0, &ms, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

static void
test_other_ways(void **state)
{
	static const char *const ways[] = { "22.11.2026 09:12",
		"22/11/2026 09:12", "2026. 11. 22. 09:12",
		"22. november 2026 09:12", "2026. gada 22. novembris 09:12" };
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_int_equal(when_parse(ways[i], 0, &ms, &e), 0);
		assert_int_equal(ms, T_0912);
	}
}

static void
test_words(void **state)
{
	char out[WHEN_BYTES];
	int64_t day = 86400000;

	(void)state;
	when_words(T_0912, T_0912 + 60000, out);
	assert_string_equal(out, "today 09:12");
	when_words(T_0912 - day, T_0912, out);
	assert_string_equal(out, "yesterday 09:12");
	when_words(T_0912 - 6 * day + 1, T_0912, out);
	assert_string_equal(out, "Monday 09:12");
	when_words(T_0912 - 7 * day, T_0912, out);
	assert_string_equal(out, "15 November 09:12");
	when_words(T_0912 - 400 * day, T_0912, out);
	assert_string_equal(out, "18 October 2025");
	when_words(T_0912 + 2 * day, T_0912, out);
	assert_string_equal(out, "24 November 09:12");
	when_iso(T_0912 + 7, out);
	assert_string_equal(out, "2026-11-22T07:12:00.007Z");
	when_day(T_0912, out);
	assert_string_equal(out, "2026-11-22");
	when_short(0, out);
	assert_string_equal(out, "");
	when_short(T_0912, out);
	assert_string_equal(out, "2026-11-22 09:12");
}

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "EET-2EEST,M3.5.0/3,M10.5.0/4", 1);
	tzset();
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_escape_broken),
		cmocka_unit_test(test_width), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_quote), cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_narrow),
		cmocka_unit_test(test_line), cmocka_unit_test(test_json),
		cmocka_unit_test(test_duration), cmocka_unit_test(test_parse), cmocka_unit_test(test_other_ways),
		cmocka_unit_test(test_words), cmocka_unit_test(test_change)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
