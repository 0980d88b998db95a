/* The plain text of a memo: there and back. */
#include "common/wire/letter.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct letter_memo m;

	if (letter_memo_decode(in, &m, e) != 0)
		return -1;
	return letter_memo_encode(&m, out, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
