/*
 * Texts that people read, and their place in the program.
 *
 * A sentence stands in the code once, in English, where it is used. The
 * functions that take one as a format (err_set, out_line and the like) look it
 * up here by its English text; so a call site stays as it is, and a program
 * that chooses no language (the hub) speaks English. Keys of JSON, codes and
 * names of commands and options are never looked up.
 *
 * xgettext finds the texts by the names of those functions and by the marks
 * below (Makefile: pot). In "a ? b : c" it sees the first text only: mark both.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

#define _(s) text_spoken(s)
#define N_(s) s /* in a table, or given to what looks it up itself */

/** plural(n, one, many): both literal, the form that the language has for
 * ${n}; so that formats are checked, both take the same arguments. */
#define plural(n, one, many) text_plural((unsigned long)(n), one, many)

struct text_source { /* a language; both return NULL where it has no text */
	const char *(*find)(const char *english);
	const char *(*find_plural)(const char *one, unsigned long n);
};

/** text_speak(source): from now on; NULL: English. Before threads start. */
void text_speak(const struct text_source *source);

/** text_spoken(english): its translation, or itself. Lives as long as the
 * program or as ${english}. */
const char *text_spoken(const char *english) __attribute__((format_arg(1)));

const char *text_plural(unsigned long n, const char *one, const char *many)
    __attribute__((format_arg(2), format_arg(3)));

/** text_stops(fmt, s): where ${fmt} has a stop behind a text, a day that ends
 * with one of its own ("01.12.2026.") takes no second: in place, ${s} is what
 * was made with ${fmt}; its length. */
size_t text_stops(const char *fmt, char *s);

#endif
