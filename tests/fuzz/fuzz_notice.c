/* The bodies of memos about overrides, each there and back. */
#include "common/wire/notice.h"
#include "tests/fuzz/fuzz.h"

static int
notice(struct view in, struct buf *out, struct err *e)
{
	struct notice n;

	if (notice_decode(in, &n, e) != 0)
		return -1;
	notice_encode(&n, out);
	return 0;
}

static int
ask(struct view in, struct buf *out, struct err *e)
{
	struct notice_ask a;

	if (notice_ask_decode(in, &a, e) != 0)
		return -1;
	notice_ask_encode(&a, out);
	return 0;
}

static int
answer(struct view in, struct buf *out, struct err *e)
{
	struct notice_answer a;

	if (notice_answer_decode(in, &a, e) != 0)
		return -1;
	notice_answer_encode(&a, out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), notice);
	fuzz_again(view_of(data, size), ask);
	fuzz_again(view_of(data, size), answer);
	return 0;
}
