/* The simulated disk; its header says what it models. */
#include "tests/support/simdisk.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#define FILES_MAX 16
#define FILE_BYTES_MAX ((size_t)1 << 30)
#define FILE_ROOM ((size_t)1 << 20)
#define NAME_BYTES 128
#define SECTOR 512
#define SHARED_MAX 64 /* regions of memory that connections share */

enum op_kind { OP_WRITE, OP_TRUNCATE };

struct op {
	struct op *next;
	enum op_kind kind;
	size_t at, len; /* truncate: the new size in at */
	uint8_t data[];
};

struct node {
	char name[NAME_BYTES]; /* "": free */
	bool visible, durable; /* does it exist there */
	struct buf seen, kept; /* contents */
	struct op *ops, **end; /* unsynced, in order */
	/* What connections of one process hold in common; gone with it. */
	unsigned readers, writers, owners; /* handles with that lock */
	void *shared[SHARED_MAX];
	unsigned mapped;                   /* handles that use it */
	unsigned readers_of[SQLITE_SHM_NLOCK];
	bool taken[SQLITE_SHM_NLOCK];
};

struct simdisk {
	sqlite3_vfs base;
	char name[32];
	uint64_t state; /* of the generator */
	uint64_t ops, crash_at, fault_at;
	int fault_rc;
	bool sticky, crashed;
	bool full; /* what failed last failed for lack of room */
	struct node node[FILES_MAX];
};

struct handle {
	sqlite3_file base;
	struct simdisk *d;
	struct node *n;
	int level;       /* SQLITE_LOCK_* */
	bool mapped;
	unsigned shared_locks, own_locks; /* bits */
};

/* splitmix64 */
uint64_t
simdisk_random(struct simdisk *d)
{
	uint64_t z = (d->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static size_t
below(struct simdisk *d, size_t n)
{
	return (size_t)(simdisk_random(d) % n);
}

/* ---- contents ---- */

static void
resize(struct buf *b, size_t len)
{
	if (len > b->len) {
		uint8_t *p = buf_reserve(b, len - b->len);

		memset(p, 0, len - b->len);
	}
	b->len = len;
}

static void
put(struct buf *b, size_t at, const uint8_t *data, size_t len)
{
	if (at + len > b->len)
		resize(b, at + len);
	memcpy(b->data + at, data, len);
}

static void
copy(struct buf *to, const struct buf *from)
{
	to->len = 0;
	buf_add(to, from->data, from->len);
}

static void
forget_ops(struct node *n)
{
	struct op *o;

	while ((o = n->ops) != NULL) {
		n->ops = o->next;
		mem_free(o);
	}
	n->end = &n->ops;
}

static void
push(struct node *n, enum op_kind kind, size_t at, const void *data,
    size_t len)
{
	struct op *o = mem_new(sizeof(*o) + len);

	o->kind = kind;
	o->at = at;
	o->len = len;
	if (len > 0)
		memcpy(o->data, data, len);
	*n->end = o;
	n->end = &o->next;
}

static struct node *
find(struct simdisk *d, const char *name)
{
	size_t i;

	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].name[0] != '\0' &&
		    strcmp(d->node[i].name, name) == 0)
			return &d->node[i];
	return NULL;
}

static struct node *
make(struct simdisk *d, const char *name)
{
	struct node *n = find(d, name);
	size_t i;

	for (i = 0; n == NULL && i < FILES_MAX; i++)
		if (d->node[i].name[0] == '\0')
			n = &d->node[i];
	if (n == NULL)
		return NULL;
	snprintf(n->name, sizeof(n->name), "%s", name);
	/* Room from the start: growing copies what is there. */
	(void)buf_reserve(&n->seen, FILE_ROOM);
	(void)buf_reserve(&n->kept, FILE_ROOM);
	return n;
}

/* ---- the count, cuts and faults ---- */

enum verdict { GO, LAST, FAULT, DEAD };

static enum verdict
count(struct simdisk *d)
{
	if (d->crashed)
		return DEAD;
	d->ops++;
	if (d->fault_at != 0 && (d->ops == d->fault_at ||
	    (d->sticky && d->ops > d->fault_at))) {
		d->full = d->fault_rc == SQLITE_FULL;
		return FAULT;
	}
	d->full = false;
	if (d->crash_at != 0 && d->ops >= d->crash_at) {
		d->crashed = true;
		return LAST;
	}
	return GO;
}

/* Sectors of one write that reached the disk. */
static void
tear(struct simdisk *d, struct buf *b, const struct op *o, bool garbage)
{
	uint8_t junk[SECTOR];
	size_t at, n, i;

	for (at = 0; at < o->len; at += n) {
		n = SECTOR - (o->at + at) % SECTOR;
		if (n > o->len - at)
			n = o->len - at;
		switch (below(d, garbage ? 5 : 4)) {
		case 0:
		case 1:
			put(b, o->at + at, o->data + at, n);
			break;
		case 4:
			for (i = 0; i < n; i++)
				junk[i] = (uint8_t)simdisk_random(d);
			put(b, o->at + at, junk, n);
			break;
		default:
			break;
		}
	}
}

