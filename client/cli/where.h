/*
 * Where a record is to stand or is looked for: the first word of a command.
 */
#ifndef CLI_WHERE_H
#define CLI_WHERE_H

#include "client/cli/show.h"

struct where {
	struct id case_id, space;
	struct id part;  /* of CASE/MATTER; its space is told when it is here */
	bool room;
	size_t words;    /* how many it took: 0 or 1 */
};

/** where_find(c, kind, word, out, e): a case, CASE/MATTER or a room, as the
 * kind has it. A kind that may stand in both is looked for among rooms first:
 * their names are fewer, and no child's. */
int where_find(struct ctx *c, const struct record_kind *kind,
    const char *word, struct where *out, struct err *e);

/** where_warn_names(c, space, set, n): a warning when a child's name that is
 * known here is written in a room where single children have no place. */
void where_warn_names(struct ctx *c, const struct id *space,
    const struct assignment *set, size_t n);

#endif
