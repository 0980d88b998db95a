/*
 * The persons of a case, in its card: the child, guardians with their
 * authority, siblings, staff, others.
 *
 * Source: schema/rules.md 20.1.
 */
#ifndef CORE_PERSONS_H
#define CORE_PERSONS_H

#include "client/core/cases/entries.h"

/** persons_check(x, e), persons_check_case(x, e): what holds of a person and
 * of a case's own dates (entry_checks.c). */
int persons_check(const struct entry *x, struct err *e);
int persons_check_case(const struct entry *x, struct err *e);

/** persons_uses(text, out): the words consent, copy, disclosure, paper of a
 * list, as bits of 1 << enum guard_use; false: another word is among them. */
bool persons_uses(struct view text, unsigned *out);

#endif
