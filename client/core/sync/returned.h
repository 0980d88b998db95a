/*
 * What the hub has acknowledged comes back from it, as a header with its place
 * among others' items. A hub that goes on without it has signed that it has it:
 * that is noticed at the next contact and asked for, not only when a later
 * item shows the gap.
 *
 * Source: schema/rules.md 12.7.
 */
#ifndef SYNC_RETURNED_H
#define SYNC_RETURNED_H

#include "client/core/local/store.h"

/** returned_want_tx(s, e): when a pull is complete: what should have come with
 * it and did not is asked for again. */
int returned_want_tx(struct store *s, struct err *e);

/** returned_missing(s, out, e): how many there are. */
int returned_missing(struct store *s, size_t *out, struct err *e);

#endif
