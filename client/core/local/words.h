/*
 * The search index itself: words of one record in, and out again.
 *
 * The index keeps no text, so taking words out needs exactly the text they
 * were put in with. That text is a function of a record's versions alone:
 * the values of all heads of its searched fields, held versions counted as if
 * they were not, so that sending, accepting and holding do not change it.
 * What does change it takes the old words out first (versions.h).
 */
#ifndef LOCAL_WORDS_H
#define LOCAL_WORDS_H

#include "client/core/local/fields.h"
#include "client/core/local/heads.h"
#include "common/db/db.h"

/* Named value of the store: text was wiped, the index has to be compacted. */
#define WORDS_COMPACT "words.compact"

#define WORDS_TEXT_MAX (16 * 1024 * 1024) /* bytes of one record's text */

/** words_text(type, versions, n, out): append the text to be searched. */
void words_text(enum record_type type, struct version *versions, size_t n,
    struct buf *out);

/** words_take_part(state): a version in this state is searched. */
bool words_take_part(enum version_state state);

/** words_first(type, rec, out): the same of a record with one version. */
void words_first(enum record_type type, const struct record *rec,
    struct buf *out);

/** words_searched(type): some field of ${type} is searched. */
bool words_searched(enum record_type type);

int words_add_tx(struct db *db, int64_t rid, struct view text, struct err *e);
int words_take_tx(struct db *db, int64_t rid, struct view text,
    struct err *e);

/** words_compact_tx(db, e): rewrite the index without what was taken out:
 * the words of a wiped record are still in older pieces until then. */
int words_compact_tx(struct db *db, struct err *e);

#endif
