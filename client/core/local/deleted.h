/*
 * Deleted records: a field like any other, with a rule of its own.
 *
 * A record is deleted when any head of that field says so: who restores names
 * the deletions they saw, and one they did not see still holds. A version of
 * the field names as bases, besides its former heads, the heads of all other
 * fields that its writer saw; so a change that the deleter did not know is
 * found by its not being named. Pure functions, but for deleted_may.
 *
 * Source: schema/rules.md 6.8.
 */
#ifndef LOCAL_DELETED_H
#define LOCAL_DELETED_H

#include "client/core/local/versions.h"

struct deleted {
	bool on;
	const struct version *by;       /* the deletion shown; NULL: not on */
	const struct version *change;   /* newest change it did not know */
	const struct version *restored; /* who restored and missed a deletion */
};

/** deleted_of(h, versions, n, out): what the heads say; ${versions} are those
 * that they were computed from. */
void deleted_of(const struct heads *h, const struct version *versions,
    size_t n, struct deleted *out);

/** deleted_bases(h, op): what a new version of the field names. */
void deleted_bases(const struct heads *h, struct op *op);

/** deleted_shows(h): is there a head of any other field? */
bool deleted_shows(const struct heads *h);

/** deleted_only(ops, n): nothing but the field: an append-only record takes
 * such a version. deleted_in(ops, n): the field is among them. */
bool deleted_only(const struct op *ops, size_t n);
bool deleted_in(const struct op *ops, size_t n);

/** deleted_doubt(type, ops, n): why such a version is not taken from anybody,
 * or NULL. */
const char *deleted_doubt(enum record_type type, const struct op *ops,
    size_t n);

/** deleted_may(s, row, person, may, e): did ${person} write the record?
 * Keepers of the section may as well; that is the caller's question. */
int deleted_may(struct store *s, const struct record_row *row,
    const struct id *person, bool *may, struct err *e);

#endif
