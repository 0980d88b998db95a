/*
 * Slots wrap the data key: Argon2id for what a person types, a sealed box for
 * the office. The parameters of Argon2id are associated data, so they cannot
 * be lowered without breaking the slot; those read from a file are bounded
 * both ways before any work is done with them.
 */
#include "client/core/vault/keyblock.h"

#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"

/* schema/store.md 4.1 */
#define VERSION 1
#define HEAD_BYTES 64
#define DIGEST_AT 4048
#define DIGEST_BYTES 16
#define MAC_AT 4064

/* schema/store.md 4.2 */
#define SLOT_OPS_AT 2
#define SLOT_MEM_AT 10
#define SLOT_SALT_AT 18
#define SLOT_NONCE_AT 34
#define SLOT_SEALED_AT 58
#define SLOT_SEALED_BYTES 48
#define SLOT_BOX_AT 34
#define SLOT_BOX_BYTES 80

#define KEK_BYTES 32

static const uint8_t magic[16] = "tugi-store-1\n";

/* ---- the block ---- */

void
keyblock_encode(const struct keyblock *kb, const struct record_keys *k,
    uint8_t out[static KEYBLOCK_BYTES])
{
	struct hash mac;

	memset(out, 0, KEYBLOCK_BYTES);
	memcpy(out, magic, sizeof(magic));
	be_put(out + 16, VERSION, 4);
	memcpy(out + 20, kb->keys.b, 16);
	memcpy(out + 36, kb->file.b, 16);
	be_put(out + 52, kb->generation, 8);
	out[60] = (uint8_t)kb->count;
	memcpy(out + HEAD_BYTES, kb->slot, kb->count * KEYBLOCK_SLOT_BYTES);
	crypto_generichash(out + DIGEST_AT, DIGEST_BYTES, out, DIGEST_AT,
	    NULL, 0);
	record_mac(k, out, MAC_AT, &mac);
	memcpy(out + MAC_AT, mac.b, sizeof(mac.b));
}

int
keyblock_decode(const uint8_t in[static KEYBLOCK_BYTES], struct keyblock *kb)
{
	uint8_t digest[DIGEST_BYTES];

	memset(kb, 0, sizeof(*kb));
	crypto_generichash(digest, sizeof(digest), in, DIGEST_AT, NULL, 0);
	if (memcmp(digest, in + DIGEST_AT, sizeof(digest)) != 0 ||
	    memcmp(in, magic, sizeof(magic)) != 0 ||
	    be_get(in + 16, 4) != VERSION || in[60] > KEYBLOCK_SLOTS)
		return -1;
	memcpy(kb->keys.b, in + 20, 16);
	memcpy(kb->file.b, in + 36, 16);
	kb->generation = be_get(in + 52, 8);
	kb->count = in[60];
	memcpy(kb->slot, in + HEAD_BYTES, kb->count * KEYBLOCK_SLOT_BYTES);
	return 0;
}

bool
keyblock_authentic(const uint8_t in[static KEYBLOCK_BYTES],
    const struct record_keys *k)
{
	struct hash mac;

	record_mac(k, in, MAC_AT, &mac);
	return sodium_memcmp(mac.b, in + MAC_AT, sizeof(mac.b)) == 0;
}

/* ---- slots ---- */

static bool
cost_allowed(uint64_t ops, uint64_t mem, bool no_floor)
{
	uint64_t ops_floor = KEYBLOCK_OPS_FLOOR, mem_floor = KEYBLOCK_MEM_FLOOR;

	if (no_floor) {
		ops_floor = crypto_pwhash_argon2id_OPSLIMIT_MIN;
		mem_floor = crypto_pwhash_argon2id_MEMLIMIT_MIN;
	}
	return ops >= ops_floor && ops <= KEYBLOCK_OPS_CEILING &&
	    mem >= mem_floor && mem <= KEYBLOCK_MEM_CEILING;
}

