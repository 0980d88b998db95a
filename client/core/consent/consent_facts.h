/*
 * What a consent says beside whom it opens what to: scope, capacity, a second
 * guardian, how it was given and on which form. Inner part of consent.c.
 *
 * Source: schema/rules.md 20.9.
 */
#ifndef CORE_CONSENT_FACTS_H
#define CORE_CONSENT_FACTS_H

#include "client/core/consent/consent.h"
#include "client/core/records/value.h"

struct consent_facts {
	struct parsed p;      /* of the draft's fields, checked */
};

/** consent_facts_read(s, d, mask, out, e): ERR_INPUT names the field. ${mask}:
 * the sections of the draft (accord/statements.h); ${out} borrows ${d}. */
int consent_facts_standard(struct session *s, struct consent_draft *d,
    struct err *e); /* first: what the office's form says when nobody does */
int consent_facts_read(struct session *s, const struct consent_draft *d,
    unsigned mask, struct consent_facts *out, struct err *e);

#endif
