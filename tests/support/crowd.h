/*
 * Workers of a whole municipality, as load on a tugid that runs elsewhere: real
 * keys, real changesets, sealed beforehand, sent over TLS and signed as a
 * client would. Each has a space of its own that the next one reads, and comes
 * from an address of its own of the loopback.
 *
 * Errors end the program with a sentence, but for the hub's absence, which
 * some callers bring about.
 */
#ifndef SUPPORT_CROWD_H
#define SUPPORT_CROWD_H

#include <curl/curl.h>

#include "tests/support/hubworld.h"

#define CROWD_PUSH 10 /* changesets of one push */

struct crowd_push { /* sealed, and what became of it */
	struct hash id[CROWD_PUSH];
	struct buf body;
	bool sent, acknowledged;
	uint64_t seq[CROWD_PUSH]; /* as the hub acknowledged */
};

struct crowd_worker {
	struct crowd *crowd;
	struct hw_device dev;
	struct id space;
	char address[32];
	CURL *line;            /* kept, if not NULL */
	struct crowd_push *pushes;
	size_t push_count, next;
	struct proto_cursor at;
	struct log_point known;
	size_t pulled;         /* items of others, so far */
	const char *trouble;   /* of the last request that got no answer */
};

struct crowd {
	struct hubworld w;
	char host[64];
	struct crowd_worker *worker;
	size_t count;
};

/** crowd_begin(c, port, code, count): claim the hub, list so many workers,
 * begin their spaces. One address for all if ${one}. */
void crowd_begin(struct crowd *c, int port, const char *code, size_t count,
    bool one);
void crowd_end(struct crowd *c);

/** crowd_port(c, port): where the hub listens now. */
void crowd_port(struct crowd *c, int port);

/** crowd_seal(w, n, records): ${n} more pushes, of CROWD_PUSH changesets with
 * so many records each. In the order in which they will be sent. */
void crowd_seal(struct crowd_worker *w, size_t n, size_t records);

/** crowd_push(w): the next push; 0, or -1: the hub is not there or the
 * connection broke; it stands as sent, and comes again with the next call.
 * crowd_pull(w): all that is new; 0, or -1. */
int crowd_push(struct crowd_worker *w);
int crowd_pull(struct crowd_worker *w);

/** crowd_again(w, p): ${p} once more: every item has to be known as a
 * duplicate with the numbers it had; false: it is not. */
bool crowd_again(struct crowd_worker *w, struct crowd_push *p);

/** crowd_hang_up(w): end the kept connection. */
void crowd_hang_up(struct crowd_worker *w);

#endif
