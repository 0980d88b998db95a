/*
 * Whether a case is closed.
 */
#ifndef CORE_CLOSED_H
#define CORE_CLOSED_H

#include "client/core/local/store.h"

/** case_closed(s, case_id, out, e): since when it is closed, as the hub's
 * time has it; 0: it is not, or its card is not open here. */
int case_closed(struct store *s, const struct id *case_id, int64_t *out,
    struct err *e);

#endif
