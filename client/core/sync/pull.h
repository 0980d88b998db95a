/*
 * Pulling: page after page until nothing is left, each page with the cursor
 * after it in one transaction. Cut anywhere, the next pull goes on there.
 *
 * Source: schema/rules.md 3.2.
 */
#ifndef SYNC_PULL_H
#define SYNC_PULL_H

#include "client/core/sync/talk.h"

/** pull_all(t, e): everything new up to now. ERR_PEER with WITNESS_SPLIT,
 * ERR_CLASH with WITNESS_COPIED: writing has been stopped. */
int pull_all(struct talk *t, struct err *e);

/** pull_write(t, body, e): what a pull would ask first, for a bundle.
 * pull_fits(t, body, e): 1 when that is still where this device stands, 0 when
 * it knows more by now. */
int pull_write(struct talk *t, struct buf *body, struct err *e);
int pull_fits(struct talk *t, struct view body, struct err *e);

#endif
