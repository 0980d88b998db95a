/* Epoch records: keys reach those listed and nobody else; one form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/wire/cbor.h"
#include "common/wire/epoch.h"
#include "tests/support/vector.h"

#define N 3

static struct device_keys devices[N], stranger;
static struct box_pub recovery_pub;
static struct box_key recovery_key;
static struct sym_key key, prev_key;
static struct err e;

/* Epoch ${number} for N devices; the caller ends it. */
static void
make(struct epoch *ep, uint32_t number)
{
	struct box_pub boxes[N];
	size_t i, j;

	memset(ep, 0, sizeof(*ep));
	memset(ep->space.b, 0x21, sizeof(ep->space.b));
	ep->number = number;
	if (number > 1)
		memset(ep->prev.b, 0x22, sizeof(ep->prev.b));
	ep->cite_count = 2;
	memset(ep->cites[0].b, 0x23, sizeof(ep->cites[0].b));
	ep->recipients = mem_new(N * sizeof(*ep->recipients));
	ep->recipient_count = N;
	for (i = 0; i < N; i++) {
		ep->recipients[i].device = devices[i].device;
		memset(ep->recipients[i].person.b, (int)(0x30 + i), 16);
		ep->recipients[i].right = (enum right)(i + 1);
		ep->recipients[i].until_ms = i == 0 ? INT64_MAX : 1234567 -
		    (int64_t)i;
		for (j = 0; j < i; j++)
			assert_true(id_cmp(&devices[j].device,
			    &devices[i].device) < 0);
		boxes[i] = devices[i].box_pub;
	}
	epoch_make_keys(ep, &key, number > 1 ? &prev_key : NULL, boxes,
	    &recovery_pub);
}

static int
setup(void **state)
{
	struct device_keys tmp;
	size_t i, j;

	(void)state;
	vector_seed(3);
	for (i = 0; i < N; i++)
		keys_device_make(&devices[i]);
	for (i = 0; i < N; i++)
		for (j = i + 1; j < N; j++)
			if (id_cmp(&devices[i].device, &devices[j].device)
			    > 0) {
				tmp = devices[i];
				devices[i] = devices[j];
				devices[j] = tmp;
			}
	keys_device_make(&stranger);
	keys_box_make(&recovery_pub, &recovery_key);
	keys_sym_make(&key);
	keys_sym_make(&prev_key);
	return 0;
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	struct epoch ep;

	if (epoch_decode(in, &ep, err) != 0)
		return -1;
	epoch_encode(&ep, out);
	epoch_done(&ep);
	return 0;
}

/* ${ep} encoded and read again: 0 or -1. Ends both. */
static int
passes(struct epoch *ep)
{
	struct buf b;
	struct epoch back;
	int rc;

	buf_init(&b, CHANGESET_BYTES_MAX);
	epoch_encode(ep, &b);
	rc = epoch_decode(buf_view(&b), &back, &e);
	if (rc == 0)
		epoch_done(&back);
	else
		assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
	epoch_done(ep);
	return rc;
}

