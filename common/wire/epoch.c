/*
 * Epoch records: made by a client that opens or closes a space's door, read
 * by the hub (who may write) and by every member (the key, and whether the
 * recipients are those they should be).
 *
 * What a keybox seals starts with the key and goes on with space, number and
 * commit, because a sealed box is bound to nothing by itself.
 */
#include "common/wire/epoch.h"

#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/cbor.h"
#include "common/wire/seal.h"

#define TAG_COMMIT "tugi epoch key"
#define TAG_WRAP_KEY "tugi wrap key 1"
#define TAG_WRAP "tugi wrap 1"

#define PLACE_BYTES (16 + 4) /* space, number */
#define BOX_PLAIN_BYTES (EPOCH_KEYBOX_BYTES - KEYS_SEAL_BYTES)

enum { KEY_SPACE = 1, KEY_NUMBER, KEY_PREV, KEY_COMMIT, KEY_RECOVERY,
	KEY_WRAP, KEY_CITES, KEY_RECIPIENTS };

static void
commit_of(const struct sym_key *key, struct hash *out)
{
	keys_hash(TAG_COMMIT, view_of(key->b, sizeof(key->b)), out);
}

static void
put_place(const struct epoch *ep, struct buf *out)
{
	buf_add(out, ep->space.b, sizeof(ep->space.b));
	buf_add_be(out, ep->number, 4);
}

static void
fill_keybox(const struct box_pub *to, struct view plain,
    uint8_t out[static EPOCH_KEYBOX_BYTES])
{
	struct buf b;

	buf_init(&b, EPOCH_KEYBOX_BYTES);
	keys_seal(to, plain, &b);
	if (b.len == EPOCH_KEYBOX_BYTES)
		memcpy(out, b.data, EPOCH_KEYBOX_BYTES);
	else
		memset(out, 0, EPOCH_KEYBOX_BYTES);
	buf_done(&b);
}

static void
fill_wrap(struct epoch *ep, const struct sym_key *key,
    const struct sym_key *prev_key)
{
	struct sym_key wrap_key;
	struct buf ad, out;

	buf_init(&ad, 64);
	buf_init(&out, EPOCH_WRAP_BYTES);
	buf_add(&ad, TAG_WRAP, sizeof(TAG_WRAP));
	put_place(ep, &ad);
	seal_key(key, TAG_WRAP_KEY, &wrap_key);
	randombytes_buf(ep->wrap, SEAL_NONCE_BYTES);
	seal_add(&wrap_key, ep->wrap, buf_view(&ad),
	    view_of(prev_key->b, sizeof(prev_key->b)), &out);
	if (out.len == EPOCH_WRAP_BYTES - SEAL_NONCE_BYTES)
		memcpy(ep->wrap + SEAL_NONCE_BYTES, out.data, out.len);
	mem_wipe(&wrap_key, sizeof(wrap_key));
	buf_done(&ad);
	buf_done(&out);
}

void
epoch_make_keys(struct epoch *ep, const struct sym_key *key,
    const struct sym_key *prev_key, const struct box_pub *boxes,
    const struct box_pub *recovery)
{
	struct buf plain;
	size_t i;

	commit_of(key, &ep->commit);
	buf_init(&plain, BOX_PLAIN_BYTES);
	buf_add(&plain, key->b, sizeof(key->b));
	put_place(ep, &plain);
	buf_add(&plain, ep->commit.b, sizeof(ep->commit.b));
	for (i = 0; i < ep->recipient_count; i++)
		fill_keybox(&boxes[i], buf_view(&plain),
		    ep->recipients[i].keybox);
	fill_keybox(recovery, buf_view(&plain), ep->recovery);
	buf_done(&plain);
	ep->has_wrap = prev_key != NULL;
	if (ep->has_wrap)
		fill_wrap(ep, key, prev_key);
}

static void
put_recipient(const struct epoch_recipient *rc, struct buf *out)
{
	cbor_put_array(out, 5);
	cbor_put_id(out, &rc->device);
	cbor_put_id(out, &rc->person);
	cbor_put_uint(out, (uint64_t)rc->right);
	if (rc->until_ms == INT64_MAX)
		cbor_put_null(out);
	else
		cbor_put_int(out, rc->until_ms);
	cbor_put_bytes(out, view_of(rc->keybox, sizeof(rc->keybox)));
}

