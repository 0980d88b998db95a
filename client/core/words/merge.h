/*
 * Texts of two people: what one changed, and three texts made one.
 *
 * libgit2 (GPL-2.0 with a linking exception) merges and compares lines. Each
 * text is cut into pieces, each different piece gets a number, and libgit2
 * sees a line with that number for each: so it merges sentences and words as
 * well as lines, puts every byte back as it was, and never sees a text.
 *
 * Source: schema/rules.md 6.10.
 */
#ifndef CORE_MERGE_H
#define CORE_MERGE_H

#include "common/base/buf.h"

/* Longer texts are not compared, and left to the person. More than twice what
 * a field may hold. */
#define MERGE_TEXT_MAX ((size_t)96 * 1024)

enum merge_step { /* the coarsest cut by which no change overlaps another */
	MERGE_LINES = 1,
	MERGE_SENTENCES = 2,
	MERGE_WORDS = 3       /* both changed one sentence or neighbours */
};

/** merge_three(base, a, b, out, step, e): append to ${out} the text with what
 * ${a} and what ${b} changed of ${base}. 1 merged, by ${step}; 0 the changes
 * overlap or touch, or a text is too long; -1 error. ${a} and ${b} may be
 * exchanged without changing anything. */
int merge_three(struct view base, struct view a, struct view b,
    struct buf *out, enum merge_step *step, struct err *e);

/* What stays, goes and comes between two texts, by words. The pieces marked
 * ' ' and '-' are the first text, those marked ' ' and '+' the second. */
struct merge_piece {
	char mark;
	struct view text; /* borrowed from the two texts */
};
struct merge_diff {
	struct merge_piece *pieces;
	size_t count;
};

/** merge_diff(from, to, out, e): 0 or -1; texts that are too long are one
 * piece that goes and one that comes. merge_diff_done frees. */
int merge_diff(struct view from, struct view to, struct merge_diff *out,
    struct err *e);
void merge_diff_done(struct merge_diff *d);

#endif
