/*
 * What a record would say after a write, for the rules of its kind.
 */
#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include "client/core/local/versions.h"
#include "client/core/profile/session.h"

/*
 * What a record would say: its fields as they are (${now}; NULL: a new one)
 * and what is about to be written over them.
 */
struct entry {
	struct session *session;
	enum record_type type;
	struct id id;              /* zero: a new one */
	struct id case_id, space;
	const struct loaded *now;
	const struct op *ops;
	size_t op_count;
};

/** entry_text, entry_int, entry_id: a field's value; an empty view, 0 or a
 * zero id without one. Borrowed. */
struct view entry_text(const struct entry *x, uint16_t field);
int64_t entry_int(const struct entry *x, uint16_t field);
struct id entry_id(const struct entry *x, uint16_t field);
bool entry_has(const struct entry *x, uint16_t field);
bool entry_is(const struct entry *x, uint16_t field, const char *code);

/** entry_persons(x, field, at, out): the ${at}-th person of a FIELD_MANY;
 * false past the last. */
bool entry_persons(const struct entry *x, uint16_t field, size_t at,
    struct id *out);

/** entry_changes(x, field): what is about to be written there differs from
 * what the record says. */
bool entry_changes(const struct entry *x, uint16_t field);

/** entry_day(x, field, ms): 1 and noon UTC of a day field, 0 when it has none. */
int entry_day(const struct entry *x, uint16_t field, int64_t *ms);

/** entry_past(x, field, e): the day of a field, if it has one, has come;
 * ERR_INPUT that names the field. */
int entry_past(const struct entry *x, uint16_t field, struct err *e);

/** entry_check(x, e): whether it may be written so; called by entries_add and
 * records_set. The features above this folder are asked: entry_checks.c. */
int entry_check(const struct entry *x, struct err *e);

#endif
