/*
 * Who has looked at a case's file, and on which days: noted on the reader's
 * device, told in the case when the day is over, without a word of what was
 * read.
 *
 * Source: schema/rules.md 20.14.
 */
#ifndef CORE_VIEWED_H
#define CORE_VIEWED_H

#include "client/core/profile/session.h"

/** viewed_note(s, case_id): this person looks at the case. The first time of
 * a day writes one row; a failure keeps nobody from reading. */
void viewed_note(struct session *s, const struct id *case_id);

/** viewed_tell(s, e): what is noted of days that are over goes into the cases
 * that this person may write in; before every sync. */
int viewed_tell(struct session *s, struct err *e);

struct viewed_item {
	char *name;
	char day[11];
	bool told;   /* false: noted on this device, the next days' sync tells */
};
struct viewed_list {
	struct viewed_item *items; /* the newest day first */
	size_t count;
	char *silent;  /* who is let in to read alone, and so cannot tell: names
	                  with commas between, or "" */
};
void viewed_list_done(struct viewed_list *l);
int viewed_list(struct session *s, const struct id *case_id,
    struct viewed_list *out, struct err *e);

#endif
