/* client/core/vault/keyblock: slots, floors, and a block that was touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

#include "client/core/vault/keyblock.h"

static const struct keyblock_cost cheap = { 1, 8192, true };
static struct record_keys keys;
static struct keyblock kb;
static uint8_t dek[32], got[32], block[KEYBLOCK_BYTES];
static uint8_t box_public[32], box_secret[32];
static struct err e;

static int
setup(void **state)
{
	(void)state;
	memset(&kb, 0, sizeof(kb));
	id_random(&kb.keys);
	id_random(&kb.file);
	kb.generation = 5;
	randombytes_buf(dek, sizeof(dek));
	memset(got, 0, sizeof(got));
	record_keys_derive(&keys, dek, &kb.file);
	crypto_box_keypair(box_public, box_secret);
	return keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE, view_str("pass"),
	    &cheap, dek, &e);
}

static int
open_pass(const char *text)
{
	return keyblock_open_secret(&kb, KEYBLOCK_PASSPHRASE, view_str(text),
	    true, got, &e);
}

static void
test_each_slot_alone(void **state)
{
	(void)state;
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_RECOVERY,
	    view_str("code"), &cheap, dek, &e), 0);
	assert_int_equal(keyblock_add_box(&kb, box_public, dek, &e), 0);
	assert_int_equal(open_pass("pass"), 0);
	assert_memory_equal(got, dek, 32);
	memset(got, 0, 32);
	assert_int_equal(keyblock_open_secret(&kb, KEYBLOCK_RECOVERY,
	    view_str("code"), true, got, &e), 0);
	assert_memory_equal(got, dek, 32);
	memset(got, 0, 32);
	assert_int_equal(keyblock_open_box(&kb, box_public, box_secret, got,
	    &e), 0);
	assert_memory_equal(got, dek, 32);
	assert_int_equal(keyblock_has(&kb, KEYBLOCK_RECOVERY), 1);
	assert_int_equal(keyblock_remove(&kb, KEYBLOCK_RECOVERY), 1);
	assert_int_equal(kb.count, 2);
	assert_int_equal(keyblock_open_box(&kb, box_public, box_secret, got,
	    &e), 0);
	assert_int_equal(keyblock_open_secret(&kb, KEYBLOCK_RECOVERY,
	    view_str("code"), true, got, &e), -1);
}

static void
test_wrong_secret(void **state)
{
	uint8_t p2[32], s2[32];

	(void)state;
	assert_int_equal(open_pass("Pass"), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(open_pass(""), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(keyblock_add_box(&kb, box_public, dek, &e), 0);
	crypto_box_keypair(p2, s2);
	assert_int_equal(keyblock_open_box(&kb, p2, s2, got, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

/* The same text as passphrase and as code gives two unrelated keys. */
static void
test_domains(void **state)
{
	(void)state;
	kb.slot[0][0] = KEYBLOCK_RECOVERY;
	assert_int_equal(keyblock_open_secret(&kb, KEYBLOCK_RECOVERY,
	    view_str("pass"), true, got, &e), -1);
	kb.slot[0][0] = KEYBLOCK_PASSPHRASE;
	assert_int_equal(open_pass("pass"), 0);
}

static void
test_floor(void **state)
{
	struct keyblock_cost weak = { 2, ((size_t)64 << 20) - 1, false };

	(void)state;
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_str("x"), &weak, dek, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	weak.mem_bytes++;
	weak.ops = 1;
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_str("x"), &weak, dek, &e), -1);
	weak.ops = 2;
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_str("x"), &weak, dek, &e), 0);
	/* A slot below the floor in a file is not even tried. */
	assert_int_equal(keyblock_open_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_str("pass"), false, got, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(keyblock_open_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_str("x"), false, got, &e), 0);
}

/* Each byte before the sealed key is associated data: salt and cost too. */
static void
test_parameters_are_bound(void **state)
{
	size_t i;

	(void)state;
	for (i = 1; i < 106; i++) {
		/* High bytes of the cost would only ask for more than the
		 * ceiling, which is refused before any work. */
		kb.slot[0][i] ^= i == 9 ? 2 : 1;
		if (open_pass("pass") == 0)
			fail_msg("slot byte %zu may change", i);
		kb.slot[0][i] ^= i == 9 ? 2 : 1;
	}
	kb.keys.b[3] ^= 1;
	assert_int_equal(open_pass("pass"), -1);
	kb.keys.b[3] ^= 1;
	assert_int_equal(open_pass("pass"), 0);
}

