/*
 * Copies of a store: a backup, the same store under another data key, and
 * proving that a copy is whole before it counts.
 */
#include "client/core/vault/vault_inner.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/db/db.h"

/* No journal: the target has no name yet, and is thrown away on failure. Pages
 * may spill here: without a log there is none that a spill could end. */
static int
copy_pages(struct vault *from, struct vault *to, struct err *e)
{
	static const char set_up[] = "PRAGMA locking_mode=EXCLUSIVE;"
	    "PRAGMA journal_mode=OFF; PRAGMA synchronous=FULL;";
	sqlite3 *h = NULL;
	sqlite3_backup *b = NULL;
	int reserve = RESERVE_BYTES;
	int rc = sqlite3_open_v2(to->disk.path, &h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs_name(to->vfs));

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(h, set_up, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_file_control(h, "main",
		    SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	if (rc == SQLITE_OK) {
		b = sqlite3_backup_init(h, "main", db_handle(from->db),
		    "main");
		rc = b != NULL ? sqlite3_backup_step(b, -1) :
		    sqlite3_extended_errcode(h);
	}
	if (b != NULL) {
		int end = sqlite3_backup_finish(b);

		rc = rc == SQLITE_DONE ? end : rc;
	}
	sqlite3_close(h);
	return rc == SQLITE_OK ? 0 : disk_fail(&to->disk, rc, e);
}

/* ${to} has its slots, ids and data key already: the rest of it. */
static int
fill(struct vault *from, struct vault *to, const char *path, struct err *e)
{
	struct record_mark now = vfs_mark(from->vfs);

	if (vault_inner_private(&to->o, path, e) != 0 ||
	    disk_open(to->o.vfs, path, true, &to->disk, e) != 0 ||
	    vault_inner_format(to, &now, e) != 0 ||
	    vfs_new(&to->disk, &to->secret->keys, false, &to->vfs, e) != 0)
		return -1;
	return copy_pages(from, to, e);
}

/* The same slots and data key, but a file of its own: other keys below. */
static int
copy_to(struct vault *from, const char *path, struct err *e)
{
	struct vault *to = vault_inner_new(&from->o);
	int rc;

	to->kb = from->kb;
	id_random(&to->kb.file);
	to->secret->dek = from->secret->dek;
	rc = fill(from, to, path, e);
	vault_close(to);
	return rc;
}

int
vault_backup(struct vault *v, const char *path, struct err *e)
{
	char *tmp = vault_inner_temporary(&v->o, path, e);
	int rc;

	if (tmp == NULL)
		return -1;
	rc = copy_to(v, tmp, e);
	if (rc == 0)
		rc = vault_verify(tmp, &v->secret->dek, &v->o, true, e);
	if (rc == 0)
		rc = vault_inner_move(&v->o, tmp, path, e);
	if (rc != 0 && e->code != VAULT_UNSURE) {
		vault_inner_sweep(v->o.vfs, tmp);
		err_add(e, "no backup was made");
	}
	mem_free(tmp);
	return rc;
}

int
vault_rename(const struct vault_options *o, const char *from, const char *to,
    struct err *e)
{
	return vault_inner_move(o, from, to, e);
}

void
vault_sweep(const struct vault_options *o, const char *path)
{
	vault_inner_sweep(o->vfs, path);
}

static int
check_all(struct vault *v, struct err *e)
{
	struct stmt *s;
	int rc;
	bool ok;

	/* With the log emptied, every page must open by itself. An older store
	 * keeps its log: SQLite looks at the pages through it. */
	if (!vfs_older(v->vfs)) {
		if (db_checkpoint(v->db, e) != 0)
			return -1;
		if (vfs_read_all(v->vfs, &rc) != 0) {
			db_fail(v->db, rc, e);
			return vault_inner_altered(e);
		}
	}
	s = db_prepare(v->db, "PRAGMA integrity_check(1)");
	if (db_step(s, e) != 1)
		return vault_inner_altered(e);
	ok = strcmp(db_text(s, 0), "ok") == 0;
	db_reset(s);
	return ok ? 0 : err_set(e, ERR_LOCAL, "the store %s opens, but its "
	    "tables do not fit together; restore a backup", v->disk.path);
}

int
vault_verify(const char *path, const struct vault_key *key,
    const struct vault_options *o, bool full, struct err *e)
{
	struct vault *v;
	int rc;

	if (vault_open_key(path, key, o, &v, e) != 0)
		return -1;
	rc = full ? check_all(v, e) : 0;
	if (rc == 0 && vault_older(v)) {
		err_set(e, ERR_LOCAL, "the store %s is sound, but older than "
		    "what was saved here before", v->disk.path);
		e->code = VAULT_OLDER;
		rc = -1;
	}
	vault_close(v);
	return rc;
}

/* ---- another data key ---- */

static int
make_ways(struct vault *to, const struct vault_ways *w, struct err *e)
{
	struct keyblock_cost c = vault_inner_cost(to, &w->cost);
	const uint8_t *dek = to->secret->dek.b;

	id_random(&to->kb.keys);
	id_random(&to->kb.file);
	randombytes_buf(to->secret->dek.b, VAULT_KEY_BYTES);
	if (keyblock_add_secret(&to->kb, KEYBLOCK_PASSPHRASE, w->passphrase,
	    &c, dek, e) != 0)
		return -1;
	if (w->recovery.data != NULL && keyblock_add_secret(&to->kb,
	    KEYBLOCK_RECOVERY, w->recovery, &c, dek, e) != 0)
		return -1;
	return w->escrow == NULL ? 0 :
	    keyblock_add_box(&to->kb, w->escrow, dek, e);
}

/* The whole copy under a temporary name, proven; its key into ${key}. */
static int
renew_at(struct vault *v, const struct vault_ways *w, const char *tmp,
    struct vault_key *key, struct err *e)
{
	struct vault *to = vault_inner_new(&v->o);
	int rc = make_ways(to, w, e);

	if (rc == 0)
		rc = fill(v, to, tmp, e);
	*key = to->secret->dek;
	vault_close(to);
	return rc == 0 ? vault_verify(tmp, key, &v->o, true, e) : -1;
}

/*
 * The old file stays locked until the new one has its name: else another
 * program could open the old one in between and write where nobody looks any
 * more. Its log is gone by then, so none stands beside the new file.
 */
int
vault_renew(struct vault *v, const struct vault_ways *w, struct err *e)
{
	struct vault_key *key = mem_secret_new(sizeof(*key));
	size_t n = strlen(v->disk.path) + 5;
	char *path = mem_dup(v->disk.path), *tmp = mem_new(n);
	int rc;

	snprintf(tmp, n, "%s.new", path);
	vault_inner_sweep(v->o.vfs, tmp);
	rc = renew_at(v, w, tmp, key, e);
	if (rc == 0)
		rc = db_checkpoint(v->db, e);
	if (rc == 0) {
		db_close(v->db);
		v->db = NULL;
		rc = vault_inner_move(&v->o, tmp, path, e);
	}
	if (rc != 0 && e->code == VAULT_UNSURE) {
		err_add(e, "the new ways open the store now");
	} else if (rc != 0) {
		vault_inner_sweep(v->o.vfs, tmp);
		err_add(e, "the store is as it was");
	}
	vault_close(v);
	mem_secret_free(key);
	mem_free(path);
	mem_free(tmp);
	return rc;
}
