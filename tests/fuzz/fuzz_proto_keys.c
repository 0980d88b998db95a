/* Papers of the hub's keys: one form; and as words, read and written again. */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/hubkey.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	static struct hubkeys l;

	if (hubkeys_decode(in, &l, e) != 0)
		return -1;
	FUZZ_SURE(l.count <= HUBKEY_LIST_MAX);
	hubkeys_encode(&l, out);
	return 0;
}

static void
words(const char *text, bool is_signed)
{
	char once[HUBKEY_TEXT_BYTES], twice[HUBKEY_TEXT_BYTES];
	struct hubkey k;
	struct err e;

	err_clear(&e);
	if (hubkey_read(text, is_signed, &k, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	hubkey_text(&k, is_signed, once);
	FUZZ_SURE(hubkey_read(once, is_signed, &k, &e) == 0);
	hubkey_text(&k, is_signed, twice);
	FUZZ_SURE(strcmp(once, twice) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	fuzz_begin();
	fuzz_again(view_of(data, size), again);
	text = fuzz_text(data, size);
	words(text, false);
	words(text, true);
	mem_free(text);
	return 0;
}
