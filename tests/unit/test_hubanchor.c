/*
 * A device's word on its store (common/wire/hubanchor): the golden vector, and
 * all that is not exactly what this device said is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/wire/hubanchor.h"
#include "tests/support/vector.h"

#define SEQ 4711

static struct err e;
static struct device_keys me, other;
static struct buf b;

static int
setup(void **state)
{
	struct hubanchor_mark m = { SEQ, { { 9, 8, 7 } } };

	(void)state;
	assert_int_equal(keys_init(), 0);
	vector_seed(91);
	keys_device_make(&me);
	keys_device_make(&other);
	buf_init(&b, 1024);
	hubanchor_make(&me, 12, &m, &b);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_done(&b);
	return 0;
}

static bool
opens(const struct device_keys *keys, struct view in)
{
	struct hubanchor a;
	struct hubanchor_mark m;

	return hubanchor_read(in, &a, &e) == 0 && hubanchor_open(keys, in, &m);
}

static void
test_there_and_back(void **state)
{
	struct hubanchor a;
	struct hubanchor_mark m;

	(void)state;
	vector_check("anchor", buf_view(&b));
	assert_int_equal(b.len, HUBANCHOR_BYTES);
	assert_int_equal(hubanchor_read(buf_view(&b), &a, &e), 0);
	assert_int_equal(a.turn, 12);
	assert_true(id_eq(&a.device, &me.device));
	assert_true(hubanchor_signed(buf_view(&b), &me.sign_pub));
	assert_false(hubanchor_signed(buf_view(&b), &other.sign_pub));
	assert_true(hubanchor_open(&me, buf_view(&b), &m));
	assert_int_equal(m.seq, SEQ);
	assert_int_equal(m.head.b[2], 7);
}

/* Every bit, every length. */
static void
test_changed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < b.len * 8; i++) {
		b.data[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(opens(&me, buf_view(&b)));
		b.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < b.len; i++)
		assert_false(opens(&me, view_of(b.data, i)));
	buf_add_be(&b, 0, 1);
	assert_false(opens(&me, buf_view(&b)));
	assert_int_equal(e.kind, ERR_PEER);
}

/* Another device's, whole and signed; and one that says another's name. */
static void
test_others(void **state)
{
	struct hubanchor_mark m = { 1 << 20, { { 0 } } };
	struct device_keys mixed = other;
	struct buf x;

	(void)state;
	assert_true(opens(&me, buf_view(&b)));
	assert_false(opens(&other, buf_view(&b)));
	buf_init(&x, 1024);
	mixed.device = me.device;
	mixed.box_pub = me.box_pub; /* sealed to us, signed by them */
	hubanchor_make(&mixed, 13, &m, &x);
	assert_false(opens(&me, buf_view(&x)));
	mixed = me;
	mixed.box_pub = other.box_pub; /* signed by us, and not for us */
	buf_reset(&x);
	hubanchor_make(&mixed, 13, &m, &x);
	assert_false(opens(&me, buf_view(&x)));
	buf_done(&x);
}

static void
test_turns(void **state)
{
	static const uint64_t bad[] = { 0, (uint64_t)INT64_MAX + 1,
		UINT64_MAX };
	struct hubanchor_mark m = { 1, { { 0 } } };
	struct hubanchor a;
	struct buf x;
	size_t i;

	(void)state;
	buf_init(&x, 1024);
	for (i = 0; i < 3; i++) {
		buf_reset(&x);
		hubanchor_make(&me, bad[i], &m, &x);
		assert_int_equal(hubanchor_read(buf_view(&x), &a, &e), -1);
	}
	buf_reset(&x);
	hubanchor_make(&me, INT64_MAX, &m, &x);
	assert_int_equal(hubanchor_read(buf_view(&x), &a, &e), 0);
	buf_done(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_there_and_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_changed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
