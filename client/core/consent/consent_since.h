/*
 * Consents "from now on": where the bound lies, and that nothing before it is
 * open to the person already. Inner part of consent.c.
 *
 * Source: schema/rules.md 5.12.
 */
#ifndef CORE_CONSENT_SINCE_H
#define CORE_CONSENT_SINCE_H

#include "client/core/consent/consent.h"

/** consent_bound(s, d, mask, out, e): the bound that the consent names, zero
 * for one that opens the past too. ERR_INPUT, ERR_CLASH say why there can be
 * none. */
int consent_bound(struct session *s, const struct consent_draft *d,
    unsigned mask, struct id *out, struct err *e);

/** consent_bound_tx(s, d, mask, e): the sections that this person keeps begin
 * anew behind it. */
int consent_bound_tx(struct session *s, const struct consent_draft *d,
    unsigned mask, struct err *e);

#endif
