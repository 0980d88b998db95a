/*
 * Piece by piece to the end, then the hash: only that tells whether the hub
 * gave what was sealed, so a lie costs time and nothing else.
 */
#include "client/core/sync/downloads.h"

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
