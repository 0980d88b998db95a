/*
 * One sync: pull, put doors right, seal, push, pull again, until nothing
 * moves. Every step leaves something at rest, so it may be cut anywhere.
 */
#ifndef SYNC_ROUND_H
#define SYNC_ROUND_H

#include "client/core/sync/talk.h"

/**
 * round_run(s, r, progress, out, e): ${out} counts what was done, also when
 * this fails later on. ERR_ABSENT without a hub, ERR_DENIED when the office
 * has revoked this device; while it waits for approval, 0 and nothing done.
 */
int round_run(struct store *s, struct remote *r,
    const struct talk_progress *progress, struct talk_figures *out,
    struct err *e);

/* The same as files (bundle.h). round_write: what a sync would seal and ask;
 * round_take: the hub's answers, pages from the talk's remote, which says
 * ERR_AWAY with this code after the last. ${more}: another bundle is needed. */
#define ROUND_BUNDLE_END 0x6200
struct round_bundle {
	struct buf push, pull;
	size_t items, left; /* changesets in it, and not in it */
};
int round_write(struct talk *t, struct round_bundle *out, struct err *e);
int round_take(struct talk *t, struct view pushed, int64_t at_ms, bool *more,
    struct err *e);

#endif
