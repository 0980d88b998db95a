/*
 * Registers of heads: which value of a field is shown, and what else is kept.
 *
 * The heads of a field are the versions that no other version names as a
 * base. Shown is the head with the highest (eff, seq, idx); an own version not
 * yet accepted ranks on top. More than one head with different values is a
 * conflict: the others are kept and shown until somebody writes naming all.
 * Not so for "deleted", where any head that says so decides (deleted.h).
 * A pure function of the versions: no database, no clock.
 *
 * Source: schema/rules.md 6.1, 6.2, 6.3, 6.4, 6.6, 6.9.
 */
#ifndef LOCAL_HEADS_H
#define LOCAL_HEADS_H

#include "common/wire/record.h"

enum version_state {
	VERSION_LOCAL = 1,    /* saved here, not yet sealed */
	VERSION_OUTGOING = 2, /* in a sealed changeset, no receipt yet */
	VERSION_ACCEPTED = 3,
	VERSION_HELD = 4,     /* refused; waits for a person's decision */
	VERSION_REVIEW = 5,   /* written after a withdrawal; not shown */
	VERSION_ERASED = 7,   /* by an erase order; its text goes in a week */
	VERSION_GONE = 6      /* given back or erased by decision; kept as a mark */
};

#define HEADS_VERSIONS_MAX 4096

struct version {
	struct record rec;   /* decoded; borrows its body */
	uint64_t eff;
	uint64_t seq;        /* UINT64_MAX: not accepted */
	uint32_t idx;
	enum version_state state;
};

struct head { /* one current candidate for a field */
	const struct version *version;
	const struct op *op;
};

struct heads_field {
	uint16_t field;
	size_t count;        /* heads; [0] is the one shown */
	struct head heads[RECORD_BASES_MAX];
	bool conflict;       /* more than one, not all with the same value */
};

struct heads {
	size_t count;
	struct heads_field fields[RECORD_OPS_MAX];
};

/** heads_compute(versions, n, out): order of ${versions} does not matter.
 * Versions HELD, REVIEW, GONE and ERASED take no part. */
void heads_compute(const struct version *versions, size_t n,
    struct heads *out);

/** heads_find(h, field): or NULL. */
const struct heads_field *heads_find(const struct heads *h, uint16_t field);

#endif
