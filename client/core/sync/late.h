/*
 * Text that was accepted before the withdrawal of its author's consent
 * arrived, and written after it was said: under review until a person decides.
 *
 * Source: schema/rules.md 7.7, 7.8.
 */
#ifndef SYNC_LATE_H
#define SYNC_LATE_H

#include "client/core/local/versions.h"
#include "client/core/sync/intake.h"

struct late { /* from which effective time on an item's text is */
	bool any;
	uint64_t from;
	struct id person; /* of the item's author */
};

/** late_find(k, in, out, e): by the withdrawals that are known. */
int late_find(struct intake *k, const struct incoming *in, struct late *out,
    struct err *e);

/** late_seen(k, state, e): 1 when the version k->rec is in the store, 0, -1. */
int late_seen(struct intake *k, enum version_state *state, struct err *e);

/** late_record_tx(k, in, late, at, e): the record k->rec of ${in} is in the
 * store: it is put under review if it is late; a keeper's decision that it
 * carries is followed. */
int late_record_tx(struct intake *k, const struct incoming *in,
    const struct late *late, const struct version_at *at, struct err *e);

/** late_knows(k, statement, out, e): it was taken in before. */
int late_knows(struct intake *k, const struct id *statement, bool *out,
    struct err *e);

/** late_earlier_tx(k, in, a, e): ${in} brought the withdrawal ${a}: what the
 * log has before it. */
int late_earlier_tx(struct intake *k, const struct incoming *in,
    const struct access *a, struct err *e);

/** late_concerns(k, in, e): 1 when an own item that comes back has to be
 * opened, because it is late or decides on text; 0, -1. */
int late_concerns(struct intake *k, const struct incoming *in,
    struct err *e);

#endif
