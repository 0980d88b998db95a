/* Rows out of single pages, by hand: what is sound is read, what is not is
 * refused and reads nothing beside it (client/core/vault/cells.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/vault/cells.h"
#include "common/base/mem.h"

#define PAGES 8
#define BYTES 4096
#define USABLE 4016

static uint8_t pages[PAGES][BYTES];
static bool lost[PAGES];
static struct cells_row row;
static struct buf body;

static int
give(void *ctx, uint64_t n, uint8_t *out)
{
	(void)ctx;
	memcpy(out, pages[n - 1], BYTES);
	return lost[n - 1] ? -1 : 0;
}

static const struct cells c = { give, NULL, USABLE, PAGES };

static int
setup(void **state)
{
	(void)state;
	memset(pages, 0, sizeof(pages));
	memset(lost, 0, sizeof(lost));
	buf_init(&body, SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_done(&body);
	return 0;
}

/* Page 2 with one cell at ${at}; what comes of reading it. */
static int
one(enum cells_page kind, size_t at, const void *cell, size_t len)
{
	uint8_t *p = pages[1];
	bool inner = kind == CELLS_INDEX_INNER || kind == CELLS_TABLE_INNER;

	memset(p, 0, BYTES);
	p[0] = (uint8_t)kind;
	be_put(p + 3, 1, 2);
	be_put(p + (inner ? 12 : 8), at, 2);
	memcpy(p + at, cell, len);
	return cells_row(&c, p, 2, 0, &row, &body);
}

#define LEAF(text) one(CELLS_TABLE_LEAF, 3000, text, sizeof(text) - 1)

static void
test_values(void **state)
{
	(void)state;
	assert_int_equal(LEAF("\x03\x05\x02\x01\xff"), 0);
	assert_int_equal(row.rowid, 5);
	assert_int_equal(row.count, 1);
	assert_int_equal(row.v[0].num, -1);
	/* Nine bytes of rowid: all ones. */
	assert_int_equal(LEAF("\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\x02\x01\x7f"), 0);
	assert_int_equal(row.rowid, -1);
	assert_int_equal(row.v[0].num, 127);
	/* Nothing, zero, one, a number, a word, bytes. */
	assert_int_equal(LEAF("\x13\x01\x07\x00\x08\x09\x07\x11\x10"
	    "\x3f\xf0\0\0\0\0\0\0hi\1\2"), 0);
	assert_int_equal(row.count, 6);
	assert_int_equal(row.v[0].type, CELLS_NULL);
	assert_int_equal(row.v[1].num, 0);
	assert_int_equal(row.v[2].num, 1);
	assert_int_equal(row.v[3].type, CELLS_REAL);
	assert_int_equal(row.v[4].type, CELLS_TEXT);
	assert_memory_equal(row.v[4].data.data, "hi", 2);
	assert_int_equal(row.v[5].type, CELLS_BLOB);
	assert_int_equal(row.v[5].data.len, 2);
}

static void
test_nonsense(void **state)
{
	uint8_t many[80] = { 67, 1, 66 };

	(void)state;
	assert_int_equal(LEAF("\x02\x01\x02\x0a"), -1); /* no such type */
	assert_int_equal(LEAF("\x02\x01\x02\x0b"), -1);
	assert_int_equal(LEAF("\x02\x01\x02\x06"), -1); /* longer than it is */
	assert_int_equal(LEAF("\x02\x01\x09\x01"), -1);
	assert_int_equal(LEAF("\x01\x01\x00"), -1); /* a head of no bytes */
	assert_int_equal(LEAF("\x00\x01"), -1);
	assert_int_equal(LEAF("\x03\x01\x02\x81\x01"), -1); /* beyond the head */
	assert_int_equal(one(CELLS_TABLE_LEAF, 3000, many, sizeof(many)), -1);
	assert_int_equal(LEAF("\xff\xff\x7f\x01"), -1); /* than the file */
	assert_int_equal(LEAF("\xff\xff\xff\xff\x7f\x01"), -1);
	assert_int_equal(one(CELLS_TABLE_LEAF, USABLE - 1, "\x81", 1), -1);
	assert_int_equal(one(CELLS_TABLE_LEAF, USABLE - 2, "\x01\x81", 2), -1);
	assert_int_equal(one(CELLS_TABLE_LEAF, USABLE - 4, "\x40\x01", 2), -1);
	assert_int_equal(one(CELLS_TABLE_LEAF, USABLE, "\x01", 1), -1);
	assert_int_equal(one(CELLS_TABLE_INNER, 3000, "\x01", 1), -1);
	assert_int_equal(one(CELLS_NONE, 3000, "\x01", 1), -1);
}

