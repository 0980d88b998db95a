/*
 * The gate: takes connections from the listening socket, lets them wait where
 * they cost a descriptor and nothing else, and gives on those whose first TLS
 * message is whole, addresses with few connections and without strikes first.
 *
 * So whoever connects and says nothing, or says it byte by byte, meets this
 * thread alone. When all places are taken and somebody waits, the connection
 * that has used its place least makes way (watch_evict).
 */
#ifndef API_GATE_H
#define API_GATE_H

#include "daemon/api/peers.h"
#include "daemon/api/watch.h"

struct gate_options {
	int socket;          /* bound and listening; taken, also on failure */
	int max_live;        /* given on and not left again */
	int max_waiting;
	int wait_ms;         /* how long one may wait */
	struct peers *peers; /* borrowed */
	struct watch *watch; /* borrowed */
	/* Takes ${fd}; 0, or -1 when it could not (${fd} is closed). */
	int (*serve)(void *ctx, int fd, const struct sockaddr *from,
	    socklen_t len);
	void *ctx;
};

struct gate;

int gate_open(const struct gate_options *o, struct gate **out, struct err *e);

/** gate_wake(g): somebody left (after peers_leave). Any thread. */
void gate_wake(struct gate *g);

/** gate_stop(g, next): take no more; who waits goes to ${next}, or is closed
 * where that is NULL. Again: nothing. */
void gate_stop(struct gate *g, struct gate *next);

/** gate_close(g): stopped if it is not yet; NULL is fine. */
void gate_close(struct gate *g);

#endif
