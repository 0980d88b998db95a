/*
 * Successions: how the log went on under another id after a restore.
 */
#ifndef HUB_HUBDB_LOG_H
#define HUB_HUBDB_LOG_H

#include "common/wire/hubkey.h"
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

struct hubdb_key { /* a key of the log; wire.md 11.5 */
	uint64_t start;       /* size from which on it signs */
	struct hubkey paper;
	bool has_root;        /* else the genesis entry names it */
};

/** hubdb_key_at(db, i, out, e): the ${i}th, from 0, oldest first; none at all
 * while the key is that of the beginning. 1, 0, -1. */
int hubdb_key_at(struct hubdb *db, size_t i, struct hubdb_key *out,
    struct err *e);

/** hubdb_key_for(db, size, key, e): who signs heads and commits of that size;
 * ${key} stays when it never changed. */
int hubdb_key_for(struct hubdb *db, uint64_t size, struct sign_pub *key,
    struct err *e);
int hubdb_key_add_tx(struct hubdb *db, const struct hubdb_key *k,
    struct err *e);

/** hubdb_head_time_tx(db, size, at_ms, e): that head is signed anew then. */
int hubdb_head_time_tx(struct hubdb *db, uint64_t size, int64_t at_ms,
    struct err *e);

/* Signatures of the ledger's commits by a key that is gone. 1, 0, -1. */
int hubdb_ledger_sig_add_tx(struct hubdb *db, uint64_t size,
    const struct sig *sig, struct err *e);
int hubdb_ledger_sig(struct hubdb *db, uint64_t size, struct sig *out,
    struct err *e);

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
