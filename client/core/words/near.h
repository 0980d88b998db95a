/*
 * The nearest of several names to what was typed.
 */
#ifndef CORE_NEAR_H
#define CORE_NEAR_H

#include <stddef.h>

struct near {
	const char *typed;
	const char *best; /* NULL: nothing is near */
	size_t distance;
};

void near_begin(struct near *n, const char *typed);

/** near_offer(n, name): ${name} must outlive ${n}. */
void near_offer(struct near *n, const char *name);

/** near_distance(a, b): edits from a to b: insert, drop, change, swap two
 * neighbours. */
size_t near_distance(const char *a, const char *b);

#endif
