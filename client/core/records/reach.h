/*
 * What the people who were let into a section can have fetched of it, and
 * what they have for certain: as far as a client can know. A device that only
 * reads tells nobody how far it has read.
 */
#ifndef CORE_REACH_H
#define CORE_REACH_H

#include "client/core/local/spaces.h"
#include "client/core/profile/session.h"

struct reach_person {
	struct id person;
	char name[160];
	bool certain;      /* wrote later, and said what they had seen */
	bool now;          /* is let in at this moment */
};
struct reach {
	struct reach_person *items;
	size_t count;
};
void reach_done(struct reach *r);

/** reach_of(s, space, seq, out, e): who could fetch what stands at place
 * ${seq} of the log in this space, this person left out. */
int reach_of(struct session *s, const struct id *space, uint64_t seq,
    struct reach *out, struct err *e);

/** reach_count(s, space, person, all, certain, e): how many texts the hub has
 * received in the space, and how many of them this person has fetched for
 * certain. */
int reach_count(struct session *s, const struct id *space,
    const struct id *person, size_t *all, size_t *certain, struct err *e);

#endif
