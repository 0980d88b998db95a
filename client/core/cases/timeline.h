/*
 * The path of a child: everything of a case that this person may see, across
 * sections, schools and people, in one order.
 */
#ifndef CORE_TIMELINE_H
#define CORE_TIMELINE_H

#include "client/core/records/records.h"

struct timeline_query {
	struct id case_id;          /* and those that are one with it */
	int64_t from_ms, until_ms;  /* 0: open */
	const char *types;          /* names of kinds, blanks between; NULL: all
	                               that tell of the case */
	size_t limit;               /* 0: all; the newest */
};

/** timeline_list(s, q, out, e): newest first. What only the program needs
 * (what a section is, statements for decisions) is left out. */
int timeline_list(struct session *s, const struct timeline_query *q,
    struct record_list *out, struct err *e);

/** timeline_words(r, out, size): a line about a record: the fields that its
 * kind lists, codes by their words. */
void timeline_words(const struct record_item *r, char *out, size_t size);

#endif
