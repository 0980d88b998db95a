/*
 * The encrypted store of one profile: make, open, change, copy, verify.
 *
 * A vault is one locked file, its key, and the one database connection. It
 * belongs to one thread. Whatever fails says so in a sentence; these kinds
 * are fixed: a wrong passphrase, code or key ERR_DENIED; held by another
 * process ERR_CLASH; no such store ERR_ABSENT; anything wrong with the file or
 * the disk ERR_LOCAL, with VAULT_ALTERED or VAULT_DAMAGED in e->code where the
 * file itself is at fault. Format: schema/store.md.
 */
#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/base/id.h"

struct db;
struct vault;

enum {
	VAULT_OLDER = 0x760003,   /* older than its anchor says */
	VAULT_ALTERED = 0x760001, /* changed or put back from outside */
	VAULT_DAMAGED = 0x760002, /* no key block can be read */
	VAULT_UNSURE = 0x760004   /* it has its new name, and a power cut may
	                             give the name back to what had it */
};

#define VAULT_KEY_BYTES 32

/* The data key. Keep it in mem_secret memory or the kernel's keyring. */
struct vault_key {
	uint8_t b[VAULT_KEY_BYTES];
};

/* The price of one guess, Argon2id. All zero: 3 passes over 256 MiB. */
struct vault_cost {
	uint64_t ops;
	size_t mem_bytes;
};

enum vault_slot {
	VAULT_PASSPHRASE = 1,
	VAULT_RECOVERY = 2,
	VAULT_ESCROW = 3
};

struct vault_options {
	const char *vfs;   /* SQLite VFS below; NULL: the platform's */
	int cache_kib;     /* page cache; 0: 32 MiB */
	bool no_floor;     /* FOR TESTS: a cost below the floor is fine */
	bool anchored;     /* keep an anchor beside it, and heed the one there */
	/* Rename in the world of ${vfs}, durable on return; -1 it was not done, 1
	 * it is not durable; NULL: rename(2). */
	int (*move)(const char *from, const char *to);
};

struct vault_stats {
	uint64_t epoch, pages, seals;
	uint64_t refused;  /* files SQLite was refused; 0 in every use known */
	uint64_t rewrites; /* log frames changed in place; 0 likewise */
	uint64_t reserved; /* pages refused for their reserved bytes; 0 */
};

/** vault_create(path, passphrase, cost, o, out, e): a new, empty store; it
 * has its name only once it is whole. ERR_CLASH when the name is taken,
 * ERR_INPUT for a cost below 2 passes or 64 MiB. */
int vault_create(const char *path, struct view passphrase,
    const struct vault_cost *cost, const struct vault_options *o,
    struct vault **out, struct err *e);

int vault_open_passphrase(const char *path, struct view passphrase,
    const struct vault_options *o, struct vault **out, struct err *e);
int vault_open_recovery(const char *path, struct view code,
    const struct vault_options *o, struct vault **out, struct err *e);
int vault_open_key(const char *path, const struct vault_key *key,
    const struct vault_options *o, struct vault **out, struct err *e);

/** vault_open_escrow(path, keys, o, out, e): ${keys} is the office's X25519
 * public key, then its secret key, 64 bytes. */
int vault_open_escrow(const char *path, const uint8_t keys[static 64],
    const struct vault_options *o, struct vault **out, struct err *e);

/** vault_older(v): what was once durably saved is missing: the files were put
 * back to an older state, or the log was damaged. Such a store is read; every
 * change is refused with a sentence. */
bool vault_older(const struct vault *v);

/** vault_hold(v): it is older, as somebody else knows: read only from here on.
 * Until it is closed; who opens it says so again. */
void vault_hold(struct vault *v);

/** vault_mark(v): how far it has come (schema/store.md 8.1); goes on when the
 * data key changes. */
struct vault_mark {
	uint64_t seq;
	struct hash head;
};
struct vault_mark vault_mark(const struct vault *v);

/** vault_close(v): empty the log, close, wipe all keys; NULL is fine. */
void vault_close(struct vault *v);

/** vault_db(v): the connection, borrowed. */
struct db *vault_db(struct vault *v);

/** vault_key(v): the data key, borrowed, for the kernel's keyring. */
const struct vault_key *vault_key(const struct vault *v);

struct vault_stats vault_stats(const struct vault *v);

/* Ways of opening. After each, both copies of the key block are durable; on
 * failure the old ways are still good. The data key stays the same: who has a
 * copy of the old file and the old passphrase can still open that copy. */
int vault_change_passphrase(struct vault *v, struct view passphrase,
    const struct vault_cost *cost, struct err *e);
int vault_slot_add_recovery(struct vault *v, struct view code,
    const struct vault_cost *cost, struct err *e);
int vault_slot_add_escrow(struct vault *v,
    const uint8_t public_key[static 32], struct err *e);

/** vault_slot_remove(v, type, e): all of a type; ERR_ABSENT when none,
 * ERR_INPUT for the passphrase, which can only be changed. */
int vault_slot_remove(struct vault *v, enum vault_slot type, struct err *e);

/** vault_slot_count(v, type): how many ways of a type. */
size_t vault_slot_count(const struct vault *v, enum vault_slot type);

/* All ways by which a store is opened. */
struct vault_ways {
	struct view passphrase;
	struct view recovery;  /* a code; NULL data: none */
	const uint8_t *escrow; /* the office's public key, 32 bytes; NULL: none */
	struct vault_cost cost;
};

/** vault_renew(v, w, e): the same content under a new data key, opened by
 * ${w} and nothing else: who has an old copy and knew an old way opens that
 * copy, and nothing that is written from now on. ${v} is closed in any case;
 * on failure the store is as it was, but for VAULT_UNSURE in e->code: ${w}
 * opens it then. Copies it once, page by page. */
int vault_renew(struct vault *v, const struct vault_ways *w, struct err *e);

/** vault_backup(v, path, e): copy the store as it is into another one, which
 * the same passphrase, codes and key open, and verify that one fully before
 * it gets its name. ERR_CLASH when the name is taken. */
int vault_backup(struct vault *v, const char *path, struct err *e);

/** vault_rename(o, from, to, e): a closed store gets another name, durably.
 * vault_sweep(o, path): one that was left half made goes. */
int vault_rename(const struct vault_options *o, const char *from,
    const char *to, struct err *e);
void vault_sweep(const struct vault_options *o, const char *path);

/** vault_verify(path, key, o, full, e): open and check the root; ${full}:
 * also open every page and let SQLite check every structure. VAULT_OLDER in
 * e->code when what is there is sound and not the newest. */
int vault_verify(const char *path, const struct vault_key *key,
    const struct vault_options *o, bool full, struct err *e);

#endif
