/* Pieces that several request bodies share; for the proto_*.c files only. */
#ifndef WIRE_PROTO_PARTS_H
#define WIRE_PROTO_PARTS_H

#include "common/wire/cbor.h"
#include "common/wire/proto.h"

/* A proof is one byte string of its nodes, 32 bytes each. */
void proto_parts_put_proof(const struct merkle_proof *p, struct buf *out);
void proto_parts_proof(struct cbor_reader *r, struct merkle_proof *p);

/* [log id, size] */
void proto_parts_put_point(const struct log_point *at, struct buf *out);
void proto_parts_point(struct cbor_reader *r, struct log_point *at);

/* Text into a field of ${size} bytes with its end mark; no NUL inside. */
void proto_parts_words(struct cbor_reader *r, char *out, size_t size);

/* Enter an array of exactly ${n} items. */
void proto_parts_tuple(struct cbor_reader *r, size_t n);

#endif
