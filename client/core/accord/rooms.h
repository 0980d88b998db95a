/*
 * Who is in a room: a space without a child, whose keepers write in it who
 * comes in and who is out (TYPE_MEMBER). The statements of the room follow
 * from these records as those of a case follow from its consents.
 *
 * Source: schema/rules.md, "Rooms".
 */
#ifndef ACCORD_ROOMS_H
#define ACCORD_ROOMS_H

#include "client/core/accord/statements.h"

/** rooms_load(s, space, out, e): what its member records say, oldest first. */
int rooms_load(struct store *s, const struct id *space,
    struct statement_sources *out, struct err *e);

/** rooms_apply_tx(s, space, added, e): the statements it lacks and that this
 * device may make. */
int rooms_apply_tx(struct store *s, const struct id *space, size_t *added,
    struct err *e);

#endif
