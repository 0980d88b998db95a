/*
 * Letters: deposits of what an excluded person wrote, and their outcomes.
 *
 * Source: schema/rules.md 7.1, 7.3, 7.6.
 */
#ifndef ACCORD_LETTERS_H
#define ACCORD_LETTERS_H

#include "client/core/local/versions.h"
#include "common/wire/letter.h"

/** letters_hold_tx(s, space, e): this device may not write here any more: own
 * unsent versions become held, one held row a record. */
int letters_hold_tx(struct store *s, const struct id *space, struct err *e);

/** letters_hold_version_tx(s, row, ref, e): one version of this person's, that
 * they may not say there, while others are sent. */
int letters_hold_version_tx(struct store *s, const struct record_row *row,
    const struct version_ref *ref, struct err *e);

/** letters_queue(s, queued, e): seal a deposit for everything held that has
 * none, to the keepers this device last knew, and the outcomes decided here. */
int letters_queue(struct store *s, size_t *queued, struct err *e);

/** letters_take_tx(s, cs, l, at, news, e): a letter from the log: opened if it
 * is for this device and filed as review or outcome. ${news}: it said
 * something that was not known. */
struct letter_at {
	uint64_t seq;
	int64_t accept_ms;
};
int letters_take_tx(struct store *s, const struct changeset *cs,
    const struct letter *l, const struct letter_at *at,
    bool *news, struct err *e);

#define DEPOSIT_RECORDS_MAX 4096

#endif
