/*
 * A countersigned order, read and logged. Inner part of what carries orders
 * out: office_recover.c, office_labels.c, office_takeover.c.
 */
#ifndef OFFICE_OFFICE_ORDER_H
#define OFFICE_OFFICE_ORDER_H

#include "client/core/local/store.h"
#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "common/wire/directory.h"

/** office_order_read(s, word, scope, d, e): what both officers signed, to be
 * carried out on this device, not a week old. ERR_INPUT for another scope. */
int office_order_read(const struct store *s, const char *word,
    enum order_scope scope, struct directory_entry *d, struct err *e);

/** office_order_log(s, r, d, e): into the log, once. ERR_DENIED when the hub
 * did not take it. */
int office_order_log(struct session *s, struct remote *r,
    const struct directory_entry *d, struct err *e);

#endif
