/*
 * A mapping: how a file of another program is read: its kind of record,
 * encoding, separator, how it writes days, which column is which field, and
 * which of its words is which code.
 *
 * Source: schema/import.md.
 */
#ifndef CORE_IMPORT_MAP_H
#define CORE_IMPORT_MAP_H

#include "client/core/local/fields.h"

#define IMPORT_MAP_MAX ((size_t)256 * 1024) /* bytes of a mapping */
#define IMPORT_COLUMNS 32
#define IMPORT_WORDS 2000
#define IMPORT_VALUE_MAX 64 /* bytes of a day or time that is rewritten */

struct map_field {
	const struct field *field; /* NULL: the column is left out */
	char *column;              /* NULL: always ${fixed} */
	char *fixed;
};
struct map_word {
	const struct field *field;
	char *word, *code;
};
struct import_map {
	const struct record_kind *kind;
	char *encoding;            /* NULL: UTF-8 */
	char separator;
	char *date;                /* NULL: YYYY-MM-DD */
	char *place;               /* column with the case's code or the room's
	                              name; NULL: none */
	struct map_field fields[IMPORT_COLUMNS];
	size_t field_count;
	struct map_word *words;
	size_t word_count;
};

/** import_map_read(text, out, e): ERR_INPUT names line and what is expected;
 * import_map_done frees. */
int import_map_read(struct view text, struct import_map *out,
    struct err *e);
void import_map_done(struct import_map *m);

/** import_map_takes(kind): records of it can be imported. */
bool import_map_takes(const struct record_kind *kind);

/** import_map_value(m, f, text, out, e): a cell as fields_parse takes it:
 * words to codes, days to ISO; borrows ${text}, the map or ${out}. NULL: ${e}
 * says what is expected. */
const char *import_map_value(const struct import_map *m,
    const struct field *f, const char *text, char out[IMPORT_VALUE_MAX],
    struct err *e);

/** import_map_begin(kind, out): a mapping for that kind to be filled in. */
void import_map_begin(const struct record_kind *kind, struct buf *out);

#endif
