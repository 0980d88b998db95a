/*
 * What holds between the fields of a record, and between a record and others:
 * one function for each kind that has such rules, asked before every write.
 * To add one, write it in the file of the feature and name it here.
 */
#include <string.h>

#include "client/core/accord/rooms.h"
#include "client/core/cases/attachments.h"
#include "client/core/cases/course.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/schools/matters.h"
#include "client/core/schools/meetings.h"
#include "client/core/cases/objections.h"
#include "client/core/cases/persons.h"
#include "client/core/schools/supervision.h"
#include "client/core/cases/restrictions.h"
#include "client/core/upkeep/retention.h"
#include "client/core/cases/uptake.h"
#include "client/core/schools/site.h"

#include "client/core/support/assess.h"
#include "client/core/giving/basis.h"
#include "client/core/giving/disclosure.h"
#include "client/core/support/referral.h"
#include "client/core/support/signal.h"
#include "client/core/support/transition.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
check_room(const struct entry *x, struct err *e)
{
	if (!entry_has(x, ROOM_NAME))
		return err_set(e, ERR_INPUT, "a room needs a name");
	return 0;
}

static const struct {
	enum record_type type;
	int (*check)(const struct entry *x, struct err *e);
} checks[] = {
	{ TYPE_ROOM, check_room },
	{ TYPE_CASE, persons_check_case },
	{ TYPE_PERSON, persons_check },
	{ TYPE_ROOM, meetings_check_room },
	{ TYPE_CASE, course_check },
	{ TYPE_UPTAKE, uptake_check },
	{ TYPE_OBJECTION, objections_check },
	{ TYPE_MATTER, matters_check },
	{ TYPE_ATTACHMENT, attachments_check },
	{ TYPE_MEETING, meetings_check },
	{ TYPE_AGENDA, meetings_check_agenda },
	{ TYPE_TASK, meetings_check_task },
	{ TYPE_SUPERVISION, supervision_check },
	{ TYPE_ACTIVITY, site_check_activity },
	{ TYPE_ATTENDANCE, site_check_attendance },
	{ TYPE_PRESENCE, site_check_presence },
	{ TYPE_CALENDAR, site_check_calendar },
	{ TYPE_SERVICE, site_check_service },
	{ TYPE_SERVICE_GOAL, site_check_goal },
	{ TYPE_QUICK, site_check_quick },
	{ TYPE_DISCLOSURE, disclosure_check },
	{ TYPE_RELEASE, basis_check_release },
	{ TYPE_REFERRAL, referral_check },
	{ TYPE_ASSESSMENT, assess_check },
	{ TYPE_ANSWER, assess_check_answer },
	{ TYPE_SIGNAL, signal_check },
	{ TYPE_TRANSITION, transition_check },
	{ TYPE_RESTRICTION, restrictions_check },
	{ TYPE_CHECK, retention_check },
};

static int
check_keeper(const struct entry *x, struct err *e)
{
	const struct record_kind *kind = fields_kind(x->type);
	enum right right;

	if (kind == NULL || !kind->keepers)
		return 0;
	if (spaces_right(session_store(x->session), &x->space, &right, e) != 0)
		return -1;
	return right == RIGHT_KEEP ? 0 : err_set(e, ERR_DENIED, "only who "
	    "keeps this may write a %s in it", kind->name);
}

/* What is over takes nothing new; a welfare group points to no child. */
static int
check_place(const struct entry *x, struct err *e)
{
	const struct record_kind *kind = fields_kind(x->type);
	struct store *s = session_store(x->session);
	struct room_ops of = { &x->space, kind, x->ops, x->op_count };
	char today[DAY_TEXT_BYTES];
	const struct field *field;
	struct room_words room;
	int rc;

	if (kind == NULL || (kind->homes & HOME_ROOM) == 0 ||
	    x->type == TYPE_ROOM || x->type == TYPE_MEMBER)
		return 0;
	rc = rooms_words(s, &x->space, &room, e);
	if (rc <= 0)
		return rc;
	day_text(store_now_ms(s), today);
	if (id_is_zero(&x->id) && room.closed[0] != '\0' &&
	    strcmp(room.closed, today) <= 0)
		return err_set(e, ERR_DENIED, "this was closed on %s and takes "
		    "nothing new; who keeps it can open it again: closed=",
		    room.closed);
	rc = room.welfare ? rooms_points_out(s, &of, &field, e) : 0;
	return rc <= 0 ? rc : err_set(e, ERR_DENIED, "%s: single children "
	    "have no place in this group, so nothing in it may point to a "
	    "case or to anything of one; for one child there are matters: "
	    "tugi matter open", field->name);
}

int
entry_check(const struct entry *x, struct err *e)
{
	size_t i;

	if (check_keeper(x, e) != 0 || check_place(x, e) != 0)
		return -1;
	for (i = 0; i < COUNT(checks); i++)
		if (checks[i].type == x->type && checks[i].check(x, e) != 0)
			return -1;
	return 0;
}
