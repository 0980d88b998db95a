/*
 * A sync that fails at each place once. A program that uses this has a
 * database that fails on purpose (faults.h).
 */
#ifndef SUPPORT_FAILING_H
#define SUPPORT_FAILING_H

#include "tests/support/world.h"

/**
 * failing_sync(w, who): the sync of client ${who} is stopped by one failing
 * statement of its own store, done again by the same open profile, and must
 * end as if nothing had failed; the same from where it began for the next
 * statement, as far as what it does there is new to this program. What does
 * not hold ends the program with a sentence. How many places that were; the
 * sync is done after it.
 */
unsigned failing_sync(struct world *w, int who);

#endif
