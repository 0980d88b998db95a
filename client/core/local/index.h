/*
 * Full-text search, kept in step with the records. Pulled notes are stored
 * first and indexed after: index_step does a bounded piece of that work.
 */
#ifndef LOCAL_INDEX_H
#define LOCAL_INDEX_H

#include "client/core/local/versions.h"

/* Records in one transaction: each piece becomes a part of the index that is
 * merged with others later, so few large ones cost least. */
#define INDEX_AT_ONCE 2048

/** index_step(s, max, done, e): bring up to ${max} records up to date, in one
 * transaction of its own; ${done} counts them (0: nothing left). */
int index_step(struct store *s, size_t max, size_t *done, struct err *e);

/** index_few_tx(s, max, e): the same in a transaction that is under way. */
int index_few_tx(struct store *s, size_t max, struct err *e);

/** index_forget_tx(s, rid, e): take a record's words out, before its text is
 * wiped. */
int index_forget_tx(struct store *s, int64_t rid, struct err *e);

struct hit {
	int64_t rid;
	struct id id;
};

/** index_search(s, text, limit, hits, n, e): records that hold every word, newest
 * first: words that begin with it, other forms of it, and words that have it
 * inside when it has NEEDLE_PART letters; and those of the days that are
 * named. Hidden and deleted ones are left out. */
int index_search(struct store *s, const char *text, size_t limit,
    struct hit *hits, size_t *n, struct err *e);

/** index_ask(s, q, hits, n, e): the same, with wishes. */
struct index_query {
	const char *text;
	size_t limit;
	bool deleted; /* deleted ones as well */
	bool ranked;  /* the best of the newest few hundred first */
};
int index_ask(struct store *s, const struct index_query *q, struct hit *hits,
    size_t *n, struct err *e);

#endif
