/*
 * Checks in the order that costs an outsider most and the hub least: form,
 * clock, device, signature; only what is signed by a listed device touches
 * its bucket and its nonces, so nobody can use up another's.
 *
 * A nonce is kept for as long as its request could still pass the clock
 * check; after that a repeat fails there.
 */
#include "daemon/api/auth.h"

#include <pthread.h>
#include <string.h>

#include "common/base/mem.h"
#include "daemon/api/bucket.h"
#include "daemon/api/count.h"

#define BUCKETS 256 /* of devices; power of two */
#define NONCES_FIRST 16
#define NONCE_BYTES 24

struct nonce {
	char text[NONCE_BYTES];
	int64_t until_ms; /* wall */
};

struct device {
	struct device *next;
	struct id id;
	struct bucket bucket;
	struct nonce *nonces;
	size_t count, room;
	int busy; /* requests under way */
};

struct net {
	bool used;
	struct bucket bucket;
};

struct auth {
	struct hub *hub;
	struct auth_limits limits;
	struct tick tick; /* monotonic, for the buckets */
	pthread_mutex_t lock;
	struct device *devices[BUCKETS];
	struct net nets[AUTH_NETS];
};

struct auth *
auth_new(struct hub *hub, const struct auth_limits *limits)
{
	struct auth *a = mem_new(sizeof(*a));

	a->hub = hub;
	a->limits = *limits;
	a->tick = tick_system();
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void
auth_free(struct auth *a)
{
	size_t i;

	if (a == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		while (a->devices[i] != NULL) {
			struct device *d = a->devices[i];

			a->devices[i] = d->next;
			mem_free(d->nonces);
			mem_free(d);
		}
	pthread_mutex_destroy(&a->lock);
	mem_free(a);
}

void
auth_limit(struct auth *a, const struct auth_limits *limits)
{
	pthread_mutex_lock(&a->lock);
	a->limits = *limits;
	pthread_mutex_unlock(&a->lock);
}

/* ---- devices; under the lock ---- */

static struct device *
find_device(struct auth *a, const struct id *id)
{
	struct device **at = &a->devices[id->b[0] & (BUCKETS - 1)];
	struct device *d;

	for (d = *at; d != NULL; d = d->next)
		if (id_eq(&d->id, id))
			return d;
	d = mem_new(sizeof(*d));
	d->id = *id;
	bucket_fill(&d->bucket, tick_mono_ms(&a->tick), a->limits.burst);
	d->next = *at;
	*at = d;
	return d;
}

static void
drop_old(struct device *d, int64_t now_ms)
{
	size_t i, kept = 0;

	for (i = 0; i < d->count; i++)
		if (d->nonces[i].until_ms >= now_ms)
			d->nonces[kept++] = d->nonces[i];
	d->count = kept;
}

static void
make_room(struct device *d)
{
	struct nonce *bigger;

	if (d->count < d->room)
		return;
	d->room = d->room == 0 ? NONCES_FIRST : d->room * 2;
	bigger = mem_new(d->room * sizeof(*bigger));
	if (d->count > 0)
		memcpy(bigger, d->nonces, d->count * sizeof(*bigger));
	mem_free(d->nonces);
	d->nonces = bigger;
}

/* 1 new and now noted, 0 seen before, -1 there is no room for more. */
static int
note_nonce(struct device *d, const char *text, int64_t now_ms)
{
	size_t i;

	for (i = d->count; i-- > 0;)
		if (memcmp(d->nonces[i].text, text, NONCE_BYTES) == 0)
			return 0;
	if (d->count == d->room)
		drop_old(d, now_ms);
	if (d->count >= AUTH_NONCES_MAX)
		return -1;
	make_room(d);
	memcpy(d->nonces[d->count].text, text, NONCE_BYTES);
	d->nonces[d->count].until_ms = now_ms + AUTH_NONCE_LIFE_MS;
	d->count++;
	return 1;
}

static int
admit_request(struct auth *a, const struct httpsig *hs, int64_t now_ms,
    struct err *e)
{
	struct device *d;
	bool allowed;
	int fresh = -1;

	pthread_mutex_lock(&a->lock);
	d = find_device(a, &hs->device);
	allowed = d->busy < AUTH_BUSY_MAX && bucket_take(&d->bucket,
	    tick_mono_ms(&a->tick), a->limits.burst,
	    bucket_rate(a->limits.per_s));
	if (allowed)
		fresh = note_nonce(d, hs->nonce, now_ms);
	d->busy += fresh == 1;
	pthread_mutex_unlock(&a->lock);
	if (allowed && fresh == 1)
		return 0;
	count_refused(fresh == 0 ? COUNT_REPEATED : COUNT_DEVICE_RATE);
	if (fresh == 0) {
		err_set(e, ERR_DENIED, "this request was sent before");
		return 401;
	}
	err_set(e, ERR_AWAY, "this device asks too often; it can go on in "
	    "a minute");
	return 429;
}

void
auth_done(struct auth *a, const struct id *device)
{
	pthread_mutex_lock(&a->lock);
	find_device(a, device)->busy--;
	pthread_mutex_unlock(&a->lock);
}

/* ---- the checks ---- */

static int
check_device(struct auth *a, const struct httpsig *hs,
    const struct auth_head *head, struct err *e)
{
	struct sign_pub pub;
	enum verdict v = hub_device(a->hub, &hs->device, &pub);

	if (v == VERDICT_UNKNOWN_DEVICE) {
		count_refused(COUNT_UNKNOWN_DEVICE);
		hub_refuse(e, ERR_DENIED, v);
		return 401;
	}
	if (!httpsig_check(hs, &head->req, &pub)) {
		count_refused(COUNT_SIGNATURE);
		hub_refuse(e, ERR_DENIED, VERDICT_BAD_SIGNATURE);
		return 401;
	}
	if (v == VERDICT_REVOKED && !head->revoked_too) {
		count_refused(COUNT_REVOKED);
		hub_refuse(e, ERR_DENIED, v);
		return 403;
	}
	return 0;
}

int
auth_check(struct auth *a, const struct auth_head *head, struct httpsig *out,
    struct err *e)
{
	int64_t now_ms = hub_now_ms(a->hub), off_s;
	int status;

	if (head->digest == NULL || head->input == NULL ||
	    head->signature == NULL) {
		err_set(e, ERR_DENIED, "this request must be signed");
		return 401;
	}
	if (head->req.authority == NULL || httpsig_read(head->digest,
	    head->input, head->signature, out, e) != 0) {
		if (head->req.authority == NULL)
			err_set(e, ERR_PEER, "a request names no host");
		return 400;
	}
	off_s = now_ms / 1000 - out->created_s;
	if (off_s > HTTPSIG_SKEW_S || off_s < -HTTPSIG_SKEW_S) {
		count_refused(COUNT_CLOCK);
		err_set(e, ERR_DENIED, "the clocks of device and hub are "
		    "more than %d s apart", HTTPSIG_SKEW_S);
		return 401;
	}
	status = check_device(a, out, head, e);
	return status != 0 ? status : admit_request(a, out, now_ms, e);
}

/* ---- networks ---- */

int
auth_net(struct auth *a, uint64_t from, struct err *e)
{
	struct net *net = &a->nets[
	    (size_t)((from * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % AUTH_NETS];
	int64_t mono_ms = tick_mono_ms(&a->tick);
	bool allowed;

	pthread_mutex_lock(&a->lock);
	if (!net->used) {
		net->used = true;
		bucket_fill(&net->bucket, mono_ms, AUTH_NET_BURST);
	}
	allowed = bucket_take(&net->bucket, mono_ms, AUTH_NET_BURST,
	    BUCKET_WHOLE / AUTH_NET_REFILL_MS);
	pthread_mutex_unlock(&a->lock);
	if (allowed)
		return 0;
	count_refused(COUNT_JOIN_RATE);
	err_set(e, ERR_AWAY, "too many requests from this network; try "
	    "again in a few minutes");
	return 429;
}
