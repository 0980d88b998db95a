/*
 * tugid serve: from settings to a running hub, until SIGTERM or SIGINT.
 */
#ifndef DAEMON_SERVE_H
#define DAEMON_SERVE_H

#include "daemon/settings.h"

#define SERVE_STOP_MS 5000 /* for requests under way */

struct serve_in {
	struct settings *s;   /* replaced by a reload */
	const char *file;     /* of settings, if not in the data folder */
	int clock_confirmed;
	/* The settings anew, for SIGHUP; as settings_read. */
	int (*again)(void *ctx, struct settings *out, struct err *e);
	void *ctx;
};

/** serve_run(in, e): 0 after an orderly stop. */
int serve_run(const struct serve_in *in, struct err *e);

/** serve_options: how a hub of these settings is opened; shared with status.
 * serve_close frees what it holds. */
struct serve_hub {
	struct hub *hub;
	char *path;
};
int serve_open(const struct settings *s, int clock_confirmed,
    struct serve_hub *out, struct err *e);
void serve_close(struct serve_hub *h);

/** serve_lock(data, e): so that one process at a time serves or replaces
 * what is in ${data}; a descriptor that holds it until closed, or -1:
 * ERR_CLASH when another holds it. */
int serve_lock(const char *data, struct err *e);

#endif
