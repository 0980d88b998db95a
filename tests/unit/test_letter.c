/* Letters: opened by those named and by recovery, for one space only. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/cbor.h"
#include "common/wire/letter.h"
#include "common/wire/pack.h"
#include "tests/support/vector.h"

#define N 2

static struct device_keys devices[N], recovery;
static struct box_pub boxes[N];
static struct id space;
static struct err e;

static int
setup(void **state)
{
	struct device_keys tmp;

	(void)state;
	vector_seed(5);
	keys_device_make(&devices[0]);
	keys_device_make(&devices[1]);
	keys_device_make(&recovery);
	if (id_cmp(&devices[0].device, &devices[1].device) > 0) {
		tmp = devices[0];
		devices[0] = devices[1];
		devices[1] = tmp;
	}
	boxes[0] = devices[0].box_pub;
	boxes[1] = devices[1].box_pub;
	memset(space.b, 0x44, sizeof(space.b));
	return 0;
}

static int
make(struct letter *l, enum letter_kind kind, struct view plain,
    struct buf *out)
{
	struct letter_seal_in in = { boxes, &recovery.box_pub, &space,
	    plain };

	memset(l, 0, sizeof(*l));
	l->kind = kind;
	if (kind != LETTER_DEPOSIT)
		memset(l->about.b, 0x55, sizeof(l->about.b));
	l->to_count = N;
	l->to[0] = devices[0].device;
	l->to[1] = devices[1].device;
	return letter_seal(l, &in, out, &e);
}

/* The encoder is inside letter_seal; this writes the same from its fields. */
static int
again(struct view in, struct buf *out, struct err *err)
{
	static struct letter l;
	size_t i;

	if (letter_decode(in, &l, err) != 0)
		return -1;
	cbor_put_map(out, l.kind != LETTER_DEPOSIT ? 5 : 4);
	cbor_put_uint(out, 1);
	cbor_put_uint(out, (uint64_t)l.kind);
	if (l.kind != LETTER_DEPOSIT) {
		cbor_put_uint(out, 2);
		cbor_put_hash(out, &l.about);
	}
	cbor_put_uint(out, 3);
	cbor_put_array(out, l.to_count);
	for (i = 0; i < l.to_count; i++) {
		cbor_put_array(out, 2);
		cbor_put_id(out, &l.to[i]);
		cbor_put_bytes(out, view_of(l.keybox[i],
		    sizeof(l.keybox[i])));
	}
	cbor_put_uint(out, 4);
	cbor_put_bytes(out, view_of(l.recovery, sizeof(l.recovery)));
	cbor_put_uint(out, 5);
	cbor_put_bytes(out, l.sealed);
	return 0;
}

