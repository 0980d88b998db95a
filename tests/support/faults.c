/*
 * sqlite3_step and sqlite3_exec of this program go before the library's; see
 * the header. What SQLite and its full-text index step inside is not counted:
 * they would take a step that did not run for a success.
 */
#include "tests/support/faults.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault armed;
static unsigned count;
static bool on, happened;
static char which[400];

#define STEPS 20000
static uint64_t trace[STEPS]; /* statement with the two before it */
static uint64_t known[STEPS];
static size_t known_count;

static void
arm(const struct fault *f)
{
	armed = *f;
	if (armed.rc == 0)
		armed.rc = SQLITE_IOERR;
}

void
faults_set(const struct fault *f)
{
	pthread_mutex_lock(&lock);
	arm(f);
	count = 0;
	happened = false;
	which[0] = '\0';
	on = true;
	pthread_mutex_unlock(&lock);
}

bool
faults_end(void)
{
	bool hit;

	pthread_mutex_lock(&lock);
	on = false;
	hit = happened;
	pthread_mutex_unlock(&lock);
	return hit;
}

/* FNV-1a. */
static uint64_t
mix(uint64_t h, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return h;
}

static void
note_step(const char *sql)
{
	static uint64_t last[2];
	uint64_t now = mix(UINT64_C(0xcbf29ce484222325), sql);

	if (count == 1)
		last[0] = last[1] = 0;
	if (count <= STEPS)
		trace[count - 1] = now + 31 * last[0] + 1013 * last[1];
	last[1] = last[0];
	last[0] = now;
}

const char *
faults_sql(void)
{
	return which;
}

bool
faults_fresh(unsigned nth)
{
	size_t i;

	if (nth == 0 || nth > count || nth > STEPS)
		return false;
	for (i = 0; i < known_count; i++)
		if (known[i] == trace[nth - 1])
			return false;
	if (known_count < STEPS)
		known[known_count++] = trace[nth - 1];
	return true;
}

static bool
holds(const char *text, const char *part)
{
	return part == NULL || (text != NULL && strstr(text, part) != NULL);
}

/* A rollback is never refused: it is what follows a failure. Nor is what the
 * full-text index asks on its own account, at a commit. */
static bool
meant(sqlite3 *db, const char *sql)
{
	if (sql == NULL || strstr(sql, "'main'.") != NULL)
		return false;
	return holds(sql, armed.sql) && (armed.sql != NULL ||
	    strncmp(sql, "ROLLBACK", 8) != 0) &&
	    holds(sqlite3_db_filename(db, "main"), armed.file);
}

static int
verdict(sqlite3 *db, const char *sql)
{
	int rc = SQLITE_OK;

	pthread_mutex_lock(&lock);
	if (on && meant(db, sql)) {
		count++;
		note_step(sql);
		if (count == armed.nth || (armed.sticky && count > armed.nth))
			rc = armed.rc;
		if (rc != SQLITE_OK && !happened)
			snprintf(which, sizeof(which), "%s", sql);
		happened |= rc != SQLITE_OK;
		if (rc != SQLITE_OK && armed.then != NULL) {
			arm(armed.then);
			count = 0;
		}
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static void
find(const char *name, void *real, size_t size)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	memcpy(real, &found, size);
}

/* Thousands of commits, and no power cut among them: none waits for a disk. */
int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

int
fsync(int fd)
{
	(void)fd;
	return 0;
}

static _Thread_local bool inside; /* SQLite at work: what it steps is its own */

int
sqlite3_step(sqlite3_stmt *st)
{
	int (*real)(sqlite3_stmt *);
	bool outer = inside;
	int rc = inside ? SQLITE_OK :
	    verdict(sqlite3_db_handle(st), sqlite3_sql(st));

	if (rc != SQLITE_OK)
		return rc;
	find("sqlite3_step", &real, sizeof(real));
	inside = true;
	rc = real(st);
	inside = outer;
	return rc;
}

int
sqlite3_exec(sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *ctx, char **words)
{
	int (*real)(sqlite3 *, const char *,
	    int (*)(void *, int, char **, char **), void *, char **);
	bool outer = inside;
	int rc = inside ? SQLITE_OK : verdict(db, sql);

	if (rc != SQLITE_OK)
		return rc;
	find("sqlite3_exec", &real, sizeof(real));
	inside = true;
	rc = real(db, sql, row, ctx, words);
	inside = outer;
	return rc;
}
