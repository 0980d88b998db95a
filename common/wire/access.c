/*
 * Access statements: written by a keeper's client when a consent is given or
 * withdrawn, read by every member of the space.
 */
#include "common/wire/access.h"

#include <string.h>

#include "common/wire/cbor.h"

enum { KEY_KIND = 1, KEY_ID, KEY_PERSON, KEY_RIGHT, KEY_FROM, KEY_UNTIL,
	KEY_HLC, KEY_ORIGIN, KEY_CONSENT, KEY_CONSENT_HASH, KEY_SUPERSEDES,
	KEY_SECOND };

#define TAG_SECOND "tugi override 1"

void
access_encode(const struct access *a, struct buf *out)
{
	bool right = a->kind != ACCESS_WITHDRAW;
	bool consent = !id_is_zero(&a->consent);
	size_t i;

	cbor_put_map(out, 8 + (right ? 1u : 0u) + (consent ? 2u : 0u) +
	    (a->has_second ? 1u : 0u));
	cbor_put_uint(out, KEY_KIND);
	cbor_put_uint(out, (uint64_t)a->kind);
	cbor_put_uint(out, KEY_ID);
	cbor_put_id(out, &a->id);
	cbor_put_uint(out, KEY_PERSON);
	cbor_put_id(out, &a->person);
	if (right) {
		cbor_put_uint(out, KEY_RIGHT);
		cbor_put_uint(out, (uint64_t)a->right);
	}
	cbor_put_uint(out, KEY_FROM);
	cbor_put_int(out, a->from_ms);
	cbor_put_uint(out, KEY_UNTIL);
	if (a->until_ms == INT64_MAX)
		cbor_put_null(out);
	else
		cbor_put_int(out, a->until_ms);
	cbor_put_uint(out, KEY_HLC);
	cbor_put_uint(out, a->hlc);
	cbor_put_uint(out, KEY_ORIGIN);
	cbor_put_id(out, &a->origin);
	if (consent) {
		cbor_put_uint(out, KEY_CONSENT);
		cbor_put_id(out, &a->consent);
		cbor_put_uint(out, KEY_CONSENT_HASH);
		cbor_put_hash(out, &a->consent_hash);
	}
	cbor_put_uint(out, KEY_SUPERSEDES);
	cbor_put_array(out, a->supersedes_count);
	for (i = 0; i < a->supersedes_count; i++)
		cbor_put_id(out, &a->supersedes[i]);
	if (!a->has_second)
		return;
	cbor_put_uint(out, KEY_SECOND);
	cbor_put_array(out, 2);
	cbor_put_id(out, &a->second);
	cbor_put_bytes(out, view_of(a->second_sig.b,
	    sizeof(a->second_sig.b)));
}

static bool
is_known(uint64_t kind)
{
	return kind >= ACCESS_GRANT && kind <= ACCESS_OVERRIDE;
}

static void
read_kind(struct cbor_reader *r, struct access *a)
{
	uint64_t v;

	cbor_need(r, KEY_KIND);
	v = cbor_uint(r);
	if (!is_known(v))
		r->bad = true;
	a->kind = (enum access_kind)v;
	cbor_need(r, KEY_ID);
	cbor_id(r, &a->id);
	cbor_need(r, KEY_PERSON);
	cbor_id(r, &a->person);
	if (a->kind == ACCESS_WITHDRAW)
		return;
	cbor_need(r, KEY_RIGHT);
	v = cbor_uint(r);
	if (a->kind == ACCESS_REDUCE ? v > RIGHT_WRITE :
	    v < RIGHT_READ || v > RIGHT_KEEP ||
	    (a->kind == ACCESS_OVERRIDE && v == RIGHT_KEEP))
		r->bad = true;
	a->right = (enum right)v;
}

static void
read_times(struct cbor_reader *r, struct access *a)
{
	cbor_need(r, KEY_FROM);
	a->from_ms = cbor_int(r);
	cbor_need(r, KEY_UNTIL);
	if (cbor_peek(r) == CBOR_NULL) {
		cbor_null(r);
		a->until_ms = INT64_MAX;
	} else {
		a->until_ms = cbor_int(r);
		r->bad |= a->until_ms == INT64_MAX;
	}
	cbor_need(r, KEY_HLC);
	a->hlc = cbor_uint(r);
	cbor_need(r, KEY_ORIGIN);
	cbor_id(r, &a->origin);
}

int
access_decode(struct view in, struct access *a, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(a, 0, sizeof(*a));
	cbor_init(&r, in);
	cbor_map(&r);
	read_kind(&r, a);
	read_times(&r, a);
	if (cbor_key(&r, KEY_CONSENT)) {
		cbor_id(&r, &a->consent);
		r.bad |= id_is_zero(&a->consent);
		cbor_need(&r, KEY_CONSENT_HASH);
		cbor_hash(&r, &a->consent_hash);
	}
	cbor_need(&r, KEY_SUPERSEDES);
	a->supersedes_count = cbor_array(&r, ACCESS_SUPERSEDES_MAX);
	for (i = 0; i < a->supersedes_count; i++)
		cbor_id(&r, &a->supersedes[i]);
	cbor_leave(&r);
	if (a->kind == ACCESS_OVERRIDE && cbor_key(&r, KEY_SECOND)) {
		a->has_second = true;
		if (cbor_array(&r, 2) != 2)
			r.bad = true;
		cbor_id(&r, &a->second);
		cbor_fixed(&r, a->second_sig.b, sizeof(a->second_sig.b));
		cbor_leave(&r);
	}
	cbor_leave(&r);
	return cbor_end(&r, "an access statement", e);
}

static void
second_data(const struct access_second *s, struct buf *out)
{
	buf_add(out, s->case_id->b, sizeof(s->case_id->b));
	buf_add(out, s->person->b, sizeof(s->person->b));
	buf_add(out, s->record->b, sizeof(s->record->b));
	buf_add_be(out, (uint64_t)s->until_ms, 8);
}

void
access_second_sign(const struct access_second *s, const struct sign_key *key,
    struct sig *out)
{
	struct buf b;

	buf_init(&b, 128);
	second_data(s, &b);
	keys_sign(key, TAG_SECOND, buf_view(&b), out);
	buf_done(&b);
}

bool
access_second_verify(const struct access_second *s,
    const struct sign_pub *pub, const struct sig *sig)
{
	struct buf b;
	bool ok;

	buf_init(&b, 128);
	second_data(s, &b);
	ok = keys_verify(pub, TAG_SECOND, buf_view(&b), sig);
	buf_done(&b);
	return ok;
}
