/*
 * The anchor: a small file beside the store that says how far it had come.
 *
 * Pages, log and slots of an older copy of a store fit together as well as
 * those of the newest. The anchor, written after each commit and kept when a
 * copy is put in the store's place, shows that something is missing. Format:
 * schema/store.md 8.
 */
#ifndef VAULT_ANCHOR_H
#define VAULT_ANCHOR_H

#include <stdbool.h>

#include "client/core/vault/disk.h"
#include "client/core/vault/record.h"

#define ANCHOR_END "-anchor" /* after the store's name */

struct anchor {
	sqlite3_vfs *under;
	char *path;
	const struct record_keys *keys;
	sqlite3_file *file; /* NULL: not opened yet */
	uint64_t turn;      /* of the newest record */
	bool there;         /* a record of this file stands in it */
	bool foreign;       /* it speaks of another file */
	struct record_mark mark;
};

/** anchor_init(a, disk, keys): borrows both. anchor_done(a): close. */
void anchor_init(struct anchor *a, const struct disk *disk,
    const struct record_keys *keys);
void anchor_done(struct anchor *a);

/** anchor_load(a): what it says; SQLite's result. No file, and one without a
 * whole record, say nothing. */
int anchor_load(struct anchor *a);

/** anchor_behind(a, now): is a store at ${now} older than its anchor, or of
 * another history? */
bool anchor_behind(const struct anchor *a, const struct record_mark *now);

/** anchor_put(a, now, durable): the store, durably, is at ${now}. A failure is
 * no reason to refuse anything: the old word still holds, and is kept. */
void anchor_put(struct anchor *a, const struct record_mark *now,
    bool durable);

/** anchor_remove(under, store): the file beside ${store}, if there is one. */
void anchor_remove(sqlite3_vfs *under, const char *store);

#endif
