/*
 * A file of held text on its way to a person's next device. First byte, by
 * three: the file as it is; the plain text inside, of a device that lies; a
 * file of two texts with some bytes changed, which opens whole or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/heldfile.h"
#include "tests/fuzz/fuzz.h"

static struct device_keys from, to;

static void
as_it_is(struct view in)
{
	struct id a, b;
	struct buf out;
	struct err e = { 0 };

	buf_init(&out, HELDFILE_BYTES_MAX);
	if (heldfile_read(in, &a, &b, &e) != 0)
		fuzz_refused(&e);
	err_clear(&e);
	if (heldfile_open(in, &from.sign_pub, &to, &out, &e) != 0)
		fuzz_refused(&e);
	buf_done(&out);
}

static void
texts(struct view plain)
{
	struct heldfile_text *t = mem_new(HELDFILE_TEXTS_MAX * sizeof(*t));
	struct heldfile_to whom = { to.device, to.box_pub };
	struct buf file, again;
	struct err e = { 0 };
	size_t n;

	buf_init(&file, HELDFILE_BYTES_MAX);
	buf_init(&again, HELDFILE_BYTES_MAX);
	if (heldfile_texts(plain, t, HELDFILE_TEXTS_MAX, &n, &e) == 0) {
		heldfile_make(&from, &whom, t, n, &file);
		FUZZ_SURE(heldfile_open(buf_view(&file), &from.sign_pub, &to,
		    &again, &e) == 0);
		FUZZ_SURE(view_eq(buf_view(&again), plain));
	} else {
		fuzz_refused(&e);
	}
	mem_free(t);
	buf_done(&file);
	buf_done(&again);
}

/* Steps of place u16 and another byte u8. */
static void
changed(struct fuzz_in *in)
{
	struct heldfile_text two[] = { { { { 1 } }, view_str("first") },
		{ { { 2 } }, view_str("second") } };
	struct heldfile_to whom = { to.device, to.box_pub };
	struct buf file, was, out;
	struct err e = { 0 };
	bool same;
	size_t at;

	buf_init(&file, HELDFILE_BYTES_MAX);
	buf_init(&was, HELDFILE_BYTES_MAX);
	buf_init(&out, HELDFILE_BYTES_MAX);
	heldfile_make(&from, &whom, two, 2, &file);
	buf_add(&was, file.data, file.len);
	while (in->left > 0) {
		at = (size_t)fuzz_take(in, 2) % file.len;
		file.data[at] = (uint8_t)fuzz_take(in, 1);
	}
	same = view_eq(buf_view(&file), buf_view(&was));
	if (heldfile_open(buf_view(&file), &from.sign_pub, &to, &out,
	    &e) == 0) {
		FUZZ_SURE(same);
	} else {
		FUZZ_SURE(!same);
		fuzz_refused(&e);
	}
	buf_done(&file);
	buf_done(&was);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint64_t which = fuzz_take(&in, 1) % 3;

	fuzz_begin();
	fuzz_device(1, &from);
	fuzz_device(2, &to);
	if (which == 0)
		as_it_is(view_of(in.data, in.left));
	else if (which == 1)
		texts(view_of(in.data, in.left));
	else
		changed(&in);
	return 0;
}