static void
survive(struct simdisk *d, struct node *n, const struct op *o, bool tearing,
    bool garbage)
{
	size_t draw = tearing ? below(d, 3) : 0;

	if (draw == 1)
		return;
	if (o->kind == OP_TRUNCATE)
		resize(&n->kept, o->at);
	else if (draw == 2)
		tear(d, &n->kept, o, garbage);
	else
		put(&n->kept, o->at, o->data, o->len);
}

static void
cut_node(struct simdisk *d, struct node *n, enum simdisk_cut mode)
{
	size_t keep = 0, total = 0;
	const struct op *o;

	for (o = n->ops; o != NULL; o = o->next)
		total++;
	if (mode == SIMDISK_PREFIX)
		keep = below(d, total + 1);
	else if (mode != SIMDISK_DROP)
		keep = total;
	for (o = n->ops; o != NULL && keep > 0; o = o->next, keep--)
		survive(d, n, o, mode >= SIMDISK_SECTORS,
		    mode == SIMDISK_GARBAGE);
	/* A name that only one side knows: either may have won. */
	if (n->visible != n->durable)
		n->durable = mode == SIMDISK_DROP ? n->durable :
		    mode == SIMDISK_KEEP ? n->visible : below(d, 2) == 0;
	forget_ops(n);
	n->visible = n->durable;
	if (!n->durable)
		n->kept.len = 0;
	copy(&n->seen, &n->kept);
}

void
simdisk_restart(struct simdisk *d, enum simdisk_cut mode)
{
	size_t i;

	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].name[0] != '\0')
			cut_node(d, &d->node[i], mode);
	d->crashed = false;
	d->crash_at = d->fault_at = 0;
}

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

	if (h->d->crashed)
		return SQLITE_IOERR_READ;
	memset(out, 0, want);
	if (from < b->len)
		have = b->len - from < want ? b->len - from : want;
	if (have > 0)
		memcpy(out, b->data + from, have);
	return have == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
f_write(sqlite3_file *f, const void *in, int len, sqlite3_int64 at)
{
	struct handle *h = (struct handle *)f;
	enum verdict v = count(h->d);
	size_t n = (size_t)len;

	if (v == DEAD)
		return SQLITE_IOERR_WRITE;
	if (v == FAULT)
		n = below(h->d, n + 1);
	if (n > 0) {
		push(h->n, OP_WRITE, (size_t)at, in, n);
		put(&h->n->seen, (size_t)at, in, n);
	}
	if (v == FAULT)
		return h->d->fault_rc;
	return v == LAST ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int
f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct handle *h = (struct handle *)f;
	enum verdict v = count(h->d);

	if (v == DEAD || v == FAULT)
		return SQLITE_IOERR_TRUNCATE;
	push(h->n, OP_TRUNCATE, (size_t)size, NULL, 0);
	resize(&h->n->seen, (size_t)size);
	return v == LAST ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

/* A write at a time: files are much larger than what changes. */
static void
make_durable(struct node *n)
{
	const struct op *o;

	for (o = n->ops; o != NULL; o = o->next)
		if (o->kind == OP_TRUNCATE)
			resize(&n->kept, o->at);
		else
			put(&n->kept, o->at, o->data, o->len);
	forget_ops(n);
}

/* The first sync of a new file is one of its folder too. */
static void
sync_folder(struct simdisk *d)
{
	size_t i;

	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].durable && !d->node[i].visible) {
			d->node[i].durable = false;
			forget_ops(&d->node[i]);
			d->node[i].kept.len = 0;
		}
}

