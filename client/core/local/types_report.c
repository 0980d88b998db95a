/*
 * What leaves: figures of a year, in pieces, in the commons; and in the card
 * of a case, what was given out.
 */
#include "client/core/local/fields.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field figures_fields[] = {
	{ TYPE_FIGURES, FIGURES_YEAR, FIELD_NUMBER, 0,
	    "year", N_("Year"), NULL },
	{ TYPE_FIGURES, FIGURES_PIECE, FIELD_NUMBER, 0,
	    "part", N_("Part"), NULL },
	{ TYPE_FIGURES, FIGURES_PIECES, FIELD_NUMBER, 0,
	    "parts", N_("Parts"), NULL },
	{ TYPE_FIGURES, FIGURES_HASH, FIELD_HASH, 0,
	    "hash", N_("Hash"), NULL },
	{ TYPE_FIGURES, FIGURES_REASON, FIELD_TEXT, 0,
	    "reason", N_("Reason"), NULL },
	{ TYPE_FIGURES, FIGURES_DATA, FIELD_LONG, 0,
	    "data", N_("Data"), NULL },
};

static const struct field file_copy_fields[] = {
	{ TYPE_FILE_COPY, FILE_COPY_WHAT, FIELD_TEXT, 0,
	    "what", N_("What"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_WHOM, FIELD_TEXT, FIELD_SEARCHED,
	    "whom", N_("Given to"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_ROLE, FIELD_TEXT, 0,
	    "role", N_("As"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_GIVEN, FIELD_NUMBER, 0,
	    "given", N_("Records"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_LEFT, FIELD_NUMBER, 0,
	    "left", N_("Not given"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_BLACKED, FIELD_NUMBER, 0,
	    "blacked", N_("Blacked out"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_HASH, FIELD_HASH, 0,
	    "hash", N_("Hash"), NULL },
	{ TYPE_FILE_COPY, FILE_COPY_BY, FIELD_PERSON, 0,
	    "by", N_("Given by"), NULL },
};

static const struct record_kind kinds[] = {
	{ TYPE_FIGURES, "figures", N_("Figures of a year"), HOME_COMMONS,
	    NULL, NULL, true, true, 0, 0, "year reason",
	    figures_fields, COUNT(figures_fields) },
	{ TYPE_FILE_COPY, "file-copy", N_("Copy of the file"), HOME_CASE,
	    "card", NULL, true, false, 0, 0, "what whom given",
	    file_copy_fields, COUNT(file_copy_fields) },
};

const struct record_kinds types_report = { kinds, COUNT(kinds) };
