/*
 * The people of a case, and what concerns its file as a whole: who may be
 * asked and told, who took up the service, what is kept and for how long.
 */
#include "client/core/local/fields.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field person_fields[] = {
	{ TYPE_PERSON, PERSON_NAME, FIELD_TEXT,
	    FIELD_SEARCHED | FIELD_SETTABLE | FIELD_NEEDED,
	    "name", N_("Name"), NULL },
	{ TYPE_PERSON, PERSON_KIND, FIELD_CODE, FIELD_SETTABLE | FIELD_NEEDED,
	    "kind", N_("Who it is"), "person.kind" },
	{ TYPE_PERSON, PERSON_RELATION, FIELD_TEXT, FIELD_SETTABLE,
	    "relation", N_("Relation"), NULL },
	{ TYPE_PERSON, PERSON_BORN, FIELD_DATE, FIELD_SETTABLE,
	    "born", N_("Born"), NULL },
	{ TYPE_PERSON, PERSON_LANGUAGES, FIELD_TEXT, FIELD_SETTABLE,
	    "languages", N_("Languages"), NULL },
	{ TYPE_PERSON, PERSON_CONTACT, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "contact", N_("Contact"), NULL },
	{ TYPE_PERSON, PERSON_ADDRESS, FIELD_LONG,
	    FIELD_SEARCHED | FIELD_SETTABLE,
	    "address", N_("Address"), NULL },
	{ TYPE_PERSON, PERSON_SECRET, FIELD_FLAG, FIELD_SETTABLE,
	    "secret-address", N_("Address is secret"), NULL },
	{ TYPE_PERSON, PERSON_AUTHORITY, FIELD_CODE, FIELD_SETTABLE,
	    "authority", N_("Authority"), "person.authority" },
	{ TYPE_PERSON, PERSON_MAY, FIELD_TEXT, FIELD_SETTABLE,
	    "may", N_("May all the same"), NULL },
	{ TYPE_PERSON, PERSON_GROUND, FIELD_LONG, FIELD_SETTABLE,
	    "ground", N_("Ground of the authority"), NULL },
	{ TYPE_PERSON, PERSON_CAPACITY, FIELD_CODE, FIELD_SETTABLE,
	    "capacity", N_("Capacity"), "person.capacity" },
	{ TYPE_PERSON, PERSON_CAPACITY_BY, FIELD_TEXT, FIELD_SETTABLE,
	    "capacity-by", N_("Capacity judged by"), NULL },
	{ TYPE_PERSON, PERSON_CAPACITY_ON, FIELD_DATE, FIELD_SETTABLE,
	    "capacity-on", N_("Capacity judged on"), NULL },
	{ TYPE_PERSON, PERSON_CAPACITY_GROUND, FIELD_LONG, FIELD_SETTABLE,
	    "capacity-ground", N_("Ground of the judgement"), NULL },
	{ TYPE_PERSON, PERSON_DIED, FIELD_DATE, FIELD_SETTABLE,
	    "died", N_("Died"), NULL },
	{ TYPE_PERSON, FIELD_DELETED, FIELD_FLAG, 0,
	    "deleted", N_("Deleted"), NULL },
};

static const struct record_kind kinds[] = {
	{ TYPE_PERSON, "person", N_("Person"), HOME_CASE, "card", NULL,
	    false, false, 0, 0, "kind name relation authority",
	    person_fields, COUNT(person_fields) },
};

const struct record_kinds types_file = { kinds, COUNT(kinds) };
