/*
 * Requests to join: kept for a day, few at a time, shown to officers. The hub
 * decides nothing here: approving is a directory entry that an officer
 * pushes, and taking it drops the request (accept.c).
 */
#include <string.h>

#include "common/base/mem.h"
#include "daemon/hub/inner.h"

#define ENROL_BYTES_MAX 1024

struct enrol_job {
	const struct proto_enrol *wish;
	uint64_t net;
	struct buf bytes;
	enum verdict refused;
};

/* ---- who waits; the writing thread's ---- */

/* Where from is remembered by the process alone, not by the database. */
static int
read_askers(struct hub *hub, struct err *e)
{
	struct hub_asker *a;
	struct sign_pub after;
	struct buf bytes;
	int64_t at_ms;
	int rc = 0;

	hub->asker_count = 0;
	memset(&after, 0, sizeof(after));
	buf_init(&bytes, ENROL_BYTES_MAX);
	while (hub->asker_count < PROTO_REQUESTS_MAX &&
	    (rc = hubdb_enrol_next(hub->db, &after, &at_ms, &bytes, e)) == 1) {
		a = &hub->askers[hub->asker_count++];
		a->key = after;
		a->net = 0;
		a->at_ms = at_ms;
		buf_reset(&bytes);
	}
	buf_done(&bytes);
	hub->askers_read = rc >= 0;
	return rc < 0 ? -1 : 0;
}

/* Those who were admitted or whose day is over wait no more. */
static int
drop_askers(struct hub *hub, struct err *e)
{
	size_t i, kept = 0;
	int there;

	if (!hub->askers_read)
		return read_askers(hub, e);
	for (i = 0; i < hub->asker_count; i++) {
		there = hubdb_enrol_find(hub->db, &hub->askers[i].key, e);
		if (there < 0)
			return -1;
		if (there == 1)
			hub->askers[kept++] = hub->askers[i];
	}
	hub->asker_count = kept;
	return 0;
}

static size_t
from_net(const struct hub *hub, uint64_t net)
{
	size_t i, n = 0;

	if (net == 0)
		return 1;
	for (i = 0; i < hub->asker_count; i++)
		n += hub->askers[i].net == net;
	return n;
}

/* Who makes way, or NULL. */
static struct hub_asker *
find_oldest(struct hub *hub)
{
	struct hub_asker *a, *out = NULL;
	size_t i, n, most = 0;

	for (i = 0; i < hub->asker_count; i++) {
		a = &hub->askers[i];
		n = from_net(hub, a->net);
		if (hub->now_ms - a->at_ms >= HUB_REQUEST_SURE_MS &&
		    (out == NULL || n > most ||
		    (n == most && a->at_ms < out->at_ms))) {
			out = a;
			most = n;
		}
	}
	return out;
}

/* Where a new wish goes: its place, or NULL with job->refused set; a failure
 * is -1. */
static int
find_place(struct hub *hub, struct enrol_job *job, struct hub_asker **out,
    struct err *e)
{
	*out = NULL;
	if (job->net == 0 || from_net(hub, job->net) < HUB_REQUESTS_NET) {
		if (hub->asker_count < PROTO_REQUESTS_MAX) {
			*out = &hub->askers[hub->asker_count++];
			return 0;
		}
		*out = find_oldest(hub);
	}
	if (*out == NULL) {
		job->refused = VERDICT_QUOTA;
		return 0;
	}
	return hubdb_enrol_drop_tx(hub->db, &(*out)->key, e);
}

static int
run_enrol(void *ctx, void *arg, struct err *e)
{
	struct hub *hub = ctx;
	struct enrol_job *job = arg;
	struct hub_asker *place = NULL;
	int there;

	job->refused = 0;
	if (hubdb_enrol_lapse_tx(hub->db, hub->now_ms - HUB_REQUEST_LIFE_MS,
	    e) != 0 || drop_askers(hub, e) != 0)
		return -1;
	there = hubdb_enrol_find(hub->db, &job->wish->sign, e);
	if (there < 0 || (there == 0 && find_place(hub, job, &place, e) != 0))
		return -1;
	if (job->refused != 0)
		return 0;
	if (place != NULL) {
		place->key = job->wish->sign;
		place->net = job->net;
		place->at_ms = hub->now_ms;
	}
	hub->dirty = true;
	return hubdb_enrol_put_tx(hub->db, &job->wish->sign,
	    buf_view(&job->bytes), hub->now_ms, e);
}

