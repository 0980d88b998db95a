/*
 * Sealed files (common/wire/blob): round trips around every boundary, and all
 * that is not exactly what was sealed is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/blob.h"
#include "common/wire/pack.h"
#include "tests/support/vector.h"

#define HEAD 24
#define MORE 17
#define SEALED_CHUNK (BLOB_CHUNK + MORE)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct ends {
	struct view in;
	size_t at;
	struct buf out;
	int fail_write; /* counts down */
};

static struct err e;
static struct sym_key key;

static int64_t
take(void *ctx, uint8_t *out, size_t len, struct err *why)
{
	struct ends *x = ctx;
	size_t n = x->in.len - x->at;

	(void)why;
	/* In odd pieces, as a disk may give them. */
	n = n < len ? n : len;
	n = n > 4099 ? 4099 : n;
	if (n > 0)
		memcpy(out, x->in.data + x->at, n);
	x->at += n;
	return (int64_t)n;
}

static int
give(void *ctx, struct view v, struct err *why)
{
	struct ends *x = ctx;

	if (x->fail_write > 0 && --x->fail_write == 0)
		return err_set(why, ERR_LOCAL, "no room");
	buf_add(&x->out, v.data, v.len);
	return 0;
}

static void
ends(struct ends *x, struct view in)
{
	memset(x, 0, sizeof(*x));
	x->in = in;
	buf_init(&x->out, SIZE_MAX);
}

static struct buf
content(size_t n)
{
	struct buf b;
	size_t i;

	buf_init(&b, SIZE_MAX);
	for (i = 0; i < n; i++)
		buf_add_be(&b, i * 31 + i / 256 + 1, 1);
	return b;
}

static int
seal(struct view in, struct buf *out, struct hash *id)
{
	struct ends x;
	struct blob_flow f = { take, give, &x };
	int rc;

	ends(&x, in);
	rc = blob_seal(&f, in.len, &key, id, &e);
	*out = x.out;
	return rc;
}

static int
open_it(struct view sealed, const struct sym_key *with, struct buf *out)
{
	struct ends x;
	struct blob_flow f = { take, give, &x };
	uint64_t n;
	int rc;

	ends(&x, sealed);
	rc = blob_open(&f, sealed.len, with, &n, &e);
	if (rc == 0)
		assert_int_equal(n, x.out.len);
	*out = x.out;
	return rc;
}

static void
refused(struct view sealed, const struct sym_key *with)
{
	struct buf out;

	err_clear(&e);
	assert_int_equal(open_it(sealed, with, &out), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
}

static int
setup(void **state)
{
	(void)state;
	assert_int_equal(keys_init(), 0);
	vector_seed(1900);
	keys_sym_make(&key);
	return 0;
}

/* Around the ends of classes and chunks. */
static void
test_there_and_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 4087, 4088, 4089, 65527, 65528,
		65529, 65536, 131063, 131064, 131065, 200000, 1000000 };
	struct hash id, again;
	struct buf plain, sealed, back;
	struct blob_hash *h;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(sizes); i++) {
		plain = content(sizes[i]);
		assert_int_equal(seal(buf_view(&plain), &sealed, &id), 0);
		assert_int_equal(sealed.len, blob_sealed_bytes(sizes[i]));
		assert_true(blob_fits(sealed.len));
		assert_int_equal(open_it(buf_view(&sealed), &key, &back), 0);
		assert_true(view_eq(buf_view(&back), buf_view(&plain)));
		h = blob_hash_new();
		blob_hash_add(h, view_of(sealed.data, 100));
		blob_hash_add(h, view_of(sealed.data + 100,
		    sealed.len - 100));
		blob_hash_end(h, &again);
		assert_true(hash_eq(&id, &again));
		buf_done(&plain);
		buf_done(&sealed);
		buf_done(&back);
	}
}

