/*
 * SQLite's online copy, in one step inside one read transaction. The new file
 * is written without a journal, because a copy that was cut short is thrown
 * away, and made durable at the end. It leaves WAL mode, so that it can be
 * read where nothing can be written.
 */
#include "daemon/hub/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"

#define QUICK "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"
#define TABLE "CREATE TABLE backup (name TEXT PRIMARY KEY, value BLOB)"

static int
copy_pages(struct db *db, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", db_handle(db),
	    "main");
	int rc, end;

	if (b == NULL)
		return sqlite3_extended_errcode(to);
	rc = sqlite3_backup_step(b, -1);
	end = sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? end : rc;
}

static int
add_values(sqlite3 *to, const struct copy_value *list, size_t n)
{
	sqlite3_stmt *st = NULL;
	size_t i;
	int rc = sqlite3_exec(to, TABLE, NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(to, "INSERT INTO backup VALUES (?, ?)",
		    -1, &st, NULL);
	for (i = 0; rc == SQLITE_OK && i < n; i++) {
		sqlite3_reset(st);
		sqlite3_bind_text(st, 1, list[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_blob64(st, 2, list[i].value.data,
		    list[i].value.len, SQLITE_STATIC);
		rc = sqlite3_step(st) == SQLITE_DONE ? SQLITE_OK :
		    sqlite3_extended_errcode(to);
	}
	sqlite3_finalize(st);
	return rc;
}

static int
make_durable(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int rc = fd >= 0 ? fsync(fd) : -1;

	if (rc != 0)
		err_set(e, ERR_LOCAL, "cannot write %s: %s", path,
		    err_system(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

static void
fail(sqlite3 *to, int rc, const char *path, struct err *e)
{
	int code = sqlite3_system_errno(to);
	const char *words = to != NULL ? sqlite3_errmsg(to) :
	    sqlite3_errstr(rc);

	if ((rc & 0xff) == SQLITE_FULL)
		words = err_system(ENOSPC);
	else if ((rc & 0xff) == SQLITE_IOERR && code != 0)
		words = err_system(code);
	else if ((rc & 0xff) == SQLITE_CANTOPEN) /* its errno is of a retry */
		words = "its folder is missing, or this user may not write "
		    "there";
	err_set(e, ERR_LOCAL, "cannot copy the database to %s: %s", path,
	    words);
}

int
copy_make(struct db *db, const char *path, const struct copy_value *list,
    size_t n, struct err *e)
{
	sqlite3 *to = NULL;
	int rc;

	if (file_exists(path))
		return err_set(e, ERR_CLASH, "there is a %s already", path);
	rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, QUICK, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = copy_pages(db, to);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL,
		    NULL);
	if (rc == SQLITE_OK)
		rc = add_values(to, list, n);
	if (rc != SQLITE_OK)
		fail(to, rc, path, e);
	sqlite3_close(to);
	if (rc == SQLITE_OK && make_durable(path, e) == 0)
		return 0;
	unlink(path);
	return -1;
}

int
copy_bytes(const char *from, const char *to, struct err *e)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat st = { .st_size = 0 };
	off_t at = 0;
	int rc = in >= 0 && out >= 0 && fstat(in, &st) == 0 ? 0 : -1;

	while (rc == 0 && at < st.st_size)
		if (sendfile(out, in, &at, (size_t)(st.st_size - at)) <= 0)
			rc = -1;
	if (rc != 0 || fsync(out) != 0)
		rc = err_set(e, ERR_LOCAL, "cannot copy %s to %s: %s", from,
		    to, err_system(errno));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return rc;
}
