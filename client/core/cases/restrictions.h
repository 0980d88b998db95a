/*
 * Restriction of use: what a person may ask for while something is contested.
 * The record is kept and not used: in no list, not given out, counted here.
 *
 * Source: schema/rules.md 20.10.
 */
#ifndef CORE_RESTRICTIONS_H
#define CORE_RESTRICTIONS_H

#include "client/core/cases/entries.h"

/** restrictions_add(s, record, set, n, id, e): of a note or another text of a
 * case; "reason" and "by" are needed. */
int restrictions_add(struct session *s, const struct id *record,
    const struct assignment *set, size_t n, struct id *id, struct err *e);

/** restrictions_lift(s, id, why, still, e): only who keeps the section may;
 * ERR_CLASH when it was lifted before. ${still}: another one holds. */
int restrictions_lift(struct session *s, const struct id *id,
    const char *why, bool *still, struct err *e);

int restrictions_check(const struct entry *x, struct err *e);

#endif
