/* Directory entries: each kind there and back, and who can claim a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/directory.h"
#include "tests/support/vector.h"

static struct err e;
static struct device_keys dev;

static void
sample(enum directory_kind kind, struct directory_entry *d)
{
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	if (kind == DIRECTORY_GENESIS) {
		memset(d->root.b, 1, 32);
		memset(d->hub.b, 2, 32);
		memset(d->recovery.b, 3, 32);
		memset(d->commons.b, 4, 16);
		d->log_id = 0x1122334455667788;
		memcpy(d->hub_name, "tartu.example/tugi-1", 21);
		return;
	}
	memset(d->person.b, 5, 16);
	d->device = dev.device;
	if (kind == DIRECTORY_DEVICE) {
		d->sign = dev.sign_pub;
		d->box = dev.box_pub;
		d->roles = ROLE_WORKER | ROLE_DPO;
	} else if (kind == DIRECTORY_RECOVER) {
		memset(d->space.b, 6, 16);
		memset(d->second.b, 7, 16);
		memset(d->second_sig.b, 8, 64);
		d->at_ms = -5;
	}
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	struct directory_entry d;

	if (directory_decode(in, &d, err) != 0)
		return -1;
	directory_encode(&d, out);
	return 0;
}

static int
passes(const struct directory_entry *d)
{
	struct directory_entry back;
	struct buf b;
	int rc;

	buf_init(&b, 10000);
	directory_encode(d, &b);
	memset(&back, 0xee, sizeof(back));
	rc = directory_decode(buf_view(&b), &back, &e);
	if (rc != 0)
		assert_int_equal(e.kind, ERR_PEER);
	else
		assert_memory_equal(&back, d, sizeof(back));
	buf_done(&b);
	return rc;
}

static void
test_round_trip(void **state)
{
	struct directory_entry d;
	int kind;

	(void)state;
	for (kind = DIRECTORY_GENESIS; kind <= DIRECTORY_RECOVER; kind++) {
		sample((enum directory_kind)kind, &d);
		assert_int_equal(passes(&d), 0);
	}
	sample(DIRECTORY_DEVICE, &d);
	d.has_voucher = true;
	memset(d.voucher.b, 9, 16);
	memset(d.voucher_sig.b, 10, 64);
	assert_int_equal(passes(&d), 0);
}

static void
test_refusals(void **state)
{
	static const char *const names[] = { "", "Tartu", "a b", "ä", "a\n",
	    "a_b", "tugi\xe2\x80\x94" };
	struct directory_entry d;
	size_t i;

	(void)state;
	sample(DIRECTORY_DEVICE, &d);
	d.roles = 8;
	assert_int_equal(passes(&d), -1);
	sample(DIRECTORY_DEVICE, &d);
	d.device.b[0] ^= 1; /* not the id of these keys */
	assert_int_equal(passes(&d), -1);
	sample(DIRECTORY_DEVICE, &d);
	d.box.b[0] ^= 1;
	assert_int_equal(passes(&d), -1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sample(DIRECTORY_GENESIS, &d);
		memset(d.hub_name, 0, sizeof(d.hub_name));
		memcpy(d.hub_name, names[i], strlen(names[i]));
		assert_int_equal(passes(&d), -1);
	}
	memset(d.hub_name, 'a', sizeof(d.hub_name) - 1);
	assert_int_equal(passes(&d), 0);
}

