/*
 * The ledger of a data folder, kept while the hub is served.
 */
#ifndef DAEMON_KEEP_H
#define DAEMON_KEEP_H

#include "daemon/ledger/ledger.h"
#include "daemon/settings.h"

#define KEEP_STOP_MS 3000 /* to get in step at the end */

/** keep_start(s, out, e): what goes wrong later stands in the log. ERR_CLASH
 * when ledger and database contradict each other: nothing must be accepted. */
int keep_start(const struct settings *s, struct ledger_run **out,
    struct err *e);

/** keep_look(s, out, e): how far it is (ledger_look). */
int keep_look(const struct settings *s, struct ledger_seen *out,
    struct err *e);

#endif
