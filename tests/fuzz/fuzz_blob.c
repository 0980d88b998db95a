/*
 * The sealed bytes of an attachment. As they are; with chunks sealed here
 * around the input, so that what stands inside (size, padding, tags) is
 * reached: kind u8, size said u64, then what is in the stream; and the input
 * sealed and opened, whole and damaged at places it names.
 */
#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/blob.h"
#include "tests/fuzz/fuzz.h"

#define SEALED_MAX (1024 * 1024)

struct ends {
	struct view in;
	size_t at;
	struct buf out;
};

static int64_t
take(void *ctx, uint8_t *out, size_t len, struct err *e)
{
	struct ends *x = ctx;
	size_t n = x->in.len - x->at < len ? x->in.len - x->at : len;

	(void)e;
	if (n > 0)
		memcpy(out, x->in.data + x->at, n);
	x->at += n;
	return (int64_t)n;
}

static int
give(void *ctx, struct view v, struct err *e)
{
	struct ends *x = ctx;

	buf_add(&x->out, v.data, v.len);
	return buf_check(&x->out, "a file", e);
}

static const struct sym_key key = { { 7 } };

/* Whether it opened; what came out in ${out}. */
static bool
open_it(struct view sealed, struct buf *out)
{
	struct ends x = { sealed, 0, { 0 } };
	struct blob_flow f = { take, give, &x };
	uint64_t n = 0;
	struct err e;
	int rc;

	err_clear(&e);
	buf_init(&x.out, SEALED_MAX);
	rc = blob_open(&f, sealed.len, &key, &n, &e);
	if (rc == 0) {
		FUZZ_SURE(n == x.out.len);
		FUZZ_SURE(blob_sealed_bytes(n) == sealed.len);
	} else {
		fuzz_refused(&e);
	}
	FUZZ_SURE(x.out.len <= sealed.len);
	*out = x.out;
	return rc == 0;
}

static void
seal_it(struct view plain, struct buf *out)
{
	struct ends x = { plain, 0, { 0 } };
	struct blob_flow f = { take, give, &x };
	struct hash id;
	struct err e;

	buf_init(&x.out, SEALED_MAX);
	FUZZ_SURE(blob_seal(&f, plain.len, &key, &id, &e) == 0);
	*out = x.out;
}

static void
there_and_back(struct view plain)
{
	struct fuzz_in in = { plain.data, plain.len };
	struct buf sealed, back;
	size_t at;

	seal_it(plain, &sealed);
	FUZZ_SURE(open_it(buf_view(&sealed), &back));
	FUZZ_SURE(view_eq(buf_view(&back), plain));
	buf_done(&back);
	while (in.left >= 4) {
		at = fuzz_take(&in, 3) % sealed.len;
		sealed.data[at] ^= (uint8_t)fuzz_take(&in, 1);
	}
	(void)open_it(buf_view(&sealed), &back);
	buf_done(&back);
	buf_done(&sealed);
}

/* Chunks that open, with any size, padding and tag inside. */
static void
inside(struct fuzz_in in)
{
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t head[24], tag = (uint8_t)fuzz_take(&in, 1);
	size_t n = (size_t)fuzz_take(&in, 2) % BLOB_CHUNK + 1;
	uint8_t *plain, *sealed;
	unsigned long long len;
	struct buf all, out;

	n = n < in.left || in.left == 0 ? n : 4096;
	plain = mem_new(n);
	sealed = mem_new(n + 17);
	memcpy(plain, in.data, in.left < n ? in.left : n);
	buf_init(&all, SEALED_MAX);
	crypto_secretstream_xchacha20poly1305_init_push(&state, head, key.b);
	buf_add(&all, head, sizeof(head));
	crypto_secretstream_xchacha20poly1305_push(&state, sealed, &len, plain,
	    n, (const uint8_t *)"tugi blob 1", 12, tag & 3);
	buf_add(&all, sealed, (size_t)len);
	(void)open_it(buf_view(&all), &out);
	buf_done(&out);
	buf_done(&all);
	mem_free(sealed);
	mem_free(plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = view_of(data, size);
	struct buf out;

	if (size > SEALED_MAX / 2)
		return 0;
	fuzz_begin();
	(void)open_it(in, &out);
	buf_done(&out);
	there_and_back(in);
	if (size > 0)
		inside((struct fuzz_in){ data, size });
	return 0;
}
