/*
 * What review.c (deposits, held text) and review_text.c (accepted text under
 * review) share; nobody else includes this.
 */
#ifndef CORE_REVIEW_PARTS_H
#define CORE_REVIEW_PARTS_H

#include "client/core/accord/decision.h"
#include "client/core/consent/review.h"
#include "client/core/records/value.h"

#define REVIEW_LIST_MAX 1024

/** review_item_of(v, rec, item, e): ${item} is zeroed and gets what this one
 * version says: it is in no case, so there are no heads to ask. */
int review_item_of(struct values *v, const struct record *rec,
    struct record_item *item, struct err *e);

/** review_place(s, space, item, e): case and section, as far as they are
 * still known here. */
int review_place(struct store *s, const struct id *space,
    struct review_item *item, struct err *e);

/** review_check(s, d, space, e): is this a decision, and this device's to
 * make. */
int review_check(struct store *s, const struct review_decision *d,
    const struct id *space, struct err *e);

/** review_record_tx(s, d, space, text, out, e): the review record in the
 * section, about a deposit or (${text} not NULL) about one text. ${out}: as
 * written, its words borrowed from ${d} and ${text}. */
int review_record_tx(struct store *s, const struct review_decision *d,
    const struct id *space, const struct decision_text *text,
    struct record *out, struct err *e);

/** review_text_ids(s, decided, ids, n, e): items with text under review that
 * this device decides on; or those that were decided. At most
 * REVIEW_LIST_MAX. */
int review_text_ids(struct store *s, bool decided, struct hash *ids,
    size_t *n, struct err *e);

/** review_text_fill(v, id, item, e): one of them. */
int review_text_fill(struct values *v, const struct hash *id,
    struct review_item *item, struct err *e);

/** review_text_decide_tx(s, d, e): 1, 0 there is no such item, -1. */
int review_text_decide_tx(struct store *s, const struct review_decision *d,
    struct err *e);

/** review_moved(v, out, max, e): append imported texts that wait for the
 * person (moved.c), up to ${max} items in all. */
int review_moved(struct values *v, struct held_list *out, size_t max,
    struct err *e);

#endif
