/*
 * SQLite's methods, handed to pages.c and wal.c.
 *
 * io_methods version 1: no shared memory (so WAL works only with exclusive
 * locking and its index in memory) and no memory maps. The main file is the
 * handle that disk.c opened and locked; SQLite's own locking is answered from
 * that. Power-safe overwrite is claimed and true: every write below is one
 * whole aligned block.
 */
#include "client/core/vault/vfs.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "client/core/vault/pages.h"
#include "client/core/vault/wal.h"
#include "common/base/mem.h"

/* The first read of a connection, which meets a torn page 1 after a cut. */
#define FIRST_READ_BYTES 100

struct vfs {
	sqlite3_vfs base;
	char name[32];
	struct disk *disk;
	struct pages pages;
	struct wal wal;
	struct anchor anchor;
	bool older;
	bool open; /* SQLite has the main file */
	struct {     /* the log that SQLite has open: */
		bool open;
		int flags; /* for the file below, made by the first write */
	} log;
	uint64_t refused;
};

struct file {
	sqlite3_file base;
	struct vfs *v;
	int lock; /* what SQLite believes to hold */
};

static struct vfs *
vfs_of(sqlite3_vfs *base)
{
	return base->pAppData;
}

static struct vfs *
owner(sqlite3_file *f)
{
	return ((struct file *)f)->v;
}

/* The lower VFS's handle of the log lies behind ours. */
static sqlite3_file *
below(sqlite3_file *f)
{
	return (sqlite3_file *)((struct file *)f + 1);
}

/* ---- main file ---- */

static int
main_close(sqlite3_file *f)
{
	owner(f)->open = false;
	return SQLITE_OK;
}

static int
main_read(sqlite3_file *f, void *out, int len, sqlite3_int64 at)
{
	struct pages *p = &owner(f)->pages;
	uint8_t page[PAGES_BYTES];
	int64_t inside = at % PAGES_BYTES;
	int rc;

	if (len < 0 || inside + len > PAGES_BYTES)
		return SQLITE_IOERR_READ;
	rc = pages_read(p, (uint64_t)(at / PAGES_BYTES) + 1, page);
	/* A power cut in a checkpoint tears page 1; the log has it whole. */
	if (rc == SQLITE_IOERR_DATA && at == 0 && len <= FIRST_READ_BYTES)
		rc = SQLITE_IOERR_SHORT_READ;
	memcpy(out, page + inside, (size_t)len);
	return rc;
}

static int
main_write(sqlite3_file *f, const void *in, int len, sqlite3_int64 at)
{
	if (len != PAGES_BYTES || at % PAGES_BYTES != 0)
		return SQLITE_IOERR_WRITE;
	return pages_write(&owner(f)->pages, (uint64_t)(at / PAGES_BYTES) + 1,
	    in);
}

static int
main_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return pages_resize(&owner(f)->pages,
	    ((uint64_t)size + PAGES_BYTES - 1) / PAGES_BYTES);
}

static int
main_sync(sqlite3_file *f, int flags)
{
	struct vfs *v = owner(f);

	(void)flags;
	/* Without a log the pages are all there is: a new or a copied store. */
	if (!v->log.open && v->pages.dirty)
		return pages_commit(&v->pages);
	return pages_sync(&v->pages);
}

static int
main_size(sqlite3_file *f, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)(pages_count(&owner(f)->pages) * PAGES_BYTES);
	return SQLITE_OK;
}

static int
main_lock(sqlite3_file *f, int level)
{
	((struct file *)f)->lock = level;
	return SQLITE_OK;
}

static int
main_reserved(sqlite3_file *f, int *out)
{
	*out = ((struct file *)f)->lock >= SQLITE_LOCK_RESERVED;
	return SQLITE_OK;
}

