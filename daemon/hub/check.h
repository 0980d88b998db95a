/*
 * The hub's database against its own signed log, read from its first item to
 * the last: what a backup is worth, and what a restore brings back. And the
 * two ends of that: a copy of a hub at work, and a hub that goes on from one.
 */
#ifndef HUB_CHECK_H
#define HUB_CHECK_H

#include "daemon/hub/copy.h"
#include "daemon/hub/hub.h"

struct hub_checked {
	char name[64];
	struct log_point log;
	struct hash root;
	int64_t accept_ms;   /* of the newest item */
	bool claimed, pending;
	struct sign_pub hub; /* key of the log, if claimed */
	uint64_t bytes;      /* of items */
	uint64_t erased;     /* items of which bodies are gone */
	uint64_t files;      /* sealed files of attachments, whole */
};

/**
 * hub_check(path, out, e): a file that nobody changes. Every item has the
 * bytes whose hash its author signed, its place without a gap, and its leaf in
 * the tree whose head the hub signed; the file itself is sound. ERR_LOCAL with
 * the first thing that is not so.
 */
int hub_check(const char *path, struct hub_checked *out, struct err *e);

/** hub_quick_check(path, e): the file is sound, as SQLite sees it; it may be
 * in use. */
int hub_quick_check(const char *path, struct err *e);

/** hub_copy(path, to, list, n, e): of the database ${path}, which may be in
 * use; ${list} goes with it. */
int hub_copy(const char *path, const char *to, const struct copy_value *list,
    size_t n, struct err *e);

/** hub_copy_value(path, name, out, e): append a value that went with the copy
 * ${path}. 1, 0, -1. */
int hub_copy_value(const char *path, const char *name, struct buf *out,
    struct err *e);

/** hub_copy_begin(path, pub, key, at_ms, e): make a database of its own of the
 * copy ${path}. With ${key} the log gets a new id, whose first head is signed
 * here, and waits for the order of two officers; without, it goes on as it was.
 * A hub that no office has claimed has nobody to ask and keeps its id. */
int hub_copy_begin(const char *path, const struct sign_pub *pub,
    const struct sign_key *key, int64_t at_ms, struct err *e);

#endif
