/*
 * Packed text, with the decompressor behind it: never more than its ceiling
 * comes out. And the same bytes packed and opened.
 */
#include "common/wire/pack.h"
#include "tests/fuzz/fuzz.h"

static void
there_and_back(struct view plain, bool squeeze)
{
	struct buf packed, back;
	struct err e;

	buf_init(&packed, 2 * PACK_PLAIN_MAX);
	buf_init(&back, PACK_PLAIN_MAX);
	if (pack_add(plain, squeeze, 16, &packed, &e) == 0) {
		FUZZ_SURE(pack_class(packed.len + 16) == packed.len + 16);
		FUZZ_SURE(pack_open(buf_view(&packed), PACK_PLAIN_MAX, &back,
		    &e) == 0);
		FUZZ_SURE(view_eq(buf_view(&back), plain));
	} else {
		fuzz_refused(&e);
	}
	buf_done(&packed);
	buf_done(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t max = size % 2 == 0 ? PACK_PLAIN_MAX : 1000;
	struct view in = view_of(data, size);
	struct buf out;
	struct err e;

	fuzz_begin();
	err_clear(&e);
	buf_init(&out, PACK_PLAIN_MAX);
	if (pack_open(in, max, &out, &e) == 0)
		FUZZ_SURE(out.len <= max);
	else
		fuzz_refused(&e);
	buf_done(&out);
	there_and_back(in, true);
	there_and_back(in, false);
	return 0;
}
