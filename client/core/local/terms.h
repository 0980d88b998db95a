/*
 * The list of all words of the index (schema/client/0004-term.sql). It may
 * hold words that no text has any more; it never lacks one that a record with
 * indexed = 2 has and needle_next can read.
 */
#ifndef LOCAL_TERMS_H
#define LOCAL_TERMS_H

#include "client/core/local/needle.h"
#include "common/db/db.h"

#define TERMS_LEAST 3 /* letters of a word in the list */

/* Words put in a moment ago, so that the same one is not put in for each
 * place. */
struct terms_seen;

/** terms_seen_new(texts): for so many texts in one transaction; one has hardly
 * a use for the room that thousands need. Freed by mem_free. */
struct terms_seen *terms_seen_new(size_t texts);

/** terms_add_tx(db, text, seen, e): the words of a text. */
int terms_add_tx(struct db *db, struct view text, struct terms_seen *seen,
    struct err *e);

/** terms_renew_tx(db, e): from the index, without what is gone from it. */
int terms_renew_tx(struct db *db, struct err *e);

/** terms_meant(db, n, max, out, e): append the words that ${n} means besides
 * those that begin with it, each with its zero byte: other forms first, then
 * those that have it inside; at most ${max} of each. */
int terms_meant(struct db *db, const struct needle *n, size_t max,
    struct buf *out, struct err *e);

#endif
