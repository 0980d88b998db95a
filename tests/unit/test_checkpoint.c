/* Checkpoints: the published note format, and one spelling alone. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/checkpoint.h"
#include "tests/support/vector.h"

#define HUB "tartu.example/tugi"

static struct sign_pub pub;
static struct sign_key key;
static struct checkpoint cp;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	vector_seed(6);
	keys_sign_make(&pub, &key);
	cp.at.log_id = 0x00ab4567deadbeef;
	cp.at.size = 31415926;
	memset(cp.root.b, 0x9c, sizeof(cp.root.b));
	return 0;
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	struct checkpoint c;

	if (checkpoint_read(in, HUB, &pub, &c, err) != 0)
		return -1;
	checkpoint_sign(&c, HUB, &pub, &key, out);
	return 0;
}

static void
test_round_trip(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 10, INT64_MAX };
	struct checkpoint c, back;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 2 * CHECKPOINT_TEXT_MAX);
	for (i = 0; i < 4; i++) {
		buf_reset(&b);
		c = cp;
		c.at.size = numbers[i];
		c.at.log_id = i == 3 ? UINT64_MAX : numbers[i];
		checkpoint_sign(&c, HUB, &pub, &key, &b);
		assert_int_equal(checkpoint_read(buf_view(&b), HUB, &pub,
		    &back, &e), 0);
		assert_true(back.at.size == c.at.size);
		assert_true(back.at.log_id == c.at.log_id);
		assert_true(hash_eq(&back.root, &c.root));
	}
	buf_done(&b);
}

static void
test_text(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, CHECKPOINT_TEXT_MAX);
	checkpoint_sign(&cp, HUB, &pub, &key, &b);
	assert_non_null(strstr(buf_str(&b), HUB "/00ab4567deadbeef\n31415926\n"
	    "nJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnJw=\n\n"
	    "\xe2\x80\x94 " HUB " "));
	assert_int_equal(b.data[b.len - 1], '\n');
	vector_check("checkpoint", buf_view(&b));
	vector_abuse("checkpoint", again);
	buf_done(&b);
}

/* The Go checksum database's key, published with its key hash: the hash is
 * the same construction as ours (golang.org/x/mod/sumdb/note). */
static void
test_key_hash(void **state)
{
	struct checkpoint c = cp;
	struct sign_pub sumdb;
	struct buf b, raw;

	(void)state;
	buf_init(&b, CHECKPOINT_TEXT_MAX);
	buf_init(&raw, 100);
	/* sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8 */
	vector_hex("ce3372d75ad1ee5ecdaf8727293d4b11"
	    "1d87eb37531d7c86d4d3003f0eb809fc", &raw);
	memcpy(sumdb.b, raw.data, sizeof(sumdb.b));
	checkpoint_sign(&c, "sum.golang.org", &sumdb, &key, &b);
	/* base64 of the four bytes of the hash starts the signature */
	assert_non_null(strstr(buf_str(&b), " sum.golang.org Az3gr"));
	buf_done(&b);
	buf_done(&raw);
}

/* C2SP tlog-cosignature: the text that is signed, the line's layout, and no
 * other spelling of either. */
static void
test_cosigned(void **state)
{
	static const char text[] = "cosignature/v1\ntime 1790000000\n"
	    HUB "/00ab4567deadbeef\n31415926\n"
	    "nJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnJw=\n";
	struct cosigner w = { .name = "witness.example/1" };
	char key_text[COSIGNER_KEY_BYTES];
	struct sign_key wkey;
	struct buf note, both, raw;
	struct view above;
	struct sig sig;
	int64_t at_s;
	size_t i;

	(void)state;
	keys_sign_make(&w.pub, &wkey);
	w.key = &wkey;
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	buf_init(&both, 2 * CHECKPOINT_TEXT_MAX);
	buf_init(&raw, 200);
	checkpoint_sign(&cp, HUB, &pub, &key, &note);
	checkpoint_cosign(buf_view(&note), &w, 1790000000, &both);
	assert_true(checkpoint_cosigned(buf_view(&both), &w, &above, &at_s));
	assert_true(view_eq(above, buf_view(&note)));
	assert_int_equal(at_s, 1790000000);
	/* key hash, time, signature over exactly that text */
	buf_reserve(&raw, 76);
	assert_int_equal(sodium_base642bin(raw.data, 76, strrchr(
	    buf_str(&both), ' ') + 1, 104, NULL, &raw.len, NULL,
	    sodium_base64_VARIANT_ORIGINAL), 0);
	assert_int_equal(raw.len, 76);
	assert_memory_equal(raw.data + 4, "\0\0\0\0\x6a\xb1\x3b\x80", 8);
	memcpy(sig.b, raw.data + 12, sizeof(sig.b));
	assert_true(keys_verify(&w.pub, NULL, view_str(text), &sig));
	checkpoint_cosigner(&w, key_text);
	assert_memory_equal(key_text, "witness.example/1+", 18);
	for (i = 0; i < both.len; i++) {
		both.data[i] ^= 1;
		assert_false(checkpoint_cosigned(buf_view(&both), &w, &above,
		    &at_s) && checkpoint_read(above, HUB, &pub,
		    &(struct checkpoint){ 0 }, &e) == 0);
		both.data[i] ^= 1;
	}
	w.pub = pub;
	assert_false(checkpoint_cosigned(buf_view(&both), &w, &above,
	    &at_s));
	buf_done(&note);
	buf_done(&both);
	buf_done(&raw);
}

