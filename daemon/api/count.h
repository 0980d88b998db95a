/*
 * What is counted of requests, for a monitor: how many of each route and
 * outcome, how long they took, connections. Never of whom.
 */
#ifndef API_COUNT_H
#define API_COUNT_H

#include "common/base/buf.h"

/** count_request(route, status, ms): one was answered; ${route} is its place
 * in the table (route.h), or past its end. Any thread. */
void count_request(size_t route, int status, int64_t ms);

/** count_connection(opened): opened, or closed. */
void count_connection(bool opened);

/* Why something was refused or ended. */
enum count_why {
	COUNT_NO_ROOM,      /* too many connections waited */
	COUNT_SILENT,       /* nothing whole came of a connection */
	COUNT_UNSERVED,     /* its turn did not come in time */
	COUNT_NOT_TLS,
	COUNT_MADE_WAY,     /* idle or slow, while others waited */
	COUNT_HEAD_TIME, COUNT_BODY_TIME, COUNT_ANSWER_TIME, COUNT_IDLE_TIME,
	COUNT_ADDRESS_RATE, COUNT_DEVICE_RATE, COUNT_JOIN_RATE,
	COUNT_JOIN_FULL,    /* too many wait to be admitted */
	COUNT_FORM, COUNT_TOO_LONG,
	COUNT_UNKNOWN_DEVICE, COUNT_SIGNATURE, COUNT_REVOKED, COUNT_CLOCK,
	COUNT_REPEATED,
	COUNT_DISK,         /* items, below the watermark */
	COUNT_QUOTA,        /* items, beyond a device's day */
	COUNT_WHYS
};
void count_refused(enum count_why why);
uint64_t count_of(enum count_why why);

/** count_write(out): all of it, in Prometheus' text form. */
void count_write(struct buf *out);

#endif
