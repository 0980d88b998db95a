/* The CBOR reader: any input is walked as its own types say, and written
 * again. What is taken to its end was in the one form there is. */
#include "common/wire/cbor.h"
#include "tests/fuzz/fuzz.h"

static void item(struct cbor_reader *r, struct buf *out);

static void
array(struct cbor_reader *r, struct buf *out)
{
	size_t n = cbor_array(r, SIZE_MAX);

	cbor_put_array(out, n);
	while (n-- > 0 && !r->bad)
		item(r, out);
	cbor_leave(r);
}

/* A reader asks for the keys it knows: here those under 64. */
static void
map(struct cbor_reader *r, struct buf *out)
{
	uint64_t key, pairs;

	cbor_map(r);
	if (r->bad)
		return;
	pairs = r->level[r->depth - 1].left;
	cbor_put_map(out, pairs);
	for (key = 0; key < 64 && !r->bad; key++)
		if (cbor_key(r, key)) {
			cbor_put_uint(out, key);
			item(r, out);
		}
	cbor_leave(r);
}

static void
item(struct cbor_reader *r, struct buf *out)
{
	switch (cbor_peek(r)) {
	case CBOR_UINT:
		cbor_put_uint(out, cbor_uint(r));
		break;
	case CBOR_NEGINT:
		cbor_put_int(out, cbor_int(r));
		break;
	case CBOR_BYTES:
		cbor_put_bytes(out, cbor_bytes(r, SIZE_MAX));
		break;
	case CBOR_TEXT:
		cbor_put_text(out, cbor_text(r, SIZE_MAX));
		break;
	case CBOR_ARRAY:
		array(r, out);
		break;
	case CBOR_MAP:
		map(r, out);
		break;
	case CBOR_BOOL:
		cbor_put_bool(out, cbor_bool(r));
		break;
	case CBOR_NULL:
		cbor_null(r);
		cbor_put_null(out);
		break;
	case CBOR_NONE:
		r->bad = true;
	}
}

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct cbor_reader r;

	cbor_init(&r, in);
	item(&r, out);
	return cbor_end(&r, "an item", e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(view_of(data, size), again);
	return 0;
}
