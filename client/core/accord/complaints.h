/*
 * A newest epoch that does not open for a device it lists: that device
 * complains to the keepers, and a keeper's client makes the next epoch.
 *
 * Source: schema/rules.md 7.11.
 */
#ifndef ACCORD_COMPLAINTS_H
#define ACCORD_COMPLAINTS_H

#include "client/core/local/spaces.h"

/** complaints_queue(s, queued, e): one letter for each epoch that does not
 * open here, once. */
int complaints_queue(struct store *s, size_t *queued, struct err *e);

/** complaints_take_tx(s, c, news, e): one from the log. It waits if it is
 * about the newest epoch, from a device that this epoch lists. */
struct complaint {
	struct id space, device; /* who complains */
	struct hash epoch;       /* changeset id */
	int64_t at_ms;
};
int complaints_take_tx(struct store *s, const struct complaint *c, bool *news,
    struct err *e);

/** complaints_wait(s, ep, out, e): a device that ${ep} lists complained of
 * it, and had no answer from here within a day. */
int complaints_wait(struct store *s, const struct space_epoch *ep, bool *out,
    struct err *e);

/** complaints_answered_tx(s, space, e): the next epoch is queued. */
int complaints_answered_tx(struct store *s, const struct id *space,
    struct err *e);

#endif
