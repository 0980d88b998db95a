/*
 * Power cuts over a hub's database and ledger, as many as wanted.
 * usage: hubcuts SEED N    series from SEED on until N cuts have been made
 * One line: next seed, cuts, of them while starting, changesets acknowledged.
 * What is lost ends the program with a sentence and the seed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/cutdisk/hubcuts.h"

#define SERIES 12

int
main(int argc, char **argv)
{
	struct hubcuts h = { 0 };
	const char *lost;
	uint64_t seed, n;

	if (argc != 3) {
		fprintf(stderr, "usage: hubcuts SEED N\n");
		return 2;
	}
	seed = strtoull(argv[1], NULL, 10);
	n = strtoull(argv[2], NULL, 10);
	for (; h.cuts < n; seed++) {
		lost = hubcuts_series(&h, seed, SERIES);
		if (lost != NULL) {
			fprintf(stderr, "hubcuts: seed %" PRIu64 ": %s\n",
			    seed, lost);
			return 1;
		}
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", seed,
	    h.cuts, h.seconds, h.acknowledged);
	return 0;
}
