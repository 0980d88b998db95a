/*
 * The newest anchor of each device: its own signed word on how far its store
 * had come, kept for it and shown to it alone. One row of one size a device,
 * which goes with the device.
 *
 * Source: schema/wire.md 21.
 */
#include <string.h>

#include "common/wire/hubanchor.h"
#include "daemon/hub/inner.h"

struct anchor_job {
	const struct id *device;
	uint64_t turn;
	struct view in;
	struct buf *out; /* the newest, this one or what was there */
};

static int
run_anchor(void *ctx, void *arg, struct err *e)
{
	struct hub *hub = ctx;
	struct anchor_job *job = arg;
	uint64_t turn;
	int rc;

	buf_reset(job->out);
	rc = hubdb_anchor_find(hub->db, job->device, &turn, job->out, e);
	if (rc < 0 || (rc == 1 && turn >= job->turn))
		return rc < 0 ? -1 : 0;
	buf_reset(job->out);
	buf_add(job->out, job->in.data, job->in.len);
	hub->dirty = true;
	return hubdb_anchor_put_tx(hub->db, job->device, job->turn, job->in,
	    e);
}

int
hub_anchor(struct hub *hub, const struct id *device, struct view in,
    struct buf *out, struct err *e)
{
	struct anchor_job job = { .device = device, .in = in, .out = out };
	struct writer_job wj = { .run = run_anchor, .arg = &job,
		.bytes = HUBANCHOR_BYTES };
	struct sign_pub pub;
	struct hubanchor a;

	if (hub_may_ask(hub, device, e) != 0 ||
	    (hub_waits(hub) && hub_refuse_waiting(e) != 0))
		return -1;
	if (hubanchor_read(in, &a, e) != 0 || !id_eq(&a.device, device))
		return hub_refuse(e, ERR_PEER, VERDICT_BAD_FORM);
	(void)hub_device(hub, device, &pub);
	if (!hubanchor_signed(in, &pub))
		return hub_refuse(e, ERR_PEER, VERDICT_BAD_SIGNATURE);
	job.turn = a.turn;
	return writer_do(hub->writer, &wj, e);
}