void
epoch_encode(const struct epoch *ep, struct buf *out)
{
	size_t i;

	cbor_put_map(out, ep->has_wrap ? 8 : 7);
	cbor_put_uint(out, KEY_SPACE);
	cbor_put_id(out, &ep->space);
	cbor_put_uint(out, KEY_NUMBER);
	cbor_put_uint(out, ep->number);
	cbor_put_uint(out, KEY_PREV);
	cbor_put_hash(out, &ep->prev);
	cbor_put_uint(out, KEY_COMMIT);
	cbor_put_hash(out, &ep->commit);
	cbor_put_uint(out, KEY_RECOVERY);
	cbor_put_bytes(out, view_of(ep->recovery, sizeof(ep->recovery)));
	if (ep->has_wrap) {
		cbor_put_uint(out, KEY_WRAP);
		cbor_put_bytes(out, view_of(ep->wrap, sizeof(ep->wrap)));
	}
	cbor_put_uint(out, KEY_CITES);
	cbor_put_array(out, ep->cite_count);
	for (i = 0; i < ep->cite_count; i++)
		cbor_put_hash(out, &ep->cites[i]);
	cbor_put_uint(out, KEY_RECIPIENTS);
	cbor_put_array(out, ep->recipient_count);
	for (i = 0; i < ep->recipient_count; i++)
		put_recipient(&ep->recipients[i], out);
}

static void
read_recipient(struct cbor_reader *r, struct epoch_recipient *rc)
{
	uint64_t right;

	if (cbor_array(r, 5) != 5)
		r->bad = true;
	cbor_id(r, &rc->device);
	cbor_id(r, &rc->person);
	right = cbor_uint(r);
	if (right < RIGHT_READ || right > RIGHT_KEEP)
		r->bad = true;
	rc->right = (enum right)right;
	if (cbor_peek(r) == CBOR_NULL) {
		cbor_null(r);
		rc->until_ms = INT64_MAX;
	} else {
		rc->until_ms = cbor_int(r);
		r->bad |= rc->until_ms == INT64_MAX;
	}
	cbor_fixed(r, rc->keybox, sizeof(rc->keybox));
	cbor_leave(r);
}

static void
read_recipients(struct cbor_reader *r, struct epoch *ep)
{
	size_t i, n = cbor_array(r, EPOCH_RECIPIENTS_MAX);

	if (n > 0)
		ep->recipients = mem_new(n * sizeof(*ep->recipients));
	ep->recipient_count = n;
	for (i = 0; i < n && !r->bad; i++) {
		read_recipient(r, &ep->recipients[i]);
		if (i > 0 && id_cmp(&ep->recipients[i - 1].device,
		    &ep->recipients[i].device) >= 0)
			r->bad = true;
	}
	cbor_leave(r);
}

static void
read_head(struct cbor_reader *r, struct epoch *ep)
{
	uint64_t number;

	cbor_need(r, KEY_SPACE);
	cbor_id(r, &ep->space);
	cbor_need(r, KEY_NUMBER);
	number = cbor_uint(r);
	if (number == 0 || number > UINT32_MAX)
		r->bad = true;
	ep->number = (uint32_t)number;
	cbor_need(r, KEY_PREV);
	cbor_hash(r, &ep->prev);
	cbor_need(r, KEY_COMMIT);
	cbor_hash(r, &ep->commit);
	cbor_need(r, KEY_RECOVERY);
	cbor_fixed(r, ep->recovery, sizeof(ep->recovery));
	ep->has_wrap = cbor_key(r, KEY_WRAP);
	if (ep->has_wrap)
		cbor_fixed(r, ep->wrap, sizeof(ep->wrap));
	/* Only the first epoch has none before it. */
	if (ep->has_wrap != (ep->number > 1) ||
	    hash_is_zero(&ep->prev) != (ep->number == 1))
		r->bad = true;
}

