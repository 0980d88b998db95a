/*
 * Entries: records of any declared kind, added by one call.
 *
 * What a kind needs, what is filled in, which words a field takes and where
 * its records live stands in its declaration (local/fields.h); what holds
 * between fields, or between a record and others, in entry_checks.c.
 */
#ifndef CORE_ENTRIES_H
#define CORE_ENTRIES_H

#include "client/core/local/versions.h"
#include "client/core/records.h"

struct entry_draft {
	enum record_type type;
	struct id case_id;   /* zero: none */
	struct id part;      /* of the case's section; zero: none */
	struct id id;        /* of a new record that has to have this one; zero:
	                        one is made */
	struct id space;     /* a room; zero: by the kind: a section of the case,
	                        the own room, the commons */
	const struct assignment *set;
	size_t n;
	const struct op *more; /* fields that nobody types */
	size_t more_count;
};

/** entries_add(s, d, id, e): saved durably when it returns. ERR_INPUT names
 * the field and what is wrong with it; nothing is written then. */
int entries_add(struct session *s, const struct entry_draft *d,
    struct id *id, struct err *e);

/** entries_add_tx: within the caller's transaction. */
int entries_add_tx(struct session *s, const struct entry_draft *d,
    struct id *id, struct err *e);

/** entries_change_tx(s, id, ops, n, e): write fields that nobody types over a
 * record that is there, after the checks of its kind; within the caller's
 * transaction. entries_change: in one of its own. */
struct entry_change {
	struct id id;
	enum record_type type; /* that it must be */
	const struct op *ops;
	size_t op_count;
};
int entries_change_tx(struct session *s, const struct entry_change *ch,
    struct err *e);
int entries_change(struct session *s, const struct entry_change *ch,
    struct err *e);

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

/** entry_check(x, e): whether it may be written so; called by entries_add and
 * records_set. */
int entry_check(const struct entry *x, struct err *e);

#endif
