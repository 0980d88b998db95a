/* What the two files of blobs share. Nobody else includes this. */
#ifndef LOCAL_BLOBS_PARTS_H
#define LOCAL_BLOBS_PARTS_H

#include "client/core/local/blobs.h"
#include "common/wire/record.h"

/** blobs_item_read(rec, b): which file this version names, if any. */
bool blobs_item_read(const struct record *rec, struct blobs_item *b);

/** blobs_hash_file(path, out, e): the name of the bytes in it. */
int blobs_hash_file(const char *path, struct hash *out, struct err *e);

#endif