int
epoch_decode(struct view in, struct epoch *ep, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(ep, 0, sizeof(*ep));
	cbor_init(&r, in);
	cbor_map(&r);
	read_head(&r, ep);
	cbor_need(&r, KEY_CITES);
	ep->cite_count = cbor_array(&r, EPOCH_CITES_MAX);
	for (i = 0; i < ep->cite_count; i++)
		cbor_hash(&r, &ep->cites[i]);
	cbor_leave(&r);
	cbor_need(&r, KEY_RECIPIENTS);
	read_recipients(&r, ep);
	cbor_leave(&r);
	if (cbor_end(&r, "an epoch record", e) == 0)
		return 0;
	epoch_done(ep);
	return -1;
}

void
epoch_done(struct epoch *ep)
{
	mem_free(ep->recipients);
	ep->recipients = NULL;
	ep->recipient_count = 0;
}

const struct epoch_recipient *
epoch_find(const struct epoch *ep, const struct id *device)
{
	size_t lo = 0, hi = ep->recipient_count, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = id_cmp(&ep->recipients[mid].device, device);
		if (c == 0)
			return &ep->recipients[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Does what a keybox held belong to this epoch, and the key to its commit? */
static bool
fits(const struct epoch *ep, struct view plain, const struct sym_key *key)
{
	struct reader r;
	struct id space;
	struct hash commit, own;
	uint32_t number;

	reader_init(&r, plain);
	reader_bytes(&r, sizeof(key->b));
	reader_copy(&r, space.b, sizeof(space.b));
	number = (uint32_t)reader_be(&r, 4);
	reader_copy(&r, commit.b, sizeof(commit.b));
	commit_of(key, &own);
	return !r.bad && reader_left(&r) == 0 && id_eq(&space, &ep->space) &&
	    number == ep->number && hash_eq(&commit, &ep->commit) &&
	    hash_eq(&own, &ep->commit);
}

int
epoch_open(const struct epoch *ep,
    const uint8_t keybox[static EPOCH_KEYBOX_BYTES],
    const struct box_pub *pub, const struct box_key *key,
    struct sym_key *out, struct err *e)
{
	struct buf plain;
	int rc = -1;

	buf_init(&plain, BOX_PLAIN_BYTES);
	if (keys_open(pub, key, view_of(keybox, EPOCH_KEYBOX_BYTES), &plain,
	    e) != 0)
		goto out;
	memcpy(out->b, plain.data, sizeof(out->b));
	if (!fits(ep, buf_view(&plain), out)) {
		mem_wipe(out, sizeof(*out));
		err_set(e, ERR_PEER, "the key sealed for this device is not "
		    "the key of this epoch; its maker must issue it again");
		goto out;
	}
	rc = 0;
out:
	buf_done(&plain);
	return rc;
}

bool
epoch_is_key(const struct epoch *ep, const struct sym_key *key)
{
	struct hash own;

	commit_of(key, &own);
	return hash_eq(&own, &ep->commit);
}

int
epoch_unwrap(const struct epoch *ep, const struct sym_key *key,
    struct sym_key *prev, struct err *e)
{
	struct sym_key wrap_key;
	struct buf ad, plain;
	bool ok = false;

	buf_init(&ad, 64);
	buf_init(&plain, sizeof(prev->b));
	buf_add(&ad, TAG_WRAP, sizeof(TAG_WRAP));
	put_place(ep, &ad);
	seal_key(key, TAG_WRAP_KEY, &wrap_key);
	if (ep->has_wrap)
		ok = seal_open(&wrap_key, ep->wrap, buf_view(&ad),
		    view_of(ep->wrap + SEAL_NONCE_BYTES,
		    EPOCH_WRAP_BYTES - SEAL_NONCE_BYTES), &plain);
	if (ok)
		memcpy(prev->b, plain.data, sizeof(prev->b));
	mem_wipe(&wrap_key, sizeof(wrap_key));
	buf_done(&ad);
	buf_done(&plain);
	if (!ok)
		return err_set(e, ERR_PEER, "the key of the epoch before "
		    "does not open; older text stays closed");
	return 0;
}
