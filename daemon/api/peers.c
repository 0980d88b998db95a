/*
 * A table of sets, as in a processor's cache: a key belongs to one set, by a
 * multiplier drawn at the start, and displaces the entry of its set that was
 * idle longest, those where a device was last of all. Entries with a connection
 * are never displaced.
 */
#include "daemon/api/peers.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/mem.h"
#include "daemon/api/bucket.h"

#define WAYS 8
#define SETS (PEERS_ROOM / WAYS)
#define STRIKES_MAX 1000
#define LIVE_MAX 10000 /* more than any limit; a strike weighs as much */
#define BURDEN_MAX 500000

struct peer {
	bool used, known;
	uint64_t key;
	int live, waiting, strikes;
	int64_t struck_ms, seen_ms, known_ms; /* monotonic */
	struct bucket bucket;
};

struct peers {
	struct peer_limits limits;
	struct tick tick;
	uint64_t odd;
	pthread_mutex_t lock;
	int live;
	struct peer at[SETS][WAYS];
};

struct peers *
peers_new(const struct peer_limits *limits, struct tick tick)
{
	struct peers *p = mem_new(sizeof(*p));
	struct id random;

	p->limits = *limits;
	p->tick = tick;
	id_random(&random);
	memcpy(&p->odd, random.b, sizeof(p->odd));
	p->odd |= 1;
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void
peers_free(struct peers *p)
{
	if (p == NULL)
		return;
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

void
peers_limit(struct peers *p, const struct peer_limits *limits)
{
	pthread_mutex_lock(&p->lock);
	p->limits = *limits;
	pthread_mutex_unlock(&p->lock);
}

uint64_t
peers_key(const struct sockaddr *addr)
{
	const uint8_t *b = NULL;
	uint64_t key = 0;
	size_t i, n = 0;

	if (addr != NULL && addr->sa_family == AF_INET) {
		b = (const uint8_t *)
		    &((const struct sockaddr_in *)(const void *)addr)
		    ->sin_addr;
		n = 4;
	} else if (addr != NULL && addr->sa_family == AF_INET6) {
		b = ((const struct sockaddr_in6 *)(const void *)addr)
		    ->sin6_addr.s6_addr;
		n = 8;
		if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)
		    (const void *)b)) {
			b += 12;
			n = 4;
		}
	}
	for (i = 0; i < n; i++)
		key = key << 8 | b[i];
	return n == 4 ? key | UINT64_C(0xffffffff) << 32 : key;
}

uint64_t
peers_net(const struct sockaddr *addr)
{
	uint64_t key = peers_key(addr);

	return key >> 32 == UINT32_MAX ? key & ~UINT64_C(0xff) : key;
}

/* ---- entries; under the lock ---- */

static bool
before(const struct peer *a, const struct peer *b)
{
	if (a->used != b->used)
		return b->used;
	if (a->known != b->known)
		return b->known;
	return a->seen_ms < b->seen_ms;
}

/* Where ${key} is or may be, NULL where its set is full of others in use. */
static struct peer *
find(struct peers *p, uint64_t key)
{
	struct peer *set = p->at[(key * p->odd) >> 32 & (SETS - 1)];
	struct peer *free = NULL, *x;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		x = &set[i];
		if (x->used && x->key == key)
			return x;
		if (x->used && (x->live > 0 || x->waiting > 0))
			continue;
		if (free == NULL || before(x, free))
			free = x;
	}
	return free;
}

static struct peer *
get(struct peers *p, uint64_t key)
{
	int64_t now_ms = tick_mono_ms(&p->tick);
	struct peer *x = find(p, key);

	if (x == NULL)
		return NULL;
	if (!x->used || x->key != key) {
		memset(x, 0, sizeof(*x));
		x->used = true;
		x->key = key;
		bucket_fill(&x->bucket, now_ms, p->limits.burst);
	}
	x->seen_ms = now_ms;
	while (x->strikes > 0 && now_ms - x->struck_ms >= PEERS_FORGIVE_MS) {
		x->strikes--;
		x->struck_ms += PEERS_FORGIVE_MS;
	}
	if (now_ms - x->known_ms >= PEERS_KNOWN_MS)
		x->known = false;
	return x;
}

