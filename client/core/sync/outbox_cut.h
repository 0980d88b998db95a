/*
 * Local versions become sealed changesets in the outbox. It is a step of the
 * round, because it asks what the round has settled: whether a section's
 * epochs are in line with its statements, and what was heard of the log.
 */
#ifndef SYNC_OUTBOX_CUT_H
#define SYNC_OUTBOX_CUT_H

#include "client/core/local/store.h"

/** outbox_cut(s, changed, e): seal local versions, space by space, up to 64
 * records and CHANGESET_BYTES_MAX each, cut where what had been seen changes.
 * Spaces without a key yet or not writable are left alone. */
int outbox_cut(struct store *s, size_t *changed, struct err *e);

#endif
