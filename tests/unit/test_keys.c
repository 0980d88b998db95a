/* Keys, tags, sealed boxes, and sealing under a symmetric key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/keys.h"
#include "common/wire/seal.h"
#include "tests/support/vector.h"

static const struct view text = { (const uint8_t *)"a note", 6 };

static void
test_sign(void **state)
{
	struct sign_pub pub, other;
	struct sign_key key, other_key;
	struct sig sig;

	(void)state;
	keys_sign_make(&pub, &key);
	keys_sign_make(&other, &other_key);
	keys_sign(&key, "tugi one", text, &sig);
	assert_true(keys_verify(&pub, "tugi one", text, &sig));
	assert_false(keys_verify(&pub, "tugi two", text, &sig));
	assert_false(keys_verify(&pub, NULL, text, &sig));
	assert_false(keys_verify(&other, "tugi one", text, &sig));
	assert_false(keys_verify(&pub, "tugi one",
	    view_of(text.data, text.len - 1), &sig));
	/* The byte between tag and data keeps one from growing into it. */
	assert_false(keys_verify(&pub, "tugi onea",
	    view_of(text.data + 1, text.len - 1), &sig));
	sig.b[0] ^= 1;
	assert_false(keys_verify(&pub, "tugi one", text, &sig));
}

static void
test_sign_rfc8032(void **state)
{
	/* RFC 8032, 7.1, test 2: one byte, no tag. */
	struct sign_pub pub;
	struct sign_key key;
	struct sig sig;
	struct buf b;
	static const uint8_t msg[] = { 0x72 };

	(void)state;
	buf_init(&b, 1024);
	vector_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	    &b);
	keys_sign_from_seed(b.data, &pub, &key);
	keys_sign(&key, NULL, view_of(msg, 1), &sig);
	assert_memory_equal(sig.b, b.data + 32, 64);
	assert_true(keys_verify(&pub, NULL, view_of(msg, 1), &sig));
	buf_done(&b);
}

static void
test_device(void **state)
{
	struct device_keys a, b;
	struct id id;

	(void)state;
	keys_device_make(&a);
	keys_device_make(&b);
	assert_false(id_eq(&a.device, &b.device));
	keys_device_id(&a.sign_pub, &a.box_pub, &id);
	assert_true(id_eq(&a.device, &id));
	keys_device_id(&a.sign_pub, &b.box_pub, &id);
	assert_false(id_eq(&a.device, &id));
}

