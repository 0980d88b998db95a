/*
 * Fields that two people changed without seeing each other's change.
 */
#ifndef CORE_CONFLICTS_H
#define CORE_CONFLICTS_H

#include "client/core/records.h"

struct conflict_side {
	char *text;
	char *author;          /* name */
	int64_t written_ms;    /* effective time */
	bool shown;            /* the rule shows this one */
};
struct conflict {
	struct id record, case_id;
	enum record_type type;
	char *field, *label;
	char *case_label;
	char *base;            /* what both had before; NULL if nothing */
	struct conflict_side *sides;
	size_t side_count;
};
struct conflict_list {
	struct conflict *items;
	size_t count;
};
void conflict_list_done(struct conflict_list *l);
int conflicts_list(struct session *s, struct conflict_list *out,
    struct err *e);

/** conflicts_take(s, record, field, side, e): write side ${side} (from 1, as
 * listed) again, naming all heads: the conflict is over for everybody. */
int conflicts_take(struct session *s, const struct id *record,
    const char *field, size_t side, struct err *e);

#endif
