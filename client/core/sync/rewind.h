/*
 * Putting a store in line with a log that goes on from an earlier place: the
 * work of succession.c, in one transaction of the caller's.
 */
#ifndef SYNC_REWIND_H
#define SYNC_REWIND_H

#include "client/core/local/store.h"

/** rewind_tx(s, head, note, again, e): to the size of ${head}, the first head
 * of the new log, signed as ${note}. ${again}: own items to be sent again. */
int rewind_tx(struct store *s, const struct checkpoint *head,
    struct view note, size_t *again, struct err *e);

#endif
