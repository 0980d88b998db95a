/*
 * tugid serve: from settings to a running hub, until SIGTERM or SIGINT.
 */
#ifndef DAEMON_SERVE_H
#define DAEMON_SERVE_H

#include "daemon/settings.h"

#define SERVE_STOP_MS 5000 /* for requests under way */

/** serve_run(s, clock_confirmed, e): 0 after an orderly stop. */
int serve_run(const struct settings *s, int clock_confirmed, struct err *e);

/** serve_options: how a hub of these settings is opened; shared with status.
 * serve_close frees what it holds. */
struct serve_hub {
	struct hub *hub;
	char *path;
};
int serve_open(const struct settings *s, int clock_confirmed,
    struct serve_hub *out, struct err *e);
void serve_close(struct serve_hub *h);

#endif
