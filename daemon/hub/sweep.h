/*
 * Carrying out erase orders: seven days after it was accepted, by the hub's
 * own stamps, the bodies that an order names are overwritten. Looked at when
 * the hub opens and every hour.
 *
 * Source: schema/rules.md 10.3.
 */
#ifndef HUB_SWEEP_H
#define HUB_SWEEP_H

#include "daemon/hub/inner.h"

/* Sealed files that nobody goes on with, or that no item names. */
#define SWEEP_PARTS_MS (7 * 24 * 3600 * 1000LL)
#define SWEEP_LOOSE_MS (30 * 24 * 3600 * 1000LL)
#define SWEEP_EVERY_MS (3600 * 1000LL)

/** sweep_run(hub, now_ms, e): by the writing thread, outside a transaction.
 * Nothing due costs one look-up. What fails is done an hour later. */
int sweep_run(struct hub *hub, int64_t now_ms, struct err *e);

#endif
