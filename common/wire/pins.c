/* What is signed has a fixed layout; what travels is CBOR. */
#include "common/wire/pins.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/wire/cbor.h"

#define TAG "tugi pins 1"
#define HEAD "sha256//"
#define SIGNED_BYTES (8 + 2 * sizeof(struct hash))

enum { KEY_NUMBER = 1, KEY_NOW, KEY_NEXT, KEY_SIG };

static void
signed_part(const struct pins *p, struct buf *out)
{
	buf_init(out, SIGNED_BYTES);
	buf_add_be(out, p->number, 8);
	buf_add(out, p->now.b, sizeof(p->now.b));
	buf_add(out, p->next.b, sizeof(p->next.b));
}

void
pins_sign(struct pins *p, const struct sign_key *key)
{
	struct buf part;

	signed_part(p, &part);
	keys_sign(key, TAG, buf_view(&part), &p->sig);
	buf_done(&part);
}

bool
pins_signed(const struct pins *p, const struct sign_pub *hub)
{
	struct buf part;
	bool ok;

	signed_part(p, &part);
	ok = keys_verify(hub, TAG, buf_view(&part), &p->sig);
	buf_done(&part);
	return ok;
}

void
pins_encode(const struct pins *p, struct buf *out)
{
	cbor_put_map(out, 4);
	cbor_put_uint(out, KEY_NUMBER);
	cbor_put_uint(out, p->number);
	cbor_put_uint(out, KEY_NOW);
	cbor_put_bytes(out, view_of(p->now.b, sizeof(p->now.b)));
	cbor_put_uint(out, KEY_NEXT);
	cbor_put_bytes(out, view_of(p->next.b, sizeof(p->next.b)));
	cbor_put_uint(out, KEY_SIG);
	cbor_put_bytes(out, view_of(p->sig.b, sizeof(p->sig.b)));
}

int
pins_decode(struct view in, struct pins *p, struct err *e)
{
	struct cbor_reader r;

	memset(p, 0, sizeof(*p));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_NUMBER);
	p->number = cbor_uint(&r);
	cbor_need(&r, KEY_NOW);
	cbor_fixed(&r, p->now.b, sizeof(p->now.b));
	cbor_need(&r, KEY_NEXT);
	cbor_fixed(&r, p->next.b, sizeof(p->next.b));
	cbor_need(&r, KEY_SIG);
	cbor_fixed(&r, p->sig.b, sizeof(p->sig.b));
	/* No change to the same key, no number of "none yet". */
	r.bad |= p->number == 0 || p->number > INT64_MAX ||
	    hash_eq(&p->now, &p->next);
	cbor_leave(&r);
	return cbor_end(&r, "what the hub says of its keys", e);
}

void
pins_text(const struct hash *pin, char out[static PINS_TEXT_BYTES])
{
	char text[PINS_TEXT_BYTES - sizeof(HEAD) + 1];

	sodium_bin2base64(text, sizeof(text), pin->b, sizeof(pin->b),
	    sodium_base64_VARIANT_ORIGINAL);
	snprintf(out, PINS_TEXT_BYTES, HEAD "%s", text);
}

bool
pins_parse(const char *text, struct hash *pin)
{
	size_t len = 0;
	struct err e;

	if (strncmp(text, HEAD, sizeof(HEAD) - 1) != 0)
		return hash_parse(text, pin, &e) == 0;
	text += sizeof(HEAD) - 1;
	return sodium_base642bin(pin->b, sizeof(pin->b), text, strlen(text),
	    NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    len == sizeof(pin->b);
}
