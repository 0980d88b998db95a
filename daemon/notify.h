/*
 * What the service manager is told (sd_notify(3)), without its library.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/** notify(state): "READY=1", "STOPPING=1"; nothing without a manager. */
void notify(const char *state);

#endif