static int
main_control(sqlite3_file *f, int op, void *arg)
{
	sqlite3_file *raw = owner(f)->disk->file;

	if (op == SQLITE_FCNTL_LOCKSTATE) {
		*(int *)arg = ((struct file *)f)->lock;
		return SQLITE_OK;
	}
	if (op == SQLITE_FCNTL_HAS_MOVED)
		return raw->pMethods->xFileControl(raw, op, arg);
	return SQLITE_NOTFOUND;
}

static int
any_sector(sqlite3_file *f)
{
	(void)f;
	return DISK_BLOCK_BYTES;
}

static int
any_traits(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods main_methods = {
	.iVersion = 1,
	.xClose = main_close,
	.xRead = main_read,
	.xWrite = main_write,
	.xTruncate = main_truncate,
	.xSync = main_sync,
	.xFileSize = main_size,
	.xLock = main_lock,
	.xUnlock = main_lock,
	.xCheckReservedLock = main_reserved,
	.xFileControl = main_control,
	.xSectorSize = any_sector,
	.xDeviceCharacteristics = any_traits
};

/* ---- log ---- */

/* Opening must not need room on the disk: what is there can be read. */
static int
make_log(sqlite3_file *f)
{
	struct vfs *v = owner(f);
	sqlite3_vfs *under = v->disk->under;
	sqlite3_file *raw = below(f);
	int got, rc = under->xOpen(under, v->disk->log, raw, v->log.flags,
	    &got);

	if (rc == SQLITE_OK)
		rc = wal_attach(&v->wal, &v->pages, raw);
	else if (disk_is_full(v->disk))
		rc = SQLITE_FULL;
	if (rc != SQLITE_OK) {
		v->wal.file = NULL;
		if (raw->pMethods != NULL)
			raw->pMethods->xClose(raw);
		raw->pMethods = NULL;
	}
	return rc;
}

static int
log_close(sqlite3_file *f)
{
	owner(f)->wal.file = NULL;
	owner(f)->log.open = false;
	return below(f)->pMethods == NULL ? SQLITE_OK :
	    below(f)->pMethods->xClose(below(f));
}

static int
log_read(sqlite3_file *f, void *out, int len, sqlite3_int64 at)
{
	return wal_read(&owner(f)->wal, out, len, at);
}

static int
log_write(sqlite3_file *f, const void *in, int len, sqlite3_int64 at)
{
	int rc = below(f)->pMethods == NULL ? make_log(f) : SQLITE_OK;

	return rc != SQLITE_OK ? rc :
	    wal_write(&owner(f)->wal, in, len, at);
}

static int
log_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return wal_truncate(&owner(f)->wal, size);
}

static int
log_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	return wal_sync(&owner(f)->wal);
}

static int
log_size(sqlite3_file *f, sqlite3_int64 *out)
{
	*out = wal_size(&owner(f)->wal);
	return SQLITE_OK;
}

static int
log_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int
log_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int
log_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static const sqlite3_io_methods log_methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_lock,
	.xCheckReservedLock = log_reserved,
	.xFileControl = log_control,
	.xSectorSize = any_sector,
	.xDeviceCharacteristics = any_traits
};

/* ---- files ---- */

static int
open_log(struct vfs *v, sqlite3_file *f, int flags, int *got)
{
	sqlite3_vfs *under = v->disk->under;
	int there = 0;
	int rc = under->xAccess(under, v->disk->log, SQLITE_ACCESS_EXISTS,
	    &there);

	v->log.flags = flags;
	if (rc == SQLITE_OK && there)
		rc = make_log(f);
	if (rc != SQLITE_OK)
		return rc;
	if (got != NULL)
		*got = flags;
	v->log.open = true;
	f->pMethods = &log_methods;
	return SQLITE_OK;
}

