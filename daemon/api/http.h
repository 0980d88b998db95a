/*
 * The hub's HTTPS server. Only http.c knows the HTTP library.
 *
 * TLS 1.3 alone; one thread for each connection that gate.h lets in; deadlines
 * by watch.h. Bodies need Content-Length and end at their route's ceiling.
 */
#ifndef API_HTTP_H
#define API_HTTP_H

#include "daemon/api/auth.h"
#include "common/wire/pins.h"
#include "daemon/api/gate.h"

struct http_options {
	struct hub *hub;
	int socket;             /* bound and listening; taken */
	const char *tls_cert, *tls_key; /* PEM texts */
	uint64_t version;       /* of the protocol, at most; 0: the newest */
	const struct pins *pins; /* signed word on that key, or NULL */
	int max_connections;    /* served at the same time */
	int max_waiting;        /* before they are served, ... */
	int wait_ms;            /* ... for so long */
	struct peer_limits peers;
	size_t push_bytes;      /* ceiling of a push, if lower than the wire's */
	struct watch_limits watch;
	struct auth_limits auth;
	struct http *before;    /* that this one takes over from, or NULL: what
	                         * it remembers, and who waits there. On
	                         * success the caller stops it, on failure it
	                         * goes on */
};

struct http;

int http_start(const struct http_options *o, struct http **out,
    struct err *e);

/** http_stop(h, wait_ms): take no more connections, let requests under way
 * finish for at most ${wait_ms}, close the others; NULL is fine. */
void http_stop(struct http *h, int wait_ms);

#endif
