/*
 * The epoch record: who holds a space's key from here on, and with what right.
 *
 * A fresh random key K, sealed to each recipient's device and to the office's
 * recovery key; K of the epoch before is wrapped under K, so a member reads
 * the past. Everyone checks commit, so no two members can be given different
 * keys. Source: schema/wire.md, "Epoch".
 */
#ifndef WIRE_EPOCH_H
#define WIRE_EPOCH_H

#include "common/wire/changeset.h"

#define EPOCH_RECIPIENTS_MAX 1024      /* commons, site, office */
#define EPOCH_RECIPIENTS_CASE_MAX 64   /* every other space */
#define EPOCH_CITES_MAX 64
#define EPOCH_KEYBOX_BYTES (32 + 16 + 4 + 32 + KEYS_SEAL_BYTES)
#define EPOCH_WRAP_BYTES (24 + 32 + 16)

enum right { RIGHT_NONE = 0, RIGHT_READ = 1, RIGHT_WRITE = 2, RIGHT_KEEP = 3 };

struct epoch_recipient {
	struct id person, device;
	enum right right;
	int64_t until_ms;                 /* INT64_MAX: no end */
	uint8_t keybox[EPOCH_KEYBOX_BYTES]; /* seals K, space, epoch, commit */
};

struct epoch {
	struct id space;
	uint32_t number;              /* 1, 2, ... */
	struct hash prev;             /* changeset id of the epoch before, or 0 */
	struct hash commit;           /* keys_hash("tugi epoch key", K) */
	uint8_t recovery[EPOCH_KEYBOX_BYTES];
	bool has_wrap;                /* false in epoch 1 */
	uint8_t wrap[EPOCH_WRAP_BYTES]; /* K of the epoch before under K */
	size_t cite_count;
	struct hash cites[EPOCH_CITES_MAX]; /* access statements it rests on */
	size_t recipient_count;       /* sorted by device, no device twice */
	struct epoch_recipient *recipients; /* epoch_done frees */
};

/** epoch_make_keys(ep, key, prev_key, box_of, recovery): fill commit, wrap
 * and every keybox for the recipients already listed; ${boxes}[i] is the box
 * key of recipient i. ${prev_key} may be NULL in epoch 1. */
void epoch_make_keys(struct epoch *ep, const struct sym_key *key,
    const struct sym_key *prev_key, const struct box_pub *boxes,
    const struct box_pub *recovery);

void epoch_encode(const struct epoch *ep, struct buf *out);
int epoch_decode(struct view in, struct epoch *ep, struct err *e);
void epoch_done(struct epoch *ep);

/** epoch_find(ep, device): its recipient entry or NULL. */
const struct epoch_recipient *epoch_find(const struct epoch *ep,
    const struct id *device);

/** epoch_open(ep, keybox, pub, key, out, e): the epoch key from a keybox,
 * checked against space, number and commit. ERR_DENIED, ERR_PEER. */
int epoch_open(const struct epoch *ep,
    const uint8_t keybox[static EPOCH_KEYBOX_BYTES],
    const struct box_pub *pub, const struct box_key *key,
    struct sym_key *out, struct err *e);

/** epoch_is_key(ep, key): ${key} is the one that ${ep} is committed to. */
bool epoch_is_key(const struct epoch *ep, const struct sym_key *key);

/** epoch_unwrap(ep, key, prev, e): the key of the epoch before, as whoever
 * made ${ep} says: ask epoch_is_key. ERR_PEER. */
int epoch_unwrap(const struct epoch *ep, const struct sym_key *key,
    struct sym_key *prev, struct err *e);

#endif
