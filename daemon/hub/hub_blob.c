/*
 * Sealed files of attachments. Who may write in a space sends them, each
 * device for itself, in order, and begins again where it was cut; when the last
 * piece is there the hash is compared with the name. Who the space's epoch
 * lists gets them, as long as an item that is here names them.
 *
 * Source: schema/wire.md 12.8, schema/rules.md 46.
 */
#include <string.h>

#include "common/wire/blob.h"
#include "daemon/hub/accept.h"
#include "daemon/hub/hubdb_blob.h"
#include "daemon/hub/hubdb_erase.h"

#define DAY_MS (24 * 3600 * 1000LL)

struct blob_job {
	const struct id *device;
	const struct proto_blob_put *in;
	enum verdict refused; /* 0: taken */
	uint64_t have;
};

/* ---- who may send ---- */

static int
judge(struct hub *hub, struct blob_job *job, struct err *e)
{
	const struct epoch_recipient *r;
	const struct epoch *ep;
	struct hubdb_space sp;
	int rc = hubdb_space_find(hub->db, &job->in->space, &sp, e);

	if (rc < 0)
		return -1;
	job->refused = VERDICT_UNKNOWN_SPACE;
	if (rc == 0 || sp.epoch == 0)
		return 0;
	rc = hubdb_erase_whole(hub->db, &job->in->space, e);
	job->refused = VERDICT_ERASED;
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (accept_epoch(hub, &sp, &ep, e) != 0)
		return -1;
	r = epoch_find(ep, job->device);
	job->refused = r == NULL || r->right < RIGHT_WRITE ||
	    r->until_ms <= hub->now_ms ? VERDICT_NOT_MEMBER : 0;
	return 0;
}

static bool
is_full(const struct hubdb_blob_use *use, uint64_t more)
{
	return use->count >= HUB_BLOBS_MAX ||
	    use->bytes + more > HUB_BLOBS_BYTES_MAX ||
	    use->own_count >= HUB_BLOBS_MAX / HUB_BLOBS_SHARE ||
	    use->own_bytes + more > HUB_BLOBS_BYTES_MAX / HUB_BLOBS_SHARE;
}

/* A day's worth of a device, what a space may have, and one device in it. */
static int
ask_room(struct hub *hub, struct blob_job *job, const struct hubdb_blob *b,
    struct err *e)
{
	uint64_t day = atomic_load(&hub->day_bytes);
	struct hubdb_blob_use use;

	if (hub->disk_free < atomic_load(&hub->free_bytes)) {
		job->refused = VERDICT_HUB_FULL;
		return 0;
	}
	if (hubdb_blob_use(hub->db, b, hub->now_ms - DAY_MS, &use, e) != 0)
		return -1;
	if (is_full(&use, b->bytes) || (day != 0 &&
	    use.by_device + b->bytes > day * HUB_BLOBS_DAYS))
		job->refused = VERDICT_QUOTA;
	return 0;
}

/* ---- a piece ---- */

static int
name_it(struct hub *hub, struct blob_job *job, const struct hubdb_blob *b,
    struct err *e)
{
	int rc = hubdb_blob_ref_tx(hub->db, b->bid, &job->in->item,
	    job->in->index, e);

	if (rc == 0)
		job->refused = VERDICT_QUOTA;
	return rc < 0 ? -1 : 0;
}

/* What is not what its name says was sent wrong: the next sweep takes it. */
static int
finish(struct hub *hub, struct blob_job *job, struct hubdb_blob *b,
    struct err *e)
{
	int rc = hubdb_blob_right(hub->db, b, e);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		job->refused = VERDICT_BAD_FORM;
		b->asked_ms = 0;
		return 0;
	}
	b->whole = true;
	return name_it(hub, job, b, e);
}

static int
take_piece(struct hub *hub, struct blob_job *job, struct hubdb_blob *b,
    struct err *e)
{
	const struct proto_blob_put *in = job->in;

	if (in->at != b->have)
		return 0; /* the answer says where to go on */
	if (b->bid == 0 && (ask_room(hub, job, b, e) != 0 ||
	    job->refused != 0 || hubdb_blob_add_tx(hub->db, b, e) != 0))
		return job->refused != 0 ? 0 : -1;
	hub->dirty = true;
	if (hubdb_blob_piece_tx(hub->db, b->bid, in->at / PROTO_BLOB_PIECE,
	    in->piece, e) != 0)
		return -1;
	b->have += in->piece.len;
	b->asked_ms = hub->now_ms;
	if (b->have == b->bytes && finish(hub, job, b, e) != 0)
		return -1;
	return hubdb_blob_save_tx(hub->db, b, e);
}

