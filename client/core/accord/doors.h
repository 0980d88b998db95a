/*
 * Doors: bring every space's epoch in line with its access statements.
 *
 * The allowed recipients are a pure function of roster and statements; at
 * each sync, before content is sealed, this compares them with the current
 * epoch and, where this device may, queues the statements that wait and a new
 * epoch citing them, all spaces of one consent in one all-or-nothing group.
 * An epoch with a surplus recipient (withdrawn, expired, revoked, or never
 * allowed) is never written to: it is replaced first, or writing waits.
 *
 * Source: schema/rules.md 4.6, 4.7.
 */
#ifndef ACCORD_DOORS_H
#define ACCORD_DOORS_H

#include "client/core/local/spaces.h"

/** doors_settle(s, rekeyed, e): ${rekeyed}: spaces that got a new key. */
int doors_settle(struct store *s, size_t *rekeyed, struct err *e);

/** doors_recall_early(s, e): overrides that wait sealed, as on a stick, by a
 * clock that runs ahead of the hub's at this contact, are taken apart, so that
 * their stamps are put right with all others (rules.md 2.3, 8.2). */
int doors_recall_early(struct store *s, struct err *e);

/** doors_writable(s, space, out, e): content may be sealed under the newest
 * epoch now: key held, right to write, no surplus recipient. */
int doors_writable(struct store *s, const struct id *space, bool *out,
    struct err *e);

/** doors_begin_tx(s, space, e): queue the first epoch of ${space} and its
 * statements now: the commons, whose first epoch goes with the claim. */
int doors_begin_tx(struct store *s, const struct id *space, struct err *e);

/** doors_admit_tx(s, space, dev, group, e): queue the statements that wait for
 * ${space} and the epoch that lets ${dev} in, whose directory entry goes in
 * the same group. ERR_CLASH when an epoch of it is still on its way. */
int doors_admit_tx(struct store *s, const struct id *space,
    const struct roster_device *dev, int64_t group, struct err *e);

/** doors_back_tx(s, seq, e): something came at a place that was passed before
 * (a gap was mended): the next settling looks from there. */
int doors_back_tx(struct store *s, uint64_t seq, struct err *e);

#endif
