/* What is signed: u64 log id || key. Root and former key sign the same. */
#include "common/wire/hubkey.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/wire/cbor.h"

#define TAG "tugi hub key 1"
#define CHECK_TAG "tugi hub key check 1"
#define WISH "tugi-hub-key-1 "
#define PAPER "tugi-signed-hub-key-1 "
#define WISH_BYTES (8 + sizeof(struct sign_pub))
#define PAPER_BYTES (WISH_BYTES + sizeof(struct sig))
#define CHECK_BYTES 4

enum { KEY_LOG = 1, KEY_KEY, KEY_ROOT, KEY_BEFORE };

static void
put_signed(const struct hubkey *k, struct buf *out)
{
	buf_add_be(out, k->log_id, 8);
	buf_add(out, k->key.b, sizeof(k->key.b));
}

void
hubkey_sign(const struct hubkey *k, const struct sign_key *by,
    struct sig *out)
{
	struct buf text;

	buf_init(&text, WISH_BYTES);
	put_signed(k, &text);
	keys_sign(by, TAG, buf_view(&text), out);
	buf_done(&text);
}

bool
hubkey_holds(const struct hubkey *k, const struct sign_pub *root,
    const struct sign_pub *before)
{
	struct buf text;
	bool ok;

	buf_init(&text, WISH_BYTES);
	put_signed(k, &text);
	ok = keys_verify(root, TAG, buf_view(&text), &k->root) &&
	    (!k->has_before || keys_verify(before, TAG, buf_view(&text),
	    &k->before));
	buf_done(&text);
	return ok;
}

static void
put_key(struct buf *out, uint64_t key, const void *data, size_t len)
{
	cbor_put_uint(out, key);
	cbor_put_bytes(out, view_of(data, len));
}

void
hubkeys_encode(const struct hubkeys *l, struct buf *out)
{
	size_t i;

	cbor_put_array(out, l->count);
	for (i = 0; i < l->count; i++) {
		const struct hubkey *k = &l->items[i];

		cbor_put_map(out, k->has_before ? 4 : 3);
		cbor_put_uint(out, KEY_LOG);
		cbor_put_uint(out, k->log_id);
		put_key(out, KEY_KEY, k->key.b, sizeof(k->key.b));
		put_key(out, KEY_ROOT, k->root.b, sizeof(k->root.b));
		if (k->has_before)
			put_key(out, KEY_BEFORE, k->before.b,
			    sizeof(k->before.b));
	}
}

static void
read_one(struct cbor_reader *r, struct hubkey *k)
{
	cbor_map(r);
	cbor_need(r, KEY_LOG);
	k->log_id = cbor_uint(r);
	cbor_need(r, KEY_KEY);
	cbor_fixed(r, k->key.b, sizeof(k->key.b));
	cbor_need(r, KEY_ROOT);
	cbor_fixed(r, k->root.b, sizeof(k->root.b));
	k->has_before = cbor_key(r, KEY_BEFORE);
	if (k->has_before)
		cbor_fixed(r, k->before.b, sizeof(k->before.b));
	cbor_leave(r);
}

int
hubkeys_decode(struct view in, struct hubkeys *l, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	memset(l, 0, sizeof(*l));
	cbor_init(&r, in);
	l->count = cbor_array(&r, HUBKEY_LIST_MAX);
	for (i = 0; i < l->count; i++)
		read_one(&r, &l->items[i]);
	cbor_leave(&r);
	return cbor_end(&r, "the papers of the hub's keys", e);
}

/* ---- as words ---- */

static size_t
put_words(const struct hubkey *k, bool is_signed,
    uint8_t raw[static PAPER_BYTES + CHECK_BYTES])
{
	struct hash check;
	struct buf b;
	size_t len;

	buf_init(&b, PAPER_BYTES);
	put_signed(k, &b);
	if (is_signed)
		buf_add(&b, k->root.b, sizeof(k->root.b));
	len = b.len;
	memcpy(raw, b.data, len);
	buf_done(&b);
	keys_hash(CHECK_TAG, view_of(raw, len), &check);
	memcpy(raw + len, check.b, CHECK_BYTES);
	return len + CHECK_BYTES;
}

void
hubkey_text(const struct hubkey *k, bool is_signed,
    char out[static HUBKEY_TEXT_BYTES])
{
	uint8_t raw[PAPER_BYTES + CHECK_BYTES];
	size_t len = put_words(k, is_signed, raw);
	int n = snprintf(out, HUBKEY_TEXT_BYTES, "%s",
	    is_signed ? PAPER : WISH);

	sodium_bin2hex(out + n, HUBKEY_TEXT_BYTES - (size_t)n, raw, len);
}

int
hubkey_read(const char *text, bool is_signed, struct hubkey *k,
    struct err *e)
{
	const char *head = is_signed ? PAPER : WISH;
	size_t want = (is_signed ? PAPER_BYTES : WISH_BYTES) + CHECK_BYTES;
	uint8_t raw[PAPER_BYTES + CHECK_BYTES], again[sizeof(raw)];
	struct reader r;
	size_t len = 0;

	memset(k, 0, sizeof(*k));
	text += strspn(text, " \t\r\n");
	if (strncmp(text, head, strlen(head)) != 0 || sodium_hex2bin(raw,
	    sizeof(raw), text + strlen(head), strlen(text) - strlen(head),
	    " \t\r\n", &len, NULL) != 0 || len != want)
		return err_set(e, ERR_INPUT, "this is not a whole line that "
		    "begins with %s", head);
	reader_init(&r, view_of(raw, want));
	k->log_id = reader_be(&r, 8);
	reader_copy(&r, k->key.b, sizeof(k->key.b));
	if (is_signed)
		reader_copy(&r, k->root.b, sizeof(k->root.b));
	(void)put_words(k, is_signed, again);
	return memcmp(raw, again, want) == 0 ? 0 : err_set(e, ERR_INPUT,
	    "a letter of this line is wrong; copy it once more");
}
