/*
 * Power cuts over the encrypted store, as many as wanted.
 *
 * usage: powercuts FIRST LAST the series with these seeds
 *        powercuts every SCRIPT PART PARTS
 *                             one of so many parts of its operations: each in
 *                             each mode, and each operation of each recovery
 *                             in each mode again
 *        powercuts scripts    their names and how many operations they take
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

/* Each operation from the ${part}th on, one of ${parts}. */
static int
every(const char *name, uint64_t part, uint64_t parts)
{
	struct cuts_tally t = { 0 };
	size_t i;

	for (i = 0; i < CUTS_SCRIPTS; i++)
		if (strcmp(name, cuts_scripts[i].name) == 0)
			cuts_every(&cuts_scripts[i], part, parts, true, &t);
	say(&t);
	return t.cuts > 0 ? 0 : 2;
}

static int
scripts(void)
{
	size_t i;

	for (i = 0; i < CUTS_SCRIPTS; i++)
		printf("%s %" PRIu64 "\n", cuts_scripts[i].name,
		    cuts_operations(&cuts_scripts[i]));
	return 0;
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
	if (argc == 2 && strcmp(argv[1], "scripts") == 0)
		return scripts();
	if (argc == 5 && strcmp(argv[1], "every") == 0)
		return every(argv[2], number(argv[3]), number(argv[4]));
	if (argc != 3) {
		fprintf(stderr, "usage: powercuts FIRST LAST | scripts | "
		    "every SCRIPT PART PARTS\n");
		return 2;
	}
	last = number(argv[2]);
	for (seed = number(argv[1]); seed <= last; seed++)
		cuts_series(seed, CUTS_ROUNDS, &t);
	say(&t);
	return 0;
}
