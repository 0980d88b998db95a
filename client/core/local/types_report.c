/*
 * What is published of a year: figures, in pieces, in the commons.
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

static const struct record_kind kinds[] = {
	{ TYPE_FIGURES, "figures", N_("Figures of a year"), HOME_COMMONS,
	    NULL, NULL, true, true, 0, 0, "year reason",
	    figures_fields, COUNT(figures_fields) },
};

const struct record_kinds types_report = { kinds, COUNT(kinds) };
