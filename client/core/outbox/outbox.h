/*
 * The outbox: sealed changesets on their way to the hub, in order.
 *
 * Bytes are fixed before the first send and never rebuilt while the outcome
 * is unknown: a second nonce under the same counter would look like a cloned
 * device. Only a definite refusal takes a changeset apart again; its versions
 * keep their stamps and what they had seen.
 */
#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include "client/core/local/spaces.h"
#include "common/wire/proto.h"

enum outgoing_state {
	OUTGOING_READY = 1, /* sealed, no receipt */
	OUTGOING_ACKED = 2, /* receipt checked; kept 90 days */
	OUTGOING_APART = 3  /* refused; its contents are local again. Kept as
			     * long, should the log turn out to have it */
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

/** OUTBOX_KEEP_MS: how long accepted bytes are kept, to fill a restored hub. */
#define OUTBOX_KEEP_MS (90 * INT64_C(86400000))

/** outbox_group(s): a fresh group number: items that share it are neighbours
 * and go all or none. */
int64_t outbox_group(struct store *s);

/** outbox_add_tx(s, in, id, oid, e): seal with the next counter and prev_own
 * of this device in the space, and queue. */
int outbox_add_tx(struct store *s, const struct outbox_item *in,
    struct hash *id, int64_t *oid, struct err *e);

/** outbox_unseal_tx(s, space, e): after a definite refusal: everything queued
 * for ${space} without a receipt, and what shares a group with it, is taken
 * apart, versions are local again, unsent statements and epochs too. */
int outbox_unseal_tx(struct store *s, const struct id *space, struct err *e);

/** outbox_leave_tx(s, e): this device's lines are forgotten: each goes on from
 * where the log says it stands, past a gap of OUTBOX_GAP counters in a store
 * that was brought back, which cannot know what its original used. */
#define OUTBOX_GAP (INT64_C(1) << 20)
int outbox_leave_tx(struct store *s, struct err *e);

/** outbox_find(s, id, state, bytes, e): an own changeset as it was sealed;
 * 1, 0, -1. */
int outbox_find(struct store *s, const struct hash *id,
    enum outgoing_state *state, struct buf *bytes, struct err *e);

/** outbox_accept_tx(s, cs, r, sent, e): the log has own changeset ${cs} at
 * ${r}: queued bytes get their receipt, their versions place and effective
 * time. Harmless for one that is accepted already or was never queued.
 * ${sent}: notes and other records that were accepted by this. */
struct outbox_sent {
	size_t notes, changes;
};
int outbox_accept_tx(struct store *s, const struct changeset *cs,
    const struct proto_receipt *r, struct outbox_sent *sent, struct err *e);

/** outbox_tidy_tx(s, e): drop a bounded number of accepted changesets that are
 * older than OUTBOX_KEEP_MS. */
int outbox_tidy_tx(struct store *s, struct err *e);

#endif
