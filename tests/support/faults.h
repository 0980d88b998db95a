/*
 * A database that fails on purpose. In a program that uses this, each step of
 * an SQLite statement is counted (a whole sqlite3_exec is one), and one of them, or all from it on, fails
 * instead of running: what a broken disk, a full one or a killed lock look
 * like from above. The library below is the real one.
 */
#ifndef SUPPORT_FAULTS_H
#define SUPPORT_FAULTS_H

#include <stdbool.h>

struct fault {
	const char *file; /* of databases whose path holds this; NULL: all */
	const char *sql;  /* of statements that hold this; NULL: all */
	unsigned nth;     /* the step that fails, from 1 */
	bool sticky;      /* and all later ones */
	int rc;           /* SQLite's code; 0: SQLITE_IOERR */
	const struct fault *then; /* counted from there on; NULL: none */
};

/** faults_set(f): from now on; the count begins anew. */
void faults_set(const struct fault *f);

/** faults_end(): no more of them; whether one has happened since faults_set,
 * also when asked again. */
bool faults_end(void);

/** faults_sql(): the first statement that failed, "" when none did. */
const char *faults_sql(void);

/** faults_fresh(nth): of the steps counted since faults_set: whether its
 * statement after the two before it is new to this program. Trying each such
 * row once meets each place of a long request without each round of its
 * loops. false also when there were not so many. */
bool faults_fresh(unsigned nth);

#endif
