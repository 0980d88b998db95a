/*
 * A store of many notes: filling and indexing it, searching it, its size, and
 * unlocking it, beside plain SQLite and a bare call of Argon2id.
 */
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#include "client/core/records/search.h"
#include "common/wire/keys.h"
#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/plain.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define HITS 20
#define SEARCHES 15
#define UNLOCKS 5
#define PASSES 3
#define MEMORY ((size_t)256 << 20)
#define PIECE 5000 /* notes of one transaction of the plain peer */

static struct series fill, fill_ref, words, words_ref;

static void
fill_plain(struct plain *p, size_t n)
{
	char text[TEXTS_BYTES];
	struct mark m = measure_begin();
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % PIECE == 0)
			plain_begin(p);
		plain_insert(p, texts_note(i, text), false);
		if (i % PIECE == PIECE - 1 || i + 1 == n)
			plain_commit(p);
	}
	measure_add(&fill_ref, &m);
	m = measure_begin();
	plain_index(p);
	measure_add(&words_ref, &m);
}

static void
fill_ours(struct device *d, const struct id *case_id, size_t n)
{
	struct mark m = measure_begin();

	device_notes(d, case_id, 1, 0, n);
	measure_add(&fill, &m);
	m = measure_begin();
	device_index(d);
	measure_add(&words, &m);
}

/* ---- search ---- */

static void
search_one(struct device *d, struct plain *p, const char *text)
{
	static struct series ours, ranked, newest;
	struct record_list hits;
	char name[64];
	struct err e;
	size_t i, n = 0, shown = 0;

	ours.n = ranked.n = newest.n = 0;
	for (i = 0; i <= SEARCHES; i++) {
		struct mark m = measure_begin();

		n = plain_ranked(p, text, HITS);
		measure_add(&ranked, &m);
		m = measure_begin();
		plain_newest(p, text, HITS);
		measure_add(&newest, &m);
		m = measure_begin();
		must(search_run(d->s, text, HITS, &hits, &e), &e);
		shown = hits.count;
		record_list_done(&hits);
		measure_add(&ours, &m);
		if (i == 0) /* the first warms the caches of both */
			ours.n = ranked.n = newest.n = 0;
	}
	if (n == 0 || shown < n)
		die("search \"%s\": %zu hits, plain SQLite has %zu", text,
		    shown, n);
	snprintf(name, sizeof(name), "search \"%s\", newest %zu", text,
	    shown);
	measure_beside(name, &ours, &ranked, "plain FTS5 ranked");
	measure_beside("  the same", &ours, &newest, "plain FTS5 newest");
}

/* What plain SQLite has no question for. */
static void
search_alone(struct device *d, const char *what, const char *text)
{
	static struct series ours;
	struct record_list hits;
	char name[64];
	struct err e;
	size_t i, shown = 0;

	ours.n = 0;
	for (i = 0; i <= SEARCHES; i++) {
		struct mark m = measure_begin();

		must(search_run(d->s, text, HITS, &hits, &e), &e);
		shown = hits.count;
		record_list_done(&hits);
		measure_add(&ours, &m);
		if (i == 0)
			ours.n = 0;
	}
	if (shown == 0)
		die("search \"%s\": nothing found", text);
	snprintf(name, sizeof(name), "search \"%s\", %s", text, what);
	measure_time(name, &ours);
}

/* ---- unlocking ---- */

static void
bare_argon(struct series *s)
{
	uint8_t out[32], salt[crypto_pwhash_SALTBYTES] = { 1 };
	struct mark m = measure_begin();

	if (crypto_pwhash(out, sizeof(out), "bench", 5, salt, PASSES, MEMORY,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		die("no memory for Argon2id");
	measure_add(s, &m);
}

static void
unlock(const char *profile)
{
	static struct series ours, ref;
	struct session_options o;
	struct session *s;
	struct mark m;
	struct err e;
	size_t i;

	session_options_default(profile, &o);
	for (i = 0; i < UNLOCKS; i++) {
		bare_argon(&ref);
		m = measure_begin();
		must(session_open(&o, view_str(STAGE_PASSPHRASE), &s, &e),
		    &e);
		measure_add(&ours, &m);
		session_close(s);
	}
	measure_time("Argon2id alone, 3 passes, 256 MiB", &ref);
	measure_beside("unlock the store", &ours, &ref, "Argon2id alone");
}

static double
file_mb(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		die("no file %s", path);
	return (double)st.st_size / 1e6;
}

int
main(int argc, char **argv)
{
	size_t n = measure_size("BENCH_STORE_NOTES", 50000);
	char dir[STAGE_PATH], path[STAGE_PATH + 16], title[80];
	char profile[STAGE_PATH];
	struct plain *p;
	struct device *d;
	struct id case_id;

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/store", argv[2]);
	d = stage_store(dir, argv[1], true, &case_id);
	snprintf(path, sizeof(path), "%s/plain.db", dir);
	p = plain_open(path);

	snprintf(title, sizeof(title), "A store of %zu notes of 1 KB", n);
	measure_title(title);
	fill_plain(p, n);
	fill_ours(d, &case_id, n);
	measure_beside("save all, not indexed", &fill, &fill_ref, "plain");
	measure_beside("index all", &words, &words_ref, "plain FTS5");
	search_one(d, p, TEXTS_COMMON);
	search_one(d, p, TEXTS_RARE);
	search_one(d, p, TEXTS_TWO);
	search_alone(d, "one letter", "k");
	search_alone(d, "two letters", "k s");
	search_alone(d, "another form", "heliotroopi");
	search_alone(d, "inside a word", "liotro");
	snprintf(profile, sizeof(profile), "%s", d->profile);
	device_close(d); /* which also empties the log into the file */
	plain_close(p);
	measure_value_beside("size of the store", (double)child_tree_bytes(
	    profile) / 1e6, "MB", file_mb(path), "plain");
	unlock(profile);
	child_remove_tree(dir);
	return 0;
}
