/*
 * Withdrawals and refusals that somebody took and lost the card before they
 * were sent: filed from their deposit by the first keeper's client that opens
 * it. The one outcome that no person decides: closing late cannot be made
 * good, and closing wrongly can.
 *
 * Source: schema/rules.md 7.9.
 */
#ifndef ACCORD_CLOSINGS_H
#define ACCORD_CLOSINGS_H

#include "client/core/local/versions.h"

#define CLOSINGS_BASIS "taken by a former member"

/** closings_in(plain, out, e): is there one among a deposit's records. */
int closings_in(struct view plain, bool *out, struct err *e);

/** closings_file(s, filed, e): out of the deposits that this device keeps the
 * sections of. Two keepers who do it do the same. */
int closings_file(struct store *s, size_t *filed, struct err *e);

#endif
