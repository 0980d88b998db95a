/*
 * Power cuts over a hub: its database and its ledger on one disk that loses
 * power, workers who push, a ledger that follows, and an oracle that knows what
 * was acknowledged. After each cut everything acknowledged has to be there with
 * its number, database and ledger have to agree, and the ledger must not have
 * needed mending.
 */
#ifndef CUTDISK_HUBCUTS_H
#define CUTDISK_HUBCUTS_H

#include <stdbool.h>
#include <stdint.h>

struct hubcuts {
	const char *lie;  /* syncs of paths that hold this keep nothing; NULL */
	uint64_t cuts;    /* power cuts, so far */
	uint64_t seconds; /* of them while the hub was starting again */
	uint64_t acknowledged; /* changesets */
};

/** hubcuts_series(h, seed, n): a new hub and ${n} cuts; NULL when nothing was
 * lost, otherwise a sentence. One step after another with an even seed, which
 * then repeats it; with an odd one several workers and the ledger at once. */
const char *hubcuts_series(struct hubcuts *h, uint64_t seed, uint64_t n);

/** hubcuts_merge(h, seed, while_merging): one cut after the ledger's packs
 * were put together and the next was written; or, once that was seen, at an
 * operation of the step that puts them together. NULL or a sentence, as above.
 * Even seeds. */
const char *hubcuts_merge(struct hubcuts *h, uint64_t seed,
    bool while_merging);

#endif
