/*
 * The newest records looked at themselves. A word that every other note has
 * is found among the newest few; the index would have to put together all
 * that begins with it first.
 */
#ifndef LOCAL_RECENT_H
#define LOCAL_RECENT_H

#include "client/core/local/asked.h"
#include "client/core/local/index.h"

/**
 * recent_search(s, asked, limit, hits, n, e): the same answer as the index's to
 * words without a day. 1: given; 0: the index has to be asked, because the
 * words are not common enough, or a letter came up of which it is not certain
 * how the index divides and folds it; -1.
 */
int recent_search(struct store *s, const struct asked *asked, size_t limit,
    struct hit *hits, size_t *n, struct err *e);

#endif
