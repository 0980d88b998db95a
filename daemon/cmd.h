/*
 * What the subcommands of tugid share. Each is a function cmd_<name> that
 * prints what it did or found, or fails with one sentence.
 */
#ifndef DAEMON_CMD_H
#define DAEMON_CMD_H

#include "daemon/settings.h"

struct options { /* as on the command line; NULL: not given */
	const char *listen, *name, *file, *data;
	int json, confirm_clock;
};

/** cmd_settings(o, s, e): of the hub that the command line names. */
int cmd_settings(const struct options *o, struct settings *s, struct err *e);

int cmd_init(const struct options *o, struct err *e);
int cmd_serve(const struct options *o, struct err *e);
int cmd_status(const struct options *o, struct err *e);
int cmd_check(const struct options *o, struct err *e);

#endif
