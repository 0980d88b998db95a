/*
 * Power cuts over the hub: at random operations of database and ledger, in
 * every way a disk may leave them, a second one while it starts. What was
 * acknowledged is there by its number and both agree. And a disk that lies
 * about its syncs is found out, or the above would prove nothing. SEED= and
 * CUTS= repeat and go further; make hubcuts goes on where the last one ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/cutdisk/cutdisk.h"
#include "tests/cutdisk/hubcuts.h"

#define SERIES 12
#define DEFAULT_CUTS 200
#define TRIES 12
#define MERGES 20

/* When the disk fails under it, libgit2 1.5 forgets some names of files. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libgit2.so";
}

static uint64_t
from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL || *text == '\0' ? otherwise :
	    strtoull(text, NULL, 10);
}

static void
test_cuts(void **state)
{
	uint64_t seed = from_env("SEED", 1), n = from_env("CUTS", DEFAULT_CUTS);
	struct hubcuts h = { 0 };
	const char *lost;

	(void)state;
	for (; h.cuts < n; seed++) {
		lost = hubcuts_series(&h, seed, SERIES);
		if (lost != NULL)
			fail_msg("SEED=%llu CUTS=1: %s",
			    (unsigned long long)seed, lost);
	}
	print_message("%llu cuts, %llu of them while starting, %llu "
	    "changesets acknowledged\n", (unsigned long long)h.cuts,
	    (unsigned long long)h.seconds,
	    (unsigned long long)h.acknowledged);
	assert_true(h.seconds > 0 && h.acknowledged > 0);
}

/* Packs put together and removed: rare above, since it takes many to begin. */
static void
test_merge(void **state)
{
	struct hubcuts h = { 0 };
	const char *lost;
	uint64_t seed;

	(void)state;
	for (seed = 2; seed <= 2 * MERGES; seed += 2) {
		lost = hubcuts_merge(&h, seed, seed > 2 * CUTDISK_MODES);
		if (lost != NULL)
			fail_msg("merge, seed %llu: %s",
			    (unsigned long long)seed, lost);
	}
	assert_true(h.acknowledged > 0);
}

/* Some seed of the first even ones shows it, in these words. */
static void
found_out(const char *lie, const char *words)
{
	const char *said = NULL;
	bool seen = false;
	uint64_t seed;

	for (seed = 2; seed <= 2 * TRIES && !seen; seed += 2) {
		struct hubcuts h = { .lie = lie };

		said = hubcuts_series(&h, seed, SERIES);
		seen = said != NULL && strstr(said, words) != NULL;
		if (said != NULL)
			print_message("%s\n", said);
	}
	if (!seen)
		fail_msg("a disk that lies about %s is not found out", lie);
}

static void
test_lies(void **state)
{
	(void)state;
	found_out("hub.db", "gone");
	found_out("hub.db", "database");
	found_out("objects/pack", "the ledger was not whole");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
