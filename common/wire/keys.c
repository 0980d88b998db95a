/*
 * Keys, signatures, sealed boxes and tagged hashes: each a call or two to
 * libsodium with the project's domain tag put in front of the data, so that
 * bytes made for one purpose never pass for another. The tags in use are
 * listed in schema/wire.md, "Tags".
 */
#include "common/wire/keys.h"

#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"

#define DEVICE_TAG "tugi device 1"

int
keys_init(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

void
keys_sign_make(struct sign_pub *pub, struct sign_key *key)
{
	uint8_t seed[32];

	randombytes_buf(seed, sizeof(seed));
	keys_sign_from_seed(seed, pub, key);
	mem_wipe(seed, sizeof(seed));
}

void
keys_sign_from_seed(const uint8_t seed[static 32], struct sign_pub *pub,
    struct sign_key *key)
{
	crypto_sign_seed_keypair(pub->b, key->b, seed);
}

void
keys_box_make(struct box_pub *pub, struct box_key *key)
{
	uint8_t seed[32];

	randombytes_buf(seed, sizeof(seed));
	keys_box_from_seed(seed, pub, key);
	mem_wipe(seed, sizeof(seed));
}

void
keys_box_from_seed(const uint8_t seed[static 32], struct box_pub *pub,
    struct box_key *key)
{
	crypto_box_seed_keypair(pub->b, key->b, seed);
}

bool
keys_sign_box(const struct sign_pub *pub, struct box_pub *out)
{
	return crypto_sign_ed25519_pk_to_curve25519(out->b, pub->b) == 0;
}

void
keys_sign_open(const struct sign_key *key, struct box_key *out)
{
	/* It fails for no key: the secret half is hashed and clamped. */
	(void)crypto_sign_ed25519_sk_to_curve25519(out->b, key->b);
}

void
keys_sym_make(struct sym_key *key)
{
	randombytes_buf(key->b, sizeof(key->b));
}

void
keys_device_make(struct device_keys *keys)
{
	keys_sign_make(&keys->sign_pub, &keys->sign);
	keys_box_make(&keys->box_pub, &keys->box);
	keys_device_id(&keys->sign_pub, &keys->box_pub, &keys->device);
}

void
keys_device_id(const struct sign_pub *sign, const struct box_pub *box,
    struct id *device)
{
	uint8_t both[sizeof(sign->b) + sizeof(box->b)];
	struct hash h;

	memcpy(both, sign->b, sizeof(sign->b));
	memcpy(both + sizeof(sign->b), box->b, sizeof(box->b));
	keys_hash(DEVICE_TAG, view_of(both, sizeof(both)), &h);
	memcpy(device->b, h.b, sizeof(device->b));
}

/*
 * Ed25519 over tag || 0x00 || data without gluing them together: libsodium
 * signs one buffer, so what is signed is short or copied here once.
 */
static void
tagged(struct buf *b, const char *tag, struct view data)
{
	buf_init(b, SIZE_MAX / 2);
	buf_add(b, tag, strlen(tag) + 1);
	buf_add(b, data.data, data.len);
}

void
keys_sign(const struct sign_key *key, const char *tag, struct view data,
    struct sig *sig)
{
	struct buf b;

	if (tag == NULL) {
		crypto_sign_detached(sig->b, NULL, data.data, data.len,
		    key->b);
		return;
	}
	tagged(&b, tag, data);
	crypto_sign_detached(sig->b, NULL, b.data, b.len, key->b);
	buf_done(&b);
}

bool
keys_verify(const struct sign_pub *pub, const char *tag, struct view data,
    const struct sig *sig)
{
	struct buf b;
	bool ok;

	if (tag == NULL)
		return crypto_sign_verify_detached(sig->b, data.data,
		    data.len, pub->b) == 0;
	tagged(&b, tag, data);
	ok = !b.nomem && crypto_sign_verify_detached(sig->b, b.data, b.len,
	    pub->b) == 0;
	buf_done(&b);
	return ok;
}

void
keys_seal(const struct box_pub *to, struct view plain, struct buf *out)
{
	uint8_t *p = buf_reserve(out, plain.len + KEYS_SEAL_BYTES);

	if (p == NULL)
		return;
	/* Fails only for a public key of low order: such a box is left
	 * unreadable, which its owner reports as a garbage seal. */
	if (crypto_box_seal(p, plain.data, plain.len, to->b) != 0)
		memset(p, 0, plain.len + KEYS_SEAL_BYTES);
	out->len += plain.len + KEYS_SEAL_BYTES;
}

int
keys_open(const struct box_pub *pub, const struct box_key *key,
    struct view sealed, struct buf *out, struct err *e)
{
	size_t len;
	uint8_t *p;

	if (sealed.len < KEYS_SEAL_BYTES)
		return err_set(e, ERR_DENIED,
		    "a sealed key is cut short and cannot be opened");
	len = sealed.len - KEYS_SEAL_BYTES;
	p = buf_reserve(out, len);
	if (p == NULL)
		return buf_check(out, "an opened key", e);
	if (crypto_box_seal_open(p, sealed.data, sealed.len, pub->b,
	    key->b) != 0)
		return err_set(e, ERR_DENIED,
		    "a sealed key is not for this device, or is damaged");
	out->len += len;
	return 0;
}

void
keys_hash(const char *tag, struct view data, struct hash *out)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, sizeof(out->b));
	crypto_generichash_update(&st, (const uint8_t *)tag, strlen(tag) + 1);
	crypto_generichash_update(&st, data.data, data.len);
	crypto_generichash_final(&st, out->b, sizeof(out->b));
}

void
keys_mac(const struct sym_key *key, const char *tag, struct view data,
    struct hash *out)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, key->b, sizeof(key->b), sizeof(out->b));
	crypto_generichash_update(&st, (const uint8_t *)tag, strlen(tag) + 1);
	crypto_generichash_update(&st, data.data, data.len);
	crypto_generichash_final(&st, out->b, sizeof(out->b));
	mem_wipe(&st, sizeof(st));
}
