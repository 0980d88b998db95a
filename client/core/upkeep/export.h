/*
 * Everything a person may see, out of the store into one file under a
 * passphrase, and logged as a disclosure to oneself: in the card of each case
 * that this person may write in, and in their own room.
 *
 * Source: schema/export.md.
 */
#ifndef CORE_EXPORT_H
#define CORE_EXPORT_H

#include "client/core/records/records.h"

struct export_ask {
	const char *path;       /* of a file that is not there yet */
	struct view passphrase; /* 8 bytes or more */
	uint64_t cost_passes;   /* Argon2id; 0: the default, 3 */
	size_t cost_bytes;      /* 0: the default, 256 MiB */
	/* A record as one line, without its end, appended to ${line}. */
	int (*render)(void *ctx, const struct record_item *r, struct buf *line,
	    struct err *e);
	void *ctx;
};
struct export_sum {
	size_t records, cases; /* cases: in whose card it was logged */
	struct hash hash;      /* of the file */
};
/** export_to(s, ask, out, e): each record of each kind that is open to this
 * person, but what is deleted. The file is whole and logged, or not there. */
int export_to(struct session *s, const struct export_ask *ask,
    struct export_sum *out, struct err *e);

/** export_read(path, passphrase, fn, ctx, e): each line as it was rendered.
 * Only a 0 says that all of it was there. */
int export_read(const char *path, struct view passphrase,
    int (*fn)(void *ctx, struct view line, struct err *e), void *ctx,
    struct err *e);

#endif
