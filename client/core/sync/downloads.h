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

/* How long a copy stays after it was fetched; and of what this person added,
 * after it was sent: as long as sealed changesets do, so that a restored hub can
 * be filled again. */
#define DOWNLOADS_KEEP_MS (30 * 24 * 3600 * 1000LL)
#define DOWNLOADS_KEEP_OWN_MS (90 * 24 * 3600 * 1000LL)

/** downloads_tidy(t, e): copies over that age go, each once the hub has shown a
 * piece of it drawn at random. One of which it cannot is sent again. */
int downloads_tidy(struct talk *t, struct err *e);

#endif
