/*
 * A signature is read by writing the one form that its 64 bytes allow and
 * comparing, so nothing in it is ever interpreted twice.
 */
#include "common/wire/sshsig.h"

#include <sodium.h>
#include <string.h>

#define MAGIC "SSHSIG" /* without its end mark */
#define SPACE "git"
#define HASH "sha512"
#define KEY_TYPE "ssh-ed25519"
#define LINE 70
#define HEAD "-----BEGIN SSH SIGNATURE-----\n"
#define TAIL "-----END SSH SIGNATURE-----"
#define BLOB_MAX 256
#define TEXT_MAX sodium_base64_ENCODED_LEN(BLOB_MAX, \
	sodium_base64_VARIANT_ORIGINAL)

static void
put_string(struct buf *out, const void *data, size_t len)
{
	buf_add_be(out, len, 4);
	buf_add(out, data, len);
}

static void
put_key(const struct sign_pub *pub, struct buf *out)
{
	put_string(out, KEY_TYPE, strlen(KEY_TYPE));
	put_string(out, pub->b, sizeof(pub->b));
}

/* What is signed: not the message but its hash, in its namespace. */
static void
put_signed(struct view message, struct buf *out)
{
	uint8_t h[crypto_hash_sha512_BYTES];

	crypto_hash_sha512(h, message.data, message.len);
	buf_add(out, MAGIC, strlen(MAGIC));
	put_string(out, SPACE, strlen(SPACE));
	put_string(out, "", 0);
	put_string(out, HASH, strlen(HASH));
	put_string(out, h, sizeof(h));
}

/* Everything in the armour up to the 64 bytes, which end it. */
static void
put_blob_head(const struct sign_pub *pub, struct buf *out)
{
	struct buf key;

	buf_init(&key, BLOB_MAX);
	put_key(pub, &key);
	buf_add(out, MAGIC, strlen(MAGIC));
	buf_add_be(out, 1, 4);
	put_string(out, key.data, key.len);
	put_string(out, SPACE, strlen(SPACE));
	put_string(out, "", 0);
	put_string(out, HASH, strlen(HASH));
	buf_add_be(out, 4 + strlen(KEY_TYPE) + 4 + sizeof(struct sig), 4);
	put_string(out, KEY_TYPE, strlen(KEY_TYPE));
	buf_add_be(out, sizeof(struct sig), 4);
	buf_done(&key);
}

void
sshsig_armour(const struct sig *sig, const struct sign_pub *pub,
    struct buf *out)
{
	char text[TEXT_MAX];
	struct buf blob;
	size_t at, n;

	buf_init(&blob, BLOB_MAX);
	put_blob_head(pub, &blob);
	buf_add(&blob, sig->b, sizeof(sig->b));
	sodium_bin2base64(text, sizeof(text), blob.data, blob.len,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_done(&blob);
	buf_add_str(out, HEAD);
	for (at = 0; at < strlen(text); at += n) {
		n = strlen(text) - at < LINE ? strlen(text) - at : LINE;
		buf_add(out, text + at, n);
		buf_add_str(out, "\n");
	}
	buf_add_str(out, TAIL);
}

void
sshsig_sign(struct view message, const struct sign_pub *pub,
    const struct sign_key *key, struct buf *out)
{
	struct sig sig;
	struct buf text;

	buf_init(&text, BLOB_MAX);
	put_signed(message, &text);
	keys_sign(key, NULL, buf_view(&text), &sig);
	sshsig_armour(&sig, pub, out);
	buf_done(&text);
}

/* The last 64 bytes of the armour's content. */
bool
sshsig_raw(struct view armour, struct sig *sig)
{
	uint8_t blob[BLOB_MAX];
	size_t head = strlen(HEAD), tail = strlen(TAIL), len;

	if (armour.len <= head + tail || armour.len > SSHSIG_TEXT_MAX ||
	    sodium_base642bin(blob, sizeof(blob), (const char *)armour.data +
	    head, armour.len - head - tail, "\n", &len, NULL,
	    sodium_base64_VARIANT_ORIGINAL) != 0 || len < sizeof(sig->b))
		return false;
	memcpy(sig->b, blob + len - sizeof(sig->b), sizeof(sig->b));
	return true;
}

bool
sshsig_check(struct view armour, struct view message,
    const struct sign_pub *pub)
{
	struct sig sig;
	struct buf text;
	bool ok;

	if (!sshsig_raw(armour, &sig))
		return false;
	buf_init(&text, SSHSIG_TEXT_MAX);
	sshsig_armour(&sig, pub, &text);
	ok = view_eq(buf_view(&text), armour);
	buf_reset(&text);
	put_signed(message, &text);
	ok = ok && keys_verify(pub, NULL, buf_view(&text), &sig);
	buf_done(&text);
	return ok;
}

void
sshsig_key(const struct sign_pub *pub, struct buf *out)
{
	char text[TEXT_MAX];
	struct buf key;

	buf_init(&key, BLOB_MAX);
	put_key(pub, &key);
	sodium_bin2base64(text, sizeof(text), key.data, key.len,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_done(&key);
	buf_add_fmt(out, KEY_TYPE " %s", text);
}
