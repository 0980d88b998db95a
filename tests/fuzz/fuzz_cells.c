/*
 * Pages of a store whose disk went bad, as salvage reads them: u8 which page,
 * then pages of 4096 bytes, the last filled up with zeros. Every value of a
 * row lies in what was read; no row is longer than all pages together.
 */
#include <string.h>

#include "client/core/vault/cells.h"
#include "client/core/vault/pages.h"
#include "tests/fuzz/fuzz.h"

#define BODY_MAX ((size_t)64 << 20)

static struct view pages;

static int
page(void *ctx, uint64_t n, uint8_t *out)
{
	size_t at = (size_t)(n - 1) * PAGES_BYTES, some;

	(void)ctx;
	FUZZ_SURE(n >= 1 && at < pages.len);
	some = pages.len - at < PAGES_BYTES ? pages.len - at : PAGES_BYTES;
	memcpy(out, pages.data + at, some);
	memset(out + some, 0, PAGES_BYTES - some);
	return n % 5 == 0 ? -1 : 0; /* the fifth is lost */
}

static void
check(const struct cells_row *row, const struct buf *body)
{
	const struct cells_value *v;
	size_t i;

	FUZZ_SURE(row->count <= CELLS_VALUES_MAX);
	FUZZ_SURE(body->len <= pages.len + PAGES_BYTES);
	for (i = 0; i < row->count; i++) {
		v = &row->v[i];
		FUZZ_SURE(v->data.len == 0 || (v->data.data >= body->data &&
		    v->data.data + v->data.len <= body->data + body->len));
	}
}

/* Rows of one place are one row: a page of zeros has a thousand of them. */
static void
check_rows(const struct cells *c, const uint8_t *page, uint64_t n)
{
	bool inner = cells_kind(page, n) == CELLS_INDEX_INNER;
	const uint8_t *place = page + (n == 1 ? 100 : 0) + (inner ? 12 : 8);
	size_t i, at, count = cells_rows(page, n);
	bool met[1 << 16] = { false };
	struct cells_row row;
	struct buf body;

	buf_init(&body, BODY_MAX);
	for (i = 0; i < count; i++) {
		at = (size_t)place[2 * i] << 8 | place[2 * i + 1];
		if (!met[at] && cells_row(c, page, n, i, &row, &body) == 0)
			check(&row, &body);
		met[at] = true;
	}
	buf_done(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct cells c = { page, NULL, PAGES_USABLE, 0 };
	uint8_t first[PAGES_BYTES];
	struct buf below;
	uint32_t child;
	uint64_t n = fuzz_take(&in, 1);
	size_t i;

	pages = view_of(in.data, in.left);
	c.count = (pages.len + PAGES_BYTES - 1) / PAGES_BYTES;
	if (c.count == 0 || page(NULL, n = 1 + n % c.count, first) != 0)
		return 0;
	buf_init(&below, BODY_MAX);
	cells_children(&c, first, n, &below);
	for (i = 0; i < below.len; i += sizeof(child)) {
		memcpy(&child, below.data + i, sizeof(child));
		FUZZ_SURE(child >= 2 && child <= c.count);
	}
	check_rows(&c, first, n);
	buf_done(&below);
	return 0;
}
