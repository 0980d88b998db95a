/*
 * What waits and what needs a look, as sentences and as JSON.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "client/cli/cmd.h"
#include "client/core/upkeep/status.h"

void status_say(struct ctx *c, const struct status *st);
json_t *status_json(struct ctx *c, const struct status *st);

#endif
