/*
 * The witness: what the hub has signed about its log, and whether it still
 * stands by it.
 *
 * Every answer carries a signed head; it must continue the newest one known
 * here. Colleagues' records name the heads they hold (gossip), so that a hub
 * which shows two people two logs is caught by the first text that passes
 * between them. A contradiction is kept as evidence and ends sending to the
 * hub until a person has looked: reading and writing here go on.
 *
 * Source: schema/rules.md 12.1.
 */
#ifndef SYNC_WITNESS_H
#define SYNC_WITNESS_H

#include "client/core/local/store.h"
#include "common/wire/proto.h"
#include "common/wire/record.h"

#define WITNESS_SPLIT 1 /* e->code: the hub contradicts what it signed */
#define WITNESS_COPIED 2 /* e->code: another device uses these keys */

struct witness {
	struct checkpoint newest; /* verified; size 0: none yet */
	struct buf note;          /* as signed */
	uint64_t log_id;          /* of the log that is known; 0: none yet */
	bool split;               /* evidence was found since loading */
};

int witness_load(struct store *s, struct witness *w, struct err *e);
void witness_done(struct witness *w);

/**
 * witness_read(w, genesis, note, proof, out, e): read a head signed by the
 * hub of ${genesis} and check that it continues w->newest. ERR_PEER; code
 * WITNESS_SPLIT when it is signed and contradicts. Changes nothing.
 */
struct witness_in {
	const struct directory_entry *genesis;
	struct view note;
	const struct merkle_proof *proof; /* from w->newest.at */
};
int witness_read(const struct witness *w, const struct witness_in *in,
    struct checkpoint *out, struct err *e);

/** witness_save_tx(s, w, cp, note, e): after witness_read; also compares it
 * with what colleagues named. w changes with the caller's commit. */
int witness_save_tx(struct store *s, struct witness *w,
    const struct checkpoint *cp, struct view note, struct err *e);

/** witness_hear_tx(s, w, g, from, e): a colleague's gossip. What the hub did
 * not sign is passed over: a colleague alone must not be able to stop others.
 * A contradiction is kept and sets w->split; it is no error. */
struct witness_from {
	const struct id *device;
	uint64_t seq;
};
int witness_hear_tx(struct store *s, struct witness *w,
    const struct gossip *g, const struct witness_from *from, struct err *e);

/** witness_stop(s, w, theirs, words, e): outside a transaction: keep the
 * evidence, once for each head, and stop sending. */
int witness_stop(struct store *s, struct witness *w, struct view theirs,
    const char *words, struct err *e);

/** witness_error(s, e): the sentence for a stopped store, by what stopped it:
 * ERR_PEER with WITNESS_SPLIT, or that of witness_copied; -1. */
int witness_error(struct store *s, struct err *e);

/** witness_copied(e): another device uses these keys; ERR_CLASH with
 * WITNESS_COPIED; -1. */
int witness_copied(struct err *e);

#endif
