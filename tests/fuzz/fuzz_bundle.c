/*
 * Bundles: bytes as a file for a hub and for a device, and as what stands
 * inside the seals. One form: encode(decode(x)) is x; what is sealed opens to
 * the same.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/stick.h"
#include "tests/fuzz/fuzz.h"

static struct sign_pub hub;
static struct sign_key hub_key;

static void
open_files(struct view in, const struct device_keys *me)
{
	struct bundle_answer *answer = mem_new(sizeof(*answer));
	struct bundle_ask ask;
	struct buf plain;
	struct err e;

	buf_init(&plain, BUNDLE_ANSWER_MAX);
	err_clear(&e);
	if (bundle_ask_open(in, &hub, &hub_key, &plain, &ask, &e) != 0)
		fuzz_refused(&e);
	buf_reset(&plain);
	err_clear(&e);
	if (bundle_answer_open(in, me, &hub, &plain, answer, &e) != 0)
		fuzz_refused(&e);
	buf_done(&plain);
	mem_free(answer);
}

static void
read_ask(struct view in, const struct device_keys *me)
{
	struct bundle_ask m, got;
	struct buf out, plain;
	struct err e;

	err_clear(&e);
	if (bundle_ask_decode(in, &m, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	buf_init(&out, BUNDLE_ASK_MAX);
	buf_init(&plain, BUNDLE_ASK_MAX);
	bundle_ask_encode(&m, &out);
	FUZZ_SURE(view_eq(buf_view(&out), in));
	buf_reset(&out);
	bundle_ask_seal(&m, me, &hub, &out);
	FUZZ_SURE(bundle_ask_open(buf_view(&out), &hub, &hub_key, &plain,
	    &got, &e) == 0);
	FUZZ_SURE(bundle_ask_signed(&plain, &me->sign_pub));
	FUZZ_SURE(view_eq(got.push, m.push) && view_eq(got.pull, m.pull));
	buf_done(&out);
	buf_done(&plain);
}

static void
read_answer(struct view in)
{
	struct bundle_answer *m = mem_new(sizeof(*m));
	struct buf out;
	struct err e;

	err_clear(&e);
	buf_init(&out, BUNDLE_ANSWER_MAX);
	if (bundle_answer_decode(in, m, &e) != 0) {
		fuzz_refused(&e);
	} else {
		bundle_answer_encode(m, &out);
		FUZZ_SURE(view_eq(buf_view(&out), in));
	}
	buf_done(&out);
	mem_free(m);
}

static void
read_stick(struct view in)
{
	struct stick_answer answer;
	struct stick_ask ask;
	struct buf out;
	struct view one;
	struct err e;
	size_t at = 0;

	buf_init(&out, BUNDLE_ANSWER_MAX);
	err_clear(&e);
	if (stick_ask_decode(in, &ask, &e) != 0) {
		fuzz_refused(&e);
	} else {
		stick_ask_encode(&ask, &out);
		FUZZ_SURE(view_eq(buf_view(&out), in));
	}
	buf_reset(&out);
	err_clear(&e);
	if (stick_answer_decode(in, &answer, &e) != 0) {
		fuzz_refused(&e);
	} else {
		stick_answer_encode(&answer, &out);
		FUZZ_SURE(view_eq(buf_view(&out), in));
	}
	buf_reset(&out);
	err_clear(&e);
	if (stick_is(in) && stick_check(in, &e) == 0) {
		stick_begin(&out);
		while (stick_next(in, &at, &one, &e) == 1)
			stick_add(one, &out);
		FUZZ_SURE(view_eq(buf_view(&out), in));
	}
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 9 };
	struct device_keys me;

	fuzz_begin();
	keys_sign_from_seed(seed, &hub, &hub_key);
	fuzz_device(0, &me);
	open_files(view_of(data, size), &me);
	read_ask(view_of(data, size), &me);
	read_answer(view_of(data, size));
	read_stick(view_of(data, size));
	return 0;
}
