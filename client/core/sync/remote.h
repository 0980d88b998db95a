/*
 * The hub as the client calls it: one function, so that the simulator and the
 * tests put another world behind it.
 */
#ifndef SYNC_REMOTE_H
#define SYNC_REMOTE_H

#include "common/base/tick.h"
#include "common/wire/card.h"
#include "common/wire/keys.h"

struct remote_call {
	const char *method, *path;
	struct view body;
	const struct device_keys *me; /* NULL: unsigned request */
};

struct remote {
	/* 0 with the HTTP status and the answer's body appended (bounded by
	 * ${answer}); -1 ERR_AWAY when nothing or half an answer came, ERR_PEER
	 * when the hub's key is not the pinned one. */
	int (*call)(void *ctx, const struct remote_call *c, int *status,
	    struct buf *answer, struct err *e);
	void (*done)(void *ctx);
	void *ctx;
	/* Number of the hub's newest word on its keys (hubpins.h), as its
	 * answers told in passing; 0: none. NULL: nothing is told. */
	uint64_t (*pins)(void *ctx);
};

struct remote_pins { /* keys that the hub may answer with */
	struct hash now;
	struct hash next; /* signed ahead; zeros: none is known */
	bool joined;      /* both are of a profile, not as typed just now */
};

/** remote_http(url, pins, tick, out, e): over TLS with libcurl, the hub's key
 * pinned, no proxy surprises, own limits on time and size. */
int remote_http(const char *url, const struct remote_pins *pins,
    struct tick tick, struct remote *out, struct err *e);
void remote_done(struct remote *r);

#endif
