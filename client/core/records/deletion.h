/*
 * Deleting and restoring: nothing is lost, and one step takes it back.
 *
 * Source: schema/rules.md 6.8.
 */
#ifndef CORE_DELETION_H
#define CORE_DELETION_H

#include "client/core/records/records.h"

/** deletion_set(s, id, on, e): delete (or restore) a case, note or goal.
 * ERR_CLASH when it is so already; ERR_DENIED for whom it is not. */
int deletion_set(struct session *s, const struct id *id, bool on,
    struct err *e);

/** deletion_list(s, case_id, out, e): what is deleted, of one case or all. */
int deletion_list(struct session *s, const struct id *case_id,
    struct record_list *out, struct err *e);

#endif
