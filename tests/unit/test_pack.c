/* Packing: size classes, both forms, and every form that is not ours. */
#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "common/wire/dict.h"
#include "common/wire/pack.h"

static const char note[] = "Home visit on Tuesday. The mother says that he "
    "sleeps badly and that he sleeps badly since the autumn; the teacher "
    "says the same. The mother will call the teacher on Thursday.";

static void
test_classes(void **state)
{
	size_t len, class, before = 0;

	(void)state;
	assert_int_equal(pack_class(0), PACK_CLASS_MIN);
	assert_int_equal(pack_class(256), 256);
	assert_int_equal(pack_class(257), 272);
	/* the paper's rule: 9 is 1001, four bits kept of it at most */
	assert_int_equal(pack_class(1025), 1088);
	assert_int_equal(pack_class(49171), 51200);
	for (len = 1; len < 70000; len++) {
		class = pack_class(len);
		assert_true(class >= len && class >= before);
		assert_true(class == pack_class(class));
		if (len > PACK_CLASS_MIN)
			assert_true((class - len) * 100 <= 12 * len);
		before = class;
	}
}

static void
round_trip(struct view text, bool squeeze, uint8_t form)
{
	struct buf packed, back;
	struct err e;

	buf_init(&packed, 200000);
	buf_init(&back, 100000);
	assert_int_equal(pack_add(text, squeeze, 16, &packed, &e), 0);
	assert_int_equal(packed.data[0], form);
	assert_int_equal(pack_class(packed.len + 16), packed.len + 16);
	assert_int_equal(pack_open(buf_view(&packed), text.len, &back, &e),
	    0);
	assert_true(view_eq(buf_view(&back), text));
	if (text.len > 0) {
		buf_reset(&back);
		assert_int_equal(pack_open(buf_view(&packed), text.len - 1,
		    &back, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
	}
	buf_done(&packed);
	buf_done(&back);
}

static void
test_forms(void **state)
{
	static uint8_t big[PACK_PLAIN_MAX];

	(void)state;
	round_trip(view_str(note), true, 1);
	round_trip(view_str(note), false, 0);
	round_trip(view_of(NULL, 0), true, 0);
	round_trip(view_of("\x81", 1), true, 0);
	round_trip(view_of(big, sizeof(big)), true, 1);
	randombytes_buf(big, 40000);
	round_trip(view_of(big, 40000), true, 0);
}

static void
test_too_large(void **state)
{
	static uint8_t big[PACK_PLAIN_MAX + 1];
	struct buf out;
	struct err e;

	(void)state;
	buf_init(&out, 200000);
	assert_int_equal(pack_add(view_of(big, sizeof(big)), true, 16, &out,
	    &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	/* 64 KiB that do not get shorter do not fit the length field */
	randombytes_buf(big, sizeof(big));
	assert_int_equal(pack_add(view_of(big, sizeof(big) - 1), true, 16,
	    &out, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&out);
	buf_init(&out, 100);
	assert_int_equal(pack_add(view_str(note), true, 16, &out, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&out);
}

/* ${packed} is refused. */
static void
refused(struct view packed)
{
	struct buf out;
	struct err e;

	buf_init(&out, 100000);
	assert_int_equal(pack_open(packed, 50000, &out, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
}

static void
test_bad_padding(void **state)
{
	struct buf packed;
	struct err e;
	size_t i;

	(void)state;
	buf_init(&packed, 10000);
	pack_add(view_str("short"), false, 16, &packed, &e);
	for (i = 3 + 5; i < packed.len; i++) {
		packed.data[i] = 1;
		refused(buf_view(&packed));
		packed.data[i] = 0;
	}
	packed.data[0] = 2;
	refused(buf_view(&packed));
	packed.data[0] = 0;
	packed.data[1] = 0xff; /* longer than there is */
	refused(buf_view(&packed));
	refused(view_of(packed.data, 0));
	refused(view_of(packed.data, 2));
	buf_done(&packed);
}

/* A zstd frame as a stranger might make it, in our packing. */
static void
foreign(ZSTD_CCtx *c, size_t tail, bool good)
{
	uint8_t packed[1000];
	struct buf out;
	struct err e;
	size_t n;
	int rc;

	memset(packed, 0, sizeof(packed));
	n = ZSTD_compress2(c, packed + 3, 900, note, sizeof(note) - 1);
	assert_false(ZSTD_isError(n));
	packed[0] = 1;
	packed[1] = (uint8_t)((n + tail) >> 8);
	packed[2] = (uint8_t)(n + tail);
	buf_init(&out, 100000);
	rc = pack_open(view_of(packed, sizeof(packed)), 50000, &out, &e);
	assert_int_equal(rc, good ? 0 : -1);
	if (!good)
		assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
}

static void
test_foreign_frames(void **state)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();

	(void)state;
	/* Without a dictionary: fine only while none is built in. */
	foreign(c, 0, ZSTD_getDictID_fromDict(schema_dict, schema_dict_len)
	    == 0);
	ZSTD_CCtx_loadDictionary(c, schema_dict, schema_dict_len);
	foreign(c, 0, true);
	foreign(c, 1, false); /* a byte after the frame */
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
	foreign(c, 0, false);
	ZSTD_freeCCtx(c);
}

static void
test_damaged_frames(void **state)
{
	struct buf packed, out;
	struct err e;
	size_t i;

	(void)state;
	buf_init(&packed, 10000);
	buf_init(&out, 100000);
	pack_add(view_str(note), true, 16, &packed, &e);
	for (i = 3; i < packed.len; i++) {
		packed.data[i] ^= 0x55;
		buf_reset(&out);
		/* A frame has no check of its own (the seal is one): what
		 * matters is that nothing worse than other text comes. */
		if (pack_open(buf_view(&packed), 50000, &out, &e) != 0)
			assert_int_equal(e.kind, ERR_PEER);
		packed.data[i] ^= 0x55;
	}
	buf_done(&packed);
	buf_done(&out);
}

static void *
one_thread(void *failed)
{
	struct buf packed, back;
	struct err e;
	int i;

	buf_init(&packed, 10000);
	buf_init(&back, 10000);
	for (i = 0; i < 500; i++) {
		buf_reset(&packed);
		buf_reset(&back);
		if (pack_add(view_str(note), true, 16, &packed, &e) != 0 ||
		    pack_open(buf_view(&packed), 10000, &back, &e) != 0 ||
		    !view_eq(buf_view(&back), view_str(note)))
			*(int *)failed = 1;
	}
	buf_done(&packed);
	buf_done(&back);
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t t[4];
	int failed[4] = { 0, 0, 0, 0 }, i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, one_thread,
		    &failed[i]), 0);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(failed[i], 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_bad_padding),
		cmocka_unit_test(test_foreign_frames),
		cmocka_unit_test(test_damaged_frames),
		cmocka_unit_test(test_threads)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
