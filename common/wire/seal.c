/*
 * Symmetric sealing, used by changeset bodies, the wrap of an epoch's
 * predecessor and letters. A key never serves two purposes: each derives its
 * own from it with a tag.
 */
#include "common/wire/seal.h"

#include <sodium.h>
#include <string.h>

void
seal_key(const struct sym_key *key, const char *tag, struct sym_key *out)
{
	struct hash h;

	keys_mac(key, tag, view_of(NULL, 0), &h);
	memcpy(out->b, h.b, sizeof(out->b));
	sodium_memzero(&h, sizeof(h));
}

void
seal_nonce(const char *tag, struct view data,
    uint8_t out[static SEAL_NONCE_BYTES])
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, SEAL_NONCE_BYTES);
	crypto_generichash_update(&st, (const uint8_t *)tag, strlen(tag) + 1);
	crypto_generichash_update(&st, data.data, data.len);
	crypto_generichash_final(&st, out, SEAL_NONCE_BYTES);
}

void
seal_add(const struct sym_key *key,
    const uint8_t nonce[static SEAL_NONCE_BYTES], struct view ad,
    struct view plain, struct buf *out)
{
	uint8_t *p = buf_reserve(out, plain.len + SEAL_TAG_BYTES);

	if (p == NULL)
		return;
	crypto_aead_xchacha20poly1305_ietf_encrypt(p, NULL, plain.data,
	    plain.len, ad.data, ad.len, NULL, nonce, key->b);
	out->len += plain.len + SEAL_TAG_BYTES;
}

bool
seal_open(const struct sym_key *key,
    const uint8_t nonce[static SEAL_NONCE_BYTES], struct view ad,
    struct view sealed, struct buf *out)
{
	uint8_t *p;

	if (sealed.len < SEAL_TAG_BYTES)
		return false;
	p = buf_reserve(out, sealed.len - SEAL_TAG_BYTES);
	if (p == NULL || crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL,
	    NULL, sealed.data, sealed.len, ad.data, ad.len, nonce,
	    key->b) != 0)
		return false;
	out->len += sealed.len - SEAL_TAG_BYTES;
	return true;
}
