/*
 * CSV as RFC 4180 has it and nothing looser: a spreadsheet's mistake is named
 * with its place instead of guessed at.
 */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include "common/base/buf.h"

#define CSV_FIELDS_MAX 64
#define CSV_ROW_MAX (192 * 1024) /* bytes of one row as it stands */

struct csv {
	char separator;           /* a comma unless set after csv_init */
	struct view in;
	size_t at, line, row;     /* row: 0 before the header is read */
	size_t row_line;          /* line on which the row begins */
	const char *const *names; /* of columns, for sentences; or NULL */
	size_t name_count;
	struct buf bytes;         /* the row's fields, quotes undone */
};

/** csv_init(c, in): a byte order mark is passed over. */
void csv_init(struct csv *c, struct view in);
void csv_done(struct csv *c);

/** csv_next(c, fields, n, e): 1 a row of ${n} fields, borrowed until the next
 * call; 0 the end; -1 ERR_INPUT with line, row and column. Lines end in LF or
 * CR LF; a field is UTF-8 text. */
int csv_next(struct csv *c, struct view fields[static CSV_FIELDS_MAX],
    size_t *n, struct err *e);

/** csv_fail(c, column, e, what): ERR_INPUT "line 7 (row 6), column date:
 * what"; ${column} from 0. -1. */
int csv_fail(const struct csv *c, size_t column, struct err *e,
    const char *what);

#endif
