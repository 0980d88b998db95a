/*
 * Two cases for one child: made one, and made two again. Nothing is moved and
 * nothing opens: lists show the case in front with what is behind it, and what
 * closes in one closes in both. Which cases are one: local/aliases.h.
 *
 * Source: schema/rules.md 11.1, 11.3.
 */
#ifndef CORE_ALIAS_H
#define CORE_ALIAS_H

#include "client/core/cases/cases.h"

/** alias_same(s, front, behind, e): ${front} stands in front of ${behind}
 * from now on; needs the right to write in both cards. ERR_CLASH when it does
 * already. One the other way round is ended. */
int alias_same(struct session *s, const struct id *front,
    const struct id *behind, struct err *e);

/** alias_apart(s, a, b, front, e): they are two cases again. ${front}: the
 * one that stood in front. ERR_ABSENT when no alias joins just these two. */
int alias_apart(struct session *s, const struct id *a, const struct id *b,
    struct id *front, struct err *e);

/** alias_front(s, case_id, front, e): the case in front of ${case_id}: where
 * new texts go; itself when it is alone. */
int alias_front(struct session *s, const struct id *case_id,
    struct id *front, struct err *e);

/** alias_join(s, list, e): of cases that are one, the one in front, with the
 * others behind it and counted with it. */
int alias_join(struct session *s, struct case_list *list, struct err *e);

/** alias_behind(s, n, e): how many cases stand behind another. */
int alias_behind(struct session *s, size_t *n, struct err *e);

/** alias_left_out(s, case_id, section, names, e): names by comma of who is let
 * into ${section} of a case behind this one and not into the one in front, and
 * so does not see what is written from now on; "" for nobody. Freed by
 * mem_free. */
int alias_left_out(struct session *s, const struct id *case_id,
    const char *section, char **names, struct err *e);

#endif
