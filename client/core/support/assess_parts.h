/*
 * What assess.c and assess_view.c share: the instrument of a run.
 */
#ifndef CORE_ASSESS_PARTS_H
#define CORE_ASSESS_PARTS_H

#include "client/core/local/deleted.h"
#include "client/core/local/versions.h"
#include "client/core/profile/policy.h"
#include "client/core/profile/session.h"

struct instrument { /* borrowed until the next sync */
	const struct policy *p;
	char code[401];
	int64_t version;
};

/** assess_instrument(s, run, out, e): that a run was begun with. */
int assess_instrument(struct session *s, const struct loaded *run,
    struct instrument *out, struct err *e);

#endif