static void
test_keys(void **state)
{
	struct epoch made, ep;
	const struct epoch_recipient *rc;
	struct sym_key k;
	struct buf b;
	size_t i;

	(void)state;
	make(&made, 2);
	buf_init(&b, CHANGESET_BYTES_MAX);
	epoch_encode(&made, &b);
	assert_int_equal(epoch_decode(buf_view(&b), &ep, &e), 0);
	for (i = 0; i < N; i++) {
		rc = epoch_find(&ep, &devices[i].device);
		assert_non_null(rc);
		assert_int_equal(rc->right, i + 1);
		assert_true(rc->until_ms ==
		    made.recipients[i].until_ms);
		assert_int_equal(epoch_open(&ep, rc->keybox,
		    &devices[i].box_pub, &devices[i].box, &k, &e), 0);
		assert_memory_equal(k.b, key.b, sizeof(k.b));
	}
	assert_null(epoch_find(&ep, &stranger.device));
	assert_int_equal(epoch_open(&ep, ep.recovery, &recovery_pub,
	    &recovery_key, &k, &e), 0);
	assert_memory_equal(k.b, key.b, sizeof(k.b));
	assert_int_equal(epoch_open(&ep, ep.recipients[0].keybox,
	    &stranger.box_pub, &stranger.box, &k, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(epoch_unwrap(&ep, &key, &k, &e), 0);
	assert_memory_equal(k.b, prev_key.b, sizeof(k.b));
	assert_int_equal(epoch_unwrap(&ep, &prev_key, &k, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	epoch_done(&made);
	epoch_done(&ep);
	buf_done(&b);
}

/* A keybox of another space, number or key is noticed. */
static void
test_foreign_keybox(void **state)
{
	struct epoch ep;
	struct sym_key k;
	int what;

	(void)state;
	for (what = 0; what < 4; what++) {
		make(&ep, 2);
		if (what == 0)
			ep.space.b[0] ^= 1;
		else if (what == 1)
			ep.number++;
		else if (what == 2)
			ep.commit.b[0] ^= 1;
		assert_int_equal(epoch_open(&ep, ep.recipients[1].keybox,
		    &devices[1].box_pub, &devices[1].box, &k, &e),
		    what == 3 ? 0 : -1);
		if (what < 3)
			assert_int_equal(e.kind, ERR_PEER);
		if (what < 2) {
			assert_int_equal(epoch_unwrap(&ep, &key, &k, &e), -1);
			assert_int_equal(e.kind, ERR_PEER);
		}
		epoch_done(&ep);
	}
}

/* A rotator who seals another key than the one committed to is found out. */
static void
test_two_keys(void **state)
{
	struct box_pub boxes[N] = { devices[0].box_pub, devices[1].box_pub,
	    devices[2].box_pub };
	struct epoch ep, other;
	struct buf plain, box;
	struct sym_key k;

	(void)state;
	make(&ep, 2);
	make(&other, 2);
	keys_sym_make(&k);
	epoch_make_keys(&other, &k, NULL, boxes, &recovery_pub);
	memcpy(ep.recipients[0].keybox, other.recipients[0].keybox,
	    EPOCH_KEYBOX_BYTES);
	assert_int_equal(epoch_open(&ep, ep.recipients[0].keybox,
	    &devices[0].box_pub, &devices[0].box, &k, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* or says the right commitment beside the wrong key */
	buf_init(&plain, 100);
	buf_init(&box, EPOCH_KEYBOX_BYTES);
	keys_sym_make(&k);
	buf_add(&plain, k.b, sizeof(k.b));
	buf_add(&plain, ep.space.b, sizeof(ep.space.b));
	buf_add_be(&plain, ep.number, 4);
	buf_add(&plain, ep.commit.b, sizeof(ep.commit.b));
	keys_seal(&devices[0].box_pub, buf_view(&plain), &box);
	assert_int_equal(box.len, EPOCH_KEYBOX_BYTES);
	assert_int_equal(epoch_open(&ep, box.data, &devices[0].box_pub,
	    &devices[0].box, &k, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&plain);
	buf_done(&box);
	epoch_done(&ep);
	epoch_done(&other);
}

static void
test_refusals(void **state)
{
	struct epoch ep;

	(void)state;
	make(&ep, 1);
	assert_int_equal(passes(&ep), 0);
	make(&ep, 2);
	assert_int_equal(passes(&ep), 0);
	make(&ep, 2);
	ep.number = 0;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	ep.has_wrap = false;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 1);
	ep.has_wrap = true;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	memset(&ep.prev, 0, sizeof(ep.prev));
	assert_int_equal(passes(&ep), -1);
	make(&ep, 1);
	ep.prev.b[0] = 1;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	ep.recipients[1].right = RIGHT_NONE;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	ep.recipients[1].right = (enum right)4;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	ep.recipients[1].device = ep.recipients[0].device;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	ep.recipients[2].device = ep.recipients[0].device;
	assert_int_equal(passes(&ep), -1);
	make(&ep, 2);
	ep.recipient_count = 0;
	assert_int_equal(passes(&ep), 0);
}

/* As many as allowed fit into a changeset; one more is refused. */
static void
test_most(void **state)
{
	struct epoch ep;
	struct buf b;
	size_t i;

	(void)state;
	make(&ep, 2);
	epoch_done(&ep);
	ep.recipients = mem_new((EPOCH_RECIPIENTS_MAX + 1) *
	    sizeof(*ep.recipients));
	for (i = 0; i <= EPOCH_RECIPIENTS_MAX; i++) {
		ep.recipients[i].device.b[0] = (uint8_t)(i >> 8);
		ep.recipients[i].device.b[1] = (uint8_t)i;
		ep.recipients[i].right = RIGHT_KEEP;
		ep.recipients[i].until_ms = INT64_MAX - 1;
	}
	ep.recipient_count = EPOCH_RECIPIENTS_MAX;
	ep.cite_count = EPOCH_CITES_MAX;
	buf_init(&b, CHANGESET_BYTES_MAX);
	epoch_encode(&ep, &b);
	assert_int_equal(buf_check(&b, "an epoch", &e), 0);
	assert_true(b.len + CHANGESET_FIXED_BYTES + CHANGESET_ENTRY_BYTES +
	    CHANGESET_SIG_BYTES <= CHANGESET_BYTES_MAX);
	buf_done(&b);
	buf_init(&b, CHANGESET_BYTES_MAX);
	epoch_encode(&ep, &b);
	{
		struct epoch back;

		assert_int_equal(epoch_decode(buf_view(&b), &back, &e), 0);
		assert_int_equal(back.recipient_count, EPOCH_RECIPIENTS_MAX);
		assert_non_null(epoch_find(&back, &ep.recipients[777].device));
		epoch_done(&back);
	}
	buf_done(&b);
	ep.recipient_count++;
	assert_int_equal(passes(&ep), -1);
}

static void
test_vectors(void **state)
{
	struct epoch ep;
	struct buf b;
	uint32_t n;

	(void)state;
	setup(NULL);
	for (n = 1; n <= 2; n++) {
		make(&ep, n);
		buf_init(&b, CHANGESET_BYTES_MAX);
		epoch_encode(&ep, &b);
		vector_check(n == 1 ? "epoch-first" : "epoch", buf_view(&b));
		vector_abuse(n == 1 ? "epoch-first" : "epoch", again);
		buf_done(&b);
		epoch_done(&ep);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_foreign_keybox),
		cmocka_unit_test(test_two_keys),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_vectors)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, NULL);
}
