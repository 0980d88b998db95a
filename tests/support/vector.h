/*
 * Golden vectors (schema/vectors/<name>.hex) and what every decoder has to
 * stand: repeatable randomness, truncation at every byte, a flip of every bit.
 * Tests run from the root of the tree. TUGI_WRITE_VECTORS=1 writes the
 * vectors instead of comparing with them.
 */
#ifndef TESTS_VECTOR_H
#define TESTS_VECTOR_H

#include "common/base/buf.h"

/** vector_seed(seed): from here on libsodium's random bytes are a fixed
 * stream, so that keys, nonces and sealed boxes come out the same. */
void vector_seed(unsigned seed);

/** vector_check(name, made): ${made} is what the file holds. */
void vector_check(const char *name, struct view made);

/** vector_load(name, out): append what the file holds. */
void vector_load(const char *name, struct buf *out);

/**
 * vector_abuse(name, again): the file's bytes survive ${again}, which decodes
 * and encodes (0, or -1 when refused), unchanged. Every shorter form and
 * every form with one bit turned is refused, or comes back as it went in.
 */
void vector_abuse(const char *name,
    int (*again)(struct view in, struct buf *out, struct err *e));

/** vector_hex(text, out): append bytes from hex digits; spaces are skipped. */
void vector_hex(const char *text, struct buf *out);

#endif
