/* Strict CBOR: every value comes back, and no other form of it passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/cbor.h"
#include "tests/support/vector.h"

/* A reader over hex digits, valid until the next call. */
static struct cbor_reader *
reader(const char *hex)
{
	static uint8_t bytes[256];
	static struct cbor_reader r;
	struct buf b;

	buf_init(&b, sizeof(bytes));
	vector_hex(hex, &b);
	memcpy(bytes, b.data, b.len);
	cbor_init(&r, view_of(bytes, b.len));
	buf_done(&b);
	return &r;
}

static bool
ends(struct cbor_reader *r)
{
	struct err e;

	if (cbor_end(r, "a test", &e) == 0)
		return true;
	assert_int_equal(e.kind, ERR_PEER);
	return false;
}

static void
test_uints(void **state)
{
	static const uint64_t vs[] = { 0, 23, 24, 255, 256, 65535, 65536,
	    UINT32_MAX, (uint64_t)UINT32_MAX + 1, UINT64_MAX };
	static const size_t len[] = { 1, 1, 2, 2, 3, 3, 5, 5, 9, 9 };
	struct cbor_reader r;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vs) / sizeof(vs[0]); i++) {
		buf_init(&b, 100);
		cbor_put_uint(&b, vs[i]);
		assert_int_equal(b.len, len[i]);
		cbor_init(&r, buf_view(&b));
		assert_true(cbor_uint(&r) == vs[i]);
		assert_true(ends(&r));
		buf_done(&b);
	}
}

static void
test_ints(void **state)
{
	static const int64_t vs[] = { 0, 23, -1, -24, -25, -256, -257,
	    INT64_MIN, INT64_MAX, INT32_MIN };
	struct cbor_reader r;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vs) / sizeof(vs[0]); i++) {
		buf_init(&b, 100);
		cbor_put_int(&b, vs[i]);
		cbor_init(&r, buf_view(&b));
		assert_true(cbor_int(&r) == vs[i]);
		assert_true(ends(&r));
		buf_done(&b);
	}
	/* one past either end */
	cbor_int(reader("1b8000000000000000"));
	assert_true(reader("1b8000000000000000")->bad == false);
	{
		struct cbor_reader *p = reader("1b8000000000000000");

		cbor_int(p);
		assert_false(ends(p));
		p = reader("3b8000000000000000");
		cbor_int(p);
		assert_false(ends(p));
	}
}

static void
test_strings(void **state)
{
	struct cbor_reader *r = reader("43010203");
	struct view v = cbor_bytes(r, 3);

	(void)state;
	assert_int_equal(v.len, 3);
	assert_int_equal(v.data[2], 3);
	assert_true(ends(r));
	r = reader("43010203");
	assert_int_equal(cbor_bytes(r, 2).len, 0);
	assert_false(ends(r));
	r = reader("63c3a461");
	v = cbor_text(r, 3);
	assert_int_equal(v.len, 3);
	assert_true(ends(r));
	r = reader("63c3a461");
	cbor_text(r, 2);
	assert_false(ends(r));
	r = reader("60");
	assert_int_equal(cbor_text(r, 0).len, 0);
	assert_true(ends(r));
}

static void
test_simple(void **state)
{
	struct cbor_reader *r = reader("f5");

	(void)state;
	assert_int_equal(cbor_peek(r), CBOR_BOOL);
	assert_true(cbor_bool(r));
	assert_true(ends(r));
	r = reader("f4");
	assert_false(cbor_bool(r));
	assert_true(ends(r));
	r = reader("f6");
	assert_int_equal(cbor_peek(r), CBOR_NULL);
	cbor_null(r);
	assert_true(ends(r));
}

