/*
 * The plan of a case: one record per goal, fields by last writer.
 */
#ifndef CORE_PLANS_H
#define CORE_PLANS_H

#include "client/core/records/records.h"

int plans_add(struct session *s, const struct id *case_id,
    const struct assignment *set, size_t n, struct id *id, struct err *e);

#endif
