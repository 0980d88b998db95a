/* Shared pieces of request bodies; see the header. */
#include "common/wire/proto_parts.h"

#include <string.h>

void
proto_parts_put_proof(const struct merkle_proof *p, struct buf *out)
{
	cbor_put_bytes(out, view_of(p->nodes, p->count *
	    sizeof(p->nodes[0])));
}

void
proto_parts_proof(struct cbor_reader *r, struct merkle_proof *p)
{
	struct view v = cbor_bytes(r, sizeof(p->nodes));

	p->count = v.len / sizeof(p->nodes[0]);
	if (v.len % sizeof(p->nodes[0]) != 0)
		r->bad = true;
	if (p->count > 0)
		memcpy(p->nodes, v.data, p->count * sizeof(p->nodes[0]));
}

void
proto_parts_put_point(const struct log_point *at, struct buf *out)
{
	cbor_put_array(out, 2);
	cbor_put_uint(out, at->log_id);
	cbor_put_uint(out, at->size);
}

void
proto_parts_point(struct cbor_reader *r, struct log_point *at)
{
	proto_parts_tuple(r, 2);
	at->log_id = cbor_uint(r);
	at->size = cbor_uint(r);
	cbor_leave(r);
}

void
proto_parts_words(struct cbor_reader *r, char *out, size_t size)
{
	struct view v = cbor_text(r, size - 1);

	memset(out, 0, size);
	if (v.len == 0)
		return;
	if (memchr(v.data, '\0', v.len) != NULL) {
		r->bad = true;
		return;
	}
	memcpy(out, v.data, v.len);
}

void
proto_parts_tuple(struct cbor_reader *r, size_t n)
{
	if (cbor_array(r, n) != n)
		r->bad = true;
}
