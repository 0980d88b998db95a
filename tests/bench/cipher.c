/*
 * The library's names are those of SQLite itself: it is loaded apart, and
 * finds its own before those of this program.
 */
#include "tests/bench/cipher.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/bench/measure.h"

#define LIBRARY "libsqlcipher.so.0"
#define STATEMENTS 4

struct cipher {
	void *library;
	__typeof__(&sqlite3_open_v2) open;
	__typeof__(&sqlite3_close) close;
	__typeof__(&sqlite3_exec) exec;
	__typeof__(&sqlite3_prepare_v2) prepare;
	__typeof__(&sqlite3_step) step;
	__typeof__(&sqlite3_reset) reset;
	__typeof__(&sqlite3_finalize) finalize;
	__typeof__(&sqlite3_bind_text) bind_text;
	__typeof__(&sqlite3_bind_int64) bind_int;
	__typeof__(&sqlite3_errmsg) errmsg;
	__typeof__(&sqlite3_libversion) version;
	sqlite3 *db;
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} made[STATEMENTS];
};

static void
find(struct cipher *c, const char *name, void *function)
{
	void *at = dlsym(c->library, name);

	if (at == NULL)
		die("%s has no %s", LIBRARY, name);
	memcpy(function, &at, sizeof(at));
}

static void
find_all(struct cipher *c)
{
	find(c, "sqlite3_open_v2", &c->open);
	find(c, "sqlite3_close", &c->close);
	find(c, "sqlite3_exec", &c->exec);
	find(c, "sqlite3_prepare_v2", &c->prepare);
	find(c, "sqlite3_step", &c->step);
	find(c, "sqlite3_reset", &c->reset);
	find(c, "sqlite3_finalize", &c->finalize);
	find(c, "sqlite3_bind_text", &c->bind_text);
	find(c, "sqlite3_bind_int64", &c->bind_int);
	find(c, "sqlite3_errmsg", &c->errmsg);
	find(c, "sqlite3_libversion", &c->version);
}

/* The settings of common/db; the key is given raw, so that opening derives
 * none, as ours does not in these lines either. */
static void
set_up(struct cipher *c, int cache_kib)
{
	static const char settings[] =
	    "PRAGMA key = \"x'000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f'\";"
	    "PRAGMA cipher_page_size = 4096;"
	    "PRAGMA locking_mode = EXCLUSIVE;"
	    "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA cache_spill = OFF;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA wal_autocheckpoint = 1000;"
	    "PRAGMA secure_delete = ON;";
	char cache[60];

	snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", cache_kib);
	if (!cipher_exec(c, settings) || !cipher_exec(c, cache))
		die("SQLCipher: %s", c->errmsg(c->db));
}

struct cipher *
cipher_open(const char *path, int cache_kib)
{
	struct cipher *c;
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL |
	    RTLD_DEEPBIND);

	if (library == NULL)
		return NULL;
	c = mem_new(sizeof(*c));
	c->library = library;
	find_all(c);
	if (c->open(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		die("SQLCipher: cannot open %s", path);
	set_up(c, cache_kib);
	return c;
}

void
cipher_close(struct cipher *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < STATEMENTS; i++)
		c->finalize(c->made[i].st);
	c->close(c->db);
	dlclose(c->library);
	mem_free(c);
}

bool
cipher_exec(struct cipher *c, const char *sql)
{
	return c->exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static sqlite3_stmt *
prepare(struct cipher *c, const char *sql)
{
	size_t i;

	for (i = 0; i < STATEMENTS && c->made[i].sql != NULL; i++)
		if (c->made[i].sql == sql)
			return c->made[i].st;
	if (i == STATEMENTS || c->prepare(c->db, sql, -1, &c->made[i].st,
	    NULL) != SQLITE_OK)
		die("SQLCipher: %s", c->errmsg(c->db));
	c->made[i].sql = sql;
	return c->made[i].st;
}

void
cipher_run(struct cipher *c, const char *sql, struct view body)
{
	sqlite3_stmt *st = prepare(c, sql);

	c->bind_text(st, 1, (const char *)body.data, (int)body.len,
	    SQLITE_STATIC);
	if (c->step(st) != SQLITE_DONE)
		die("SQLCipher: %s", c->errmsg(c->db));
	c->reset(st);
}

void
cipher_find(struct cipher *c, const char *sql, int64_t id)
{
	sqlite3_stmt *st = prepare(c, sql);

	c->bind_int(st, 1, id);
	if (c->step(st) != SQLITE_ROW)
		die("SQLCipher: a row is not there");
	c->reset(st);
}

const char *
cipher_version(struct cipher *c)
{
	return c->version();
}
