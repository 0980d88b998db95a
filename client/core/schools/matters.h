/*
 * Matters: what people of several professions work on for one child.
 *
 * A matter is a part of the case's section "meeting" (rules.md 5.11): whoever
 * is let in by a consent that names it sees it and nothing else of the case.
 * Its record has the part's id. It ends for everybody but the own side when it
 * is closed; a new topic is a new matter.
 *
 * Source: schema/rules.md 5.11, 16.1.
 */
#ifndef CORE_MATTERS_H
#define CORE_MATTERS_H

#include "client/core/consent/consent.h"
#include "client/core/records/entry.h"
#include "client/core/records/records.h"

struct matter {
	struct id id, case_id, space; /* id: of its record, and its part */
	char *topic, *opened, *closed, *agreed_by;
	enum right right;             /* of this person */
};
struct matter_list {
	struct matter *items;
	size_t count;
};
void matter_done(struct matter *m);
void matter_list_done(struct matter_list *l);

/** matters_open(s, case_id, set, n, id, e): agreed with the guardian or the
 * child: fields topic, by, role. Opens it to nobody yet. */
int matters_open(struct session *s, const struct id *case_id,
    const struct assignment *set, size_t n, struct id *id, struct err *e);

/** matters_check(x, e): what holds of one. */
int matters_check(const struct entry *x, struct err *e);

/** matters_list(s, case_id, out, e): those open to this person, newest first;
 * ${case_id} NULL: of all cases. */
int matters_list(struct session *s, const struct id *case_id,
    struct matter_list *out, struct err *e);

/** matters_find(s, case_id, text, out, e): by a piece of the id or of the
 * topic. ERR_ABSENT; ERR_INPUT when several fit. */
int matters_find(struct session *s, const struct id *case_id,
    const char *text, struct matter *out, struct err *e);

/** matters_consent(m, d, e): case, sections and part of a consent for this
 * matter and nothing else of the case; ERR_DENIED once it was closed. */
int matters_consent(const struct matter *m, struct consent_draft *d,
    struct err *e);

/** matters_admit(s, m, d, id, e): takes the consent that lets a person in;
 * case, sections and part of ${d} are filled in here. */
int matters_admit(struct session *s, const struct matter *m,
    struct consent_draft *d, struct id *id, struct err *e);

/** matters_dismiss(s, m, person, giver, effect, e): the consent for a person
 * is taken back. */
int matters_dismiss(struct session *s, const struct matter *m,
    const struct id *person, const char *giver,
    struct withdrawal_effect *effect, struct err *e);

/** matters_close(s, m, outcome, effect, e): it ends, for all who were let in
 * at their next sync; ${outcome} NULL: none. */
int matters_close(struct session *s, const struct matter *m,
    const char *outcome, struct withdrawal_effect *effect, struct err *e);

struct space_person {   /* who may read a space now, and by what */
	struct id person;
	char name[160];
	enum right right;
	int64_t until_ms;   /* INT64_MAX: no end */
	bool side;          /* not by consent */
};
/** matters_members(s, space, out, n, e): at most ${max}; ${n}: how many. */
int matters_members(struct session *s, const struct id *space,
    struct space_person *out, size_t max, size_t *n, struct err *e);

#endif
