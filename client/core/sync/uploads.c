/*
 * The hub is asked first how much it has, so a cut costs one piece, and a file
 * that it has costs one question. What it says is no proof: whoever fetches
 * the file compares it with its name.
 */
#include "client/core/sync/uploads.h"

#include <string.h>

#include "client/core/local/blobs.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/proto.h"

struct upload {
	struct talk *t;
	struct buf piece, body, answer;
};

static int
put(struct upload *u, struct proto_blob_put *m, struct proto_blob_have *have,
    struct err *e)
{
	buf_reset(&u->body);
	proto_blob_put_encode(m, &u->body);
	if (buf_check(&u->body, "a request", e) != 0 ||
	    talk_ask(u->t, "/v1/blob/put", buf_view(&u->body), &u->answer,
	    e) != 0)
		return -1;
	return proto_blob_have_decode(buf_view(&u->answer), have, e);
}

/* Each answer must bring it forward, or the hub would hold us here. */
static int
send_pieces(struct upload *u, struct proto_blob_put *m,
    const struct blobs_place *p, uint64_t have, struct err *e)
{
	struct proto_blob_have next;

	while (have < m->bytes) {
		m->at = have;
		buf_reset(&u->piece);
		if (blobs_read(u->t->s, &p->id, have, PROTO_BLOB_PIECE,
		    &u->piece, e) != 0)
			return -1;
		m->piece = buf_view(&u->piece);
		if (m->piece.len != PROTO_BLOB_PIECE &&
		    have + m->piece.len != m->bytes)
			return err_set(e, ERR_LOCAL, "an attachment is cut "
			    "short on this device");
		if (put(u, m, &next, e) != 0)
			return -1;
		if (next.have != have + m->piece.len)
			return err_set(e, ERR_PEER, "the hub does not keep "
			    "what it is sent of an attachment");
		have = next.have;
		talk_tell(u->t, N_("sending files"), (size_t)(have >> 10),
		    (size_t)(m->bytes >> 10));
	}
	return 0;
}

static int
send_one(struct upload *u, const struct blobs_place *p, struct err *e)
{
	struct proto_blob_put m = { .space = p->space, .name = p->id,
		.bytes = blobs_here(u->t->s, &p->id), .item = p->item,
		.index = p->idx };
	struct proto_blob_have have;

	if (!blob_fits(m.bytes))
		return err_set(e, ERR_LOCAL, "an attachment is cut short on "
		    "this device");
	if (put(u, &m, &have, e) != 0)
		return -1;
	if (have.have > m.bytes || (have.have < m.bytes &&
	    have.have % PROTO_BLOB_PIECE != 0))
		return err_set(e, ERR_PEER, "the hub claims what it cannot "
		    "have of an attachment");
	return send_pieces(u, &m, p, have.have, e);
}

/* Not now, or never: this file waits, and nothing else does. */
static bool
waits(const struct err *e)
{
	switch (e->code) {
	case VERDICT_QUOTA:
	case VERDICT_HUB_FULL:
	case VERDICT_NOT_MEMBER:
	case VERDICT_UNKNOWN_SPACE:
	case VERDICT_ERASED:
	case VERDICT_BAD_FORM:
		return true;
	default:
		return false;
	}
}

static int
each(void *ctx, const struct blobs_place *p, struct err *e)
{
	struct upload *u = ctx;
	struct err why;

	err_clear(&why);
	if (send_one(u, p, &why) == 0) {
		u->t->figures->files_sent++;
		return blobs_told(u->t->s, p, e);
	}
	/* So does one that is damaged here, or that an older hub cannot take. */
	if (waits(&why) || why.kind == ERR_LOCAL || why.kind == ERR_ABSENT) {
		u->t->figures->files_wait++;
		return 0;
	}
	*e = why;
	return -1;
}

int
uploads_send(struct talk *t, struct err *e)
{
	struct upload u = { .t = t };
	int rc;

	t->figures->files_wait = 0;
	buf_init(&u.piece, PROTO_BLOB_PIECE);
	buf_init(&u.body, PROTO_BLOB_PIECE + 4096);
	buf_init(&u.answer, 4096);
	rc = blobs_unsent(t->s, each, &u, e);
	buf_done(&u.piece);
	buf_done(&u.body);
	buf_done(&u.answer);
	return rc;
}
