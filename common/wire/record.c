/*
 * Records: the plain text of a sealed body. Written by the outbox, read by
 * the inbox; nothing here judges what a record means.
 *
 * The raw wall clock is carried as its distance from the stamp's own wall
 * part: nearly always one byte instead of nine.
 */
#include "common/wire/record.h"

#include <string.h>

#include "common/base/tick.h"
#include "common/wire/cbor.h"

enum { KEY_ID = 1, KEY_TYPE, KEY_ORIGIN, KEY_HLC, KEY_WALL, KEY_BASIS,
	KEY_GOSSIP, KEY_OPS, KEY_POLICY };

static void
put_value(const struct value *v, struct buf *out)
{
	switch (v->type) {
	case VALUE_NULL:
		cbor_put_null(out);
		break;
	case VALUE_INT:
		cbor_put_int(out, v->num);
		break;
	case VALUE_TEXT:
		cbor_put_text(out, v->data);
		break;
	case VALUE_BYTES:
		cbor_put_bytes(out, v->data);
		break;
	case VALUE_BOOL:
		cbor_put_bool(out, v->num != 0);
		break;
	}
}

static void
put_op(const struct op *op, struct buf *out)
{
	size_t i;

	cbor_put_array(out, 3);
	cbor_put_uint(out, op->field);
	cbor_put_array(out, op->base_count);
	for (i = 0; i < op->base_count; i++) {
		cbor_put_array(out, 2);
		cbor_put_id(out, &op->bases[i].origin);
		cbor_put_uint(out, op->bases[i].hlc);
	}
	put_value(&op->value, out);
}

/* Two's complement wraps the same way there and back, whatever the clocks. */
static int64_t
wall_distance(int64_t wall_ms, uint64_t hlc)
{
	return (int64_t)((uint64_t)wall_ms - (uint64_t)hlc_ms(hlc));
}

static int64_t
wall_from(int64_t distance, uint64_t hlc)
{
	return (int64_t)((uint64_t)distance + (uint64_t)hlc_ms(hlc));
}

bool
policy_ref_none(const struct policy_ref *ref)
{
	static const struct policy_ref none;

	return memcmp(ref->b, none.b, sizeof(none.b)) == 0;
}

void
record_encode(const struct record *rec, struct buf *out)
{
	bool basis = !id_is_zero(&rec->basis);
	bool policy = !policy_ref_none(&rec->policy);
	size_t i;

	cbor_put_map(out, 6 + (basis ? 1u : 0u) +
	    (rec->gossip.present ? 1u : 0u) + (policy ? 1u : 0u));
	cbor_put_uint(out, KEY_ID);
	cbor_put_id(out, &rec->id);
	cbor_put_uint(out, KEY_TYPE);
	cbor_put_uint(out, rec->type);
	cbor_put_uint(out, KEY_ORIGIN);
	cbor_put_id(out, &rec->origin);
	cbor_put_uint(out, KEY_HLC);
	cbor_put_uint(out, rec->hlc);
	cbor_put_uint(out, KEY_WALL);
	cbor_put_int(out, wall_distance(rec->wall_ms, rec->hlc));
	if (basis) {
		cbor_put_uint(out, KEY_BASIS);
		cbor_put_id(out, &rec->basis);
	}
	if (rec->gossip.present) {
		cbor_put_uint(out, KEY_GOSSIP);
		cbor_put_array(out, 4);
		cbor_put_uint(out, rec->gossip.at.log_id);
		cbor_put_uint(out, rec->gossip.at.size);
		cbor_put_hash(out, &rec->gossip.root);
		cbor_put_bytes(out, view_of(rec->gossip.sig.b,
		    sizeof(rec->gossip.sig.b)));
	}
	cbor_put_uint(out, KEY_OPS);
	cbor_put_array(out, rec->op_count);
	for (i = 0; i < rec->op_count; i++)
		put_op(&rec->ops[i], out);
	if (policy) {
		cbor_put_uint(out, KEY_POLICY);
		cbor_put_bytes(out, view_of(rec->policy.b,
		    sizeof(rec->policy.b)));
	}
}

static uint16_t
read_u16(struct cbor_reader *r)
{
	uint64_t v = cbor_uint(r);

	if (v > UINT16_MAX)
		r->bad = true;
	return (uint16_t)v;
}

