/*
 * The anchor at the hub: how far this store has come, in this device's own
 * signed words, handed over before anything else is asked. A store that was put
 * back, anchor file and all, meets there a later word of its own.
 *
 * Source: schema/store.md 8.7, schema/wire.md 21.
 */
#ifndef SYNC_ANCHORED_H
#define SYNC_ANCHORED_H

#include "client/core/sync/talk.h"

/** anchored_tell(t, e): the hub has this store's anchor, or takes none. When
 * what it shows is of a later state than this store's, the store is read only
 * from here on, also when it is opened again: ERR_LOCAL. ERR_PEER when it
 * shows what this device never said. */
int anchored_tell(struct talk *t, struct err *e);

/** anchored_save_tx(t, e): what the hub has by now is remembered. */
int anchored_save_tx(struct talk *t, struct err *e);

#endif