static int
x_open(sqlite3_vfs *base, const char *name, sqlite3_file *f, int flags,
    int *got)
{
	struct vfs *v = vfs_of(base);

	memset(f, 0, (size_t)base->szOsFile);
	((struct file *)f)->v = v;
	if ((flags & SQLITE_OPEN_MAIN_DB) && name != NULL && !v->open &&
	    strcmp(name, v->disk->path) == 0) {
		f->pMethods = &main_methods;
		v->open = true;
		if (got != NULL)
			*got = flags;
		return SQLITE_OK;
	}
	if ((flags & SQLITE_OPEN_WAL) && name != NULL && !v->log.open &&
	    strcmp(name, v->disk->log) == 0)
		return open_log(v, f, flags, got);
	/* A journal or a scratch file would leave the sealed store. */
	v->refused++;
	return SQLITE_CANTOPEN;
}

static int
x_delete(sqlite3_vfs *base, const char *name, int sync_folder)
{
	struct vfs *v = vfs_of(base);
	sqlite3_vfs *under = v->disk->under;
	int rc;

	if (strcmp(name, v->disk->log) != 0)
		return SQLITE_IOERR_DELETE;
	/* What is only read keeps its log, whatever is wrong with it. */
	if (v->pages.broken != SQLITE_OK)
		return v->pages.broken;
	/* From here on an old copy of this log is worthless. */
	if (v->pages.live) {
		rc = pages_commit(&v->pages);
		if (rc != SQLITE_OK)
			return rc;
	}
	return under->xDelete(under, name, sync_folder);
}

static int
x_access(sqlite3_vfs *base, const char *name, int flags, int *out)
{
	struct vfs *v = vfs_of(base);

	*out = 0;
	/* There are no journals, whatever lies in the folder. */
	if (strcmp(name, v->disk->log) != 0 &&
	    strcmp(name, v->disk->path) != 0)
		return SQLITE_OK;
	return v->disk->under->xAccess(v->disk->under, name, flags, out);
}

static int
x_full(sqlite3_vfs *base, const char *name, int len, char *out)
{
	struct vfs *v = vfs_of(base);

	return v->disk->under->xFullPathname(v->disk->under, name, len, out);
}

static int
x_random(sqlite3_vfs *base, int len, char *out)
{
	(void)base;
	randombytes_buf(out, (size_t)len);
	return len;
}

static int
x_sleep(sqlite3_vfs *base, int us)
{
	struct vfs *v = vfs_of(base);

	return v->disk->under->xSleep(v->disk->under, us);
}

static int
x_time(sqlite3_vfs *base, double *out)
{
	struct vfs *v = vfs_of(base);

	return v->disk->under->xCurrentTime(v->disk->under, out);
}

static int
x_last_error(sqlite3_vfs *base, int len, char *out)
{
	struct vfs *v = vfs_of(base);

	return v->disk->under->xGetLastError(v->disk->under, len, out);
}

static void
fill(struct vfs *v)
{
	sqlite3_vfs *b = &v->base;

	snprintf(v->name, sizeof(v->name), "tugi-vault-%p", (void *)v);
	b->iVersion = 1;
	b->szOsFile = (int)sizeof(struct file) + v->disk->under->szOsFile;
	b->mxPathname = v->disk->under->mxPathname;
	b->zName = v->name;
	b->pAppData = v;
	b->xOpen = x_open;
	b->xDelete = x_delete;
	b->xAccess = x_access;
	b->xFullPathname = x_full;
	b->xRandomness = x_random;
	b->xSleep = x_sleep;
	b->xCurrentTime = x_time;
	b->xGetLastError = x_last_error;
}

/* ---- opening ---- */

static int
replay_log(struct vfs *v)
{
	sqlite3_vfs *under = v->disk->under;
	sqlite3_file *f;
	struct wal w = { 0 };
	int there = 0, got = 0;
	int rc = under->xAccess(under, v->disk->log, SQLITE_ACCESS_EXISTS,
	    &there);

	if (rc != SQLITE_OK || !there)
		return rc;
	f = mem_new((size_t)under->szOsFile);
	rc = under->xOpen(under, v->disk->log, f,
	    SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE, &got);
	if (rc == SQLITE_OK)
		rc = wal_attach(&w, &v->pages, f);
	if (rc == SQLITE_OK)
		rc = wal_replay(&w);
	v->older = w.damaged;
	if (rc == SQLITE_OK)
		pages_settle(&v->pages, f);
	if (f->pMethods != NULL)
		f->pMethods->xClose(f);
	mem_free(f);
	return rc;
}

