/*
 * The encrypted store against plain SQLite: the same calls of common/db, the
 * same settings, the same cache of 8 MB. What differs is the sealing. For
 * orientation SQLCipher beside both, where it is installed. Each figure that
 * has a bar stands beside it.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client/core/vault/vault.h"
#include "common/db/db.h"
#include "tests/bench/child.h"
#include "tests/bench/cipher.h"
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
	struct vault *v;  /* ours */
	struct db *db;    /* ours, plain */
	struct cipher *c; /* SQLCipher */
	char path[STAGE_PATH + 16];
	struct series batch, single, words, search, read, scan, open;
};

static struct side ours, plain, other;
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

	if (s == &other) {
		s->c = cipher_open(s->path, CACHE_KIB);
		return;
	}
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
	cipher_close(s->c);
	s->v = NULL;
	s->db = NULL;
	s->c = NULL;
}

static void
exec(struct side *s, const char *sql)
{
	if (s->c == NULL)
		must(db_exec(s->db, sql, &e), &e);
	else if (!cipher_exec(s->c, sql))
		die("SQLCipher does not run: %s", sql);
}

static void
insert(struct side *s, size_t n)
{
	static const char sql[] = "INSERT INTO note(body) VALUES(?)";
	char text[TEXTS_BYTES];
	struct stmt *st;

	if (s->c != NULL) {
		cipher_run(s->c, sql, texts_note(n, text));
		return;
	}
	st = db_prepare(s->db, sql);
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
			exec(s, "BEGIN IMMEDIATE");
		insert(s, i);
		if (i % BATCH == BATCH - 1)
			exec(s, "COMMIT");
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
	static const char sql[] = "SELECT body FROM note WHERE id=?";
	struct mark m = measure_begin();
	uint64_t x = seed;
	struct stmt *st;
	int64_t id;
	size_t i;

	for (i = 0; i < READS; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
		id = (int64_t)((x >> 33) % rows) + 1;
		if (s->c != NULL) {
			cipher_find(s->c, sql, id);
			continue;
		}
		st = db_prepare(s->db, sql);
		db_bind_int(st, 1, id);
		if (db_step(st, &e) != 1)
			die("a row is not there");
		db_reset(st);
	}
	measure_add(&s->read, &m);
}

