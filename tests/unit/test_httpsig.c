/* Request signatures: the RFCs' vectors, and one spelling alone. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/wire/httpsig.h"
#include "tests/support/vector.h"

static struct device_keys me;
static const struct httpsig_request push = { "POST", "hub.example:8443",
	"/v1/push", "?" };
static struct err e;

struct lines { /* the three header values of one signed request */
	char digest[200], input[400], signature[200];
};

static int
setup(void **state)
{
	(void)state;
	vector_seed(7);
	keys_device_make(&me);
	return 0;
}

static void
value_of(const char *headers, const char *name, char *out, size_t size)
{
	const char *at = strstr(headers, name);
	size_t n;

	assert_non_null(at);
	at += strlen(name);
	n = strcspn(at, "\r");
	assert_true(n < size);
	memcpy(out, at, n);
	out[n] = '\0';
}

static void
sign(const struct httpsig_request *req, const char *body, struct lines *out)
{
	struct buf b;

	buf_init(&b, 3 * HTTPSIG_HEADER_MAX);
	httpsig_sign(req, view_str(body), &me, 1618884473, &b);
	assert_int_equal(buf_check(&b, "headers", &e), 0);
	value_of(buf_str(&b), "Content-Digest: ", out->digest,
	    sizeof(out->digest));
	value_of(buf_str(&b), "Signature-Input: ", out->input,
	    sizeof(out->input));
	value_of(buf_str(&b), "\nSignature: ", out->signature,
	    sizeof(out->signature));
	buf_done(&b);
}

static int
take(const struct lines *l, struct httpsig *hs)
{
	int rc = httpsig_read(l->digest, l->input, l->signature, hs, &e);

	if (rc != 0)
		assert_int_equal(e.kind, ERR_PEER);
	return rc;
}

/* RFC 9421, B.1.4 and B.2.6: the primitive over that signature base. */
static void
test_rfc9421(void **state)
{
	static const char base[] =
	    "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
	    "\"@method\": POST\n"
	    "\"@path\": /foo\n"
	    "\"@authority\": example.com\n"
	    "\"content-type\": application/json\n"
	    "\"content-length\": 18\n"
	    "\"@signature-params\": (\"date\" \"@method\" \"@path\" "
	    "\"@authority\" \"content-type\" \"content-length\")"
	    ";created=1618884473;keyid=\"test-key-ed25519\"";
	static const char want[] = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jr"
	    "nDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
	uint8_t seed[32], pub_bytes[32], sig_bytes[64];
	struct sign_pub pub;
	struct sign_key key;
	struct sig sig;
	size_t n;

	(void)state;
	assert_int_equal(sodium_base642bin(seed, 32,
	    "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=", 44, NULL, &n,
	    NULL, sodium_base64_VARIANT_ORIGINAL), 0);
	assert_int_equal(sodium_base642bin(pub_bytes, 32,
	    "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=", 44, NULL, &n,
	    NULL, sodium_base64_VARIANT_ORIGINAL), 0);
	assert_int_equal(sodium_base642bin(sig_bytes, 64, want,
	    sizeof(want) - 1, NULL, &n, NULL,
	    sodium_base64_VARIANT_ORIGINAL), 0);
	keys_sign_from_seed(seed, &pub, &key);
	assert_memory_equal(pub.b, pub_bytes, 32);
	keys_sign(&key, NULL, view_str(base), &sig);
	assert_memory_equal(sig.b, sig_bytes, 64);
	assert_true(keys_verify(&pub, NULL, view_str(base), &sig));
}

