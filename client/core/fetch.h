/*
 * A file of an attachment, when it is needed: from the hub.
 */
#ifndef CORE_FETCH_H
#define CORE_FETCH_H

#include "client/core/exchange.h"

/** fetch_attachment(s, r, id, p, e): onto this device; nothing to do when it
 * is here. May be cut: the next call goes on. ERR_ABSENT when the hub has no
 * such file, ERR_AWAY offline, ERR_PEER when the hub gives something else. */
int fetch_attachment(struct session *s, struct remote *r,
    const struct id *id, const struct exchange_progress *p, struct err *e);

/** fetch_place(s, id, out, e): where the file of the attachment with that id is
 * to be had. ERR_ABSENT. */
struct blobs_place;
int fetch_place(struct session *s, const struct id *id,
    struct blobs_place *out, struct err *e);

#endif
