/* common/wire/record: every kind of value, every limit, one form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/tick.h"
#include "common/wire/cbor.h"
#include "common/wire/keys.h"
#include "common/wire/record.h"
#include "tests/support/vector.h"

/* A record without basis and gossip, up to its ops. */
#define HEAD "0150" "01010101010101010101010101010101" "0201" \
	"0350" "02020202020202020202020202020202" "0401" "0500"

static struct err e;

static void
sample(struct record *r)
{
	memset(r, 0, sizeof(*r));
	memset(r->id.b, 1, sizeof(r->id.b));
	r->type = 300;
	memset(r->origin.b, 2, sizeof(r->origin.b));
	r->hlc = hlc_from_ms(1700000000000) + 5;
	r->wall_ms = 1700000000000 - 250;
	memset(r->basis.b, 3, sizeof(r->basis.b));
	r->gossip.present = true;
	r->gossip.at.log_id = UINT64_MAX;
	r->gossip.at.size = 99;
	memset(r->gossip.root.b, 4, sizeof(r->gossip.root.b));
	memset(r->gossip.sig.b, 5, sizeof(r->gossip.sig.b));
	r->op_count = 5;
	r->ops[0].field = 1;
	r->ops[0].value.type = VALUE_TEXT;
	r->ops[0].value.data = view_str("Kodukülastus, 10. november");
	r->ops[0].base_count = 2;
	memset(r->ops[0].bases[0].origin.b, 5, 16);
	r->ops[0].bases[0].hlc = 77;
	memset(r->ops[0].bases[1].origin.b, 6, 16);
	r->ops[0].bases[1].hlc = UINT64_MAX;
	r->ops[1].field = UINT16_MAX;
	r->ops[1].value.type = VALUE_INT;
	r->ops[1].value.num = INT64_MIN;
	r->ops[2].value.type = VALUE_BYTES;
	r->ops[2].value.data = view_of("\x00\xff", 2);
	r->ops[3].value.type = VALUE_BOOL;
	r->ops[3].value.num = 1;
	r->ops[4].value.type = VALUE_NULL;
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	struct record *r = mem_new(sizeof(*r));
	int rc = record_decode(in, r, err);

	if (rc == 0)
		record_encode(r, out);
	mem_free(r);
	return rc;
}

static int
decode(const struct record *in, struct record *out)
{
	static struct buf b;

	buf_done(&b);
	buf_init(&b, 1024 * 1024);
	record_encode(in, &b);
	return record_decode(buf_view(&b), out, &e);
}

static void
test_round_trip(void **state)
{
	static struct record a, b;

	(void)state;
	sample(&a);
	memset(&b, 0xee, sizeof(b)); /* nothing may be left of before */
	assert_int_equal(decode(&a, &b), 0);
	assert_true(id_eq(&a.id, &b.id) && id_eq(&a.origin, &b.origin) &&
	    id_eq(&a.basis, &b.basis));
	assert_int_equal(b.type, 300);
	assert_true(a.hlc == b.hlc);
	assert_true(a.wall_ms == b.wall_ms);
	assert_true(b.gossip.present && b.gossip.at.size == 99 &&
	    b.gossip.at.log_id == UINT64_MAX &&
	    hash_eq(&a.gossip.root, &b.gossip.root));
	assert_int_equal(b.op_count, 5);
	assert_int_equal(b.ops[0].base_count, 2);
	assert_true(b.ops[0].bases[1].hlc == UINT64_MAX);
	assert_true(id_eq(&a.ops[0].bases[1].origin,
	    &b.ops[0].bases[1].origin));
	assert_true(view_eq(a.ops[0].value.data, b.ops[0].value.data));
	assert_true(b.ops[1].value.num == INT64_MIN);
	assert_int_equal(b.ops[1].field, UINT16_MAX);
	assert_true(view_eq(a.ops[2].value.data, b.ops[2].value.data));
	assert_int_equal(b.ops[3].value.type, VALUE_BOOL);
	assert_int_equal((int)b.ops[3].value.num, 1);
	assert_int_equal(b.ops[4].value.type, VALUE_NULL);
}

static void
test_optional(void **state)
{
	static struct record a, b;

	(void)state;
	sample(&a);
	memset(&a.basis, 0, sizeof(a.basis));
	a.gossip.present = false;
	memset(&b, 0xee, sizeof(b));
	assert_int_equal(decode(&a, &b), 0);
	assert_true(id_is_zero(&b.basis));
	assert_false(b.gossip.present);
}

static void
test_clocks(void **state)
{
	static const int64_t walls[] = { 0, -1, INT64_MIN, INT64_MAX,
	    1700000000000 };
	static const uint64_t hlcs[] = { 0, 1, UINT64_MAX, 1ull << 63 };
	static struct record a, b;
	size_t i, j;

	(void)state;
	sample(&a);
	for (i = 0; i < 5; i++)
		for (j = 0; j < 4; j++) {
			a.wall_ms = walls[i];
			a.hlc = hlcs[j];
			assert_int_equal(decode(&a, &b), 0);
			assert_true(b.wall_ms == walls[i]);
			assert_true(b.hlc == hlcs[j]);
		}
}

static void
refused(const struct record *a)
{
	static struct record b;

	assert_int_equal(decode(a, &b), -1);
	assert_int_equal(e.kind, ERR_PEER);
}

