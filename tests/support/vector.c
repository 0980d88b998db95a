/* Golden vectors and repeatable randomness for the tests of formats. */
#include "tests/support/vector.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/file.h"
#include "common/base/mem.h"

#define VECTOR_MAX (1024 * 1024)
#define LINE_BYTES 32

static uint8_t stream_key[32];
static uint64_t stream_at;

static const char *
fixed_name(void)
{
	return "fixed";
}

static void
fixed_buf(void *out, size_t len)
{
	uint8_t nonce[8];
	int i;

	for (i = 0; i < 8; i++)
		nonce[i] = (uint8_t)(stream_at >> (8 * i));
	stream_at++;
	crypto_stream_chacha20(out, len, nonce, stream_key);
}

static uint32_t
fixed_random(void)
{
	uint32_t v;

	fixed_buf(&v, sizeof(v));
	return v;
}

void
vector_seed(unsigned seed)
{
	static randombytes_implementation fixed = {
		.implementation_name = fixed_name, .random = fixed_random,
		.buf = fixed_buf
	};

	memset(stream_key, 0, sizeof(stream_key));
	memcpy(stream_key, &seed, sizeof(seed));
	stream_at = 0;
	randombytes_set_implementation(&fixed);
}

static void
path_of(const char *name, char *out, size_t size)
{
	snprintf(out, size, "schema/vectors/%s.hex", name);
}

void
vector_hex(const char *text, struct buf *out)
{
	size_t n = strlen(text), len;
	uint8_t *p = buf_reserve(out, n / 2 + 1);
	const char *end;

	assert_non_null(p);
	assert_int_equal(sodium_hex2bin(p, n / 2 + 1, text, n, " \n", &len,
	    &end), 0);
	assert_int_equal(*end, '\0');
	out->len += len;
}

void
vector_load(const char *name, struct buf *out)
{
	char path[200];
	struct buf text;
	struct err e;

	path_of(name, path, sizeof(path));
	buf_init(&text, 3 * VECTOR_MAX);
	if (file_read(path, &text, &e) != 0)
		fail_msg("%s (run from the root of the tree)", e.text);
	vector_hex(buf_str(&text), out);
	buf_done(&text);
}

static void
write_vector(const char *name, struct view made)
{
	char path[200], hex[2 * LINE_BYTES + 1];
	struct buf text;
	struct err e;
	size_t at, n;

	path_of(name, path, sizeof(path));
	buf_init(&text, 3 * VECTOR_MAX);
	for (at = 0; at < made.len; at += n) {
		n = made.len - at < LINE_BYTES ? made.len - at : LINE_BYTES;
		buf_add_fmt(&text, "%s\n", sodium_bin2hex(hex, sizeof(hex),
		    made.data + at, n));
	}
	if (file_replace(path, buf_view(&text), 0644, &e) != 0)
		fail_msg("%s", e.text);
	buf_done(&text);
}

void
vector_check(const char *name, struct view made)
{
	struct buf want;

	if (getenv("TUGI_WRITE_VECTORS") != NULL)
		write_vector(name, made);
	buf_init(&want, VECTOR_MAX);
	vector_load(name, &want);
	if (!view_eq(buf_view(&want), made))
		fail_msg("%s: %zu bytes made differ from the %zu kept", name,
		    made.len, want.len);
	buf_done(&want);
}

/* ${in} as a block of exactly its size, so that reading past it shows. */
static bool
stands(struct view in, struct buf *back,
    int (*again)(struct view in, struct buf *out, struct err *e))
{
	uint8_t *copy = mem_new(in.len);
	struct err e;
	bool ok;

	if (in.len > 0)
		memcpy(copy, in.data, in.len);
	err_clear(&e);
	buf_reset(back);
	if (again(view_of(copy, in.len), back, &e) != 0)
		ok = e.kind != ERR_NONE && e.text[0] != '\0';
	else
		ok = view_eq(buf_view(back), in);
	mem_free(copy);
	return ok;
}

void
vector_abuse(const char *name,
    int (*again)(struct view in, struct buf *out, struct err *e))
{
	struct buf v, back;
	struct err e;
	size_t i, step;
	unsigned bit;

	buf_init(&v, VECTOR_MAX);
	buf_init(&back, VECTOR_MAX);
	vector_load(name, &v);
	if (again(buf_view(&v), &back, &e) != 0)
		fail_msg("%s: %s", name, e.text);
	if (!view_eq(buf_view(&v), buf_view(&back)))
		fail_msg("%s: comes back different", name);
	for (i = 0; i < v.len; i++)
		if (!stands(view_of(v.data, i), &back, again))
			fail_msg("%s: cut at byte %zu passes", name, i);
	/* One byte more must not pass either. */
	buf_add(&v, "", 1);
	if (again(buf_view(&v), &back, &e) == 0)
		fail_msg("%s: one byte more passes", name);
	v.len--;
	step = v.len > 4096 ? 7 : 1;
	for (i = 0; i < v.len; i += step)
		for (bit = 0; bit < 8; bit++) {
			v.data[i] ^= (uint8_t)(1u << bit);
			if (!stands(buf_view(&v), &back, again))
				fail_msg("%s: bit %u of byte %zu turned "
				    "passes in another form", name, bit, i);
			v.data[i] ^= (uint8_t)(1u << bit);
		}
	buf_done(&v);
	buf_done(&back);
}
