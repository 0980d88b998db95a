/*
 * The sealed files of attachments, beside the store: attachments/HASH in the
 * profile's folder. Their keys stand in records, so a file without a record
 * here is bytes that nobody opens; those are removed at the start and after
 * each sync.
 *
 * Source: schema/store.md 11, schema/wire.md 19.
 */
#ifndef LOCAL_BLOBS_H
#define LOCAL_BLOBS_H

#include "client/core/local/store.h"
#include "common/wire/blob.h"

#define BLOBS_FOLDER "attachments"

struct blobs_made {
	struct hash id;
	struct sym_key key;   /* the caller wipes it */
	uint64_t content;     /* bytes of the file */
};

/** blobs_seal(s, path, out, e): a sealed copy of the person's file ${path},
 * durable when this returns: only then is its record written. ERR_INPUT for
 * what is no file or changes meanwhile, ERR_TOOBIG. */
int blobs_seal(struct store *s, const char *path, struct blobs_made *out,
    struct err *e);

/** blobs_here(s, id): its sealed bytes on this device; 0: it is not here. */
uint64_t blobs_here(const struct store *s, const struct hash *id);

/** blobs_open(s, id, key, to, e): into a new file ${to}, the person's alone.
 * ERR_ABSENT when it is not here, ERR_CLASH when ${to} is there, ERR_PEER when
 * what is here is not what was sealed. */
int blobs_open(struct store *s, const struct hash *id,
    const struct sym_key *key, const char *to, struct err *e);

/** blobs_check_all(folder, e): each file there is what its name says; ERR_PEER
 * names the first that is not. No folder: none is wrong. */
int blobs_check_all(const char *folder, struct err *e);

/** blobs_any(folder): a sealed file lies there. */
bool blobs_any(const char *folder);

/** blobs_drop(s, id, e): overwritten and gone from this device. */
int blobs_drop(struct store *s, const struct hash *id, struct err *e);

/** blobs_each(s, fn, ctx, e): what an attachment names that has a text here,
 * whatever its state; stops when ${fn} returns other than 0. */
struct blobs_item {
	int64_t rid;
	struct hash id;
	uint64_t content;
	bool sent;        /* the hub has acknowledged the record */
};
int blobs_each(struct store *s,
    int (*fn)(void *ctx, const struct blobs_item *b, struct err *e),
    void *ctx, struct err *e);

/** blobs_sweep(s, e): what no record here names goes. Not where the store is
 * older than it was: then a record may be missing. */
int blobs_sweep(struct store *s, struct err *e);

/** blobs_copy(s, folder, n, e): all that are here, into ${folder}, each read
 * back; one that is there whole already stays. ${n}: how many are in it.
 * blobs_copy_back(s, folder, e): what records here name, from there. */
int blobs_copy(struct store *s, const char *folder, size_t *n,
    struct err *e);
int blobs_copy_back(struct store *s, const char *folder, struct err *e);

/** blobs_sweep_copy(s, folder, e): what records here do not name goes from
 * such a folder too. */
int blobs_sweep_copy(struct store *s, const char *folder, struct err *e);

/** blobs_path(s, id), of the sealed file; blobs_folder(s): both freed by
 * mem_free. */
char *blobs_path(const struct store *s, const struct hash *id);
char *blobs_folder(const struct store *s);

#endif
