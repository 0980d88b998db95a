/*
 * Magic and kind, then one sealed box of CBOR and its signature.
 */
#include "common/wire/bundle.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle_inner.h"
#include "common/wire/cbor.h"

#define MAGIC "tugi bundle 1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define HEAD_BYTES (MAGIC_BYTES + 1)
#define SIG_BYTES sizeof(struct sig)
#define TAG_ASK "tugi bundle out 1"
#define TAG_ANSWER "tugi bundle in 1"

enum { KEY_DEVICE = 1, KEY_PULL, KEY_PUSH, KEY_AT, KEY_PAGES };

/* ---- all kinds ---- */

void
bundle_seal(enum bundle_kind kind, struct buf *plain,
    const struct box_pub *to, struct buf *out)
{
	uint8_t byte = (uint8_t)kind;

	buf_add(out, MAGIC, MAGIC_BYTES);
	buf_add(out, &byte, 1);
	keys_seal(to, buf_view(plain), out);
	if (plain->toobig)
		out->toobig = true;
}

void
bundle_to_hub(enum bundle_kind kind, struct buf *plain,
    const struct sign_pub *hub, struct buf *out)
{
	struct box_pub to;

	if (keys_sign_box(hub, &to))
		bundle_seal(kind, plain, &to, out);
	else
		out->toobig = true; /* a hub without a key gets nothing */
}

void
bundle_sign(struct buf *plain, const char *tag, const struct sign_key *key)
{
	struct sig sig;

	keys_sign(key, tag, buf_view(plain), &sig);
	buf_add(plain, sig.b, sizeof(sig.b));
}

bool
bundle_is_signed(const struct buf *plain, const char *tag,
    const struct sign_pub *by)
{
	struct sig sig;
	size_t n = plain->len - SIG_BYTES;

	if (plain->len < SIG_BYTES)
		return false;
	memcpy(sig.b, plain->data + n, sizeof(sig.b));
	return keys_verify(by, tag, view_of(plain->data, n), &sig);
}

bool
bundle_of_files(struct view in)
{
	return in.len > HEAD_BYTES && memcmp(in.data, MAGIC, MAGIC_BYTES) ==
	    0 && in.data[MAGIC_BYTES] >= BUNDLE_FILES_OUT;
}

/* The sealed part of a file of this kind. */
static int
find_sealed(struct view in, enum bundle_kind kind, struct view *out,
    struct err *e)
{
	if (in.len < HEAD_BYTES + KEYS_SEAL_BYTES + SIG_BYTES ||
	    memcmp(in.data, MAGIC, MAGIC_BYTES) != 0)
		return err_set(e, ERR_INPUT, "this is no bundle, or only the "
		    "beginning of one; copy it again");
	if (in.data[MAGIC_BYTES] != kind && (kind == BUNDLE_IN ||
	    kind == BUNDLE_FILES_IN))
		return err_set(e, ERR_INPUT, "this bundle goes to the hub; "
		    "what comes back from it is another file");
	if (in.data[MAGIC_BYTES] != kind)
		return err_set(e, ERR_INPUT, "this bundle comes from the hub; "
		    "what goes there is another file");
	*out = view_of(in.data + HEAD_BYTES, in.len - HEAD_BYTES);
	return 0;
}

int
bundle_open_hub(enum bundle_kind kind, struct view in,
    const struct sign_pub *hub, const struct sign_key *key,
    struct buf *plain, struct err *e)
{
	struct view sealed;
	struct box_pub pub;
	struct box_key secret;
	struct err why;
	int rc = 0;

	if (find_sealed(in, kind, &sealed, e) != 0)
		return -1;
	keys_sign_open(key, &secret);
	if (!keys_sign_box(hub, &pub) ||
	    keys_open(&pub, &secret, sealed, plain, &why) != 0)
		rc = err_set(e, ERR_PEER, "this bundle is for another hub, or "
		    "was changed or cut on its way; copy it again");
	else if (plain->len < SIG_BYTES)
		rc = err_set(e, ERR_PEER, "this bundle is not signed");
	mem_wipe(&secret, sizeof(secret));
	return rc;
}

int
bundle_open_device(enum bundle_kind kind, struct view in,
    const struct device_keys *me, struct bundle_by by, struct buf *plain,
    struct err *e)
{
	struct view sealed;
	struct err why;

	if (find_sealed(in, kind, &sealed, e) != 0)
		return -1;
	if (keys_open(&me->box_pub, &me->box, sealed, plain, &why) != 0)
		return err_set(e, ERR_INPUT, "this bundle is for another "
		    "device, or was changed or cut on its way; nothing was "
		    "taken from it");
	return bundle_is_signed(plain, by.tag, by.hub) ? 0 : err_set(e,
	    ERR_INPUT, "this bundle is not signed by the hub; nothing was "
	    "taken from it");
}

struct view
bundle_content(const struct buf *plain)
{
	return view_of(plain->data, plain->len - SIG_BYTES);
}

