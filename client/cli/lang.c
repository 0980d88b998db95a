/*
 * Choosing a language, and finding a text in its catalogue.
 *
 * The C library's own gettext serves no catalogue in the locale "C", and takes
 * "C.UTF-8" for the same from version 2.39 on; a laptop often has no other. So
 * the files that msgfmt writes are read here: a table of offsets, sorted by
 * the English texts. Only what the build has checked is ever read.
 */
#include "client/cli/lang.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/profile/policy.h"
#include "common/base/text.h"

#define MO_MAGIC 0x950412de

static const struct lang_catalogue *catalogue; /* NULL: English */

static uint32_t
number(size_t at)
{
	const unsigned char *p = catalogue->bytes + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* The text that entry ${i} of the table at ${table} points to. */
static const char *
entry(uint32_t table, uint32_t i)
{
	return (const char *)catalogue->bytes + number(table + 8 * i + 4);
}

/* An entry with two forms begins with the one for 1, then a zero byte. */
static const char *
find(const char *english)
{
	uint32_t low = 0, high = number(8);

	while (low < high && english[0] != '\0') {
		uint32_t mid = low + (high - low) / 2;
		int order = strcmp(english, entry(number(12), mid));

		if (order == 0)
			return entry(number(16), mid);
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* Which form stands for ${n}; each catalogue's Plural-Forms says the same
 * (tests/unit/test_lang.c). */
static unsigned
form(unsigned long n)
{
	if (strcmp(catalogue->lang, "lv") != 0)
		return n != 1;
	if (n % 10 == 1 && n % 100 != 11)
		return 0;
	return n != 0 ? 1 : 2;
}

static const char *
find_plural(const char *one, unsigned long n)
{
	const char *text = find(one);
	unsigned left;

	for (left = text != NULL ? form(n) : 0; left > 0; left--)
		text += strlen(text) + 1;
	return text;
}

/* Of a locale's name: "et", "et_EE.UTF-8"; NULL: none of the five. */
static const char *
language_of(const char *said, size_t len)
{
	const char *lang;
	size_t i;

	for (i = 0; (lang = policy_language(i)) != NULL; i++)
		if (len >= 2 && strncmp(said, lang, 2) == 0 &&
		    (len == 2 || strchr("_.@", said[2]) != NULL))
			return lang;
	return NULL;
}

static bool
is_c(const char *locale)
{
	return strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

/* A list of languages, the best first. */
static const char *
first_known(const char *list)
{
	const char *lang = NULL;
	size_t n;

	for (; lang == NULL && *list != '\0'; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		lang = language_of(list, n);
	}
	return lang;
}

/* As POSIX has it the first that is set counts; LANGUAGE goes before it
 * unless it is plain "C", which scripts set to be told English. */
static const char *
from_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES",
		"LANG" };
	const char *locale = NULL, *list = getenv("LANGUAGE"), *lang = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) &&
	    (locale == NULL || *locale == '\0'); i++)
		locale = getenv(names[i]);
	if (locale == NULL || is_c(locale))
		locale = "en";
	else if (list != NULL)
		lang = first_known(list);
	if (lang == NULL)
		lang = language_of(locale, strlen(locale));
	return lang != NULL ? lang : "en";
}

int
lang_choose(const char *said, struct err *e)
{
	const char *lang = said != NULL ?
	    language_of(said, strlen(said)) : from_environment();
	const struct lang_catalogue *c;

	if (lang == NULL)
		return err_set(e, ERR_INPUT, "%s",
		    _("--lang is one of et, lv, fi, hu, en"));
	catalogue = NULL;
	text_speak(NULL);
	for (c = lang_catalogues; c->lang != NULL; c++)
		if (strcmp(c->lang, lang) == 0)
			catalogue = c;
	if (catalogue != NULL && number(0) == MO_MAGIC) {
		static const struct text_source source = { find,
			find_plural };

		text_speak(&source);
	}
	return 0;
}

const char *
lang_spoken(void)
{
	return catalogue != NULL ? catalogue->lang : "en";
}
