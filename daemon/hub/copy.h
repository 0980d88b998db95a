/*
 * A copy of a database in use, as it is at one moment, in a file of its own
 * that needs no second file beside it.
 */
#ifndef HUB_COPY_H
#define HUB_COPY_H

#include "common/db/db.h"

struct copy_value {
	const char *name;
	struct view value;
};

/** copy_make(db, path, list, n, e): all of ${db} into a new file ${path}, and
 * beside its tables one called backup with ${n} named values. Others go on
 * reading and writing meanwhile. Durable when it returns; ${path} must not
 * exist and does not after a failure. */
int copy_make(struct db *db, const char *path, const struct copy_value *list,
    size_t n, struct err *e);

/** copy_bytes(from, to, e): a file that nobody changes; durable. */
int copy_bytes(const char *from, const char *to, struct err *e);

#endif
