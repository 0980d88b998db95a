/*
 * A page: header, an array of cell positions, cells. A cell: for a leaf of a
 * table its length and rowid, for pages of an index its length, then the
 * beginning of the record and perhaps the first page of its overflow.
 */
#include "client/core/vault/cells.h"

#include <string.h>

#define PAGE_BYTES 4096
#define ROW_BYTES_MAX ((size_t)64 << 20)

struct at { /* a place in some bytes */
	const uint8_t *p;
	size_t i, end;
	bool bad;
};

static uint64_t
varint(struct at *a)
{
	uint64_t v = 0;
	int n;

	for (n = 0; n < 9 && a->i < a->end; n++) {
		uint8_t b = a->p[a->i++];

		if (n == 8)
			return v << 8 | b;
		v = v << 7 | (b & 0x7f);
		if (b < 0x80)
			return v;
	}
	a->bad = true;
	return 0;
}

static size_t
head_at(uint64_t n)
{
	return n == 1 ? 100 : 0;
}

static bool
is_inner(enum cells_page k)
{
	return k == CELLS_TABLE_INNER || k == CELLS_INDEX_INNER;
}

enum cells_page
cells_kind(const uint8_t *page, uint64_t n)
{
	enum cells_page k = (enum cells_page)page[head_at(n)];

	switch (k) {
	case CELLS_TABLE_LEAF:
	case CELLS_TABLE_INNER:
	case CELLS_INDEX_LEAF:
	case CELLS_INDEX_INNER:
		return k;
	default:
		return CELLS_NONE;
	}
}

size_t
cells_rows(const uint8_t *page, uint64_t n)
{
	enum cells_page k = cells_kind(page, n);
	size_t count = be_get(page + head_at(n) + 3, 2);

	return k == CELLS_NONE || k == CELLS_TABLE_INNER ||
	    count > PAGE_BYTES / 4 ? 0 : count;
}

static size_t
cell_at(const uint8_t *page, uint64_t n, size_t i)
{
	size_t first = head_at(n) + (is_inner(cells_kind(page, n)) ? 12 : 8);

	return be_get(page + first + 2 * i, 2);
}

void
cells_children(const struct cells *c, const uint8_t *page, uint64_t n,
    struct buf *out)
{
	size_t i, at, count = be_get(page + head_at(n) + 3, 2);
	uint32_t child;

	if (!is_inner(cells_kind(page, n)) || count > PAGE_BYTES / 4)
		return;
	for (i = 0; i <= count; i++) {
		at = i < count ? cell_at(page, n, i) : head_at(n) + 8;
		if (at + 4 > c->usable)
			continue;
		child = (uint32_t)be_get(page + at, 4);
		if (child > 1 && child <= c->count)
			buf_add(out, &child, sizeof(child));
	}
}

/* ---- one record ---- */

static size_t
local_bytes(const struct cells *c, enum cells_page k, size_t len)
{
	size_t u = c->usable, most = k == CELLS_TABLE_LEAF ? u - 35 :
	    (u - 12) * 64 / 255 - 23;
	size_t least = (u - 12) * 32 / 255 - 23, some;

	if (len <= most)
		return len;
	some = least + (len - least) % (u - 4);
	return some <= most ? some : least;
}

/* The rest of a long record, page after page. */
static int
follow(const struct cells *c, uint64_t next, size_t len, struct buf *body)
{
	uint8_t page[PAGE_BYTES];
	size_t piece;
	int rc = 0;

	while (rc == 0 && body->len < len) {
		if (body->nomem || body->toobig || next < 2 || next > c->count ||
		    c->page(c->ctx, next, page) != 0) {
			rc = -1;
			break;
		}
		next = be_get(page, 4);
		piece = len - body->len < c->usable - 4 ? len - body->len :
		    c->usable - 4;
		buf_add(body, page + 4, piece);
	}
	return rc;
}

static int
gather(const struct cells *c, const uint8_t *page, enum cells_page k,
    struct at *a, struct buf *body)
{
	uint64_t len = varint(a);
	size_t local;

	/* No row is longer than the file, however its pages are chained. */
	if (a->bad || len > ROW_BYTES_MAX || len > c->count * c->usable)
		return -1;
	if (k == CELLS_TABLE_LEAF)
		(void)varint(a); /* the rowid, read before */
	local = local_bytes(c, k, (size_t)len);
	if (a->bad || a->i + local + (local < len ? 4 : 0) > c->usable)
		return -1;
	buf_reset(body);
	buf_add(body, page + a->i, local);
	return local == len ? 0 :
	    follow(c, be_get(page + a->i + local, 4), (size_t)len, body);
}

static int64_t
signed_be(const uint8_t *p, size_t n)
{
	uint64_t v = n > 0 && p[0] >= 0x80 ? UINT64_MAX : 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* The value of a serial type at ${at}; its length, or -1. */
static int64_t
take_value(uint64_t type, const uint8_t *at, size_t left,
    struct cells_value *out)
{
	static const uint8_t length[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };
	size_t len = type < 10 ? length[type] : (size_t)(type - 12) / 2;

	memset(out, 0, sizeof(*out));
	if (type == 10 || type == 11 || len > left)
		return -1;
	if (type == 0)
		return 0;
	if (type < 10) {
		out->type = type == 7 ? CELLS_REAL : CELLS_INT;
		out->num = type >= 8 ? (int64_t)type - 8 : signed_be(at, len);
	} else {
		out->type = type % 2 == 0 ? CELLS_BLOB : CELLS_TEXT;
		out->data = view_of(at, len);
	}
	return (int64_t)len;
}

static int
take_record(const struct buf *body, struct cells_row *row)
{
	struct at a = { body->data, 0, body->len, false };
	uint64_t head = varint(&a);
	size_t at = (size_t)head;
	int64_t n;

	row->count = 0;
	if (a.bad || head > body->len || head < a.i)
		return -1;
	a.end = (size_t)head;
	while (a.i < a.end) {
		uint64_t type = varint(&a);

		if (a.bad || row->count == CELLS_VALUES_MAX)
			return -1;
		n = take_value(type, body->data + at, body->len - at,
		    &row->v[row->count++]);
		if (n < 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

int
cells_row(const struct cells *c, const uint8_t *page, uint64_t n, size_t i,
    struct cells_row *row, struct buf *body)
{
	enum cells_page k = cells_kind(page, n);
	struct at a = { page, cell_at(page, n, i), c->usable, false };
	struct at id;

	memset(row, 0, sizeof(*row));
	if (k == CELLS_INDEX_INNER)
		a.i += 4;
	if (k == CELLS_TABLE_INNER || k == CELLS_NONE || a.i >= a.end)
		return -1;
	id = a;
	(void)varint(&id);
	if (k == CELLS_TABLE_LEAF)
		row->rowid = (int64_t)varint(&id);
	if (gather(c, page, k, &a, body) != 0 || body->nomem || body->toobig)
		return -1;
	return take_record(body, row);
}
