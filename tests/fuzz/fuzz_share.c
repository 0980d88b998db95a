/* A share as somebody types it from paper: what is understood, printed again,
 * is understood the same. */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/card.h"
#include "tests/fuzz/fuzz.h"

/* With each share of a key that is not its own: never taken for one. */
static void
join(const struct share *c)
{
	uint8_t secret[32] = { 9 };
	struct share all[CARD_SHARES];
	struct err e;
	int i;

	share_split(secret, all);
	for (i = 0; i < CARD_SHARES; i++)
		if (!hash_eq(&all[i].check, &c->check)) {
			FUZZ_SURE(share_join(&all[i], c, secret, &e) != 0);
			fuzz_refused(&e);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct share c;
	struct buf once, twice;
	struct err e;

	fuzz_begin();
	err_clear(&e);
	buf_init(&once, 4096);
	buf_init(&twice, 4096);
	if (share_decode(text, &c, &e) == 0) {
		share_encode(&c, &once);
		FUZZ_SURE(!once.toobig);
		FUZZ_SURE(share_decode(buf_str(&once), &c, &e) == 0);
		share_encode(&c, &twice);
		FUZZ_SURE(view_eq(buf_view(&once), buf_view(&twice)));
		join(&c);
	} else {
		fuzz_refused(&e);
	}
	buf_done(&once);
	buf_done(&twice);
	mem_free(text);
	return 0;
}