static void
test_seal_box(void **state)
{
	struct box_pub pub, other;
	struct box_key key, other_key;
	struct buf sealed, out;
	struct err e;

	(void)state;
	keys_box_make(&pub, &key);
	keys_box_make(&other, &other_key);
	buf_init(&sealed, 1000);
	buf_init(&out, 1000);
	keys_seal(&pub, text, &sealed);
	assert_int_equal(sealed.len, text.len + KEYS_SEAL_BYTES);
	assert_int_equal(keys_open(&pub, &key, buf_view(&sealed), &out, &e),
	    0);
	assert_true(view_eq(buf_view(&out), text));
	assert_int_equal(keys_open(&other, &other_key, buf_view(&sealed),
	    &out, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(keys_open(&pub, &key, view_of(sealed.data, 47), &out,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	sealed.data[40] ^= 1;
	assert_int_equal(keys_open(&pub, &key, buf_view(&sealed), &out, &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	buf_done(&sealed);
	buf_done(&out);
}

static void
test_open_room(void **state)
{
	struct box_pub pub;
	struct box_key key;
	struct buf sealed, out;
	struct err e;

	(void)state;
	keys_box_make(&pub, &key);
	buf_init(&sealed, 1000);
	buf_init(&out, text.len - 1);
	keys_seal(&pub, text, &sealed);
	assert_int_equal(keys_open(&pub, &key, buf_view(&sealed), &out, &e),
	    -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&sealed);
	buf_done(&out);
}

static void
test_bad_box_key(void **state)
{
	/* A public key of low order: nothing readable may come out, and the
	 * length stays as agreed. */
	struct box_pub zero;
	struct buf sealed;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	buf_init(&sealed, 1000);
	keys_seal(&zero, text, &sealed);
	assert_int_equal(sealed.len, text.len + KEYS_SEAL_BYTES);
	assert_memory_not_equal(sealed.data + KEYS_SEAL_BYTES, text.data,
	    text.len);
	buf_done(&sealed);
}

static void
test_hash(void **state)
{
	struct hash a, b;
	struct sym_key k1, k2;

	(void)state;
	keys_hash("tugi one", text, &a);
	keys_hash("tugi two", text, &b);
	assert_false(hash_eq(&a, &b));
	keys_hash("tugi one", view_of(NULL, 0), &b);
	assert_false(hash_eq(&a, &b));
	keys_sym_make(&k1);
	keys_sym_make(&k2);
	keys_mac(&k1, "tugi one", text, &a);
	keys_mac(&k2, "tugi one", text, &b);
	assert_false(hash_eq(&a, &b));
	keys_mac(&k1, "tugi two", text, &b);
	assert_false(hash_eq(&a, &b));
	keys_mac(&k1, "tugi one", text, &b);
	assert_true(hash_eq(&a, &b));
}

/* Everything made from fixed seeds, so that no tag changes unnoticed. */
static void
test_vector(void **state)
{
	struct device_keys me;
	struct sym_key key, sub;
	struct hash h;
	struct sig sig;
	struct buf b;
	uint8_t nonce[SEAL_NONCE_BYTES];

	(void)state;
	vector_seed(1);
	buf_init(&b, 4096);
	keys_device_make(&me);
	keys_sym_make(&key);
	buf_add(&b, me.device.b, sizeof(me.device.b));
	keys_sign(&me.sign, "tugi test 1", text, &sig);
	buf_add(&b, sig.b, sizeof(sig.b));
	keys_hash("tugi test 1", text, &h);
	buf_add(&b, h.b, sizeof(h.b));
	keys_mac(&key, "tugi test 1", text, &h);
	buf_add(&b, h.b, sizeof(h.b));
	seal_key(&key, "tugi test 1", &sub);
	buf_add(&b, sub.b, sizeof(sub.b));
	seal_nonce("tugi test 1", text, nonce);
	buf_add(&b, nonce, sizeof(nonce));
	seal_add(&sub, nonce, view_str("bound"), text, &b);
	keys_seal(&me.box_pub, text, &b);
	vector_check("keys", buf_view(&b));
	buf_done(&b);
}

static void
test_seal(void **state)
{
	uint8_t nonce[SEAL_NONCE_BYTES] = { 7 }, other[SEAL_NONCE_BYTES] =
	    { 8 };
	struct sym_key key, wrong;
	struct buf sealed, out;
	struct view ad = view_str("bound");

	(void)state;
	keys_sym_make(&key);
	seal_key(&key, "tugi test 1", &wrong);
	buf_init(&sealed, 100);
	buf_init(&out, 100);
	seal_add(&key, nonce, ad, text, &sealed);
	assert_int_equal(sealed.len, text.len + SEAL_TAG_BYTES);
	assert_true(seal_open(&key, nonce, ad, buf_view(&sealed), &out));
	assert_true(view_eq(buf_view(&out), text));
	assert_false(seal_open(&wrong, nonce, ad, buf_view(&sealed), &out));
	assert_false(seal_open(&key, other, ad, buf_view(&sealed), &out));
	assert_false(seal_open(&key, nonce, view_str("Bound"),
	    buf_view(&sealed), &out));
	assert_false(seal_open(&key, nonce, ad, view_of(sealed.data, 15),
	    &out));
	sealed.data[0] ^= 1;
	assert_false(seal_open(&key, nonce, ad, buf_view(&sealed), &out));
	buf_done(&sealed);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_sign_rfc8032),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_seal_box),
		cmocka_unit_test(test_open_room),
		cmocka_unit_test(test_bad_box_key),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_seal)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
