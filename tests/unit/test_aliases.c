/* local/aliases: which cases are one and which is in front, as a function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/local/aliases.h"

#define RUNS 2000

static struct id
a_case(unsigned n)
{
	struct id id = { { 0 } };

	id.b[0] = (uint8_t)n;
	return id;
}

/* "21 31": 2 in front of 1, 3 in front of 1. */
static void
grouped(const char *pairs, unsigned of, const char *wanted)
{
	struct alias_pair list[32];
	struct alias_set set = { list, 0 };
	struct alias_group got;
	struct id id = a_case(of);
	size_t i;

	memset(list, 0, sizeof(list));
	for (i = 0; pairs[i] != '\0'; i += pairs[i + 2] != '\0' ? 3 : 2) {
		list[set.count].front = a_case((unsigned)(pairs[i] - '0'));
		list[set.count++].behind = a_case((unsigned)(pairs[i + 1] -
		    '0'));
	}
	aliases_group(&set, &id, false, &got);
	assert_int_equal(got.count, strlen(wanted));
	for (i = 0; i < got.count; i++)
		assert_int_equal(got.ids[i].b[0], wanted[i] - '0');
}

static void
test_groups(void **state)
{
	(void)state;
	grouped("", 1, "1");
	grouped("23", 1, "1");
	grouped("21", 1, "21");
	grouped("21", 2, "21");
	grouped("21 21", 1, "21"); /* a repeat adds nothing */
	/* Chains, in any order. */
	grouped("32 21", 1, "312");
	grouped("21 32", 3, "312");
	/* A circle of two, of three; one behind the circle. */
	grouped("12 21", 2, "12");
	grouped("21 32 13", 3, "123");
	grouped("32 23 21", 1, "213");
	grouped("32 23 21", 3, "213");
	/* Two that nothing stands in front of. */
	grouped("31 21", 1, "213");
	/* Another group is another group. */
	grouped("21 54", 4, "54");
}

/* Each member of a group sees the same group, in whatever order the aliases
 * are known. */
static void
test_same_for_all(void **state)
{
	struct alias_pair list[8], swap;
	struct alias_set set = { list, 8 };
	struct alias_group a, b;
	uint64_t dice = 7;
	size_t run, i;

	(void)state;
	for (run = 0; run < RUNS; run++) {
		memset(list, 0, sizeof(list));
		for (i = 0; i < 8; i++) {
			dice = dice * UINT64_C(6364136223846793005) + 1;
			list[i].front = a_case(1 + (unsigned)(dice >> 40) % 9);
			list[i].behind = a_case(1 + (unsigned)(dice >> 50) %
			    9);
		}
		aliases_group(&set, &list[0].front, false, &a);
		for (i = 0; i < 4; i++) {
			swap = list[i];
			list[i] = list[7 - i];
			list[7 - i] = swap;
		}
		for (i = 0; i < a.count; i++) {
			aliases_group(&set, &a.ids[i], false, &b);
			assert_memory_equal(&a, &b, sizeof(a));
		}
	}
}

static void
test_shut(void **state)
{
	struct alias_pair list[1] = { { a_case(2), a_case(1), true } };
	struct alias_set set = { list, 1 };
	struct alias_group got;
	struct id id = a_case(1);

	(void)state;
	aliases_group(&set, &id, false, &got);
	assert_int_equal(got.count, 1);
	aliases_group(&set, &id, true, &got);
	assert_int_equal(got.count, 2);
}

/* More than there is room for: bounded, the one asked for is in it. */
static void
test_many(void **state)
{
	struct alias_pair list[100];
	struct alias_set set = { list, 100 };
	struct alias_group got;
	struct id id = a_case(50);
	size_t i, found = 0;

	(void)state;
	memset(list, 0, sizeof(list));
	for (i = 0; i < 100; i++) {
		list[i].front = a_case((unsigned)i + 1);
		list[i].behind = a_case((unsigned)i);
	}
	aliases_group(&set, &id, false, &got);
	assert_int_equal(got.count, ALIASES_GROUP_MAX);
	for (i = 0; i < got.count; i++)
		found += id_eq(&got.ids[i], &id);
	assert_int_equal(found, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_same_for_all),
		cmocka_unit_test(test_shut),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
