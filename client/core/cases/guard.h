/*
 * May this be given to this person, and what must be left out of it?
 *
 * The one place that is asked before a consent is taken from somebody, before
 * a copy, a disclosure or a paper goes to them: limited authority stops it,
 * a secret address is left out, what must not be used stays here. Who asks
 * for a receiver the card does not name gets the careful answer.
 *
 *     struct guard g;
 *     struct guard_asked q = { case_id, GUARD_COPY, "Jaan Tamm", NULL };
 *     if (guard_ask(s, &q, &g, e) != 0) ...
 *     if (!g.may) say g.why and stop;
 *     for each record: if (guard_omits(&g, &id, 0)) leave it out whole;
 *     for each field: if (guard_omits(&g, &id, field)) leave it out;
 *         else guard_clean(&g, text, out);
 *     guard_done(&g);
 *
 * Source: schema/rules.md 20.2, 20.3, 20.4, 20.5.
 */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "client/core/records/records.h"

enum guard_use {
	GUARD_CONSENT,    /* taken from this person */
	GUARD_COPY,       /* a copy of the file, to them */
	GUARD_DISCLOSURE, /* something passed on to them */
	GUARD_PAPER       /* a printed paper, to them */
};
/** guard_use_name(use): "consent", "copy", "disclosure", "paper"; NULL past
 * the last. */
const char *guard_use_name(unsigned use);

struct guard_asked {
	struct id case_id;         /* and those that are one with it */
	enum guard_use use;
	const char *who;           /* the person's name; NULL: nobody named */
	const struct id *person;   /* their TYPE_PERSON record, or NULL */
};

struct guard {
	bool may;
	char *why;                 /* a sentence, translated; NULL when it may */
	bool known;                /* the card names this person */
	bool secret;               /* something is left out of it as secret */
	size_t omitted;            /* records and fields that stay out */
	struct guard_inner *inner;
};

/** guard_ask(s, q, out, e): an answer is 0, also "may not"; -1 when it could
 * not be worked out. guard_done frees. */
int guard_ask(struct session *s, const struct guard_asked *q,
    struct guard *out, struct err *e);
void guard_done(struct guard *g);

/** guard_omits(g, record, field): this field stays out; ${field} 0: all of
 * the record. Also of what came after the question: no, then. */
bool guard_omits(const struct guard *g, const struct id *record,
    uint16_t field);

/** guard_clean(g, text, out): append ${text} without the secret addresses that
 * stand in it; how many were blotted out. Blanks, accents and case do not
 * matter. What people wrote in other words it does not find: a person still
 * reads it before it goes out. */
size_t guard_clean(const struct guard *g, struct view text, struct buf *out);

#endif