/* ---- asking ---- */

/* A key that the directory lists has nothing to ask for. */
static int
may_wish(struct hub *hub, const struct proto_enrol *wish, struct err *e)
{
	struct sign_pub pub;
	struct id device;
	bool begun;

	pthread_rwlock_rdlock(&hub->live_lock);
	begun = hub->live.begun;
	pthread_rwlock_unlock(&hub->live_lock);
	if (!begun)
		return err_set(e, ERR_ABSENT,
		    "this hub has not been claimed by an office yet");
	keys_device_id(&wish->sign, &wish->box, &device);
	switch (hub_device(hub, &device, &pub)) {
	case VERDICT_UNKNOWN_DEVICE:
		return 0;
	case VERDICT_REVOKED:
		return hub_refuse(e, ERR_DENIED, VERDICT_REVOKED);
	default:
		return err_set(e, ERR_CLASH,
		    "this device is enrolled already; it can sync");
	}
}

int
hub_enrol(struct hub *hub, const struct proto_enrol *wish, uint64_t net,
    struct err *e)
{
	struct enrol_job job = { .wish = wish, .net = net };
	struct writer_job wj = { .run = run_enrol, .arg = &job,
		.bytes = ENROL_BYTES_MAX };
	int rc;

	if (may_wish(hub, wish, e) != 0)
		return -1;
	buf_init(&job.bytes, ENROL_BYTES_MAX);
	proto_enrol_encode(wish, &job.bytes);
	rc = buf_check(&job.bytes, "a request to join", e);
	if (rc == 0)
		rc = writer_do(hub->writer, &wj, e);
	buf_done(&job.bytes);
	if (rc == 0 && job.refused != 0)
		rc = err_set(e, ERR_AWAY, "too many devices wait to be "
		    "admitted; an officer must look at them first");
	return rc;
}

static int
list_requests(struct hub *hub, struct hubdb *db, struct proto_requests *out,
    struct err *e)
{
	int64_t oldest_ms = hub_now_ms(hub) - HUB_REQUEST_LIFE_MS, at_ms;
	struct sign_pub after;
	struct buf bytes;
	int rc = 0;

	memset(&after, 0, sizeof(after));
	buf_init(&bytes, ENROL_BYTES_MAX);
	while (out->count < PROTO_REQUESTS_MAX &&
	    (rc = hubdb_enrol_next(db, &after, &at_ms, &bytes, e)) == 1) {
		struct proto_enrol *m = &out->items[out->count];

		if (at_ms < oldest_ms) {
			buf_reset(&bytes);
			continue;
		}
		if (proto_enrol_decode(buf_view(&bytes), m, e) != 0) {
			rc = -1;
			break;
		}
		m->at_ms = at_ms;
		out->count++;
		buf_reset(&bytes);
	}
	buf_done(&bytes);
	return rc < 0 ? -1 : 0;
}

int
hub_requests(struct hub *hub, const struct id *device,
    struct proto_requests *out, struct err *e)
{
	struct hubdb *db;
	bool officer;
	int rc;

	memset(out, 0, sizeof(*out));
	if (hub_may_ask(hub, device, e) != 0)
		return -1;
	pthread_rwlock_rdlock(&hub->live_lock);
	officer = roster_is_officer(&hub->live, device);
	pthread_rwlock_unlock(&hub->live_lock);
	if (!officer)
		return err_set(e, ERR_DENIED,
		    "only an officer's device may see who wishes to join");
	db = hub_read(hub, e);
	if (db == NULL)
		return -1;
	rc = list_requests(hub, db, out, e);
	hub_read_end(hub, db);
	return rc;
}
