/*
 * The order of things: lock the file, read the key block, unwrap the data key,
 * prove that the block was written by its holder, verify the pages against the
 * root, and only then let SQLite read.
 */
#include "client/core/vault/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/vault/arena.h"
#include "client/core/vault/vault_inner.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/db/db.h"

#define DEFAULT_OPS 3
#define DEFAULT_MEM_BYTES ((size_t)256 << 20)
/* A page costs 8 us to open, so a year's notes should fit. */
#define CACHE_KIB ((int)(ARENA_MOST >> 10))

/* One of these opens the store. */
struct unlock {
	enum keyblock_type type;
	struct view secret;          /* passphrase or code */
	const struct vault_key *key; /* or the data key itself */
	const uint8_t *box;          /* or the office's pair of keys */
};

/* ---- the key block on the disk ---- */

static int
damaged(const struct vault *v, struct err *e)
{
	err_set(e, ERR_LOCAL, "the store %s is damaged: neither copy of its "
	    "key block can be read; restore a backup", v->disk.path);
	e->code = VAULT_DAMAGED;
	return -1;
}

static int
foreign(const struct vault *v, struct err *e)
{
	err_set(e, ERR_LOCAL, "the key block of the store %s was altered "
	    "outside this program; nothing was opened: restore a backup",
	    v->disk.path);
	e->code = VAULT_ALTERED;
	return -1;
}

/* The newest whole copy into v->kb. */
static int
read_keyblock(struct vault *v, struct err *e)
{
	uint8_t block[KEYBLOCK_BYTES];
	struct keyblock kb[2];
	bool good[2];
	uint64_t i;
	int rc;

	for (i = 0; i < 2; i++) {
		rc = disk_read(&v->disk, i, block);
		if (rc != SQLITE_OK)
			return disk_fail(&v->disk, rc, e);
		good[i] = keyblock_decode(block, &kb[i]) == 0;
	}
	if (!good[0] && !good[1])
		return damaged(v, e);
	v->newest = !good[0] ||
	    (good[1] && kb[1].generation > kb[0].generation);
	v->heal = !good[0] || !good[1] ||
	    kb[0].generation != kb[1].generation;
	v->kb = kb[v->newest];
	return 0;
}

/* Write one copy and read it back as an opener would. */
static int
write_copy(struct vault *v, uint64_t copy, const struct keyblock *kb,
    struct err *e)
{
	uint8_t block[KEYBLOCK_BYTES], back[KEYBLOCK_BYTES];
	struct keyblock seen;
	int rc;

	keyblock_encode(kb, &v->secret->keys, block);
	rc = disk_write(&v->disk, copy, block);
	if (rc == SQLITE_OK)
		rc = disk_sync(&v->disk);
	if (rc == SQLITE_OK)
		rc = disk_read(&v->disk, copy, back);
	if (rc != SQLITE_OK)
		return disk_fail(&v->disk, rc, e);
	if (memcmp(block, back, sizeof(back)) != 0 ||
	    keyblock_decode(back, &seen) != 0)
		return err_set(e, ERR_LOCAL, "the store %s: the disk gives "
		    "back other bytes than were written", v->disk.path);
	return 0;
}

static const char older[] = N_("it is older than what was saved here before, so "
    "it is read and not written: make a backup of it and restore that, which "
    "begins a new device");

/* The older copy first, so that one is always whole. */
static int
write_keyblock(struct vault *v, struct keyblock *kb, struct err *e)
{
	if (vault_older(v))
		return err_set(e, ERR_LOCAL, "the store %s: %s", v->disk.path,
		    older);
	kb->generation = v->kb.generation + 1;
	if (write_copy(v, !v->newest, kb, e) != 0)
		return -1;
	v->newest = !v->newest;
	v->kb = *kb;
	return write_copy(v, !v->newest, kb, e);
}

/* ---- opening ---- */

static int
unwrap(struct vault *v, const struct unlock *u, struct err *e)
{
	uint8_t *dek = v->secret->dek.b;

	if (u->key != NULL) {
		memcpy(dek, u->key->b, VAULT_KEY_BYTES);
		return 0;
	}
	if (u->box != NULL)
		return keyblock_open_box(&v->kb, u->box, u->box + 32, dek, e);
	return keyblock_open_secret(&v->kb, u->type, u->secret,
	    v->o.no_floor, dek, e);
}