/* RFC 9530, appendix B: the digest of {"hello": "world"} and a newline. */
static void
test_rfc9530(void **state)
{
	struct lines l;

	(void)state;
	sign(&push, "{\"hello\": \"world\"}\n", &l);
	assert_string_equal(l.digest,
	    "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

static void
test_round_trip(void **state)
{
	struct httpsig hs;
	struct hash digest;
	struct lines l;

	(void)state;
	sign(&push, "body", &l);
	assert_int_equal(take(&l, &hs), 0);
	assert_true(hs.created_s == 1618884473);
	assert_true(id_eq(&hs.device, &me.device));
	assert_int_equal(strlen(hs.nonce), 24);
	httpsig_digest(view_str("body"), &digest);
	assert_true(hash_eq(&digest, &hs.digest));
	assert_true(httpsig_check(&hs, &push, &me.sign_pub));
}

static void
test_text(void **state)
{
	struct lines l;
	struct buf all;

	(void)state;
	setup(NULL);
	sign(&push, "", &l);
	buf_init(&all, 2000);
	buf_add_fmt(&all, "%s\n%s\n%s\n", l.digest, l.input, l.signature);
	vector_check("httpsig", buf_view(&all));
	buf_done(&all);
	assert_int_equal(strncmp(l.input, "tugi=(\"@method\" \"@authority\" "
	    "\"@path\" \"@query\" \"content-digest\");created=1618884473;"
	    "keyid=\"", 88), 0);
}

/* Every part of the request is covered. */
static void
test_covered(void **state)
{
	struct httpsig_request req;
	struct device_keys other;
	struct httpsig hs, bad;
	struct lines l;

	(void)state;
	keys_device_make(&other);
	sign(&push, "body", &l);
	assert_int_equal(take(&l, &hs), 0);
	assert_false(httpsig_check(&hs, &push, &other.sign_pub));
	req = push;
	req.method = "GET";
	assert_false(httpsig_check(&hs, &req, &me.sign_pub));
	req = push;
	req.authority = "hub.example";
	assert_false(httpsig_check(&hs, &req, &me.sign_pub));
	req = push;
	req.path = "/v1/pull";
	assert_false(httpsig_check(&hs, &req, &me.sign_pub));
	req = push;
	req.query = "?x";
	assert_false(httpsig_check(&hs, &req, &me.sign_pub));
	bad = hs;
	bad.created_s++;
	assert_false(httpsig_check(&bad, &push, &me.sign_pub));
	bad = hs;
	bad.device.b[0] ^= 1;
	assert_false(httpsig_check(&bad, &push, &me.sign_pub));
	bad = hs;
	bad.nonce[0] = bad.nonce[0] == 'A' ? 'B' : 'A';
	assert_false(httpsig_check(&bad, &push, &me.sign_pub));
	bad = hs;
	bad.digest.b[0] ^= 1;
	assert_false(httpsig_check(&bad, &push, &me.sign_pub));
	bad = hs;
	bad.sig.b[0] ^= 1;
	assert_false(httpsig_check(&bad, &push, &me.sign_pub));
}

/* ${s} with ${from} replaced by ${to}, into the same field. */
static void
change(char *s, const char *from, const char *to)
{
	char *at = strstr(s, from), tail[400];

	assert_non_null(at);
	memcpy(tail, at + strlen(from), strlen(at + strlen(from)) + 1);
	memcpy(at, to, strlen(to));
	memcpy(at + strlen(to), tail, strlen(tail) + 1);
}

static void
test_other_spellings(void **state)
{
	static const char *const changes[][2] = {
		{ "tugi=(", "sig1=(" }, { "tugi=(", "tugi= (" },
		{ "\"@method\" \"@authority\"", "\"@authority\" \"@method\"" },
		{ " \"@query\"", "" }, { "\"content-digest\"",
		    "\"content-digest\" \"date\"" },
		{ ";created=1618884473", ";created=01618884473" },
		{ ";created=1618884473", ";created=" },
		{ ";created=1618884473", ";created=-1" },
		{ ";created=1618884473", ";created=1618884473161888" },
		{ ";created=1618884473", "" },
		{ ";tag=\"tugi\"", "" }, { ";tag=\"tugi\"", ";tag=\"tugj\"" },
		{ ";tag=\"tugi\"", ";tag=\"tugi\";expires=1" },
		{ ";nonce=\"", ";nonce=\"A" }, { ";nonce=\"", ";nonce=\"+" },
		{ ";keyid=\"", ";keyid=\"0" }, { ");created", ") ;created" }
	};
	struct lines good, l;
	struct httpsig hs;
	size_t i;

	(void)state;
	sign(&push, "body", &good);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		l = good;
		change(l.input, changes[i][0], changes[i][1]);
		if (take(&l, &hs) == 0)
			fail_msg("spelling %zu passes", i);
	}
	l = good;
	change(l.digest, "sha-256=:", "sha-512=:");
	assert_int_equal(take(&l, &hs), -1);
	l = good;
	change(l.digest, "sha-256=:", "sha-256=");
	assert_int_equal(take(&l, &hs), -1);
	l = good;
	change(l.signature, "tugi=:", "tugi=: ");
	assert_int_equal(take(&l, &hs), -1);
	l = good;
	memcpy(l.signature + strlen(l.signature), ", a=:AA==:", 11);
	assert_int_equal(take(&l, &hs), -1);
}

/* Capital hex digits and base64 with loose bits at its end. */
static void
test_same_value_other_text(void **state)
{
	struct lines l;
	struct httpsig hs;
	char *p;

	(void)state;
	sign(&push, "body", &l);
	p = strstr(l.input, "keyid=\"") + 7;
	p += strcspn(p, "abcdef");
	*p = (char)(*p - 'a' + 'A');
	assert_int_equal(take(&l, &hs), -1);
	sign(&push, "body", &l);
	p = l.digest + strlen(l.digest) - 3;
	*p = (char)(*p + 1); /* the last of the letters before "=:" */
	assert_int_equal(take(&l, &hs), -1);
}

static void
test_cut_and_turned(void **state)
{
	struct lines good, l;
	struct httpsig hs;
	size_t i;
	unsigned bit;

	(void)state;
	sign(&push, "body", &good);
	for (i = 0; i < strlen(good.input); i++) {
		l = good;
		l.input[i] = '\0';
		assert_int_equal(take(&l, &hs), -1);
		for (bit = 0; bit < 7; bit++) {
			l = good;
			l.input[i] ^= (char)(1u << bit);
			if (take(&l, &hs) == 0)
				assert_false(httpsig_check(&hs, &push,
				    &me.sign_pub));
		}
	}
	for (i = 0; i < strlen(good.signature); i++) {
		l = good;
		l.signature[i] = '\0';
		assert_int_equal(take(&l, &hs), -1);
		l = good;
		l.signature[i] ^= 1;
		if (take(&l, &hs) == 0)
			assert_false(httpsig_check(&hs, &push, &me.sign_pub));
	}
	for (i = 0; i < strlen(good.digest); i++) {
		l = good;
		l.digest[i] = '\0';
		assert_int_equal(take(&l, &hs), -1);
	}
}

static void
test_long_request(void **state)
{
	/* a path past what a signature base may have is refused, not cut */
	struct httpsig_request req = push;
	char *path = mem_new(4096);
	struct httpsig hs;
	struct lines l;

	(void)state;
	sign(&push, "body", &l);
	assert_int_equal(take(&l, &hs), 0);
	memset(path, 'a', 4095);
	req.path = path;
	assert_false(httpsig_check(&hs, &req, &me.sign_pub));
	mem_free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc9421),
		cmocka_unit_test(test_rfc9530),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_covered),
		cmocka_unit_test(test_other_spellings),
		cmocka_unit_test(test_same_value_other_text),
		cmocka_unit_test(test_cut_and_turned),
		cmocka_unit_test(test_long_request)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, NULL);
}
