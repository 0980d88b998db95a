/* The plain text of an outcome: there and back. */
#include "common/wire/letter.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct letter_outcome o;

	if (letter_outcome_decode(in, &o, e) != 0)
		return -1;
	letter_outcome_encode(&o, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
