/*
 * A file sealed with a passphrase, written and read in pieces: an export.
 *
 * Source: schema/export.md.
 */
#ifndef WIRE_PARCEL_H
#define WIRE_PARCEL_H

#include "common/base/buf.h"
#include "common/base/id.h"

#define PARCEL_PIECE ((size_t)64 * 1024) /* bytes of text in one piece */

struct parcel;

struct parcel_cost { /* of Argon2id; zero: 3 passes, 256 MiB */
	uint64_t passes;
	size_t bytes;
};

/** parcel_make(path, passphrase, cost, out, e): begins a private file that is
 * not there yet: ERR_CLASH. It has its name when it is whole; until then it is
 * ${path}.part. */
int parcel_make(const char *path, struct view passphrase,
    struct parcel_cost cost, struct parcel **out, struct err *e);

/** parcel_add(p, v, e): more text. */
int parcel_add(struct parcel *p, struct view v, struct err *e);

/** parcel_end(p, hash, e): the last piece; the file is durable and whole.
 * ${hash}: of its bytes. Frees ${p} also when it fails, and removes the file
 * then. */
int parcel_end(struct parcel *p, struct hash *hash, struct err *e);

/** parcel_drop(p): the file is removed; NULL is fine. */
void parcel_drop(struct parcel *p);

/** parcel_open(path, passphrase, fn, ctx, e): hands out the text in pieces, in
 * order. Only a 0 says that all of it was there: ERR_DENIED for a passphrase
 * that does not fit, ERR_INPUT for a file that was changed or cut. */
int parcel_open(const char *path, struct view passphrase,
    int (*fn)(void *ctx, struct view piece, struct err *e), void *ctx,
    struct err *e);

#endif
