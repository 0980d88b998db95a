/*
 * Written against SQLite itself, so that a slow wrapper of ours cannot slow
 * the reference down with it.
 */
#include "tests/bench/plain.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/id.h"
#include "common/base/mem.h"
#include "tests/bench/measure.h"

enum { INSERT, WORDS, ALL, RANKED, NEWEST, BODY, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	"INSERT INTO note (id, case_id, at_ms, text) VALUES (?1, ?2, ?3, ?4)",
	"INSERT INTO words (rowid, text) VALUES (?1, ?2)",
	"INSERT INTO words (rowid, text) SELECT rid, text FROM note",
	"SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rank LIMIT ?2",
	("SELECT rowid FROM words WHERE words MATCH ?1 "
	    "ORDER BY rowid DESC LIMIT ?2"),
	"SELECT text FROM note WHERE rid = ?1",
};

static const char schema[] =
    "PRAGMA page_size = 4096;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cache_spill = OFF;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA secure_delete = ON;"
    "CREATE TABLE note (rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,"
    "    case_id BLOB NOT NULL, at_ms INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX note_case ON note (case_id, at_ms);"
    "CREATE VIRTUAL TABLE words USING fts5 (text, content = '',"
    "    tokenize = 'unicode61 remove_diacritics 2');";

struct plain {
	sqlite3 *db;
	sqlite3_stmt *st[STATEMENTS];
	int64_t at_ms;
	struct id case_id;
};

static void
check(struct plain *p, int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
		die("plain SQLite: %s", sqlite3_errmsg(p->db));
}

static void
exec(struct plain *p, const char *text)
{
	check(p, sqlite3_exec(p->db, text, NULL, NULL, NULL));
}

struct plain *
plain_open(const char *path)
{
	struct plain *p = mem_new(sizeof(*p));
	char side[512];
	size_t i;

	unlink(path);
	snprintf(side, sizeof(side), "%s-wal", path);
	unlink(side);
	if (sqlite3_open(path, &p->db) != SQLITE_OK)
		die("plain SQLite: cannot open %s", path);
	exec(p, schema);
	for (i = 0; i < STATEMENTS; i++)
		check(p, sqlite3_prepare_v2(p->db, sql[i], -1, &p->st[i],
		    NULL));
	p->at_ms = 1756684800000;
	id_random(&p->case_id);
	return p;
}

void
plain_close(struct plain *p)
{
	size_t i;

	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(p->st[i]);
	sqlite3_close(p->db);
	mem_free(p);
}

void
plain_begin(struct plain *p)
{
	exec(p, "BEGIN IMMEDIATE");
}

void
plain_commit(struct plain *p)
{
	exec(p, "COMMIT");
}

static void
run(struct plain *p, sqlite3_stmt *st)
{
	check(p, sqlite3_step(st));
	check(p, sqlite3_reset(st));
}

void
plain_insert(struct plain *p, struct view text, bool words)
{
	bool alone = sqlite3_get_autocommit(p->db) != 0;
	sqlite3_stmt *st = p->st[INSERT];
	struct id id;

	if (alone && words)
		plain_begin(p);
	p->at_ms += 60000;
	id_timed(&id, p->at_ms);
	sqlite3_bind_blob(st, 1, &id, sizeof(id), SQLITE_STATIC);
	sqlite3_bind_blob(st, 2, &p->case_id, sizeof(p->case_id),
	    SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, p->at_ms);
	sqlite3_bind_text(st, 4, (const char *)text.data, (int)text.len,
	    SQLITE_STATIC);
	run(p, st);
	if (words) {
		st = p->st[WORDS];
		sqlite3_bind_int64(st, 1, sqlite3_last_insert_rowid(p->db));
		sqlite3_bind_text(st, 2, (const char *)text.data,
		    (int)text.len, SQLITE_STATIC);
		run(p, st);
	}
	if (alone && words)
		plain_commit(p);
}

void
plain_index(struct plain *p)
{
	run(p, p->st[ALL]);
}

static size_t
find(struct plain *p, sqlite3_stmt *st, const char *match, int limit)
{
	size_t n = 0;

	sqlite3_bind_text(st, 1, match, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, limit);
	for (;;) {
		int rc = sqlite3_step(st);

		check(p, rc);
		if (rc != SQLITE_ROW)
			break;
		sqlite3_bind_int64(p->st[BODY], 1,
		    sqlite3_column_int64(st, 0));
		check(p, sqlite3_step(p->st[BODY]));
		n += sqlite3_column_bytes(p->st[BODY], 0) > 0;
		sqlite3_reset(p->st[BODY]);
	}
	sqlite3_reset(st);
	return n;
}

size_t
plain_ranked(struct plain *p, const char *match, int limit)
{
	return find(p, p->st[RANKED], match, limit);
}

size_t
plain_newest(struct plain *p, const char *match, int limit)
{
	return find(p, p->st[NEWEST], match, limit);
}
