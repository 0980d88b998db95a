/* An erase order, its request and its answer: there and back. The first byte
 * says which. */
#include "common/wire/erase.h"
#include "tests/fuzz/fuzz.h"

static int
again_order(struct view in, struct buf *out, struct err *e)
{
	static struct erase o;

	if (erase_decode(in, &o, e) != 0)
		return -1;
	FUZZ_SURE(o.what.count <= ERASE_ITEMS_MAX);
	erase_encode(&o, out);
	return 0;
}

static int
again_ask(struct view in, struct buf *out, struct err *e)
{
	static struct erase_ask a;

	if (erase_ask_decode(in, &a, e) != 0)
		return -1;
	erase_ask_encode(&a, out);
	return 0;
}

static int
again_answer(struct view in, struct buf *out, struct err *e)
{
	struct erase_answer a;

	if (erase_answer_decode(in, &a, e) != 0)
		return -1;
	erase_answer_encode(&a, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint64_t which = fuzz_take(&in, 1);
	struct view rest = view_of(in.data, in.left);

	fuzz_again(rest, which == 0 ? again_order : which == 1 ? again_ask :
	    again_answer);
	return 0;
}
