/*
 * One SQLite connection with fixed settings.
 *
 * Every setting that durability or secrecy rests on is set here, read back,
 * and then closed to change by an authorizer. Statements are cached by the
 * address of their SQL, because callers pass string literals; the text is
 * compared as well, so that a reused buffer is never taken for another.
 */
#include "common/db/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/mem.h"
#include "common/base/text.h"

/* Pages in the log until they are moved to their places. A file that one
 * process has to itself can wait longer: a page that many transactions write
 * is moved once. */
#define LOG_PAGES "1000"
#define LOG_PAGES_ALONE "4000"
#define BUCKETS 128 /* power of two; the programs have some 200 statements */
#define CACHE_KIB 8192
#define PRAGMA_SQL_BYTES 96
#define PRAGMA_VALUE_BYTES 32

struct stmt {
	struct stmt *next;
	struct db *db;
	const char *sql; /* address it was asked by */
	char *text;      /* what stood there then */
	sqlite3_stmt *st; /* NULL: does not compile */
	int bad;         /* first failed bind, or the failed prepare */
	char why[160];   /* SQLite's words on a failed prepare */
};

struct db {
	sqlite3 *h;
	char *path;
	bool create;
	const char *frozen; /* why it is only read; NULL: it is not */
	struct stmt *bucket[BUCKETS];
};

struct pragma {
	const char *name, *value, *back;
};

/* The order matters; locking_mode goes before all of these. */
static const struct pragma fixed[] = {
	{ "journal_mode", "WAL", "wal" },
	{ "synchronous", "FULL", "2" },
	/* SQLite 3.40.1 loses commits when a spilled savepoint rolls back. */
	{ "cache_spill", "OFF", "0" },
	{ "temp_store", "MEMORY", "2" },
	{ "mmap_size", "0", "0" },
	{ "secure_delete", "ON", "1" },
	{ "trusted_schema", "OFF", "0" },
	{ "cell_size_check", "ON", "1" },
	{ "foreign_keys", "ON", "1" },
};

static int
fail_constraint(struct db *db, int rc, struct err *e)
{
	/* SQLite names the table and column here, never a value. */
	err_set(e, ERR_CLASH, "the database refuses this change: %s",
	    sqlite3_errmsg(db->h));
	e->code = rc;
	return -1;
}

static enum err_kind
sentence(struct db *db, int rc, const char **text)
{
	int code = sqlite3_system_errno(db->h);

	if (rc == SQLITE_IOERR_DATA) {
		*text = N_("a part of the file is not what was written; restore "
		    "a backup");
		return ERR_LOCAL;
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		*text = N_("another process has it open; close that one first");
		return ERR_CLASH;
	case SQLITE_FULL:
		*text = N_("the disk is full; nothing of this step was saved");
		return ERR_LOCAL;
	case SQLITE_READONLY:
		*text = db->frozen != NULL ? db->frozen :
		    N_("the file or its folder is read-only");
		return ERR_LOCAL;
	case SQLITE_NOTADB:
		*text = N_("this is not a database of this program");
		return ERR_LOCAL;
	case SQLITE_CORRUPT:
		*text = N_("the file is damaged; restore a backup");
		return ERR_LOCAL;
	case SQLITE_CANTOPEN:
		if (code == ENOENT && !db->create) {
			*text = N_("there is no such file");
			return ERR_ABSENT;
		}
		if (code == ENOSPC || code == EDQUOT) {
			*text = N_("the disk is full; nothing of this step was "
			    "saved");
			return ERR_LOCAL;
		}
		/* SQLite's last try is to read, hence ENOENT for EACCES. */
		if (code == ENOENT) {
			*text = N_("its folder is missing, read-only or full; "
			    "nothing of this step was saved");
			return ERR_LOCAL;
		}
		*text = code == EACCES || code == EROFS || code == EPERM
		    ? N_("the file or its folder is read-only")
		    : N_("the file or its folder cannot be opened");
		return ERR_LOCAL;
	case SQLITE_IOERR:
		*text = code == ENOSPC || code == EDQUOT
		    ? N_("the disk is full; nothing of this step was saved")
		    : N_("the disk reports an error");
		return ERR_LOCAL;
	default:
		*text = sqlite3_errstr(rc);
		return ERR_LOCAL;
	}
}

int
db_fail(struct db *db, int rc, struct err *e)
{
	const char *text;
	enum err_kind kind;

	if ((rc & 0xff) == SQLITE_CONSTRAINT)
		return fail_constraint(db, rc, e);
	kind = sentence(db, rc, &text);
	err_set(e, kind, "database %s: %s", db->path, _(text));
	e->code = rc;
	return -1;
}

/* ---- opening ---- */