/* ---- outward ---- */

void
bundle_ask_encode(const struct bundle_ask *m, struct buf *out)
{
	cbor_put_map(out, m->push.len > 0 ? 3 : 2);
	cbor_put_uint(out, KEY_DEVICE);
	cbor_put_id(out, &m->device);
	cbor_put_uint(out, KEY_PULL);
	cbor_put_bytes(out, m->pull);
	if (m->push.len > 0) {
		cbor_put_uint(out, KEY_PUSH);
		cbor_put_bytes(out, m->push);
	}
}

void
bundle_ask_seal(const struct bundle_ask *m, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *out)
{
	struct buf plain;

	buf_init(&plain, BUNDLE_ASK_MAX);
	bundle_ask_encode(m, &plain);
	bundle_sign(&plain, TAG_ASK, &me->sign);
	bundle_to_hub(BUNDLE_OUT, &plain, hub, out);
	buf_done(&plain);
}

int
bundle_ask_decode(struct view in, struct bundle_ask *m, struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_DEVICE);
	cbor_id(&r, &m->device);
	cbor_need(&r, KEY_PULL);
	m->pull = cbor_bytes(&r, BUNDLE_ASK_MAX);
	if (cbor_key(&r, KEY_PUSH)) {
		m->push = cbor_bytes(&r, BUNDLE_ASK_MAX);
		r.bad |= m->push.len == 0;
	}
	cbor_leave(&r);
	return cbor_end(&r, "a bundle", e);
}

int
bundle_ask_open(struct view in, const struct sign_pub *hub,
    const struct sign_key *key, struct buf *plain, struct bundle_ask *m,
    struct err *e)
{
	if (bundle_open_hub(BUNDLE_OUT, in, hub, key, plain, e) != 0)
		return -1;
	return bundle_ask_decode(bundle_content(plain), m, e);
}

bool
bundle_ask_signed(const struct buf *plain, const struct sign_pub *device)
{
	return bundle_is_signed(plain, TAG_ASK, device);
}

/* ---- inward ---- */

static void
put_part(const struct bundle_part *p, struct buf *out)
{
	cbor_put_array(out, 2);
	cbor_put_uint(out, p->status);
	cbor_put_bytes(out, p->body);
}

static void
read_part(struct cbor_reader *r, struct bundle_part *p)
{
	uint64_t status;

	if (cbor_array(r, 2) != 2)
		r->bad = true;
	status = cbor_uint(r);
	r->bad |= status < 200 || status > 599;
	p->status = (unsigned)status;
	p->body = cbor_bytes(r, BUNDLE_ANSWER_MAX);
	cbor_leave(r);
}

void
bundle_answer_encode(const struct bundle_answer *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, m->pushed ? 5 : 4);
	cbor_put_uint(out, KEY_DEVICE);
	cbor_put_id(out, &m->device);
	cbor_put_uint(out, KEY_PULL);
	cbor_put_bytes(out, m->pull);
	if (m->pushed) {
		cbor_put_uint(out, KEY_PUSH);
		put_part(&m->push, out);
	}
	cbor_put_uint(out, KEY_AT);
	cbor_put_int(out, m->at_ms);
	cbor_put_uint(out, KEY_PAGES);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++)
		put_part(&m->pages[i], out);
}

void
bundle_answer_seal(const struct bundle_answer *m, const struct sign_key *hub,
    const struct box_pub *to, struct buf *out)
{
	struct buf plain;

	buf_init(&plain, BUNDLE_ANSWER_MAX);
	bundle_answer_encode(m, &plain);
	bundle_sign(&plain, TAG_ANSWER, hub);
	bundle_seal(BUNDLE_IN, &plain, to, out);
	buf_done(&plain);
}

int
bundle_answer_decode(struct view in, struct bundle_answer *m, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_DEVICE);
	cbor_id(&r, &m->device);
	cbor_need(&r, KEY_PULL);
	m->pull = cbor_bytes(&r, BUNDLE_ASK_MAX);
	m->pushed = cbor_key(&r, KEY_PUSH);
	if (m->pushed)
		read_part(&r, &m->push);
	cbor_need(&r, KEY_AT);
	m->at_ms = cbor_int(&r);
	cbor_need(&r, KEY_PAGES);
	m->count = cbor_array(&r, BUNDLE_PAGES_MAX);
	for (i = 0; i < m->count; i++)
		read_part(&r, &m->pages[i]);
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "a bundle", e);
}

int
bundle_answer_open(struct view in, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *plain, struct bundle_answer *m,
    struct err *e)
{
	struct bundle_by by = { TAG_ANSWER, hub };

	if (bundle_open_device(BUNDLE_IN, in, me, by, plain, e) != 0 ||
	    bundle_answer_decode(bundle_content(plain), m, e) != 0)
		return -1;
	return id_eq(&m->device, &me->device) ? 0 : err_set(e, ERR_INPUT,
	    "this bundle answers another device");
}
