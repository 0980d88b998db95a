/*
 * Transitions: a child goes to another school, or from pre-school to school.
 * The guardian picks which records go along; they are copied into a part that
 * the consent opens to the receiving worker, who accepts, and begins a case of
 * their own with them, or declines.
 *
 * Source: schema/rules.md 35.1, 35.2, 35.3.
 */
#ifndef CORE_TRANSITION_H
#define CORE_TRANSITION_H

#include "client/core/records/records.h"

#define TRANSITION_STATE_BYTES 41

struct transition_draft {
	struct id case_id, receiver;
	const char *kind;     /* of transition.kind */
	const char *to;       /* the receiving school */
	const char *until;    /* ISO day: unclaimed, it is over then */
};
int transition_propose(struct session *s, const struct transition_draft *d,
    struct id *id, struct err *e);

/** transition_choose(s, d, e): what the guardian picked; copies, consent and
 * disclosure in one transaction. */
struct transition_choice {
	struct id transition;
	const struct id *records;
	size_t count;
	const char *giver, *giver_role, *evidence, *language;
	bool safety_seen;
};
int transition_choose(struct session *s, const struct transition_choice *d,
    struct err *e);

/** transition_accept(s, id, case_id, e): as the receiver: a case of one's own
 * begins with what came, origins kept. */
int transition_accept(struct session *s, const struct id *id,
    struct id *case_id, struct err *e);

/** transition_decline(s, id, why, e): as the receiver. transition_revoke: as
 * the sender, before it was answered. transition_reduce: as the sender, once
 * accepted: the case is moved, the copies go, the record of it stays. */
int transition_decline(struct session *s, const struct id *id,
    const char *why, struct err *e);
int transition_revoke(struct session *s, const struct id *id,
    const char *giver, struct err *e);
int transition_reduce(struct session *s, const struct id *id, struct err *e);

/** transition_state(s, r, out, e): as it stands now. */
int transition_state(struct session *s, const struct record_item *r,
    char out[static TRANSITION_STATE_BYTES], struct err *e);

struct entry;
int transition_check(const struct entry *x, struct err *e);

#endif
