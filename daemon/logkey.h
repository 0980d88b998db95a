/*
 * Another key for the hub's log: wished for here, signed by the office root,
 * taken into use here, and ordered by two officers.
 *
 *   log-next.key  the key to come, and the log's id to come
 */
#ifndef DAEMON_LOGKEY_H
#define DAEMON_LOGKEY_H

#include "common/wire/hubkey.h"
#include "daemon/settings.h"

/** logkey_wish(s, out, e): make log-next.key, or find the one that is there;
 * ${out} is what the office signs. */
int logkey_wish(const struct settings *s, struct hubkey *out, struct err *e);

/** logkey_change(s, signed, lost, e): the hub must not run. ${signed} is the
 * office's line. ERR_ABSENT when log.key is not there and ${lost} does not say
 * that it is gone for good. Cut short, it is repeated. */
int logkey_change(const struct settings *s, const char *line, int lost,
    struct err *e);

#endif
