/* client/cli/table: no command without help, no help without a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "client/cli/complete.h"
#include "client/cli/find.h"
#include "client/cli/help.h"
#include "client/cli/man.h"
#include "client/cli/opt.h"

#define TEXT_MAX ((size_t)1024 * 1024)

static void
has(struct buf *b, const char *what, const char *whose)
{
	if (strstr(buf_str(b), what) == NULL)
		fail_msg("%s: \"%s\" is missing", whose, what);
}

static void
test_complete_entries(void **state)
{
	const struct cmd *c;
	size_t i;

	(void)state;
	assert_true(table_count() > 40);
	for (i = 0; i < table_count(); i++) {
		c = table_at(i);
		assert_non_null(c->name);
		if (c->summary == NULL || c->summary[0] == '\0' ||
		    c->words == NULL || c->run == NULL ||
		    c->examples[0] == NULL)
			fail_msg("%s lacks a part", c->name);
		/* One line, no full stop: lists add what they need. */
		assert_null(strchr(c->summary, '\n'));
		assert_true(c->summary[strlen(c->summary) - 1] != '.');
		assert_true(c->min <= c->max);
		assert_true((c->max == 0) == (c->words[0] == '\0'));
	}
}

static void
test_examples_name_it(void **state)
{
	size_t i, k, used;
	char words[64];
	const char *group;

	(void)state;
	for (i = 0; i < table_count(); i++)
		for (k = 0; k < CMD_EXAMPLES_MAX &&
		    table_at(i)->examples[k] != NULL; k++) {
			snprintf(words, sizeof(words), "tugi %s",
			    table_at(i)->name);
			group = strstr(words, " list");
			used = strlen(words);
			if (table_at(i)->min == 0 && group != NULL &&
			    strncmp(table_at(i)->examples[k], words, used))
				used = (size_t)(group - words);
			assert_memory_equal(table_at(i)->examples[k], words,
			    used);
		}
}

static void
test_no_doubles(void **state)
{
	size_t i, k, m, n, globals;
	const struct opt *g = opt_globals(&globals);
	const struct cmd *c;

	(void)state;
	for (i = 0; i < table_count(); i++) {
		c = table_at(i);
		for (k = 0; k < i; k++)
			assert_string_not_equal(c->name, table_at(k)->name);
		n = opt_count(c);
		assert_true(n < CMD_OPTS_MAX);
		for (k = 0; k < n; k++) {
			assert_non_null(c->opts[k].help);
			for (m = 0; m < k; m++)
				assert_string_not_equal(c->opts[k].name,
				    c->opts[m].name);
			for (m = 0; m < globals; m++)
				assert_string_not_equal(c->opts[k].name,
				    g[m].name);
		}
	}
}

/* No way to put a secret on a command line. */
static void
test_no_secret_option(void **state)
{
	size_t i, k, n;
	const struct opt *g = opt_globals(&n);

	(void)state;
	for (k = 0; k < n; k++)
		assert_true(strstr(g[k].name, "pass") == NULL ||
		    strcmp(g[k].name, "passphrase-fd") == 0);
	for (i = 0; i < table_count(); i++)
		for (k = 0; k < opt_count(table_at(i)); k++)
			assert_null(strstr(table_at(i)->opts[k].name,
			    "pass"));
}

static void
test_help(void **state)
{
	struct buf all, one;
	size_t i, k, n;

	(void)state;
	buf_init(&all, TEXT_MAX);
	help_all(&all);
	for (i = 0; i < table_count(); i++) {
		has(&all, table_at(i)->name, "help");
		has(&all, table_at(i)->summary, "help");
		buf_init(&one, TEXT_MAX);
		help_cmd(&one, table_at(i));
		n = opt_count(table_at(i));
		for (k = 0; k < n; k++)
			has(&one, table_at(i)->opts[k].help,
			    table_at(i)->name);
		/* Examples first. */
		assert_true(strstr(buf_str(&one), "Examples") <
		    strstr(buf_str(&one), "Usage"));
		buf_done(&one);
	}
	buf_done(&all);
}

static void
test_completion(void **state)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };
	char option[64];
	struct buf b;
	struct err e;
	const char *rest;
	size_t i, k, s, n;

	(void)state;
	for (s = 0; s < 3; s++) {
		buf_init(&b, TEXT_MAX);
		assert_int_equal(complete_write(&b, shells[s], &e), 0);
		for (i = 0; i < table_count(); i++) {
			rest = strchr(table_at(i)->name, ' ');
			has(&b, rest != NULL ? rest : table_at(i)->name,
			    shells[s]);
			n = opt_count(table_at(i));
			for (k = 0; k < n; k++) {
				snprintf(option, sizeof(option),
				    s == 2 ? "-l %s" : "--%s",
				    table_at(i)->opts[k].name);
				has(&b, option, shells[s]);
			}
		}
		buf_done(&b);
	}
	buf_init(&b, TEXT_MAX);
	assert_int_equal(complete_write(&b, "csh", &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	buf_done(&b);
}

static void
test_man(void **state)
{
	char line[80];
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, TEXT_MAX);
	man_write(&b);
	for (i = 0; i < table_count(); i++) {
		snprintf(line, sizeof(line), "\n## tugi %s",
		    table_at(i)->name);
		has(&b, line, "manual");
	}
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete_entries),
		cmocka_unit_test(test_examples_name_it),
		cmocka_unit_test(test_no_doubles),
		cmocka_unit_test(test_no_secret_option),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_completion), cmocka_unit_test(test_man)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
