/*
 * Bytes as letters that people type from paper: Crockford's alphabet (no I,
 * L, O, U), in groups of up to four letters and a fifth that checks them and
 * their place, so that a wrong letter is noticed and its group named. Source:
 * schema/wire.md, "Paper".
 */
#ifndef WIRE_BASE32_H
#define WIRE_BASE32_H

#include "common/base/buf.h"

/** base32_groups(len): groups that ${len} bytes make. */
size_t base32_groups(size_t len);

/** base32_put(data, out): append the groups of ${data}, joined by "-". */
void base32_put(struct view data, struct buf *out);

/** base32_take(at, data, len): read ${len} bytes from the text at *${at} and
 * move it on. Capitals or not; O is 0, I and L are 1; "-" and white space
 * anywhere. 0, or the number of the wrong group, from 1. */
size_t base32_take(const char **at, uint8_t *data, size_t len);

#endif
