/*
 * One exchange with the hub as files that somebody carries, with the same
 * checks as over a line: receipts, proofs and growth from where this device
 * stands. An answer to an earlier standing changes nothing.
 *
 * Source: schema/wire.md, "Bundle".
 */
#ifndef SYNC_BUNDLE_H
#define SYNC_BUNDLE_H

#include "client/core/sync/talk.h"

/** bundle_write(s, figures, file, items, left, e): seals what waits and appends
 * the bundle; ${left} changesets do not fit. What is in it waits on, until the
 * answer or a sync. */
int bundle_write(struct store *s, struct talk_figures *figures,
    struct buf *file, size_t *items, size_t *left, struct err *e);

/** bundle_take(s, progress, file, out, e): the hub's answer. ERR_INPUT when it
 * is not this device's, or not whole. */
struct bundle_taken {
	struct talk_figures figures;
	bool stale; /* nothing was taken: this device knows more already */
	bool more;  /* the hub has more than fits: another bundle */
};
int bundle_take(struct store *s, const struct talk_progress *progress,
    struct view file, struct bundle_taken *out, struct err *e);

#endif