static int
prove_keyblock(struct vault *v, const struct unlock *u, struct err *e)
{
	uint8_t block[KEYBLOCK_BYTES];
	int rc = disk_read(&v->disk, v->newest, block);

	if (rc != SQLITE_OK)
		return disk_fail(&v->disk, rc, e);
	record_keys_derive(&v->secret->keys, v->secret->dek.b, &v->kb.file);
	if (keyblock_authentic(block, &v->secret->keys))
		return 0;
	/* A data key from outside may simply be another store's. */
	if (u->key != NULL)
		return err_set(e, ERR_DENIED,
		    "this key does not open the store %s", v->disk.path);
	return foreign(v, e);
}

static int
unlock(struct vault *v, const struct unlock *u, struct err *e)
{
	if (read_keyblock(v, e) != 0 || unwrap(v, u, e) != 0 ||
	    prove_keyblock(v, u, e) != 0)
		return -1;
	/* A cut in the middle of a change: finish it. */
	if (v->heal)
		return write_copy(v, !v->newest, &v->kb, e);
	return 0;
}

/* A page that SQLite read and that did not open. */
int
vault_inner_altered(struct err *e)
{
	if (e->code == SQLITE_IOERR_DATA)
		e->code = VAULT_ALTERED;
	return -1;
}

/* No more than what is locked, so that no page lies elsewhere. */
static int
cache_kib(const struct vault *v)
{
	struct arena_state a = arena_state();

	if (v->o.cache_kib > 0)
		return v->o.cache_kib;
	return a.bytes > 0 ? (int)(a.bytes >> 10) : CACHE_KIB;
}

static int
start_db(struct vault *v, bool create, struct err *e)
{
	struct db_options o = {
		.exclusive = true,
		.create = create,
		.cache_kib = cache_kib(v),
		.reserve_bytes = RESERVE_BYTES
	};

	/* A new store has a temporary name yet. */
	if (vfs_new(&v->disk, &v->secret->keys, v->o.anchored && !create,
	    &v->vfs, e) != 0)
		return -1;
	o.vfs = vfs_name(v->vfs);
	if (db_open(v->disk.path, &o, &v->db, e) != 0)
		return vault_inner_altered(e);
	if (vfs_older(v->vfs))
		db_freeze(v->db, older);
	return 0;
}

bool
vault_older(const struct vault *v)
{
	return v->held || vfs_older(v->vfs);
}

void
vault_hold(struct vault *v)
{
	v->held = true;
	db_freeze(v->db, older);
}

struct vault_mark
vault_mark(const struct vault *v)
{
	struct record_mark m = vfs_mark(v->vfs);
	struct vault_mark out = { m.seq, m.head };

	return out;
}

struct vault *
vault_inner_new(const struct vault_options *o)
{
	struct vault *v = mem_new(sizeof(*v));

	if (o != NULL)
		v->o = *o;
	v->secret = mem_secret_new(sizeof(*v->secret));
	return v;
}

/* What a renewal that was cut off left beside the store; it is locked. */
static void
sweep_beside(struct vault *v)
{
	size_t n = strlen(v->disk.path) + 5;
	char *tmp = mem_new(n);

	snprintf(tmp, n, "%s.new", v->disk.path);
	vault_inner_sweep(v->o.vfs, tmp);
	mem_free(tmp);
}

static int
open_with(const char *path, const struct unlock *u,
    const struct vault_options *o, struct vault **out, struct err *e)
{
	struct vault *v = vault_inner_new(o);
	int rc;

	*out = NULL;
	rc = disk_open(v->o.vfs, path, false, &v->disk, e);
	if (rc == 0)
		sweep_beside(v);
	if (rc != 0 || unlock(v, u, e) != 0 || start_db(v, false, e) != 0) {
		vault_close(v);
		return -1;
	}
	*out = v;
	return 0;
}

int
vault_open_passphrase(const char *path, struct view passphrase,
    const struct vault_options *o, struct vault **out, struct err *e)
{
	struct unlock u = { .type = KEYBLOCK_PASSPHRASE,
		.secret = passphrase };

	return open_with(path, &u, o, out, e);
}

int
vault_open_recovery(const char *path, struct view code,
    const struct vault_options *o, struct vault **out, struct err *e)
{
	struct unlock u = { .type = KEYBLOCK_RECOVERY, .secret = code };

	return open_with(path, &u, o, out, e);
}

int
vault_open_key(const char *path, const struct vault_key *key,
    const struct vault_options *o, struct vault **out, struct err *e)
{
	struct unlock u = { .key = key };

	return open_with(path, &u, o, out, e);
}

