/*
 * A countersigned order, read and logged. Inner part of what carries orders
 * out: office_recover.c, office_labels.c, office_takeover.c.
 */
#ifndef OFFICE_OFFICE_ORDER_H
#define OFFICE_OFFICE_ORDER_H

#include "client/core/local/store.h"
#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "client/core/sync/talk.h"
#include "common/wire/checkpoint.h"
#include "common/wire/directory.h"
#include "common/wire/proto.h"

/** office_order_read(s, word, scope, d, e): what both officers signed, to be
 * carried out on this device, not a week old. ERR_INPUT for another scope. */
int office_order_read(const struct store *s, const char *word,
    enum order_scope scope, struct directory_entry *d, struct err *e);

/** office_order_log(s, r, d, e): into the log, once. ERR_DENIED when the hub
 * did not take it. */
int office_order_log(struct session *s, struct remote *r,
    const struct directory_entry *d, struct err *e);

/** office_order_page(t, ask, take, ctx, e): one page of what an order opens,
 * item by item. 1: there is more; 0, -1. */
int office_order_page(struct talk *t, const struct proto_recover *ask,
    int (*take)(void *ctx, const struct proto_item *it, struct err *e),
    void *ctx, struct err *e);

/** office_order_head_begin(s, scope, head, out, e): an order about a head. */
struct office_order;
int office_order_head_begin(struct session *s, enum order_scope scope,
    const struct checkpoint *head, struct office_order *out, struct err *e);

/** office_order_root_sign(s, word, root, out, e): the second signature on an
 * order of this officer's by the office root, where that counts. */
int office_order_root_sign(struct session *s, const char *word,
    const struct sign_key *root, struct buf *out, struct err *e);

#endif