/* -1: not enough memory. The type keeps passphrases and codes apart. */
static int
make_kek(const uint8_t *slot, struct view secret, uint8_t kek[static KEK_BYTES])
{
	uint8_t domain[9] = "tugi-kek";
	uint8_t raw[KEK_BYTES];
	int rc;

	rc = crypto_pwhash(raw, sizeof(raw), (const char *)secret.data,
	    secret.len, slot + SLOT_SALT_AT, be_get(slot + SLOT_OPS_AT, 8),
	    (size_t)be_get(slot + SLOT_MEM_AT, 8),
	    crypto_pwhash_ALG_ARGON2ID13);
	domain[8] = slot[0];
	crypto_generichash(kek, KEK_BYTES, domain, sizeof(domain), raw,
	    sizeof(raw));
	mem_wipe(raw, sizeof(raw));
	return rc;
}

/* magic, keys id, version, and the slot up to its nonce. */
static size_t
slot_ad(const struct keyblock *kb, const uint8_t *slot, uint8_t ad[static 128])
{
	memcpy(ad, magic, 16);
	memcpy(ad + 16, kb->keys.b, 16);
	be_put(ad + 32, VERSION, 4);
	memcpy(ad + 36, slot, SLOT_NONCE_AT);
	return 36 + SLOT_NONCE_AT;
}

static uint8_t *
new_slot(struct keyblock *kb, enum keyblock_type type, struct err *e)
{
	uint8_t *slot;

	if (kb->count >= KEYBLOCK_SLOTS) {
		err_set(e, ERR_TOOBIG, "the store has %d ways of being opened "
		    "and can have no more; remove one first", KEYBLOCK_SLOTS);
		return NULL;
	}
	slot = kb->slot[kb->count];
	memset(slot, 0, KEYBLOCK_SLOT_BYTES);
	slot[0] = (uint8_t)type;
	return slot;
}

int
keyblock_add_secret(struct keyblock *kb, enum keyblock_type type,
    struct view secret, const struct keyblock_cost *cost,
    const uint8_t dek[static RECORD_KEY_BYTES], struct err *e)
{
	uint8_t ad[128], kek[KEK_BYTES];
	uint8_t *slot;
	size_t n;

	if (secret.len == 0 || secret.len > KEYBLOCK_SECRET_BYTES)
		return err_set(e, ERR_INPUT, "a passphrase or code has 1 to "
		    "%d bytes", KEYBLOCK_SECRET_BYTES);
	if (!cost_allowed(cost->ops, cost->mem_bytes, cost->no_floor))
		return err_set(e, ERR_INPUT, "the cost of guessing must be "
		    "%d to %d passes over %zu to %zu MiB", KEYBLOCK_OPS_FLOOR,
		    KEYBLOCK_OPS_CEILING, KEYBLOCK_MEM_FLOOR >> 20,
		    KEYBLOCK_MEM_CEILING >> 20);
	slot = new_slot(kb, type, e);
	if (slot == NULL)
		return -1;
	be_put(slot + SLOT_OPS_AT, cost->ops, 8);
	be_put(slot + SLOT_MEM_AT, cost->mem_bytes, 8);
	randombytes_buf(slot + SLOT_SALT_AT, crypto_pwhash_SALTBYTES);
	randombytes_buf(slot + SLOT_NONCE_AT, RECORD_NONCE_BYTES);
	if (make_kek(slot, secret, kek) != 0)
		return err_set(e, ERR_LOCAL, "this machine lacks %zu MiB of "
		    "free memory to make the key", cost->mem_bytes >> 20);
	n = slot_ad(kb, slot, ad);
	crypto_aead_xchacha20poly1305_ietf_encrypt(slot + SLOT_SEALED_AT, NULL,
	    dek, RECORD_KEY_BYTES, ad, n, NULL, slot + SLOT_NONCE_AT, kek);
	mem_wipe(kek, sizeof(kek));
	kb->count++;
	return 0;
}

