/* What SQLite calls of the simulated disk. */
#include "tests/support/simdisk_inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

/* ---- files ---- */

static int f_unlock(sqlite3_file *f, int level);
static int f_unmap(sqlite3_file *f, int gone);

static int
f_close(sqlite3_file *f)
{
	(void)f_unmap(f, 0);
	return f_unlock(f, SQLITE_LOCK_NONE);
}

static int
f_read(sqlite3_file *f, void *out, int len, sqlite3_int64 at)
{
	struct handle *h = (struct handle *)f;
	const struct buf *b = &h->n->seen;
	size_t want = (size_t)len, from = (size_t)at, have = 0;

	if (simdisk_call(h->d, SQLITE_IOERR_READ) != SQLITE_OK)
		return SQLITE_IOERR_READ;
	memset(out, 0, want);
	if (from < b->len)
		have = b->len - from < want ? b->len - from : want;
	if (have > 0)
		memcpy(out, b->data + from, have);
	return have == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

/* How many of ${n} bytes at ${at} the disk has room for. */
static size_t
fits(const struct simdisk *d, const struct node *n, size_t at, size_t len)
{
	size_t used = at + len > n->seen.len ? at + len - n->seen.len : 0, i;

	if (d->room == 0 || used == 0)
		return len;
	for (i = 0; i < FILES_MAX; i++)
		used += d->node[i].visible ? d->node[i].seen.len : 0;
	if (used <= d->room)
		return len;
	return used - d->room < len ? len - (used - d->room) : 0;
}

static int
f_write(sqlite3_file *f, const void *in, int len, sqlite3_int64 where)
{
	struct handle *h = (struct handle *)f;
	struct simdisk *d = h->d;
	size_t n = (size_t)len, at = (size_t)where;
	enum simdisk_verdict v;
	bool full;

	if (simdisk_call(d, SQLITE_IOERR_WRITE) != SQLITE_OK)
		return SQLITE_IOERR_WRITE;
	v = simdisk_count(d);
	if (v == DEAD)
		return SQLITE_IOERR_WRITE;
	if (v == FAULT)
		n = simdisk_below(d, n + 1);
	if (d->ops == d->misdirect_at)
		at = at >= 4096 ? at - 4096 : at + 4096;
	full = fits(d, h->n, at, n) < n;
	if (full)
		n = fits(d, h->n, at, n);
	if (n > 0)
		simdisk_note(h->n, OP_WRITE, at, in, n);
	if (v == FAULT)
		return d->fault_rc;
	d->full = full;
	if (full)
		return SQLITE_FULL;
	return v == LAST ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int
f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct handle *h = (struct handle *)f;
	enum simdisk_verdict v;

	if (simdisk_call(h->d, SQLITE_IOERR_TRUNCATE) != SQLITE_OK)
		return SQLITE_IOERR_TRUNCATE;
	v = simdisk_count(h->d);
	if (v == DEAD || v == FAULT)
		return SQLITE_IOERR_TRUNCATE;
	simdisk_note(h->n, OP_TRUNCATE, (size_t)size, NULL, 0);
	return v == LAST ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int
f_sync(sqlite3_file *f, int flags)
{
	struct handle *h = (struct handle *)f;
	enum simdisk_verdict v;

	(void)flags;
	if (simdisk_call(h->d, SQLITE_IOERR_FSYNC) != SQLITE_OK)
		return SQLITE_IOERR_FSYNC;
	v = simdisk_count(h->d);
	if (v == DEAD || v == FAULT)
		return v == FAULT ? h->d->fault_rc : SQLITE_IOERR_FSYNC;
	/* The last sync may have ended just before the light went out. */
	if (h->d->lying)
		return v == LAST ? SQLITE_IOERR_FSYNC : SQLITE_OK;
	if (v == GO || simdisk_below(h->d, 2) == 0) {
		simdisk_synced(h->n);
		if ((!h->n->durable && h->n->visible) ||
		    h->d->renamed.node == h->n)
			simdisk_folder(h->d);
		h->n->durable = h->n->visible;
	}
	return v == LAST ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
f_size(sqlite3_file *f, sqlite3_int64 *out)
{
	struct handle *h = (struct handle *)f;

	*out = (sqlite3_int64)h->n->seen.len;
	return simdisk_call(h->d, SQLITE_IOERR_FSTAT);
}

static void
count_lock(struct handle *h, int by)
{
	unsigned *at[] = { NULL, &h->n->readers, &h->n->writers,
	    &h->n->owners, &h->n->owners };

	if (at[h->level] != NULL)
		*at[h->level] += (unsigned)by;
}

static int
f_lock(sqlite3_file *f, int level)
{
	struct handle *h = (struct handle *)f;
	struct node *n = h->n;
	unsigned readers, writers, owners;

	if (level <= h->level)
		return SQLITE_OK;
	if (simdisk_call(h->d, SQLITE_IOERR_LOCK) != SQLITE_OK)
		return SQLITE_IOERR_LOCK;
	count_lock(h, -1);
	readers = n->readers;
	writers = n->writers;
	owners = n->owners;
	if (owners == 0 && !(level >= SQLITE_LOCK_RESERVED && writers > 0) &&
	    !(level == SQLITE_LOCK_EXCLUSIVE && readers > 0))
		h->level = level;
	count_lock(h, 1);
	return h->level == level ? SQLITE_OK : SQLITE_BUSY;
}

static int
f_unlock(sqlite3_file *f, int level)
{
	struct handle *h = (struct handle *)f;

	if (level < h->level) {
		count_lock(h, -1);
		h->level = level;
		count_lock(h, 1);
	}
	return SQLITE_OK;
}

/* ---- memory that connections share ---- */

static int
f_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
	struct handle *h = (struct handle *)f;

	*out = NULL;
	if (region < 0 || region >= SHARED_MAX)
		return SQLITE_IOERR_SHMMAP;
	if (!h->mapped) {
		h->mapped = true;
		h->n->mapped++;
	}
	if (h->n->shared[region] == NULL && extend)
		h->n->shared[region] = mem_new((size_t)size);
	*out = h->n->shared[region];
	return SQLITE_OK;
}

static int
f_share(sqlite3_file *f, int at, int n, int flags)
{
	struct handle *h = (struct handle *)f;
	struct node *node = h->n;
	bool own = flags & SQLITE_SHM_EXCLUSIVE;
	int i;

	for (i = at; i < at + n; i++) {
		unsigned bit = 1u << i;

		if (flags & SQLITE_SHM_UNLOCK) {
			if (h->own_locks & bit)
				node->taken[i] = false;
			else if (h->shared_locks & bit)
				node->readers_of[i]--;
			h->own_locks &= ~bit;
			h->shared_locks &= ~bit;
		} else if (node->taken[i] ? !(h->own_locks & bit) :
		    own && node->readers_of[i] >
		    ((h->shared_locks & bit) ? 1u : 0u)) {
			return SQLITE_BUSY;
		}
	}
	for (i = at; i < at + n && !(flags & SQLITE_SHM_UNLOCK); i++) {
		unsigned bit = 1u << i;

		if (own) {
			node->taken[i] = true;
			h->own_locks |= bit;
		} else if (!(h->shared_locks & bit)) {
			node->readers_of[i]++;
			h->shared_locks |= bit;
		}
	}
	return SQLITE_OK;
}

static void
f_barrier(sqlite3_file *f)
{
	(void)f;
}

static int
f_unmap(sqlite3_file *f, int gone)
{
	struct handle *h = (struct handle *)f;
	int i;

	(void)gone;
	if (!h->mapped)
		return SQLITE_OK;
	(void)f_share(f, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK);
	h->mapped = false;
	if (--h->n->mapped > 0)
		return SQLITE_OK;
	for (i = 0; i < SHARED_MAX; i++) {
		mem_free(h->n->shared[i]);
		h->n->shared[i] = NULL;
	}
	return SQLITE_OK;
}

static int
f_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int
f_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
f_sector(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

static int
f_traits(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, .xClose = f_close, .xRead = f_read, .xWrite = f_write,
	.xTruncate = f_truncate, .xSync = f_sync, .xFileSize = f_size,
	.xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved,
	.xFileControl = f_control, .xSectorSize = f_sector,
	.xDeviceCharacteristics = f_traits, .xShmMap = f_map,
	.xShmLock = f_share, .xShmBarrier = f_barrier, .xShmUnmap = f_unmap
};

static int
v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *got)
{
	struct simdisk *d = vfs->pAppData;
	struct handle *h = (struct handle *)f;
	struct node *n = simdisk_find(d, name);
	enum simdisk_verdict v;

	f->pMethods = NULL;
	if (simdisk_call(d, SQLITE_CANTOPEN) != SQLITE_OK)
		return SQLITE_CANTOPEN;
	if (n == NULL || !n->visible) {
		if (!(flags & SQLITE_OPEN_CREATE))
			return SQLITE_CANTOPEN;
		v = simdisk_count(d);
		if (v != GO && v != LAST)
			return SQLITE_CANTOPEN;
		n = simdisk_make(d, name);
		if (n == NULL)
			return SQLITE_NOMEM;
		if (n->durable)
			simdisk_note(n, OP_TRUNCATE, 0, NULL, 0);
		n->seen.len = 0;
		n->visible = true;
		if (v == LAST)
			return SQLITE_CANTOPEN;
	}
	h->d = d;
	h->n = n;
	h->level = SQLITE_LOCK_NONE;
	h->mapped = false;
	h->shared_locks = h->own_locks = 0;
	f->pMethods = &methods;
	if (got != NULL)
		*got = flags;
	return SQLITE_OK;
}

static int
v_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	struct simdisk *d = vfs->pAppData;
	struct node *n = simdisk_find(d, name);
	enum simdisk_verdict v;

	if (simdisk_call(d, SQLITE_IOERR_DELETE) != SQLITE_OK)
		return SQLITE_IOERR_DELETE;
	if (n == NULL || !n->visible)
		return SQLITE_IOERR_DELETE_NOENT;
	v = simdisk_count(d);
	if (v == DEAD || v == FAULT)
		return SQLITE_IOERR_DELETE;
	n->visible = false;
	n->seen.len = 0;
	if (sync_folder && v == GO)
		n->durable = false;
	if (!n->durable) {
		simdisk_forget(n);
		n->kept.len = 0;
	}
	return v == LAST ? SQLITE_IOERR_DELETE : SQLITE_OK;
}

static int
v_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct simdisk *d = vfs->pAppData;
	struct node *n = simdisk_find(d, name);

	*out = n != NULL && n->visible && (flags != SQLITE_ACCESS_EXISTS ||
	    n->seen.len > 0 || strstr(name, "-wal") == NULL);
	return simdisk_call(d, SQLITE_IOERR_ACCESS);
}

static int
v_full(sqlite3_vfs *vfs, const char *name, int len, char *out)
{
	snprintf(out, (size_t)len, "%s", name);
	return simdisk_call(vfs->pAppData, SQLITE_CANTOPEN);
}

static int
v_random(sqlite3_vfs *vfs, int len, char *out)
{
	int i;

	for (i = 0; i < len; i++)
		out[i] = (char)simdisk_random(vfs->pAppData);
	return len;
}

static int
v_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int
v_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2460000.5;
	return SQLITE_OK;
}

static int
v_error(sqlite3_vfs *vfs, int len, char *out)
{
	const struct simdisk *d = vfs->pAppData;

	(void)len;
	(void)out;
	return d->full ? ENOSPC : 0;
}

void
simdisk_methods(struct simdisk *d)
{
	d->base.xOpen = v_open;
	d->base.xDelete = v_delete;
	d->base.xAccess = v_access;
	d->base.xFullPathname = v_full;
	d->base.xRandomness = v_random;
	d->base.xSleep = v_sleep;
	d->base.xCurrentTime = v_time;
	d->base.xGetLastError = v_error;
}
