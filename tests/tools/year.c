/*
 * Fill a profile with an invented year (tests/support/year.h).
 *
 * usage: year PROFILE SEED [size=S|M|L|heaviest] [worker=I]
 *        [lang=et|lv|fi|hu|en] [share=PERCENT] [cases=N] [notes=N]
 *        [longest=N] [others=PERCENT] [alone]
 *        year workers SEED [size=S|M|L]
 * The profile has joined a hub and is unlocked (tugi unlock). Colleagues that
 * it knows by now are let into cases by consents, but with "alone". With worker= it is the year
 * of one worker of a municipality of that size; "workers" lists their names;
 * with share= it has so much of the cases and of what is no note.
 * Prints what was written as one line of JSON; with KINDS=1 each kind on the
 * standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/local/fields.h"
#include "common/wire/keys.h"
#include "tests/support/year.h"

static int
usage(void)
{
	fprintf(stderr, "usage: year PROFILE|workers SEED "
	    "[size=S|M|L|heaviest] [worker=I] [lang=et] [share=PERCENT] "
	    "[cases=N] [notes=N] [longest=N] [others=PERCENT] [alone]\n");
	return 64;
}

static enum year_size size = YEAR_S;

static bool
take(struct year *y, const char *word)
{
	const char *v = strchr(word, '=');
	static const char *const sizes[] = { "S", "M", "L", "heaviest" };
	uint64_t seed = y->seed;
	size_t i;

	if (strcmp(word, "alone") == 0)
		return y->alone = true;
	if (v++ == NULL)
		return false;
	for (i = 0; i < 4; i++)
		if (strncmp(word, "size=", 5) == 0 &&
		    strcmp(v, sizes[i]) == 0) {
			size = (enum year_size)i;
			*y = year_of(size, seed);
			return true;
		}
	if (strncmp(word, "worker=", 7) == 0) {
		i = strtoul(v, NULL, 10);
		*y = year_of_worker(size, seed, i);
		return i < year_workers(size);
	}
	for (i = 0; i < YEAR_LANGS; i++)
		if (strncmp(word, "lang=", 5) == 0 &&
		    strcmp(v, year_code((enum year_tongue)i)) == 0) {
			y->lang = (enum year_tongue)i;
			return true;
		}
	if (strncmp(word, "share=", 6) == 0) {
		i = strtoul(v, NULL, 10);
		y->cases = y->cases * i / 100 > 3 ? y->cases * i / 100 : 3;
		y->others = (unsigned)(y->others * i / 100);
		return true;
	}
	if (strncmp(word, "cases=", 6) == 0)
		y->cases = strtoul(v, NULL, 10);
	else if (strncmp(word, "notes=", 6) == 0)
		y->notes = strtoul(v, NULL, 10);
	else if (strncmp(word, "longest=", 8) == 0)
		y->longest = strtoul(v, NULL, 10);
	else if (strncmp(word, "others=", 7) == 0)
		y->others = (unsigned)strtoul(v, NULL, 10);
	else
		return false;
	return true;
}

static int
list_workers(uint64_t seed)
{
	char name[80];
	size_t i;

	for (i = 0; i < year_workers(size); i++)
		printf("%s\n", year_worker_name(size, seed, i, name,
		    sizeof(name)));
	return 0;
}

int
main(int argc, char **argv)
{
	const struct record_kind *kind;
	struct session_options o;
	struct session *s;
	struct year_made made;
	struct year y;
	struct err e;
	size_t k;
	int i;

	if (argc < 3 || keys_init() != 0)
		return usage();
	y = year_of(YEAR_S, strtoull(argv[2], NULL, 10));
	for (i = 3; i < argc; i++)
		if (!take(&y, argv[i]))
			return usage();
	if (strcmp(argv[1], "workers") == 0)
		return list_workers(y.seed);
	session_options_default(argv[1], &o);
	if (session_open(&o, view_of(NULL, 0), &s, &e) != 0 ||
	    year_write(s, &y, &made, &e) != 0) {
		fprintf(stderr, "year: %s\n", e.text);
		return 1;
	}
	session_close(s);
	printf("{\"records\": %zu, \"cases\": %zu, \"closed\": %zu, "
	    "\"notes\": %zu, \"consents\": %zu, \"withdrawals\": %zu, "
	    "\"longest\": \"%s\"}\n", made.records, made.cases, made.closed,
	    made.notes, made.consents, made.withdrawals, made.first_name);
	for (k = 0; getenv("KINDS") != NULL && (kind = fields_each(k)) != NULL;
	    k++)
		fprintf(stderr, "%-14s %6zu written %4zu refused %s\n",
		    kind->name, made.by_type[kind->type],
		    made.refused[kind->type], made.why[kind->type]);
	return 0;
}
