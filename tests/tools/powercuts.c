/*
 * Power cuts over the encrypted store, as many as wanted.
 *
 * usage: powercuts FIRST LAST the series with these seeds
 *        powercuts every [SCRIPT [FROM TO]]
 *                             each operation of the fixed scripts, each mode,
 *                             and each operation of each recovery again
 * One line: cuts, of them in recovery, kills, faults. What does not hold ends the program with a sentence and the seed.
 */
#include <inttypes.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cuts.h"

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t v = strtoull(text, &end, 10);

	if (*text == '\0' || *end != '\0') {
		fprintf(stderr, "powercuts: %s is no number\n", text);
		exit(2);
	}
	return v;
}

static void
say(const struct cuts_tally *t)
{
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", t->cuts,
	    t->seconds, t->kills, t->faults);
	fflush(stdout);
}

static int
every(int argc, char **argv)
{
	struct cuts_tally t = { 0 };
	size_t i;

	for (i = 0; i < CUTS_SCRIPTS; i++) {
		const struct cuts_script *s = &cuts_scripts[i];
		uint64_t n = cuts_operations(s);

		if (argc > 2 && strcmp(argv[2], s->name) != 0)
			continue;
		cuts_every(s, argc > 4 ? number(argv[3]) : 1,
		    argc > 4 ? number(argv[4]) : n, true, &t);
		fprintf(stderr, "%s: %" PRIu64 " operations\n", s->name, n);
	}
	say(&t);
	return t.cuts > 0 ? 0 : 2;
}

int
main(int argc, char **argv)
{
	struct cuts_tally t = { 0 };
	uint64_t seed, last;

	/* One thread: SQLite needs no locks and counts no bytes. */
	if (sodium_init() < 0 ||
	    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK)
		return 2;
	if (argc >= 2 && strcmp(argv[1], "every") == 0)
		return every(argc, argv);
	if (argc != 3) {
		fprintf(stderr, "usage: powercuts FIRST LAST | every [SCRIPT "
		    "[FROM TO]]\n");
		return 2;
	}
	last = number(argv[2]);
	for (seed = number(argv[1]); seed <= last; seed++)
		cuts_series(seed, CUTS_ROUNDS, &t);
	say(&t);
	return 0;
}
