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

/** count_write(out): all of it, in Prometheus' text form. */
void count_write(struct buf *out);

#endif
