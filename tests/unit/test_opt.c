/* client/cli/opt, find, near: reading a command line by the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/core/words/near.h"
#include "client/cli/opt.h"

static const struct cmd sample = {
	.name = "sample", .words = "A [B]", .min = 1, .max = 2,
	.opts = { { "file", "FILE", "a file", false },
	    { "who", "NAME", "a name", true },
	    { "dry-run", NULL, "a flag", false } }
};

static struct globals g;
static struct args a;
static struct err e;

/* Parse a line of at most nine words. */
static int
parse(const char *const *words)
{
	static char copy[10][64];
	static char *argv[11];
	struct opt_line line = { 1, argv };

	snprintf(copy[0], sizeof(copy[0]), "sample");
	argv[0] = copy[0];
	for (; words[line.argc - 1] != NULL; line.argc++) {
		assert_true(line.argc < 10);
		snprintf(copy[line.argc], sizeof(copy[0]), "%s",
		    words[line.argc - 1]);
		argv[line.argc] = copy[line.argc];
	}
	argv[line.argc] = NULL;
	memset(&g, 0, sizeof(g));
	err_clear(&e);
	return opt_command(&sample, line, &g, &a, &e);
}
#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void
refused(int rc, const char *words)
{
	assert_int_equal(rc, -1);
	assert_int_equal(e.kind, ERR_INPUT);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, e.text);
}

static void
test_mixed(void **state)
{
	(void)state;
	assert_int_equal(PARSE("one", "--who", "Ann", "two", "--dry-run",
	    "--file=x", "--json"), 0);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.words[0], "one");
	assert_string_equal(a.words[1], "two");
	assert_string_equal(a.values[0], "x");
	assert_string_equal(a.values[1], "Ann");
	assert_string_equal(a.values[2], "");
	assert_true(g.json);
	assert_false(g.quiet);
}

static void
test_end_of_options(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--who", "Ann", "--", "--text", "-x"), 0);
	assert_string_equal(a.words[0], "--text");
	assert_string_equal(a.words[1], "-x");
	assert_null(a.values[0]);
}

/* A value may begin with dashes; it is not taken for a shortened name. */
static void
test_value_like_option(void **state)
{
	(void)state;
	assert_int_equal(PARSE("one", "--who", "--fi"), 0);
	assert_string_equal(a.values[1], "--fi");
}

static void
test_refusals(void **state)
{
	(void)state;
	refused(PARSE("one", "--wo", "Ann"), "did you mean --who");
	refused(PARSE("one", "--who", "Ann", "--zzzzzz"),
	    "there is no option --zzzzzz");
	refused(PARSE("one", "--wh", "Ann"), "written in full: --who");
	refused(PARSE("one", "--who"), "--who needs a value");
	refused(PARSE("one", "--who", "Ann", "--dry-run=1"),
	    "takes no value");
	refused(PARSE("one", "--who", "Ann", "--who", "Ben"), "given twice");
	refused(PARSE("one", "-x"), "no option -x");
	refused(PARSE("--who", "Ann"), "usage: tugi sample A [B]");
	refused(PARSE("one", "two", "three", "--who", "Ann"),
	    "\"three\" is one word too many");
	refused(PARSE("one"), "needs the option --who NAME");
}

static void
test_help_first(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--help"), 0);
	assert_true(g.help);
	assert_int_equal(PARSE("-h"), 0);
	assert_true(g.help);
}

static void
test_lead(void **state)
{
	char *argv[] = { (char[]){ "tugi" }, (char[]){ "--json" },
		(char[]){ "--profile" }, (char[]){ "/p" }, (char[]){ "note" },
		(char[]){ "--quiet" }, NULL };
	int next = 0;

	(void)state;
	memset(&g, 0, sizeof(g));
	assert_int_equal(opt_lead(6, argv, &g, &next, &e), 0);
	assert_int_equal(next, 4);
	assert_true(g.json);
	assert_string_equal(g.profile, "/p");
	assert_false(g.quiet); /* after the command's name: not ours */
}

static const struct cmd *
find(const char *one, const char *two, size_t *used)
{
	static char copy[2][40];
	char *words[2] = { copy[0], copy[1] };

	snprintf(copy[0], sizeof(copy[0]), "%s", one);
	snprintf(copy[1], sizeof(copy[1]), "%s", two != NULL ? two : "");
	return find_cmd(words, two != NULL ? 2 : 1, used);
}

static void
test_find(void **state)
{
	size_t used = 0;

	(void)state;
	assert_string_equal(find("note", "add", &used)->name, "note add");
	assert_int_equal(used, 2);
	assert_string_equal(find("status", "--json", &used)->name, "status");
	assert_int_equal(used, 1);
	assert_string_equal(find("held", NULL, &used)->name, "held list");
	assert_string_equal(find("held", "--json", &used)->name, "held list");
	assert_int_equal(used, 1);
	assert_null(find("consent", NULL, &used)); /* its list needs a case */
	assert_null(find("note", "ad", &used));
	assert_null(find("not", "add", &used));
}

static void
suggests(const char *one, const char *two, const char *words)
{
	char copy[2][40];
	char *list[2] = { copy[0], copy[1] };

	snprintf(copy[0], sizeof(copy[0]), "%s", one);
	snprintf(copy[1], sizeof(copy[1]), "%s", two != NULL ? two : "");
	refused(find_fail(list, two != NULL ? 2 : 1, &e), words);
}

static void
test_suggest(void **state)
{
	(void)state;
	suggests("sycn", NULL, "did you mean tugi sync?");
	suggests("nte", "add", "did you mean tugi note?");
	suggests("note", "lsit", "did you mean tugi note list?");
	suggests("note", NULL, "add, list, show, amend");
	suggests("qqqqqqq", NULL, "tugi --help lists them");
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(near_distance("sync", "sync"), 0);
	assert_int_equal(near_distance("sycn", "sync"), 1); /* a swap */
	assert_int_equal(near_distance("syn", "sync"), 1);
	assert_int_equal(near_distance("sink", "sync"), 2);
	assert_int_equal(near_distance("", "sync"), 4);
}

static void
test_number(void **state)
{
	static const struct cmd cmd = { .name = "x",
		.opts = { { "n", "N", "", false } } };
	static const char *const bad[] = { "", "x", "1x", "0", "11", "-3",
		"99999999999999999999", "1.5" };
	struct ctx c = { .cmd = &cmd };
	struct range r = { 1, 10 };
	int64_t out = 7;
	size_t i;

	(void)state;
	assert_int_equal(cmd_number(&c, "n", r, &out, &e), 0);
	assert_int_equal(out, 7);
	c.args.values[0] = "10";
	assert_int_equal(cmd_number(&c, "n", r, &out, &e), 0);
	assert_int_equal(out, 10);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c.args.values[0] = bad[i];
		refused(cmd_number(&c, "n", r, &out, &e), "from 1 to 10");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_value_like_option),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_help_first),
		cmocka_unit_test(test_lead), cmocka_unit_test(test_find),
		cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_number)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
