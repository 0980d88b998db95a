/*
 * A profile brought back from a copy goes on as a new device of its person.
 *
 * Source: schema/rules.md 45.2, 45.3, 45.4.
 */
#ifndef SYNC_SUCCESSOR_H
#define SYNC_SUCCESSOR_H

#include "client/core/sync/talk.h"

/** successor_settle(t, e): after the first pull, for a store with the mark.
 * Once the directory lists the new device: lets it in wherever the old one
 * keeps, and becomes it. 1 it is done, 0 nothing to do (this device was
 * revoked: the mark is gone), -1; while something is missing ERR_DENIED with
 * what it is. */
int successor_settle(struct talk *t, struct err *e);

#endif
