/* An access statement: there and back. */
#include "common/wire/access.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct access a;

	if (access_decode(in, &a, e) != 0)
		return -1;
	access_encode(&a, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
