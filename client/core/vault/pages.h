/*
 * The pages of the main file, their tags, and the commit of an epoch.
 *
 * An epoch is the life of one write-ahead log. Its commit slot holds a root
 * over the tags of all pages as they stood when it began; until the next
 * commit, that slot and the log of the same epoch describe the store fully,
 * whatever part of a checkpoint has reached the disk. Format: schema/store.md
 * 5 and 7. Result codes are SQLite's.
 */
#ifndef VAULT_PAGES_H
#define VAULT_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "client/core/vault/anchor.h"
#include "client/core/vault/disk.h"
#include "client/core/vault/record.h"
#include "common/base/buf.h"

#define PAGES_BYTES 4096    /* a page as SQLite sees it */
#define PAGES_USABLE 4016   /* what SQLite may use of it */
#define PAGES_RESERVE 80    /* the rest: always zero */
#define PAGES_KEY_BLOCKS 2  /* blocks 0 and 1 */
#define PAGES_SLOT_BLOCK 2  /* blocks 2 and 3 */
#define PAGES_FIRST_BLOCK 4 /* page 1 */

struct pages {
	struct disk *disk;
	const struct record_keys *keys;
	uint64_t epoch;
	struct buf now;    /* a tag per page, as on the disk; page 1 first */
	struct buf then;   /* as they stood when the epoch was committed */
	struct hash root;  /* what the slot says of then */
	struct record_mark mark;  /* commits that are durable */
	struct anchor *anchor;    /* told of each; NULL: none */
	uint64_t blocks;   /* in the file, at least */
	bool dirty;        /* pages written since the last sync */
	bool served;       /* the epoch may have had a log header */
	bool live;         /* a log of this epoch exists */
	int broken;        /* why nothing may be written: a sync or commit failed,
	                    * or SQLITE_READONLY: the store is only read */
	uint64_t seals, reserved; /* records written; writes refused because
	                           * the reserved bytes were used */
};

/** pages_init(p, disk, keys): borrow both. pages_done(p): forget. */
void pages_init(struct pages *p, struct disk *disk,
    const struct record_keys *keys);
void pages_done(struct pages *p);

/** pages_format(p): epoch 1 without pages, in both commit slots' place. */
int pages_format(struct pages *p);

/** pages_load(p): newest slot and all tags. SQLITE_NOTFOUND: no slot opens. */
int pages_load(struct pages *p);

/** pages_moved(p, page, tag): while loading, the log says that ${page} had
 * ${tag} at the commit of the epoch, and may have been overwritten since. */
void pages_moved(struct pages *p, uint64_t page, const uint8_t *tag);

/** pages_verify(p): do the tags of the epoch's commit give its root? */
bool pages_verify(const struct pages *p);

uint64_t pages_count(const struct pages *p);

/** pages_then(p, page): the tag at the commit; 16 zero bytes for a new one. */
const uint8_t *pages_then(const struct pages *p, uint64_t page);

/** pages_read(p, page, out): SQLITE_IOERR_SHORT_READ past the end,
 * SQLITE_IOERR_DATA when it is not what was written. */
int pages_read(struct pages *p, uint64_t page, uint8_t out[static PAGES_BYTES]);

int pages_write(struct pages *p, uint64_t page,
    const uint8_t in[static PAGES_BYTES]);

/** pages_resize(p, count): the file gets shorter only after the commit. */
int pages_resize(struct pages *p, uint64_t count);

int pages_sync(struct pages *p);

/** pages_settle(p, log): what a killed program left is made to last before it
 * is shown: the pages, and ${log}. When that fails, nothing may be written. */
void pages_settle(struct pages *p, sqlite3_file *log);

/** pages_commit(p): begin the next epoch: the log so far is refused. */
int pages_commit(struct pages *p);

#endif