int
vault_open_escrow(const char *path, const uint8_t keys[static 64],
    const struct vault_options *o, struct vault **out, struct err *e)
{
	struct unlock u = { .box = keys };

	return open_with(path, &u, o, out, e);
}

void
vault_close(struct vault *v)
{
	struct err ignored;

	if (v == NULL)
		return;
	/* Nothing acknowledged hangs on this: the log is kept if it fails. */
	if (v->db != NULL && !db_in_tx(v->db))
		db_checkpoint(v->db, &ignored);
	db_close(v->db);
	vfs_free(v->vfs);
	disk_close(&v->disk);
	mem_secret_free(v->secret);
	mem_free(v);
}

struct db *
vault_db(struct vault *v)
{
	return v->db;
}

const struct vault_key *
vault_key(const struct vault *v)
{
	return &v->secret->dek;
}

struct vault_stats
vault_stats(const struct vault *v)
{
	struct vfs_stats s = vfs_stats(v->vfs);
	struct vault_stats out = { s.epoch, s.pages, s.seals, s.refused,
		s.rewrites, s.reserved };

	return out;
}

/* ---- making ---- */

struct keyblock_cost
vault_inner_cost(const struct vault *v, const struct vault_cost *cost)
{
	struct keyblock_cost c = { DEFAULT_OPS, DEFAULT_MEM_BYTES,
		v->o.no_floor };

	if (cost != NULL && (cost->ops != 0 || cost->mem_bytes != 0)) {
		c.ops = cost->ops;
		c.mem_bytes = cost->mem_bytes;
	}
	return c;
}

static int
lower_exists(const char *vfs, const char *path)
{
	sqlite3_vfs *under = sqlite3_vfs_find(vfs);
	int there = 0;

	if (under == NULL || under->xAccess(under, path,
	    SQLITE_ACCESS_EXISTS, &there) != SQLITE_OK)
		return 0;
	return there;
}

/* A temporary name's main file and log, left by an earlier attempt. */
void
vault_inner_sweep(const char *vfs, const char *path)
{
	static const char *const end[] = { "", "-wal", ANCHOR_END };
	sqlite3_vfs *under = sqlite3_vfs_find(vfs);
	struct buf name;
	size_t i;

	for (i = 0; under != NULL && i < 3; i++) {
		buf_init(&name, 8192);
		buf_add_fmt(&name, "%s%s", path, end[i]);
		if (!name.toobig && !name.nomem &&
		    lower_exists(vfs, buf_str(&name)))
			under->xDelete(under, buf_str(&name), 0);
		buf_done(&name);
	}
}

/* Readable by its owner alone from its first moment. */
int
vault_inner_private(const struct vault_options *o, const char *path,
    struct err *e)
{
	int fd;

	if (o->vfs != NULL)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_set(e, ERR_LOCAL, "cannot make the store %s: %s", path,
		    err_system(errno));
		e->code = errno;
		return -1;
	}
	close(fd);
	return 0;
}

static int
sync_folder_of(const char *path, struct err *e)
{
	char *dir = mem_dup(path), *slash = strrchr(dir, '/');
	int rc;

	if (slash != NULL)
		slash[slash == dir ? 1 : 0] = '\0';
	rc = file_sync_folder(slash != NULL ? dir : ".", e);
	mem_free(dir);
	return rc;
}

int
vault_inner_move(const struct vault_options *o, const char *from,
    const char *to, struct err *e)
{
	sqlite3_vfs *under = sqlite3_vfs_find(o->vfs);
	int rc;

	/* What it said was said of another file. */
	if (under != NULL)
		anchor_remove(under, to);
	rc = o->move != NULL ? o->move(from, to) : rename(from, to);
	if (rc < 0)
		return err_set(e, ERR_LOCAL,
		    "the new store could not get its name %s: %s", to,
		    err_system(errno));
	if (rc == 0 && (o->move != NULL || sync_folder_of(to, e) == 0))
		return 0;
	if (rc > 0)
		err_set(e, ERR_LOCAL, "%s: %s", to, err_system(EIO));
	err_add(e, "it has its name, but a power cut may take it back");
	e->code = VAULT_UNSURE;
	return -1;
}

/* Both copies and the first commit slots, durable. */
int
vault_inner_format(struct vault *v, const struct record_mark *mark,
    struct err *e)
{
	uint64_t i;

	v->kb.generation = 1;
	record_keys_derive(&v->secret->keys, v->secret->dek.b, &v->kb.file);
	for (i = 0; i < 2; i++)
		if (write_copy(v, i, &v->kb, e) != 0)
			return -1;
	return vfs_format(&v->disk, &v->secret->keys, mark, e);
}

