/*
 * Own text out of the sealed changesets that wait here, or were kept after the
 * hub took them: with the keys of this store, without the hub.
 */
#ifndef PROFILE_SALVAGING_OUTBOX_H
#define PROFILE_SALVAGING_OUTBOX_H

#include "client/core/local/store.h"

/** salvaging_outbox_tx(s, got, e): versions that are missing are unsent ones
 * again; should the log have them, they get their place from there. */
int salvaging_outbox_tx(struct store *s, uint64_t *got, struct err *e);

#endif
