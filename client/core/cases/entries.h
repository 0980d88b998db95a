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
#include "client/core/records/entry.h"
#include "client/core/records/records.h"

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

/** entries_add_to(s, d, field, to, id, e): the same of a record whose ${field}
 * names record ${to}. */
int entries_add_to(struct session *s, const struct entry_draft *d,
    uint16_t field, const struct id *to, struct id *id, struct err *e);

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

#endif
