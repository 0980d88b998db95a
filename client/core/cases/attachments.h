/*
 * Attachments: a scanned form, a letter, a photo of a drawing. The record
 * stands beside what it belongs to and has the key; the sealed file lies
 * beside the store (local/blobs.h).
 *
 * Source: schema/wire.md 19, schema/rules.md 46.1.
 */
#ifndef CORE_ATTACHMENTS_H
#define CORE_ATTACHMENTS_H

#include "client/core/cases/entries.h"

struct attachments_wish {
	struct id case_id;
	struct id to;          /* the record it belongs to; zero: the case */
	const char *section;   /* of the case; NULL: notes */
	const char *path;      /* of the person's file, which stays as it is */
	const struct assignment *set; /* name, media, words, on */
	size_t n;
};

/** attachments_add(s, w, id, e): file and record are durable when it returns;
 * without a name the file's, without a media type what its ending says. */
int attachments_add(struct session *s, const struct attachments_wish *w,
    struct id *id, struct err *e);

/** attachments_ending(media): of a file's name, for its media type; "bin" for
 * one that is not known. */
const char *attachments_ending(const char *media);

/** attachments_state(s, id, out, e): where its file is. */
struct attachments_state {
	bool here;           /* on this device */
	bool sent;           /* the hub has it in full */
	bool waits;          /* its record is not taken by the hub yet */
};
int attachments_state(struct session *s, const struct id *id,
    struct attachments_state *out, struct err *e);

/** attachments_save(s, id, path, e): the file, opened, as ${path}, which must
 * not be there. ERR_ABSENT when it is not on this device. */
int attachments_save(struct session *s, const struct id *id,
    const char *path, struct err *e);

/** attachments_read(s, id, write, ctx, e): the same to a function, piece by
 * piece; only a 0 says that it was all of it. ERR_PEER: what is here is not what
 * the record says. */
int attachments_read(struct session *s, const struct id *id,
    int (*write)(void *ctx, struct view v, struct err *e), void *ctx,
    struct err *e);

/** attachments_to(s, record, out, e): those beside it, the newest first. */
int attachments_to(struct session *s, const struct id *record,
    struct record_list *out, struct err *e);

/** attachments_drop(s, id, e): its file goes from this device, the record
 * stays. ERR_DENIED while it could not be fetched again. */
int attachments_drop(struct session *s, const struct id *id, struct err *e);

int attachments_check(const struct entry *x, struct err *e);

#endif
