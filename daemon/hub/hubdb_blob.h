/*
 * Sealed files of attachments, as calls (see hubdb.h).
 */
#ifndef HUB_HUBDB_BLOB_H
#define HUB_HUBDB_BLOB_H

#include "daemon/hub/hubdb.h"

struct hubdb_blob {
	int64_t bid;          /* of a row */
	struct id space, device;
	struct hash name;
	uint64_t bytes, have;
	bool whole;
	int64_t begun_ms, asked_ms;
};

/** hubdb_blob_find(db, space, name, device, out, e): the whole one; else, with
 * a device, the part that this one has sent. */
int hubdb_blob_find(struct hubdb *db, const struct hubdb_blob *which,
    struct hubdb_blob *out, struct err *e);

/** hubdb_blob_served(db, space, name, out, e): the whole one, if an item that
 * is here, with a body that is not erased, names it. */
int hubdb_blob_served(struct hubdb *db, const struct id *space,
    const struct hash *name, struct hubdb_blob *out, struct err *e);

/** hubdb_blob_add_tx(db, b, e): a new part; ${b}->bid is filled in.
 * hubdb_blob_save_tx: have, whole and asked_ms of it. */
int hubdb_blob_add_tx(struct hubdb *db, struct hubdb_blob *b, struct err *e);
int hubdb_blob_save_tx(struct hubdb *db, const struct hubdb_blob *b,
    struct err *e);

/** hubdb_blob_piece_tx(db, bid, n, piece, e); hubdb_blob_piece(db, bid, n, out,
 * e): 1 and appended, 0, -1. */
int hubdb_blob_piece_tx(struct hubdb *db, int64_t bid, uint64_t n,
    struct view piece, struct err *e);
int hubdb_blob_piece(struct hubdb *db, int64_t bid, uint64_t n,
    struct buf *out, struct err *e);

/** hubdb_blob_ref_tx(db, bid, item, idx, e): that body names it; 1, or 0: it
 * has as many as it may have. */
int hubdb_blob_ref_tx(struct hubdb *db, int64_t bid, const struct hash *item,
    uint32_t idx, struct err *e);

/* What a space has, how much of it a device has sent, and what that one began
 * anywhere since a time; bytes as announced. */
struct hubdb_blob_use {
	uint64_t count, bytes, own_count, own_bytes, by_device;
};
int hubdb_blob_use(struct hubdb *db, const struct hubdb_blob *b,
    int64_t since_ms, struct hubdb_blob_use *out, struct err *e);

/** hubdb_blob_crowded(db, count, bytes, out, e): how many spaces have so many
 * or so much. */
int hubdb_blob_crowded(struct hubdb *db, uint64_t count, uint64_t bytes,
    uint64_t *out, struct err *e);

/** hubdb_blob_drop_tx(db, bid, pieces, e): the last ${pieces} of it are
 * overwritten and gone; 1 while there is more of it, which is served no longer,
 * 0, -1. */
int hubdb_blob_drop_tx(struct hubdb *db, int64_t bid, int pieces,
    struct err *e);

/** hubdb_blob_due(db, parts_ms, loose_ms, out, e): one to be dropped: a part
 * not asked about since the first, one that no item named since the second, or
 * one whose every item was dropped by an order. */
int hubdb_blob_due(struct hubdb *db, int64_t parts_ms, int64_t loose_ms,
    int64_t *bid, struct err *e);

/** hubdb_blob_next(db, after, out, e): the next whole one by bid. */
int hubdb_blob_next(struct hubdb *db, int64_t after, struct hubdb_blob *out,
    struct err *e);

/** hubdb_blob_right(db, b, e): 1 when the pieces make up the name, 0, -1. */
int hubdb_blob_right(struct hubdb *db, const struct hubdb_blob *b,
    struct err *e);

#endif
