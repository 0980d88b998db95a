/* How a hub's log came to its id: wire.md 11.4, 12.8. */
#include <string.h>

#include "common/wire/cbor.h"
#include "common/wire/checkpoint.h"
#include "common/wire/proto.h"

enum { KEY_BEFORE = 1, KEY_HEAD, KEY_AT, KEY_ORDER };

void
proto_successions_encode(const struct proto_successions *m, struct buf *out)
{
	size_t i;

	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++) {
		const struct proto_succession *s = &m->items[i];

		cbor_put_map(out, s->order.len > 0 ? 4 : 3);
		cbor_put_uint(out, KEY_BEFORE);
		cbor_put_bytes(out, s->before);
		cbor_put_uint(out, KEY_HEAD);
		cbor_put_bytes(out, s->head);
		cbor_put_uint(out, KEY_AT);
		cbor_put_int(out, s->at_ms);
		if (s->order.len > 0) {
			cbor_put_uint(out, KEY_ORDER);
			cbor_put_bytes(out, s->order);
		}
	}
}

static void
read_one(struct cbor_reader *r, struct proto_succession *s)
{
	cbor_map(r);
	cbor_need(r, KEY_BEFORE);
	s->before = cbor_bytes(r, CHECKPOINT_TEXT_MAX);
	cbor_need(r, KEY_HEAD);
	s->head = cbor_bytes(r, CHECKPOINT_TEXT_MAX);
	cbor_need(r, KEY_AT);
	s->at_ms = cbor_int(r);
	if (cbor_key(r, KEY_ORDER)) {
		s->order = cbor_bytes(r, CHANGESET_BYTES_MAX);
		r->bad |= s->order.len == 0;
	}
	cbor_leave(r);
}

int
proto_successions_decode(struct view in, struct proto_successions *m,
    struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	m->count = cbor_array(&r, PROTO_SUCCESSIONS_MAX);
	for (i = 0; i < m->count; i++)
		read_one(&r, &m->items[i]);
	cbor_leave(&r);
	return cbor_end(&r, "what the hub says of its log", e);
}
