/*
 * The course of a case: its state, its stage, who coordinates it and why.
 *
 * All of it are fields of the case; what changed, when and by whom is read
 * from the case's versions, so nothing is written twice and a step that came
 * from anywhere is shown. Taking over by law is handover.h.
 */
#ifndef CORE_COURSE_H
#define CORE_COURSE_H

#include "client/core/cases/entries.h"
#include "client/core/records/value.h"

/** course_check(x, e): of a case: closing has a reason, a closed case is
 * reopened and not just open again, a new coordinator has a why, outside
 * parties have a consent that covers them. ERR_INPUT, ERR_DENIED. */
int course_check(const struct entry *x, struct err *e);

/** course_list(s, case_id, out, e): one item for each change of these fields,
 * newest first; an item has the fields that changed in it. Nothing without the
 * card. */
int course_list(struct session *s, const struct id *case_id,
    struct record_list *out, struct err *e);

/** course_field(number): a field of a case that such an item may have. */
bool course_field(uint16_t number);

#endif
