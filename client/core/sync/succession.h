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

/** succession_read(s, in, head, e): what the hub says of one, both heads
 * signed by it; ${head} is the new one. 1 it continues the log as it is known
 * here, 0 another, -1. The order is not looked at. */
int succession_read(const struct store *s, const struct proto_succession *in,
    struct checkpoint *head, struct err *e);

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
