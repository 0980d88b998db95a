/*
 * Packed text, with the decompressor behind it: never more than its ceiling
 * comes out. And the same bytes packed and opened. And a text compressed here,
 * with our dictionary, then damaged: length u16, text, then place u16 and a
 * byte to lay over it, again and again.
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

static void
open_any(struct view in, size_t max)
{
	struct buf out;
	struct err e;

	err_clear(&e);
	buf_init(&out, PACK_PLAIN_MAX);
	if (pack_open(in, max, &out, &e) == 0)
		FUZZ_SURE(out.len <= max);
	else
		fuzz_refused(&e);
	buf_done(&out);
}

static void
damaged(struct fuzz_in in, size_t max)
{
	struct view plain = fuzz_take_view(&in, fuzz_take(&in, 2));
	struct buf packed;
	struct err e;
	size_t at;

	buf_init(&packed, 2 * PACK_PLAIN_MAX);
	if (pack_add(plain, true, 16, &packed, &e) == 0) {
		while (in.left > 0) {
			at = fuzz_take(&in, 2) % packed.len;
			packed.data[at] = (uint8_t)fuzz_take(&in, 1);
		}
		open_any(buf_view(&packed), max);
	}
	buf_done(&packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t max = size % 2 == 0 ? PACK_PLAIN_MAX : 1000;
	struct view in = view_of(data, size);

	fuzz_begin();
	open_any(in, max);
	damaged((struct fuzz_in){ data, size }, max);
	there_and_back(in, true);
	there_and_back(in, false);
	return 0;
}
