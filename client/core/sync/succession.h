/*
 * A hub that was restored from a backup goes on under a new log id, when two
 * officers have signed that it does. This device then stands where the backup
 * stood: what it had sent since waits to be sent again, as it was sealed; what
 * others had sent since stays here and is shown, at a place of its own, until
 * its authors have sent it again.
 *
 * Source: schema/rules.md 12.8.
 */
#ifndef SYNC_SUCCESSION_H
#define SYNC_SUCCESSION_H

#include "client/core/sync/talk.h"
#include "common/wire/proto.h"

/** succession_follow(t, e): ask the hub how its log came to its id. 1: as two
 * officers signed, and this device is in line with it, its next pull begins
 * there; 0: it says nothing that explains it; -1. */
int succession_follow(struct talk *t, struct err *e);

struct succession_step { /* from one log to the next */
	struct checkpoint head; /* of the new one */
	struct sign_pub key;    /* that signs it */
	bool two;               /* officers have to order it: no former key has
	                         * signed the new one */
};

/** succession_read(s, keys, in, out, e): what the hub says of one, both heads
 * signed by it; a key that changes is signed by the office root (hubkey.h). 1
 * it continues the log as it is known here, 0 another, -1. The order is not
 * looked at. */
int succession_read(const struct store *s, const struct hubkeys *keys,
    const struct proto_succession *in, struct succession_step *out,
    struct err *e);

/** succession_keys(r, out, e): GET /v1/keys; none from a hub that knows none. */
int succession_keys(struct remote *r, struct hubkeys *out, struct err *e);

/** succession_learn(r, genesis, out, e): for a device that joins: the
 * keys since the genesis entry, each signed by its root. ERR_PEER: not so. */
int succession_learn(struct remote *r, const struct directory_entry *genesis,
    struct hubkeys *out, struct err *e);

/** succession_ask(r, out, answer, e): GET /v1/succession; ${out} borrows
 * ${answer}. */
int succession_ask(struct remote *r, struct proto_successions *out,
    struct buf *answer, struct err *e);

/** succession_lost(s, items, e): how many items of others this device still
 * has a lost place for. */
int succession_lost(struct store *s, size_t *items, struct err *e);

/** succession_back_tx(s, id, seq, e): an item that had a lost place comes back
 * at ${seq}: what points there follows. */
int succession_back_tx(struct store *s, const struct hash *id, uint64_t seq,
    struct err *e);

#endif
