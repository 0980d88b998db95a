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
	size_t files, missing; /* of attachments; not on this device, or not
				* what their record says */
	struct hash hash;      /* of the file */
};
/** export_to(s, ask, out, e): each record of each kind that is open to this
 * person, but what is deleted, and the files of attachments that are on this
 * device. The file is whole and logged, or not there. */
int export_to(struct session *s, const struct export_ask *ask,
    struct export_sum *out, struct err *e);

/* Who reads one: each record's line as it was rendered; then the files, each
 * begun with its record's id, in pieces, and ended: not ${whole} is what could
 * not be opened when it was written. */
struct export_reader {
	int (*line)(void *ctx, struct view line, struct err *e);
	int (*file)(void *ctx, const struct id *record, struct err *e);
	int (*piece)(void *ctx, struct view piece, struct err *e);
	int (*end)(void *ctx, bool whole, struct err *e);
	void *ctx;
};
/** export_read(path, passphrase, r, e): only a 0 says that all of it was
 * there. */
int export_read(const char *path, struct view passphrase,
    const struct export_reader *r, struct err *e);

#endif
