/* core/collate: names in the order of each language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/core/words/collate.h"

static void
in_order(const char *lang, const char *const *names)
{
	struct collate *c = collate_new(lang);
	size_t i, k;

	assert_non_null(c);
	for (i = 0; names[i] != NULL; i++)
		for (k = 0; names[k] != NULL; k++) {
			int got = collate_cmp(c, names[i], names[k]);

			if ((got > 0) - (got < 0) != (i > k) - (i < k))
				fail_msg("%s: %s, %s: %d", lang, names[i],
				    names[k], got);
		}
	collate_free(c);
}

static void
test_alphabets(void **state)
{
	static const char *const et[] = { "Saar", "Šahov", "Zeiger", "Žukov",
		"Tamm", "Ulm", "Õun", "Äär", "Öpik", "Üts", NULL };
	static const char *const fi[] = { "Vaara", "Wahl", "Virta", "Åberg",
		"Äijälä", "Öhman", NULL };
	static const char *const hu[] = { "Cukor", "Czakó", "Csaba", "Dobos",
		"Dzeta", "Dzsida", "Eper", "Gábor", "Gulyás", "Gyula",
		"Lukács", "Lyka", "Nóra", "Nyék", "Olga", "Ödön", "Sára",
		"Szabó", "Tamás", "Tyukod", "Zoltán", "Zsuzsa", NULL };
	static const char *const lv[] = { "Cālis", "Čakste", "Gulbis",
		"Ģēģers", "Kalns", "Ķēniņš", "Lapa", "Ļaudis", "Nora",
		"Ņina", "Sala", "Šmits", "Zars", "Žagars", NULL };
	static const char *const schools[] = { "Kalna skola", "Ķiršu skola",
		"Ķiršu skola 2", "Ķiršu skola 10", "Lejas skola", NULL };
	static const char *const en[] = { "Adams", "Élan", "Zola", NULL };

	(void)state;
	in_order("et", et);
	in_order("fi", fi);
	in_order("hu", hu);
	in_order("lv", lv);
	in_order("lv", schools);
	in_order("en", en);
}

/* Without the library's rules the order is still one. */
static void
test_without_rules(void **state)
{
	(void)state;
	assert_true(collate_cmp(NULL, "Äär", "Bee") < 0);
	assert_true(collate_cmp(NULL, "ema", "emal") < 0);
	assert_true(collate_cmp(NULL, "aru", "äru") != 0);
	assert_int_equal(collate_cmp(NULL, "aru", "aru"), 0);
	collate_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alphabets),
		cmocka_unit_test(test_without_rules)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