static int
altered(const struct vfs *v, struct err *e)
{
	err_set(e, ERR_LOCAL, "the store %s was altered, or put back in part "
	    "to an older state, outside this program; nothing was opened: "
	    "restore a backup", v->disk->path);
	e->code = VFS_ALTERED;
	return -1;
}

/*
 * All fits together; is it the newest? An older store is shown as it is and
 * not written: each write would be one more step of another history. An anchor
 * that cannot be read says nothing.
 */
static void
weigh(struct vfs *v, bool anchored)
{
	if (anchored) {
		(void)anchor_load(&v->anchor);
		v->older |= anchor_behind(&v->anchor, &v->pages.mark);
		v->pages.anchor = &v->anchor;
	}
	if (v->older)
		v->pages.broken = SQLITE_READONLY;
}

static int
load(struct vfs *v, bool anchored, struct err *e)
{
	int rc = pages_load(&v->pages);

	if (rc == SQLITE_NOTFOUND)
		return altered(v, e);
	if (rc == SQLITE_OK)
		rc = replay_log(v);
	if (rc != SQLITE_OK)
		return disk_fail(v->disk, rc, e);
	if (!pages_verify(&v->pages))
		return altered(v, e);
	weigh(v, anchored);
	return 0;
}

int
vfs_format(struct disk *disk, const struct record_keys *keys,
    const struct record_mark *mark, struct err *e)
{
	struct pages p;
	int rc;

	pages_init(&p, disk, keys);
	p.mark = *mark;
	rc = pages_format(&p);
	pages_done(&p);
	return rc == SQLITE_OK ? 0 : disk_fail(disk, rc, e);
}

int
vfs_new(struct disk *disk, const struct record_keys *keys, bool anchored,
    struct vfs **out, struct err *e)
{
	struct vfs *v = mem_new(sizeof(*v));

	*out = NULL;
	v->disk = disk;
	pages_init(&v->pages, disk, keys);
	anchor_init(&v->anchor, disk, keys);
	v->wal.pages = &v->pages;
	fill(v);
	if (load(v, anchored, e) != 0)
		goto out;
	if (sqlite3_vfs_register(&v->base, 0) != SQLITE_OK) {
		err_set(e, ERR_LOCAL, "this machine has no memory left");
		goto out;
	}
	*out = v;
	return 0;
out:
	anchor_done(&v->anchor);
	pages_done(&v->pages);
	mem_free(v);
	return -1;
}

void
vfs_free(struct vfs *v)
{
	if (v == NULL)
		return;
	sqlite3_vfs_unregister(&v->base);
	anchor_done(&v->anchor);
	pages_done(&v->pages);
	mem_free(v);
}

bool
vfs_older(const struct vfs *v)
{
	return v->older;
}

struct record_mark
vfs_mark(const struct vfs *v)
{
	return v->pages.mark;
}

const char *
vfs_name(const struct vfs *v)
{
	return v->name;
}

struct vfs_stats
vfs_stats(const struct vfs *v)
{
	struct vfs_stats s = {
		.epoch = v->pages.epoch,
		.pages = pages_count(&v->pages),
		.seals = v->pages.seals,
		.refused = v->refused,
		.rewrites = v->wal.rewrites,
		.reserved = v->pages.reserved
	};

	return s;
}

uint64_t
vfs_read_all(struct vfs *v, int *rc)
{
	uint8_t page[PAGES_BYTES];
	uint64_t n;

	for (n = 1; n <= pages_count(&v->pages); n++) {
		*rc = pages_read(&v->pages, n, page);
		if (*rc != SQLITE_OK)
			return n;
	}
	*rc = SQLITE_OK;
	return 0;
}
