/*
 * sqlite3_step and sqlite3_exec of this program go before the library's; see
 * the header. What sqlite3_exec steps inside is not counted: it would take a
 * step that did not run for a success.
 */
#include "tests/support/faults.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault armed;
static unsigned count;
static bool on, happened;

void
faults_set(const struct fault *f)
{
	pthread_mutex_lock(&lock);
	armed = *f;
	if (armed.rc == 0)
		armed.rc = SQLITE_IOERR;
	count = 0;
	happened = false;
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

static bool
holds(const char *text, const char *part)
{
	return part == NULL || (text != NULL && strstr(text, part) != NULL);
}

/* A rollback is never refused: it is what follows a failure. */
static bool
meant(sqlite3 *db, const char *sql)
{
	return holds(sql, armed.sql) && (armed.sql != NULL || sql == NULL ||
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
		if (count == armed.nth || (armed.sticky && count > armed.nth))
			rc = armed.rc;
		happened |= rc != SQLITE_OK;
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

static _Thread_local bool in_exec;

int
sqlite3_step(sqlite3_stmt *st)
{
	int (*real)(sqlite3_stmt *);
	int rc = in_exec ? SQLITE_OK :
	    verdict(sqlite3_db_handle(st), sqlite3_sql(st));

	if (rc != SQLITE_OK)
		return rc;
	find("sqlite3_step", &real, sizeof(real));
	return real(st);
}

int
sqlite3_exec(sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *ctx, char **words)
{
	int (*real)(sqlite3 *, const char *,
	    int (*)(void *, int, char **, char **), void *, char **);
	int rc = verdict(db, sql);
	bool outer = in_exec;

	if (rc != SQLITE_OK)
		return rc;
	find("sqlite3_exec", &real, sizeof(real));
	in_exec = true;
	rc = real(db, sql, row, ctx, words);
	in_exec = outer;
	return rc;
}
