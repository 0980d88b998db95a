/* The store, its changes and the oracle; the header says what they are. */
#include "tests/support/cuts.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/db/db.h"

#define BODY_MAX 20000
#define KNOWN 16
#define KNOWN_BYTES ((size_t)1 << 19)

static struct simdisk *the_disk;
static char body[BODY_MAX + 1];

static int
move(const char *from, const char *to)
{
	return simdisk_move(the_disk, from, to);
}

size_t
cuts_draw(struct cuts *w, size_t n)
{
	return (size_t)(simdisk_random(w->disk) % n);
}

void
cuts_bad(struct cuts *w, const char *what)
{
	fprintf(stderr, "%s, SEED=%llu, cut at %llu (%d), again at %llu (%d), "
	    "now at %llu: %s (%s)\n", w->what != NULL ? w->what : "cuts",
	    (unsigned long long)w->seed, (unsigned long long)w->at, w->mode,
	    (unsigned long long)w->second_at, w->second_mode,
	    (unsigned long long)simdisk_ops(w->disk), what, w->e.text);
	abort();
}

/* The text of a version: sizes around the page and beyond. */
static const char *
body_of(size_t row, uint32_t ver)
{
	static const size_t size[] = { 40, 300, 900, 120, 1500, 60, 4100,
		2500 };
	size_t n = row > 1 ? size[(row * 7 + ver * 5) % 8] :
	    ver % 8 == 0 ? 15000 : 4500;
	size_t at;
	uint32_t x = ver * 2654435761u + (uint32_t)row;

	snprintf(body, sizeof(body), "w%zu v%u ", row, ver);
	for (at = strlen(body); at < n; at++) {
		x = x * 1664525u + 1013904223u;
		body[at] = at % 24 == 23 ? ' ' : (char)('a' + (x >> 28));
	}
	body[at] = '\0';
	return body;
}

/* ---- changes ---- */

static int
set_row(struct cuts *w, size_t row)
{
	struct db *db = vault_db(w->v);
	uint32_t ver = ++w->clock;
	const char *text = body_of(row, ver);
	struct stmt *s = db_prepare(db, "REPLACE INTO note VALUES(?,?,?)");

	db_bind_int(s, 1, (int64_t)row);
	db_bind_int(s, 2, ver);
	db_bind_text(s, 3, text);
	if (db_run(s, &w->e) != 0)
		return -1;
	s = db_prepare(db, "REPLACE INTO words(rowid, body) VALUES(?,?)");
	db_bind_int(s, 1, (int64_t)row);
	db_bind_text(s, 2, text);
	if (db_run(s, &w->e) != 0)
		return -1;
	w->next.ver[row] = ver;
	return 0;
}

static int
drop_row(struct cuts *w, size_t row)
{
	struct db *db = vault_db(w->v);
	struct stmt *s = db_prepare(db, "DELETE FROM note WHERE id=?");

	db_bind_int(s, 1, (int64_t)row);
	if (db_run(s, &w->e) != 0)
		return -1;
	s = db_prepare(db, "DELETE FROM words WHERE rowid=?");
	db_bind_int(s, 1, (int64_t)row);
	if (db_run(s, &w->e) != 0)
		return -1;
	w->next.ver[row] = 0;
	return 0;
}

static int
some_changes(struct cuts *w, size_t n)
{
	size_t i, row;

	for (i = 0; i < n; i++) {
		row = 1 + cuts_draw(w, w->rows);
		if ((cuts_draw(w, 4) == 0 ? drop_row(w, row) : set_row(w, row)) !=
		    0)
			return -1;
	}
	return 0;
}

static int
with_savepoint(struct cuts *w)
{
	struct cuts_model before = w->next;
	struct db *db = vault_db(w->v);

	if (db_exec(db, "SAVEPOINT s", &w->e) != 0 ||
	    some_changes(w, 1 + cuts_draw(w, 6)) != 0 ||
	    db_exec(db, "ROLLBACK TO s; RELEASE s", &w->e) != 0)
		return -1;
	w->next = before;
	return 0;
}

