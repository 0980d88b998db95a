/* The hub's request or answer "blob/put": there and back. */
#include "common/wire/proto.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct proto_blob_put m;
	int rc = proto_blob_put_decode(in, &m, e);

	if (rc == 0)
		proto_blob_put_encode(&m, out);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
