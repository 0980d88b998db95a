/*
 * Search over everything this person may see, newest first.
 */
#ifndef CORE_SEARCH_H
#define CORE_SEARCH_H

#include "client/core/records.h"

/** search_run(s, words, limit, out, e): every word must be there, prefixes
 * count, accents and case do not. Brings the index up to date first. */
int search_run(struct session *s, const char *words, size_t limit,
    struct record_list *out, struct err *e);

/** search_all(s, words, limit, out, e): deleted records as well. */
int search_all(struct session *s, const char *words, size_t limit,
    struct record_list *out, struct err *e);

/** search_excerpt(text, words, out): about 160 bytes around the first hit,
 * the hit between "[" and "]". */
void search_excerpt(const char *text, const char *words, struct buf *out);

#endif
