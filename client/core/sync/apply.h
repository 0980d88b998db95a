/*
 * What an admitted item does to the store, by its kind. Everything here may
 * be done twice without effect: an item whose key came late, or that is sent
 * again after a section was opened anew, goes through the same code.
 *
 * Source: schema/rules.md 1.8, 12.5.
 */
#ifndef SYNC_APPLY_H
#define SYNC_APPLY_H

#include "client/core/sync/intake.h"

/** apply_tx(k, in, e): by kind. */
int apply_tx(struct intake *k, struct incoming *in, struct err *e);

/** apply_sealed_tx(k, in, e): CONTENT and ACCESS: open and take in, or into
 * quarantine until the key is there. */
int apply_sealed_tx(struct intake *k, struct incoming *in, struct err *e);

/** apply_epoch_tx(k, in, e): keys, members, and what follows for this device:
 * let in, or excluded. In apply_epoch.c. */
int apply_epoch_tx(struct intake *k, struct incoming *in, struct err *e);

#endif