static void
read_value(struct cbor_reader *r, struct value *v)
{
	v->num = 0;
	v->data = view_of(NULL, 0);
	switch (cbor_peek(r)) {
	case CBOR_NULL:
		v->type = VALUE_NULL;
		cbor_null(r);
		break;
	case CBOR_TEXT:
		v->type = VALUE_TEXT;
		v->data = cbor_text(r, RECORD_TEXT_MAX);
		break;
	case CBOR_BYTES:
		v->type = VALUE_BYTES;
		v->data = cbor_bytes(r, RECORD_TEXT_MAX);
		break;
	case CBOR_BOOL:
		v->type = VALUE_BOOL;
		v->num = cbor_bool(r) ? 1 : 0;
		break;
	default: /* an integer, or refused as none */
		v->type = VALUE_INT;
		v->num = cbor_int(r);
		break;
	}
}

static void
read_op(struct cbor_reader *r, struct op *op)
{
	size_t i;

	if (cbor_array(r, 3) != 3)
		r->bad = true;
	op->field = read_u16(r);
	op->base_count = cbor_array(r, RECORD_BASES_MAX);
	for (i = 0; i < op->base_count; i++) {
		if (cbor_array(r, 2) != 2)
			r->bad = true;
		cbor_id(r, &op->bases[i].origin);
		op->bases[i].hlc = cbor_uint(r);
		cbor_leave(r);
	}
	cbor_leave(r);
	read_value(r, &op->value);
	cbor_leave(r);
}

static void
read_gossip(struct cbor_reader *r, struct gossip *g)
{
	struct view sig;

	g->present = true;
	if (cbor_array(r, 4) != 4)
		r->bad = true;
	g->at.log_id = cbor_uint(r);
	g->at.size = cbor_uint(r);
	cbor_hash(r, &g->root);
	sig = cbor_bytes(r, sizeof(g->sig.b));
	if (sig.len == sizeof(g->sig.b))
		memcpy(g->sig.b, sig.data, sig.len);
	else
		r->bad = true;
	cbor_leave(r);
}

int
record_decode(struct view in, struct record *rec, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	/* The ops are set as they are read: 64 of them are 27 KB to clear. */
	memset(rec, 0, offsetof(struct record, ops));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_ID);
	cbor_id(&r, &rec->id);
	cbor_need(&r, KEY_TYPE);
	rec->type = read_u16(&r);
	cbor_need(&r, KEY_ORIGIN);
	cbor_id(&r, &rec->origin);
	cbor_need(&r, KEY_HLC);
	rec->hlc = cbor_uint(&r);
	cbor_need(&r, KEY_WALL);
	rec->wall_ms = wall_from(cbor_int(&r), rec->hlc);
	if (cbor_key(&r, KEY_BASIS)) {
		cbor_id(&r, &rec->basis);
		r.bad |= id_is_zero(&rec->basis);
	}
	if (cbor_key(&r, KEY_GOSSIP))
		read_gossip(&r, &rec->gossip);
	cbor_need(&r, KEY_OPS);
	rec->op_count = cbor_array(&r, RECORD_OPS_MAX);
	if (rec->op_count == 0)
		r.bad = true;
	for (i = 0; i < rec->op_count; i++)
		read_op(&r, &rec->ops[i]);
	cbor_leave(&r);
	if (cbor_key(&r, KEY_POLICY)) {
		cbor_fixed(&r, rec->policy.b, sizeof(rec->policy.b));
		r.bad |= policy_ref_none(&rec->policy);
	}
	cbor_leave(&r);
	return cbor_end(&r, "a record", e);
}

/* ---- asking ---- */

const struct value *
record_value(const struct record *rec, uint16_t field, enum value_type type)
{
	size_t i;

	for (i = 0; i < rec->op_count; i++)
		if (rec->ops[i].field == field)
			return rec->ops[i].value.type == type ?
			    &rec->ops[i].value : NULL;
	return NULL;
}

struct view
record_text(const struct record *rec, uint16_t field)
{
	const struct value *v = record_value(rec, field, VALUE_TEXT);

	return v != NULL ? v->data : view_of(NULL, 0);
}

int64_t
record_int(const struct record *rec, uint16_t field, int64_t none)
{
	const struct value *v = record_value(rec, field, VALUE_INT);

	return v != NULL ? v->num : none;
}

bool
record_bytes(const struct record *rec, uint16_t field, void *out, size_t len)
{
	const struct value *v = record_value(rec, field, VALUE_BYTES);
	bool fits = v != NULL && v->data.len == len;

	if (fits)
		memcpy(out, v->data.data, len);
	else
		memset(out, 0, len);
	return fits;
}
