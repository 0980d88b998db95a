/*
 * Edits of the former side between the acceptance of a handover and its
 * leaving: ordinary edits, marked for who has the case now.
 *
 * Source: schema/rules.md, 9.3.
 */
#ifndef CORE_DURING_H
#define CORE_DURING_H

#include "client/core/local/versions.h"

#define DURING_MAX 16 /* handovers of one case that are looked at */

struct during { /* of one case */
	bool known;
	struct id case_id;
	size_t count;
	struct {
		struct id person; /* who hands over */
		int64_t from_ms, to_ms;
	} spans[DURING_MAX];
};

/** during_load(s, case_id, out, e): nothing to do when ${out} has that case. */
int during_load(struct store *s, const struct id *case_id,
    struct during *out, struct err *e);

/** during_is(d, s, v): version ${v} was written by the former side, during a
 * handover of that case. */
bool during_is(const struct during *d, const struct store *s,
    const struct version *v);

#endif
