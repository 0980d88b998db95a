/*
 * The calls by which a file changes, before the C library's: every library of
 * the program finds these first. The real thing is done by the system call.
 * Those who use the disk here sync by fsync, fdatasync; nothing waits for a
 * real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/cutdisk/cutdisk_inner.h"

#define HANDLES 4096

int open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at);
int ftruncate64(int fd, off64_t size);

static struct cutdisk_node *handle[HANDLES]; /* by number; the lock's */

static int
no_power(void)
{
	errno = EIO;
	return -1;
}

static struct cutdisk_node *
node_of(int fd)
{
	return fd >= 0 && fd < HANDLES ? handle[fd] : NULL;
}

/* ---- open, close ---- */

static int
really_open(const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int
open_ours(const char *path, int flags, mode_t mode)
{
	struct cutdisk_node *n = cutdisk_find(path);
	bool makes = n == NULL && (flags & O_CREAT);
	bool clears = n != NULL && (flags & O_TRUNC);
	enum cutdisk_verdict v = CUTDISK_GO;
	int fd;

	if (makes || clears)
		v = cutdisk_count();
	else if ((flags & O_ACCMODE) != O_RDONLY && cutdisk_off())
		v = CUTDISK_DEAD;
	if (v == CUTDISK_DEAD)
		return no_power();
	fd = really_open(path, flags, mode);
	if (fd < 0)
		return -1;
	if (makes)
		n = cutdisk_made(path, false);
	else if (clears)
		cutdisk_resized(n, 0);
	if (v == CUTDISK_LAST) {
		syscall(SYS_close, fd);
		return no_power();
	}
	if (fd >= HANDLES)
		abort();
	handle[fd] = n;
	return fd;
}

static int
open_any(const char *path, int flags, mode_t mode)
{
	int fd;

	if (!cutdisk_enter())
		return really_open(path, flags, mode);
	fd = cutdisk_ours(path) ? open_ours(path, flags, mode) :
	    really_open(path, flags, mode);
	cutdisk_leave();
	return fd;
}

static mode_t
mode_in(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_in(flags, ap);
	va_end(ap);
	return open_any(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_in(flags, ap);
	va_end(ap);
	return open_any(path, flags, mode);
}

int
__open_2(const char *path, int flags)
{
	return open_any(path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return open_any(path, flags, 0);
}

int
close(int fd)
{
	if (cutdisk_enter()) {
		if (node_of(fd) != NULL) {
			cutdisk_look(handle[fd]);
			handle[fd] = NULL;
		}
		cutdisk_leave();
	}
	return (int)syscall(SYS_close, fd);
}

/* ---- contents ---- */

/* ${at} -1: where the handle stands. */
static ssize_t
write_ours(struct cutdisk_node *n, int fd, const void *data, size_t len,
    off64_t at)
{
	enum cutdisk_verdict v = cutdisk_count();
	bool append = syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND;
	bool moves = at < 0;
	ssize_t done;

	if (v == CUTDISK_DEAD)
		return no_power();
	cutdisk_look(n);
	if (moves)
		at = append ? (off64_t)cutdisk_size(n) :
		    syscall(SYS_lseek, fd, 0, SEEK_CUR);
	done = moves ? syscall(SYS_write, fd, data, len) :
	    syscall(SYS_pwrite64, fd, data, len, at);
	if (done > 0)
		cutdisk_wrote(n, (size_t)at, data, (size_t)done);
	return v == CUTDISK_LAST ? no_power() : done;
}

ssize_t
write(int fd, const void *data, size_t len)
{
	ssize_t done;

	if (!cutdisk_enter())
		return syscall(SYS_write, fd, data, len);
	done = node_of(fd) != NULL ?
	    write_ours(handle[fd], fd, data, len, -1) :
	    -2;
	cutdisk_leave();
	return done == -2 ? syscall(SYS_write, fd, data, len) : done;
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	ssize_t done;

	if (!cutdisk_enter())
		return syscall(SYS_pwrite64, fd, data, len, at);
	done = node_of(fd) != NULL ?
	    write_ours(handle[fd], fd, data, len, at) :
	    syscall(SYS_pwrite64, fd, data, len, at);
	cutdisk_leave();
	return done;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return pwrite64(fd, data, len, at);
}

static int
truncate_ours(struct cutdisk_node *n, int fd, off64_t size)
{
	enum cutdisk_verdict v = cutdisk_count();

	if (v == CUTDISK_DEAD)
		return no_power();
	cutdisk_look(n);
	if (syscall(SYS_ftruncate, fd, size) != 0)
		return -1;
	cutdisk_resized(n, (size_t)size);
	return v == CUTDISK_LAST ? no_power() : 0;
}

int
ftruncate64(int fd, off64_t size)
{
	int rc;

	if (!cutdisk_enter())
		return (int)syscall(SYS_ftruncate, fd, size);
	rc = node_of(fd) != NULL ? truncate_ours(handle[fd], fd, size) :
	    (int)syscall(SYS_ftruncate, fd, size);
	cutdisk_leave();
	return rc;
}

int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

/* The last sync may have ended just before the light went out. */
static int
sync_ours(struct cutdisk_node *n)
{
	enum cutdisk_verdict v;

	cutdisk_look(n);
	v = cutdisk_count();
	if (v == CUTDISK_DEAD)
		return no_power();
	if (v == CUTDISK_GO || cutdisk_below(2) == 0)
		cutdisk_synced(n);
	return v == CUTDISK_LAST ? no_power() : 0;
}

int
fsync(int fd)
{
	int rc = 0;

	if (!cutdisk_enter())
		return 0;
	if (node_of(fd) != NULL)
		rc = sync_ours(handle[fd]);
	cutdisk_leave();
	return rc;
}

int
fdatasync(int fd)
{
	return fsync(fd);
}

void *
mmap(void *at, size_t len, int prot, int flags, int fd, off_t from)
{
	if ((prot & PROT_WRITE) && (flags & MAP_SHARED) && cutdisk_enter()) {
		if (node_of(fd) != NULL)
			cutdisk_mapped(handle[fd], fd);
		cutdisk_leave();
	}
	return (void *)(uintptr_t)syscall(SYS_mmap, at, len, prot, flags, fd,
	    from);
}

/* ---- names ---- */

/* Does it, and says whether the operation counts: 0 done, -1 failed. */
static int
name_op(int rc, enum cutdisk_verdict v)
{
	return rc == 0 && v == CUTDISK_LAST ? no_power() : rc;
}

static int
rename_ours(const char *from, const char *to)
{
	enum cutdisk_verdict v = cutdisk_count();
	int rc;

	if (v == CUTDISK_DEAD)
		return no_power();
	rc = (int)syscall(SYS_rename, from, to);
	if (rc == 0)
		cutdisk_moved(from, to);
	return name_op(rc, v);
}

int
rename(const char *from, const char *to)
{
	int rc;

	if (!cutdisk_enter())
		return (int)syscall(SYS_rename, from, to);
	rc = cutdisk_ours(from) || cutdisk_ours(to) ? rename_ours(from, to) :
	    (int)syscall(SYS_rename, from, to);
	cutdisk_leave();
	return rc;
}

static int
link_ours(const char *from, const char *to)
{
	enum cutdisk_verdict v = cutdisk_count();
	int rc;

	if (v == CUTDISK_DEAD)
		return no_power();
	rc = (int)syscall(SYS_link, from, to);
	if (rc == 0)
		cutdisk_linked(from, to);
	return name_op(rc, v);
}

int
link(const char *from, const char *to)
{
	int rc;

	if (!cutdisk_enter())
		return (int)syscall(SYS_link, from, to);
	rc = cutdisk_ours(from) || cutdisk_ours(to) ? link_ours(from, to) :
	    (int)syscall(SYS_link, from, to);
	cutdisk_leave();
	return rc;
}

static int
remove_ours(const char *path, int flags)
{
	enum cutdisk_verdict v;
	int rc;

	if (cutdisk_find(path) == NULL) {
		errno = ENOENT;
		return -1;
	}
	v = cutdisk_count();
	if (v == CUTDISK_DEAD)
		return no_power();
	rc = (int)syscall(SYS_unlinkat, AT_FDCWD, path, flags);
	if (rc == 0)
		cutdisk_removed(path);
	return name_op(rc, v);
}

static int
remove_any(const char *path, int flags)
{
	int rc;

	if (!cutdisk_enter())
		return (int)syscall(SYS_unlinkat, AT_FDCWD, path, flags);
	rc = cutdisk_ours(path) ? remove_ours(path, flags) :
	    (int)syscall(SYS_unlinkat, AT_FDCWD, path, flags);
	cutdisk_leave();
	return rc;
}

int
unlink(const char *path)
{
	return remove_any(path, 0);
}

int
rmdir(const char *path)
{
	return remove_any(path, AT_REMOVEDIR);
}

int
unlinkat(int fd, const char *name, int flags)
{
	char link_[64], folder[512], path[1024];
	ssize_t n;

	if (fd == AT_FDCWD || name[0] == '/')
		return remove_any(name, flags);
	snprintf(link_, sizeof(link_), "/proc/self/fd/%d", fd);
	n = readlink(link_, folder, sizeof(folder) - 1);
	if (n < 0)
		return -1;
	folder[n] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return remove_any(path, flags);
}

static int
mkdir_ours(const char *path, mode_t mode)
{
	enum cutdisk_verdict v;
	int rc;

	if (cutdisk_find(path) != NULL) {
		errno = EEXIST;
		return -1;
	}
	v = cutdisk_count();
	if (v == CUTDISK_DEAD)
		return no_power();
	rc = (int)syscall(SYS_mkdir, path, mode);
	if (rc == 0)
		(void)cutdisk_made(path, true);
	return name_op(rc, v);
}

int
mkdir(const char *path, mode_t mode)
{
	int rc;

	if (!cutdisk_enter())
		return (int)syscall(SYS_mkdir, path, mode);
	rc = cutdisk_ours(path) ? mkdir_ours(path, mode) :
	    (int)syscall(SYS_mkdir, path, mode);
	cutdisk_leave();
	return rc;
}
