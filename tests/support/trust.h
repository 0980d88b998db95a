/*
 * What the tests of consent, doors and letters ask of a world again and again.
 */
#ifndef SUPPORT_TRUST_H
#define SUPPORT_TRUST_H

#include "client/core/local/versions.h"
#include "tests/support/world.h"

/** trust_officer(w, i): client ${i} joins as an officer, by the root;
 * trust_join_as(w, i, roles): with these roles (enum role bits). */
void trust_officer(struct world *w, int i);
void trust_join_as(struct world *w, int i, unsigned roles);

/** trust_device(w, i, whom): client ${i} joins as a further device of
 * ${whom}'s person. */
void trust_device(struct world *w, int i, int whom);

/** trust_plan(w, i, case_id, goal, id): 0 or -1; ${id} may be NULL. */
int trust_plan(struct world *w, int i, const struct id *case_id,
    const char *goal, struct id *id);

/** trust_reads(w, i, record): ${i} is shown it. */
bool trust_reads(struct world *w, int i, const struct id *record);

/** trust_space(w, i, case_id, section): that ${i} knows; it must. */
struct id trust_space(struct world *w, int i, const struct id *case_id,
    const char *section);
bool trust_knows(struct world *w, int i, const struct id *case_id,
    const char *section);

/** trust_epoch(w, i, space, out): the newest accepted epoch ${i} knows. */
void trust_epoch(struct world *w, int i, const struct id *space,
    struct space_epoch *out);

/** trust_listed(w, i, space, whom): devices of ${whom} in it. */
size_t trust_listed(struct world *w, int i, const struct id *space,
    int whom);
enum right trust_right(struct world *w, int i, const struct id *space,
    int whom);

/** trust_number(w, i, space): that epoch's number. */
uint32_t trust_number(struct world *w, int i, const struct id *space);

/** trust_ghost_tx(w, i, space, ghost): keeper ${i} queues an epoch of ${space}
 * that lists device ${ghost}'s too, without any statement: what no honest
 * client makes. */
void trust_ghost(struct world *w, int i, const struct id *space, int ghost);

/** trust_keeper(w, i, space, whom): keeper ${i} says that ${whom} keeps
 * ${space} too; for tests that are not about how somebody comes to. */
void trust_keeper(struct world *w, int i, const struct id *space, int whom);

/** trust_push(w, i): send what is queued as it is: an honest client would
 * look again first (client/core/accord/doors.c). */
void trust_push(struct world *w, int i);

/** trust_seal(w, i): what is unsent is sealed as it is, by a program that does
 * not ask first what its person may say. */
void trust_seal(struct world *w, int i);

/** trust_twice(w, a, b): both sync, until nothing moves. */
void trust_twice(struct world *w, int a, int b);

#endif
