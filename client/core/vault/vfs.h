/*
 * The SQLite VFS between SQLite and one store: every byte that passes is
 * sealed on the way down and verified on the way up.
 *
 * Each open store has its own VFS, registered under its own name while it is
 * open, so keys never travel through file names. It offers the main file and
 * its write-ahead log; every other file is refused and counted.
 */
#ifndef VAULT_VFS_H
#define VAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/core/vault/disk.h"
#include "client/core/vault/record.h"
#include "common/base/err.h"

/* Detail of ERR_LOCAL in e->code; beyond SQLite's own. */
enum {
	VFS_ALTERED = 0x760001 /* the files are not what was written */
};

struct vfs;

struct vfs_stats {
	uint64_t epoch;    /* of the current log */
	uint64_t pages;    /* in the main file */
	uint64_t seals;    /* records written */
	uint64_t refused;  /* files SQLite asked for and did not get */
	uint64_t rewrites; /* log frames changed in place */
	uint64_t reserved; /* pages with bytes where none may be */
};

/** vfs_format(disk, keys, mark, e): empty commit slots of a new file that goes
 * on from ${mark}. */
int vfs_format(struct disk *disk, const struct record_keys *keys,
    const struct record_mark *mark, struct err *e);

/** vfs_new(disk, keys, anchored, out, e): verify the files against the root
 * and register; borrows both. ERR_LOCAL with VFS_ALTERED when they do not fit.
 * ${anchored}: against the anchor beside them as well, and keep that. */
int vfs_new(struct disk *disk, const struct record_keys *keys, bool anchored,
    struct vfs **out, struct err *e);

/** vfs_older(v): commits that were durable are missing: it is only read. */
bool vfs_older(const struct vfs *v);

/** vfs_mark(v): the commits that are durable. */
struct record_mark vfs_mark(const struct vfs *v);

/** vfs_free(v): after the database is closed; NULL is fine. */
void vfs_free(struct vfs *v);

const char *vfs_name(const struct vfs *v);
struct vfs_stats vfs_stats(const struct vfs *v);

/** vfs_read_all(v): open every page record: 0, or the first page that fails,
 * with ${rc} SQLite's result. */
uint64_t vfs_read_all(struct vfs *v, int *rc);

#endif
