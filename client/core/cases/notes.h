/*
 * Notes: append-only; a correction is an amendment beside the first text.
 */
#ifndef CORE_NOTES_H
#define CORE_NOTES_H

#include "client/core/records/records.h"

struct note_draft {
	struct id case_id;
	struct view text;         /* UTF-8, 1 byte to RECORD_TEXT_MAX */
	const char *category;     /* NULL: "contact" */
	int64_t happened_ms;      /* 0: now */
	int64_t minutes;
	const char *language;     /* NULL: none */
	const char *school;       /* NULL: the case's */
	struct id amends;         /* zero: a new note */
};

/** notes_add(s, d, id, e): saved durably when it returns. */
int notes_add(struct session *s, const struct note_draft *d, struct id *id,
    struct err *e);

/** notes_add_many(s, drafts, n, e): one transaction, all or none. */
int notes_add_many(struct session *s, const struct note_draft *d, size_t n,
    struct err *e);

/** notes_write_tx(s, drafts, ids, n, e): within the caller's transaction;
 * ${ids}[i] is the id that note i gets, or ${ids} is NULL. */
int notes_write_tx(struct session *s, const struct note_draft *d,
    const struct id *ids, size_t n, struct err *e);

/** notes_ahead(s, ms): what happens then is still to come, more than a day
 * from now: clocks and zones differ. No note tells of it. */
bool notes_ahead(const struct store *s, int64_t happened_ms);

#endif
