/*
 * The press: text, lines and boxes on the pages of a PDF. The only door to
 * cairo and pango; nothing here knows what a document is.
 *
 * Lengths are points (1/72 inch), from the upper left corner of the page.
 */
#ifndef PAPER_PRESS_H
#define PAPER_PRESS_H

#include "common/base/buf.h"

#define PRESS_WIDTH 595.276  /* A4 */
#define PRESS_HEIGHT 841.89

struct press;

enum press_style {
	PRESS_TITLE,
	PRESS_HEAD1,
	PRESS_HEAD2,
	PRESS_HEAD3,
	PRESS_BODY,
	PRESS_SMALL,  /* small print, page head and foot */
	PRESS_CELL,
	PRESS_STRONG, /* a cell that is a head or a total */
	PRESS_STYLES
};

enum press_ink { PRESS_BLACK, PRESS_GREY, PRESS_ACCENT, PRESS_LINE,
	PRESS_SHADE };

struct press_meta {
	const char *title, *lang;
};

/** press_open(meta, out): the first page. ${out} NULL: nothing is written,
 * to see how much room everything takes. */
struct press *press_open(const struct press_meta *meta, struct buf *out);

/** press_close(p, e): frees ${p}. ERR_LOCAL, ERR_TOOBIG. */
int press_close(struct press *p, struct err *e);

void press_page(struct press *p); /* the next page */

struct press_text {
	enum press_style style;
	enum press_ink ink;
	struct view text;
	double width;   /* lines are broken at it */
	bool right;     /* set against the right edge */
	const char *tag; /* what it is, for readers aloud: "P", "H1", "TD" */
};

/** press_size(p, t, width, height): the room it takes; ${width}: of its
 * longest line. */
void press_size(struct press *p, const struct press_text *t, double *width,
    double *height);

/** press_word(p, t): the width of its longest word, which is not broken. */
double press_word(struct press *p, const struct press_text *t);

/** press_fit(p, t, height, used): how many bytes of the text, in whole lines,
 * fit into ${height}, and how high they are. */
size_t press_fit(struct press *p, const struct press_text *t, double height,
    double *used);

void press_draw(struct press *p, const struct press_text *t, double x,
    double y);

/** press_line(p, x, y, width), press_box(p, ink, box). */
struct press_box {
	double x, y, width, height;
};
void press_line(struct press *p, enum press_ink ink, double x, double y,
    double width);
void press_box(struct press *p, enum press_ink ink,
    const struct press_box *box);

/** press_begin(p, tag), press_end(p, tag): what is drawn between belongs
 * together: "Table", "TR", "Figure". On one page only. */
void press_begin(struct press *p, const char *tag);
void press_end(struct press *p, const char *tag);

/** press_mark(p, level, text): an entry in the list of contents. */
void press_mark(struct press *p, int level, const char *text);

#endif
