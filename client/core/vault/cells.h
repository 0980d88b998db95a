/*
 * Rows out of single pages of a SQLite database, for salvage: SQLite itself
 * gives up at the first page that is missing.
 *
 * The format is SQLite's (https://www.sqlite.org/fileformat2.html). Everything
 * read here may be nonsense, and is bounded.
 */
#ifndef VAULT_CELLS_H
#define VAULT_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

#define CELLS_VALUES_MAX 64

enum cells_page { /* what a page is */
	CELLS_NONE,          /* no page of a tree: overflow, free, or lost */
	CELLS_TABLE_LEAF = 13, CELLS_TABLE_INNER = 5,
	CELLS_INDEX_LEAF = 10, CELLS_INDEX_INNER = 2
};

enum cells_type { CELLS_NULL, CELLS_INT, CELLS_REAL, CELLS_TEXT, CELLS_BLOB };

struct cells_value {
	enum cells_type type;
	int64_t num;       /* CELLS_INT; CELLS_REAL: its bits */
	struct view data;  /* borrowed while the row is */
};

struct cells_row {
	int64_t rowid;     /* of a table's leaf */
	size_t count;
	struct cells_value v[CELLS_VALUES_MAX];
};

struct cells {
	/* 0 and the page, -1: it is lost. */
	int (*page)(void *ctx, uint64_t n, uint8_t *out);
	void *ctx;
	size_t usable;     /* bytes of a page that SQLite uses */
	uint64_t count;    /* pages */
};

/** cells_kind(page, n): of page ${n}'s bytes. */
enum cells_page cells_kind(const uint8_t *page, uint64_t n);

/** cells_children(c, page, n, out): append the page numbers (u32, in the order
 * of this machine) below an inner page ${n}. */
void cells_children(const struct cells *c, const uint8_t *page, uint64_t n,
    struct buf *out);

/** cells_rows(page, n): how many there are. */
size_t cells_rows(const uint8_t *page, uint64_t n);

/** cells_row(c, page, n, i, row, body): the ${i}th; ${row} borrows ${body}.
 * 0; -1 and the rowid, if it has one, when a part of it is lost. */
int cells_row(const struct cells *c, const uint8_t *page, uint64_t n,
    size_t i, struct cells_row *row, struct buf *body);

#endif
