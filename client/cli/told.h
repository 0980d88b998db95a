/*
 * What a person is told of orders of two officers, in sentences and as JSON.
 */
#ifndef CLI_TOLD_H
#define CLI_TOLD_H

#include "client/cli/cmd.h"

/** told_orders(c, most): a sentence for each of the newest ${most} orders
 * that concern this person. Never fails: what cannot be read is not said. */
void told_orders(struct ctx *c, size_t most);

/** told_orders_json(c): all of them, oldest first. */
json_t *told_orders_json(struct ctx *c);

#endif
