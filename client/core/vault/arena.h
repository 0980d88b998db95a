/*
 * Memory for SQLite's pages: locked, so that no note reaches the swap, and
 * left out of cores.
 *
 * One piece for the process, taken before SQLite is first used. How much may
 * be locked is the machine's limit (ulimit -l); the page cache is made no
 * larger than that.
 */
#ifndef VAULT_ARENA_H
#define VAULT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#define ARENA_MOST ((size_t)32 << 20)  /* bytes of pages */
#define ARENA_LEAST ((size_t)1 << 20)  /* with less there is no working */

struct arena_state {
	size_t bytes;  /* of pages that fit; 0: not started, or no memory */
	bool locked;   /* all of it */
};

/** arena_start(): once, before any database is opened; later calls, and one
 * that comes too late, change nothing. Where less than ARENA_LEAST may be
 * locked, the pages are left out of cores and may be swapped. */
void arena_start(void);

struct arena_state arena_state(void);

#endif
