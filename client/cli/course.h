/*
 * The course of a case as case show and note add tell it.
 */
#ifndef CLI_COURSE_H
#define CLI_COURSE_H

#include "client/cli/show.h"

/** course_say(c, case_id, e): its steps, and what is left to who coordinated
 * before; nothing when there are none. */
int course_say(struct ctx *c, const struct id *case_id, struct err *e);

/** course_json(c, case_id, e): its steps; NULL on failure. */
json_t *course_json(struct ctx *c, const struct id *case_id, struct err *e);

/** course_warn_closed(c, case_id): after a note in a closed case. */
void course_warn_closed(struct ctx *c, const struct id *case_id);

#endif
