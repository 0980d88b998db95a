/*
 * One note, saved durably, with its words in the index: through the client
 * core into the encrypted store, beside plain SQLite.
 */
#include <stdio.h>

#include "client/core/local/index.h"
#include "client/core/cases/notes.h"
#include "common/wire/keys.h"
#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/plain.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

static struct series ours, searchable, ref, ref_bare;

static void
save_one(struct device *d, const struct id *case_id, size_t i)
{
	char text[TEXTS_BYTES];
	struct note_draft draft = { .case_id = *case_id,
		.text = texts_note(i, text) };
	struct mark m = measure_begin();
	struct id id;
	size_t done;
	struct err e;

	must(notes_add(d->s, &draft, &id, &e), &e);
	measure_add(&ours, &m);
	/* The save has kept the index; left is the list of words, which a
	 * search or a sync brings up to date for all texts since, once. */
	must(index_step(session_store(d->s), 16, &done, &e), &e);
	measure_add(&searchable, &m);
}

static void
save_plain(struct plain *p, struct series *s, size_t i, bool words)
{
	char text[TEXTS_BYTES];
	struct view v = texts_note(i, text);
	struct mark m = measure_begin();

	plain_insert(p, v, words);
	measure_add(s, &m);
}

int
main(int argc, char **argv)
{
	size_t base = measure_size("BENCH_SAVE_BASE", 10000);
	size_t times = measure_size("BENCH_SAVES", 500), i;
	char dir[STAGE_PATH], path[STAGE_PATH + 16], title[120];
	struct plain *p;
	struct device *d;
	struct id case_id;

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/save", argv[2]);
	d = stage_store(dir, argv[1], false, &case_id);
	snprintf(path, sizeof(path), "%s/plain.db", dir);
	p = plain_open(path);

	device_notes(d, &case_id, 1, 0, base);
	device_index(d);
	plain_begin(p);
	for (i = 0; i < base; i++) {
		char text[TEXTS_BYTES];

		plain_insert(p, texts_note(i, text), true);
	}
	plain_commit(p);
	for (i = 0; i < times; i++) {
		save_plain(p, &ref, base + 3 * i, true);
		save_one(d, &case_id, base + 3 * i + 1);
		save_plain(p, &ref_bare, base + 3 * i + 2, false);
	}

	snprintf(title, sizeof(title),
	    "Save one note durably, after %zu (median of %zu)", base, times);
	measure_title(title);
	measure_time("plain SQLite, row", &ref_bare);
	measure_time("plain SQLite, row and words", &ref);
	measure_beside("note saved", &ours, &ref, "plain with words");
	measure_beside("note saved, its words listed as well", &searchable, &ref,
	    "plain with words");
	/* Merges of the index fall on few saves, which a median leaves out. */
	measure_value_beside("mean processor time, listed as well",
	    measure_mean(&searchable).cpu_ms, "ms", measure_mean(&ref).cpu_ms,
	    "plain with words");
	plain_close(p);
	device_close(d);
	child_remove_tree(dir);
	return 0;
}
