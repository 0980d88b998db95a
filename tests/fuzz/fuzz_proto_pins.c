/* What the hub says of its TLS keys: one form. */
#include "common/wire/pins.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct pins p;

	if (pins_decode(in, &p, e) != 0)
		return -1;
	pins_encode(&p, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