/* None of these may be read as anything at all. */
static void
test_other_forms(void **state)
{
	static const char *const bad[] = {
		/* longer than need be */
		"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3817",
		"3900ff", "3a0000ffff", "3b00000000ffffffff", "580100",
		"59000100", "5a0000000100", "5b000000000000000100", "780161",
		"79000161", "9800", "990000", "b800", "b90000",
		/* indefinite lengths, and a break alone */
		"5f4100ff", "7f6161ff", "9fff", "bfff", "ff",
		/* floats, tags, undefined, other simple values */
		"f90000", "fa00000000", "fb0000000000000000", "c000", "c11a00",
		"d82a00", "f7", "e0", "f0", "f814", "f8ff",
		/* reserved lengths */
		"1c", "1d", "1e", "1f", "3f", "5c", "7d", "9e",
		/* cut short */
		"18", "19ff", "1affffff", "1bffffffffffffff", "42ff", "62c3", "5bffffffffffffffff",
		"7bffffffffffffffff"
	};
	struct cbor_reader *r;
	size_t i;
	int how;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (how = 0; how < 8; how++) {
			r = reader(bad[i]);
			switch (how) {
			case 0: cbor_uint(r); break;
			case 1: cbor_int(r); break;
			case 2: cbor_bytes(r, 100); break;
			case 3: cbor_text(r, 100); break;
			case 4: cbor_bool(r); break;
			case 5: cbor_null(r); break;
			case 6: cbor_array(r, 100); cbor_leave(r); break;
			default: cbor_map(r); cbor_leave(r); break;
			}
			if (ends(r))
				fail_msg("%s passes as %d", bad[i], how);
		}
}

static void
test_utf8(void **state)
{
	static const char *const good[] = { "6161", "62c280", "62dfbf",
	    "63e0a080", "63ed9fbf", "63ee8080", "63efbfbf", "64f0908080",
	    "64f48fbfbf", "6100" };
	static const char *const bad[] = { "6180", "61ff", "62c080", "62c1bf",
	    "62c3c3", "61c3", "63e08080", "63e09fbf", "63eda080", "63edbfbf",
	    "64f0808080", "64f08fbfbf", "64f4908080", "64f5808080",
	    "63f09f98", "62e282", "63e28241" };
	struct cbor_reader *r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		r = reader(good[i]);
		cbor_text(r, 10);
		if (!ends(r))
			fail_msg("%s is refused", good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = reader(bad[i]);
		cbor_text(r, 10);
		if (ends(r))
			fail_msg("%s passes", bad[i]);
	}
}

static void
test_array(void **state)
{
	struct cbor_reader *r = reader("83010203");

	(void)state;
	assert_int_equal(cbor_array(r, 3), 3);
	assert_int_equal(cbor_uint(r), 1);
	assert_int_equal(cbor_uint(r), 2);
	assert_int_equal(cbor_uint(r), 3);
	assert_int_equal(cbor_peek(r), CBOR_NONE);
	cbor_leave(r);
	assert_true(ends(r));
	/* too many, left early, read past its end, more than the bytes hold */
	r = reader("83010203");
	assert_int_equal(cbor_array(r, 2), 0);
	assert_false(ends(r));
	r = reader("83010203");
	cbor_array(r, 3);
	cbor_uint(r);
	cbor_leave(r);
	assert_false(ends(r));
	r = reader("8101" "02");
	cbor_array(r, 3);
	cbor_uint(r);
	assert_int_equal(cbor_uint(r), 0);
	assert_false(ends(r));
	r = reader("9affffffff0000");
	assert_int_equal(cbor_array(r, SIZE_MAX), 0);
	assert_false(ends(r));
	/* bytes left over, a container not left */
	r = reader("8001");
	cbor_array(r, 1);
	cbor_leave(r);
	assert_false(ends(r));
	r = reader("80");
	cbor_array(r, 1);
	assert_false(ends(r));
	cbor_leave(r);
	assert_true(ends(r));
	cbor_leave(r);
	assert_false(ends(r));
}

