/*
 * Figures for Prometheus, on the loopback or a Unix socket: what a monitor
 * needs to call the operator before the workers do. No content, no person, no
 * device, no space.
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include "daemon/hub/hub.h"
#include "daemon/ledger/ledger.h"
#include "daemon/settings.h"

struct metrics;

struct metrics_of { /* whose figures; borrowed */
	const struct settings *s;
	struct hub *hub;
	struct ledger_run *ledger;
};

/** metrics_start(of, out, e): at of->s->metrics; NULL where that is NULL. */
int metrics_start(const struct metrics_of *of, struct metrics **out,
    struct err *e);

/** metrics_stop(m): NULL is fine. */
void metrics_stop(struct metrics *m);

/** metrics_write(of, out): the figures as text. */
void metrics_write(const struct metrics_of *of, struct buf *out);

#endif
