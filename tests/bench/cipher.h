/*
 * SQLCipher as Debian has it, for orientation: loaded where it is installed,
 * never linked. Its SQLite is an older one and knows no FTS5 there, so its
 * figures tell the order of things and no more.
 */
#ifndef BENCH_CIPHER_H
#define BENCH_CIPHER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

struct cipher;

/** cipher_open(path, cache_kib): with a raw key, pages of 4096 bytes and the
 * settings of common/db; NULL where there is no SQLCipher. */
struct cipher *cipher_open(const char *path, int cache_kib);
void cipher_close(struct cipher *c);

/** cipher_exec(c, sql): statements without values; false when it does not know
 * them. */
bool cipher_exec(struct cipher *c, const char *sql);

/** cipher_run(c, sql, body): one row in, its only value ${body}.
 * cipher_find(c, sql, id): one row out, by its only value ${id}. */
void cipher_run(struct cipher *c, const char *sql, struct view body);
void cipher_find(struct cipher *c, const char *sql, int64_t id);

/** cipher_version(c): of the library. */
const char *cipher_version(struct cipher *c);

#endif
