/* What a hub says of how its log came to its id: there and back. */
#include "common/wire/proto.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	static struct proto_successions m;

	if (proto_successions_decode(in, &m, e) != 0)
		return -1;
	FUZZ_SURE(m.count <= PROTO_SUCCESSIONS_MAX);
	proto_successions_encode(&m, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