/* -1: something failed; the model knows what may be on the disk. */
int
cuts_change(struct cuts *w)
{
	struct db *db = vault_db(w->v);
	size_t kind = cuts_draw(w, 10), i;
	int rc = db_begin(db, &w->e);

	w->next = w->acked;
	if (rc == 0)
		rc = some_changes(w, 1 + cuts_draw(w, 1 + cuts_draw(w, 4)));
	if (rc == 0 && kind == 1)
		rc = with_savepoint(w);
	for (i = 1; rc == 0 && kind == 2 && i <= w->rows; i += 1 + cuts_draw(w, 3))
		rc = drop_row(w, i);
	if (rc == 0 && kind == 3) {
		db_rollback(db);
		return 0;
	}
	if (rc == 0) {
		w->in_flight = true;
		rc = db_commit(db, &w->e);
	}
	if (rc != 0) {
		db_rollback(db);
		return -1;
	}
	w->in_flight = false;
	w->acked = w->next;
	return 0;
}

/* The file gets shorter. The program itself never asks for this. */
int
cuts_vacuum(struct cuts *w)
{
	sqlite3 *h = db_handle(vault_db(w->v));
	int rc;

	sqlite3_set_authorizer(h, NULL, NULL);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 2);
	rc = sqlite3_exec(h, "VACUUM", NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : -1;
}

/* ---- opening and comparing ---- */

/* By the passphrase that was acknowledged, or by the one asked for. */
static int
open_typed(struct cuts *w)
{
	if (vault_open_passphrase(CUTS_STORE, view_str(w->acked.passphrase),
	    &w->o, &w->v, &w->e) == 0)
		goto out;
	if (w->e.kind != ERR_DENIED || !w->in_flight ||
	    vault_open_passphrase(CUTS_STORE, view_str(w->next.passphrase),
	    &w->o, &w->v, &w->e) != 0)
		return -1;
	w->acked.passphrase = w->next.passphrase;
out:
	w->key = *vault_key(w->v);
	return 0;
}

int
cuts_open(struct cuts *w)
{
	int rc = w->typed ? open_typed(w) :
	    vault_open_key(CUTS_STORE, &w->key, &w->o, &w->v, &w->e);

	if (rc != 0)
		return -1;
	if (vault_older(w->v))
		cuts_bad(w, "taken for older than it was");
	sqlite3_wal_autocheckpoint(db_handle(vault_db(w->v)),
	    (int)(5 + cuts_draw(w, cuts_draw(w, 4) == 0 ? 60 : 15)));
	return 0;
}

static bool
holds(struct cuts *w, const char *sql, const struct cuts_model *m)
{
	struct cuts_model seen = { { 0 }, NULL };
	struct stmt *s = db_prepare(vault_db(w->v), sql);
	int rc;

	while ((rc = db_step(s, &w->e)) == 1) {
		size_t row = (size_t)db_int(s, 0);
		uint32_t ver = (uint32_t)db_int(s, 1);

		if (row < 1 || row > CUTS_ROWS || ver == 0 ||
		    strcmp(db_text(s, 2), body_of(row, ver)) != 0)
			cuts_bad(w, "a row is not what was written");
		seen.ver[row] = ver;
	}
	if (rc != 0)
		cuts_bad(w, "rows cannot be read");
	return memcmp(seen.ver, m->ver, sizeof(seen.ver)) == 0;
}

bool
cuts_holds(struct cuts *w, const struct cuts_model *m)
{
	return holds(w, "SELECT id, ver, body FROM note", m);
}

static void
whole(struct cuts *w)
{
	struct db *db = vault_db(w->v);
	struct stmt *s = db_prepare(db, "PRAGMA integrity_check");

	if (db_step(s, &w->e) != 1 || strcmp(db_text(s, 0), "ok") != 0)
		cuts_bad(w, "integrity_check");
	db_reset(s);
	if (db_exec(db, "INSERT INTO words(words) VALUES('integrity-check')",
	    &w->e) != 0)
		cuts_bad(w, "the index of words");
}

/*
 * Pages that were found right, as SQLite reads them, and their rows. Rows and
 * structures follow from the pages: the same bytes need no second look.
 */
