/*
 * Fixed places, no parser. A box to the own key rather than a key of its own:
 * the keys that are there do, and the signature says who sealed it.
 */
#include "common/wire/hubanchor.h"

#include <string.h>

#define TAG "tugi anchor 1"

/* schema/wire.md 21.2 */
#define TURN_AT 16
#define BOX_AT 24
#define MARK_BYTES 40
#define SIG_AT (BOX_AT + MARK_BYTES + KEYS_SEAL_BYTES)
_Static_assert(SIG_AT + sizeof(struct sig) == HUBANCHOR_BYTES, "21.2");

void
hubanchor_make(const struct device_keys *me, uint64_t turn,
    const struct hubanchor_mark *mark, struct buf *out)
{
	struct buf said, plain;
	struct sig sig;

	buf_init(&plain, MARK_BYTES);
	buf_init(&said, SIG_AT);
	buf_add_be(&plain, mark->seq, 8);
	buf_add(&plain, mark->head.b, sizeof(mark->head.b));
	buf_add(&said, me->device.b, sizeof(me->device.b));
	buf_add_be(&said, turn, 8);
	keys_seal(&me->box_pub, buf_view(&plain), &said);
	keys_sign(&me->sign, TAG, buf_view(&said), &sig);
	buf_add(out, said.data, said.len);
	buf_add(out, sig.b, sizeof(sig.b));
	buf_done(&said);
	buf_done(&plain);
}

int
hubanchor_read(struct view in, struct hubanchor *out, struct err *e)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (in.len != HUBANCHOR_BYTES)
		return err_set(e, ERR_PEER, "an anchor has %d bytes, not %zu",
		    HUBANCHOR_BYTES, in.len);
	memcpy(out->device.b, in.data, sizeof(out->device.b));
	reader_init(&r, view_of(in.data + TURN_AT, 8));
	out->turn = reader_be(&r, 8);
	return out->turn != 0 && out->turn <= INT64_MAX ? 0 :
	    err_set(e, ERR_PEER, "an anchor's turn cannot be that");
}

bool
hubanchor_signed(struct view in, const struct sign_pub *pub)
{
	struct sig sig;

	memcpy(sig.b, in.data + SIG_AT, sizeof(sig.b));
	return keys_verify(pub, TAG, view_of(in.data, SIG_AT), &sig);
}

bool
hubanchor_open(const struct device_keys *me, struct view in,
    struct hubanchor_mark *out)
{
	struct buf plain;
	struct reader r;
	struct err e;
	bool ok;

	if (memcmp(in.data, me->device.b, sizeof(me->device.b)) != 0 ||
	    !hubanchor_signed(in, &me->sign_pub))
		return false;
	buf_init(&plain, MARK_BYTES);
	ok = keys_open(&me->box_pub, &me->box, view_of(in.data + BOX_AT,
	    SIG_AT - BOX_AT), &plain, &e) == 0 && plain.len == MARK_BYTES;
	if (ok) {
		reader_init(&r, view_of(plain.data, 8));
		out->seq = reader_be(&r, 8);
		memcpy(out->head.b, plain.data + 8, sizeof(out->head.b));
	}
	buf_done(&plain);
	return ok;
}
