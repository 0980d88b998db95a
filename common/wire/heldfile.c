/*
 * Magic, two device ids, one sealed box, one signature over all before it: the
 * parts have fixed places, so that a cut or changed file is told apart from
 * one that is for somebody else before anything is opened.
 */
#include "common/wire/heldfile.h"

#include <string.h>

#include "common/wire/cbor.h"
#include "common/wire/changeset.h"

#define MAGIC "tugi held 1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)
#define HEAD_BYTES (MAGIC_BYTES + 2 * sizeof(struct id))
#define LEAST_BYTES (HEAD_BYTES + KEYS_SEAL_BYTES + sizeof(struct sig))
#define TAG_SIGN "tugi held 1"

void
heldfile_make(const struct device_keys *me, const struct heldfile_to *to,
    const struct heldfile_text *texts, size_t n, struct buf *out)
{
	size_t start = out->len, i;
	struct buf plain;
	struct sig sig;

	buf_init(&plain, HELDFILE_BYTES_MAX);
	cbor_put_array(&plain, n);
	for (i = 0; i < n; i++) {
		cbor_put_array(&plain, 2);
		cbor_put_id(&plain, &texts[i].space);
		cbor_put_bytes(&plain, texts[i].record);
	}
	buf_add(out, MAGIC, MAGIC_BYTES);
	buf_add(out, me->device.b, sizeof(me->device.b));
	buf_add(out, to->device.b, sizeof(to->device.b));
	keys_seal(&to->box, buf_view(&plain), out);
	if (plain.toobig)
		out->toobig = true;
	keys_sign(&me->sign, TAG_SIGN, view_of(out->data + start,
	    out->len - start), &sig);
	buf_add(out, sig.b, sizeof(sig.b));
	buf_done(&plain);
}

int
heldfile_read(struct view in, struct id *from, struct id *to, struct err *e)
{
	if (in.len < MAGIC_BYTES || memcmp(in.data, MAGIC, MAGIC_BYTES) != 0)
		return err_set(e, ERR_INPUT, "this is no file of held text; "
		    "tugi held export makes one");
	if (in.len < LEAST_BYTES)
		return err_set(e, ERR_INPUT, "this file of held text is cut "
		    "short; copy it again");
	memcpy(from->b, in.data + MAGIC_BYTES, sizeof(from->b));
	memcpy(to->b, in.data + MAGIC_BYTES + sizeof(from->b),
	    sizeof(to->b));
	return 0;
}

int
heldfile_open(struct view in, const struct sign_pub *from,
    const struct device_keys *me, struct buf *out, struct err *e)
{
	size_t body = in.len - sizeof(struct sig);
	struct sig sig;
	struct err why;

	if (in.len < LEAST_BYTES)
		return err_set(e, ERR_INPUT, "this file of held text is cut "
		    "short; copy it again");
	memcpy(sig.b, in.data + body, sizeof(sig.b));
	if (!keys_verify(from, TAG_SIGN, view_of(in.data, body), &sig))
		return err_set(e, ERR_INPUT, "this file of held text was cut "
		    "short or changed on its way; copy it again");
	if (keys_open(&me->box_pub, &me->box, view_of(in.data + HEAD_BYTES,
	    body - HEAD_BYTES), out, &why) != 0)
		return err_set(e, ERR_INPUT, "this file of held text does not "
		    "open with this device's key");
	return buf_check(out, "held text", e);
}

int
heldfile_texts(struct view plain, struct heldfile_text *texts, size_t max,
    size_t *n, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	cbor_init(&r, plain);
	*n = cbor_array(&r, max);
	for (i = 0; i < *n; i++) {
		if (cbor_array(&r, 2) != 2)
			*n = 0;
		cbor_id(&r, &texts[i].space);
		texts[i].record = cbor_bytes(&r, CHANGESET_BODY_MAX);
		cbor_leave(&r);
	}
	cbor_leave(&r);
	return cbor_end(&r, "held text", e);
}
