/*
 * The only door to SQLite, apart from the encrypting VFS.
 *
 * One struct db is one connection, used by one thread. Statements are
 * prepared once and kept, keyed by the address and text of their SQL; text
 * and blobs bound must live until the step that uses them.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/id.h"

struct db;
struct stmt;

struct db_options {
	const char *vfs;     /* NULL: the platform's */
	bool exclusive;      /* locking_mode=EXCLUSIVE, one process */
	bool create;         /* make it if missing */
	int cache_kib;       /* page cache; 0: 8 MiB */
	int busy_ms;         /* wait for a lock this long */
	int reserve_bytes;   /* end of each page left to the VFS; new files */
	bool frozen;         /* a file that nobody changes, read alone: no
	                      * setting is made and nothing is written */
};

/**
 * db_open(path, o, out, e): open with the fixed pragmas (WAL,
 * synchronous=FULL, cache_spill=OFF, temp_store=MEMORY, mmap_size=0,
 * secure_delete=ON, foreign_keys=ON, trusted_schema=OFF), each read back;
 * any difference is an error. cache_spill is off because SQLite 3.40.1 can
 * lose a committed transaction when a spilled savepoint is rolled back.
 * Defensive mode is on; ATTACH, VACUUM and further pragma changes are refused.
 * ERR_CLASH when another process holds it, ERR_ABSENT when there is none and
 * create is off, otherwise ERR_LOCAL; e->code is SQLite's extended code.
 */
int db_open(const char *path, const struct db_options *o, struct db **out,
    struct err *e);

/** db_freeze(db, why): from here on it is only read; a change is refused with
 * the words ${why}, which must last. */
void db_freeze(struct db *db, const char *why);

/** db_close(db): finalise all, close; NULL is fine. */
void db_close(struct db *db);

/** db_exec(db, sql, e): statements without values. */
int db_exec(struct db *db, const char *sql, struct err *e);

/** Transactions: not nested; rollback never fails and may follow a failure. */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);

/** db_end(db, rc, e): what ends one: committed when ${rc} is 0, rolled back for
 * any other ${rc} and when the commit fails; the result. */
int db_end(struct db *db, int rc, struct err *e);
bool db_in_tx(const struct db *db);

/**
 * db_prepare(db, sql): the cached statement of a string literal ${sql}, reset
 * and unbound. Never NULL: a bad statement fails at its first step. There is
 * one of each: asking again ends an earlier, unfinished use.
 */
struct stmt *db_prepare(struct db *db, const char *sql);

/* Bind parameter ${i} (from 1). */
void db_bind_int(struct stmt *s, int i, int64_t v);
void db_bind_null(struct stmt *s, int i);
void db_bind_blob(struct stmt *s, int i, const void *data, size_t len);
void db_bind_view(struct stmt *s, int i, struct view v); /* never null */
void db_bind_text(struct stmt *s, int i, const char *text); /* NULL: null */
void db_bind_id(struct stmt *s, int i, const struct id *id); /* NULL: null */
void db_bind_hash(struct stmt *s, int i, const struct hash *h);

/**
 * db_step(s, e): 1 a row, 0 done, -1 error. After 0 or -1 the statement is
 * reset. ERR_CLASH for a broken UNIQUE or CHECK, ERR_LOCAL otherwise (a full
 * disk and a read-only folder have their own sentence).
 */
int db_step(struct stmt *s, struct err *e);

/** db_run(s, e): step a statement without rows; 0 or -1. */
int db_run(struct stmt *s, struct err *e);

/** db_reset(s): done early with a statement that still has rows. */
void db_reset(struct stmt *s);

/* Columns from 0; views and text are borrowed until the next step. */
int64_t db_int(struct stmt *s, int col);
bool db_is_null(struct stmt *s, int col);
struct view db_blob(struct stmt *s, int col);
const char *db_text(struct stmt *s, int col); /* "" for null */
int db_id(struct stmt *s, int col, struct id *out);   /* 0, -1 wrong size */
int db_hash(struct stmt *s, int col, struct hash *out);

int64_t db_last_rowid(struct db *db);
int64_t db_changes(struct db *db);

/** db_one_int(db, sql, out, e): first column of the first row; 1, 0, -1. */
int db_one_int(struct db *db, const char *sql, int64_t *out, struct err *e);

/** db_checkpoint(db, e): move the log into the main file and empty it. */
int db_checkpoint(struct db *db, struct err *e);

/** db_shrink(db): give back the page cache; the next look reads anew. */
void db_shrink(struct db *db);

/** db_fail(db, rc, e): ${e} from SQLite's result ${rc}; -1. Vault only. */
int db_fail(struct db *db, int rc, struct err *e);

/** db_handle(db): the sqlite3 * for the vault, which needs backup calls. */
void *db_handle(struct db *db);

#endif
