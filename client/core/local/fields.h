/*
 * Record types and their fields, declared once, in the types_ files: name,
 * label, kind of value, vocabulary, where records of the type live, who writes
 * them and what a list shows. Commands, search, JSON, checks, the timeline and
 * what a colleague's client takes in follow from these lines. To add a field:
 * a number in types.h and a line in its types_ file.
 */
#ifndef LOCAL_FIELDS_H
#define LOCAL_FIELDS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "common/wire/record.h"
#include "client/core/local/types.h"

enum field_kind { /* how a value is typed in and shown */
	FIELD_TEXT,    /* one line */
	FIELD_LONG,    /* several lines */
	FIELD_CODE,    /* from a vocabulary */
	FIELD_DATE,    /* VALUE_TEXT, ISO 8601 day */
	FIELD_TIME,    /* VALUE_INT, wall ms */
	FIELD_NUMBER,  /* VALUE_INT */
	FIELD_PERSON,  /* VALUE_BYTES, person id */
	FIELD_RECORD,  /* VALUE_BYTES, record id */
	FIELD_HASH,    /* VALUE_BYTES, 32 */
	FIELD_FLAG,    /* VALUE_BOOL */
	FIELD_SECRET   /* VALUE_BYTES, 32: a key; shown and typed nowhere */
};

enum field_flags {
	FIELD_SEARCHED = 1,  /* its words are indexed */
	FIELD_SETTABLE = 2,  /* may be changed after creation */
	FIELD_NEEDED = 4,    /* a new record has to have it */
	FIELD_TODAY = 8,     /* a new record without it gets today, or now */
	FIELD_OWN = 16,      /* a new record without it gets its writer */
	FIELD_GIVEN = 32,    /* not settable, yet typed when it is made */
	FIELD_MANY = 64      /* of FIELD_PERSON: several, commas between; at
	                        most one such field in a type */
};

#define FIELD_MANY_MAX 64 /* persons in one such field */

struct field {
	enum record_type type;
	uint16_t number;
	enum field_kind kind;
	unsigned flags;
	const char *name;       /* stable: command line and JSON */
	const char *label;      /* English; translated where it is shown */
	const char *vocabulary; /* of the policy that a FIELD_CODE takes its
	                           words from (schema/policy.md 3.3); NULL: the
	                           program's own word. Of a FIELD_TEXT: it is a
	                           list of such words, shown by their names */
};

enum record_homes { /* kinds of spaces that hold records of a type */
	HOME_COMMONS = 1,
	HOME_CASE = 2,       /* a section of a case */
	HOME_ROOM = 4,       /* a room without a child: rooms.h */
	HOME_ANY = 7
};

struct record_kind {
	enum record_type type;
	const char *name;    /* stable */
	const char *label;   /* English, one of them */
	unsigned homes;
	const char *section; /* of a case; NULL: any */
	const char *rooms;   /* kinds of room, blanks between; NULL: any */
	bool append_only;
	bool keepers;        /* only who keeps the space writes them */
	uint16_t when;       /* field (day or time) that dates a record; 0: when
	                        it was written */
	uint16_t parent;     /* field (record or person) that a record answers
	                        to; 0: none */
	const char *list;    /* names of fields a list shows, blanks between */
	const struct field *fields;
	size_t count;
};

/* A types_ file: its kinds. */
struct record_kinds {
	const struct record_kind *list;
	size_t count;
};
extern const struct record_kinds types_office;
extern const struct record_kinds types_base, types_group, types_report;
extern const struct record_kinds types_file;
extern const struct record_kinds types_site;
extern const struct record_kinds types_aid;

/** fields_each(i): the i-th record kind, or NULL past the last. */
const struct record_kind *fields_each(size_t i);

/** fields_of(type, count): the fields of ${type}. */
const struct field *fields_of(enum record_type type, size_t *count);

/** fields_find(type, name), fields_number(type, number): or NULL. */
const struct field *fields_find(enum record_type type, const char *name);
const struct field *fields_number(enum record_type type, uint16_t number);

const struct record_kind *fields_kind(enum record_type type);

/** fields_fits(kind, home, section): records of this kind may stand in a space
 * of that home (one of enum record_homes) and section or kind of room. */
bool fields_fits(const struct record_kind *kind, unsigned home,
    const char *section);

/** fields_listed(list, word): ${word} is one of the words of ${list}. */
bool fields_listed(const char *list, const char *word);

/** fields_parse(f, text, out, e): a person's text to a value; ${out} borrows
 * ${text} or ${scratch}. ERR_INPUT with what is expected. */
int fields_parse(const struct field *f, const char *text, uint8_t scratch[32],
    struct value *out, struct err *e);

#endif
