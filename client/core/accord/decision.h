/*
 * What keepers decided on texts under review, one by one: the first in the
 * log counts, on every device alike, whichever came here first.
 *
 * Source: schema/rules.md 7.8.
 */
#ifndef ACCORD_DECISION_H
#define ACCORD_DECISION_H

#include "client/core/local/versions.h"
#include "common/wire/letter.h"

struct decision_text { /* one version of a record, and what carried it */
	int64_t rid;
	struct id record;
	struct version_ref ref;
	struct hash item;
	int64_t accept_ms;
};

/** decision_find(s, record, ref, out, e): 1, 0 none, -1. */
int decision_find(struct store *s, const struct id *record,
    const struct version_ref *ref, enum outcome *out, struct err *e);

/** decision_review_tx(s, t, fresh, e): this text is to be under review: it
 * is marked so, or as was decided. An own one is listed as held. ${fresh}:
 * it was not under review before, and nobody has decided. */
int decision_review_tx(struct store *s, const struct decision_text *t,
    bool *fresh, struct err *e);

/** decision_take_tx(s, rec, at, moved, e): a keeper's review record: it ends
 * the deposit it names, or decides on the text it names. ${moved}: it ended
 * what an own text was held for. */
struct decision_at {
	struct id space, keeper; /* device that sent it */
	uint64_t seq;            /* UINT64_MAX: made here, not accepted yet */
	int64_t at_ms;
};
int decision_take_tx(struct store *s, const struct record *rec,
    const struct decision_at *at, bool *moved, struct err *e);

/** decision_waits(s, space, out, e): one made here is not in the log yet. */
int decision_waits(struct store *s, const struct id *space, bool *out,
    struct err *e);

/** decision_forget_tx(s, space, e): this device decides here no more: what it
 * decided and did not send counts for nothing. */
int decision_forget_tx(struct store *s, const struct id *space,
    struct err *e);

/** decision_end_tx(s, item, how, at_ms, news, e): an outcome letter about the
 * item that carried own texts under review, for who is no member any more;
 * ${news} is set if it ended something. */
int decision_end_tx(struct store *s, const struct hash *item,
    const struct letter_outcome *how, int64_t at_ms, bool *news,
    struct err *e);

#endif
