/*
 * What a person did with all that they may see.
 */
#include "client/core/local/fields.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field export_fields[] = {
	{ TYPE_EXPORT, EXPORT_ON, FIELD_TIME, FIELD_TODAY, "on", N_("On"), NULL },
	{ TYPE_EXPORT, EXPORT_BY, FIELD_PERSON, FIELD_OWN, "by", N_("By"), NULL },
	{ TYPE_EXPORT, EXPORT_RECORDS, FIELD_NUMBER, 0,
	    "records", N_("Records"), NULL },
	{ TYPE_EXPORT, EXPORT_HASH, FIELD_HASH, 0,
	    "hash", N_("Hash of the file"), NULL },
};

static const struct record_kind kinds[] = {
	{ .type = TYPE_EXPORT, .name = "export", .label = N_("Export"),
	    .homes = HOME_CASE | HOME_ROOM, .section = "card", .rooms = "own",
	    .append_only = true, .when = EXPORT_ON, .list = "by records",
	    .fields = export_fields, .count = COUNT(export_fields) },
};

const struct record_kinds types_office = { kinds, COUNT(kinds) };
