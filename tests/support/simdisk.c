/* The simulated disk; its header says what it models. */
#include "tests/support/simdisk_inner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

/* splitmix64 */
uint64_t
simdisk_random(struct simdisk *d)
{
	uint64_t z = (d->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

size_t
simdisk_below(struct simdisk *d, size_t n)
{
	return (size_t)(simdisk_random(d) % n);
}

/* ---- contents ---- */

/*
 * Contents are buffers without their wiping, as nothing here is secret, and
 * what one disk gives back the next takes: thousands of disks are made one
 * after the other, and fresh pages would cost more than all that is written.
 */
void (*simdisk_grows)(bool begins);

static struct {
	pthread_mutex_t lock;
	uint8_t *data[SPARES_MAX];
	size_t cap[SPARES_MAX], count;
} spare = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
memory(bool begins)
{
	if (simdisk_grows != NULL)
		simdisk_grows(begins);
}

static void
take_spare(struct buf *b)
{
	pthread_mutex_lock(&spare.lock);
	if (spare.count > 0) {
		b->data = spare.data[--spare.count];
		b->cap = spare.cap[spare.count];
	}
	pthread_mutex_unlock(&spare.lock);
}

static void
give_back(struct buf *b)
{
	bool kept = false;

	pthread_mutex_lock(&spare.lock);
	if (b->data != NULL && spare.count < SPARES_MAX) {
		spare.data[spare.count] = b->data;
		spare.cap[spare.count++] = b->cap;
		kept = true;
	}
	pthread_mutex_unlock(&spare.lock);
	memory(true);
	if (!kept)
		free(b->data);
	memory(false);
	b->data = NULL;
	b->len = b->cap = 0;
}

/* Room for so many bytes in all, and the one more that a buffer has. */
static void
reserve(struct buf *b, size_t bytes)
{
	size_t cap;

	if (b->data == NULL)
		take_spare(b);
	if (bytes < b->cap)
		return;
	cap = b->cap > 0 ? b->cap : FILE_ROOM;
	while (cap <= bytes)
		cap *= 2;
	memory(true);
	b->data = realloc(b->data, cap);
	memory(false);
	if (b->data == NULL || bytes > FILE_BYTES_MAX)
		abort();
	b->cap = cap;
}

static void
resize(struct buf *b, size_t len)
{
	reserve(b, len);
	if (len > b->len)
		memset(b->data + b->len, 0, len - b->len);
	b->len = len;
}

static void
put(struct buf *b, size_t at, const uint8_t *data, size_t len)
{
	if (at > b->len)
		resize(b, at);
	reserve(b, at + len);
	memcpy(b->data + at, data, len);
	if (b->len < at + len)
		b->len = at + len;
}

static void
copy(struct buf *to, struct view from)
{
	to->len = 0;
	if (from.len > 0)
		put(to, 0, from.data, from.len);
}

void
simdisk_forget(struct node *n)
{
	struct op *o;

	memory(true);
	while ((o = n->ops) != NULL) {
		n->ops = o->next;
		free(o);
	}
	memory(false);
	n->end = &n->ops;
}

void
simdisk_note(struct node *n, enum op_kind kind, size_t at, const void *data,
    size_t len)
{
	struct op *o;

	memory(true);
	o = mem_room(sizeof(*o) + len);
	memory(false);
	o->next = NULL;
	o->kind = kind;
	o->at = at;
	o->len = len;
	if (len > 0)
		memcpy(o->data, data, len);
	*n->end = o;
	n->end = &o->next;
	if (kind == OP_WRITE)
		put(&n->seen, at, data, len);
	else
		resize(&n->seen, at);
}

struct node *
simdisk_find(struct simdisk *d, const char *name)
{
	size_t i;

	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].name[0] != '\0' &&
		    strcmp(d->node[i].name, name) == 0)
			return &d->node[i];
	return NULL;
}

struct node *
simdisk_make(struct simdisk *d, const char *name)
{
	struct node *n = simdisk_find(d, name);
	size_t i;

	for (i = 0; n == NULL && i < FILES_MAX; i++)
		if (d->node[i].name[0] == '\0')
			n = &d->node[i];
	if (n == NULL)
		return NULL;
	snprintf(n->name, sizeof(n->name), "%s", name);
	return n;
}

