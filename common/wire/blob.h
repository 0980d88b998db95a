/*
 * The sealed bytes of an attachment: a file in chunks under a key of its own,
 * padded to a size class, named by the hash of what was sealed.
 *
 * Source: schema/wire.md 19.
 */
#ifndef WIRE_BLOB_H
#define WIRE_BLOB_H

#include "common/wire/keys.h"

#define BLOB_CONTENT_MAX ((uint64_t)50 * 1024 * 1024) /* bytes of a file */
#define BLOB_CHUNK ((size_t)64 * 1024)                /* of it in one chunk */

/* Where the bytes come from and where they go. ${read} gives ${len} bytes at
 * least one, fewer at the end, 0 past it; -1. */
struct blob_flow {
	int64_t (*read)(void *ctx, uint8_t *out, size_t len, struct err *e);
	int (*write)(void *ctx, struct view v, struct err *e);
	void *ctx;
};

/** blob_sealed_bytes(content): of a file of ${content} bytes, once sealed. */
uint64_t blob_sealed_bytes(uint64_t content);

/** blob_fits(sealed): some file has that many bytes, once sealed. */
bool blob_fits(uint64_t sealed);

/** blob_seal(f, content, key, id, e): read ${content} bytes, write them sealed.
 * ERR_INPUT when the source has more or fewer. */
int blob_seal(const struct blob_flow *f, uint64_t content,
    const struct sym_key *key, struct hash *id, struct err *e);

/** blob_open(f, sealed, key, content, e): the way back, of ${sealed} bytes.
 * What is written is to be trusted as a whole only after a 0; ERR_PEER for
 * anything that blob_seal does not make. */
int blob_open(const struct blob_flow *f, uint64_t sealed,
    const struct sym_key *key, uint64_t *content, struct err *e);

/* The name of sealed bytes, as they come. */
struct blob_hash;
struct blob_hash *blob_hash_new(void);
void blob_hash_add(struct blob_hash *h, struct view v);
void blob_hash_end(struct blob_hash *h, struct hash *out); /* frees it */

#endif