static void
test_open(void **state)
{
	static struct letter made, l;
	struct device_keys stranger;
	struct view text = view_str("what was written after the door closed");
	struct buf out, plain;
	struct id other = { { 1 } };
	size_t i;

	(void)state;
	keys_device_make(&stranger);
	buf_init(&out, 200000);
	buf_init(&plain, 200000);
	assert_int_equal(make(&made, LETTER_DEPOSIT, text, &out), 0);
	assert_null(memmem(out.data, out.len, "the door", 8));
	assert_int_equal(letter_decode(buf_view(&out), &l, &e), 0);
	for (i = 0; i < N; i++) {
		buf_reset(&plain);
		assert_int_equal(letter_open(&l, &devices[i], &space, &plain,
		    &e), 0);
		assert_true(view_eq(buf_view(&plain), text));
	}
	buf_reset(&plain);
	assert_int_equal(letter_open(&l, &recovery, &space, &plain, &e), 0);
	assert_true(view_eq(buf_view(&plain), text));
	assert_int_equal(letter_open(&l, &stranger, &space, &plain, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(letter_open(&l, &devices[0], &other, &plain, &e),
	    -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
	buf_done(&plain);
}

/* What the text is bound to: its kind, the deposit, the key of its nonce. */
static void
test_bound(void **state)
{
	static struct letter made, l;
	uint8_t *sealed;
	struct buf out, plain;
	int what;

	(void)state;
	buf_init(&plain, 200000);
	for (what = 0; what < 5; what++) {
		buf_init(&out, 200000);
		assert_int_equal(make(&made, LETTER_OUTCOME, view_str("x"),
		    &out), 0);
		assert_int_equal(letter_decode(buf_view(&out), &l, &e), 0);
		/* it lies in out.data, which is ours to spoil */
		sealed = out.data + (l.sealed.data - out.data);
		if (what == 1)
			l.kind = LETTER_DEPOSIT;
		else if (what == 2)
			l.about.b[0] ^= 1;
		else if (what == 3)
			sealed[0] ^= 1;
		else if (what == 4)
			sealed[l.sealed.len - 1] ^= 1;
		assert_int_equal(letter_open(&l, &devices[1], &space, &plain,
		    &e), what == 0 ? 0 : -1);
		if (what > 0)
			assert_int_equal(e.kind, ERR_PEER);
		buf_done(&out);
	}
	buf_done(&plain);
}

static void
test_refusals(void **state)
{
	static uint8_t noise[PACK_PLAIN_MAX + 1];
	static struct letter l;
	struct letter_seal_in in = { boxes, &recovery.box_pub, &space,
	    view_str("x") };
	struct buf out;

	(void)state;
	randombytes_buf(noise, sizeof(noise));
	buf_init(&out, 400000);
	assert_int_equal(make(&l, LETTER_DEPOSIT, view_of(noise,
	    sizeof(noise)), &out), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	assert_int_equal(make(&l, LETTER_DEPOSIT, view_of(noise,
	    sizeof(noise) - 10), &out), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	l.to_count = LETTER_RECIPIENTS_MAX + 1;
	assert_int_equal(letter_seal(&l, &in, &out, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	l.to_count = 2;
	l.to[1] = l.to[0];
	assert_int_equal(letter_seal(&l, &in, &out, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	assert_int_equal(out.len, 0);
	buf_done(&out);
}

static void
test_decode_refusals(void **state)
{
	static struct letter l, back;
	struct buf out;
	size_t at;

	(void)state;
	buf_init(&out, 200000);
	assert_int_equal(make(&l, LETTER_DEPOSIT, view_str("x"), &out), 0);
	/* an unknown kind */
	out.data[2] = 9;
	assert_int_equal(letter_decode(buf_view(&out), &back, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* an outcome and a memo that do not say what they are about */
	out.data[2] = LETTER_OUTCOME;
	assert_int_equal(letter_decode(buf_view(&out), &back, &e), -1);
	out.data[2] = LETTER_MEMO;
	assert_int_equal(letter_decode(buf_view(&out), &back, &e), -1);
	out.data[2] = 1;
	/* devices out of order: the second gets the first's id */
	at = 5 + 1 + 1;
	memcpy(out.data + at + 16 + 2 + 80 + 2, out.data + at, 16);
	assert_int_equal(letter_decode(buf_view(&out), &back, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
}

static void
test_deposit(void **state)
{
	struct view in[3] = { view_str("one"), view_str(""),
	    view_str("three") }, out[3];
	struct buf b;
	size_t n;

	(void)state;
	buf_init(&b, 1000);
	letter_deposit_encode(in, 3, &b);
	vector_check("letter-deposit-text", buf_view(&b));
	assert_int_equal(letter_deposit_decode(buf_view(&b), out, 3, &n, &e),
	    0);
	assert_int_equal(n, 3);
	assert_true(view_eq(out[0], in[0]) && view_eq(out[2], in[2]));
	assert_int_equal(out[1].len, 0);
	assert_int_equal(letter_deposit_decode(buf_view(&b), out, 2, &n, &e),
	    -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
}

static int
outcome_again(struct view in, struct buf *out, struct err *err)
{
	struct letter_outcome o;

	if (letter_outcome_decode(in, &o, err) != 0)
		return -1;
	letter_outcome_encode(&o, out);
	return 0;
}

static void
test_outcome(void **state)
{
	struct letter_outcome o = { OUTCOME_GIVEN_BACK,
	    view_str("Please file it again under the new consent."),
	    { { 9 } } }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	letter_outcome_encode(&o, &b);
	vector_check("letter-outcome-text", buf_view(&b));
	vector_abuse("letter-outcome-text", outcome_again);
	assert_int_equal(letter_outcome_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.outcome, OUTCOME_GIVEN_BACK);
	assert_true(view_eq(back.words, o.words));
	assert_true(id_eq(&back.keeper, &o.keeper));
	buf_reset(&b);
	o.outcome = (enum outcome)4;
	letter_outcome_encode(&o, &b);
	assert_int_equal(letter_outcome_decode(buf_view(&b), &back, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
}

static int
memo_again(struct view in, struct buf *out, struct err *err)
{
	struct letter_memo m;

	if (letter_memo_decode(in, &m, err) != 0)
		return -1;
	return letter_memo_encode(&m, out, err);
}

static void
test_memo(void **state)
{
	static uint8_t long_body[LETTER_MEMO_MAX + 1];
	struct letter_memo m = { MEMO_COUNTERSIGN, view_str("body") }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 2 * LETTER_MEMO_MAX);
	assert_int_equal(letter_memo_encode(&m, &b, &e), 0);
	vector_check("letter-memo-text", buf_view(&b));
	vector_abuse("letter-memo-text", memo_again);
	assert_int_equal(letter_memo_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.topic, MEMO_COUNTERSIGN);
	assert_true(view_eq(back.body, m.body));
	/* a newer program's topic can be read; none at all cannot */
	buf_reset(&b);
	m.topic = LETTER_TOPIC_MAX;
	assert_int_equal(letter_memo_encode(&m, &b, &e), 0);
	assert_int_equal(letter_memo_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.topic, LETTER_TOPIC_MAX);
	buf_reset(&b);
	m.topic = 0;
	assert_int_equal(letter_memo_encode(&m, &b, &e), 0);
	assert_int_equal(letter_memo_decode(buf_view(&b), &back, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	m.body = view_of(long_body, sizeof(long_body));
	assert_int_equal(letter_memo_encode(&m, &b, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&b);
}

static void
test_vectors(void **state)
{
	static struct letter l;
	struct buf b, plain;

	(void)state;
	setup(NULL);
	buf_init(&b, 200000);
	buf_init(&plain, 1000);
	/* too short to be compressed: the same with every zstd */
	assert_int_equal(make(&l, LETTER_DEPOSIT, view_str("7&"), &b), 0);
	vector_check("letter-deposit", buf_view(&b));
	vector_abuse("letter-deposit", again);
	assert_int_equal(letter_decode(buf_view(&b), &l, &e), 0);
	assert_int_equal(letter_open(&l, &devices[0], &space, &plain, &e), 0);
	assert_true(view_eq(buf_view(&plain), view_str("7&")));
	buf_reset(&b);
	assert_int_equal(make(&l, LETTER_OUTCOME, view_str("9!"), &b), 0);
	vector_check("letter-outcome", buf_view(&b));
	vector_abuse("letter-outcome", again);
	buf_reset(&b);
	assert_int_equal(make(&l, LETTER_MEMO, view_str("5?"), &b), 0);
	vector_check("letter-memo", buf_view(&b));
	vector_abuse("letter-memo", again);
	buf_done(&b);
	buf_done(&plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_decode_refusals),
		cmocka_unit_test(test_deposit),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_memo),
		cmocka_unit_test(test_vectors)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, NULL);
}
