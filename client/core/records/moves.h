/*
 * States that records go through, step by step: which step may follow which.
 * And the small values that such steps write.
 */
#ifndef CORE_MOVES_H
#define CORE_MOVES_H

#include "client/core/local/versions.h"

struct move { /* from a state to any of some others */
	const char *from, *to; /* blanks between */
};

/** moves_check(m, n, from, to, e): ERR_INPUT names the steps there are. */
int moves_check(const struct move *m, size_t n, const char *from,
    const char *to, struct err *e);

/* Values of fields for entries_change; what is given is borrowed. */
#define MOVES_OPS 12
struct moves_ops {
	struct op list[MOVES_OPS];
	size_t n;
};
void moves_text(struct moves_ops *o, uint16_t field, const char *text);
void moves_int(struct moves_ops *o, uint16_t field, int64_t v);
void moves_flag(struct moves_ops *o, uint16_t field, bool v);
void moves_bytes(struct moves_ops *o, uint16_t field, const void *data,
    size_t len);
void moves_clear(struct moves_ops *o, uint16_t field);

/** moves_copy(v, out, size): a view as a string, cut where it is too long. */
const char *moves_copy(struct view v, char *out, size_t size);

#endif
