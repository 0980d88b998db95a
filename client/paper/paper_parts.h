/*
 * What a document consists of; shared by paper.c and the two that print it.
 */
#ifndef PAPER_PAPER_PARTS_H
#define PAPER_PAPER_PARTS_H

#include "client/paper/paper.h"

enum part_kind {
	PART_HEADING,
	PART_TEXT,
	PART_NOTE,
	PART_FACT,
	PART_TABLE,
	PART_BARS,
	PART_RULES,
	PART_SIGN,
	PART_BREAK
};

struct part_row {
	char **cells; /* as many as the table has columns */
	double value; /* of a bar */
	bool sum;
};

struct part {
	enum part_kind kind;
	unsigned level;       /* of a heading; lines to write on */
	char *text, *more;    /* NULL: none */
	char **heads, **titles;
	char align[PAPER_COLS_MAX + 1];
	size_t cols;          /* a bar has two cells: label and words */
	struct part_row *rows;
	size_t row_count;
};

struct paper {
	char *title, *subtitle, *source, *date, *page, *lang;
	struct part *parts;
	size_t count;
};

/** part_max(part): the largest value among its bars; 0: none. */
double part_max(const struct part *part);

#endif
