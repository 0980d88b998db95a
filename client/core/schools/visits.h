/*
 * Which day a person is at which school: by the presence plan in the schools'
 * rooms, less the holidays of the calendar in the commons.
 *
 * Source: schema/rules.md 25.3.
 */
#ifndef CORE_VISITS_H
#define CORE_VISITS_H

#include "client/core/cases/rooms.h"

struct visit {
	struct id space;     /* the school's room */
	char *school;
	int64_t day_ms;      /* noon UTC */
	char from[6], until[6]; /* "08:30"; "" not said */
	char *place;         /* where in the school, or "" */
};
struct visits {
	struct visit *items; /* by day, then by hour */
	size_t count;
	bool planned;        /* there is a plan of this person at all */
	char *holiday;       /* what the first day is called, "" a day as usual */
};
void visits_done(struct visits *v);

/** visits_list(s, rooms, from_ms, days, out, e): this person's, from noon UTC
 * of a day on. A plan without a last day ends with the school year, on 31
 * July. */
int visits_list(struct session *s, const struct room_list *rooms,
    int64_t from_ms, int days, struct visits *out, struct err *e);

/** visits_all_off(s, school, from_ms, until_ms, e): the calendar closes the
 * school on every day of a span (noon UTC; ${until_ms} is no part of it);
 * 1 yes, 0 no. */
int visits_all_off(struct session *s, const char *school, int64_t from_ms,
    int64_t until_ms, struct err *e);

/** visits_next(v, school): the first at that school, or NULL. */
const struct visit *visits_next(const struct visits *v, const char *school);

#endif