/* A row of 5000 bytes: 985 here, the rest on pages 3 and 4. */
static int
longer(uint32_t next)
{
	uint8_t cell[1200];
	size_t here = (USABLE - 12) * 32 / 255 - 23;

	here += (5000 - here) % (USABLE - 4);
	memset(cell, 'a', sizeof(cell));
	memcpy(cell, "\xa7\x08\x01\x03\xce\x12", 6); /* a blob of 4995 */
	assert_true(here + 7 < sizeof(cell));
	be_put(cell + 3 + here, next, 4);
	return one(CELLS_TABLE_LEAF, 2000, cell, sizeof(cell));
}

static void
test_overflow(void **state)
{
	(void)state;
	memset(pages[2], 'b', BYTES);
	be_put(pages[2], 0, 4);
	assert_int_equal(longer(3), 0);
	assert_int_equal(body.len, 5000);
	assert_int_equal(body.data[4999], 'b');
	assert_int_equal(longer(1), -1);
	assert_int_equal(longer(PAGES + 1), -1);
	lost[2] = true;
	assert_int_equal(longer(3), -1);
}

static void
test_index_and_inner(void **state)
{
	uint8_t *p = pages[1];
	struct buf out;

	(void)state;
	assert_int_equal(one(CELLS_INDEX_INNER, 3000, "\0\0\0\3\x03\x02\x01\x07",
	    8), 0);
	assert_int_equal(row.v[0].num, 7);
	assert_int_equal(cells_rows(p, 2), 1);
	be_put(p + 8, 4, 4);
	buf_init(&out, SIZE_MAX);
	cells_children(&c, p, 2, &out);
	assert_int_equal(out.len, 2 * sizeof(uint32_t));
	/* Pages that are not there, and a cell outside. */
	buf_reset(&out);
	be_put(p + 8, 1, 4);
	be_put(p + 3000, PAGES + 1, 4);
	cells_children(&c, p, 2, &out);
	be_put(p + 12, USABLE - 2, 2);
	cells_children(&c, p, 2, &out);
	be_put(p + 3, 2000, 2);
	cells_children(&c, p, 2, &out);
	assert_int_equal(cells_rows(p, 2), 0);
	assert_int_equal(one(CELLS_INDEX_LEAF, 3000, "\x03\x02\x01\x07", 4), 0);
	cells_children(&c, p, 2, &out);
	assert_int_equal(out.len, 0);
	assert_int_equal(one(CELLS_TABLE_INNER, 3000, "\0\0\0\3\1", 5), -1);
	assert_int_equal(cells_rows(p, 2), 0);
	buf_done(&out);
	/* The first page's header lies behind the file's. */
	memset(pages[0], 0, BYTES);
	pages[0][100] = CELLS_TABLE_LEAF;
	assert_int_equal(cells_kind(pages[0], 1), CELLS_TABLE_LEAF);
	assert_int_equal(cells_kind(pages[0], 2), CELLS_NONE);
}

/* An index keeps less of a long row on the page: the other bound. */
static void
test_long_in_an_index(void **state)
{
	uint8_t cell[1500];
	size_t least = (USABLE - 12) * 32 / 255 - 23, len;

	(void)state;
	memset(cell, 'a', sizeof(cell));
	/* Of 1100 bytes the least stays here; a head of 3, one blob. */
	len = 1100;
	memcpy(cell, "\x88\x4c\x03\x91\x1e", 5);
	be_put(cell + 2 + least, 3, 4);
	memset(pages[2], 'c', BYTES);
	assert_int_equal(one(CELLS_INDEX_LEAF, 2000, cell, sizeof(cell)), 0);
	assert_int_equal(row.v[0].data.len, 1097);
	assert_int_equal(body.len, len);
	assert_int_equal(body.data[len - 1], 'c');
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_values), T(test_nonsense), T(test_overflow),
		T(test_index_and_inner), T(test_long_in_an_index)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
