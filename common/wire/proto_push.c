/*
 * Push: changesets to the hub, and for each its verdict and receipt.
 */
#include <string.h>

#include "common/wire/proto_parts.h"

enum { KEY_KNOWN = 1, KEY_ITEMS };
enum { KEY_CHECKPOINT = 1, KEY_CONSISTENCY, KEY_NOW, KEY_VERDICTS };

#define VERDICT_MAX UINT16_MAX /* room for reasons of later hubs */

void
proto_push_encode(const struct proto_push *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 2);
	cbor_put_uint(out, KEY_KNOWN);
	proto_parts_put_point(&m->known, out);
	cbor_put_uint(out, KEY_ITEMS);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++) {
		cbor_put_array(out, 2);
		cbor_put_uint(out, m->items[i].group);
		cbor_put_bytes(out, m->items[i].bytes);
	}
}

/* A group that goes on after another began would not be taken as one. */
static bool
torn(const struct proto_push *m, size_t at)
{
	uint32_t group = m->items[at].group;
	size_t i;

	if (group == 0 || at == 0 || m->items[at - 1].group == group)
		return false;
	for (i = 0; i < at; i++)
		if (m->items[i].group == group)
			return true;
	return false;
}

int
proto_push_decode(struct view in, struct proto_push *m, struct err *e)
{
	struct cbor_reader r;
	uint64_t group;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_KNOWN);
	proto_parts_point(&r, &m->known);
	cbor_need(&r, KEY_ITEMS);
	m->count = cbor_array(&r, PROTO_PUSH_ITEMS_MAX);
	for (i = 0; i < m->count; i++) {
		proto_parts_tuple(&r, 2);
		group = cbor_uint(&r);
		m->items[i].group = (uint32_t)group;
		m->items[i].bytes = cbor_bytes(&r, CHANGESET_BYTES_MAX);
		cbor_leave(&r);
		if (group > UINT32_MAX || torn(m, i))
			r.bad = true;
	}
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "a push", e);
}

static bool
has_receipt(enum verdict v)
{
	return v == VERDICT_ACCEPTED || v == VERDICT_DUPLICATE;
}

static void
put_verdict(const struct proto_pushed_item *it, struct buf *out)
{
	bool receipt = has_receipt(it->verdict);

	cbor_put_array(out, receipt ? 6 : 2);
	cbor_put_hash(out, &it->id);
	cbor_put_uint(out, (uint64_t)it->verdict);
	if (!receipt)
		return;
	cbor_put_uint(out, it->receipt.seq);
	cbor_put_uint(out, it->receipt.sseq);
	cbor_put_int(out, it->receipt.accept_ms);
	proto_parts_put_proof(&it->receipt.inclusion, out);
}

void
proto_pushed_encode(const struct proto_pushed *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 4);
	cbor_put_uint(out, KEY_CHECKPOINT);
	cbor_put_bytes(out, m->checkpoint);
	cbor_put_uint(out, KEY_CONSISTENCY);
	proto_parts_put_proof(&m->consistency, out);
	cbor_put_uint(out, KEY_NOW);
	cbor_put_int(out, m->now_ms);
	cbor_put_uint(out, KEY_VERDICTS);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++)
		put_verdict(&m->items[i], out);
}

static void
read_verdict(struct cbor_reader *r, struct proto_pushed_item *it)
{
	size_t parts = cbor_array(r, 6);
	uint64_t v;

	cbor_hash(r, &it->id);
	v = cbor_uint(r);
	if (v == 0 || v > VERDICT_MAX)
		r->bad = true;
	it->verdict = (enum verdict)(v & VERDICT_MAX);
	if (parts != (has_receipt(it->verdict) ? 6u : 2u))
		r->bad = true;
	if (has_receipt(it->verdict)) {
		it->receipt.seq = cbor_uint(r);
		it->receipt.sseq = cbor_uint(r);
		it->receipt.accept_ms = cbor_int(r);
		proto_parts_proof(r, &it->receipt.inclusion);
	}
	cbor_leave(r);
}

int
proto_pushed_decode(struct view in, struct proto_pushed *m, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_CHECKPOINT);
	m->checkpoint = cbor_bytes(&r, CHECKPOINT_TEXT_MAX);
	cbor_need(&r, KEY_CONSISTENCY);
	proto_parts_proof(&r, &m->consistency);
	cbor_need(&r, KEY_NOW);
	m->now_ms = cbor_int(&r);
	cbor_need(&r, KEY_VERDICTS);
	m->count = cbor_array(&r, PROTO_PUSH_ITEMS_MAX);
	for (i = 0; i < m->count; i++)
		read_verdict(&r, &m->items[i]);
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "the hub's answer to a push", e);
}
