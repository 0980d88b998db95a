/*
 * Sharing single notes with one colleague: copies in a part of the case for
 * that person, opened by a consent that names it, closed with it.
 *
 * Source: schema/rules.md 34.1, 34.2.
 */
#ifndef CORE_SHARE_H
#define CORE_SHARE_H

#include "client/core/consent/consent.h"

struct share_draft {
	const struct id *records;
	size_t count;
	struct consent_draft consent; /* sections, part and right are filled
	                                 in */
	bool safety_seen;
};

/** share_add(s, d, part, consent, e): copies, consent and disclosure in one
 * transaction. ERR_DENIED where the person may not give consents on. */
int share_add(struct session *s, const struct share_draft *d,
    struct id *consent, struct err *e);

/** share_end(s, case_id, person, giver, effect, e): taken back: every part
 * that is open to this person for shared records. ERR_ABSENT: none is. */
int share_end(struct session *s, const struct id *case_id,
    const struct id *person, const char *giver,
    struct withdrawal_effect *effect, struct err *e);

#endif
