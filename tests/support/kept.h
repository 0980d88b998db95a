/*
 * The files of a hub and of one client, kept and put back, so that one moment
 * of a world can be gone on from again and again.
 */
#ifndef SUPPORT_KEPT_H
#define SUPPORT_KEPT_H

#include "tests/support/world.h"

struct kept {
	struct world *w;
	int who;
	struct buf hub, store;
};

/** kept_take(k, w, who): as they are now; both are closed and opened. */
void kept_take(struct kept *k, struct world *w, int who);

/** kept_restore(k): as they were then, and open. */
void kept_restore(const struct kept *k);

/** kept_restore_client(k): the client's file alone. */
void kept_restore_client(const struct kept *k);
void kept_done(struct kept *k);

#endif