static struct {
	uint8_t pages[KNOWN_BYTES];
	size_t len;
	struct cuts_model rows;
} known[KNOWN];
static size_t known_next;

static const struct cuts_model *
find_known(struct view pages)
{
	size_t i;

	for (i = 0; i < KNOWN; i++)
		if (pages.len > 0 && known[i].len == pages.len &&
		    memcmp(known[i].pages, pages.data, pages.len) == 0)
			return &known[i].rows;
	return NULL;
}

static void
keep_known(struct view pages, const struct cuts_model *rows)
{
	if (pages.len > KNOWN_BYTES)
		return;
	memcpy(known[known_next].pages, pages.data, pages.len);
	known[known_next].len = pages.len;
	known[known_next].rows = *rows;
	known_next = (known_next + 1) % KNOWN;
}

static void
compare_rows(struct cuts *w)
{
	static const char words[] = "SELECT w.rowid, n.ver, w.body "
	    "FROM words w LEFT JOIN note n ON n.id=w.rowid";

	if (!cuts_holds(w, &w->acked)) {
		if (!w->in_flight || !cuts_holds(w, &w->next))
			cuts_bad(w, "the rows are not the acknowledged ones");
		memcpy(w->acked.ver, w->next.ver, sizeof(w->acked.ver));
	}
	if (!holds(w, words, &w->acked))
		cuts_bad(w, "the words are not the rows'");
	whole(w);
}

static void
compare_known(struct cuts *w, const struct cuts_model *rows)
{
	if (memcmp(rows->ver, w->acked.ver, sizeof(rows->ver)) != 0 &&
	    (!w->in_flight ||
	    memcmp(rows->ver, w->next.ver, sizeof(rows->ver)) != 0))
		cuts_bad(w, "the rows are not the acknowledged ones");
	memcpy(w->acked.ver, rows->ver, sizeof(rows->ver));
}

/* Acked or in flight; from here on whichever it was is the truth. */
void
cuts_compare(struct cuts *w)
{
	sqlite3_int64 n = 0;
	uint8_t *image = sqlite3_serialize(db_handle(vault_db(w->v)), "main",
	    &n, 0);
	struct view pages = { image, (size_t)n };
	const struct cuts_model *rows;

	if (image == NULL)
		cuts_bad(w, "pages cannot be read");
	rows = find_known(pages);
	if (rows != NULL) {
		compare_known(w, rows);
	} else {
		compare_rows(w);
		keep_known(pages, &w->acked);
	}
	w->in_flight = false;
	sqlite3_free(image);
}

void
cuts_close(struct cuts *w)
{
	vault_close(w->v);
	w->v = NULL;
}

void
cuts_use(struct cuts *w)
{
	the_disk = w->disk;
	w->o.vfs = simdisk_name(w->disk);
}

void
cuts_new(struct cuts *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->disk = simdisk_new(seed);
	cuts_use(w);
	w->rows = CUTS_ROWS;
	w->o.no_floor = true;
	w->o.anchored = true;
	w->o.move = move;
}

void
cuts_make(struct cuts *w, uint64_t seed)
{
	struct vault_cost cost = { 1, 8192 };

	cuts_new(w, seed);
	if (vault_create(CUTS_STORE, view_str("pass"), &cost, &w->o, &w->v,
	    &w->e) != 0 || db_exec(vault_db(w->v), "CREATE TABLE note(id "
	    "INTEGER PRIMARY KEY, ver INT, body TEXT); CREATE INDEX by_ver ON "
	    "note(ver); CREATE VIRTUAL TABLE words USING fts5(body);"
	    "CREATE TABLE padding AS SELECT randomblob(20000) AS x", &w->e) !=
	    0)
		cuts_bad(w, "cannot make the store");
	w->key = *vault_key(w->v);
	w->acked.passphrase = "pass";
}

void
cuts_done(struct cuts *w)
{
	cuts_close(w);
	simdisk_free(w->disk);
}

void
cuts_counters(struct cuts *w)
{
	struct vault_stats st = vault_stats(w->v);

	if (st.refused != 0 || st.rewrites != 0 || st.reserved != 0)
		cuts_bad(w, "a counter that must stay 0");
}
