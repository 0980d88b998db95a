/*
 * A guardian's or child's objection, correction or own view, beside what it
 * is about, for all who may read that; nothing is overwritten.
 *
 * Source: schema/rules.md 20.8.
 */
#ifndef CORE_OBJECTIONS_H
#define CORE_OBJECTIONS_H

#include "client/core/cases/entries.h"

/** objections_add(s, record, set, n, id, e): of a note or another text of a
 * case. */
int objections_add(struct session *s, const struct id *record,
    const struct assignment *set, size_t n, struct id *id, struct err *e);

/** objections_to(s, record, out, e): those beside it, the newest first. */
int objections_to(struct session *s, const struct id *record,
    struct record_list *out, struct err *e);

int objections_check(const struct entry *x, struct err *e);

#endif
