/* core/search: hits as records, excerpts that never cut a letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/records/search.h"
#include "client/core/local/utf8.h"
#include "tests/support/fixture.h"

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
test_run(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct record_list l;
	struct err e = { 0 };

	(void)state;
	fixture_note(&fx, &c, "Vestlus õpetajaga");
	fx.now_ms += 1000;
	fixture_note(&fx, &c, "Õpetaja helistas");
	assert_int_equal(search_run(fx.s, "opetaja", 10, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_string_equal(record_field(&l.items[0], "text"),
	    "Õpetaja helistas");
	record_list_done(&l);
	assert_int_equal(search_run(fx.s, "opetaja", 1, &l, &e), 0);
	assert_int_equal(l.count, 1);
	record_list_done(&l);
	assert_int_equal(search_run(fx.s, "?!", 1, &l, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
}

static void
excerpt(const char *text, const char *words, const char *expected)
{
	struct buf b;

	buf_init(&b, 4096);
	search_excerpt(text, words, &b);
	assert_string_equal(buf_str(&b), expected);
	buf_done(&b);
}

static void
test_excerpts(void **state)
{
	static char text[4000];
	struct buf b;
	size_t i;

	(void)state;
	excerpt("Õpetaja ütles", "opet", "[Õpet]aja ütles");
	excerpt("Laps ütles\nära", "x ARA", "Laps ütles [ära]");
	excerpt("ema koolis", "kool", "ema [kool]is");
	excerpt("eile vanakoolis", "KOOL", "eile vana[kool]is");
	excerpt("Õhtul jõudis kõik koolist", "koolile", "Õhtul jõudis kõik "
	    "[kool]ist");
	excerpt("vanaisa", "isa", "vanaisa"); /* three letters: beginnings */
	excerpt("Мама позвонила", "мама", "[Мама] позвонила");
	excerpt("ema tuli", "22.11.2026", "ema tuli");
	excerpt("", "kool", "");
	excerpt("a", "", "a");
	/* At every offset of two-byte letters no letter is cut. */
	for (i = 0; i < 400; i++) {
		memset(text, 'a', i);
		text[i] = '\0';
		strncat(text, " õõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõ"
		    " täht õõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõ"
		    "õõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõõ",
		    2000);
		buf_init(&b, 4096);
		search_excerpt(text, "taht", &b);
		assert_int_equal(utf8_bad(buf_view(&b)), b.len);
		assert_non_null(strstr(buf_str(&b), "[täht]"));
		assert_true(b.len < 180);
		buf_done(&b);
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_run), cmocka_unit_test(test_excerpts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
