/*
 * Successions: how the log went on under another id after a restore.
 */
#ifndef HUB_HUBDB_LOG_H
#define HUB_HUBDB_LOG_H

#include "daemon/hub/hubdb.h"

struct hubdb_succession {
	uint64_t before, log_id, size;
	struct hash root;
	int64_t at_ms;
	bool ordered;
	uint64_t seq;        /* of the order, if ordered */
};

/** hubdb_succession_add_tx(db, in, notes, e): the log's id becomes the new
 * one; ${notes}: the head before and the one that goes on. One that was never
 * ordered is replaced. */
int hubdb_succession_add_tx(struct hubdb *db,
    const struct hubdb_succession *in, const struct view notes[static 2],
    struct err *e);

/** hubdb_succession_at(db, i, out, notes, e): the ${i}th, from 0; ${notes},
 * two, or NULL: appended. 1, 0, -1. */
int hubdb_succession_at(struct hubdb *db, size_t i,
    struct hubdb_succession *out, struct buf *notes, struct err *e);

/** hubdb_succession_order_tx(db, seq, e): the newest is ordered there. */
int hubdb_succession_order_tx(struct hubdb *db, uint64_t seq, struct err *e);

/** hubdb_drop_values_tx(db, e): what a copy brought beside the hub's own
 * tables (daemon/hub/copy.h); hubdb_value appends one. 1, 0, -1. */
int hubdb_drop_values_tx(struct hubdb *db, struct err *e);
int hubdb_value(struct hubdb *db, const char *name, struct buf *out,
    struct err *e);

/** hubdb_sound(db, full, e): SQLite's own look at the file; ERR_LOCAL with
 * what it found. */
int hubdb_sound(struct hubdb *db, bool full, struct err *e);

/** hubdb_copy(db, path, list, n, e): copy_make. */
struct copy_value;
int hubdb_copy(struct hubdb *db, const char *path,
    const struct copy_value *list, size_t n, struct err *e);

#endif
