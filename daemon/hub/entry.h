/*
 * One item of the log read back from the database and held against itself:
 * what a check of the whole looks at for each.
 */
#ifndef HUB_ENTRY_H
#define HUB_ENTRY_H

#include "daemon/hub/hubdb.h"

struct entry {
	struct hubdb_item item;
	struct changeset cs;     /* borrows from the two below */
	struct buf bytes, whole;
};

struct entry *entry_new(void);
void entry_free(struct entry *en);

/** entry_read(db, seq, en, e): header and what is left of the bodies have the
 * hashes that the author signed, and it is filed as what it is. ERR_LOCAL with
 * the item's number when not; the signature is not looked at. */
int entry_read(struct hubdb *db, uint64_t seq, struct entry *en,
    struct err *e);

/** entry_bad(en, words, e): "item N of the log ${words}"; -1. */
int entry_bad(uint64_t seq, const char *words, struct err *e);

#endif
