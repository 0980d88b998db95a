/*
 * Deterministic CBOR (RFC 8949, 4.2.1), a strict layer over libcbor.
 *
 * Writing appends to a buf. Reading walks an input once, item by item, and
 * refuses any other form of the same value: lengths and integers not in the
 * shortest form, indefinite lengths, floats, tags, map keys out of order or
 * twice, invalid UTF-8, more than CBOR_DEPTH_MAX levels, bytes left over.
 * Errors stick: read on, ask cbor_end once. Map keys are small unsigned
 * integers, ascending; a reader asks for them in order.
 */
#ifndef WIRE_CBOR_H
#define WIRE_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/id.h"

#define CBOR_DEPTH_MAX 8

void cbor_put_uint(struct buf *b, uint64_t v);
void cbor_put_int(struct buf *b, int64_t v);
void cbor_put_bytes(struct buf *b, struct view v);
void cbor_put_text(struct buf *b, struct view v);
void cbor_put_bool(struct buf *b, bool v);
void cbor_put_null(struct buf *b);
void cbor_put_array(struct buf *b, size_t count);
void cbor_put_map(struct buf *b, size_t pairs);
void cbor_put_id(struct buf *b, const struct id *id);
void cbor_put_hash(struct buf *b, const struct hash *h);

enum cbor_type {
	CBOR_NONE, CBOR_UINT, CBOR_NEGINT, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY,
	CBOR_MAP, CBOR_BOOL, CBOR_NULL
};

struct cbor_reader {
	struct view in;
	size_t at;
	int depth;
	bool bad;
	struct {
		uint64_t left;   /* items (array) or pairs (map) left */
		bool map;
		uint64_t last;   /* last key read */
		bool any;        /* a key was read */
		bool value;      /* the last key still wants its value */
	} level[CBOR_DEPTH_MAX];
};

void cbor_init(struct cbor_reader *r, struct view in);

/** cbor_peek(r): type of the next item, CBOR_NONE at an end. */
enum cbor_type cbor_peek(struct cbor_reader *r);

uint64_t cbor_uint(struct cbor_reader *r);
int64_t cbor_int(struct cbor_reader *r);
struct view cbor_bytes(struct cbor_reader *r, size_t max);
struct view cbor_text(struct cbor_reader *r, size_t max); /* checked UTF-8 */
bool cbor_bool(struct cbor_reader *r);
void cbor_null(struct cbor_reader *r);
void cbor_id(struct cbor_reader *r, struct id *id);
void cbor_hash(struct cbor_reader *r, struct hash *h);

/** cbor_fixed(r, out, len): a byte string of exactly ${len} bytes. */
void cbor_fixed(struct cbor_reader *r, void *out, size_t len);

/** cbor_array(r, max): enter; its item count, bad past ${max}. */
size_t cbor_array(struct cbor_reader *r, size_t max);

/** cbor_map(r): enter a map. */
void cbor_map(struct cbor_reader *r);

/** cbor_key(r, key): true when the next key is ${key} (and consumes it). */
bool cbor_key(struct cbor_reader *r, uint64_t key);

/** cbor_need(r, key): like cbor_key, but its absence is bad. */
void cbor_need(struct cbor_reader *r, uint64_t key);

/** cbor_leave(r): the array or map must be used up; leave it. Unknown map
 * keys left over are bad: a newer form has a new version number. */
void cbor_leave(struct cbor_reader *r);

/** cbor_end(r, what, e): 0 if all was well and used up, else ERR_PEER. */
int cbor_end(struct cbor_reader *r, const char *what, struct err *e);

#endif