static void
scan(struct side *s)
{
	static const char sql[] = "SELECT sum(length(body)) FROM note";
	struct mark m = measure_begin();
	int64_t n;

	if (s->c != NULL)
		exec(s, sql);
	else if (db_one_int(s->db, sql, &n, &e) != 1)
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

static struct series own_unlock, bare_unlock;

static void
unlock(void)
{
	static const struct vault_options o = { .anchored = true };
	static const struct vault_cost cost = { PASSES, MEMORY };
	uint8_t out[32], salt[crypto_pwhash_SALTBYTES] = { 1 };
	struct mark m;
	int i;

	must(vault_change_passphrase(ours.v, view_str("long enough"), &cost,
	    &e), &e);
	close_side(&ours);
	for (i = 0; i < ROUNDS; i++) {
		m = measure_begin();
		if (crypto_pwhash(out, sizeof(out), "bench", 5, salt, PASSES,
		    MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
			die("no memory for Argon2id");
		measure_add(&bare_unlock, &m);
		m = measure_begin();
		must(vault_open_passphrase(ours.path, view_str("long enough"),
		    &o, &ours.v, &e), &e);
		measure_add(&own_unlock, &m);
		vault_close(ours.v);
	}
	ours.v = NULL;
	measure_beside("unlock", &own_unlock, &bare_unlock, "Argon2id alone");
}

/* ---- bars ---- */

/* Of processor time: wall time is the disk's and the machine's. */
static void
beside_bar(const char *name, const struct series *own,
    const struct series *ref, double bar)
{
	double cpu = measure_ratio(own, ref).cpu_ms;

	printf("  %-47s x%.2f  bar x%.2f  %s\n", name, cpu, bar,
	    cpu <= bar ? "met" : "MISSED");
}

static void
print_bars(void)
{
	measure_title("Processor time beside the bars");
	beside_bar("durable saves", &ours.single, &plain.single, 1.2);
	beside_bar("inserts in batches", &ours.batch, &plain.batch, 1.5);
	beside_bar("searches", &ours.search, &plain.search, 1.3);
	beside_bar("random reads, 8 MB of cache", &ours.read, &plain.read,
	    2.2);
	beside_bar("unlocking, of bare Argon2id", &own_unlock, &bare_unlock,
	    1.1);
}

static void
print_all(struct side *s, const char *title)
{
	measure_title(title);
	measure_beside("durable saves, 300", &s->single, &plain.single,
	    "plain");
	measure_beside("inserts in batches of 100", &s->batch, &plain.batch,
	    "plain");
	measure_beside("random reads, 20000", &s->read, &plain.read, "plain");
	measure_beside("all rows", &s->scan, &plain.scan, "plain");
	if (s->words.n > 0)
		measure_beside("index of words", &s->words, &plain.words,
		    "plain");
	if (s->search.n > 0)
		measure_beside("searches, 100", &s->search, &plain.search,
		    "plain");
	measure_beside("opening", &s->open, &plain.open, "plain");
}

/* ---- the whole ---- */

static void
begin(struct side **all, size_t sides, const char *dir)
{
	size_t j;

	snprintf(plain.path, sizeof(plain.path), "%s/p.db", dir);
	snprintf(ours.path, sizeof(ours.path), "%s/s.tugi", dir);
	snprintf(other.path, sizeof(other.path), "%s/c.db", dir);
	for (j = 0; j < sides; j++) {
		open_side(all[j], true);
		if (all[j]->db != NULL || all[j]->c != NULL)
			exec(all[j], "CREATE TABLE note(id INTEGER PRIMARY "
			    "KEY, body TEXT)");
	}
}

/* In turns, so that a busy minute weighs on all. */
static void
run_all(struct side **all, size_t sides)
{
	size_t i, j, piece = rows / ROUNDS;

	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < sides; j++)
			batches(all[j], i * piece, (i + 1) * piece);
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < sides; j++) {
			reads(all[j], i);
			scan(all[j]);
		}
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < sides; j++)
			singles(all[j]);
	for (i = 0; i < 3; i++) /* the third side has no FTS5 */
		for (j = 0; j < 2; j++)
			words(all[j]);
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < 2; j++)
			searches(all[j]);
	for (i = 0; i < ROUNDS; i++)
		for (j = 0; j < sides; j++)
			reopen(all[j]);
}

int
main(int argc, char **argv)
{
	struct side *all[] = { &plain, &ours, &other };
	char dir[STAGE_PATH], title[120], version[40];
	size_t sides = 3;

	if (argc != 3 || sodium_init() < 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	rows = measure_size("BENCH_VAULT_NOTES", 60000) / 1000 * 1000;
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/vault", argv[2]);
	if (mkdir(dir, 0700) != 0)
		die("no folder %s", dir);
	begin(all, sides, dir);
	if (other.c == NULL)
		sides = 2;
	run_all(all, sides);
	snprintf(title, sizeof(title), "The encrypted store, %zu rows of 1 KB, "
	    "beside plain SQLite", rows);
	print_all(&ours, title);
	unlock();
	if (sides == 3) {
		snprintf(version, sizeof(version), "%s",
		    cipher_version(other.c));
		snprintf(title, sizeof(title), "SQLCipher (its SQLite is %s, "
		    "without FTS5) beside plain", version);
		print_all(&other, title);
	} else {
		printf("  SQLCipher is not installed (libsqlcipher0): no "
		    "figures of it\n");
	}
	print_bars();
	close_side(&plain);
	close_side(&other);
	child_remove_tree(dir);
	return 0;
}
