/*
 * The key block of a store: read as it is, and with its digest made right.
 * Slots are tried with a passphrase at a price of 8 KiB: what a slot may ask
 * of the machine is checked before, and a slot within the real bounds would
 * take seconds.
 */
#include <sodium.h>
#include <string.h>

#include "client/core/vault/keyblock.h"
#include "tests/fuzz/fuzz.h"

#define DIGEST_AT 4048
#define DIGEST_BYTES 16
#define SLOT_OPS_AT 2

/* Slots that would be tried are made cheap: one pass over 8 KiB. */
static void
make_cheap(struct keyblock *kb)
{
	static const uint8_t cheap[16] = { [7] = 1, [14] = 0x20 };
	size_t i;

	for (i = 0; i < kb->count; i++)
		if (kb->slot[i][0] != KEYBLOCK_ESCROW)
			memcpy(kb->slot[i] + SLOT_OPS_AT, cheap,
			    sizeof(cheap));
}

static void
use(struct keyblock *kb)
{
	static const uint8_t dek[RECORD_KEY_BYTES] = { 5 };
	static const struct keyblock_cost cost = { 1, 8192, true };
	uint8_t out[KEYBLOCK_BYTES], got[RECORD_KEY_BYTES];
	struct record_keys k;
	struct device_keys me;
	struct keyblock again;
	struct err e;

	fuzz_device(0, &me);
	record_keys_derive(&k, dek, &kb->file);
	make_cheap(kb);
	if (keyblock_open_box(kb, me.box_pub.b, me.box.b, got, &e) != 0)
		fuzz_refused(&e);
	if (keyblock_open_secret(kb, KEYBLOCK_PASSPHRASE, view_str("p"), true,
	    got, &e) != 0)
		fuzz_refused(&e);
	if (keyblock_add_secret(kb, KEYBLOCK_PASSPHRASE, view_str("q"), &cost,
	    dek, &e) == 0) {
		FUZZ_SURE(keyblock_open_secret(kb, KEYBLOCK_PASSPHRASE,
		    view_str("q"), true, got, &e) == 0);
		FUZZ_SURE(memcmp(got, dek, sizeof(dek)) == 0);
	}
	keyblock_encode(kb, &k, out);
	FUZZ_SURE(keyblock_authentic(out, &k));
	FUZZ_SURE(keyblock_decode(out, &again) == 0);
	FUZZ_SURE(memcmp(&again, kb, sizeof(again)) == 0);
	(void)keyblock_remove(kb, KEYBLOCK_RECOVERY);
	FUZZ_SURE(keyblock_has(kb, KEYBLOCK_RECOVERY) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t block[KEYBLOCK_BYTES] = { 0 };
	struct keyblock kb;

	fuzz_begin();
	if (size > 0)
		memcpy(block, data, size < sizeof(block) ? size :
		    sizeof(block));
	if (keyblock_decode(block, &kb) == 0)
		use(&kb);
	crypto_generichash(block + DIGEST_AT, DIGEST_BYTES, block, DIGEST_AT,
	    NULL, 0);
	if (keyblock_decode(block, &kb) == 0)
		use(&kb);
	return 0;
}
