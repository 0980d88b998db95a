/*
 * Deadlines of connections. The HTTP library's own timeout measures silence,
 * so a client that sends a byte now and then would never meet it; here each
 * phase of a request has an end, after which the socket is shut down.
 */
#ifndef API_WATCH_H
#define API_WATCH_H

#include "common/base/err.h"

enum watch_phase {
	WATCH_HEAD,   /* TLS and headers of the first request */
	WATCH_BODY,   /* the request's body */
	WATCH_WORK,   /* the hub's own time: no deadline */
	WATCH_ANSWER, /* until the answer is read */
	WATCH_IDLE,   /* until the next request's headers are complete */
	WATCH_PHASES
};

struct watch_limits {
	int seconds[WATCH_PHASES]; /* 0: no deadline */
};

struct watch;
struct watch_line; /* one connection */

int watch_open(const struct watch_limits *limits, struct watch **out,
    struct err *e);

/** watch_close(w): when no line is left; NULL is fine. */
void watch_close(struct watch *w);

/** watch_add(w, fd): a new connection, in WATCH_HEAD. */
struct watch_line *watch_add(struct watch *w, int fd);
void watch_phase(struct watch *w, struct watch_line *line,
    enum watch_phase phase);

/** watch_drop(w, line): before its socket is closed. */
void watch_drop(struct watch *w, struct watch_line *line);

#endif
