/*
 * An encrypted store on the simulated disk, and an oracle that knows what was
 * acknowledged: what is done to it, cut off, opened again and compared.
 *
 * The model keeps the last acknowledged state and the one that a commit was
 * asked for and not answered. After whatever happened the store must hold one
 * of the two, row for row, in whole structures. What does not hold ends the
 * program with a sentence that has the seed.
 */
#ifndef SUPPORT_CUTS_H
#define SUPPORT_CUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/core/vault/vault.h"
#include "tests/support/simdisk.h"

#define CUTS_STORE "s.tugi"
#define CUTS_LOG "s.tugi-wal"
#define CUTS_BACKUP "b.tugi"
#define CUTS_ROWS 24
#define CUTS_ROUNDS 30 /* of a series */

struct cuts_model {
	uint32_t ver[CUTS_ROWS + 1]; /* 0: no such row */
	const char *passphrase;
};

struct cuts {
	struct simdisk *disk;
	struct vault_options o;
	struct vault_key key;
	struct vault *v;
	struct cuts_model acked, next;
	bool in_flight; /* next was asked for, not answered */
	bool typed;     /* opened by passphrase: the data key may change */
	size_t rows; /* at most; 1 is a long one */
	uint32_t clock;
	const char *what; /* for the message: seed, script, operation, mode */
	uint64_t seed, at;
	int mode, second_mode;
	uint64_t second_at;
	struct err e;
};

/** cuts_new(w, seed): an empty disk. cuts_make(w, seed): and a store on it. */
void cuts_new(struct cuts *w, uint64_t seed);
void cuts_make(struct cuts *w, uint64_t seed);
void cuts_done(struct cuts *w);

/** cuts_use(w): of several disks this one is meant from here on. */
void cuts_use(struct cuts *w);

/** cuts_bad(w, what): say it with the seed and end the program. */
__attribute__((noreturn)) void cuts_bad(struct cuts *w, const char *what);

/** cuts_draw(w, n): 0 to n-1 of the seeded stream. */
size_t cuts_draw(struct cuts *w, size_t n);

int cuts_open(struct cuts *w);
void cuts_close(struct cuts *w);

/** cuts_change(w): a transaction of one of several kinds; -1 when something
 * failed, and the model knows what may be on the disk. */
int cuts_change(struct cuts *w);

/** cuts_vacuum(w): the file gets shorter. The program never asks for this. */
int cuts_vacuum(struct cuts *w);

/** cuts_holds(w, m): exactly the rows of ${m}? */
bool cuts_holds(struct cuts *w, const struct cuts_model *m);

/** cuts_compare(w): acknowledged or in flight, whichever it was is the truth
 * from here on; structures are whole. */
void cuts_compare(struct cuts *w);

/** cuts_counters(w): those that must stay 0. */
void cuts_counters(struct cuts *w);

/* ---- what is done to it (cuts_run.c) ---- */

struct cuts_tally {
	uint64_t cuts;    /* power cuts */
	uint64_t seconds; /* of them while the store was recovering */
	uint64_t kills;   /* the program ended, the disk did not */
	uint64_t faults;  /* calls that failed, full disks */
};

/** cuts_series(seed, n, tally): ${n} rounds (CUTS_ROUNDS) over one store: work until the
 * light goes out or the disk fails; each of those moments in several outcomes,
 * half of them cut again in recovery. */
void cuts_series(uint64_t seed, uint64_t n, struct cuts_tally *tally);

/* A fixed sequence of steps, from the same disk each time. */
struct cuts_script {
	const char *name;
	int (*run)(struct cuts *w);
	bool typed;
};

#define CUTS_SCRIPTS 3
extern const struct cuts_script cuts_scripts[CUTS_SCRIPTS];

/** cuts_begin(w, seed): the store that the scripts start from. */
void cuts_begin(struct cuts *w, const struct cuts_script *s, uint64_t seed);

/** cuts_operations(s): how many operations the script takes. */
uint64_t cuts_operations(const struct cuts_script *s);

/** cuts_every(s, from, step, doubles, tally): cut at operation ${from} and each
 * ${step}th after it in each mode, and the program killed there and cut
 * afterwards; ${doubles}: and at each operation of each recovery in each mode
 * again, else at one drawn for every second one. */
void cuts_every(const struct cuts_script *s, uint64_t from, uint64_t step,
    bool doubles, struct cuts_tally *tally);

#endif
