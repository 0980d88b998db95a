/*
 * The end of an alarm: two officers have looked and ordered that the log goes
 * on from one head. A device whose own log has that head sends again; one whose
 * log has another does not, and says so.
 *
 * Source: schema/rules.md 12.2, 12.6, 45.5.
 */
#ifndef SYNC_ALARM_H
#define SYNC_ALARM_H

#include "client/core/sync/talk.h"

/** alarm_settle(t, e): after a pull: by the newest order in the directory that
 * reaches as far as the evidence here. The hub is asked to prove that the log
 * which was taken in here goes on from the order's head. */
int alarm_settle(struct talk *t, struct err *e);

/** alarm_end(s, head, e): by an order whose two signatures the caller has
 * checked, on the device of the officer who began it. ERR_DENIED: not by this
 * order. Nothing happens where there is no alarm. */
int alarm_end(struct store *s, const struct checkpoint *head, struct err *e);

/** alarm_knows(s, head, e): 1 when the log taken in here has that head, 0 when
 * it has another of that size, 2 when it went past that size in one step. */
int alarm_knows(struct store *s, const struct checkpoint *head,
    struct err *e);

#endif
