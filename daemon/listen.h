/*
 * The socket that the hub listens on: opened here, or handed over by the
 * service manager (LISTEN_FDS of sd_listen_fds(3)), so that connections made
 * while the hub restarts wait instead of failing.
 */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include "daemon/settings.h"

/** listen_open(s, e): bound and listening, or -1. One that was handed over
 * goes before the address in the settings. */
int listen_open(const struct settings *s, struct err *e);

/** listen_port(fd): its port, 0 when it has none. */
unsigned listen_port(int fd);

/** listen_given(): whether a socket was handed over. */
int listen_given(void);

#endif
