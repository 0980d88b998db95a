/*
 * Supervision and case discussion by made-up names.
 *
 * Which case a name stands for is a record of the worker's own room: nobody
 * else can tell, and two workers call one child differently. What is brought
 * to supervision has no name of a child that this worker knows; writing one is
 * refused. It stands in the own room, or is shown: as text, or in a group's
 * room that the supervisor is in.
 *
 * Source: schema/rules.md 16.3.
 */
#ifndef CORE_SUPERVISION_H
#define CORE_SUPERVISION_H

#include "client/core/cases/entries.h"

#define SUPERVISION_WORD_BYTES 41

/** supervision_name(s, case_id, wish, word, e): what this worker calls a case
 * in supervision; made up, or ${wish}, the first time it is asked for.
 * ERR_INPUT: the wish is somebody's name; ERR_CLASH: it stands for another
 * case, or the case has another. */
int supervision_name(struct session *s, const struct id *case_id,
    const char *wish, char word[static SUPERVISION_WORD_BYTES],
    struct err *e);

/** supervision_case(s, word, case_id, e): which case a made-up name stands
 * for, by this worker's own store. ERR_ABSENT. */
int supervision_case(struct session *s, const char *word,
    struct id *case_id, struct err *e);

/** supervision_share(s, id, room, copy, e): a copy for those who are in a
 * group's room, by the same names. */
int supervision_share(struct session *s, const struct id *id,
    const struct id *room, struct id *copy, struct err *e);

/** supervision_check(x, e): for entry_checks. */
int supervision_check(const struct entry *x, struct err *e);

#endif
