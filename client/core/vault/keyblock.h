/*
 * The key block: the store's data key, wrapped once per way of opening it.
 *
 * A file holds two copies with a generation number. The caller writes them one
 * after the other, each made durable before the next, so that a power cut
 * always leaves one whole. Format: schema/store.md 4.
 */
#ifndef VAULT_KEYBLOCK_H
#define VAULT_KEYBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/vault/record.h"
#include "common/base/buf.h"
#include "common/base/err.h"

#define KEYBLOCK_BYTES 4096
#define KEYBLOCK_SLOTS 8       /* bounds the work of one attempt to open */
#define KEYBLOCK_SLOT_BYTES 128
#define KEYBLOCK_SECRET_BYTES 1024 /* longest passphrase or code */
#define KEYBLOCK_BOX_KEY_BYTES 32

/* What a stored slot may ask of the machine: between floor and ceiling. */
#define KEYBLOCK_OPS_FLOOR 2
#define KEYBLOCK_OPS_CEILING 64
#define KEYBLOCK_MEM_FLOOR ((size_t)64 << 20)  /* bytes */
#define KEYBLOCK_MEM_CEILING ((size_t)2 << 30) /* bytes */

enum keyblock_type {
	KEYBLOCK_PASSPHRASE = 1,
	KEYBLOCK_RECOVERY = 2,
	KEYBLOCK_ESCROW = 3
};

struct keyblock {
	struct id keys;      /* whose slots; kept by a backup */
	struct id file;      /* this very file; new in a backup */
	uint64_t generation; /* grows with every change of slots */
	size_t count;
	uint8_t slot[KEYBLOCK_SLOTS][KEYBLOCK_SLOT_BYTES];
};

/* Argon2id; no_floor is the seam for tests, which cannot wait. */
struct keyblock_cost {
	uint64_t ops;
	size_t mem_bytes;
	bool no_floor;
};

/** keyblock_encode(kb, k, out): with both checksums. */
void keyblock_encode(const struct keyblock *kb, const struct record_keys *k,
    uint8_t out[static KEYBLOCK_BYTES]);

/** keyblock_decode(in, kb): 0; -1 when not whole or not of this format. */
int keyblock_decode(const uint8_t in[static KEYBLOCK_BYTES],
    struct keyblock *kb);

/** keyblock_authentic(in, k): was the block written by a holder of the key? */
bool keyblock_authentic(const uint8_t in[static KEYBLOCK_BYTES],
    const struct record_keys *k);

/** keyblock_add_secret(kb, type, secret, cost, dek, e): a slot for a
 * passphrase or a recovery code. ERR_INPUT below the floor, empty or too long,
 * ERR_TOOBIG when all slots are taken. */
int keyblock_add_secret(struct keyblock *kb, enum keyblock_type type,
    struct view secret, const struct keyblock_cost *cost,
    const uint8_t dek[static RECORD_KEY_BYTES], struct err *e);

/** keyblock_add_box(kb, public_key, dek, e): a slot for the office's key. */
int keyblock_add_box(struct keyblock *kb,
    const uint8_t public_key[static KEYBLOCK_BOX_KEY_BYTES],
    const uint8_t dek[static RECORD_KEY_BYTES], struct err *e);

/** keyblock_remove(kb, type): all slots of a type; how many. */
size_t keyblock_remove(struct keyblock *kb, enum keyblock_type type);

/** keyblock_has(kb, type): how many slots of a type. */
size_t keyblock_has(const struct keyblock *kb, enum keyblock_type type);

/** keyblock_open_secret(kb, type, secret, no_floor, dek, e): ERR_DENIED when
 * no slot of the type opens; ERR_LOCAL when the machine lacks the memory. */
int keyblock_open_secret(const struct keyblock *kb, enum keyblock_type type,
    struct view secret, bool no_floor, uint8_t dek[static RECORD_KEY_BYTES],
    struct err *e);

/** keyblock_open_box(kb, public_key, secret_key, dek, e): ERR_DENIED. */
int keyblock_open_box(const struct keyblock *kb,
    const uint8_t public_key[static KEYBLOCK_BOX_KEY_BYTES],
    const uint8_t secret_key[static KEYBLOCK_BOX_KEY_BYTES],
    uint8_t dek[static RECORD_KEY_BYTES], struct err *e);

#endif
