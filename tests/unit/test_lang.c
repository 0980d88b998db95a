/* client/cli/lang, common/base/text: the language chosen and its texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/lang.h"
#include "common/base/text.h"

#define WAITING "%zu text is held: tugi held"
#define WAITING_MANY "%zu texts are held: tugi held"

static struct err e;

static void
speak(const char *lang)
{
	assert_int_equal(lang_choose(lang, &e), 0);
}

static void
environment(const char *language, const char *all, const char *lang)
{
	unsetenv("LC_MESSAGES");
	setenv("LANGUAGE", language, 1);
	setenv("LC_ALL", all, 1);
	setenv("LANG", lang, 1);
	speak(NULL);
}

/* No locale of this machine is asked: there may be none. */
static void
test_environment(void **state)
{
	(void)state;
	environment("", "", "et_EE.UTF-8");
	assert_string_equal(lang_spoken(), "et");
	environment("", "hu", "et_EE.UTF-8");
	assert_string_equal(lang_spoken(), "hu");
	environment("sv:fi:et", "C.UTF-8", "");
	assert_string_equal(lang_spoken(), "fi");
	environment("fi", "C", ""); /* a script that wants English */
	assert_string_equal(lang_spoken(), "en");
	environment("", "ru_RU.UTF-8", "et_EE");
	assert_string_equal(lang_spoken(), "en");
	environment("", "etruscan", "");
	assert_string_equal(lang_spoken(), "en");
	environment("", "", "");
	assert_string_equal(lang_spoken(), "en");
}

static void
test_option(void **state)
{
	(void)state;
	speak("lv");
	assert_string_equal(lang_spoken(), "lv");
	speak("en");
	assert_string_equal(lang_spoken(), "en");
	assert_int_equal(lang_choose("sv", &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_string_equal(lang_spoken(), "en");
}

/* The same sentence, written nowhere but at its call, in each language. */
static void
test_errors_are_looked_up(void **state)
{
	char seen[5][ERR_TEXT_BYTES];
	static const char *const langs[] = { "en", "et", "fi", "hu", "lv" };
	size_t i, j;

	(void)state;
	for (i = 0; i < 5; i++) {
		speak(langs[i]);
		err_set(&e, ERR_INPUT, "there is no option %s", "--x");
		assert_non_null(strstr(e.text, "--x"));
		strcpy(seen[i], e.text);
		for (j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
	}
	speak("et");
	err_set(&e, ERR_INPUT, "%s", "no text of the program");
	assert_string_equal(e.text, "no text of the program");
	assert_ptr_equal(text_spoken(""), "");
	speak("en");
}

static void
test_plurals(void **state)
{
	static const unsigned long ones[] = { 1, 21, 101 },
	    others[] = { 2, 11, 111, 12 };
	const char *one, *many, *none;
	size_t i;

	(void)state;
	speak("lv");
	one = plural(1, WAITING, WAITING_MANY);
	many = plural(2, WAITING, WAITING_MANY);
	none = plural(0, WAITING, WAITING_MANY);
	assert_string_not_equal(one, many);
	assert_string_not_equal(many, none);
	assert_string_not_equal(one, WAITING);
	for (i = 0; i < 3; i++)
		assert_ptr_equal(plural(ones[i], WAITING, WAITING_MANY), one);
	for (i = 0; i < 4; i++)
		assert_ptr_equal(plural(others[i], WAITING, WAITING_MANY),
		    many);
	speak("et");
	assert_ptr_equal(plural(0, WAITING, WAITING_MANY),
	    plural(21, WAITING, WAITING_MANY));
	assert_string_not_equal(plural(1, WAITING, WAITING_MANY),
	    plural(2, WAITING, WAITING_MANY));
	speak("en");
	assert_string_equal(plural(1, WAITING, WAITING_MANY), WAITING);
	assert_string_equal(plural(0, WAITING, WAITING_MANY), WAITING_MANY);
}

/* What lang.c reckons is what the catalogues say of themselves. */
static void
test_plural_rules(void **state)
{
	const struct lang_catalogue *c;
	size_t n = 0, i;

	(void)state;
	for (c = lang_catalogues; c->lang != NULL; c++, n++) {
		const char *rule = strcmp(c->lang, "lv") == 0 ?
		    "Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 "
		    "? 0 : n != 0 ? 1 : 2);\n" :
		    "Plural-Forms: nplurals=2; plural=(n != 1);\n";

		for (i = 0; i + strlen(rule) < c->len; i++)
			if (memcmp(c->bytes + i, rule, strlen(rule)) == 0)
				break;
		assert_true(i + strlen(rule) < c->len);
	}
	assert_int_equal(n, 4);
}

/* A long sentence is cut between characters. */
static void
test_cut(void **state)
{
	char text[2 * ERR_TEXT_BYTES];
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		memset(text, 'a', i);
		text[i] = '\0';
		while (strlen(text) < ERR_TEXT_BYTES + 10)
			strcat(text, "õ");
		err_set(&e, ERR_INPUT, "%s", text);
		n = strlen(e.text);
		assert_true(n > ERR_TEXT_BYTES - 5);
		assert_int_equal((n - i) % 2, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_errors_are_looked_up),
		cmocka_unit_test(test_plurals),
		cmocka_unit_test(test_plural_rules),
		cmocka_unit_test(test_cut)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
