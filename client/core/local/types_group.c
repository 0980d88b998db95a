/*
 * Rooms without a child, and who is in them; what people do together: matters
 * of a child, meetings, tasks, supervision.
 */
#include "client/core/local/fields.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field room_fields[] = {
	{ TYPE_ROOM, ROOM_NAME, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE | FIELD_NEEDED,
	    "name", N_("Name"), NULL },
	{ TYPE_ROOM, ROOM_ABOUT, FIELD_LONG, FIELD_SEARCHED | FIELD_SETTABLE,
	    "about", N_("About"), NULL },
	{ TYPE_ROOM, ROOM_SCHOOL, FIELD_TEXT, FIELD_SEARCHED | FIELD_SETTABLE,
	    "school", N_("School"), NULL },
	{ TYPE_ROOM, ROOM_CLOSED, FIELD_DATE, FIELD_SETTABLE,
	    "closed", N_("Closed on"), NULL },
	{ TYPE_ROOM, ROOM_WELFARE, FIELD_FLAG, FIELD_GIVEN,
	    "no-children", N_("No single children"), NULL },
	{ TYPE_ROOM, ROOM_MEETS, FIELD_TEXT, FIELD_SETTABLE,
	    "meets", N_("Regular meetings"), NULL },
};

static const struct field member_fields[] = {
	{ TYPE_MEMBER, MEMBER_PERSON, FIELD_PERSON, 0,
	    "person", N_("Person"), NULL },
	{ TYPE_MEMBER, MEMBER_RIGHT, FIELD_NUMBER, 0,
	    "right", N_("Right"), NULL },
	{ TYPE_MEMBER, MEMBER_ROLE, FIELD_TEXT, FIELD_GIVEN,
	    "role", N_("Role"), NULL },
	{ TYPE_MEMBER, MEMBER_UNTIL, FIELD_TIME, 0,
	    "until", N_("Until"), NULL },
	{ TYPE_MEMBER, MEMBER_ENDS, FIELD_FLAG, 0,
	    "ends", N_("Ends"), NULL },
	{ TYPE_MEMBER, MEMBER_SUPERSEDES, FIELD_RECORD, 0,
	    "supersedes", N_("Supersedes"), NULL },
};

static const struct field matter_fields[] = {
	{ TYPE_MATTER, MATTER_TOPIC, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE | FIELD_NEEDED,
	    "topic", N_("Topic"), NULL },
	{ TYPE_MATTER, MATTER_OPENED, FIELD_DATE, FIELD_GIVEN | FIELD_TODAY,
	    "opened", N_("Opened on"), NULL },
	{ TYPE_MATTER, MATTER_CLOSED, FIELD_DATE, 0,
	    "closed", N_("Closed on"), NULL },
	{ TYPE_MATTER, MATTER_GIVER, FIELD_TEXT, FIELD_SEARCHED | FIELD_GIVEN |
	    FIELD_NEEDED, "by", N_("Agreed by"), NULL },
	{ TYPE_MATTER, MATTER_GIVER_ROLE, FIELD_CODE, FIELD_GIVEN |
	    FIELD_NEEDED, "role", N_("Role"), "consent.giver" },
	{ TYPE_MATTER, MATTER_CHILD_VIEW, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "child-view", N_("Child's view"), NULL },
	{ TYPE_MATTER, MATTER_GUARDIAN_VIEW, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "guardian-view", N_("Guardian's view"), NULL },
	{ TYPE_MATTER, MATTER_OUTCOME, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "outcome", N_("Outcome"), NULL },
};

static const struct field meeting_fields[] = {
	{ TYPE_MEETING, MEETING_KIND, FIELD_CODE, FIELD_GIVEN | FIELD_NEEDED,
	    "kind", N_("Kind of meeting"), "meetings" },
	{ TYPE_MEETING, MEETING_DATE, FIELD_DATE,
	    FIELD_SETTABLE | FIELD_NEEDED | FIELD_TODAY,
	    "date", N_("Date"), NULL },
	{ TYPE_MEETING, MEETING_STATE, FIELD_CODE, FIELD_SETTABLE,
	    "state", N_("State"), "meeting.state" },
	{ TYPE_MEETING, MEETING_BEGINS, FIELD_TEXT, FIELD_SETTABLE,
	    "begins", N_("Begins at"), NULL },
	{ TYPE_MEETING, MEETING_ENDS, FIELD_TEXT, FIELD_SETTABLE,
	    "ends", N_("Ends at"), NULL },
	{ TYPE_MEETING, MEETING_MODE, FIELD_CODE, FIELD_SETTABLE,
	    "mode", N_("How"), "meeting.mode" },
	{ TYPE_MEETING, MEETING_PLACE, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "place", N_("Where"), NULL },
	{ TYPE_MEETING, MEETING_ATTENDEES, FIELD_PERSON,
	    FIELD_SETTABLE | FIELD_MANY,
	    "attendees", N_("Attendees"), NULL },
	{ TYPE_MEETING, MEETING_GUESTS, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "guests", N_("Guests"), NULL },
	{ TYPE_MEETING, MEETING_TOPIC, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "topic", N_("Topic"), NULL },
	{ TYPE_MEETING, MEETING_MINUTES, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "minutes", N_("Minutes"), NULL },
	{ TYPE_MEETING, MEETING_DECISIONS, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "decisions", N_("Decisions"), NULL },
	{ TYPE_MEETING, MEETING_NEXT, FIELD_DATE, FIELD_SETTABLE,
	    "next", N_("Next on"), NULL },
	{ TYPE_MEETING, FIELD_DELETED, FIELD_FLAG, 0,
	    "deleted", N_("Deleted"), NULL },
};

