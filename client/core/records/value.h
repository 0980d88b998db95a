/*
 * Values as text and text as values: names for persons, days for times. Inner
 * part of the core, shared by what shows and writes records.
 */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include "client/core/records/during.h"
#include "client/core/local/versions.h"
#include "client/core/records/records.h"

#define VALUE_CASES 128 /* a place for each by the last byte of its id */
#define VALUE_NAMES 64 /* people whose names one list remembers */

struct values { /* what one listing has looked up already */
	struct session *session;
	struct store *s;
	struct {
		struct id person;
		char name[160];
	} names[VALUE_NAMES];
	size_t name_count;
	struct id space;
	char section[32];
	struct during during;
	struct {
		struct id case_id;
		int64_t ms; /* closed since; 0: not */
	} closed[VALUE_CASES];
};
void values_init(struct values *v, struct session *s);
void values_done(struct values *v);

/** value_name(v, person), value_author(v, device): borrowed until the next
 * call; never fails, at worst "person 1a2b3c4d". */
const char *value_name(struct values *v, const struct id *person);
const char *value_author(struct values *v, const struct id *device);

/** value_section(v, space, out, e): the section a space is of. */
int value_section(struct values *v, const struct id *space, char out[32],
    struct err *e);

/** value_closed(v, case_id, out, e): since when that case is closed, or 0. */
int value_closed(struct values *v, const struct id *case_id, int64_t *out,
    struct err *e);

/** value_text(v, f, value, e): as a person reads it; NULL on failure.
 * mem_forget wipes and frees. */
char *value_text(struct values *v, const struct field *f,
    const struct value *value, struct err *e);

/** value_right(f, number): of a field that holds a right, what it allows in
 * the reader's language; NULL: it holds none. */
const char *value_right(const struct field *f, int64_t number);

struct parsed { /* ops whose values borrow the texts or ${scratch} */
	struct op ops[RECORD_OPS_MAX];
	uint8_t scratch[RECORD_OPS_MAX][32];
	uint8_t many[FIELD_MANY_MAX * 16]; /* of the one FIELD_MANY field */
	size_t count;
};

/** value_parse(s, type, set, n, out, e): typed fields to ops; persons by name
 * or id. ERR_INPUT names the field. */
int value_parse(struct session *s, enum record_type type,
    const struct assignment *set, size_t n, struct parsed *out,
    struct err *e);
/** value_parse_new: of a new record, also what is not changed later. */
/** value_standard: what the office's form says for fields that are typed when
 * a record is made and were not, added to ${out}. */
int value_standard(struct session *s, enum record_type type,
    struct parsed *out, struct err *e);
int value_parse_new(struct session *s, enum record_type type,
    const struct assignment *set, size_t n, struct parsed *out,
    struct err *e);

#endif
