/* The hub's request or answer "enrol": there and back. */
#include "common/base/mem.h"
#include "common/wire/proto.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct proto_enrol *m = mem_new(sizeof(*m));
	int rc = proto_enrol_decode(in, m, e);

	if (rc == 0)
		proto_enrol_encode(m, out);
	mem_free(m);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
