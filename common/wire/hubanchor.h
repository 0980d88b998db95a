/*
 * How far a device's store has come, as the device hands it to the hub and is
 * shown it again: sealed to itself, so that the hub learns nothing by it, and
 * signed, so that nobody else can have said it.
 *
 * Source: schema/wire.md 21.
 */
#ifndef WIRE_HUBANCHOR_H
#define WIRE_HUBANCHOR_H

#include "common/wire/keys.h"

#define HUBANCHOR_BYTES 176

/* Commits of the store so far, and a hash that chains them. */
struct hubanchor_mark {
	uint64_t seq;
	struct hash head;
};

struct hubanchor {
	struct id device;
	uint64_t turn; /* of two of one device the higher one is newer */
};

/** hubanchor_make(me, turn, mark, out): append one. */
void hubanchor_make(const struct device_keys *me, uint64_t turn,
    const struct hubanchor_mark *mark, struct buf *out);

/** hubanchor_read(in, out, e): its form alone. ERR_PEER. */
int hubanchor_read(struct view in, struct hubanchor *out, struct err *e);

/** hubanchor_signed(in, pub): by that key? After hubanchor_read. */
bool hubanchor_signed(struct view in, const struct sign_pub *pub);

/** hubanchor_open(me, in, out): what this device itself has said; false for
 * anything else. After hubanchor_read. */
bool hubanchor_open(const struct device_keys *me, struct view in,
    struct hubanchor_mark *out);

#endif
