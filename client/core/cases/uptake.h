/*
 * Taking up the service is voluntary: offered, accepted, declined, ended, by
 * whom, and what was explained. A declined offer keeps no content.
 *
 * Source: schema/rules.md 20.6, 20.7.
 */
#ifndef CORE_UPTAKE_H
#define CORE_UPTAKE_H

#include "client/core/cases/entries.h"

struct uptake_effect { /* of declining, on what was written under the offer */
	size_t wiped;    /* gone at once: it never left this device */
	size_t deleted;  /* hidden now; erased when two have signed */
	size_t left;     /* written by others: for them or a keeper */
};

/** uptake_record(s, d, outcome, id, effect, e): ${d} without its type and
 * without "outcome"; all of it in one transaction. */
int uptake_record(struct session *s, const struct entry_draft *d,
    const char *outcome, struct id *id, struct uptake_effect *effect,
    struct err *e);

/** uptake_declined(s, case_id, out, e): was the newest answer a no? */
int uptake_declined(struct session *s, const struct id *case_id, bool *out,
    struct err *e);

/** uptake_open(s, case_id, section, e): may something be written in this
 * section of the case? ERR_DENIED after a no; the card and the protection of
 * a child go on. */
int uptake_open(struct session *s, const struct id *case_id,
    const char *section, struct err *e);

/** uptake_check(x, e): entry_checks.c. */
int uptake_check(const struct entry *x, struct err *e);

#endif
