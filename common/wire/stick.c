/* See the header. What is read here was sealed by somebody who is known. */
#include "common/wire/stick.h"

#include <string.h>

#include "common/wire/bundle.h"
#include "common/wire/bundle_inner.h"
#include "common/wire/cbor.h"

#define MAGIC "tugi stick 1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define LENGTH_BYTES 4
#define TAG_ASK "tugi bundle files out 1"
#define TAG_ANSWER "tugi bundle files in 1"

enum { KEY_DEVICE = 1, KEY_LIST };

static enum stick_kind
read_kind(struct cbor_reader *r)
{
	uint64_t kind = cbor_uint(r);

	r->bad |= kind != STICK_PUT && kind != STICK_GET;
	return (enum stick_kind)kind;
}

/* ---- outward ---- */

void
stick_ask_encode(const struct stick_ask *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 2);
	cbor_put_uint(out, KEY_DEVICE);
	cbor_put_id(out, &m->device);
	cbor_put_uint(out, KEY_LIST);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++) {
		cbor_put_array(out, 2);
		cbor_put_uint(out, m->calls[i].kind);
		cbor_put_bytes(out, m->calls[i].body);
	}
}

int
stick_ask_decode(struct view in, struct stick_ask *m, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_DEVICE);
	cbor_id(&r, &m->device);
	cbor_need(&r, KEY_LIST);
	m->count = cbor_array(&r, STICK_CALLS_MAX);
	r.bad |= m->count == 0;
	for (i = 0; i < m->count; i++) {
		r.bad |= cbor_array(&r, 2) != 2;
		m->calls[i].kind = read_kind(&r);
		m->calls[i].body = cbor_bytes(&r, BUNDLE_ASK_MAX);
		cbor_leave(&r);
	}
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "a bundle", e);
}

void
stick_ask_seal(const struct stick_ask *m, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *out)
{
	struct buf plain;

	buf_init(&plain, BUNDLE_ASK_MAX);
	stick_ask_encode(m, &plain);
	bundle_sign(&plain, TAG_ASK, &me->sign);
	bundle_to_hub(BUNDLE_FILES_OUT, &plain, hub, out);
	buf_done(&plain);
}

int
stick_ask_open(struct view in, const struct sign_pub *hub,
    const struct sign_key *key, struct buf *plain, struct stick_ask *m,
    struct err *e)
{
	if (bundle_open_hub(BUNDLE_FILES_OUT, in, hub, key, plain, e) != 0)
		return -1;
	return stick_ask_decode(bundle_content(plain), m, e);
}

bool
stick_ask_signed(const struct buf *plain, const struct sign_pub *device)
{
	return bundle_is_signed(plain, TAG_ASK, device);
}

/* ---- inward ---- */

void
stick_answer_encode(const struct stick_answer *m, struct buf *out)
{
	size_t i;

	cbor_put_map(out, 2);
	cbor_put_uint(out, KEY_DEVICE);
	cbor_put_id(out, &m->device);
	cbor_put_uint(out, KEY_LIST);
	cbor_put_array(out, m->count);
	for (i = 0; i < m->count; i++) {
		const struct stick_part *p = &m->parts[i];

		cbor_put_array(out, 6);
		cbor_put_uint(out, p->kind);
		cbor_put_hash(out, &p->name);
		cbor_put_uint(out, p->at);
		cbor_put_hash(out, &p->item);
		cbor_put_uint(out, p->status);
		cbor_put_bytes(out, p->body);
	}
}

static void
read_part(struct cbor_reader *r, struct stick_part *p)
{
	uint64_t status;

	r->bad |= cbor_array(r, 6) != 6;
	p->kind = read_kind(r);
	cbor_hash(r, &p->name);
	p->at = cbor_uint(r);
	cbor_hash(r, &p->item);
	status = cbor_uint(r);
	r->bad |= status < 200 || status > 599;
	p->status = (unsigned)status;
	p->body = cbor_bytes(r, BUNDLE_ANSWER_MAX);
	cbor_leave(r);
}

int
stick_answer_decode(struct view in, struct stick_answer *m, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_DEVICE);
	cbor_id(&r, &m->device);
	cbor_need(&r, KEY_LIST);
	m->count = cbor_array(&r, STICK_CALLS_MAX);
	for (i = 0; i < m->count; i++)
		read_part(&r, &m->parts[i]);
	cbor_leave(&r);
	cbor_leave(&r);
	return cbor_end(&r, "a bundle", e);
}

void
stick_answer_seal(const struct stick_answer *m, const struct sign_key *hub,
    const struct box_pub *to, struct buf *out)
{
	struct buf plain;

	buf_init(&plain, BUNDLE_ANSWER_MAX);
	stick_answer_encode(m, &plain);
	bundle_sign(&plain, TAG_ANSWER, hub);
	bundle_seal(BUNDLE_FILES_IN, &plain, to, out);
	buf_done(&plain);
}

int
stick_answer_open(struct view in, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *plain, struct stick_answer *m,
    struct err *e)
{
	struct bundle_by by = { TAG_ANSWER, hub };

	if (bundle_open_device(BUNDLE_FILES_IN, in, me, by, plain, e) != 0 ||
	    stick_answer_decode(bundle_content(plain), m, e) != 0)
		return -1;
	return id_eq(&m->device, &me->device) ? 0 : err_set(e, ERR_INPUT,
	    "this bundle answers another device");
}

/* ---- the file ---- */

void
stick_begin(struct buf *out)
{
	buf_add(out, MAGIC, MAGIC_BYTES);
}

void
stick_add(struct view bundle, struct buf *out)
{
	buf_add_be(out, bundle.len, LENGTH_BYTES);
	buf_add(out, bundle.data, bundle.len);
}

bool
stick_is(struct view in)
{
	return in.len >= MAGIC_BYTES && memcmp(in.data, MAGIC, MAGIC_BYTES) ==
	    0;
}

int
stick_next(struct view in, size_t *at, struct view *one, struct err *e)
{
	struct reader r;
	size_t len;

	if (*at == 0)
		*at = MAGIC_BYTES;
	if (*at == in.len)
		return 0;
	reader_init(&r, view_of(in.data + *at, in.len - *at));
	len = (size_t)reader_be(&r, LENGTH_BYTES);
	if (r.bad || len == 0 || len > in.len - *at - LENGTH_BYTES)
		return err_set(e, ERR_INPUT, "this is only the beginning of "
		    "the bundles; copy them again");
	*one = view_of(in.data + *at + LENGTH_BYTES, len);
	*at += LENGTH_BYTES + len;
	return 1;
}

int
stick_check(struct view in, struct err *e)
{
	struct view one;
	size_t at = 0, n = 0;
	int rc;

	do
		rc = stick_next(in, &at, &one, e);
	while (rc == 1 && ++n <= STICK_PARTS_MAX);
	if (rc == 0 && n > 0)
		return 0;
	return rc < 0 ? -1 : err_set(e, ERR_INPUT,
	    "these are no bundles, or too many for one file");
}
