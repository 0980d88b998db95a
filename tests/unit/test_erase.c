/* Erase orders, requests and answers: there and back, what none may say, and
 * what the second signature covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/erase.h"
#include "tests/support/vector.h"

static struct err e;
static struct erase o, back;

static void
sample(enum erase_kind kind, struct erase *x)
{
	memset(x, 0, sizeof(*x));
	x->what.kind = kind;
	x->what.reason = ERASE_MISTAKE;
	if (kind == ERASE_RECORD) {
		memset(x->what.record.b, 1, 32);
		x->what.count = 2;
		memset(x->what.items[0].id.b, 2, 32);
		x->what.items[0].map = 1;
		memset(x->what.items[1].id.b, 3, 32);
		x->what.items[1].map = UINT64_C(0x8000000000000004);
	}
	if (kind == ERASE_BACK)
		memset(x->what.back.b, 4, 32);
	x->at_ms = 1790000000000;
	memset(x->dpo.b, 5, 16);
	memset(x->sig.b, 6, 64);
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	if (erase_decode(in, &back, err) != 0)
		return -1;
	erase_encode(&back, out);
	return 0;
}

static int
again_ask(struct view in, struct buf *out, struct err *err)
{
	static struct erase_ask a;

	if (erase_ask_decode(in, &a, err) != 0)
		return -1;
	erase_ask_encode(&a, out);
	return 0;
}

static int
again_answer(struct view in, struct buf *out, struct err *err)
{
	struct erase_answer a;

	if (erase_answer_decode(in, &a, err) != 0)
		return -1;
	erase_answer_encode(&a, out);
	return 0;
}

static int
passes(const struct erase *x)
{
	struct buf b;
	int rc;

	buf_init(&b, 100000);
	erase_encode(x, &b);
	rc = erase_decode(buf_view(&b), &back, &e);
	if (rc != 0)
		assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
	return rc;
}

static void
test_round_trip(void **state)
{
	int kind;

	(void)state;
	for (kind = ERASE_RECORD; kind <= ERASE_BACK; kind++) {
		sample((enum erase_kind)kind, &o);
		assert_int_equal(passes(&o), 0);
		assert_memory_equal(&o, &back, sizeof(o));
	}
	sample(ERASE_RECORD, &o);
	for (o.what.count = 0; o.what.count < ERASE_ITEMS_MAX;
	    o.what.count++) {
		o.what.items[o.what.count].id.b[0] =
		    (uint8_t)(o.what.count >> 8);
		o.what.items[o.what.count].id.b[1] = (uint8_t)o.what.count;
		o.what.items[o.what.count].map = 1;
	}
	assert_int_equal(passes(&o), 0);
}

static void
test_refusals(void **state)
{
	(void)state;
	sample(ERASE_RECORD, &o);
	o.what.kind = (enum erase_kind)4;
	assert_int_equal(passes(&o), -1);
	sample(ERASE_RECORD, &o);
	o.what.reason = (enum erase_reason)0;
	assert_int_equal(passes(&o), -1);
	o.what.reason = (enum erase_reason)6;
	assert_int_equal(passes(&o), -1);
	sample(ERASE_RECORD, &o);
	o.what.count = 0;
	assert_int_equal(passes(&o), -1);
	sample(ERASE_RECORD, &o);
	o.what.items[0].map = 0; /* names nothing */
	assert_int_equal(passes(&o), -1);
	sample(ERASE_RECORD, &o);
	o.what.items[1].id = o.what.items[0].id; /* twice */
	assert_int_equal(passes(&o), -1);
	memset(o.what.items[1].id.b, 1, 32); /* out of order */
	assert_int_equal(passes(&o), -1);
}

/* Who signs reads the number, and not the list. */
static void
test_ask_counts(void **state)
{
	static struct erase_ask a, other;
	struct buf b;

	(void)state;
	sample(ERASE_RECORD, &o);
	a.what = o.what;
	a.words = view_str("wrong child");
	memset(a.id.b, 7, 16);
	memset(a.space.b, 8, 16);
	for (a.texts = 2; a.texts <= 4; a.texts++) {
		buf_init(&b, 100000);
		erase_ask_encode(&a, &b);
		assert_int_equal(erase_ask_decode(buf_view(&b), &other, &e),
		    a.texts == 3 ? 0 : -1);
		buf_done(&b);
	}
}

/* Every word of it, the space and the sender. */
static void
test_signature(void **state)
{
	struct device_keys dpo;
	struct id space = { { 1 } }, author = { { 2 } }, other = { { 3 } };
	struct erase x;

	(void)state;
	vector_seed(61);
	keys_device_make(&dpo);
	sample(ERASE_RECORD, &o);
	o.dpo = dpo.device;
	assert_int_equal(erase_sign(&o, &space, &author, &dpo.sign, &e), 0);
	assert_true(erase_verify(&o, &space, &author, &dpo.sign_pub));
	assert_false(erase_verify(&o, &other, &author, &dpo.sign_pub));
	assert_false(erase_verify(&o, &space, &other, &dpo.sign_pub));
	x = o;
	x.what.reason = ERASE_OTHER;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	x = o;
	x.what.items[1].map ^= 2;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	x = o;
	x.what.count = 1;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	x = o;
	x.what.record.b[31] ^= 1;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	x = o;
	x.at_ms++;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	x = o;
	x.dpo = other;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	x = o;
	x.sig.b[0] ^= 1;
	assert_false(erase_verify(&x, &space, &author, &dpo.sign_pub));
	sample(ERASE_BACK, &o);
	assert_int_equal(erase_sign(&o, &space, &author, &dpo.sign, &e), 0);
	o.what.back.b[0] ^= 1;
	assert_false(erase_verify(&o, &space, &author, &dpo.sign_pub));
}

static void
test_record_hash(void **state)
{
	struct id a = { { 1 } }, b = { { 2 } };
	struct hash x, y;

	(void)state;
	erase_record_hash(&a, &b, &x);
	erase_record_hash(&a, &b, &y);
	assert_true(hash_eq(&x, &y));
	erase_record_hash(&b, &a, &y);
	assert_false(hash_eq(&x, &y));
}

static void
check(const char *name, struct buf *b,
    int (*fn)(struct view in, struct buf *out, struct err *e))
{
	vector_check(name, buf_view(b));
	vector_abuse(name, fn);
	buf_reset(b);
}

static void
test_vectors(void **state)
{
	static struct erase_ask a;
	struct erase_answer n = { .granted = true, .at_ms = 1790000000000 };
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	sample(ERASE_RECORD, &o);
	erase_encode(&o, &b);
	check("erase-record", &b, again);
	a.what = o.what;
	sample(ERASE_SPACE, &o);
	erase_encode(&o, &b);
	check("erase-space", &b, again);
	sample(ERASE_BACK, &o);
	erase_encode(&o, &b);
	check("erase-back", &b, again);
	memset(a.id.b, 7, 16);
	memset(a.space.b, 8, 16);
	a.words = view_str("wrong child");
	a.texts = 3;
	a.from_ms = 1780000000000;
	a.to_ms = 1790000000000;
	erase_ask_encode(&a, &b);
	check("erase-ask", &b, again_ask);
	memset(n.id.b, 7, 16);
	memset(n.sig.b, 9, 64);
	erase_answer_encode(&n, &b);
	check("erase-granted", &b, again_answer);
	n.granted = false;
	n.words = view_str("the court asked for it");
	erase_answer_encode(&n, &b);
	check("erase-declined", &b, again_answer);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_ask_counts),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_record_hash),
		cmocka_unit_test(test_vectors)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
