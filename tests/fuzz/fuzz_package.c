/*
 * A package for somebody outside. First byte even: the list of its files, as
 * it is once opened; put together again it is the same bytes. Odd: a sealed
 * package with some bytes of it changed, which opens whole or not at all.
 */
#include <string.h>

#include "common/wire/package.h"
#include "tests/fuzz/fuzz.h"

#define PASS view_str("four small invented words")
#define KIB_AT 20 /* schema/package.md */

static void
list(struct view in)
{
	struct view at = in, data;
	struct buf again;
	struct err e = { 0 };
	char name[64];
	int rc;

	buf_init(&again, PACKAGE_MAX);
	while ((rc = package_next(&at, name, &data)) == 1)
		FUZZ_SURE(package_put(&again, name, data, &e) == 0);
	if (rc == 0)
		FUZZ_SURE(view_eq(buf_view(&again), in));
	buf_done(&again);
}

/* What is no cost of ours would only be slow. */
static bool
is_cheap(const struct buf *b)
{
	return b->len < KIB_AT + 4 || (memcmp(b->data + KIB_AT, "\0\0\0", 3) ==
	    0 && memcmp(b->data + KIB_AT - 4, "\0\0\0", 3) == 0);
}

/* u16 how many bytes stay, then steps of place u32 and another byte u8. */
static void
open_changed(struct fuzz_in *in)
{
	static const struct package_cost least = { 1, 8 };
	struct buf files, sealed, was, out;
	struct err e = { 0 };
	size_t at;

	buf_init(&files, PACKAGE_MAX);
	buf_init(&sealed, PACKAGE_MAX);
	buf_init(&was, PACKAGE_MAX);
	buf_init(&out, PACKAGE_MAX);
	FUZZ_SURE(package_put(&files, "note.txt", view_str("some words"),
	    &e) == 0);
	FUZZ_SURE(package_seal(buf_view(&files), PASS, &least, &sealed,
	    &e) == 0);
	buf_add(&was, sealed.data, sealed.len);
	at = (size_t)fuzz_take(in, 2);
	if (at > 0 && at < sealed.len)
		sealed.len = at;
	while (in->left > 0) {
		at = (size_t)fuzz_take(in, 4) % sealed.len;
		sealed.data[at] = (uint8_t)fuzz_take(in, 1);
	}
	if (is_cheap(&sealed)) {
		if (package_open(buf_view(&sealed), PASS, &out, &e) == 0) {
			FUZZ_SURE(view_eq(buf_view(&sealed), buf_view(&was)));
			FUZZ_SURE(view_eq(buf_view(&out), buf_view(&files)));
		} else {
			fuzz_refused(&e);
			FUZZ_SURE(out.len == 0);
			FUZZ_SURE(!view_eq(buf_view(&sealed), buf_view(&was)));
		}
	}
	buf_done(&files);
	buf_done(&sealed);
	buf_done(&was);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };

	fuzz_begin();
	if (fuzz_take(&in, 1) % 2 == 0)
		list(view_of(in.data, in.left));
	else
		open_changed(&in);
	return 0;
}
