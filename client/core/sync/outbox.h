/*
 * The outbox: sealed changesets on their way to the hub, in order.
 *
 * Bytes are fixed before the first send and never rebuilt while the outcome
 * is unknown: a second nonce under the same counter would look like a cloned
 * device. Only a definite refusal takes a changeset apart again; its versions
 * keep their stamps and what they had seen.
 */
#ifndef SYNC_OUTBOX_H
#define SYNC_OUTBOX_H

#include "client/core/local/spaces.h"
#include "common/wire/proto.h"

enum outgoing_state {
	OUTGOING_READY = 1, /* sealed, no receipt */
	OUTGOING_ACKED = 2  /* receipt checked; kept 90 days */
};

struct outbox_item {
	enum changeset_kind kind;
	struct id space;
	uint32_t epoch;
	struct log_point seen;
	int64_t group;             /* from outbox_group */
	const struct sym_key *key; /* CONTENT, ACCESS */
	const struct view *plain;
	size_t count;
	struct view clear;         /* EPOCH, DIRECTORY, LETTER */
};

/** outbox_group(s): a fresh group number: items that share it are neighbours
 * and go all or none. */
int64_t outbox_group(struct store *s);

/** outbox_add_tx(s, in, id, oid, e): seal with the next counter and prev_own
 * of this device in the space, and queue. */
int outbox_add_tx(struct store *s, const struct outbox_item *in,
    struct hash *id, int64_t *oid, struct err *e);

/** outbox_cut(s, changed, e): seal local versions, space by space, up to 64
 * records and CHANGESET_BYTES_MAX each, cut where what had been seen changes.
 * Spaces without a key yet or not writable are left alone. */
int outbox_cut(struct store *s, size_t *changed, struct err *e);

/** outbox_unseal_tx(s, space, e): after a definite refusal: everything queued
 * for ${space} without a receipt is taken apart, versions are local again,
 * unsent statements and epochs too. */
int outbox_unseal_tx(struct store *s, const struct id *space, struct err *e);

#endif
