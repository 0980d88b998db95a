/*
 * Who is in a room: a space without a child, whose keepers write in it who
 * comes in and who is out (TYPE_MEMBER). The statements of the room follow
 * from these records as those of a case follow from its consents.
 *
 * Source: schema/rules.md 14.2, 14.3.
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

struct room_words { /* what a room says of itself */
	bool welfare;            /* single children have no place in it */
	char closed[11];         /* day, or "" */
};
/** rooms_words(s, space, out, e): 1; 0: it is no room, or has not said it yet;
 * -1. */
int rooms_words(struct store *s, const struct id *space,
    struct room_words *out, struct err *e);

/** rooms_points_out(s, space, kind, ops, n, field, e): 1 and the field, if one
 * of ${ops} names a record that does not stand in this room; 0; -1. */
struct room_ops {
	const struct id *space;
	const struct record_kind *kind;
	const struct op *ops;
	size_t count;
};
int rooms_points_out(struct store *s, const struct room_ops *of,
    const struct field **field, struct err *e);

/** rooms_doubt(s, of, record, seq, words, e): why a record of the room
 * ${of}->space is not believed (rules.md 15), or NULL. ${seq}: its place. */
int rooms_doubt(struct store *s, const struct room_ops *of,
    const struct id *record, uint64_t seq, const char **words,
    struct err *e);

#endif
