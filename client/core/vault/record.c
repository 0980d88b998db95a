/*
 * XChaCha20-Poly1305 with a random 192-bit nonce for every seal: a counter
 * would repeat after a snapshot of a virtual machine, and 96 bits are too few
 * for random ones. libsodium only; SQLite is unknown here.
 */
#include "client/core/vault/record.h"

#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"

#define AD_BYTES 40 /* schema/store.md 2.2 */

static void
make_ad(const struct record_keys *k, const struct record_place *at,
    uint8_t ad[static AD_BYTES])
{
	memcpy(ad, "tugi1", 5);
	ad[5] = (uint8_t)at->type;
	ad[6] = ad[7] = 0;
	memcpy(ad + 8, k->file.b, 16);
	be_put(ad + 24, at->epoch, 8);
	be_put(ad + 32, at->index, 8);
}

static const uint8_t *
key_for(const struct record_keys *k, enum record_type type)
{
	switch (type) {
	case RECORD_PAGE:
		return k->page;
	case RECORD_COMMIT:
		return k->head;
	case RECORD_ANCHOR:
		return k->anchor;
	default:
		return k->log;
	}
}

#ifdef TUGI_TEST_LEAK
/*
 * THE LEAKING BUILD, FOR TESTS ALONE. Content is written as it is, so that a
 * search for note text in the files can be shown to find something. Records
 * are still authentic; nothing is secret. No release is built like this.
 */
static void
leak_tag(const uint8_t *m, const uint8_t *nonce, const uint8_t *ad,
    const uint8_t *key, uint8_t *tag)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, key, RECORD_KEY_BYTES, RECORD_TAG_BYTES);
	crypto_generichash_update(&st, nonce, RECORD_NONCE_BYTES);
	crypto_generichash_update(&st, ad, AD_BYTES);
	crypto_generichash_update(&st, m, RECORD_PAYLOAD_BYTES);
	crypto_generichash_final(&st, tag, RECORD_TAG_BYTES);
}

static void
encrypt(uint8_t *out, const uint8_t *m, const uint8_t *ad, const uint8_t *key)
{
	memcpy(out + RECORD_NONCE_BYTES, m, RECORD_PAYLOAD_BYTES);
	leak_tag(m, out, ad, key, out + RECORD_TAG_AT);
}

static int
decrypt(uint8_t *m, const uint8_t *in, const uint8_t *ad, const uint8_t *key)
{
	uint8_t tag[RECORD_TAG_BYTES];

	memcpy(m, in + RECORD_NONCE_BYTES, RECORD_PAYLOAD_BYTES);
	leak_tag(m, in, ad, key, tag);
	return sodium_memcmp(tag, in + RECORD_TAG_AT, sizeof(tag));
}
#else
static void
encrypt(uint8_t *out, const uint8_t *m, const uint8_t *ad, const uint8_t *key)
{
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + RECORD_NONCE_BYTES,
	    NULL, m, RECORD_PAYLOAD_BYTES, ad, AD_BYTES, NULL, out, key);
}

static int
decrypt(uint8_t *m, const uint8_t *in, const uint8_t *ad, const uint8_t *key)
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(m, NULL, NULL,
	    in + RECORD_NONCE_BYTES, RECORD_BYTES - RECORD_NONCE_BYTES, ad,
	    AD_BYTES, in, key);
}
#endif

void
record_keys_derive(struct record_keys *k,
    const uint8_t dek[static RECORD_KEY_BYTES], const struct id *file)
{
	static const char context[crypto_kdf_CONTEXTBYTES + 1] = "tugistor";
	uint8_t store[crypto_kdf_KEYBYTES];

	crypto_generichash(store, sizeof(store), file->b, sizeof(file->b),
	    dek, RECORD_KEY_BYTES);
	k->file = *file;
	crypto_kdf_derive_from_key(k->page, RECORD_KEY_BYTES, 1, context,
	    store);
	crypto_kdf_derive_from_key(k->log, RECORD_KEY_BYTES, 2, context,
	    store);
	crypto_kdf_derive_from_key(k->head, RECORD_KEY_BYTES, 3, context,
	    store);
	crypto_kdf_derive_from_key(k->anchor, RECORD_KEY_BYTES, 4, context,
	    store);
	mem_wipe(store, sizeof(store));
}

void
record_seal(const struct record_keys *k, const struct record_place *at,
    const uint8_t payload[static RECORD_PAYLOAD_BYTES],
    uint8_t out[static RECORD_BYTES])
{
	uint8_t ad[AD_BYTES];

	make_ad(k, at, ad);
	randombytes_buf(out, RECORD_NONCE_BYTES);
	encrypt(out, payload, ad, key_for(k, at->type));
}

int
record_open(const struct record_keys *k, const struct record_place *at,
    const uint8_t in[static RECORD_BYTES],
    uint8_t payload[static RECORD_PAYLOAD_BYTES])
{
	uint8_t ad[AD_BYTES];

	make_ad(k, at, ad);
	if (decrypt(payload, in, ad, key_for(k, at->type)) == 0)
		return 0;
	memset(payload, 0, RECORD_PAYLOAD_BYTES);
	return -1;
}

void
record_root(const struct record_keys *k, uint64_t npages, const uint8_t *tags,
    struct hash *out)
{
	crypto_generichash_state st;
	uint8_t count[8];

	be_put(count, npages, 8);
	crypto_generichash_init(&st, k->head, RECORD_KEY_BYTES,
	    sizeof(out->b));
	crypto_generichash_update(&st, (const uint8_t *)"root", 4);
	crypto_generichash_update(&st, count, sizeof(count));
	if (npages > 0)
		crypto_generichash_update(&st, tags,
		    npages * RECORD_TAG_BYTES);
	crypto_generichash_final(&st, out->b, sizeof(out->b));
}

void
record_chain(const struct record_keys *k, struct record_mark *mark,
    const uint8_t tag[static RECORD_TAG_BYTES])
{
	crypto_generichash_state st;
	uint8_t seq[8];

	mark->seq++;
	be_put(seq, mark->seq, 8);
	crypto_generichash_init(&st, k->head, RECORD_KEY_BYTES,
	    sizeof(mark->head.b));
	crypto_generichash_update(&st, (const uint8_t *)"head", 4);
	crypto_generichash_update(&st, mark->head.b, sizeof(mark->head.b));
	crypto_generichash_update(&st, seq, sizeof(seq));
	crypto_generichash_update(&st, tag, RECORD_TAG_BYTES);
	crypto_generichash_final(&st, mark->head.b, sizeof(mark->head.b));
}

void
record_mac(const struct record_keys *k, const uint8_t *data, size_t len,
    struct hash *out)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, k->head, RECORD_KEY_BYTES,
	    sizeof(out->b));
	crypto_generichash_update(&st, (const uint8_t *)"keys", 4);
	crypto_generichash_update(&st, data, len);
	crypto_generichash_final(&st, out->b, sizeof(out->b));
}
