/*
 * Meetings: of a group or school in its room, of a child in the case's section
 * "meeting" or in a matter. What a kind of meeting asks for says the policy.
 *
 * An agenda item about a child stands in that child's case and names the
 * meeting; so the minutes of a meeting come apart by themselves: the general
 * part is read by who is in the room, each child's part by whom its consents
 * name.
 *
 * Source: schema/rules.md 16.2.
 */
#ifndef CORE_MEETINGS_H
#define CORE_MEETINGS_H

#include "client/core/cases/entries.h"
#include "client/core/profile/policy.h"

/** meetings_add(s, d, id, e): entries_add of a TYPE_MEETING, planned when its
 * day is still to come, else held, unless said. */
int meetings_add(struct session *s, const struct entry_draft *d,
    struct id *id, struct err *e);

/* For entry_checks. */
int meetings_check(const struct entry *x, struct err *e);
int meetings_check_agenda(const struct entry *x, struct err *e);
int meetings_check_task(const struct entry *x, struct err *e);
int meetings_check_room(const struct entry *x, struct err *e);

/** meetings_few(s, id, out, e): a held meeting with fewer people than the
 * quorum of its kind; ${out}: the quorum, or 0. */
int meetings_few(struct session *s, const struct id *id, long *out,
    struct err *e);

/*
 * Meetings that are due: of each room that is open to this person, the kinds
 * that its field "meets" names (a school without one: those of the scope
 * "school"), by their frequency and the last that was held there; and planned
 * ones whose day has come.
 */
struct meeting_due {
	struct id space, case_id;  /* of a planned one in a case */
	struct id meeting;         /* planned; zero: only due */
	char *kind, *words;        /* code, and what the policy calls it */
	char *where;               /* the room's or school's name, or "" */
	char day[11];              /* when it is due or planned */
	char last[11];             /* last held, or "" */
	bool overdue;
};
struct meeting_due_list {
	struct meeting_due *items; /* the earliest day first */
	size_t count;
};
int meetings_due(struct session *s, struct meeting_due_list *out,
    struct err *e);
void meeting_due_list_done(struct meeting_due_list *l);

/*
 * A year's regular meetings, of each room open to this person: a kind held
 * every month is due in each month (quarter, half-year, year) that is over,
 * lay wholly in the life of the room and was not all holidays.
 */
#define MEETING_CODE_BYTES 41
struct meeting_year {
	struct id space, room;     /* room: its TYPE_ROOM */
	const char *kind;
	unsigned due, held;        /* held: of those due */
};
typedef int meeting_year_fn(void *ctx, const struct meeting_year *y,
    struct err *e);
int meetings_year(struct session *s, int year, meeting_year_fn *fn, void *ctx,
    struct err *e);

#endif
