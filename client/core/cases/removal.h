/*
 * Taking something out of a case that should not be in it: at once when it
 * never left this device; otherwise deleted for all readers now, and asked to
 * be erased by the two who erase (erase.h) as soon as it is at the hub.
 */
#ifndef CORE_REMOVAL_H
#define CORE_REMOVAL_H

#include "client/core/local/versions.h"
#include "client/core/profile/session.h"

enum removal { REMOVAL_WIPED, REMOVAL_DELETED, REMOVAL_NOT_MINE };

/** removal_tx(s, row, out, e): of one record; ERR_INPUT for what goes only
 * with its whole case. REMOVAL_NOT_MINE: only its author or a keeper may. */
int removal_tx(struct session *s, const struct record_row *row,
    enum removal *out, struct err *e);

/** removal_settle(s, asked, e): ask for the erasure of what was moved to
 * another case, or written under an offer that was declined, once it is at
 * the hub; called after every sync. What nobody can sign waits. */
int removal_settle(struct session *s, size_t *asked, struct err *e);

#endif
