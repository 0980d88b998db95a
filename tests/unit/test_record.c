/* client/core/vault/record: what is bound opens nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "client/core/vault/record.h"

static struct record_keys k;
static uint8_t plain[RECORD_PAYLOAD_BYTES], sealed[RECORD_BYTES];
static uint8_t out[RECORD_PAYLOAD_BYTES];
static const struct record_place here = { RECORD_LOG_FRAME, 7, 42 };

static int
setup(void **state)
{
	uint8_t dek[RECORD_KEY_BYTES];
	struct id file = { { 1, 2, 3 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dek); i++)
		dek[i] = (uint8_t)i;
	record_keys_derive(&k, dek, &file);
	for (i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 31);
	record_seal(&k, &here, plain, sealed);
	return 0;
}

static void
test_round_trip(void **state)
{
	uint8_t again[RECORD_BYTES];

	(void)state;
	assert_int_equal(record_open(&k, &here, sealed, out), 0);
	assert_memory_equal(out, plain, sizeof(plain));
	/* A new nonce each time: the same content never looks the same. */
	record_seal(&k, &here, plain, again);
	assert_memory_not_equal(again, sealed, RECORD_NONCE_BYTES);
	assert_memory_not_equal(again + RECORD_NONCE_BYTES,
	    sealed + RECORD_NONCE_BYTES, 64);
}

static void
test_place_is_bound(void **state)
{
	static const struct record_place other[] = {
		{ RECORD_LOG_FRAME, 7, 43 }, { RECORD_LOG_FRAME, 8, 42 },
		{ RECORD_LOG_HEADER, 7, 42 }, { RECORD_PAGE, 7, 42 },
		{ RECORD_COMMIT, 7, 42 }
	};
	struct record_keys k2 = k;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		assert_int_equal(record_open(&k, &other[i], sealed, out), -1);
	assert_true(sodium_is_zero(out, sizeof(out)));
	/* The file alone, with the very same keys. */
	k2.file.b[0] ^= 1;
	assert_int_equal(record_open(&k2, &here, sealed, out), -1);
}

static void
test_every_byte_counts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= (uint8_t)(1u << (i % 8));
		if (record_open(&k, &here, sealed, out) == 0)
			fail_msg("byte %zu may change", i);
		sealed[i] ^= (uint8_t)(1u << (i % 8));
	}
	assert_int_equal(record_open(&k, &here, sealed, out), 0);
}

static void
test_keys(void **state)
{
	uint8_t dek[RECORD_KEY_BYTES] = { 9 };
	struct id one = { { 1 } }, two = { { 2 } };
	struct record_keys a, b;

	(void)state;
	record_keys_derive(&a, dek, &one);
	record_keys_derive(&b, dek, &two);
	assert_memory_not_equal(a.page, b.page, RECORD_KEY_BYTES);
	assert_memory_not_equal(a.page, a.log, RECORD_KEY_BYTES);
	assert_memory_not_equal(a.log, a.head, RECORD_KEY_BYTES);
	assert_memory_not_equal(a.head, a.anchor, RECORD_KEY_BYTES);
	dek[31] = 1;
	record_keys_derive(&b, dek, &one);
	assert_memory_not_equal(a.page, b.page, RECORD_KEY_BYTES);
}

/* The derivation is format: a change here is a change of schema/store.md. */
static void
test_vector(void **state)
{
	char hex[65];

	(void)state;
	sodium_bin2hex(hex, sizeof(hex), k.page, RECORD_KEY_BYTES);
	assert_string_equal(hex,
	    "06480be81cecfde20ce9826e166c927f"
	    "654740306e8173446d5d072538bb6824");
}

static void
test_root(void **state)
{
	uint8_t tags[4 * RECORD_TAG_BYTES] = { 1, 2, 3 };
	struct hash a, b;

	(void)state;
	record_root(&k, 4, tags, &a);
	record_root(&k, 4, tags, &b);
	assert_true(hash_eq(&a, &b));
	tags[63] ^= 1;
	record_root(&k, 4, tags, &b);
	assert_false(hash_eq(&a, &b));
	record_root(&k, 3, tags, &a);
	record_root(&k, 0, NULL, &b);
	assert_false(hash_eq(&a, &b));
	record_mac(&k, tags, sizeof(tags), &b);
	assert_false(hash_eq(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_round_trip, setup),
		cmocka_unit_test_setup(test_place_is_bound, setup),
		cmocka_unit_test_setup(test_every_byte_counts, setup),
		cmocka_unit_test(test_keys),
		cmocka_unit_test_setup(test_vector, setup),
		cmocka_unit_test_setup(test_root, setup)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
