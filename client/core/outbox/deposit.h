/*
 * Whether the log would still take a deposit of this device.
 *
 * Source: schema/rules.md 1.7.
 */
#ifndef OUTBOX_DEPOSIT_H
#define OUTBOX_DEPOSIT_H

#include "client/core/local/spaces.h"

/** deposit_fits(s, sp, out, e): as far as this device knows. One that comes
 * too late would be refused for ever: the text stays held here instead. */
int deposit_fits(struct store *s, const struct space *sp, bool *out,
    struct err *e);

/** deposit_closed_tx(s, space, e): the hub refused because it was erased: no
 * deposit is tried for some days. */
int deposit_closed_tx(struct store *s, const struct id *space,
    struct err *e);

#endif
