/*
 * The hub's tables, as calls. Nothing of the database engine shows here, so
 * that a second one can stand beside hubdb.c.
 *
 * One struct hubdb is one connection, used by one thread at a time. There is
 * one that writes; any number read. Calls ending in _tx need a transaction
 * that hubdb_begin opened. Look-ups return 1 found, 0 absent, -1 with the
 * error. Errors: ERR_LOCAL, and what db.h names.
 */
#ifndef HUB_HUBDB_H
#define HUB_HUBDB_H

#include "common/wire/merkle.h"

struct hubdb;

int hubdb_open(const char *path, bool create, struct hubdb **out,
    struct err *e);
void hubdb_close(struct hubdb *db);

/** hubdb_open_frozen(path, out, e): a file that nobody changes, for reading;
 * ERR_CLASH when a newer version wrote it. hubdb_older(db): an older one did,
 * so it lacks tables until hubdb_open has been through it. */
int hubdb_open_frozen(const char *path, struct hubdb **out, struct err *e);
bool hubdb_older(const struct hubdb *db);

/* Writing: everything up to the commit is durable when it returns 0. */
int hubdb_begin(struct hubdb *db, struct err *e);
int hubdb_commit(struct hubdb *db, struct err *e);
void hubdb_rollback(struct hubdb *db);

/* A part of a transaction that may be undone alone; not nested. */
int hubdb_mark_tx(struct hubdb *db, struct err *e);
int hubdb_keep_tx(struct hubdb *db, struct err *e);
int hubdb_undo_tx(struct hubdb *db, struct err *e);

/* Reading: between these two, one unmoving view of what is committed. */
int hubdb_look(struct hubdb *db, struct err *e);
void hubdb_unlook(struct hubdb *db);

/** hubdb_shrink(db): give back what a long look has cached. */
void hubdb_shrink(struct hubdb *db);

/* ---- the log ---- */

struct hubdb_log {
	struct log_point at;  /* log id and items accepted */
	uint64_t leaf_id;     /* log id in every leaf: of the log's beginning */
	bool pending;         /* restored, and two officers have not said yet
	                       * that it goes on so */
	char name[64];
	int64_t accept_ms;    /* of the newest item */
	int64_t alive_ms;     /* wall clock at the last write */
	bool claim_open;
	struct hash claim;    /* of the code, while claim_open */
};

/** hubdb_log_make_tx(db, log, e): the first row; ERR_CLASH when one is there. */
int hubdb_log_make_tx(struct hubdb *db, const struct hubdb_log *log,
    struct err *e);
int hubdb_log_find(struct hubdb *db, struct hubdb_log *out, struct err *e);
int hubdb_log_put_tx(struct hubdb *db, const struct hubdb_log *log,
    struct err *e);

/** hubdb_merkle(db): the tree's nodes; put needs a transaction. */
struct merkle_store hubdb_merkle(struct hubdb *db);

/** hubdb_checkpoint_*: signed tree heads. _last appends the note. */
int hubdb_checkpoint_add_tx(struct hubdb *db, uint64_t size,
    const struct hash *root, struct view note, int64_t at_ms,
    struct err *e);
int hubdb_checkpoint_last(struct hubdb *db, uint64_t *size, struct buf *note,
    struct err *e);

struct hubdb_head { /* a signed tree head, without its note */
	uint64_t size;
	struct hash root;
	int64_t at_ms;
};

/** hubdb_checkpoint_next, _prev: the next one of a size above, or below,
 * ${at}; its note is appended. */
int hubdb_checkpoint_next(struct hubdb *db, uint64_t at,
    struct hubdb_head *out, struct buf *note, struct err *e);
int hubdb_checkpoint_prev(struct hubdb *db, uint64_t at,
    struct hubdb_head *out, struct buf *note, struct err *e);

/** hubdb_leaves(db, from, out, n, e): the leaf hashes of the ${n} items from
 * seq ${from} on; all of them are there or -1. */
int hubdb_leaves(struct hubdb *db, uint64_t from, struct hash *out, size_t n,
    struct err *e);

/* ---- items ---- */

struct hubdb_item {
	uint64_t seq, sseq;
	int64_t accept_ms;
	struct hash id;
	struct id space, author;
	int kind;            /* enum changeset_kind, or one not known here */
	size_t header_bytes, body_bytes;
	uint64_t gone;       /* bodies that an erase order names, bit 0 first */
};

int hubdb_item_add_tx(struct hubdb *db, const struct hubdb_item *item,
    struct view header, struct view body, struct err *e);
int hubdb_item_find(struct hubdb *db, const struct hash *id,
    struct hubdb_item *out, struct err *e);

/** hubdb_item_at(db, seq, out, e): the item with that seq. */
int hubdb_item_at(struct hubdb *db, uint64_t seq, struct hubdb_item *out,
    struct err *e);

/** hubdb_item_order(db, e): 1 when in each space the items are numbered from 1
 * without gaps, in the order of the log; 0, -1. */
int hubdb_item_order(struct hubdb *db, struct err *e);

/** hubdb_item_next(db, space, from, to, out, e): the first item of the space
 * with from <= seq < to. */
int hubdb_item_next(struct hubdb *db, const struct id *space, uint64_t from,
    uint64_t to, struct hubdb_item *out, struct err *e);

/** hubdb_item_after(db, space, sseq, out, e): the item after ${sseq}. */
int hubdb_item_after(struct hubdb *db, const struct id *space, uint64_t sseq,
    struct hubdb_item *out, struct err *e);

/** hubdb_item_bytes(db, seq, with_body, out, e): append it as carried, with
 * zeros where bodies were overwritten. What is served is made by page_add. */
