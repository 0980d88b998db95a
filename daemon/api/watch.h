/*
 * Deadlines of connections, and who makes way for others. The HTTP library's own timeout measures silence,
 * so a client that sends a byte now and then would never meet it; here each
 * phase of a request has an end, after which the socket is shut down.
 */
#ifndef API_WATCH_H
#define API_WATCH_H

#include <stddef.h>

#include "common/base/err.h"
#include "daemon/api/peers.h"

enum watch_phase {
	WATCH_HEAD,   /* TLS and headers of the first request */
	WATCH_BODY,   /* the body of a request that a device signed */
	WATCH_SWALLOW, /* that of another, or of a refused one */
	WATCH_WORK,   /* the hub's own time: no deadline */
	WATCH_ANSWER, /* until the answer is read */
	WATCH_IDLE,   /* until the next request's headers are complete */
	WATCH_PHASES
};

struct watch_limits {
	int seconds[WATCH_PHASES]; /* 0: no deadline */
	int64_t bytes_per_s;       /* that bodies and answers have beyond it */
};

#define WATCH_GRACE_MS 1000 /* before a connection may have to make way */

struct watch;
struct watch_line; /* one connection */

/** watch_open(limits, peers, out, e): ${peers} is borrowed. */
int watch_open(const struct watch_limits *limits, struct peers *peers,
    struct watch **out, struct err *e);

/** watch_close(w): when no line is left; NULL is fine. */
void watch_close(struct watch *w);

/** watch_add(w, fd, key): a new connection, in WATCH_HEAD, of the address
 * ${key} (peers_key). */
struct watch_line *watch_add(struct watch *w, int fd, uint64_t key);
uint64_t watch_key(const struct watch_line *line);

/** watch_phase(w, line, phase, bytes): so many are to come, or to go. */
void watch_phase(struct watch *w, struct watch_line *line,
    enum watch_phase phase, size_t bytes);

/** watch_evict(w, n): others wait: see that ${n} are on their way out, of
 * those that have sent no headers or a body nobody signed, or are between two
 * requests, for WATCH_GRACE_MS; of the address that weighs most (peers_burden)
 * the longest first. Any thread. */
void watch_evict(struct watch *w, int n);

/** watch_drop(w, line): before its socket is closed. */
void watch_drop(struct watch *w, struct watch_line *line);

#endif
