/*
 * A document for people: headings, paragraphs, tables, bar charts, lines to
 * sign on. Said once, made into a PDF to print and into an HTML page that
 * stands alone; both say the same.
 *
 * All words come from the caller, translated. Text is UTF-8; what is not, and
 * control characters, come out as U+FFFD. Everything given is copied, and
 * wiped when the document ends. What is to be blacked out must not be given:
 * nothing is hidden here, only shown.
 *
 *     struct paper *p = paper_new(&about);
 *     paper_heading(p, 1, _("Receipt"));
 *     paper_text(p, sentence);
 *     paper_sign(p, _("Place and date"), _("Signature"));
 *     rc = paper_pdf(p, &bytes, e);
 *     paper_free(p);
 */
#ifndef PAPER_PAPER_H
#define PAPER_PAPER_H

#include "common/base/buf.h"

#define PAPER_COLS_MAX 24
#define PAPER_MAX_BYTES ((size_t)64 * 1024 * 1024) /* of one made document */

struct paper;

struct paper_about {
	const char *title;
	const char *subtitle; /* NULL: none */
	const char *source;   /* foot of each page: who says this */
	const char *date;     /* head of each page: as of when, in words */
	const char *page;     /* "Page %u of %u" in the reader's language, with
			       * two %u; NULL: that */
	const char *lang;     /* "et", "lv", "fi", "hu", "en" */
};

struct paper *paper_new(const struct paper_about *about);
void paper_free(struct paper *p);

/** paper_heading(p, level, text): level 1, 2 or 3. */
void paper_heading(struct paper *p, int level, const char *text);

/** paper_text(p, text): a paragraph; its line ends are kept. */
void paper_text(struct paper *p, const char *text);

/** paper_note(p, text): small print. */
void paper_note(struct paper *p, const char *text);

/** paper_fact(p, label, value): one line of a list of facts; those that
 * follow each other stand under each other. */
void paper_fact(struct paper *p, const char *label, const char *value);

/**
 * paper_table(p, t), then paper_row(p, cells) for each row of the table begun
 * last. A row takes as many cells as the table has columns. The first column
 * names its row.
 */
struct paper_table {
	const char *caption;       /* NULL: none */
	const char *const *heads;
	const char *align;         /* a letter for each column: l or r */
	size_t cols;               /* 1 to PAPER_COLS_MAX */
	const char *const *titles; /* long forms of short heads (HTML), or
				    * NULL */
};
void paper_table(struct paper *p, const struct paper_table *t);
void paper_row(struct paper *p, const char *const *cells);

/** paper_row_sum(p, cells): a row that stands apart: a total. */
void paper_row_sum(struct paper *p, const char *const *cells);

/** paper_bars(p, title, about), then paper_bar(p, label, value, words): a
 * chart of bars, one under the other. ${about}: one sentence that says what is
 * seen, for who does not see it. ${value}: 0 or more; ${words}: what stands
 * at the end of the bar. A table should follow: a chart alone is not for
 * everybody. */
void paper_bars(struct paper *p, const char *title, const char *about);
void paper_bar(struct paper *p, const char *label, double value,
    const char *words);

/** paper_rules(p, label, lines): empty lines to write on by hand. */
void paper_rules(struct paper *p, const char *label, unsigned lines);

/** paper_sign(p, left, right): two lines to sign on, with what belongs under
 * each; ${right} NULL: one. */
void paper_sign(struct paper *p, const char *left, const char *right);

/** paper_break(p): what follows begins a new page. */
void paper_break(struct paper *p);

/** paper_pdf(p, out, e): A4, pages numbered, text that can be searched and
 * copied; appended to ${out}. ERR_TOOBIG, ERR_LOCAL. */
int paper_pdf(const struct paper *p, struct buf *out, struct err *e);

/** paper_html(p, out, e): one page without anything from outside: no script,
 * no font, no picture; charts as inline SVG; prints well; follows the
 * reader's choice of dark or light. */
int paper_html(const struct paper *p, struct buf *out, struct err *e);

#endif