/* ---- connections ---- */

bool
peers_come(struct peers *p, uint64_t key)
{
	struct peer *x;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	if (x != NULL)
		x->waiting++;
	pthread_mutex_unlock(&p->lock);
	return x != NULL;
}

/* What has come is found until it has left. */
static void
change(struct peers *p, uint64_t key, int waiting, int live)
{
	struct peer *x;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	x->waiting += waiting;
	x->live += live;
	p->live += live;
	if (live > 0)
		(void)bucket_take(&x->bucket, tick_mono_ms(&p->tick),
		    p->limits.burst, bucket_rate(p->limits.per_s));
	pthread_mutex_unlock(&p->lock);
}

void
peers_go(struct peers *p, uint64_t key)
{
	change(p, key, -1, 0);
}

void
peers_serve(struct peers *p, uint64_t key)
{
	change(p, key, -1, 1);
}

void
peers_leave(struct peers *p, uint64_t key)
{
	change(p, key, 0, -1);
}

int
peers_live(struct peers *p)
{
	int n;

	pthread_mutex_lock(&p->lock);
	n = p->live;
	pthread_mutex_unlock(&p->lock);
	return n;
}

static int
class_of(const struct peer *x)
{
	return x->strikes + (x->known ? 0 : STRIKES_MAX + 1);
}

int
peers_burden(struct peers *p, uint64_t key)
{
	struct peer *x;
	int n;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	n = x->waiting + x->live + bucket_spent(&x->bucket,
	    tick_mono_ms(&p->tick), p->limits.burst,
	    bucket_rate(p->limits.per_s));
	if (n >= BURDEN_MAX)
		n = BURDEN_MAX - 1;
	n += class_of(x) * BURDEN_MAX;
	pthread_mutex_unlock(&p->lock);
	return n;
}

int
peers_rank(struct peers *p, uint64_t key)
{
	struct peer *x;
	int rank;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	if (x->live >= p->limits.live || !bucket_has(&x->bucket,
	    tick_mono_ms(&p->tick), p->limits.burst, bucket_rate(p->limits.per_s)))
		rank = -1;
	else
		rank = class_of(x) * LIVE_MAX + x->live;
	pthread_mutex_unlock(&p->lock);
	return rank;
}

int
peers_waiting(struct peers *p, uint64_t key)
{
	int n;

	pthread_mutex_lock(&p->lock);
	n = get(p, key)->waiting;
	pthread_mutex_unlock(&p->lock);
	return n;
}

/* ---- what they do ---- */

bool
peers_ask(struct peers *p, uint64_t key)
{
	struct peer *x;
	bool may = true;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	if (x != NULL)
		may = bucket_take(&x->bucket, tick_mono_ms(&p->tick),
		    p->limits.burst, bucket_rate(p->limits.per_s));
	pthread_mutex_unlock(&p->lock);
	return may;
}

void
peers_strike(struct peers *p, uint64_t key)
{
	struct peer *x;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	if (x != NULL && x->strikes < STRIKES_MAX) {
		if (x->strikes++ == 0)
			x->struck_ms = x->seen_ms;
	}
	pthread_mutex_unlock(&p->lock);
}

void
peers_trust(struct peers *p, uint64_t key)
{
	struct peer *x;

	pthread_mutex_lock(&p->lock);
	x = get(p, key);
	if (x != NULL) {
		x->strikes = 0;
		x->known = true;
		x->known_ms = x->seen_ms;
		bucket_give(&x->bucket, p->limits.burst);
	}
	pthread_mutex_unlock(&p->lock);
}
