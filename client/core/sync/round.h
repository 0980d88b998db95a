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

#endif
