/*
 * Search over everything this person may see, newest first.
 */
#ifndef CORE_SEARCH_H
#define CORE_SEARCH_H

#include "client/core/records/records.h"

struct search_wish {
	const char *words;
	size_t limit;
	bool deleted; /* deleted records as well */
	bool ranked;  /* the best of the newest first */
};

/** search_ask(s, wish, out, e): every word must be there: its beginning,
 * another form of it, or it inside a word (local/index.h); accents and case do
 * not count. A day in any of the five languages' ways asks for that day.
 * Brings the index up to date first. */
int search_ask(struct session *s, const struct search_wish *wish,
    struct record_list *out, struct err *e);

/** search_run(s, words, limit, out, e): without further wishes. */
int search_run(struct session *s, const char *words, size_t limit,
    struct record_list *out, struct err *e);

/** search_excerpt(text, words, out): about 160 bytes around the first hit,
 * the hit between "[" and "]"; false: there is none, and it begins ${text}. */
bool search_excerpt(const char *text, const char *words, struct buf *out);

#endif