int
keyblock_add_box(struct keyblock *kb,
    const uint8_t public_key[static KEYBLOCK_BOX_KEY_BYTES],
    const uint8_t dek[static RECORD_KEY_BYTES], struct err *e)
{
	uint8_t *slot = new_slot(kb, KEYBLOCK_ESCROW, e);

	if (slot == NULL)
		return -1;
	/* Tells the office which of its keys to take. */
	crypto_generichash(slot + SLOT_SALT_AT, 16, public_key,
	    KEYBLOCK_BOX_KEY_BYTES, NULL, 0);
	if (crypto_box_seal(slot + SLOT_BOX_AT, dek, RECORD_KEY_BYTES,
	    public_key) != 0)
		return err_set(e, ERR_INPUT,
		    "the office's recovery key is not a usable key");
	kb->count++;
	return 0;
}

size_t
keyblock_has(const struct keyblock *kb, enum keyblock_type type)
{
	size_t i, n = 0;

	for (i = 0; i < kb->count; i++)
		n += kb->slot[i][0] == (uint8_t)type;
	return n;
}

size_t
keyblock_remove(struct keyblock *kb, enum keyblock_type type)
{
	size_t i, kept = 0, was = kb->count;

	for (i = 0; i < was; i++)
		if (kb->slot[i][0] != (uint8_t)type)
			memmove(kb->slot[kept++], kb->slot[i],
			    KEYBLOCK_SLOT_BYTES);
	memset(kb->slot[kept], 0, (was - kept) * KEYBLOCK_SLOT_BYTES);
	kb->count = kept;
	return was - kept;
}

/* 0 opened, 1 not with this secret, -1 out of memory. */
static int
try_secret(const struct keyblock *kb, const uint8_t *slot, struct view secret,
    uint8_t *dek)
{
	uint8_t ad[128], kek[KEK_BYTES];
	size_t n = slot_ad(kb, slot, ad);
	int rc;

	if (make_kek(slot, secret, kek) != 0)
		return -1;
	rc = crypto_aead_xchacha20poly1305_ietf_decrypt(dek, NULL, NULL,
	    slot + SLOT_SEALED_AT, SLOT_SEALED_BYTES, ad, n,
	    slot + SLOT_NONCE_AT, kek);
	mem_wipe(kek, sizeof(kek));
	return rc == 0 ? 0 : 1;
}

int
keyblock_open_secret(const struct keyblock *kb, enum keyblock_type type,
    struct view secret, bool no_floor, uint8_t dek[static RECORD_KEY_BYTES],
    struct err *e)
{
	const uint8_t *slot;
	size_t i;
	int rc;

	for (i = 0; i < kb->count && secret.len > 0 &&
	    secret.len <= KEYBLOCK_SECRET_BYTES; i++) {
		slot = kb->slot[i];
		if (slot[0] != (uint8_t)type ||
		    !cost_allowed(be_get(slot + SLOT_OPS_AT, 8),
		    be_get(slot + SLOT_MEM_AT, 8), no_floor))
			continue;
		rc = try_secret(kb, slot, secret, dek);
		if (rc == 0)
			return 0;
		if (rc < 0)
			return err_set(e, ERR_LOCAL, "this machine lacks %zu "
			    "MiB of free memory to open the store",
			    (size_t)be_get(slot + SLOT_MEM_AT, 8) >> 20);
	}
	return err_set(e, ERR_DENIED, type == KEYBLOCK_PASSPHRASE ?
	    N_("the passphrase does not open the store") :
	    N_("the recovery code does not open the store"));
}

int
keyblock_open_box(const struct keyblock *kb,
    const uint8_t public_key[static KEYBLOCK_BOX_KEY_BYTES],
    const uint8_t secret_key[static KEYBLOCK_BOX_KEY_BYTES],
    uint8_t dek[static RECORD_KEY_BYTES], struct err *e)
{
	size_t i;

	for (i = 0; i < kb->count; i++)
		if (kb->slot[i][0] == KEYBLOCK_ESCROW &&
		    crypto_box_seal_open(dek, kb->slot[i] + SLOT_BOX_AT,
		    SLOT_BOX_BYTES, public_key, secret_key) == 0)
			return 0;
	return err_set(e, ERR_DENIED,
	    "the office's recovery key does not open the store");
}
