/* The lower VFS: one locked handle, whole blocks, errors in sentences. */
#include "client/core/vault/disk.h"

#include <errno.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"

static int
last_error(const struct disk *d)
{
	return d->under->xGetLastError != NULL ?
	    d->under->xGetLastError(d->under, 0, NULL) : 0;
}

bool
disk_is_full(const struct disk *d)
{
	int code = last_error(d);

	return code == ENOSPC || code == EDQUOT;
}

static enum err_kind
sentence(int rc, int code, const char **text)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
		*text = N_("another tugi has it open; close that one first");
		return ERR_CLASH;
	case SQLITE_FULL:
		*text = N_("the disk is full; nothing of this step was saved");
		return ERR_LOCAL;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		*text = N_("its folder is missing, read-only or full");
		return ERR_LOCAL;
	case SQLITE_NOMEM:
		*text = N_("this machine has no memory left");
		return ERR_LOCAL;
	default:
		*text = code == ENOSPC || code == EDQUOT ?
		    N_("the disk is full; nothing of this step was saved") :
		    N_("the disk reports an error");
		return ERR_LOCAL;
	}
}

int
disk_fail(const struct disk *d, int rc, struct err *e)
{
	const char *text;
	enum err_kind kind = sentence(rc, last_error(d), &text);

	err_set(e, kind, "the store %s: %s", d->path, _(text));
	e->code = rc;
	return -1;
}

/* Straight to exclusive: one process at a time, from the first byte on. */
static int
lock(const struct disk *d)
{
	static const int level[] = { SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED,
		SQLITE_LOCK_EXCLUSIVE };
	size_t i;
	int rc;

	for (i = 0; i < 3; i++) {
		rc = d->file->pMethods->xLock(d->file, level[i]);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static int
open_file(struct disk *d, bool create, struct err *e)
{
	int flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE |
	    (create ? SQLITE_OPEN_CREATE : 0);
	int got = 0, there = 0, rc;

	rc = d->under->xAccess(d->under, d->path, SQLITE_ACCESS_EXISTS,
	    &there);
	if (rc == SQLITE_OK && !there && !create)
		return err_set(e, ERR_ABSENT, "there is no store %s", d->path);
	d->file = mem_new((size_t)d->under->szOsFile);
	rc = d->under->xOpen(d->under, d->path, d->file, flags, &got);
	if (rc != SQLITE_OK || d->file->pMethods == NULL)
		return disk_fail(d, rc, e);
	if (got & SQLITE_OPEN_READONLY)
		return err_set(e, ERR_LOCAL,
		    "the store %s: the file or its folder is read-only",
		    d->path);
	rc = lock(d);
	return rc == SQLITE_OK ? 0 : disk_fail(d, rc, e);
}

static const char *
full_name(sqlite3_vfs *under, const char *path, const char **log)
{
	size_t n = (size_t)under->mxPathname + 8;
	char *full = mem_new(n), *wal = NULL;
	const char *name = NULL;

	/* The low byte: a symbolic link on the way is no fault. */
	if ((under->xFullPathname(under, path, (int)n - 7, full) & 0xff) ==
	    SQLITE_OK)
		wal = sqlite3_mprintf("%s-wal", full);
	if (wal != NULL)
		name = sqlite3_create_filename(full, "", wal, 0, NULL);
	if (name != NULL)
		*log = sqlite3_filename_wal(name);
	sqlite3_free(wal);
	mem_free(full);
	return name;
}

int
disk_open(const char *under, const char *path, bool create, struct disk *out,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->under = sqlite3_vfs_find(under);
	if (out->under == NULL)
		return err_set(e, ERR_BUG, "there is no file system layer %s",
		    under != NULL ? under : "-");
	out->path = full_name(out->under, path, &out->log);
	if (out->path == NULL)
		return err_set(e, ERR_LOCAL,
		    "the store %s: its name cannot be used", path);
	if (open_file(out, create, e) == 0)
		return 0;
	disk_close(out);
	return -1;
}

void
disk_close(struct disk *d)
{
	if (d->file != NULL && d->file->pMethods != NULL) {
		d->file->pMethods->xUnlock(d->file, SQLITE_LOCK_NONE);
		d->file->pMethods->xClose(d->file);
	}
	mem_free(d->file);
	if (d->path != NULL)
		sqlite3_free_filename((char *)(uintptr_t)d->path);
	memset(d, 0, sizeof(*d));
}

int
disk_read(const struct disk *d, uint64_t block, uint8_t *out)
{
	int rc = d->file->pMethods->xRead(d->file, out, DISK_BLOCK_BYTES,
	    (sqlite3_int64)(block * DISK_BLOCK_BYTES));

	/* A VFS fills the missing part with zeros. */
	return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc;
}

int
disk_write(const struct disk *d, uint64_t block, const uint8_t *in)
{
	return d->file->pMethods->xWrite(d->file, in, DISK_BLOCK_BYTES,
	    (sqlite3_int64)(block * DISK_BLOCK_BYTES));
}

int
disk_sync(const struct disk *d)
{
	return d->file->pMethods->xSync(d->file, SQLITE_SYNC_NORMAL);
}

int
disk_blocks(const struct disk *d, uint64_t *out)
{
	sqlite3_int64 size = 0;
	int rc = d->file->pMethods->xFileSize(d->file, &size);

	*out = ((uint64_t)size + DISK_BLOCK_BYTES - 1) / DISK_BLOCK_BYTES;
	return rc;
}
