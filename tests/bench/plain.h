/*
 * The plain peer: SQLite with the settings of the store and the hub, no
 * encryption, one row a note, and the same kind of full-text index. What a
 * program that keeps notes could hardly do with less.
 */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

struct plain;

/** plain_open(path): a new one; an old one of that name is removed. */
struct plain *plain_open(const char *path);
void plain_close(struct plain *p);

/** plain_begin, plain_commit: around many plain_insert. */
void plain_begin(struct plain *p);
void plain_commit(struct plain *p);

/** plain_insert(p, text, words): a row, and its words if ${words}. Outside
 * a transaction it is durable on return. */
void plain_insert(struct plain *p, struct view text, bool words);

/** plain_index(p): the words of all rows, in one transaction. */
void plain_index(struct plain *p);

/** plain_ranked(p, match, limit): the best ${limit}, read with their text;
 * how many. plain_newest: the newest instead. */
size_t plain_ranked(struct plain *p, const char *match, int limit);
size_t plain_newest(struct plain *p, const char *match, int limit);

#endif
