/*
 * What is known of a case's side before a step is taken: the card, this
 * person's right there, the statements and the steps so far. Inner part of
 * handover.c and handover_list.c.
 */
#ifndef CORE_STEPS_H
#define CORE_STEPS_H

#include "client/core/accord/sides.h"
#include "client/core/profile/session.h"

struct steps { /* of one case */
	struct session *session;
	struct store *s;
	struct space card;
	enum right right;        /* in the card */
	struct access_book book; /* of the card */
	struct side_sources all;
	int64_t now_ms;
};

/** steps_load(st, session, case_id, e): ERR_DENIED when the card is not open
 * here. steps_done also after a failure. */
int steps_load(struct steps *st, struct session *session,
    const struct id *case_id, struct err *e);
void steps_done(struct steps *st);

/** steps_need_keeper(st, e): this person keeps the card, or ERR_DENIED. */
int steps_need_keeper(const struct steps *st, struct err *e);

/** steps_own_end(st): how long this person keeps the card. */
int64_t steps_own_end(const struct steps *st);

/** steps_keeps_for_good(st, person): keeps the card without an end, with a
 * device that works. */
bool steps_keeps_for_good(const struct steps *st, const struct id *person);

/** steps_is_open(st, src): a proposal neither taken back nor over. */
bool steps_is_open(const struct steps *st, const struct side_source *src);

/** steps_accepted(st, src): the acceptance of proposal ${src}, or NULL. */
const struct side_source *steps_accepted(const struct steps *st,
    const struct side_source *src);

#endif
