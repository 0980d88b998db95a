/* An epoch record: there and back; then asked for keys by one who is listed
 * and one who is not. No key comes out that the record is not committed to. */
#include "common/wire/epoch.h"
#include "tests/fuzz/fuzz.h"

static void
ask(const struct epoch *ep)
{
	struct sym_key key = { { 7 } }, prev;
	struct device_keys me;
	struct err e;

	fuzz_device(0, &me);
	(void)epoch_find(ep, &me.device);
	err_clear(&e);
	if (epoch_open(ep, ep->recovery, &me.box_pub, &me.box, &key, &e) == 0)
		FUZZ_SURE(epoch_is_key(ep, &key));
	else
		fuzz_refused(&e);
	err_clear(&e);
	if (epoch_unwrap(ep, &key, &prev, &e) != 0)
		fuzz_refused(&e);
}

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct epoch ep;
	size_t i;

	if (epoch_decode(in, &ep, e) != 0)
		return -1;
	FUZZ_SURE(ep.recipient_count <= EPOCH_RECIPIENTS_MAX);
	for (i = 1; i < ep.recipient_count; i++)
		FUZZ_SURE(id_cmp(&ep.recipients[i - 1].device,
		    &ep.recipients[i].device) < 0);
	ask(&ep);
	epoch_encode(&ep, out);
	epoch_done(&ep);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
