/*
 * Pull and recovery: where the client stands, and the next page.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/proto_parts.h"

enum { KEY_KNOWN = 1, KEY_AT, KEY_MAX_BYTES, KEY_WANTS };
enum { KEY_CHECKPOINT = 1, KEY_CONSISTENCY, KEY_NOW, KEY_NEXT, KEY_MORE,
	KEY_ITEMS };
enum { KEY_SPACE = 1, KEY_AFTER, KEY_PERSON };

static void
put_cursor(const struct proto_cursor *c, struct buf *out)
{
	cbor_put_array(out, 4);
	cbor_put_uint(out, c->cursor);
	cbor_put_uint(out, c->until);
	cbor_put_id(out, &c->space);
	cbor_put_uint(out, c->seq);
}

static void
read_cursor(struct cbor_reader *r, struct proto_cursor *c)
{
	proto_parts_tuple(r, 4);
	c->cursor = cbor_uint(r);
	c->until = cbor_uint(r);
	cbor_id(r, &c->space);
	c->seq = cbor_uint(r);
	cbor_leave(r);
}

void
proto_pull_encode(const struct proto_pull *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 4);
	cbor_put_uint(out, KEY_KNOWN);
	proto_parts_put_point(&m->known, out);
	cbor_put_uint(out, KEY_AT);
	put_cursor(&m->at, out);
	cbor_put_uint(out, KEY_MAX_BYTES);
	cbor_put_uint(out, m->max_bytes);
	cbor_put_uint(out, KEY_WANTS);
	cbor_put_array(out, m->want_count);
	for (i = 0; i < m->want_count; i++) {
		cbor_put_array(out, 3);
		cbor_put_id(out, &m->wants[i].space);
		cbor_put_uint(out, m->wants[i].after_sseq);
		cbor_put_uint(out, m->wants[i].upto_sseq);
	}
}

int
proto_pull_decode(struct view in, struct proto_pull *m, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_KNOWN);
	proto_parts_point(&r, &m->known);
	cbor_need(&r, KEY_AT);
	read_cursor(&r, &m->at);
	cbor_need(&r, KEY_MAX_BYTES);
	m->max_bytes = cbor_uint(&r);
	cbor_need(&r, KEY_WANTS);
	m->want_count = cbor_array(&r, PROTO_WANTS_MAX);
	for (i = 0; i < m->want_count; i++) {
		proto_parts_tuple(&r, 3);
		cbor_id(&r, &m->wants[i].space);
		m->wants[i].after_sseq = cbor_uint(&r);
		m->wants[i].upto_sseq = cbor_uint(&r);
		r.bad |= m->wants[i].upto_sseq <= m->wants[i].after_sseq;
		cbor_leave(&r);
	}
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "a pull", e);
}

static void
put_item(const struct proto_item *it, struct buf *out)
{
	cbor_put_array(out, 5);
	cbor_put_uint(out, it->seq);
	cbor_put_uint(out, it->sseq);
	cbor_put_int(out, it->accept_ms);
	cbor_put_bytes(out, it->bytes);
	proto_parts_put_proof(&it->inclusion, out);
}

void
proto_page_encode(const struct proto_page *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 6);
	cbor_put_uint(out, KEY_CHECKPOINT);
	cbor_put_bytes(out, m->checkpoint);
	cbor_put_uint(out, KEY_CONSISTENCY);
	proto_parts_put_proof(&m->consistency, out);
	cbor_put_uint(out, KEY_NOW);
	cbor_put_int(out, m->now_ms);
	cbor_put_uint(out, KEY_NEXT);
	put_cursor(&m->next, out);
	cbor_put_uint(out, KEY_MORE);
	cbor_put_bool(out, m->more);
	cbor_put_uint(out, KEY_ITEMS);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++)
		put_item(&m->items[i], out);
}

static void
read_items(struct cbor_reader *r, struct proto_page *m)
{
	struct proto_item *it;
	size_t i, n = cbor_array(r, PROTO_PAGE_ITEMS_MAX);

	if (n > 0)
		m->items = mem_new(n * sizeof(*m->items));
	m->count = n;
	for (i = 0; i < n && !r->bad; i++) {
		it = &m->items[i];
		proto_parts_tuple(r, 5);
		it->seq = cbor_uint(r);
		it->sseq = cbor_uint(r);
		it->accept_ms = cbor_int(r);
		it->bytes = cbor_bytes(r, CHANGESET_BYTES_MAX);
		proto_parts_proof(r, &it->inclusion);
		cbor_leave(r);
	}
	cbor_leave(r);
}

int
proto_page_decode(struct view in, struct proto_page *m, struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_CHECKPOINT);
	m->checkpoint = cbor_bytes(&r, CHECKPOINT_TEXT_MAX);
	cbor_need(&r, KEY_CONSISTENCY);
	proto_parts_proof(&r, &m->consistency);
	cbor_need(&r, KEY_NOW);
	m->now_ms = cbor_int(&r);
	cbor_need(&r, KEY_NEXT);
	read_cursor(&r, &m->next);
	cbor_need(&r, KEY_MORE);
	m->more = cbor_bool(&r);
	cbor_need(&r, KEY_ITEMS);
	read_items(&r, m);
	cbor_leave(&r);
	if (cbor_end(&r, "a page from the hub", e) == 0)
		return 0;
	proto_page_done(m);
	return -1;
}

void
proto_page_done(struct proto_page *m)
{
	mem_free(m->items);
	m->items = NULL;
	m->count = 0;
}

void
proto_recover_encode(const struct proto_recover *m, struct buf *out)
{
	bool labels = !id_is_zero(&m->person);

	cbor_put_map(out, labels ? 3 : 2);
	cbor_put_uint(out, KEY_SPACE);
	cbor_put_id(out, &m->space);
	cbor_put_uint(out, KEY_AFTER);
	cbor_put_uint(out, m->after_sseq);
	if (labels) {
		cbor_put_uint(out, KEY_PERSON);
		cbor_put_id(out, &m->person);
	}
}

int
proto_recover_decode(struct view in, struct proto_recover *m, struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_SPACE);
	cbor_id(&r, &m->space);
	cbor_need(&r, KEY_AFTER);
	m->after_sseq = cbor_uint(&r);
	if (cbor_key(&r, KEY_PERSON)) {
		cbor_id(&r, &m->person);
		r.bad |= id_is_zero(&m->person);
	}
	cbor_leave(&r);
	return cbor_end(&r, "a recovery request", e);
}
