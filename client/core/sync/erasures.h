/*
 * Erasing, in motion: orders from the log are followed, own requests become
 * orders when the second signature has come, and what is due is wiped, sealed
 * copies too.
 *
 * Source: schema/rules.md 10.2, 10.3, 10.4, 10.6.
 */
#ifndef SYNC_ERASURES_H
#define SYNC_ERASURES_H

#include "client/core/local/erased.h"
#include "client/core/sync/intake.h"

#define ERASURES_TRIES_MAX 3 /* orders of one request that the hub refused */

enum erasures_state { /* of an own request */
	ERASURES_ASKED = 1,
	ERASURES_SIGNED = 2,   /* goes, or went, as an order */
	ERASURES_DECLINED = 3,
	ERASURES_REFUSED = 4   /* signed, and the hub does not take it */
};

/** erasures_take_tx(k, in, e): an admitted order. */
int erasures_take_tx(struct intake *k, const struct incoming *in,
    struct err *e);

/** erasures_situation(k, in, ask, order, e): what admit wants to know of
 * orders; ${order} is room for the one that is taken back. */
int erasures_situation(struct intake *k, const struct incoming *in,
    struct admit_in *ask, struct admit_order *order, struct err *e);

/** erasures_outside(k, in, ok, e): whether an order about a section that is
 * closed here may be followed (rules.md 10.3). */
int erasures_outside(struct intake *k, const struct incoming *in, bool *ok,
    struct err *e);

/** erasures_whole(k, out, e): whether an order for all of the section stands. */
int erasures_whole(struct intake *k, bool *out, struct err *e);

/** erasures_explain(k, cs, ok, e): standing orders name every body that
 * ${cs} came without. */
int erasures_explain(struct intake *k, const struct changeset *cs, bool *ok,
    struct err *e);

/** erasures_hide(k, record, out, e): 1 when a standing order names it. */
int erasures_hide(struct intake *k, const struct record *rec,
    struct erased_order *out, struct err *e);

/** erasures_settle(s, e): answers to own requests are read, and orders that
 * are signed are queued. */
int erasures_settle(struct store *s, struct err *e);

/** erasures_wipe(s, n, e): what is due by the own clock and by the hub's time
 * at the last contact; ${n} counts orders. */
int erasures_wipe(struct store *s, size_t *n, struct err *e);

#endif