static void
test_refusals(void **state)
{
	struct sign_pub other;
	struct sign_key other_key;
	struct checkpoint c;
	struct buf b;

	(void)state;
	keys_sign_make(&other, &other_key);
	buf_init(&b, CHECKPOINT_TEXT_MAX + 10);
	checkpoint_sign(&cp, HUB, &pub, &key, &b);
	assert_int_equal(checkpoint_read(buf_view(&b), HUB, &other, &c, &e),
	    -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(checkpoint_read(buf_view(&b), "other", &pub, &c,
	    &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_reset(&b);
	/* the right key's name over another key's signature */
	checkpoint_sign(&cp, HUB, &pub, &other_key, &b);
	assert_int_equal(checkpoint_read(buf_view(&b), HUB, &pub, &c, &e),
	    -1);
	buf_reset(&b);
	assert_int_equal(checkpoint_read(buf_view(&b), HUB, &pub, &c, &e),
	    -1);
	buf_done(&b);
}

/* A note of ${text} (all before the empty line) as ${key} would sign it. */
static void
sign_text(const char *text, struct buf *out)
{
	uint8_t both[4 + 64];
	char line[200];
	struct buf good;
	struct sig sig;
	size_t got;

	/* the key's hash is the same in every note: taken from a good one */
	buf_init(&good, CHECKPOINT_TEXT_MAX);
	checkpoint_sign(&cp, HUB, &pub, &key, &good);
	assert_int_equal(sodium_base642bin(both, sizeof(both),
	    strstr(buf_str(&good), "\x94 " HUB " ") + 3 + strlen(HUB), 92,
	    NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
	buf_done(&good);
	keys_sign(&key, NULL, view_str(text), &sig);
	memcpy(both + 4, sig.b, sizeof(sig.b));
	sodium_bin2base64(line, sizeof(line), both, sizeof(both),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_add_fmt(out, "%s\n\xe2\x80\x94 " HUB " %s\n", text, line);
}

/* Well signed, but spelled otherwise: only the first may pass. */
static void
test_spelling(void **state)
{
#define HEAD "/00ab4567deadbeef\n31415926\n"
#define ROOT "nJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnJw=\n"
	static const struct {
		const char *name, *numbers, *root;
	} texts[] = {
		{ HUB, HEAD, ROOT },
		{ HUB, "/00ab4567deadbeef\n031415926\n", ROOT },
		{ HUB, "/ab4567deadbeef\n31415926\n", ROOT },
		{ HUB, "/00AB4567DEADBEEF\n31415926\n", ROOT },
		{ HUB, "/00ab4567deadbeef\n+31415926\n", ROOT },
		{ HUB, "/00ab4567deadbeef\n\n", ROOT },
		{ HUB, "/\n31415926\n", ROOT },
		{ HUB, "/00ab4567deadbeef\n99999999999999999999999\n", ROOT },
		{ HUB, " 00ab4567deadbeef\n31415926\n", ROOT },
		{ HUB, HEAD, ROOT "more\n" },
		{ HUB, HEAD,
		    "nJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnJx=\n" },
		{ "other", HEAD, ROOT }
	};
	char text[400];
	struct checkpoint c;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_init(&b, 2 * CHECKPOINT_TEXT_MAX);
		snprintf(text, sizeof(text), "%s%s%s", texts[i].name,
		    texts[i].numbers, texts[i].root);
		sign_text(text, &b);
		if (checkpoint_read(buf_view(&b), HUB, &pub, &c, &e) !=
		    (i == 0 ? 0 : -1))
			fail_msg("spelling %zu", i);
		/* a second signature line is no longer the one form */
		if (i == 0) {
			buf_add_str(&b, "\xe2\x80\x94 witness AAAA\n");
			assert_int_equal(checkpoint_read(buf_view(&b), HUB,
			    &pub, &c, &e), -1);
		}
		buf_done(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_key_hash),
		cmocka_unit_test(test_cosigned),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_spelling)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, NULL);
}
