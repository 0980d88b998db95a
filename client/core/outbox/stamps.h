/*
 * Stamps: effective times of what the log holds, and mending the stamps of
 * what was written under a wrong clock and not yet sent.
 *
 * Source: schema/rules.md 2.1, 2.3, 2.4.
 */
#ifndef OUTBOX_STAMPS_H
#define OUTBOX_STAMPS_H

#include "client/core/local/store.h"

/** stamps_seen(s, space, seen, before, out, e): accept time of the newest
 * item of ${space} below what its author had seen; 0: none. */
int stamps_seen(struct store *s, const struct id *space,
    const struct log_point *seen, int64_t *out, struct err *e);

/** stamps_absorb_tx(s, eff, accept_ms, e): the clock learns of what was taken
 * in. Memory changes at once; the caller restores it when it rolls back. */
int stamps_absorb_tx(struct store *s, uint64_t eff, int64_t accept_ms,
    struct err *e);

/** stamps_put_right(s, e): after a contact: what was once believed of the
 * hub's time and neither clock has reached is forgotten (rules.md 2.4). */
int stamps_put_right(struct store *s, struct err *e);

/**
 * stamps_mend(s, offset_ms, mended, e): the own clock is ${offset_ms} behind
 * the hub's. Versions and statements not yet sealed get raw wall time plus
 * offset, in the order they have; what they name of each other follows. In
 * one transaction of its own. Nothing happens below two minutes.
 */
int stamps_mend(struct store *s, int64_t offset_ms, size_t *mended,
    struct err *e);

#endif
