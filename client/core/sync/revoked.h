/*
 * The end of this device: its own revocation, found in the verified directory.
 *
 * Source: schema/rules.md 7.10.
 */
#ifndef SYNC_REVOKED_H
#define SYNC_REVOKED_H

#include "client/core/sync/talk.h"

/** revoked_settle(t, e): if the directory as taken in here revokes this
 * device: own text that was not received is held, keys and the text of others
 * go, and the store is at its end (STORE_REVOKED). Nothing on the hub's word,
 * and nothing while the store is stopped. */
int revoked_settle(struct talk *t, struct err *e);

#endif