/* First column of the first row of PRAGMA ${name}; "" when there is none. */
static int
pragma_get(struct db *db, const char *name, char out[PRAGMA_VALUE_BYTES])
{
	char sql[PRAGMA_SQL_BYTES];
	sqlite3_stmt *st = NULL;
	int rc;

	out[0] = '\0';
	snprintf(sql, sizeof(sql), "PRAGMA %s", name);
	rc = sqlite3_prepare_v2(db->h, sql, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		const unsigned char *v = sqlite3_column_text(st, 0);

		snprintf(out, PRAGMA_VALUE_BYTES, "%s",
		    v != NULL ? (const char *)v : "");
		rc = SQLITE_DONE;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
pragma_set(struct db *db, const char *name, const char *value,
    const char *back, struct err *e)
{
	char sql[PRAGMA_SQL_BYTES], got[PRAGMA_VALUE_BYTES];
	int rc;

	snprintf(sql, sizeof(sql), "PRAGMA %s=%s", name, value);
	rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = pragma_get(db, name, got);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, e);
	/* A VFS without memory maps answers mmap_size with no row at all. */
	if (got[0] == '\0' && strcmp(back, "0") == 0)
		return 0;
	if (strcasecmp(got, back) != 0)
		return err_set(e, ERR_LOCAL,
		    "database %s: setting %s is %s and cannot be made %s",
		    db->path, name, got, value);
	return 0;
}

/* What must stand before the first page of a new file is written. */
static int
prepare_new(struct db *db, const struct db_options *o, struct err *e)
{
	char pages[PRAGMA_VALUE_BYTES];
	int reserve = o->reserve_bytes;
	int rc;

	if (!o->exclusive || !o->create)
		return 0;
	rc = pragma_get(db, "page_count", pages);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, e);
	if (strcmp(pages, "0") != 0)
		return 0;
	if (reserve > 0) {
		rc = sqlite3_file_control(db->h, "main",
		    SQLITE_FCNTL_RESERVE_BYTES, &reserve);
		if (rc != SQLITE_OK)
			return db_fail(db, rc, e);
	}
	if (pragma_set(db, "page_size", "4096", "4096", e) != 0)
		return -1;
	/* The step to WAL would otherwise ask for a journal file. */
	return pragma_set(db, "journal_mode", "MEMORY", "memory", e);
}

static int
apply_pragmas(struct db *db, const struct db_options *o, struct err *e)
{
	const char *pages = o->exclusive ? LOG_PAGES_ALONE : LOG_PAGES;
	char kib[PRAGMA_VALUE_BYTES];
	size_t i;

	/* First of all: without it WAL needs shared memory. */
	if (o->exclusive &&
	    pragma_set(db, "locking_mode", "EXCLUSIVE", "exclusive", e) != 0)
		return -1;
	if (prepare_new(db, o, e) != 0)
		return -1;
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (pragma_set(db, fixed[i].name, fixed[i].value,
		    fixed[i].back, e) != 0)
			return -1;
	if (pragma_set(db, "wal_autocheckpoint", pages, pages, e) != 0)
		return -1;
	snprintf(kib, sizeof(kib), "-%d",
	    o->cache_kib > 0 ? o->cache_kib : CACHE_KIB);
	return pragma_set(db, "cache_size", kib, kib, e);
}

/* Pragmas with an argument that change no setting of the connection. */
static int
pragma_harmless(const char *name)
{
	static const char *const ok[] = { "user_version", "wal_checkpoint",
		"integrity_check", "quick_check", "foreign_key_check",
		"table_info", "table_xinfo", "index_info", "index_list",
		"index_xinfo", "foreign_key_list", "defer_foreign_keys",
		"optimize", "application_id" };
	size_t i;

	for (i = 0; i < sizeof(ok) / sizeof(ok[0]); i++)
		if (strcasecmp(name, ok[i]) == 0)
			return 1;
	return 0;
}

static int
authorize(void *ctx, int action, const char *a, const char *b,
    const char *schema, const char *trigger)
{
	(void)ctx;
	(void)schema;
	(void)trigger;
	if (action == SQLITE_ATTACH || action == SQLITE_DETACH)
		return SQLITE_DENY;
	if (action == SQLITE_PRAGMA && b != NULL && !pragma_harmless(a))
		return SQLITE_DENY;
	return SQLITE_OK;
}

static int
harden(struct db *db, struct err *e)
{
	int off = 0, on = 0, rc;

	rc = sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(db->h,
		    SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, &off);
	if (rc != SQLITE_OK || on != 1 || off != 0)
		return err_set(e, ERR_LOCAL,
		    "database %s: the SQLite on this machine has no "
		    "defensive mode", db->path);
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	rc = sqlite3_set_authorizer(db->h, authorize, NULL);
	return rc == SQLITE_OK ? 0 : db_fail(db, rc, e);
}

