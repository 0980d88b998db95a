/*
 * Sealed files of attachments by stick: those that the hub was not told of, and
 * those that somebody wants here.
 *
 * Source: schema/wire.md, "Bundle".
 */
#ifndef SYNC_LUGGAGE_H
#define SYNC_LUGGAGE_H

#include "client/core/local/blobs.h"

struct luggage {
	size_t files; /* packed; or that the hub has now */
	size_t asked; /* for; or that are here now */
	size_t left;  /* no room on this stick; or the hub did not take or give */
};

/** luggage_pack(s, wants, n, out, l, e): append to ${out} the bundles (a
 * stick's, wire/stick.h) with what is here and unsent, and with requests for
 * ${wants}; what does not fit is counted. Nothing is marked as sent. */
int luggage_pack(struct store *s, const struct blobs_place *wants, size_t n,
    struct buf *out, struct luggage *l, struct err *e);

/** luggage_take(s, bundle, l, e): the hub's answer to one of those, added to
 * ${l}. What is known already changes nothing. ERR_INPUT when it is not this
 * device's, ERR_PEER when a file is not what its record names. */
int luggage_take(struct store *s, struct view bundle, struct luggage *l,
    struct err *e);

#endif