/* ---- names ---- */

static void
empty(struct node *n)
{
	n->name[0] = '\0';
	n->visible = n->durable = false;
	n->seen.len = n->kept.len = 0;
	simdisk_forget(n);
}

static void
rename_lasts(struct simdisk *d)
{
	if (d->renamed.over != NULL)
		empty(d->renamed.over);
	memset(&d->renamed, 0, sizeof(d->renamed));
}

/* The folder was never written: both names are what they were. */
static void
rename_undone(struct simdisk *d)
{
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%s", d->renamed.node->name);
	snprintf(d->renamed.node->name, NAME_BYTES, "%s", d->renamed.was);
	if (d->renamed.over != NULL)
		snprintf(d->renamed.over->name, NAME_BYTES, "%s", name);
	memset(&d->renamed, 0, sizeof(d->renamed));
}

/* ---- the count, cuts and faults ---- */

int
simdisk_call(struct simdisk *d, int rc)
{
	if (d->crashed)
		return rc;
	d->calls++;
	if (d->call_at != 0 && (d->calls == d->call_at ||
	    (d->call_sticky && d->calls > d->call_at))) {
		d->full = false;
		return rc;
	}
	return SQLITE_OK;
}

enum simdisk_verdict
simdisk_count(struct simdisk *d)
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

/* A write at a time: files are much larger than what changes. */
void
simdisk_synced(struct node *n)
{
	const struct op *o;

	for (o = n->ops; o != NULL; o = o->next)
		if (o->kind == OP_TRUNCATE)
			resize(&n->kept, o->at);
		else
			put(&n->kept, o->at, o->data, o->len);
	simdisk_forget(n);
}

/* The first sync of a new file is one of its folder too. */
void
simdisk_folder(struct simdisk *d)
{
	size_t i;

	rename_lasts(d);
	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].durable && !d->node[i].visible) {
			d->node[i].durable = false;
			simdisk_forget(&d->node[i]);
			d->node[i].kept.len = 0;
		}
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
		switch (simdisk_below(d, garbage ? 5 : 4)) {
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
	size_t draw = tearing ? simdisk_below(d, 3) : 0;

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
		keep = simdisk_below(d, total + 1);
	else if (mode != SIMDISK_DROP)
		keep = total;
	for (o = n->ops; o != NULL && keep > 0; o = o->next, keep--)
		survive(d, n, o, mode >= SIMDISK_SECTORS,
		    mode == SIMDISK_GARBAGE);
	/* A name that only one side knows: either may have won. */
	if (n->visible != n->durable)
		n->durable = mode == SIMDISK_DROP ? n->durable :
		    mode == SIMDISK_KEEP ? n->visible : simdisk_below(d, 2) == 0;
	simdisk_forget(n);
	n->visible = n->durable;
	if (!n->durable)
		n->kept.len = 0;
	copy(&n->seen, buf_view(&n->kept));
}

void
simdisk_restart(struct simdisk *d, enum simdisk_cut mode)
{
	size_t i;

	if (d->renamed.node != NULL && (mode == SIMDISK_DROP ||
	    (mode != SIMDISK_KEEP && simdisk_below(d, 2) == 0)))
		rename_undone(d);
	rename_lasts(d);
	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].name[0] != '\0')
			cut_node(d, &d->node[i], mode);
	d->crashed = d->lying = false;
	d->crash_at = d->fault_at = d->call_at = d->misdirect_at = 0;
}

void
simdisk_revive(struct simdisk *d)
{
	d->crashed = false;
	d->crash_at = d->fault_at = d->call_at = d->misdirect_at = 0;
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
	simdisk_methods(d);
	sqlite3_vfs_register(&d->base, 0);
	return d;
}

struct simdisk *
simdisk_copy(struct simdisk *d, uint64_t seed)
{
	struct simdisk *to = simdisk_new(seed);
	size_t i;

	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].visible)
			simdisk_put(to, d->node[i].name,
			    buf_view(&d->node[i].seen));
	return to;
}

