/* Whole files, durable when the call returns: temp, fsync, rename, fsync. */
#include "common/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/text.h"

#define READ_STEP_BYTES 65536

static int
fail(struct err *e, const char *what, const char *path)
{
	int code = errno;

	err_set(e, code == ENOENT ? ERR_ABSENT : ERR_LOCAL,
	    "%s %s: %s", _(what), path, err_system(code));
	e->code = code;
	return -1;
}

/* One read into ${out}: bytes read, 0 at the end, -1 with errno. */
static ssize_t
read_some(int fd, struct buf *out)
{
	size_t room = out->max - out->len;
	uint8_t past;
	uint8_t *p;
	ssize_t n;

	if (room > READ_STEP_BYTES)
		room = READ_STEP_BYTES;
	p = room > 0 ? buf_reserve(out, room) : &past;
	if (p == NULL)
		return 0;
	do
		n = read(fd, p, room > 0 ? room : 1);
	while (n < 0 && errno == EINTR);
	if (n > 0 && room == 0) {
		out->toobig = true;
		return 0;
	}
	if (n > 0)
		out->len += (size_t)n;
	return n;
}

int
file_read(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int rc;

	if (fd < 0)
		return fail(e, N_("cannot read"), path);
	do
		n = read_some(fd, out);
	while (n > 0);
	rc = n < 0 ? fail(e, N_("cannot read"), path) : buf_check(out, path, e);
	close(fd);
	return rc;
}

static int
write_all(int fd, struct view data)
{
	size_t at = 0;

	while (at < data.len) {
		ssize_t n = write(fd, data.data + at, data.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

int
file_write(int fd, struct view data, const char *path, struct err *e)
{
	return write_all(fd, data) == 0 ? 0 :
	    fail(e, N_("cannot write"), path);
}

static char *
folder_of(const char *path)
{
	char *dir = mem_dup(path);
	char *slash = strrchr(dir, '/');

	if (slash == NULL) {
		mem_free(dir);
		return mem_dup(".");
	}
	slash[slash == dir ? 1 : 0] = '\0';
	return dir;
}

int
file_new(const char *path, struct view data, mode_t mode, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int rc;

	if (fd < 0)
		return fail(e, N_("cannot write"), path);
	rc = write_all(fd, data) == 0 && fsync(fd) == 0 ? 0 :
	    fail(e, N_("cannot write"), path);
	close(fd);
	if (rc != 0)
		unlink(path);
	return rc;
}

int
file_replace(const char *path, struct view data, mode_t mode, struct err *e)
{
	struct buf tmp;
	char *dir = folder_of(path);
	int fd = -1, rc = -1;

	buf_init(&tmp, 4096);
	buf_add_fmt(&tmp, "%s.new", path);
	if (buf_check(&tmp, "a file name", e) != 0)
		goto out;
	fd = open(buf_str(&tmp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, mode);
	if (fd < 0 || write_all(fd, data) != 0 || fsync(fd) != 0) {
		fail(e, N_("cannot write"), path);
		goto out;
	}
	if (rename(buf_str(&tmp), path) != 0) {
		fail(e, N_("cannot replace"), path);
		goto out;
	}
	rc = file_sync_folder(dir, e);
out:
	if (fd >= 0)
		close(fd);
	if (rc != 0 && tmp.len > 0)
		unlink(buf_str(&tmp));
	buf_done(&tmp);
	mem_free(dir);
	return rc;
}

int
file_folder(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fail(e, N_("cannot make the folder"), path);
	if (stat(path, &st) != 0)
		return fail(e, N_("cannot look at the folder"), path);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_LOCAL, "%s is not a folder", path);
	if ((st.st_mode & 077) != 0)
		return err_set(e, ERR_LOCAL,
		    "others may enter the folder %s; run: chmod 700 %s", path,
		    path);
	return 0;
}

int
file_sync_folder(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return fail(e, N_("cannot open the folder"), path);
	rc = fsync(fd);
	close(fd);
	return rc == 0 ? 0 : fail(e, N_("cannot make durable the folder"), path);
}

int
file_rename(const char *from, const char *to, struct err *e)
{
	char *dir = folder_of(to);
	int rc = rename(from, to) == 0 ? file_sync_folder(dir, e) :
	    fail(e, N_("cannot replace"), to);

	mem_free(dir);
	return rc;
}

int
file_wipe(const char *path, struct err *e)
{
	static const uint8_t zeros[READ_STEP_BYTES];
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	off_t at;
	int rc;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return fail(e, N_("cannot remove"), path);
	rc = fstat(fd, &st);
	for (at = 0; rc == 0 && at < st.st_size; at += READ_STEP_BYTES) {
		off_t left = st.st_size - at;

		rc = write_all(fd, view_of(zeros, left < READ_STEP_BYTES ?
		    (size_t)left : READ_STEP_BYTES));
	}
	if (rc == 0)
		rc = fsync(fd);
	close(fd);
	return rc == 0 && unlink(path) == 0 ? 0 :
	    fail(e, N_("cannot remove"), path);
}

int
file_each(const char *folder,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return fail(e, N_("cannot open the folder"), folder);
	while (rc == 0) {
		errno = 0;
		entry = readdir(d);
		if (entry == NULL) {
			if (errno != 0)
				rc = fail(e, N_("cannot look at the folder"),
				    folder);
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = fn(ctx, entry->d_name, e);
	}
	closedir(d);
	return rc;
}

int
file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *
file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = mem_new(n);

	snprintf(path, n, "%s/%s", dir, name);
	return path;
}
