/* The plain text of a deposit: a list of records, each as it was sealed. */
#include "common/wire/letter.h"
#include "common/wire/record.h"
#include "tests/fuzz/fuzz.h"

#define RECORDS_MAX 64

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct view records[RECORDS_MAX];
	size_t n;

	if (letter_deposit_decode(in, records, RECORDS_MAX, &n, e) != 0)
		return -1;
	FUZZ_SURE(n <= RECORDS_MAX);
	letter_deposit_encode(records, n, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
