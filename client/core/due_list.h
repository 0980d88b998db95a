/*
 * The list of what is due, of all features, with names, places and an order.
 */
#ifndef CORE_DUE_LIST_H
#define CORE_DUE_LIST_H

#include "client/core/cases/due.h"
#include "client/core/schools/visits.h"

#define DUE_DAYS 14 /* how far the list looks ahead, unless told */

/*
 * Urgent ones come first, then what can be done first: at the next visit to
 * its school, or on its day when that comes before the visit or no visit is
 * planned; what is late and has no visit, today.
 */
struct due_list {
	struct due_line *lines;
	size_t count;
	struct visits visits; /* of this person, from today on */
	int64_t today_ms;     /* noon UTC */
};
void due_list_done(struct due_list *l);

struct due_query {
	const char *school;   /* NULL: everywhere; else this school's alone */
	int days;             /* 0: DUE_DAYS */
};
int due_list(struct session *s, const struct due_query *q,
    struct due_list *out, struct err *e);

#endif
