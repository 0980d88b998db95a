/*
 * Output: data on stdout, messages on stderr, nothing unescaped.
 *
 * Text that came from a record, a file or the hub may hold bytes that move a
 * terminal's cursor, recolour it or turn the reading direction: everything
 * printed passes through out_escape first, colour is added after. Formats are
 * in English and are looked up in the language spoken (common/base/text.h).
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "client/core/words/merge.h"
#include "common/base/buf.h"

struct out {
	bool tty;        /* stdout is a terminal */
	bool err_tty;
	bool colour, err_colour;
	bool quiet;
	bool json;
	size_t width;    /* columns of the terminal */
	bool bar;        /* a progress bar stands on the last line of stderr */
};

/** out_init(o): look at the terminal and at NO_COLOR, TERM, COLUMNS. */
void out_init(struct out *o);

/** out_escape(b, text, lines): append ${text} with control characters, bytes
 * that are no UTF-8 and marks of reading direction written as \xNN or
 * \u{NNNN}. ${lines}: keep line ends and tabs, else each becomes a space. */
void out_escape(struct buf *b, struct view text, bool lines);

/** out_width(text): columns that UTF-8 ${text} takes. */
size_t out_width(const char *text);

/** out_cut(b, text, width): append ${text}, shortened with an ellipsis to
 * ${width} columns. */
void out_cut(struct buf *b, const char *text, size_t width);

/** out_line(o, fmt, ...): data: one or more lines on stdout, escaped. */
void out_line(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** out_change(o, d): data: a difference by words, [-gone-]{+come+}, coloured
 * besides on a terminal; long stretches without a change are shortened. */
void out_change(struct out *o, const struct merge_diff *d);

/** out_head(o, text): a heading: bold on a terminal. */
void out_head(struct out *o, const char *text);

/** out_say(o, fmt, ...): a message on stderr, unless --quiet. */
void out_say(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** out_warn(o, fmt, ...): a message on stderr, also with --quiet. */
void out_warn(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** out_alarm(o, text): what nobody may overlook. */
void out_alarm(struct out *o, const char *text);

/** out_step(o, what, done, of): progress on stderr: a bar on a terminal,
 * otherwise a line for each new ${what}. ${of} 0: not known. */
void out_step(struct out *o, const char *what, size_t done, size_t of);

/** out_step_end(o): take the bar away. */
void out_step_end(struct out *o);

/** out_json(j): print and take ${j}; 0 or -1. */
int out_json(json_t *j, struct err *e);

/** out_json_text(s): a string; what is no UTF-8 is escaped; NULL is null. */
json_t *out_json_text(const char *s);

/** out_end(e): flush; ERR_LOCAL when something could not be written. */
int out_end(struct err *e);

/** out_quote(b, text): append ${text} as one word of a POSIX shell. */
void out_quote(struct buf *b, const char *text);

/*
 * A table: cells row by row. On a terminal the column ${grow} is shortened to
 * fit; when the rest does not fit either, rows become "Head: cell" blocks.
 */
#define TABLE_COLS_MAX 8
struct table {
	const char *const *heads;
	size_t cols, grow, count; /* cells */
	struct buf cells;         /* each ends with a zero byte */
};
void table_init(struct table *t, const char *const *heads, size_t cols,
    size_t grow);
void table_cell(struct table *t, const char *text);
int table_print(struct table *t, struct out *o, struct err *e);
void table_done(struct table *t);

#endif
