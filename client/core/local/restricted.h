/*
 * Restriction of use: a record that is kept and not used, by other records
 * beside it that say so (TYPE_RESTRICTION). It is in no list, count or search.
 */
#ifndef LOCAL_RESTRICTED_H
#define LOCAL_RESTRICTED_H

#include "client/core/local/versions.h"

/** restricted_is(s, row, out, e): one of those beside it is in force now. */
int restricted_is(struct store *s, const struct record_row *row, bool *out,
    struct err *e);

/** restricted_follow_tx(s, id, e): a restriction was written or came; what it
 * is about is flagged anew. */
int restricted_follow_tx(struct store *s, const struct id *id,
    struct err *e);

/** restricted_keep(s, now, from, next, e): flag anew what ended by itself
 * until ${now}; ${from} and ${next} become the nearest ends before and after.
 */
int restricted_keep(struct store *s, int64_t now, int64_t *from,
    int64_t *next, struct err *e);

#endif