static void
fork_node(struct node *to, const struct node *n)
{
	const struct op *o;

	snprintf(to->name, NAME_BYTES, "%s", n->name);
	to->visible = n->visible;
	to->durable = n->durable;
	for (o = n->ops; o != NULL; o = o->next)
		simdisk_note(to, o->kind, o->at, o->data,
		    o->kind == OP_WRITE ? o->len : 0);
	copy(&to->seen, buf_view(&n->seen));
	copy(&to->kept, buf_view(&n->kept));
}

struct simdisk *
simdisk_fork(const struct simdisk *d, uint64_t seed)
{
	struct simdisk *to = simdisk_new(seed);
	size_t i;

	to->crashed = d->crashed;
	to->ops = d->ops;
	for (i = 0; i < FILES_MAX; i++)
		if (d->node[i].name[0] != '\0')
			fork_node(&to->node[i], &d->node[i]);
	if (d->renamed.node != NULL)
		to->renamed.node = &to->node[d->renamed.node - d->node];
	if (d->renamed.over != NULL)
		to->renamed.over = &to->node[d->renamed.over - d->node];
	memcpy(to->renamed.was, d->renamed.was, NAME_BYTES);
	return to;
}

void
simdisk_free(struct simdisk *d)
{
	size_t i;

	if (d == NULL)
		return;
	sqlite3_vfs_unregister(&d->base);
	for (i = 0; i < FILES_MAX; i++) {
		simdisk_forget(&d->node[i]);
		give_back(&d->node[i].seen);
		give_back(&d->node[i].kept);
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

uint64_t
simdisk_calls(const struct simdisk *d)
{
	return d->calls;
}

void
simdisk_call_fails(struct simdisk *d, uint64_t k, bool sticky)
{
	d->call_at = k;
	d->call_sticky = sticky;
}

void
simdisk_room(struct simdisk *d, size_t bytes)
{
	d->room = bytes;
}

void
simdisk_lie(struct simdisk *d, bool lying)
{
	d->lying = lying;
}

void
simdisk_misdirect_at(struct simdisk *d, uint64_t k)
{
	d->misdirect_at = k;
}

size_t
simdisk_rot(struct simdisk *d, const char *name)
{
	struct node *n = simdisk_find(d, name);
	size_t at = simdisk_below(d, n->kept.len);
	uint8_t bit = (uint8_t)(1u << simdisk_below(d, 8));

	n->kept.data[at] ^= bit;
	if (at < n->seen.len)
		n->seen.data[at] ^= bit;
	return at;
}

struct buf *
simdisk_file(struct simdisk *d, const char *name)
{
	struct node *n = simdisk_find(d, name);

	return n != NULL && n->visible ? &n->seen : NULL;
}

static void
settle(struct node *n)
{
	simdisk_forget(n);
	n->durable = n->visible;
	copy(&n->kept, buf_view(&n->seen));
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
	struct node *n = simdisk_make(d, name);

	n->visible = true;
	copy(&n->seen, data);
	settle(n);
}

void
simdisk_remove(struct simdisk *d, const char *name)
{
	struct node *n = simdisk_find(d, name);

	if (n == NULL)
		return;
	n->visible = false;
	n->seen.len = 0;
	settle(n);
}

int
simdisk_move(struct simdisk *d, const char *from, const char *to)
{
	struct node *n = simdisk_find(d, from), *old = simdisk_find(d, to);
	enum simdisk_verdict v = simdisk_count(d);

	if (n == NULL || !n->visible || v == DEAD || v == FAULT)
		return -1;
	rename_lasts(d);
	d->renamed.node = n;
	d->renamed.over = old;
	snprintf(d->renamed.was, NAME_BYTES, "%s", from);
	if (old != NULL) /* out of sight, not yet gone */
		snprintf(old->name, NAME_BYTES, "/replaced/");
	snprintf(n->name, NAME_BYTES, "%s", to);
	if (v == LAST)
		return -1;
	v = simdisk_count(d);
	if (v == GO || (v == LAST && simdisk_below(d, 2) == 0))
		simdisk_folder(d);
	return v == GO ? 0 : -1;
}
