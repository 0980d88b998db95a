/*
 * Every version of a record, field by field: who wrote what and when, what is
 * shown, what another text stands beside, what was written over, what waits
 * for a decision, and what is gone. So a person can see that nothing was lost.
 */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "client/core/records/records.h"

enum history_standing {
	HISTORY_SHOWN = 1,   /* the value of the field */
	HISTORY_KEPT,        /* another value beside it: a conflict */
	HISTORY_REPLACED,    /* written over by who had seen it */
	HISTORY_HELD,        /* this person's own, not taken by the hub */
	HISTORY_REVIEW,      /* waits for the keeper's decision */
	HISTORY_GONE         /* given back or erased; the mark is left */
};

struct history_field {
	char *name, *label;
	char *text;                    /* NULL: not for this reader, or gone */
	enum history_standing standing;
};

struct history_item {
	char *author;
	bool mine;
	uint64_t eff;                  /* effective time */
	int64_t written_ms;            /* its ms */
	bool waits;                    /* not yet received by the hub */
	enum history_standing standing;/* HELD, REVIEW, GONE; else 0 */
	struct history_field *fields;  /* none where the text is gone */
	size_t field_count;
};
struct history {
	struct id record;
	enum record_type type;
	struct history_item *items;    /* oldest first */
	size_t count;
};
void history_done(struct history *h);

/** history_read(s, id, out, e): 1, 0 no such record, -1. What waits for a
 * decision is read by its author and by keepers of the section alone; others
 * see that it is there. */
int history_read(struct session *s, const struct id *id, struct history *out,
    struct err *e);

#endif
