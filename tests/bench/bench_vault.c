/*
 * The encrypted store against plain SQLite: the same calls of common/db, the
 * same settings, the same cache of 8 MB. What differs is the sealing.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client/core/vault/vault.h"
#include "common/db/db.h"
#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define CACHE_KIB 8192
#define BATCH 100
#define SINGLES 300
#define READS 20000
#define QUERIES 100
#define ROUNDS 5
#define PASSES 3
#define MEMORY ((size_t)256 << 20)

struct side {
	struct vault *v; /* NULL: plain */
	struct db *db;
	char path[STAGE_PATH + 16];
	struct series batch, single, words, search, read, scan, open;
};

static struct side ours, plain;
static struct err e;
static size_t rows;
static const struct vault_cost cheap = { 1, 8192 };
static const struct vault_options options = { .no_floor = true,
	.cache_kib = CACHE_KIB, .anchored = true };

static void
open_side(struct side *s, bool create)
{
	static const struct db_options o = { .exclusive = true,
		.create = true, .cache_kib = CACHE_KIB };

	if (s == &plain) {
		must(db_open(s->path, &o, &s->db, &e), &e);
		return;
	}
	must(create ? vault_create(s->path, view_str("p"), &cheap, &options,
	    &s->v, &e) : vault_open_passphrase(s->path, view_str("p"),
	    &options, &s->v, &e), &e);
	s->db = vault_db(s->v);
}

static void
close_side(struct side *s)
{
	if (s->v != NULL)
		vault_close(s->v);
	else
		db_close(s->db);
	s->v = NULL;
	s->db = NULL;
}

static void
insert(struct side *s, size_t n)
{
	char text[TEXTS_BYTES];
	struct stmt *st = db_prepare(s->db, "INSERT INTO note(body) "
	    "VALUES(?)");

	db_bind_view(st, 1, texts_note(n, text));
	must(db_run(st, &e), &e);
}

static void
batches(struct side *s, size_t from, size_t to)
{
	struct mark m = measure_begin();
	size_t i;

	for (i = from; i < to; i++) {
		if (i % BATCH == 0)
			must(db_begin(s->db, &e), &e);
		insert(s, i);
		if (i % BATCH == BATCH - 1)
			must(db_commit(s->db, &e), &e);
	}
	measure_add(&s->batch, &m);
}

static void
singles(struct side *s)
{
	struct mark m = measure_begin();
	size_t i;

	for (i = 0; i < SINGLES; i++)
		insert(s, i);
	measure_add(&s->single, &m);
}

static void
words(struct side *s)
{
	struct mark m = measure_begin();

	must(db_exec(s->db, "DROP TABLE IF EXISTS words; CREATE VIRTUAL TABLE "
	    "words USING fts5(body, content=''); INSERT INTO words(rowid, body) "
	    "SELECT id, body FROM note", &e), &e);
	measure_add(&s->words, &m);
}

static void
searches(struct side *s)
{
	static const char *const asked[] = { TEXTS_COMMON, TEXTS_RARE,
		TEXTS_TWO };
	struct mark m = measure_begin();
	size_t i;

	for (i = 0; i < QUERIES; i++) {
		struct stmt *st = db_prepare(s->db, "SELECT n.body FROM (SELECT "
		    "rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC "
		    "LIMIT 20) w JOIN note n ON n.id=w.rowid");

		db_bind_text(st, 1, asked[i % 3]);
		must(db_run(st, &e), &e);
	}
	measure_add(&s->search, &m);
}

static void
reads(struct side *s, uint64_t seed)
{
	struct mark m = measure_begin();
	uint64_t x = seed;
	size_t i;

	for (i = 0; i < READS; i++) {
		struct stmt *st = db_prepare(s->db,
		    "SELECT body FROM note WHERE id=?");

		x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
		db_bind_int(st, 1, (int64_t)((x >> 33) % rows) + 1);
		if (db_step(st, &e) != 1)
			die("a row is not there");
		db_reset(st);
	}
	measure_add(&s->read, &m);
}

static void
scan(struct side *s)
{
	struct mark m = measure_begin();
	int64_t n;

	if (db_one_int(s->db, "SELECT sum(length(body)) FROM note", &n, &e) !=
	    1)
		die("%s", e.text);
	measure_add(&s->scan, &m);
}

static void
reopen(struct side *s)
{
	struct mark m;

	close_side(s);
	m = measure_begin();
	open_side(s, false);
	measure_add(&s->open, &m);
}

/* ---- unlocking ---- */

static void
unlock(const char *dir)
{
	static const struct vault_options o = { .anchored = true };
	static struct series own, bare;
	static const struct vault_cost cost = { PASSES, MEMORY };
	uint8_t out[32], salt[crypto_pwhash_SALTBYTES] = { 1 };
	struct mark m;
	int i;

	(void)dir;
	must(vault_change_passphrase(ours.v, view_str("long enough"), &cost,
	    &e), &e);
	close_side(&ours);
	for (i = 0; i < ROUNDS; i++) {
		m = measure_begin();
		if (crypto_pwhash(out, sizeof(out), "bench", 5, salt, PASSES,
		    MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
			die("no memory for Argon2id");
		measure_add(&bare, &m);
		m = measure_begin();
		must(vault_open_passphrase(ours.path, view_str("long enough"),
		    &o, &ours.v, &e), &e);
		measure_add(&own, &m);
		vault_close(ours.v);
	}
	ours.v = NULL;
	measure_beside("unlock", &own, &bare, "Argon2id alone");
}

int
main(int argc, char **argv)
{
	char dir[STAGE_PATH], title[80];
	struct side *both[] = { &plain, &ours };
	size_t i, j, piece;

	if (argc != 3 || sodium_init() < 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	rows = measure_size("BENCH_VAULT_NOTES", 60000) / 1000 * 1000;
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/vault", argv[2]);
	if (mkdir(dir, 0700) != 0)
		die("no folder %s", dir);
	snprintf(ours.path, sizeof(ours.path), "%s/s.tugi", dir);
	snprintf(plain.path, sizeof(plain.path), "%s/p.db", dir);
	piece = rows / ROUNDS;
	for (j = 0; j < 2; j++) {
		open_side(both[j], true);
		must(db_exec(both[j]->db, "CREATE TABLE note(id INTEGER "
		    "PRIMARY KEY, body TEXT)", &e), &e);
	}
	/* In turns, so that a busy minute weighs on both. */
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < 2; j++)
			batches(both[j], i * piece, (i + 1) * piece);
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < 2; j++) {
			reads(both[j], i);
			scan(both[j]);
		}
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < 2; j++)
			singles(both[j]);
	for (i = 0; i < 3; i++)
		for (j = 0; j < 2; j++)
			words(both[j]);
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < 2; j++)
			searches(both[j]);
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < 2; j++)
			reopen(both[j]);
	snprintf(title, sizeof(title), "The encrypted store, %zu rows of 1 KB, "
	    "beside plain SQLite", rows);
	measure_title(title);
	measure_beside("durable saves, 300", &ours.single, &plain.single,
	    "plain");
	measure_beside("inserts in batches of 100", &ours.batch, &plain.batch,
	    "plain");
	measure_beside("random reads, 20000", &ours.read, &plain.read,
	    "plain");
	measure_beside("all rows", &ours.scan, &plain.scan, "plain");
	measure_beside("index of words", &ours.words, &plain.words, "plain");
	measure_beside("searches, 100", &ours.search, &plain.search, "plain");
	measure_beside("opening", &ours.open, &plain.open, "plain");
	unlock(dir);
	close_side(&plain);
	child_remove_tree(dir);
	return 0;
}
