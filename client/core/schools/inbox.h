/*
 * Notes that have no case yet, and private drafts: in this person's own room,
 * on their devices alone. Two officers together could recover them, as they
 * could anything; the program says so.
 *
 * Source: schema/rules.md 14.5, 25.4.
 */
#ifndef CORE_INBOX_H
#define CORE_INBOX_H

#include "client/core/records/records.h"

/** inbox_add(s, set, n, id, e): "text" is needed; fields as TYPE_QUICK has
 * them. Saved durably when it returns. */
int inbox_add(struct session *s, const struct assignment *set, size_t n,
    struct id *id, struct err *e);

/** inbox_list(s, out, e): those not filed, newest first. */
int inbox_list(struct session *s, struct record_list *out, struct err *e);

/** inbox_count(s, waiting, drafts, e): how many, without reading them; private
 * drafts apart. */
int inbox_count(struct session *s, size_t *waiting, size_t *drafts,
    struct err *e);

/*
 * A private draft goes by itself INBOX_DRAFT_DAYS after it was last changed,
 * unless it was filed. Not by a clock alone: by the own one and the hub's at
 * the last contact (rules.md 14.5).
 */
#define INBOX_DRAFT_DAYS 30
#define INBOX_TOLD_DAYS 7   /* before, in the list of what is due */

/** inbox_expire(s, gone, e): after each sync; ${gone}: how many. */
int inbox_expire(struct session *s, size_t *gone, struct err *e);

/** inbox_draft_end(l): when this TYPE_QUICK goes; 0: it is no draft. */
struct loaded;
int64_t inbox_draft_end(const struct loaded *l);

/** inbox_file(s, quick, case_id, note, e): it becomes a note of the case with
 * its day, category and minutes, and goes from the inbox, in one
 * transaction. ERR_CLASH when it was filed. */
int inbox_file(struct session *s, const struct id *quick,
    const struct id *case_id, struct id *note, struct err *e);

#endif