static const struct field agenda_fields[] = {
	{ TYPE_AGENDA, AGENDA_MEETING, FIELD_RECORD, FIELD_GIVEN |
	    FIELD_NEEDED, "meeting", N_("Meeting"), NULL },
	{ TYPE_AGENDA, AGENDA_TOPIC, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE | FIELD_NEEDED,
	    "topic", N_("Topic"), NULL },
	{ TYPE_AGENDA, AGENDA_MINUTES, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "minutes", N_("Minutes"), NULL },
	{ TYPE_AGENDA, AGENDA_DECISION, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "decision", N_("Decision"), NULL },
	{ TYPE_AGENDA, FIELD_DELETED, FIELD_FLAG, 0,
	    "deleted", N_("Deleted"), NULL },
};

static const struct field task_fields[] = {
	{ TYPE_TASK, TASK_WHAT, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE | FIELD_NEEDED,
	    "what", N_("What"), NULL },
	{ TYPE_TASK, TASK_WHO, FIELD_PERSON, FIELD_SETTABLE | FIELD_OWN,
	    "who", N_("Who"), NULL },
	{ TYPE_TASK, TASK_DUE, FIELD_DATE, FIELD_SETTABLE,
	    "due", N_("Due"), NULL },
	{ TYPE_TASK, TASK_DONE, FIELD_DATE, FIELD_SETTABLE,
	    "done", N_("Done on"), NULL },
	{ TYPE_TASK, TASK_MEETING, FIELD_RECORD, FIELD_GIVEN,
	    "meeting", N_("Decided at"), NULL },
	{ TYPE_TASK, TASK_OUTCOME, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "outcome", N_("Outcome"), NULL },
	{ TYPE_TASK, FIELD_DELETED, FIELD_FLAG, 0,
	    "deleted", N_("Deleted"), NULL },
};

static const struct field pseudonym_fields[] = {
	{ TYPE_PSEUDONYM, PSEUDONYM_WORD, FIELD_TEXT, FIELD_GIVEN |
	    FIELD_NEEDED, "word", N_("Made-up name"), NULL },
	{ TYPE_PSEUDONYM, PSEUDONYM_CASE, FIELD_RECORD, FIELD_GIVEN |
	    FIELD_NEEDED, "case", N_("Case"), NULL },
};

static const struct field supervision_fields[] = {
	{ TYPE_SUPERVISION, SUPERVISION_DATE, FIELD_DATE,
	    FIELD_SETTABLE | FIELD_NEEDED | FIELD_TODAY,
	    "date", N_("Date"), NULL },
	{ TYPE_SUPERVISION, SUPERVISION_WITH, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "with", N_("With"), NULL },
	{ TYPE_SUPERVISION, SUPERVISION_FORM, FIELD_CODE, FIELD_SETTABLE,
	    "form", N_("Form of supervision"), "supervision.form" },
	{ TYPE_SUPERVISION, SUPERVISION_MINUTES, FIELD_NUMBER, FIELD_SETTABLE,
	    "minutes", N_("Minutes"), NULL },
	{ TYPE_SUPERVISION, SUPERVISION_CASES, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "cases", N_("Cases, by made-up names"), NULL },
	{ TYPE_SUPERVISION, SUPERVISION_QUESTION, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE | FIELD_NEEDED,
	    "question", N_("Question"), NULL },
	{ TYPE_SUPERVISION, SUPERVISION_NOTES, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "notes", N_("What came of it"), NULL },
	{ TYPE_SUPERVISION, SUPERVISION_NEXT, FIELD_DATE, FIELD_SETTABLE,
	    "next", N_("Next on"), NULL },
	{ TYPE_SUPERVISION, FIELD_DELETED, FIELD_FLAG, 0,
	    "deleted", N_("Deleted"), NULL },
};

static const struct record_kind kinds[] = {
	{ TYPE_ROOM, "room", N_("Room"), HOME_ROOM, NULL, NULL,
	    false, true, 0, 0, "name school about",
	    room_fields, COUNT(room_fields) },
	{ TYPE_MEMBER, "member", N_("Member"), HOME_ROOM, NULL, NULL,
	    true, true, 0, MEMBER_PERSON, "person role until",
	    member_fields, COUNT(member_fields) },
	{ TYPE_MATTER, "matter", N_("Matter"), HOME_CASE, "meeting", NULL,
	    false, false, MATTER_OPENED, 0, "topic closed",
	    matter_fields, COUNT(matter_fields) },
	{ TYPE_MEETING, "meeting", N_("Meeting"), HOME_CASE | HOME_ROOM,
	    "meeting", "site group", false, false, MEETING_DATE, 0,
	    "kind state topic decisions",
	    meeting_fields, COUNT(meeting_fields) },
	{ TYPE_AGENDA, "agenda", N_("Agenda item"), HOME_CASE | HOME_ROOM,
	    "meeting", "site group", false, false, 0, AGENDA_MEETING,
	    "topic decision",
	    agenda_fields, COUNT(agenda_fields) },
	{ TYPE_TASK, "task", N_("Task"), HOME_CASE | HOME_ROOM,
	    "meeting", NULL, false, false, 0, TASK_MEETING,
	    "due done who what",
	    task_fields, COUNT(task_fields) },
	{ TYPE_PSEUDONYM, "pseudonym", N_("Made-up name"), HOME_ROOM,
	    NULL, "own", true, false, 0, 0, "word case",
	    pseudonym_fields, COUNT(pseudonym_fields) },
	{ TYPE_SUPERVISION, "supervision", N_("Supervision"), HOME_ROOM,
	    NULL, "own group", false, false, SUPERVISION_DATE, 0,
	    "form with cases question",
	    supervision_fields, COUNT(supervision_fields) },
};

const struct record_kinds types_group = { kinds, COUNT(kinds) };
