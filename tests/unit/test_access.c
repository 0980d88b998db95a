/* Access statements: each kind there and back, and what none may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/access.h"
#include "tests/support/vector.h"

static struct err e;

static void
sample(enum access_kind kind, struct access *a)
{
	memset(a, 0, sizeof(*a));
	a->kind = kind;
	memset(a->id.b, 1, 16);
	memset(a->person.b, 2, 16);
	if (kind == ACCESS_HANDOVER || kind == ACCESS_TAKEOVER)
		a->right = RIGHT_KEEP;
	else if (kind != ACCESS_WITHDRAW)
		a->right = RIGHT_WRITE;
	a->from_ms = 1700000000000;
	a->until_ms = kind == ACCESS_OWNER ? INT64_MAX : 1800000000000;
	a->hlc = 42;
	memset(a->origin.b, 3, 16);
	if (kind != ACCESS_OWNER) {
		memset(a->consent.b, 4, 16);
		memset(a->consent_hash.b, 5, 32);
	}
	if (kind == ACCESS_OVERRIDE) {
		a->has_second = true;
		memset(a->second.b, 8, 16);
		memset(a->second_sig.b, 9, 64);
	}
	a->supersedes_count = 2;
	memset(a->supersedes[0].b, 6, 16);
	memset(a->supersedes[1].b, 7, 16);
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	struct access a;

	if (access_decode(in, &a, err) != 0)
		return -1;
	access_encode(&a, out);
	return 0;
}

static int
passes(const struct access *a, struct access *back)
{
	struct buf b;
	int rc;

	buf_init(&b, 10000);
	access_encode(a, &b);
	memset(back, 0xee, sizeof(*back));
	rc = access_decode(buf_view(&b), back, &e);
	if (rc != 0)
		assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
	return rc;
}

static void
test_round_trip(void **state)
{
	static const int kinds[] = { ACCESS_GRANT, ACCESS_WITHDRAW,
		ACCESS_OWNER, ACCESS_HANDOVER, ACCESS_TAKEOVER, ACCESS_REDUCE,
		ACCESS_OVERRIDE };
	struct access a, b;
	size_t i;
	int kind;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kind = kinds[i];
		sample((enum access_kind)kind, &a);
		assert_int_equal(passes(&a, &b), 0);
		assert_int_equal((int)b.kind, kind);
		assert_int_equal(b.right, a.right);
		assert_true(b.from_ms == a.from_ms);
		assert_true(b.until_ms == a.until_ms);
		assert_true(b.hlc == a.hlc);
		assert_true(id_eq(&a.id, &b.id));
		assert_true(id_eq(&a.person, &b.person));
		assert_true(id_eq(&a.origin, &b.origin));
		assert_true(id_eq(&a.consent, &b.consent));
		assert_true(hash_eq(&a.consent_hash, &b.consent_hash));
		assert_int_equal(b.supersedes_count, 2);
		assert_true(id_eq(&a.supersedes[1], &b.supersedes[1]));
		assert_int_equal(b.has_second, kind == ACCESS_OVERRIDE);
		assert_true(id_eq(&a.second, &b.second));
		assert_memory_equal(&a.second_sig, &b.second_sig, 64);
	}
}

static void
test_refusals(void **state)
{
	struct access a, b;

	(void)state;
	sample(ACCESS_GRANT, &a);
	a.kind = (enum access_kind)8;
	assert_int_equal(passes(&a, &b), -1);
	a.kind = (enum access_kind)0;
	assert_int_equal(passes(&a, &b), -1);
	sample(ACCESS_GRANT, &a);
	a.right = RIGHT_NONE;
	assert_int_equal(passes(&a, &b), -1);
	/* A reduction leaves nothing, or less than to keep. */
	sample(ACCESS_REDUCE, &a);
	a.right = RIGHT_NONE;
	assert_int_equal(passes(&a, &b), 0);
	a.right = RIGHT_KEEP;
	assert_int_equal(passes(&a, &b), -1);
	sample(ACCESS_HANDOVER, &a);
	a.right = RIGHT_NONE;
	assert_int_equal(passes(&a, &b), -1);
	sample(ACCESS_GRANT, &a);
	a.right = (enum right)4;
	assert_int_equal(passes(&a, &b), -1);
	a.right = RIGHT_KEEP;
	a.supersedes_count = ACCESS_SUPERSEDES_MAX;
	assert_int_equal(passes(&a, &b), 0);
	/* by law nobody comes to keep; nobody else has a second signature */
	sample(ACCESS_OVERRIDE, &a);
	a.right = RIGHT_KEEP;
	assert_int_equal(passes(&a, &b), -1);
	sample(ACCESS_GRANT, &a);
	a.has_second = true;
	assert_int_equal(passes(&a, &b), -1);
}

/* It binds case, person, record and end. */
static void
test_second(void **state)
{
	struct id ids[3], other = { { 9 } };
	struct access_second s = { &ids[0], &ids[1], &ids[2], 1800000000000 };
	struct access_second t;
	struct sign_pub pub;
	struct sign_key key;
	struct sig sig;
	int what;

	(void)state;
	memset(ids, 7, sizeof(ids));
	keys_sign_make(&pub, &key);
	access_second_sign(&s, &key, &sig);
	assert_true(access_second_verify(&s, &pub, &sig));
	for (what = 0; what < 4; what++) {
		t = s;
		t.case_id = what == 0 ? &other : t.case_id;
		t.person = what == 1 ? &other : t.person;
		t.record = what == 2 ? &other : t.record;
		t.until_ms += what == 3;
		assert_false(access_second_verify(&t, &pub, &sig));
	}
}

static void
test_forms(void **state)
{
	/* a withdrawal with a right; one id too many; INT64_MAX as an end;
	 * a consent without its hash */
	static const char id[] = "0250" "01010101010101010101010101010101"
	    "0350" "02020202020202020202020202020202";
	static const char origin[] = "0700" "0850"
	    "03030303030303030303030303030303";
	static const struct {
		const char *head, *middle, *tail;
		int rc;
	} cases[] = {
		{ "a80102", "050006f6", "0b80", 0 },
		{ "a90102", "0401050006f6", "0b80", -1 },
		{ "a80102", "0500061b7fffffffffffffff", "0b80", -1 },
		{ "a90102", "050006f6",
		    "095004040404040404040404040404040404" "0b80", -1 },
		{ "a90101", "0401050006f6", "0b80", 0 },
		{ "a80101", "050006f6", "0b80", -1 },
		{ "a80102", "050006f6", "0b91", -1 }
	};
	struct access a;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&b, 1000);
		vector_hex(cases[i].head, &b);
		vector_hex(id, &b);
		vector_hex(cases[i].middle, &b);
		vector_hex(origin, &b);
		vector_hex(cases[i].tail, &b);
		if (access_decode(buf_view(&b), &a, &e) != cases[i].rc)
			fail_msg("case %zu", i);
		buf_done(&b);
	}
}

static void
test_vectors(void **state)
{
	static const char *const names[] = { "access-grant",
	    "access-withdraw", "access-owner", "access-handover",
	    "access-takeover", "access-reduce", "access-override" };
	struct access a;
	struct buf b;
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		buf_init(&b, 10000);
		sample((enum access_kind)(i + 1), &a);
		access_encode(&a, &b);
		vector_check(names[i], buf_view(&b));
		vector_abuse(names[i], again);
		buf_done(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_second),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_vectors)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
