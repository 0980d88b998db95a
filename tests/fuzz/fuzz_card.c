/* A card as somebody types it from paper: what is understood, printed again,
 * is understood the same. */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/card.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct card c;
	struct buf once, twice;
	struct err e;

	fuzz_begin();
	err_clear(&e);
	buf_init(&once, 4096);
	buf_init(&twice, 4096);
	if (card_decode(text, &c, &e) == 0) {
		card_encode(&c, &once);
		FUZZ_SURE(!once.toobig);
		FUZZ_SURE(card_decode(buf_str(&once), &c, &e) == 0);
		card_encode(&c, &twice);
		FUZZ_SURE(view_eq(buf_view(&once), buf_view(&twice)));
	} else {
		fuzz_refused(&e);
	}
	buf_done(&once);
	buf_done(&twice);
	mem_free(text);
	return 0;
}