static void
test_map(void **state)
{
	struct cbor_reader *r = reader("a2010a0314");

	(void)state;
	cbor_map(r);
	cbor_need(r, 1);
	assert_int_equal(cbor_uint(r), 10);
	assert_false(cbor_key(r, 2));
	assert_true(cbor_key(r, 3));
	assert_int_equal(cbor_uint(r), 20);
	assert_false(cbor_key(r, 4));
	cbor_leave(r);
	assert_true(ends(r));
}

static void
test_map_refusals(void **state)
{
	/* keys twice, falling, not numbers, unknown, absent; no value */
	static const char *const bad[] = { "a2010a0114", "a2030a0114",
	    "a261610a0314", "a3010a02000314", "a1010a", "a10314", "a101",
	    "a3010a0314", "a2010a2014" };
	struct cbor_reader *r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = reader(bad[i]);
		cbor_map(r);
		cbor_need(r, 1);
		cbor_uint(r);
		cbor_need(r, 3);
		cbor_uint(r);
		cbor_leave(r);
		if (ends(r))
			fail_msg("%s passes", bad[i]);
	}
	/* a value without its key, a key without its value */
	r = reader("a10101");
	cbor_map(r);
	cbor_uint(r);
	assert_false(ends(r));
	r = reader("a201010202");
	cbor_map(r);
	cbor_need(r, 1);
	assert_false(cbor_key(r, 1));
	assert_false(ends(r));
	r = reader("01");
	assert_false(cbor_key(r, 1));
	assert_false(ends(r));
	/* the same key twice, asked for twice */
	r = reader("a2010a0114");
	cbor_map(r);
	cbor_need(r, 1);
	cbor_uint(r);
	assert_false(cbor_key(r, 1));
	assert_true(r->bad);
}

/* A longer head whose rest could pass for the next item. */
static void
test_longer_head_inside(void **state)
{
	struct cbor_reader *r = reader("821817");

	(void)state;
	cbor_array(r, 2);
	cbor_uint(r);
	cbor_uint(r);
	cbor_leave(r);
	assert_false(ends(r));
}

static void
test_depth(void **state)
{
	struct cbor_reader *r = reader("8181818181818180");
	int i;

	(void)state;
	for (i = 0; i < CBOR_DEPTH_MAX; i++)
		cbor_array(r, 1);
	for (i = 0; i < CBOR_DEPTH_MAX; i++)
		cbor_leave(r);
	assert_true(ends(r));
	r = reader("818181818181818180");
	for (i = 0; i < CBOR_DEPTH_MAX + 1; i++)
		cbor_array(r, 1);
	for (i = 0; i < CBOR_DEPTH_MAX + 1; i++)
		cbor_leave(r);
	assert_false(ends(r));
}

static void
test_sticks(void **state)
{
	struct cbor_reader *r = reader("82f701");
	struct id id;

	(void)state;
	cbor_array(r, 2);
	cbor_uint(r);
	assert_true(r->bad);
	assert_int_equal(cbor_uint(r), 0);
	assert_int_equal(cbor_bytes(r, 9).len, 0);
	assert_int_equal(cbor_array(r, 9), 0);
	assert_false(cbor_key(r, 1));
	assert_int_equal(cbor_peek(r), CBOR_NONE);
	memset(&id, 1, sizeof(id));
	cbor_id(r, &id);
	assert_true(id_is_zero(&id));
	cbor_leave(r);
	assert_false(ends(r));
}

static void
test_fixed(void **state)
{
	struct cbor_reader *r = reader("4401020304");
	uint8_t out[4];

	(void)state;
	cbor_fixed(r, out, 4);
	assert_int_equal(out[3], 4);
	assert_true(ends(r));
	r = reader("4401020304");
	cbor_fixed(r, out, 3);
	assert_false(ends(r));
	r = reader("43010203");
	cbor_fixed(r, out, 4);
	assert_false(ends(r));
	r = reader("");
	cbor_fixed(r, out, 4);
	assert_false(ends(r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uints),
		cmocka_unit_test(test_ints),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_simple),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_map_refusals),
		cmocka_unit_test(test_longer_head_inside),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_sticks),
		cmocka_unit_test(test_fixed)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