static int
run_put(void *ctx, void *arg, struct err *e)
{
	struct hub *hub = ctx;
	struct blob_job *job = arg;
	const struct hubdb_blob which = { .space = job->in->space,
		.device = *job->device, .name = job->in->name };
	struct hubdb_blob b = which;
	int rc;

	if (judge(hub, job, e) != 0)
		return -1;
	if (job->refused != 0)
		return 0;
	rc = hubdb_blob_find(hub->db, &which, &b, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		b.bytes = job->in->bytes;
		b.begun_ms = hub->now_ms;
	} else if (b.bytes != job->in->bytes ||
	    (!b.whole && b.have == b.bytes)) { /* or it waits to be swept */
		job->refused = VERDICT_BAD_FORM;
		return 0;
	}
	if (b.whole) {
		hub->dirty = true;
		b.asked_ms = hub->now_ms;
		rc = name_it(hub, job, &b, e);
		if (rc == 0)
			rc = hubdb_blob_save_tx(hub->db, &b, e);
	} else if (job->in->piece.len > 0) {
		rc = take_piece(hub, job, &b, e);
	} else {
		rc = 0;
	}
	job->have = b.have;
	return rc;
}

int
hub_blob_put(struct hub *hub, const struct id *device,
    const struct proto_blob_put *in, struct proto_blob_have *out,
    struct err *e)
{
	struct blob_job job = { .device = device, .in = in };
	struct writer_job wj = { .run = run_put, .arg = &job,
		.bytes = in->piece.len };

	if (hub_may_ask(hub, device, e) != 0 ||
	    (hub_waits(hub) && hub_refuse_waiting(e) != 0) ||
	    writer_do(hub->writer, &wj, e) != 0)
		return -1;
	out->have = job.have;
	switch ((int)job.refused) {
	case 0:
		return 0;
	case VERDICT_QUOTA:
	case VERDICT_HUB_FULL:
		return hub_refuse(e, ERR_AWAY, job.refused);
	case VERDICT_BAD_FORM:
		return hub_refuse(e, ERR_PEER, job.refused);
	default:
		return hub_refuse(e, ERR_DENIED, job.refused);
	}
}

/* ---- giving ---- */

static int
find_served(struct hub *hub, struct hubdb *db, const struct id *device,
    const struct proto_blob_get *in, struct hubdb_blob *b, struct err *e)
{
	struct hubdb_member m;
	int rc = hubdb_member_find(db, device, &in->space, &m, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || !m.listed || m.until_ms <= hub_now_ms(hub))
		return hub_refuse(e, ERR_DENIED, VERDICT_NOT_MEMBER);
	rc = hubdb_blob_served(db, &in->space, &in->name, b, e);
	if (rc == 1 && in->at >= b->bytes)
		return err_set(e, ERR_INPUT, "the attachment ends before that "
		    "place");
	return rc != 0 ? rc : err_set(e, ERR_ABSENT, "the hub has no such "
	    "attachment");
}

int
hub_blob_get(struct hub *hub, const struct id *device,
    const struct proto_blob_get *in, struct hub_piece *out, struct err *e)
{
	struct hubdb *db;
	struct hubdb_blob b;
	int rc;

	buf_init(&out->bytes, PROTO_BLOB_PIECE);
	memset(&out->answer, 0, sizeof(out->answer));
	if (hub_may_ask(hub, device, e) != 0 ||
	    (hub_waits(hub) && hub_refuse_waiting(e) != 0))
		return -1;
	db = hub_read(hub, e);
	if (db == NULL)
		return -1;
	rc = find_served(hub, db, device, in, &b, e);
	if (rc == 1)
		rc = hubdb_blob_piece(db, b.bid, in->at / PROTO_BLOB_PIECE,
		    &out->bytes, e);
	hub_read_end(hub, db);
	if (rc == 0)
		rc = err_set(e, ERR_LOCAL, "a piece of a file is missing");
	out->answer.bytes = b.bytes;
	out->answer.piece = buf_view(&out->bytes);
	return rc == 1 ? 0 : -1;
}

void
hub_piece_done(struct hub_piece *out)
{
	buf_done(&out->bytes);
}