static int
create_at(struct vault *v, const char *path, struct view passphrase,
    const struct vault_cost *cost, struct err *e)
{
	struct keyblock_cost c = vault_inner_cost(v, cost);
	struct record_mark begin = { 0 };

	id_random(&v->kb.keys);
	id_random(&v->kb.file);
	randombytes_buf(v->secret->dek.b, VAULT_KEY_BYTES);
	if (keyblock_add_secret(&v->kb, KEYBLOCK_PASSPHRASE, passphrase, &c,
	    v->secret->dek.b, e) != 0 ||
	    vault_inner_private(&v->o, path, e) != 0 ||
	    disk_open(v->o.vfs, path, true, &v->disk, e) != 0 ||
	    vault_inner_format(v, &begin, e) != 0)
		return -1;
	return start_db(v, true, e);
}

/* "path.new", swept; NULL when ${path} is taken. */
char *
vault_inner_temporary(const struct vault_options *o, const char *path,
    struct err *e)
{
	size_t n = strlen(path) + 5;
	char *tmp;

	if (lower_exists(o->vfs, path)) {
		err_set(e, ERR_CLASH, "there is already a file %s", path);
		return NULL;
	}
	tmp = mem_new(n);
	snprintf(tmp, n, "%s.new", path);
	vault_inner_sweep(o->vfs, tmp);
	return tmp;
}

int
vault_create(const char *path, struct view passphrase,
    const struct vault_cost *cost, const struct vault_options *o,
    struct vault **out, struct err *e)
{
	struct vault *v = vault_inner_new(o);
	struct vault_key *key = mem_secret_new(sizeof(*key));
	char *tmp = vault_inner_temporary(&v->o, path, e);
	int rc = -1;

	*out = NULL;
	if (tmp == NULL)
		goto out;
	rc = create_at(v, tmp, passphrase, cost, e);
	*key = v->secret->dek;
	vault_close(v);
	v = NULL;
	if (rc == 0)
		rc = vault_inner_move(o != NULL ? o :
		    &(struct vault_options){ 0 }, tmp, path, e);
	if (rc == 0)
		rc = vault_open_key(path, key, o, out, e);
	else
		vault_inner_sweep(o != NULL ? o->vfs : NULL, tmp);
out:
	vault_close(v);
	mem_secret_free(key);
	mem_free(tmp);
	return rc;
}

/* ---- ways of opening ---- */

int
vault_change_passphrase(struct vault *v, struct view passphrase,
    const struct vault_cost *cost, struct err *e)
{
	struct keyblock_cost c = vault_inner_cost(v, cost);
	struct keyblock kb = v->kb;

	keyblock_remove(&kb, KEYBLOCK_PASSPHRASE);
	if (keyblock_add_secret(&kb, KEYBLOCK_PASSPHRASE, passphrase, &c,
	    v->secret->dek.b, e) != 0)
		return -1;
	return write_keyblock(v, &kb, e);
}

int
vault_slot_add_recovery(struct vault *v, struct view code,
    const struct vault_cost *cost, struct err *e)
{
	struct keyblock_cost c = vault_inner_cost(v, cost);
	struct keyblock kb = v->kb;

	if (keyblock_add_secret(&kb, KEYBLOCK_RECOVERY, code, &c,
	    v->secret->dek.b, e) != 0)
		return -1;
	return write_keyblock(v, &kb, e);
}

int
vault_slot_add_escrow(struct vault *v, const uint8_t public_key[static 32],
    struct err *e)
{
	struct keyblock kb = v->kb;

	if (keyblock_add_box(&kb, public_key, v->secret->dek.b, e) != 0)
		return -1;
	return write_keyblock(v, &kb, e);
}

int
vault_slot_remove(struct vault *v, enum vault_slot type, struct err *e)
{
	struct keyblock kb = v->kb;

	if (type == VAULT_PASSPHRASE)
		return err_set(e, ERR_INPUT, "the passphrase can be changed, "
		    "not removed");
	if (keyblock_remove(&kb, (enum keyblock_type)type) == 0)
		return err_set(e, ERR_ABSENT,
		    "the store has no such way of being opened");
	return write_keyblock(v, &kb, e);
}

size_t
vault_slot_count(const struct vault *v, enum vault_slot type)
{
	return keyblock_has(&v->kb, (enum keyblock_type)type);
}
