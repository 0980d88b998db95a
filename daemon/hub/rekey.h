/*
 * Another key for the log: it goes on under a new log id, as after a restore,
 * with nothing lost, and waits for the order of two officers.
 */
#ifndef HUB_REKEY_H
#define HUB_REKEY_H

#include "daemon/hub/hubdb_log.h"

struct rekey {
	struct hubkey paper;             /* signed by the office root */
	const struct sign_key *key;      /* the new one */
	const struct sign_key *before;   /* NULL: it is lost */
	int64_t at_ms;
};

/** rekey_root(db, root, hub, e): the office root and the hub's first key, as
 * the genesis entry has them. ERR_ABSENT: no office has claimed the hub. */
int rekey_root(struct hubdb *db, struct sign_pub *root, struct sign_pub *hub,
    struct err *e);

/** rekey_tx(db, in, e): the paper has to be by this office's root. ERR_DENIED:
 * it is not; ERR_CLASH: a change or restore waits for its order. */
int rekey_tx(struct hubdb *db, const struct rekey *in, struct err *e);

#endif
