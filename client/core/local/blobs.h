/*
 * The sealed files of attachments, beside the store: attachments/HASH in the
 * profile's folder. Their keys stand in records, so a file without a record
 * here is bytes that nobody opens; those are removed at the start and after
 * each sync.
 *
 * Source: schema/store.md 11, schema/wire.md 19, schema/rules.md 46.2.
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

/** blobs_stream(s, id, key, write, ctx, e): the same to a function, piece by
 * piece. Only a 0 says that it was that file and all of it. */
int blobs_stream(struct store *s, const struct hash *id,
    const struct sym_key *key,
    int (*write)(void *ctx, struct view v, struct err *e), void *ctx,
    struct err *e);

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

/* One that is sealed into a changeset or was taken in, as the hub knows it. */
struct blobs_place {
	int64_t rid;
	struct id space;
	struct hash id;       /* of the sealed bytes */
	uint64_t content;
	struct hash item;     /* changeset */
	uint32_t idx;         /* of its body */
	bool told;            /* the hub has it in full, and knows that item */
	int64_t told_ms;
	bool accepted;        /* the item is in the log */
	bool own;             /* this person added it */
};

/** blobs_place(s, record, out, e): 1, 0 it has no place yet, -1. blobs_named: by
 * the name of the sealed bytes.
 * blobs_unsent(s, fn, ctx, e): each that is here and that the hub was not told
 * of; blobs_kept: each that is here and could be fetched again. */
int blobs_place(struct store *s, const struct id *record,
    struct blobs_place *out, struct err *e);
int blobs_named(struct store *s, const struct hash *id,
    struct blobs_place *out, struct err *e);
int blobs_unsent(struct store *s,
    int (*fn)(void *ctx, const struct blobs_place *p, struct err *e),
    void *ctx, struct err *e);

int blobs_kept(struct store *s,
    int (*fn)(void *ctx, const struct blobs_place *p, struct err *e),
    void *ctx, struct err *e);

/** blobs_told(s, p, e): the hub has it, and knows its item. blobs_untold: that
 * was not so. */
int blobs_told(struct store *s, const struct blobs_place *p, struct err *e);
int blobs_untold(struct store *s, const struct blobs_place *p,
    struct err *e);

/** blobs_read(s, id, at, out, e): append up to ${len} sealed bytes from
 * ${at} on. */
int blobs_read(struct store *s, const struct hash *id, uint64_t at,
    size_t len, struct buf *out, struct err *e);

/* What comes from the hub, until it is whole: bytes that are here;
 * _add: more of them, from ${at} on, where it ends then; _end: the hash is compared with the name, and
 * it is here. ERR_PEER when it is not that: nothing is kept then. */
uint64_t blobs_part(const struct store *s, const struct hash *id);
int blobs_part_add(struct store *s, const struct hash *id, uint64_t at,
    struct view v, struct err *e);
int blobs_part_end(struct store *s, const struct hash *id, struct err *e);

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

/** blobs_drop_copy(folder): such a folder goes, with all it has of ours. */
void blobs_drop_copy(const char *folder);

/** blobs_path(s, id), of the sealed file; blobs_folder(s): both freed by
 * mem_free. */
char *blobs_path(const struct store *s, const struct hash *id);
char *blobs_folder(const struct store *s);

#endif
