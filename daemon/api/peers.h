/*
 * What is remembered of addresses: how many connections each has open or
 * waiting, what it may still ask without a device's signature, whether it
 * keeps connections without using them, and whether a listed device was there:
 * such an address goes before all others.
 *
 * Memory is bounded and no address can use up another's: a table of
 * PEERS_ROOM entries in sets, from which idle ones make way. An IPv6 network
 * of 64 bits counts as one address.
 */
#ifndef API_PEERS_H
#define API_PEERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/base/tick.h"

#define PEERS_ROOM 4096
#define PEERS_FORGIVE_MS 60000 /* a strike less after so long */
#define PEERS_KNOWN_MS (24 * 3600 * 1000LL) /* since a device was there */

struct peer_limits {
	int live;  /* connections of one address that are served at once */
	int burst; /* connections and unsigned requests of one address */
	int per_s; /* and after that, each second */
};

struct peers;

struct peers *peers_new(const struct peer_limits *limits, struct tick tick);
void peers_free(struct peers *p);

/** peers_limit(p, limits): from now on. Any thread, as all below. */
void peers_limit(struct peers *p, const struct peer_limits *limits);

/** peers_key(addr): what an address is known by; NULL is one, too. */
uint64_t peers_key(const struct sockaddr *addr);

/** peers_net(addr): the network it is in: 24 bits of IPv4, 64 of IPv6. */
uint64_t peers_net(const struct sockaddr *addr);

/** peers_come(p, key): a connection waits; false: there is no room. */
bool peers_come(struct peers *p, uint64_t key);

/** peers_go(p, key): it waits no more and was not served. */
void peers_go(struct peers *p, uint64_t key);

/** peers_serve(p, key): one that waited is served now. peers_leave: no
 * more. peers_live(p): how many are, of all addresses. */
void peers_serve(struct peers *p, uint64_t key);
void peers_leave(struct peers *p, uint64_t key);
int peers_live(struct peers *p);

/** peers_rank(p, key): the lowest goes first; -1: none of this address may be
 * served now. */
int peers_rank(struct peers *p, uint64_t key);

/** peers_burden(p, key): the highest is dropped first where too many wait: by
 * strikes, then by what it has open and has lately had, so that who comes for
 * the first time is not dropped for those who come again and again. Of an
 * address that has something waiting or open. */
int peers_burden(struct peers *p, uint64_t key);

/** peers_waiting(p, key): of this address. */
int peers_waiting(struct peers *p, uint64_t key);

/** peers_ask(p, key): a request that no device has signed; false: too many. */
bool peers_ask(struct peers *p, uint64_t key);

/** peers_strike(p, key): a connection was taken away because nothing came of
 * it; peers_trust: a listed device signed a request, which costs nothing. */
void peers_strike(struct peers *p, uint64_t key);
void peers_trust(struct peers *p, uint64_t key);

#endif
