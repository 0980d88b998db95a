/*
 * Children's names in a text (names.h): in five languages' endings, in capital
 * and small letters, and what is no name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/local/utf8.h"
#include "client/core/cases/names.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;

static int
setup(void **state)
{
	struct id id;

	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Anna Tamm", &id);
	world_case(&w, 1, "Jānis Bērziņš", &id);
	world_grant(&w, 1, &id, 2, "notes", false);
	assert_int_equal(world_note(&w, 1, &id, "talked", NULL), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static void
finds(int i, const char *text, const char *word)
{
	char found[NAMES_FOUND_BYTES];
	int rc = names_find(w.c[i].session, view_str(text), found, &e);

	if (rc != (word[0] != '\0') || strcmp(found, word) != 0)
		fail_msg("\"%s\": %d \"%s\", not \"%s\"", text, rc, found,
		    word);
}

static void
test_names(void **state)
{
	(void)state;
	finds(1, "", "");
	finds(1, "How the class begins the day", "");
	finds(1, "What Anna said", "Anna");
	finds(1, "annan Annale nõu", "Annale");
	finds(1, "az ANNÁNAK adott", "ANNÁNAK");
	finds(1, "Jāņa ģimene", "");
	finds(1, "Jānim ir", "Jānim");
	finds(1, "ar Jani runāja", "Jani");
	finds(1, "Bērziņa", "Bērziņa");
	finds(1, "anna nõu", "");            /* Estonian: give advice */
	finds(1, "annab, tamm, tammepuu", "");
	finds(1, "ema ja anna tamm", "tamm"); /* both side by side */
	finds(1, "tamm, annale", "annale");
	finds(1, "Tammsaare park", "Tammsaare"); /* better once too often */
	finds(1, "Annabella-Kristiina", "Annabella");
	finds(1, "Tammepuuaallee", "");
	finds(2, "What Anna said", "");      /* not known here */
	finds(2, "Jānim ir", "Jānim");       /* from the section's label */
}

static void
test_capitals(void **state)
{
	static const char capitals[] = "AZÄÕĀĒĢĹŇŊŒŠŸŹŽΆΣЀЖЯ";
	static const char small[] = "azäõāēģĺňŋœšÿźžάσѐжя1-×ß";
	struct view v = view_str(capitals);
	size_t at;

	(void)state;
	for (at = 0; at < v.len;)
		assert_true(utf8_is_capital(utf8_next(v, &at)));
	v = view_str(small);
	for (at = 0; at < v.len;)
		assert_false(utf8_is_capital(utf8_next(v, &at)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_capitals),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
