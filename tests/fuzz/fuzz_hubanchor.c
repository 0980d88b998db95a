/*
 * A device's word on its store, as a hub hands it back. First byte even: any
 * bytes; odd: a true one with bytes changed (steps of place u8 and another byte
 * u8). Nothing opens but what the device has said, unchanged.
 */
#include <string.h>

#include "common/wire/hubanchor.h"
#include "tests/fuzz/fuzz.h"

#define TURN 5

static void
check(const struct device_keys *me, struct view in, struct view whole)
{
	struct hubanchor_mark said;
	struct hubanchor a;
	struct err e;

	if (hubanchor_read(in, &a, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	if (!hubanchor_open(me, in, &said)) {
		FUZZ_SURE(!view_eq(in, whole));
		return;
	}
	FUZZ_SURE(view_eq(in, whole));
	FUZZ_SURE(a.turn == TURN && id_eq(&a.device, &me->device));
	FUZZ_SURE(said.seq == 77 && said.head.b[31] == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_keys me;
	struct hubanchor_mark mark = { 77, { { [31] = 1 } } };
	struct fuzz_in in = { data, size };
	bool made = fuzz_take(&in, 1) % 2 == 1;
	struct buf whole, b;
	size_t at;

	fuzz_begin();
	fuzz_device(1, &me);
	buf_init(&whole, HUBANCHOR_BYTES);
	buf_init(&b, HUBANCHOR_BYTES);
	hubanchor_make(&me, TURN, &mark, &whole);
	buf_add(&b, whole.data, whole.len);
	while (made && in.left > 0) {
		at = (size_t)fuzz_take(&in, 1) % HUBANCHOR_BYTES;
		b.data[at] = (uint8_t)fuzz_take(&in, 1);
	}
	check(&me, made ? buf_view(&b) : view_of(in.data, in.left),
	    buf_view(&whole));
	buf_done(&b);
	buf_done(&whole);
	return 0;
}
