/*
 * On what basis something of a case may be given to somebody: a consent for a
 * person of the directory, or a release: a consent for a body outside, which
 * opens no door and is asked for before anything is handed over.
 *
 * Inner part of the features that give something out; commands for releases.
 * Source: schema/rules.md 30.2, 30.3, 30.4.
 */
#ifndef CORE_BASIS_H
#define CORE_BASIS_H

#include "client/core/records/records.h"

enum basis_state {
	BASIS_HOLDS = 1,
	BASIS_WITHDRAWN = 2,  /* or refused since */
	BASIS_EXPIRED = 3
};

struct basis { /* a consent or release as it stands */
	struct id record, case_id;
	enum basis_state state;
	unsigned sections;    /* that are left: bits of statements.h */
	int64_t until_ms;     /* its end */
	struct id person;     /* of a consent; zero: a release */
	struct id part;
	char to[401];         /* of a release: the body */
};

/** basis_find(s, record, out, e): ERR_ABSENT for what is no consent and no
 * release; ERR_DENIED where the card of its case is not open here. */
int basis_find(struct session *s, const struct id *record, struct basis *out,
    struct err *e);

struct basis_want { /* what is to be given to whom, until when */
	struct id case_id, consent;
	const char *sections; /* each by name */
	const char *to;       /* the body; NULL: ${person} */
	struct id person;
	struct id part;       /* that it goes into; zero: none */
	int64_t until_ms;     /* 0: now alone */
};

/** basis_covers(s, want, e): the consent allows all of that now, or ERR_DENIED
 * with what it does not allow. */
int basis_covers(struct session *s, const struct basis_want *want,
    struct err *e);

/** basis_part_open(s, case_id, part, out, e): a consent for this part holds. */
int basis_part_open(struct session *s, const struct id *case_id,
    const struct id *part, bool *out, struct err *e);

/** basis_day_end(text): the last moment of an ISO day, by noon UTC and half a
 * day; 0 for no day. */
int64_t basis_day_end(struct view text);

/** basis_release(s, case_id, set, n, id, e): record a release: fields body,
 * sections, by, role, until, purpose, evidence, language. It names
 * the withdrawals it overrules, as a consent does. */
int basis_release(struct session *s, const struct id *case_id,
    const struct assignment *set, size_t n, struct id *id, struct err *e);

/** basis_release_end(s, release, by, e): taken back. ERR_CLASH when it is
 * already. */
int basis_release_end(struct session *s, const struct id *release,
    const char *by, struct err *e);

/** basis_check_release(x, e): of entry_checks.c. */
struct entry;
int basis_check_release(const struct entry *x, struct err *e);

#endif