static int
f_sync(sqlite3_file *f, int flags)
{
	struct handle *h = (struct handle *)f;
	enum verdict v = count(h->d);

	(void)flags;
	if (v == DEAD || v == FAULT)
		return v == FAULT ? h->d->fault_rc : SQLITE_IOERR_FSYNC;
	/* The last sync may have ended just before the light went out. */
	if (v == GO || below(h->d, 2) == 0) {
		make_durable(h->n);
		if (!h->n->durable && h->n->visible)
			sync_folder(h->d);
		h->n->durable = h->n->visible;
	}
	return v == LAST ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
f_size(sqlite3_file *f, sqlite3_int64 *out)
{
	struct handle *h = (struct handle *)f;

	*out = (sqlite3_int64)h->n->seen.len;
	return h->d->crashed ? SQLITE_IOERR_FSTAT : SQLITE_OK;
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
	struct node *n = find(d, name);
	enum verdict v;

	f->pMethods = NULL;
	if (d->crashed)
		return SQLITE_CANTOPEN;
	if (n == NULL || !n->visible) {
		if (!(flags & SQLITE_OPEN_CREATE))
			return SQLITE_CANTOPEN;
		v = count(d);
		if (v != GO && v != LAST)
			return SQLITE_CANTOPEN;
		n = make(d, name);
		if (n == NULL)
			return SQLITE_NOMEM;
		if (n->durable)
			push(n, OP_TRUNCATE, 0, NULL, 0);
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
	struct node *n = find(d, name);
	enum verdict v;

	if (n == NULL || !n->visible)
		return SQLITE_IOERR_DELETE_NOENT;
	v = count(d);
	if (v == DEAD || v == FAULT)
		return SQLITE_IOERR_DELETE;
	n->visible = false;
	n->seen.len = 0;
	if (sync_folder && v == GO)
		n->durable = false;
	if (!n->durable) {
		forget_ops(n);
		n->kept.len = 0;
	}
	return v == LAST ? SQLITE_IOERR_DELETE : SQLITE_OK;
}

static int
v_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct simdisk *d = vfs->pAppData;
	struct node *n = find(d, name);

	*out = n != NULL && n->visible && (flags != SQLITE_ACCESS_EXISTS ||
	    n->seen.len > 0 || strstr(name, "-wal") == NULL);
	return d->crashed ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int
v_full(sqlite3_vfs *vfs, const char *name, int len, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)len, "%s", name);
	return SQLITE_OK;
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

/* ---- the test's side ---- */

struct simdisk *
simdisk_new(uint64_t seed)
{
	struct simdisk *d = mem_new(sizeof(*d));
	size_t i;

	d->state = seed;
	for (i = 0; i < FILES_MAX; i++) {
		buf_init(&d->node[i].seen, FILE_BYTES_MAX);
		buf_init(&d->node[i].kept, FILE_BYTES_MAX);
		d->node[i].end = &d->node[i].ops;
	}
	snprintf(d->name, sizeof(d->name), "simdisk-%p", (void *)d);
	d->base.iVersion = 1;
	d->base.szOsFile = sizeof(struct handle);
	d->base.mxPathname = NAME_BYTES;
	d->base.zName = d->name;
	d->base.pAppData = d;
	d->base.xOpen = v_open;
	d->base.xDelete = v_delete;
	d->base.xAccess = v_access;
	d->base.xFullPathname = v_full;
	d->base.xRandomness = v_random;
	d->base.xSleep = v_sleep;
	d->base.xCurrentTime = v_time;
	d->base.xGetLastError = v_error;
	sqlite3_vfs_register(&d->base, 0);
	return d;
}

void
simdisk_free(struct simdisk *d)
{
	size_t i;

	if (d == NULL)
		return;
	sqlite3_vfs_unregister(&d->base);
	for (i = 0; i < FILES_MAX; i++) {
		forget_ops(&d->node[i]);
		buf_done(&d->node[i].seen);
		buf_done(&d->node[i].kept);
	}
	mem_free(d);
}

void
simdisk_seed(struct simdisk *d, uint64_t seed)
{
	d->state = seed;
}

const char *
simdisk_name(const struct simdisk *d)
{
	return d->name;
}

uint64_t
simdisk_ops(const struct simdisk *d)
{
	return d->ops;
}

void
simdisk_crash_at(struct simdisk *d, uint64_t k)
{
	d->crash_at = k;
}

bool
simdisk_crashed(const struct simdisk *d)
{
	return d->crashed;
}

void
simdisk_fault_at(struct simdisk *d, uint64_t k, int rc, bool sticky)
{
	d->fault_at = k;
	d->fault_rc = rc;
	d->sticky = sticky;
}

struct buf *
simdisk_file(struct simdisk *d, const char *name)
{
	struct node *n = find(d, name);

	return n != NULL && n->visible ? &n->seen : NULL;
}

static void
settle(struct node *n)
{
	forget_ops(n);
	n->durable = n->visible;
	copy(&n->kept, &n->seen);
}

void
simdisk_settle(struct simdisk *d)
{
	size_t i;

	for (i = 0; i < FILES_MAX; i++)
		settle(&d->node[i]);
}

void
simdisk_put(struct simdisk *d, const char *name, struct view data)
{
	struct node *n = make(d, name);

	n->visible = true;
	n->seen.len = 0;
	buf_add(&n->seen, data.data, data.len);
	settle(n);
}

void
simdisk_remove(struct simdisk *d, const char *name)
{
	struct node *n = find(d, name);

	if (n == NULL)
		return;
	n->visible = false;
	n->seen.len = 0;
	settle(n);
}

int
simdisk_move(struct simdisk *d, const char *from, const char *to)
{
	struct node *n = find(d, from), *old = find(d, to);
	enum verdict v = count(d);

	if (n == NULL || !n->visible || v == DEAD || v == FAULT)
		return -1;
	/* Old or new name, never both; the sync of the folder decides. */
	if (v == LAST && below(d, 2) == 0)
		return -1;
	if (old != NULL) {
		old->name[0] = '\0';
		old->visible = false;
		old->seen.len = 0;
		settle(old);
	}
	snprintf(n->name, sizeof(n->name), "%s", to);
	return v == LAST ? -1 : 0;
}
