/*
 * Pulling: page after page until nothing is left, each page with the cursor
 * after it in one transaction. Cut anywhere, the next pull goes on there.
 */
#ifndef SYNC_PULL_H
#define SYNC_PULL_H

#include "client/core/sync/talk.h"

/** pull_all(t, e): everything new up to now. ERR_PEER with WITNESS_SPLIT,
 * ERR_CLASH with INTAKE_CLONE: writing has been stopped. */
int pull_all(struct talk *t, struct err *e);

#endif
