/*
 * The sealed file of an attachment, fetched from the hub.
 *
 * Source: schema/wire.md 12.8.
 */
#ifndef SYNC_DOWNLOADS_H
#define SYNC_DOWNLOADS_H

#include "client/core/local/blobs.h"
#include "client/core/sync/talk.h"

/** downloads_get(t, p, e): goes on where an earlier call was cut. ERR_PEER when
 * what came is not what the record names: nothing of it is kept. */
int downloads_get(struct talk *t, const struct blobs_place *p,
    struct err *e);

#endif