static void
test_kinds(void **state)
{
	/* 0, 5, and 2^32 + 1, which must not pass for 1 */
	static const char *const bad[] = { "a10100", "a10105",
	    "a1011b0000000100000001", "a0", "" };
	struct directory_entry d;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_init(&b, 1000);
		vector_hex(bad[i], &b);
		assert_int_equal(directory_decode(buf_view(&b), &d, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
		buf_done(&b);
	}
}

static void
test_signed_texts(void **state)
{
	struct directory_entry d;
	struct buf a, b;

	(void)state;
	buf_init(&a, 1000);
	buf_init(&b, 1000);
	sample(DIRECTORY_DEVICE, &d);
	directory_voucher_text(&d, &a);
	assert_int_equal(a.len, 16 + 16 + 32 + 32);
	d.person.b[0] ^= 1;
	directory_voucher_text(&d, &b);
	assert_false(view_eq(buf_view(&a), buf_view(&b)));
	buf_reset(&a);
	buf_reset(&b);
	sample(DIRECTORY_RECOVER, &d);
	directory_recover_text(&d, &a);
	assert_int_equal(a.len, 16 + 16 + 8);
	d.at_ms++;
	directory_recover_text(&d, &b);
	assert_false(view_eq(buf_view(&a), buf_view(&b)));
	buf_done(&a);
	buf_done(&b);
}

/* An order for or about a person: what is signed says so. */
static void
test_orders(void **state)
{
	static const char *const names[] = { "directory-order-labels",
	    "directory-order-takeover" };
	struct directory_entry d, back;
	struct id a, b;
	struct buf text;
	int i;

	(void)state;
	for (i = ORDER_LABELS; i <= ORDER_TAKEOVER; i++) {
		sample(DIRECTORY_RECOVER, &d);
		directory_order_id(&d, &a);
		d.scope = (enum order_scope)i;
		if (i == ORDER_LABELS)
			memset(&d.space, 0, sizeof(d.space));
		assert_int_equal(passes(&d), -1); /* for nobody */
		memset(d.whom.b, 9, 16);
		assert_int_equal(passes(&d), 0);
		buf_init(&text, 1000);
		directory_encode(&d, &text);
		vector_check(names[i - 1], buf_view(&text));
		vector_abuse(names[i - 1], again);
		assert_int_equal(directory_decode(buf_view(&text), &back, &e),
		    0);
		assert_int_equal(back.scope, d.scope);
		assert_true(id_eq(&back.whom, &d.whom));
		buf_reset(&text);
		directory_recover_text(&d, &text);
		assert_int_equal(text.len, 16 + 16 + 8 + 1 + 16);
		directory_order_id(&d, &b);
		assert_false(id_eq(&a, &b));
		d.whom.b[0] ^= 1;
		directory_order_id(&d, &a);
		assert_false(id_eq(&a, &b));
		buf_done(&text);
	}
	/* The end of an alarm names a head, and no space and nobody. */
	sample(DIRECTORY_RECOVER, &d);
	memset(&d.space, 0, sizeof(d.space));
	d.scope = ORDER_ALARM;
	assert_int_equal(passes(&d), -1); /* of no log */
	d.head.log_id = 0x1122334455667788;
	d.head.size = 77;
	memset(d.head_root.b, 10, 32);
	assert_int_equal(passes(&d), 0);
	buf_init(&text, 1000);
	directory_encode(&d, &text);
	vector_check("directory-order-alarm", buf_view(&text));
	vector_abuse("directory-order-alarm", again);
	d.scope = ORDER_SUCCESSION; /* names the new id alike */
	assert_int_equal(passes(&d), 0);
	buf_reset(&text);
	directory_encode(&d, &text);
	vector_check("directory-order-succession", buf_view(&text));
	vector_abuse("directory-order-succession", again);
	d.scope = ORDER_ALARM;
	buf_reset(&text);
	directory_encode(&d, &text);
	assert_int_equal(directory_decode(buf_view(&text), &back, &e), 0);
	assert_int_equal(back.head.size, 77);
	assert_true(hash_eq(&back.head_root, &d.head_root));
	buf_reset(&text);
	directory_recover_text(&d, &text);
	assert_int_equal(text.len, 16 + 16 + 8 + 1 + 16 + 48);
	buf_done(&text);
	/* A space that is none. */
	sample(DIRECTORY_RECOVER, &d);
	memset(&d.space, 0, sizeof(d.space));
	assert_int_equal(passes(&d), -1);
}

static void
test_root_id(void **state)
{
	struct sign_pub root;
	struct id a, b;

	(void)state;
	memset(root.b, 1, sizeof(root.b));
	directory_root_id(&root, &a);
	root.b[31] ^= 1;
	directory_root_id(&root, &b);
	assert_false(id_eq(&a, &b));
	assert_false(id_is_zero(&a));
}

static void
test_vectors(void **state)
{
	static const char *const names[] = { "directory-genesis",
	    "directory-device", "directory-revoke", "directory-recover",
	    "directory-vouched" };
	struct directory_entry d;
	struct buf b;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		buf_init(&b, 10000);
		sample((enum directory_kind)(i < 4 ? i + 1 :
		    DIRECTORY_DEVICE), &d);
		if (i == 4) {
			d.has_voucher = true;
			memset(d.voucher.b, 9, 16);
			memset(d.voucher_sig.b, 10, 64);
		}
		directory_encode(&d, &b);
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
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_signed_texts),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_root_id),
		cmocka_unit_test(test_vectors)
	};

	if (keys_init() != 0)
		return 1;
	vector_seed(4);
	keys_device_make(&dev);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