int hubdb_item_bytes(struct hubdb *db, uint64_t seq, bool with_body,
    struct buf *out, struct err *e);

/* ---- spaces, epochs, members, authors ---- */

struct hubdb_space {
	struct id space;
	uint32_t epoch;        /* current; 0 before the first */
	uint64_t epoch_seq;
	struct hash epoch_id;
	uint64_t last_seq, last_sseq;
};
int hubdb_space_find(struct hubdb *db, const struct id *space,
    struct hubdb_space *out, struct err *e);
int hubdb_space_put_tx(struct hubdb *db, const struct hubdb_space *s,
    struct err *e);

struct hubdb_epoch {
	struct id space;
	uint32_t number;
	uint64_t seq;
	int64_t accept_ms;
	bool by_keeper;
};
int hubdb_epoch_add_tx(struct hubdb *db, const struct hubdb_epoch *ep,
    struct err *e);

/** hubdb_epoch_count(db, space, now_ms, out, e): epochs by non-keepers
 * that count as today's (admit_is_today). */
int hubdb_epoch_count(struct hubdb *db, const struct id *space,
    int64_t now_ms, int *out, struct err *e);

struct hubdb_member {
	struct id device, space;
	uint64_t since_seq, listed_size;
	int64_t until_ms;
	bool listed;           /* false: the next two say since when not */
	uint64_t removed_seq;
	int64_t removed_ms;
};
int hubdb_member_find(struct hubdb *db, const struct id *device,
    const struct id *space, struct hubdb_member *out, struct err *e);
int hubdb_member_put_tx(struct hubdb *db, const struct hubdb_member *m,
    struct err *e);

/** hubdb_member_listed(db, space, out, max, n, e): devices now listed. */
int hubdb_member_listed(struct hubdb *db, const struct id *space,
    struct id *out, size_t max, size_t *n, struct err *e);

struct hubdb_author {
	struct id device, space;
	uint64_t counter;
	struct hash last_id;
	uint64_t seen_size;
	int deposits;
};
int hubdb_author_find(struct hubdb *db, const struct id *device,
    const struct id *space, struct hubdb_author *out, struct err *e);
int hubdb_author_put_tx(struct hubdb *db, const struct hubdb_author *a,
    struct err *e);

/* ---- letters ---- */

/** hubdb_letter_add_tx(db, device, space, seq, e): the item, a letter or an
 * erase order, is addressed to the device; once more changes nothing. */
int hubdb_letter_add_tx(struct hubdb *db, const struct id *device,
    const struct id *space, uint64_t seq, struct err *e);

/** hubdb_letter_next(db, device, space, from, to, out, e): the first item
 * addressed to the device there with from <= seq < to. */
int hubdb_letter_next(struct hubdb *db, const struct id *device,
    const struct id *space, const uint64_t span[static 2],
    struct hubdb_item *out, struct err *e);

/* ---- what changed for a device ---- */

struct hubdb_feed {
	struct id space;
	bool member;           /* it is or was; else letters only */
	struct hubdb_member m;
};
struct hubdb_feed_in {
	struct id device;
	struct id from;        /* spaces from this one on */
	uint64_t cursor;       /* changed at or after this seq */
	uint64_t until;        /* size of the log looked at */
};

/** hubdb_feed(db, in, out, max, n, e): the next spaces of the device that
 * changed, by space id, the directory not among them. Costs at most one
 * look-up for each space of the device or each item since the cursor,
 * whichever is less. */
int hubdb_feed(struct hubdb *db, const struct hubdb_feed_in *in,
    struct hubdb_feed *out, size_t max, size_t *n, struct err *e);

/* ---- enrolment requests, quota, figures ---- */

int hubdb_enrol_put_tx(struct hubdb *db, const struct sign_pub *sign,
    struct view request, int64_t at_ms, struct err *e);
int hubdb_enrol_drop_tx(struct hubdb *db, const struct sign_pub *sign,
    struct err *e);
int hubdb_enrol_lapse_tx(struct hubdb *db, int64_t before_ms, struct err *e);
int hubdb_enrol_find(struct hubdb *db, const struct sign_pub *sign,
    struct err *e);
int hubdb_enrol_count(struct hubdb *db, int *out, struct err *e);

/* Anchors of devices' stores. _find: 1, its turn, its bytes appended; 0, -1. */
int hubdb_anchor_find(struct hubdb *db, const struct id *device,
    uint64_t *turn, struct buf *out, struct err *e);
int hubdb_anchor_put_tx(struct hubdb *db, const struct id *device,
    uint64_t turn, struct view bytes, struct err *e);
int hubdb_anchor_drop_tx(struct hubdb *db, const struct id *device,
    struct err *e);


/** hubdb_enrol_next(db, after, at_ms, out, e): requests by key: ${after} is
 * moved on, ${at_ms} is when it came, the request is appended. */
int hubdb_enrol_next(struct hubdb *db, struct sign_pub *after,
    int64_t *at_ms, struct buf *out, struct err *e);

int hubdb_usage_find(struct hubdb *db, const struct id *device, int64_t day,
    uint64_t *bytes, struct err *e);
int hubdb_usage_add_tx(struct hubdb *db, const struct id *device,
    int64_t day, uint64_t bytes, struct err *e);

struct hubdb_figures {
	uint64_t items, spaces, members, requests, bytes;
	uint64_t files, file_bytes; /* whole ones */
	uint64_t parts;             /* half sent */
};
int hubdb_figures(struct hubdb *db, struct hubdb_figures *out,
    struct err *e);

#endif
