/*
 * The sealed record: 4096 bytes, of which 4056 are content.
 *
 * Everything in a store except the key block is such a record, bound by its
 * associated data to the file, its kind, its place and, in the log, its epoch.
 * Format: schema/store.md 2 and 3.
 */
#ifndef VAULT_RECORD_H
#define VAULT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/id.h"

#define RECORD_BYTES 4096
#define RECORD_NONCE_BYTES 24
#define RECORD_TAG_BYTES 16
#define RECORD_PAYLOAD_BYTES 4056
#define RECORD_TAG_AT 4080 /* bytes from the record's start */
#define RECORD_KEY_BYTES 32

enum record_type {
	RECORD_PAGE = 'P',
	RECORD_COMMIT = 'C',
	RECORD_LOG_HEADER = 'H',
	RECORD_LOG_FRAME = 'F',
	RECORD_ANCHOR = 'A'
};

/* How far a store has come: commits so far, and a hash that chains them. */
struct record_mark {
	uint64_t seq;
	struct hash head;
};

/* Lives in mem_secret memory. */
struct record_keys {
	struct id file;
	uint8_t page[RECORD_KEY_BYTES], log[RECORD_KEY_BYTES];
	uint8_t head[RECORD_KEY_BYTES]; /* commit slots, root, key block */
	uint8_t anchor[RECORD_KEY_BYTES];
};

/* Where a record belongs. */
struct record_place {
	enum record_type type;
	uint64_t epoch; /* 0 outside the log */
	uint64_t index; /* page, frame or slot */
};

/** record_keys_derive(k, dek, file): all keys of one file. */
void record_keys_derive(struct record_keys *k,
    const uint8_t dek[static RECORD_KEY_BYTES], const struct id *file);

/** record_seal(k, at, payload, out): with a fresh random nonce. */
void record_seal(const struct record_keys *k, const struct record_place *at,
    const uint8_t payload[static RECORD_PAYLOAD_BYTES],
    uint8_t out[static RECORD_BYTES]);

/** record_open(k, at, in, payload): 0, or -1 and a zeroed payload. */
int record_open(const struct record_keys *k, const struct record_place *at,
    const uint8_t in[static RECORD_BYTES],
    uint8_t payload[static RECORD_PAYLOAD_BYTES]);

/** record_root(k, npages, tags, out): one hash over all page tags. */
void record_root(const struct record_keys *k, uint64_t npages,
    const uint8_t *tags, struct hash *out);

/** record_chain(k, mark, tag): one commit more, whose last frame has ${tag}. */
void record_chain(const struct record_keys *k, struct record_mark *mark,
    const uint8_t tag[static RECORD_TAG_BYTES]);

/** record_mac(k, data, len, out): keyed hash under the head key. */
void record_mac(const struct record_keys *k, const uint8_t *data, size_t len,
    struct hash *out);

#endif