/* Sizes are told by their class alone, and at most an eighth is added. */
static void
test_classes(void **state)
{
	uint64_t n, last = 0, sealed;
	size_t classes = 0;

	(void)state;
	assert_int_equal(blob_sealed_bytes(0), HEAD + 4096 + MORE);
	assert_int_equal(blob_sealed_bytes(1), blob_sealed_bytes(4000));
	for (n = 0; n < 3000000; n += 997) {
		sealed = blob_sealed_bytes(n);
		assert_true(blob_fits(sealed));
		assert_false(blob_fits(sealed - 1));
		assert_false(blob_fits(sealed + 1));
		if (n > 4096)
			assert_true(sealed < n + n / 8 + 100);
		classes += sealed != last;
		last = sealed;
	}
	assert_true(classes < 300);
	assert_false(blob_fits(0));
	assert_false(blob_fits(blob_sealed_bytes(0) - 1));
	assert_true(blob_fits(blob_sealed_bytes(BLOB_CONTENT_MAX)));
	assert_false(blob_fits(blob_sealed_bytes(BLOB_CONTENT_MAX + 10000000)));
	assert_false(blob_fits(UINT64_MAX));
}

static void
test_too_big(void **state)
{
	struct hash id;
	struct ends x;
	struct blob_flow f = { take, give, &x };

	(void)state;
	ends(&x, view_of(NULL, 0));
	assert_int_equal(blob_seal(&f, BLOB_CONTENT_MAX + 1, &key, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&x.out);
}

/* The person's file changes while it is read; the disk is full. */
static void
test_source_changes(void **state)
{
	struct buf plain = content(70000);
	struct hash id;
	struct ends x;
	struct blob_flow f = { take, give, &x };
	static const uint64_t said[] = { 69999, 70001, 1, 500000 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(said); i++) {
		ends(&x, buf_view(&plain));
		assert_int_equal(blob_seal(&f, said[i], &key, &id, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
		buf_done(&x.out);
	}
	for (i = 1; i <= 3; i++) {
		ends(&x, buf_view(&plain));
		x.fail_write = (int)i;
		assert_int_equal(blob_seal(&f, 70000, &key, &id, &e), -1);
		assert_int_equal(e.kind, ERR_LOCAL);
		buf_done(&x.out);
	}
	buf_done(&plain);
}

static void
test_cut_and_longer(void **state)
{
	struct buf plain = content(200000), sealed;
	struct hash id;
	size_t n;

	(void)state;
	assert_int_equal(seal(buf_view(&plain), &sealed, &id), 0);
	for (n = 0; n < sealed.len; n += n < 200 ? 1 : 4001)
		refused(view_of(sealed.data, n), &key);
	/* At each chunk, where what is left has a whole form of its own. */
	for (n = HEAD; n < sealed.len; n += SEALED_CHUNK)
		refused(view_of(sealed.data, n), &key);
	refused(view_of(sealed.data, sealed.len - 1), &key);
	buf_add(&sealed, "x", 1);
	refused(buf_view(&sealed), &key);
	buf_done(&sealed);
	buf_done(&plain);
}

static void
test_changed(void **state)
{
	struct buf plain = content(70000), sealed;
	struct sym_key other = key;
	struct hash id;
	size_t n;

	(void)state;
	assert_int_equal(seal(buf_view(&plain), &sealed, &id), 0);
	other.b[31] ^= 1;
	refused(buf_view(&sealed), &other);
	for (n = 0; n < sealed.len; n += n < 100 ? 1 : 2003) {
		sealed.data[n] ^= 0x40;
		refused(buf_view(&sealed), &key);
		sealed.data[n] ^= 0x40;
	}
	buf_done(&sealed);
	buf_done(&plain);
}

/* Chunks of the same file in another order, or of another file. */
static void
test_chunks_swapped(void **state)
{
	struct buf plain = content(200000), sealed, second, mixed;
	struct hash id;

	(void)state;
	assert_int_equal(seal(buf_view(&plain), &sealed, &id), 0);
	assert_int_equal(seal(buf_view(&plain), &second, &id), 0);
	assert_int_equal(sealed.len, second.len);
	buf_init(&mixed, SIZE_MAX);
	buf_add(&mixed, sealed.data, HEAD);
	buf_add(&mixed, sealed.data + HEAD + SEALED_CHUNK, SEALED_CHUNK);
	buf_add(&mixed, sealed.data + HEAD, SEALED_CHUNK);
	buf_add(&mixed, sealed.data + HEAD + 2 * SEALED_CHUNK,
	    sealed.len - HEAD - 2 * SEALED_CHUNK);
	refused(buf_view(&mixed), &key);
	buf_reset(&mixed); /* the same key, another stream */
	buf_add(&mixed, sealed.data, HEAD + SEALED_CHUNK);
	buf_add(&mixed, second.data + HEAD + SEALED_CHUNK,
	    second.len - HEAD - SEALED_CHUNK);
	refused(buf_view(&mixed), &key);
	buf_done(&mixed);
	buf_done(&second);
	buf_done(&sealed);
	buf_done(&plain);
}

/* One chunk that opens, with this inside. */
static int
open_inside(uint64_t size, size_t content_bytes, uint8_t stray, uint8_t tag)
{
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t plain[4096] = { 0 }, sealed[4096 + MORE], head[HEAD];
	unsigned long long len;
	struct buf all, out;
	size_t i;
	int rc;

	for (i = 0; i < 8; i++)
		plain[i] = (uint8_t)(size >> (56 - 8 * i));
	memset(plain + 8, 'x', content_bytes);
	plain[sizeof(plain) - 1] = stray;
	crypto_secretstream_xchacha20poly1305_init_push(&state, head, key.b);
	crypto_secretstream_xchacha20poly1305_push(&state, sealed, &len, plain,
	    sizeof(plain), (const uint8_t *)"tugi blob 1", 12, tag);
	buf_init(&all, SIZE_MAX);
	buf_add(&all, head, sizeof(head));
	buf_add(&all, sealed, (size_t)len);
	err_clear(&e);
	rc = open_it(buf_view(&all), &key, &out);
	if (rc != 0)
		assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
	buf_done(&all);
	return rc;
}

/* There is one form of each file: what a changed client may seal is refused. */
static void
test_one_form(void **state)
{
	(void)state;
	assert_int_equal(open_inside(20, 20, 0, 3), 0);
	assert_int_equal(open_inside(20, 20, 0, 0), -1); /* goes on */
	assert_int_equal(open_inside(20, 20, 0, 2), -1);
	assert_int_equal(open_inside(20, 21, 0, 3), -1); /* behind it */
	assert_int_equal(open_inside(20, 20, 1, 3), -1);
	assert_int_equal(open_inside(4088, 4087, 1, 3), 0);
	assert_int_equal(open_inside(4089, 4088, 0, 3), -1);
	assert_int_equal(open_inside(UINT64_MAX, 20, 0, 3), -1);
}

/* The smallest form, byte for byte, for other readers. */
static void
test_vector(void **state)
{
	struct hash id;
	struct buf sealed, kept, back;
	struct view text = view_str("Hand in hand.\n");

	(void)state;
	vector_seed(1901);
	keys_sym_make(&key);
	assert_int_equal(seal(text, &sealed, &id), 0);
	vector_check("blob", buf_view(&sealed));
	buf_init(&kept, SIZE_MAX);
	vector_load("blob", &kept);
	assert_int_equal(open_it(buf_view(&kept), &key, &back), 0);
	assert_true(view_eq(buf_view(&back), text));
	buf_done(&back);
	buf_done(&kept);
	buf_done(&sealed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_there_and_back, setup),
		cmocka_unit_test_setup(test_classes, setup),
		cmocka_unit_test_setup(test_too_big, setup),
		cmocka_unit_test_setup(test_source_changes, setup),
		cmocka_unit_test_setup(test_cut_and_longer, setup),
		cmocka_unit_test_setup(test_changed, setup),
		cmocka_unit_test_setup(test_chunks_swapped, setup),
		cmocka_unit_test_setup(test_one_form, setup),
		cmocka_unit_test_setup(test_vector, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
