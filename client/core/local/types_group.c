/*
 * Rooms without a child, and who is in them.
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

static const struct record_kind kinds[] = {
	{ TYPE_ROOM, "room", N_("Room"), HOME_ROOM, NULL, NULL,
	    false, true, 0, 0, "name school about",
	    room_fields, COUNT(room_fields) },
	{ TYPE_MEMBER, "member", N_("Member"), HOME_ROOM, NULL, NULL,
	    true, true, 0, MEMBER_PERSON, "person role until",
	    member_fields, COUNT(member_fields) },
};

const struct record_kinds types_group = { kinds, COUNT(kinds) };
