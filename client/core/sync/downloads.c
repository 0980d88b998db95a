/*
 * Piece by piece to the end, then the hash: only that tells whether the hub
 * gave what was sealed, so a lie costs time and nothing else.
 */
#include "client/core/sync/downloads.h"

#include <string.h>

#include "common/base/text.h"
#include "common/wire/proto.h"

static int
ask(struct talk *t, const struct blobs_place *p, uint64_t at, struct buf *body,
    struct buf *answer, struct err *e)
{
	struct proto_blob_get m = { .space = p->space, .name = p->id,
		.at = at };

	buf_reset(body);
	proto_blob_get_encode(&m, body);
	if (buf_check(body, "a request", e) != 0)
		return -1;
	return talk_ask(t, "/v1/blob/get", buf_view(body), answer, e);
}

static int
check_piece(const struct proto_blob_piece *m, uint64_t at, uint64_t whole,
    struct err *e)
{
	uint64_t left = whole - at;

	if (m->bytes == whole && m->piece.len ==
	    (left < PROTO_BLOB_PIECE ? left : PROTO_BLOB_PIECE))
		return 0;
	return err_set(e, ERR_PEER, "the hub gives another length than the "
	    "attachment has");
}

static int
get_pieces(struct talk *t, const struct blobs_place *p, struct buf *body,
    struct buf *answer, struct err *e)
{
	uint64_t whole = blob_sealed_bytes(p->content);
	uint64_t at = blobs_part(t->s, &p->id);
	struct proto_blob_piece m;

	/* A piece that a cut tore begins again. */
	at = at > whole ? 0 : at == whole ? at : at - at % PROTO_BLOB_PIECE;
	while (at < whole) {
		if (ask(t, p, at, body, answer, e) != 0)
			return -1;
		if (proto_blob_piece_decode(buf_view(answer), &m, e) != 0 ||
		    check_piece(&m, at, whole, e) != 0 ||
		    blobs_part_add(t->s, &p->id, at, m.piece, e) != 0)
			return -1;
		at += m.piece.len;
		talk_tell(t, N_("receiving files"), (size_t)(at >> 10),
		    (size_t)(whole >> 10));
	}
	return 0;
}

int
downloads_get(struct talk *t, const struct blobs_place *p, struct err *e)
{
	struct buf body, answer;
	int rc;

	buf_init(&body, 4096);
	buf_init(&answer, PROTO_BLOB_PIECE + 4096);
	rc = get_pieces(t, p, &body, &answer, e);
	if (rc == 0)
		rc = blobs_part_end(t->s, &p->id, e);
	if (rc == 0)
		rc = blobs_told(t->s, p, e);
	buf_done(&answer);
	buf_done(&body);
	return rc;
}

/* ---- dropping ---- */

struct tidying {
	struct talk *t;
	struct buf body, answer, own;
};

enum { GONE, THERE, UNKNOWN };

/* -1: the hub does not answer at all. */
static int
still_there(struct tidying *y, const struct blobs_place *p, struct err *e)
{
	uint64_t whole = blobs_here(y->t->s, &p->id), pieces, at;
	struct proto_blob_piece m;
	struct id random;

	id_random(&random);
	memcpy(&at, random.b, sizeof(at));
	pieces = (whole + PROTO_BLOB_PIECE - 1) / PROTO_BLOB_PIECE;
	at = at % pieces * PROTO_BLOB_PIECE;
	buf_reset(&y->own);
	if (ask(y->t, p, at, &y->body, &y->answer, e) != 0)
		return e->kind == ERR_ABSENT ? GONE :
		    e->kind == ERR_AWAY ? -1 : UNKNOWN;
	if (blobs_read(y->t->s, &p->id, at, PROTO_BLOB_PIECE, &y->own, e) != 0)
		return UNKNOWN;
	return proto_blob_piece_decode(buf_view(&y->answer), &m, e) == 0 &&
	    m.bytes == whole && view_eq(m.piece, buf_view(&y->own)) ?
	    THERE : GONE;
}

static int
tidy_one(void *ctx, const struct blobs_place *p, struct err *e)
{
	struct tidying *y = ctx;
	int64_t keep_ms = p->own ? DOWNLOADS_KEEP_OWN_MS : DOWNLOADS_KEEP_MS;
	int rc;

	if (tick_wall_ms(&y->t->s->tick) - p->told_ms < keep_ms)
		return 0;
	rc = still_there(y, p, e);
	if (rc < 0)
		return -1;
	err_clear(e);
	switch (rc) {
	case THERE:
		return blobs_drop(y->t->s, &p->id, e);
	case GONE:
		return blobs_untold(y->t->s, p, e);
	default:
		return 0; /* it stays, and is asked about again */
	}
}

int
downloads_tidy(struct talk *t, struct err *e)
{
	struct tidying y = { .t = t };
	int rc;

	buf_init(&y.body, 4096);
	buf_init(&y.answer, PROTO_BLOB_PIECE + 4096);
	buf_init(&y.own, PROTO_BLOB_PIECE);
	rc = blobs_kept(t->s, tidy_one, &y, e);
	buf_done(&y.own);
	buf_done(&y.answer);
	buf_done(&y.body);
	return rc;
}
