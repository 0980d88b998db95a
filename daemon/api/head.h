/*
 * A request judged by its headers, before any of its body is taken: route,
 * length, signature, device. Knows no HTTP library.
 */
#ifndef API_HEAD_H
#define API_HEAD_H

#include "daemon/api/auth.h"
#include "daemon/api/route.h"

struct head { /* as it came; NULL: no such header */
	const char *method, *path;
	bool query, twice; /* a header that counts stands there twice */
	const char *host, *length, *encoding;
	const char *digest, *input, *signature;
	const char *version; /* of the protocol that the client speaks */
	uint64_t speaks; /* the hub's own; 0: the newest */
	uint64_t net; /* peers_net */
};

struct head_found { /* filled as far as it was read */
	const struct route *route;
	size_t length;       /* announced */
	uint64_t net;        /* as in the head */
	bool is_signed;      /* by a live device */
	struct httpsig sig;  /* then */
};

/** head_judge(a, push_bytes, h, out, e): 0, or the HTTP status to refuse with,
 * ${e} filled. ${push_bytes}: ceiling of a push, if lower than the route's.
 * Any thread. */
int head_judge(struct auth *a, size_t push_bytes, const struct head *h,
    struct head_found *out, struct err *e);

/** head_digest(f, body, e): 0, or 400: the body is not the one that was
 * signed. */
int head_digest(const struct head_found *f, struct view body, struct err *e);

#endif