static void
test_limits(void **state)
{
	static char text[RECORD_TEXT_MAX + 1];
	static struct record a, b;

	(void)state;
	memset(text, 'x', sizeof(text));
	sample(&a);
	a.op_count = 0;
	refused(&a);
	a.op_count = RECORD_OPS_MAX;
	assert_int_equal(decode(&a, &b), 0);
	a.op_count = 1;
	a.ops[0].base_count = RECORD_BASES_MAX;
	assert_int_equal(decode(&a, &b), 0);
	a.ops[0].value.data = view_of(text, RECORD_TEXT_MAX);
	assert_int_equal(decode(&a, &b), 0);
	a.ops[0].value.data = view_of(text, RECORD_TEXT_MAX + 1);
	refused(&a);
	a.ops[0].value.type = VALUE_BYTES;
	refused(&a);
	a.ops[0].value.type = VALUE_TEXT;
	a.ops[0].value.data = view_of("\xff", 1);
	refused(&a);
}

/* Forms that the encoder cannot make, written by hand. */
static void
test_forms(void **state)
{
	static const struct {
		const char *hex;
		bool good;
	} cases[] = {
		{ "a6" HEAD "0881" "83" "01" "80" "f6", true },
		/* zero as a basis; type past 16 bits; field past 16 bits */
		{ "a7" HEAD "0650" "00000000000000000000000000000000"
		    "0881" "83" "01" "80" "f6", false },
		{ "a6" "0150" "01010101010101010101010101010101"
		    "021a00010000" "0350" "02020202020202020202020202020202"
		    "0401" "0500" "0881" "83" "01" "80" "f6", false },
		{ "a6" HEAD "0881" "83" "1a00010000" "80" "f6", false },
		/* an op of two; a map as a value; a key too many */
		{ "a6" HEAD "0881" "82" "01" "80", false },
		{ "a6" HEAD "0881" "83" "01" "80" "a0", false },
		{ "a7" HEAD "0881" "83" "01" "80" "f6" "0900", false },
		/* gossip of two; an array as a value; a float */
		{ "a7" HEAD "07820000" "0881" "83" "01" "80" "f6", false },
		{ "a6" HEAD "0881" "83" "01" "80" "80", false },
		{ "a6" HEAD "0881" "83" "01" "80" "f90000", false }
	};
	static struct record a;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&b);
		vector_hex(cases[i].hex, &b);
		if ((record_decode(buf_view(&b), &a, &e) == 0) !=
		    cases[i].good)
			fail_msg("case %zu", i);
	}
	buf_done(&b);
}

/* ${ops} ops of ${bases} bases each, written by hand. */
static int
many(size_t ops, size_t bases)
{
	static struct record a;
	struct buf b;
	size_t i, j;
	int rc;

	buf_init(&b, 1024 * 1024);
	vector_hex("a6" HEAD "08", &b);
	cbor_put_array(&b, ops);
	for (i = 0; i < ops; i++) {
		cbor_put_array(&b, 3);
		cbor_put_uint(&b, 1);
		cbor_put_array(&b, bases);
		for (j = 0; j < bases; j++) {
			cbor_put_array(&b, 2);
			cbor_put_bytes(&b, view_str("0123456789abcdef"));
			cbor_put_uint(&b, j);
		}
		cbor_put_null(&b);
	}
	rc = record_decode(buf_view(&b), &a, &e);
	buf_done(&b);
	return rc;
}

static void
test_many(void **state)
{
	(void)state;
	assert_int_equal(many(RECORD_OPS_MAX, RECORD_BASES_MAX), 0);
	assert_int_equal(many(RECORD_OPS_MAX + 1, 1), -1);
	assert_int_equal(many(1, RECORD_BASES_MAX + 1), -1);
	assert_int_equal(e.kind, ERR_PEER);
}

static void
test_vector(void **state)
{
	static struct record a;
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	sample(&a);
	record_encode(&a, &b);
	vector_check("record", buf_view(&b));
	vector_abuse("record", again);
	buf_reset(&b);
	memcpy(a.policy.b, "\x8f\x02\x00\xff\x11\x00\x7c\x01",
	    sizeof(a.policy.b));
	record_encode(&a, &b);
	vector_check("record-policy", buf_view(&b));
	vector_abuse("record-policy", again);
	buf_done(&b);
}

/* The policy it was written under: eight bytes, not all of them zero. */
static void
test_policy(void **state)
{
	static struct record a, b;
	struct buf out;

	(void)state;
	sample(&a);
	memset(&b, 0xee, sizeof(b));
	assert_int_equal(decode(&a, &b), 0);
	assert_true(policy_ref_none(&b.policy));
	a.policy.b[7] = 9;
	memset(&b, 0xee, sizeof(b));
	assert_int_equal(decode(&a, &b), 0);
	assert_false(policy_ref_none(&b.policy));
	assert_memory_equal(a.policy.b, b.policy.b, sizeof(a.policy.b));
	buf_init(&out, 1024 * 1024);
	record_encode(&a, &out);
	assert_int_equal(out.data[out.len - 1], 9);
	out.data[out.len - 1] = 0;
	assert_int_equal(record_decode(buf_view(&out), &b, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* Seven bytes, or nine, are none. */
	out.data[out.len - 9] = 0x47;
	out.data[out.len - 2] = 9;
	out.len--;
	assert_int_equal(record_decode(buf_view(&out), &b, &e), -1);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_policy)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
