/*
 * Who sent this request, and may it be answered now: RFC 9421 signature by a
 * listed device, a clock near the hub's, a nonce not seen before, and a token
 * bucket for each device. For unsigned requests, a bucket for each network.
 *
 * Memory is bounded: one entry per listed device that came, with at most
 * AUTH_NONCES_MAX nonces, and a fixed table of networks.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include "common/base/tick.h"
#include "common/wire/httpsig.h"
#include "daemon/hub/hub.h"

#define AUTH_NONCES_MAX 4096
#define AUTH_NONCE_LIFE_MS (2 * HTTPSIG_SKEW_S * 1000LL)
#define AUTH_BUSY_MAX 8          /* requests of one device at the same time */
#define AUTH_NETS 1024
#define AUTH_NET_BURST 20        /* unsigned requests of one network */
#define AUTH_NET_REFILL_MS 30000 /* one more after so long */

struct auth;

struct auth_limits {
	int burst;      /* requests of one device at once */
	int per_s;      /* and after that */
};

struct auth_head { /* header values; NULL when missing */
	struct httpsig_request req;
	const char *digest, *input, *signature;
	bool revoked_too; /* the route is open to revoked devices */
};

struct auth *auth_new(struct hub *hub, const struct auth_limits *limits);
void auth_free(struct auth *a);

/** auth_limit(a, limits): from now on. Any thread. */
void auth_limit(struct auth *a, const struct auth_limits *limits);

/** auth_check(a, head, out, e): 0, or the HTTP status with ${e} filled.
 * out->device and out->digest are for the caller. Any thread. */
int auth_check(struct auth *a, const struct auth_head *head,
    struct httpsig *out, struct err *e);

/** auth_done(a, device): a request that auth_check let in is over. */
void auth_done(struct auth *a, const struct id *device);

/** auth_net(a, from, e): a network (peers_net); 0, or 429. */
int auth_net(struct auth *a, uint64_t from, struct err *e);

#endif
