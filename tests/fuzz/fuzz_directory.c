/* A directory entry: there and back. */
#include <string.h>

#include "common/wire/directory.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct directory_entry d;

	if (directory_decode(in, &d, e) != 0)
		return -1;
	FUZZ_SURE(memchr(d.hub_name, '\0', sizeof(d.hub_name)) != NULL);
	directory_voucher_text(&d, out);
	directory_recover_text(&d, out);
	buf_reset(out);
	directory_encode(&d, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