/* As an address, so that it can say: nobody else writes there. */
static int
open_frozen(struct db *db, const char *path)
{
	char *uri = sqlite3_mprintf("file:"), *next;
	int rc;

	for (; uri != NULL && *path != '\0'; path++) {
		next = strchr("?#%", *path) == NULL ?
		    sqlite3_mprintf("%s%c", uri, *path) :
		    sqlite3_mprintf("%s%%%02X", uri, (unsigned)*path);
		sqlite3_free(uri);
		uri = next;
	}
	next = sqlite3_mprintf("%s?immutable=1", uri);
	sqlite3_free(uri);
	rc = sqlite3_open_v2(next, &db->h, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	sqlite3_free(next);
	return rc;
}

int
db_open(const char *path, const struct db_options *o, struct db **out,
    struct err *e)
{
	struct db *db = mem_new(sizeof(*db));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_EXRESCODE | (o->create ? SQLITE_OPEN_CREATE : 0);
	int rc;

	*out = NULL;
	db->path = mem_dup(path);
	db->create = o->create;
	rc = o->frozen ? open_frozen(db, path) :
	    sqlite3_open_v2(path, &db->h, flags, o->vfs);
	if (db->h == NULL) {
		err_set(e, ERR_LOCAL, "database %s: out of memory", path);
		goto out;
	}
	if (rc != SQLITE_OK) {
		db_fail(db, rc, e);
		goto out;
	}
	sqlite3_busy_timeout(db->h, o->busy_ms);
	/* SQLite falls back to reading alone without a word. */
	if (!o->frozen && sqlite3_db_readonly(db->h, "main") == 1) {
		db_fail(db, SQLITE_READONLY, e);
		goto out;
	}
	if ((!o->frozen && apply_pragmas(db, o, e) != 0) ||
	    harden(db, e) != 0)
		goto out;
	*out = db;
	return 0;
out:
	db_close(db);
	return -1;
}

void
db_freeze(struct db *db, const char *why)
{
	db->frozen = why;
	/* Settings are closed to change by now, but for this one. */
	sqlite3_set_authorizer(db->h, NULL, NULL);
	(void)sqlite3_exec(db->h, "PRAGMA query_only=ON", NULL, NULL, NULL);
	sqlite3_set_authorizer(db->h, authorize, NULL);
}

void
db_close(struct db *db)
{
	size_t i;

	if (db == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		while (db->bucket[i] != NULL) {
			struct stmt *s = db->bucket[i];

			db->bucket[i] = s->next;
			sqlite3_finalize(s->st);
			mem_free(s->text);
			mem_free(s);
		}
	sqlite3_close(db->h);
	mem_free(db->path);
	mem_free(db);
}

/* ---- statements ---- */

int
db_exec(struct db *db, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(db, rc, e);
}

static size_t
bucket_of(const char *sql)
{
	uint64_t x = (uint64_t)(uintptr_t)sql;

	/* Fibonacci hashing: literals lie close together. */
	return (size_t)((x * UINT64_C(0x9E3779B97F4A7C15)) >> 57);
}

static struct stmt *
stmt_new(struct db *db, const char *sql)
{
	struct stmt *s = mem_new(sizeof(*s));

	s->db = db;
	s->sql = sql;
	s->text = mem_dup(sql);
	s->bad = sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &s->st, NULL);
	if (s->bad != SQLITE_OK)
		snprintf(s->why, sizeof(s->why), "%s", sqlite3_errmsg(db->h));
	return s;
}

struct stmt *
db_prepare(struct db *db, const char *sql)
{
	struct stmt **at = &db->bucket[bucket_of(sql)];
	struct stmt *s;

	while ((s = *at) != NULL &&
	    (s->sql != sql || strcmp(s->text, sql) != 0))
		at = &s->next;
	if (s != NULL && s->st == NULL) {
		/* It may compile now: a migration has run in between. */
		*at = s->next;
		mem_free(s->text);
		mem_free(s);
		s = NULL;
	}
	if (s == NULL) {
		at = &db->bucket[bucket_of(sql)];
		s = stmt_new(db, sql);
		s->next = *at;
		*at = s;
		return s;
	}
	sqlite3_reset(s->st);
	sqlite3_clear_bindings(s->st);
	s->bad = SQLITE_OK;
	return s;
}

static void
bound(struct stmt *s, int rc)
{
	if (s->bad == SQLITE_OK)
		s->bad = rc;
}

void
db_bind_int(struct stmt *s, int i, int64_t v)
{
	bound(s, sqlite3_bind_int64(s->st, i, v));
}

void
db_bind_null(struct stmt *s, int i)
{
	bound(s, sqlite3_bind_null(s->st, i));
}

void
db_bind_blob(struct stmt *s, int i, const void *data, size_t len)
{
	/* An empty blob with a NULL address would become an SQL null. */
	bound(s, sqlite3_bind_blob64(s->st, i, data != NULL ? data : "",
	    len, SQLITE_STATIC));
}

void
db_bind_view(struct stmt *s, int i, struct view v)
{
	db_bind_blob(s, i, v.data, v.len);
}

void
db_bind_text(struct stmt *s, int i, const char *text)
{
	bound(s, sqlite3_bind_text(s->st, i, text, -1, SQLITE_STATIC));
}

void
db_bind_id(struct stmt *s, int i, const struct id *id)
{
	if (id == NULL)
		db_bind_null(s, i);
	else
		db_bind_blob(s, i, id->b, sizeof(id->b));
}

void
db_bind_hash(struct stmt *s, int i, const struct hash *h)
{
	if (h == NULL)
		db_bind_null(s, i);
	else
		db_bind_blob(s, i, h->b, sizeof(h->b));
}

int
db_step(struct stmt *s, struct err *e)
{
	int rc;

	if (s->st == NULL || s->bad != SQLITE_OK) {
		err_set(e, ERR_LOCAL, "database %s: a statement cannot run: %s",
		    s->db->path, s->st == NULL && s->why[0] != '\0' ? s->why :
		    sqlite3_errstr(s->bad));
		e->code = s->bad;
		return -1;
	}
	rc = sqlite3_step(s->st);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_fail(s->db, rc, e);
	sqlite3_reset(s->st);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
db_run(struct stmt *s, struct err *e)
{
	int rc;

	do
		rc = db_step(s, e);
	while (rc == 1);
	return rc;
}

void
db_reset(struct stmt *s)
{
	sqlite3_reset(s->st);
}

int64_t
db_int(struct stmt *s, int col)
{
	return sqlite3_column_int64(s->st, col);
}

bool
db_is_null(struct stmt *s, int col)
{
	return sqlite3_column_type(s->st, col) == SQLITE_NULL;
}

struct view
db_blob(struct stmt *s, int col)
{
	const void *data = sqlite3_column_blob(s->st, col);
	int len = sqlite3_column_bytes(s->st, col);

	return view_of(data, data != NULL && len > 0 ? (size_t)len : 0);
}

const char *
db_text(struct stmt *s, int col)
{
	const unsigned char *text = sqlite3_column_text(s->st, col);

	return text != NULL ? (const char *)text : "";
}

static int
copy_exact(struct stmt *s, int col, uint8_t *out, size_t len)
{
	struct view v = db_blob(s, col);

	if (v.len != len) {
		memset(out, 0, len);
		return -1;
	}
	memcpy(out, v.data, len);
	return 0;
}

int
db_id(struct stmt *s, int col, struct id *out)
{
	return copy_exact(s, col, out->b, sizeof(out->b));
}

int
db_hash(struct stmt *s, int col, struct hash *out)
{
	return copy_exact(s, col, out->b, sizeof(out->b));
}

/* ---- transactions and the rest ---- */

int
db_begin(struct db *db, struct err *e)
{
	return db_run(db_prepare(db, "BEGIN IMMEDIATE"), e);
}

int
db_commit(struct db *db, struct err *e)
{
	return db_run(db_prepare(db, "COMMIT"), e);
}

void
db_rollback(struct db *db)
{
	struct err ignored;

	/* SQLite may have rolled back by itself, on a full disk for one. */
	if (db_in_tx(db))
		db_run(db_prepare(db, "ROLLBACK"), &ignored);
}

int
db_end(struct db *db, int rc, struct err *e)
{
	if (rc == 0)
		rc = db_commit(db, e);
	if (rc != 0)
		db_rollback(db);
	return rc;
}

bool
db_in_tx(const struct db *db)
{
	return sqlite3_get_autocommit(db->h) == 0;
}

int64_t
db_last_rowid(struct db *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

int64_t
db_changes(struct db *db)
{
	return sqlite3_changes64(db->h);
}

int
db_one_int(struct db *db, const char *sql, int64_t *out, struct err *e)
{
	struct stmt *s = db_prepare(db, sql);
	int rc = db_step(s, e);

	*out = rc == 1 ? db_int(s, 0) : 0;
	db_reset(s);
	return rc;
}

int
db_checkpoint(struct db *db, struct err *e)
{
	int rc = sqlite3_wal_checkpoint_v2(db->h, "main",
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(db, rc, e);
}

void
db_shrink(struct db *db)
{
	(void)sqlite3_db_release_memory(db->h);
}

void *
db_handle(struct db *db)
{
	return db->h;
}