/* A machine that has not the memory a slot asks for: said, not "wrong". */
static void
test_too_little_memory(void **state)
{
	static const struct keyblock_cost dear = { 1, (size_t)1 << 30, true };
	struct rlimit was, less;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	return; /* which needs more than that for itself */
#endif
	assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
	less = was;
	less.rlim_cur = (rlim_t)512 << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_RECOVERY,
	    view_str("code"), &dear, dek, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_int_equal(kb.count, 1);
	be_put(kb.slot[0] + 10, dear.mem_bytes, 8);
	assert_int_equal(open_pass("pass"), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
}

/* A key of small order would let anybody open the slot. */
static void
test_unusable_office_key(void **state)
{
	uint8_t zero[32] = { 0 };

	(void)state;
	assert_int_equal(keyblock_add_box(&kb, zero, dek, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(kb.count, 1);
}

/* Whole, and yet not of this format. */
static void
test_other_formats(void **state)
{
	static const size_t at[] = { 0, 19, 60 };
	struct keyblock other;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		keyblock_encode(&kb, &keys, block);
		block[at[i]] = 99;
		crypto_generichash(block + 4048, 16, block, 4048, NULL, 0);
		assert_int_equal(keyblock_decode(block, &other), -1);
	}
}

static void
test_bounds(void **state)
{
	char longest[KEYBLOCK_SECRET_BYTES + 1] = { 0 };
	int i;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_of(longest, sizeof(longest)), &cheap, dek, &e), -1);
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_of(longest, 0), &cheap, dek, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	for (i = 1; i < KEYBLOCK_SLOTS; i++)
		assert_int_equal(keyblock_add_box(&kb, box_public, dek, &e),
		    0);
	assert_int_equal(keyblock_add_box(&kb, box_public, dek, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	assert_int_equal(keyblock_add_secret(&kb, KEYBLOCK_RECOVERY,
	    view_str("code"), &cheap, dek, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	assert_int_equal(keyblock_open_secret(&kb, KEYBLOCK_PASSPHRASE,
	    view_of(longest, sizeof(longest)), true, got, &e), -1);
	assert_int_equal(keyblock_remove(&kb, KEYBLOCK_ESCROW),
	    KEYBLOCK_SLOTS - 1);
	assert_int_equal(open_pass("pass"), 0);
}

static void
test_round_trip(void **state)
{
	struct keyblock back;

	(void)state;
	keyblock_encode(&kb, &keys, block);
	assert_int_equal(keyblock_decode(block, &back), 0);
	assert_true(id_eq(&back.keys, &kb.keys));
	assert_true(id_eq(&back.file, &kb.file));
	assert_int_equal(back.generation, 5);
	assert_int_equal(back.count, 1);
	assert_memory_equal(back.slot, kb.slot, sizeof(kb.slot));
	assert_true(keyblock_authentic(block, &keys));
}

/* Every byte of the block is under one of the two checksums. */
static void
test_every_byte(void **state)
{
	struct keyblock back;
	size_t i;

	(void)state;
	keyblock_encode(&kb, &keys, block);
	for (i = 0; i < sizeof(block); i++) {
		block[i] ^= 0x40;
		if (keyblock_decode(block, &back) == 0 &&
		    keyblock_authentic(block, &keys))
			fail_msg("byte %zu may change", i);
		block[i] ^= 0x40;
	}
}

/* Who can compute the open checksum still lacks the key for the other. */
static void
test_forged(void **state)
{
	struct record_keys mine;
	struct keyblock back;
	uint8_t other[32] = { 1 };

	(void)state;
	record_keys_derive(&mine, other, &kb.file);
	kb.generation = 99;
	keyblock_encode(&kb, &mine, block);
	assert_int_equal(keyblock_decode(block, &back), 0);
	assert_false(keyblock_authentic(block, &keys));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(test_each_slot_alone), T(test_wrong_secret),
		T(test_domains), T(test_floor), T(test_parameters_are_bound),
		T(test_too_little_memory), T(test_unusable_office_key),
		T(test_other_formats),
		T(test_bounds), T(test_round_trip), T(test_every_byte),
		T(test_forged)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
