/* Helpers of the fuzz targets; see the header. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/support/vector.h"

#define MESSAGE_MAX (4 * 1024 * 1024)

void
fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* What make fuzz links in the place of mem_secret_*: the sanitizer watches both
 * ends of it as well, without six calls of the kernel for each key. */
void *__wrap_mem_secret_new(size_t size);
void __wrap_mem_secret_free(void *p);

void *
__wrap_mem_secret_new(size_t size)
{
	return mem_new(size);
}

void
__wrap_mem_secret_free(void *p)
{
	mem_free(p);
}

void
fuzz_begin(void)
{
	static bool ready;

	if (!ready && keys_init() != 0)
		abort();
	ready = true;
	vector_seed(1);
}

void
fuzz_refused(const struct err *e)
{
	FUZZ_SURE(e->kind != ERR_NONE && e->kind != ERR_BUG);
	FUZZ_SURE(e->text[0] != '\0');
	FUZZ_SURE(memchr(e->text, '\0', sizeof(e->text)) != NULL);
}

bool
fuzz_again(struct view in,
    int (*again)(struct view in, struct buf *out, struct err *e))
{
	struct buf out, twice;
	struct err e;
	bool taken;

	fuzz_begin();
	err_clear(&e);
	buf_init(&out, MESSAGE_MAX);
	buf_init(&twice, MESSAGE_MAX);
	taken = again(in, &out, &e) == 0;
	if (taken) {
		FUZZ_SURE(view_eq(buf_view(&out), in));
		FUZZ_SURE(again(buf_view(&out), &twice, &e) == 0);
		FUZZ_SURE(view_eq(buf_view(&twice), in));
	} else {
		fuzz_refused(&e);
	}
	buf_done(&out);
	buf_done(&twice);
	return taken;
}

void
fuzz_device(unsigned n, struct device_keys *k)
{
	uint8_t seed[32];

	memset(seed, 0x51, sizeof(seed));
	seed[0] = (uint8_t)n;
	keys_sign_from_seed(seed, &k->sign_pub, &k->sign);
	seed[1] = 1;
	keys_box_from_seed(seed, &k->box_pub, &k->box);
	keys_device_id(&k->sign_pub, &k->box_pub, &k->device);
}

static uint32_t
be(const uint8_t *p, size_t n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

bool
fuzz_resign(uint8_t *p, size_t len, const struct sign_key *key)
{
	size_t count, head, at, i, n;
	struct hash h;
	struct sig sig;

	if (len < CHANGESET_FIXED_BYTES)
		return false;
	count = be(p + CHANGESET_FIXED_BYTES - 2, 2);
	head = CHANGESET_FIXED_BYTES + count * CHANGESET_ENTRY_BYTES;
	if (count > CHANGESET_BODIES_MAX || len < head + CHANGESET_SIG_BYTES)
		return false;
	at = head + CHANGESET_SIG_BYTES;
	for (i = 0; i < count; i++) {
		n = be(p + CHANGESET_FIXED_BYTES + 4 * i, 4);
		if (n > len - at)
			return false;
		keys_hash("tugi body hash 1", view_of(p + at, n), &h);
		memcpy(p + CHANGESET_FIXED_BYTES + 4 * count + 32 * i, h.b,
		    sizeof(h.b));
		at += n;
	}
	keys_hash("tugi changeset 1", view_of(p, head), &h);
	keys_sign(key, "tugi changeset sig 1", view_of(h.b, sizeof(h.b)),
	    &sig);
	memcpy(p + head, sig.b, sizeof(sig.b));
	return at == len;
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *out = mem_new(size + 1);

	if (size > 0)
		memcpy(out, data, size);
	return out;
}

uint64_t
fuzz_take(struct fuzz_in *in, size_t n)
{
	uint64_t v = 0;

	for (; n > 0; n--) {
		v = v << 8 | (in->left > 0 ? *in->data : 0);
		if (in->left > 0) {
			in->data++;
			in->left--;
		}
	}
	return v;
}

struct view
fuzz_take_view(struct fuzz_in *in, size_t n)
{
	struct view v = view_of(in->data, n < in->left ? n : in->left);

	in->data += v.len;
	in->left -= v.len;
	return v;
}
