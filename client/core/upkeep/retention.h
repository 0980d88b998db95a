/*
 * How long things are kept: the classes of the policy, what they say is over,
 * and decisions to keep longer. The program promises no rule of law: without
 * years in the office's policy nothing is ever due. Erasing is erase.h's: a
 * keeper and a data-protection officer.
 *
 * Source: schema/policy.md 3.7, schema/rules.md 20.13.
 */
#ifndef CORE_RETENTION_H
#define CORE_RETENTION_H

#include "client/core/profile/session.h"

struct retention_item {
	struct id case_id;
	char *label;             /* what the case is called */
	char *code, *name;       /* the class */
	char *trigger, *ground;
	char section[32];        /* "": the whole case */
	int years;
	int64_t since_ms;        /* the day the trigger was */
	int64_t over_ms;         /* from when it need not be kept */
	int64_t kept_ms;         /* decided to be kept until; 0: no such decision */
};
struct retention_list {
	struct retention_item *items; /* the longest over first */
	size_t count;
};
void retention_list_done(struct retention_list *l);

/** retention_due(s, until_ms, out, e): what is over by then, in cases whose
 * card this person reads. */
int retention_due(struct session *s, int64_t until_ms,
    struct retention_list *out, struct err *e);

/** retention_years(day, years, out): that day so many years on, noon UTC;
 * false: ${day} is none. */
bool retention_years(struct view day, int years, int64_t *out);

struct entry;
int retention_check(const struct entry *x, struct err *e);

#endif
