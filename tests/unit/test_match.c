/* client/core/match: ids by a piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/core/profile/match.h"

static const struct id sample = { { 0x01, 0x9b, 0x2c, 0xd4, 0x55, 0x66, 0x77,
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xde, 0xad, 0xbe, 0xef } };

static void
test_digits(void **state)
{
	(void)state;
	assert_true(match_digits("beef"));
	assert_true(match_digits("DEADBEEF"));
	assert_true(match_digits("019b2cd45566778899aabbccdeadbeef"));
	assert_false(match_digits(""));
	assert_false(match_digits("bee"));
	assert_false(match_digits("beeg"));
	assert_false(match_digits("dead beef"));
	assert_false(match_digits("019b2cd45566778899aabbccdeadbeef0"));
}

static void
test_id(void **state)
{
	(void)state;
	assert_true(match_id("deadbeef", &sample));
	assert_true(match_id("DEADBEEF", &sample));
	assert_true(match_id("019b2cd4", &sample));
	assert_true(match_id("019b2cd45566778899aabbccdeadbeef", &sample));
	assert_false(match_id("eef", &sample));      /* too short */
	assert_false(match_id("ccdead", &sample));   /* in the middle */
	assert_false(match_id("deadbeee", &sample));
	assert_false(match_id("", &sample));
	assert_false(match_id("%%%%", &sample));
}

/* Records of one minute begin alike: the short form must tell them apart. */
static void
test_short(void **state)
{
	char a[MATCH_SHORT_BYTES], b[MATCH_SHORT_BYTES];
	struct id one, two;

	(void)state;
	assert_string_equal(match_short(&sample, a), "deadbeef");
	id_timed(&one, 1795331520000);
	id_timed(&two, 1795331520000);
	assert_string_not_equal(match_short(&one, a), match_short(&two, b));
	assert_true(match_id(a, &one));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digits), cmocka_unit_test(test_id),
		cmocka_unit_test(test_short)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
