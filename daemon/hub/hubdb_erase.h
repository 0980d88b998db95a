/*
 * The hub's tables of erase orders, as calls; see hubdb.h.
 *
 * Source: schema/rules.md 10.
 */
#ifndef HUB_HUBDB_ERASE_H
#define HUB_HUBDB_ERASE_H

#include "common/wire/erase.h"
#include "daemon/hub/hubdb.h"

struct hubdb_order {
	uint64_t seq;
	struct hash id;          /* changeset id */
	struct id space;
	int kind;                /* enum erase_kind */
	struct id author, dpo;   /* devices */
	int64_t accept_ms;
	bool back;               /* it was taken back */
	bool dropped;
};

/** hubdb_erase_add_tx(db, o, order, e): an accepted order: from now on what it
 * names is not served. One of kind BACK undoes the order it names. */
int hubdb_erase_add_tx(struct hubdb *db, const struct hubdb_order *o,
    const struct erase *order, struct err *e);

/** hubdb_erase_undone(db, o, out, e): the order that ${o} takes back; 1, 0, -1.
 * hubdb_erase_authors(db, o, out, e): append the ids of the devices that wrote
 * what ${o} names, each once. */
int hubdb_erase_undone(struct hubdb *db, const struct hubdb_order *o,
    struct hubdb_order *out, struct err *e);
int hubdb_erase_authors(struct hubdb *db, const struct hubdb_order *o,
    struct buf *out, struct err *e);

/** hubdb_erase_late_tx(db, id, seq, e): an item that came after an order that
 * names it. */
int hubdb_erase_late_tx(struct hubdb *db, const struct hash *id, uint64_t seq,
    struct err *e);

int hubdb_erase_find(struct hubdb *db, const struct hash *id,
    struct hubdb_order *out, struct err *e);

/** hubdb_erase_used(db, sig, e): 1 when an order has this second signature. */
int hubdb_erase_used(struct hubdb *db, const struct sig *sig, struct err *e);

/** hubdb_erase_whole(db, space, e): 1 when an order for all of it stands. */
int hubdb_erase_whole(struct hubdb *db, const struct id *space,
    struct err *e);

/** hubdb_erase_due(db, before_ms, out, e): the oldest order accepted by then
 * that stands and is not carried out. */
int hubdb_erase_due(struct hubdb *db, int64_t before_ms,
    struct hubdb_order *out, struct err *e);

/** hubdb_erase_drop_tx(db, o, bytes, e): overwrite bodies that ${o} names, up
 * to about ${bytes}: 1 there is more, 0 all of it is done, -1. */
int hubdb_erase_drop_tx(struct hubdb *db, const struct hubdb_order *o,
    size_t bytes, struct err *e);

/** hubdb_flush(db, e): nothing of former contents is left in the log beside
 * the database. Not within a transaction. */
int hubdb_flush(struct hubdb *db, struct err *e);

#endif
