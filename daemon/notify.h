/*
 * What the service manager is told (sd_notify(3)), without its library.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/** notify(state): "READY=1", "STOPPING=1"; nothing without a manager. */
void notify(const char *state);

/** notify_reloading(): until the next READY=1. */
void notify_reloading(void);

/** notify_watchdog_ms(): how often to send WATCHDOG=1, half of what the
 * manager allows; 0: it does not ask. */
long notify_watchdog_ms(void);

#endif
