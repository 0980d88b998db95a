/*
 * What the files of hubdb share: the connection and the small helpers of every
 * statement. Nobody else includes this.
 */
#ifndef HUB_HUBDB_PARTS_H
#define HUB_HUBDB_PARTS_H

#include "common/db/db.h"
#include "daemon/hub/hubdb.h"

#define NODES 1024 /* power of two; 48 KiB a connection */

struct node {
	bool used;
	unsigned level;
	uint64_t at;
	struct hash hash;
};

struct hubdb {
	struct db *db;
	bool older; /* than this program */
	struct node nodes[NODES];
};

/* Columns of an item, in the order that hubdb_fill_item reads them. */
#define HUBDB_ITEM_COLS \
	"item.seq, item.id, item.space, item.sseq, item.author," \
	" item.kind, item.accept_ms, item.body_bytes, length(item.header),"\
	" (SELECT map FROM erased WHERE erased.seq = item.seq)"
int hubdb_fill_item(struct stmt *s, void *out);

/** hubdb_one(s, fill, out, e): step a look-up of at most one row, whose
 * columns ${fill} copies; 1, 0, -1. */
int hubdb_one(struct stmt *s, int (*fill)(struct stmt *s, void *out),
    void *out, struct err *e);

/** hubdb_damaged, hubdb_absent: what only a broken file can show; -1. */
int hubdb_damaged(struct err *e);
int hubdb_absent(const char *what, struct err *e);

/* Numbers of the log are unsigned; SQLite's are not. */
void hubdb_bind_u64(struct stmt *s, int i, uint64_t v);
uint64_t hubdb_col_u64(struct stmt *s, int i);

#endif
