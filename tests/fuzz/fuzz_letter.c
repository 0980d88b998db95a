/*
 * A letter: as it came, read and opened by a device; and the same bytes as
 * the text of a letter that is sealed, carried and opened.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/letter.h"
#include "common/wire/pack.h"
#include "tests/fuzz/fuzz.h"

static const struct id space = { { 3 } };

static void
read_letter(struct view in)
{
	struct letter *l = mem_new(sizeof(*l));
	struct device_keys me;
	struct buf out;
	struct err e;

	fuzz_device(0, &me);
	err_clear(&e);
	buf_init(&out, PACK_PLAIN_MAX);
	if (letter_decode(in, l, &e) != 0)
		fuzz_refused(&e);
	else if (letter_open(l, &me, &space, &out, &e) != 0)
		fuzz_refused(&e);
	buf_done(&out);
	mem_free(l);
}

static void
carry(struct view plain)
{
	struct letter *l = mem_new(sizeof(*l)), *got = mem_new(sizeof(*got));
	struct device_keys me;
	struct letter_seal_in in = { &me.box_pub, &me.box_pub, &space, plain };
	struct buf wire, back;
	struct err e;

	fuzz_device(0, &me);
	l->kind = LETTER_DEPOSIT;
	l->to_count = 1;
	l->to[0] = me.device;
	buf_init(&wire, 2 * LETTER_TEXT_MAX);
	buf_init(&back, PACK_PLAIN_MAX);
	if (letter_seal(l, &in, &wire, &e) == 0) {
		FUZZ_SURE(letter_decode(buf_view(&wire), got, &e) == 0);
		FUZZ_SURE(letter_open(got, &me, &space, &back, &e) == 0);
		FUZZ_SURE(view_eq(buf_view(&back), plain));
	}
	buf_done(&wire);
	buf_done(&back);
	mem_free(l);
	mem_free(got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_begin();
	read_letter(view_of(data, size));
	carry(view_of(data, size));
	return 0;
}
