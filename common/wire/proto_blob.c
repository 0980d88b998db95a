/*
 * Sealed files of attachments, piece by piece: wire.md 12.8.
 */
#include <string.h>

#include "common/wire/blob.h"
#include "common/wire/proto_parts.h"

enum { KEY_SPACE = 1, KEY_NAME, KEY_BYTES, KEY_ITEM, KEY_AT, KEY_PIECE };
enum { KEY_HAVE = 1 };
enum { KEY_GET_AT = 3 };
enum { KEY_WHOLE = 1, KEY_PART };

/* Pieces begin at multiples of their length, and only the last is shorter. */
static bool
piece_fits(uint64_t bytes, uint64_t at, size_t len)
{
	if (at % PROTO_BLOB_PIECE != 0 || at > bytes ||
	    len > PROTO_BLOB_PIECE)
		return false;
	return len == PROTO_BLOB_PIECE ? bytes - at >= len :
	    bytes - at == len;
}

void
proto_blob_put_encode(const struct proto_blob_put *m, struct buf *out)
{
	cbor_put_map(out, m->piece.len > 0 ? 6 : 5);
	cbor_put_uint(out, KEY_SPACE);
	cbor_put_id(out, &m->space);
	cbor_put_uint(out, KEY_NAME);
	cbor_put_hash(out, &m->name);
	cbor_put_uint(out, KEY_BYTES);
	cbor_put_uint(out, m->bytes);
	cbor_put_uint(out, KEY_ITEM);
	cbor_put_array(out, 2);
	cbor_put_hash(out, &m->item);
	cbor_put_uint(out, m->index);
	cbor_put_uint(out, KEY_AT);
	cbor_put_uint(out, m->at);
	if (m->piece.len > 0) {
		cbor_put_uint(out, KEY_PIECE);
		cbor_put_bytes(out, m->piece);
	}
}

int
proto_blob_put_decode(struct view in, struct proto_blob_put *m,
    struct err *e)
{
	struct cbor_reader r;
	uint64_t index;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_SPACE);
	cbor_id(&r, &m->space);
	cbor_need(&r, KEY_NAME);
	cbor_hash(&r, &m->name);
	cbor_need(&r, KEY_BYTES);
	m->bytes = cbor_uint(&r);
	cbor_need(&r, KEY_ITEM);
	proto_parts_tuple(&r, 2);
	cbor_hash(&r, &m->item);
	index = cbor_uint(&r);
	cbor_leave(&r);
	r.bad |= index >= CHANGESET_BODIES_MAX;
	m->index = (uint32_t)(r.bad ? 0 : index);
	cbor_need(&r, KEY_AT);
	m->at = cbor_uint(&r);
	if (cbor_key(&r, KEY_PIECE)) {
		m->piece = cbor_bytes(&r, PROTO_BLOB_PIECE);
		r.bad |= m->piece.len == 0 ||
		    !piece_fits(m->bytes, m->at, m->piece.len);
	} else {
		r.bad |= m->at != 0;
	}
	r.bad |= !blob_fits(m->bytes);
	cbor_leave(&r);
	return cbor_end(&r, "a piece of an attachment", e);
}

void
proto_blob_have_encode(const struct proto_blob_have *m, struct buf *out)
{
	cbor_put_map(out, 1);
	cbor_put_uint(out, KEY_HAVE);
	cbor_put_uint(out, m->have);
}

int
proto_blob_have_decode(struct view in, struct proto_blob_have *m,
    struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_HAVE);
	m->have = cbor_uint(&r);
	cbor_leave(&r);
	return cbor_end(&r, "what the hub has of an attachment", e);
}

void
proto_blob_get_encode(const struct proto_blob_get *m, struct buf *out)
{
	cbor_put_map(out, 3);
	cbor_put_uint(out, KEY_SPACE);
	cbor_put_id(out, &m->space);
	cbor_put_uint(out, KEY_NAME);
	cbor_put_hash(out, &m->name);
	cbor_put_uint(out, KEY_GET_AT);
	cbor_put_uint(out, m->at);
}

int
proto_blob_get_decode(struct view in, struct proto_blob_get *m,
    struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_SPACE);
	cbor_id(&r, &m->space);
	cbor_need(&r, KEY_NAME);
	cbor_hash(&r, &m->name);
	cbor_need(&r, KEY_GET_AT);
	m->at = cbor_uint(&r);
	r.bad |= m->at % PROTO_BLOB_PIECE != 0;
	cbor_leave(&r);
	return cbor_end(&r, "a request for an attachment", e);
}

void
proto_blob_piece_encode(const struct proto_blob_piece *m, struct buf *out)
{
	cbor_put_map(out, 2);
	cbor_put_uint(out, KEY_WHOLE);
	cbor_put_uint(out, m->bytes);
	cbor_put_uint(out, KEY_PART);
	cbor_put_bytes(out, m->piece);
}

int
proto_blob_piece_decode(struct view in, struct proto_blob_piece *m,
    struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_WHOLE);
	m->bytes = cbor_uint(&r);
	cbor_need(&r, KEY_PART);
	m->piece = cbor_bytes(&r, PROTO_BLOB_PIECE);
	r.bad |= m->piece.len == 0 || !blob_fits(m->bytes);
	cbor_leave(&r);
	return cbor_end(&r, "a piece of an attachment", e);
}
