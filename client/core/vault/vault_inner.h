/*
 * What vault.c and vault_copy.c share: an open store from the inside, and the
 * steps by which one is made.
 */
#ifndef VAULT_VAULT_INNER_H
#define VAULT_VAULT_INNER_H

#include "client/core/vault/anchor.h"
#include "client/core/vault/disk.h"
#include "client/core/vault/keyblock.h"
#include "client/core/vault/record.h"
#include "client/core/vault/vault.h"
#include "client/core/vault/vfs.h"

#define RESERVE_BYTES 80

struct secrets { /* in mem_secret memory */
	struct vault_key dek;
	struct record_keys keys;
};

struct vault {
	struct vault_options o;
	struct disk disk;
	struct keyblock kb;
	uint64_t newest; /* which copy of the key block is the newest: 0, 1 */
	bool held;       /* older, as the hub knows */
	bool heal;       /* the other copy is older or not readable */
	struct secrets *secret;
	struct vfs *vfs;
	struct db *db;
};

/** vault_inner_new(o): nothing open yet; vault_close frees. */
struct vault *vault_inner_new(const struct vault_options *o);

/** vault_inner_format(v, mark, e): both copies of the key block and the first
 * commit slots, durable, for the data key, ids and slots that ${v} has; it goes
 * on from ${mark}. */
int vault_inner_format(struct vault *v, const struct record_mark *mark,
    struct err *e);

/** vault_inner_private(o, path, e): an empty file that its owner alone reads. */
int vault_inner_private(const struct vault_options *o, const char *path,
    struct err *e);

/** vault_inner_move(o, from, to, e): the name changes durably. */
int vault_inner_move(const struct vault_options *o, const char *from,
    const char *to, struct err *e);

/** vault_inner_temporary(o, path, e): "path.new", swept; NULL when ${path} is
 * taken. vault_inner_sweep(vfs, path): a main file and log left there. */
char *vault_inner_temporary(const struct vault_options *o, const char *path,
    struct err *e);
void vault_inner_sweep(const char *vfs, const char *path);

struct keyblock_cost vault_inner_cost(const struct vault *v,
    const struct vault_cost *cost);

/** vault_inner_altered(e): a page that SQLite read did not open; -1. */
int vault_inner_altered(struct err *e);

#endif
