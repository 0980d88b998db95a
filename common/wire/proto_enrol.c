/*
 * Joining: the hub's first claim by its office, and a device's wish to join
 * as the officers see it.
 */
#include <stdio.h>
#include <string.h>

#include "common/wire/proto_parts.h"

#define TAG_MAC "tugi enrol 1"
#define TAG_CODE "tugi code 1"
#define CODE_HALF 10000u

enum { KEY_CODE = 1, KEY_CLAIM_ITEMS };
enum { KEY_SIGN = 1, KEY_BOX, KEY_CARD, KEY_MAC, KEY_AT, KEY_VOUCHER };
enum { KEY_REQUESTS = 1 };

#define CLAIM_ITEMS_MAX (sizeof(((struct proto_claim *)0)->items) / \
	sizeof(struct view))

void
proto_claim_encode(const struct proto_claim *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 2);
	cbor_put_uint(out, KEY_CODE);
	cbor_put_text(out, view_str(m->code));
	cbor_put_uint(out, KEY_CLAIM_ITEMS);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++)
		cbor_put_bytes(out, m->items[i]);
}

int
proto_claim_decode(struct view in, struct proto_claim *m, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_CODE);
	proto_parts_words(&r, m->code, sizeof(m->code));
	cbor_need(&r, KEY_CLAIM_ITEMS);
	m->count = cbor_array(&r, CLAIM_ITEMS_MAX);
	for (i = 0; i < m->count; i++)
		m->items[i] = cbor_bytes(&r, CHANGESET_BYTES_MAX);
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "a claim", e);
}

void
proto_enrol_encode(const struct proto_enrol *m, struct buf *out)
{
	cbor_put_map(out, m->has_voucher ? 6 : 5);
	cbor_put_uint(out, KEY_SIGN);
	cbor_put_bytes(out, view_of(m->sign.b, sizeof(m->sign.b)));
	cbor_put_uint(out, KEY_BOX);
	cbor_put_bytes(out, view_of(m->box.b, sizeof(m->box.b)));
	cbor_put_uint(out, KEY_CARD);
	cbor_put_id(out, &m->card);
	cbor_put_uint(out, KEY_MAC);
	cbor_put_hash(out, &m->mac);
	cbor_put_uint(out, KEY_AT);
	cbor_put_int(out, m->at_ms);
	if (!m->has_voucher)
		return;
	cbor_put_uint(out, KEY_VOUCHER);
	cbor_put_array(out, 3);
	cbor_put_id(out, &m->person);
	cbor_put_id(out, &m->voucher);
	cbor_put_bytes(out, view_of(m->voucher_sig.b,
	    sizeof(m->voucher_sig.b)));
}

static void
read_enrol(struct cbor_reader *r, struct proto_enrol *m)
{
	cbor_map(r);
	cbor_need(r, KEY_SIGN);
	cbor_fixed(r, m->sign.b, sizeof(m->sign.b));
	cbor_need(r, KEY_BOX);
	cbor_fixed(r, m->box.b, sizeof(m->box.b));
	cbor_need(r, KEY_CARD);
	cbor_id(r, &m->card);
	cbor_need(r, KEY_MAC);
	cbor_hash(r, &m->mac);
	cbor_need(r, KEY_AT);
	m->at_ms = cbor_int(r);
	m->has_voucher = cbor_key(r, KEY_VOUCHER);
	if (m->has_voucher) {
		proto_parts_tuple(r, 3);
		cbor_id(r, &m->person);
		cbor_id(r, &m->voucher);
		cbor_fixed(r, m->voucher_sig.b, sizeof(m->voucher_sig.b));
		cbor_leave(r);
	}
	cbor_leave(r);
}

int
proto_enrol_decode(struct view in, struct proto_enrol *m, struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	read_enrol(&r, m);
	return cbor_end(&r, "an enrolment request", e);
}

void
proto_requests_encode(const struct proto_requests *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 1);
	cbor_put_uint(out, KEY_REQUESTS);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++)
		proto_enrol_encode(&m->items[i], out);
}

int
proto_requests_decode(struct view in, struct proto_requests *m,
    struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_REQUESTS);
	m->count = cbor_array(&r, PROTO_REQUESTS_MAX);
	for (i = 0; i < m->count; i++)
		read_enrol(&r, &m->items[i]);
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "the list of enrolment requests", e);
}

void
proto_enrol_mac(const struct proto_enrol *m, const struct sym_key *card,
    struct hash *out)
{
	struct buf b;

	buf_init(&b, 128);
	buf_add(&b, m->card.b, sizeof(m->card.b));
	buf_add(&b, m->sign.b, sizeof(m->sign.b));
	buf_add(&b, m->box.b, sizeof(m->box.b));
	keys_mac(card, TAG_MAC, buf_view(&b), out);
	buf_done(&b);
}

/* First digits of a hash: 2^64 mod 10^8 leaves no digit more than 1 in 10^11
 * likelier than another. */
void
proto_enrol_code(const struct proto_enrol *m, const struct hash *root,
    char out[static PROTO_CODE_BYTES])
{
	struct reader r;
	struct hash h;
	struct buf b;
	unsigned code;

	buf_init(&b, 256);
	buf_add(&b, root->b, sizeof(root->b));
	buf_add(&b, m->card.b, sizeof(m->card.b));
	buf_add(&b, m->sign.b, sizeof(m->sign.b));
	buf_add(&b, m->box.b, sizeof(m->box.b));
	buf_add(&b, m->mac.b, sizeof(m->mac.b));
	keys_hash(TAG_CODE, buf_view(&b), &h);
	buf_done(&b);
	reader_init(&r, view_of(h.b, sizeof(h.b)));
	code = (unsigned)(reader_be(&r, 8) % (CODE_HALF * CODE_HALF));
	snprintf(out, PROTO_CODE_BYTES, "%04u-%04u", code / CODE_HALF,
	    code % CODE_HALF);
}
