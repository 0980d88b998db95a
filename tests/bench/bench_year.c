/*
 * The heaviest worker of a large office (tests/support/year.h), a year of
 * work: the first screen of the day, the path of a case with 200 notes, and a
 * search; each as the program that a person runs, on an unlocked profile, and
 * as the call of the core alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/records/search.h"
#include "client/core/upkeep/status.h"
#include "client/core/cases/timeline.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/stage.h"
#include "tests/support/world.h"
#include "tests/support/year.h"

#define REPEATS 15
#define HELD_S 3600
#define SYNCS 3

static struct world w;
static struct year_made made;
static char tugi[STAGE_PATH];

static void
program(const char *name, const char *word, const char *more)
{
	static struct series s;
	const char *argv[] = { tugi, "--profile", w.c[1].profile, "--no-input",
		word, more, NULL };
	size_t i;

	s.n = 0;
	for (i = 0; i <= REPEATS; i++) {
		struct buf out;
		struct mark m = measure_begin();

		buf_init(&out, 1 << 24);
		child_run(argv, &out);
		measure_add(&s, &m);
		buf_done(&out);
		if (i == 0) /* the first fills the caches */
			s.n = 0;
	}
	measure_time(name, &s);
}

static void
call(const char *name, void (*run)(struct session *s))
{
	static struct series s;
	size_t i;

	s.n = 0;
	for (i = 0; i <= REPEATS; i++) {
		struct mark m = measure_begin();

		run(w.c[1].session);
		measure_add(&s, &m);
		if (i == 0)
			s.n = 0;
	}
	measure_time(name, &s);
}

static void
status(struct session *s)
{
	struct status st;
	struct err e;

	must(status_read(s, &st, &e), &e);
}

static void
timeline(struct session *s)
{
	struct timeline_query q = { .case_id = made.first_case };
	struct record_list l;
	struct err e;

	must(timeline_list(s, &q, &l, &e), &e);
	if (l.count < 200)
		die("only %zu records in the longest case", l.count);
	record_list_done(&l);
}

static void
search_for(struct session *s, const char *words)
{
	struct record_list l;
	struct err e;

	must(search_run(s, words, 20, &l, &e), &e);
	if (l.count == 0)
		die("nothing found for %s", words);
	record_list_done(&l);
}

static void
search_common(struct session *s)
{
	search_for(s, "koulu");
}

static void
search_two(struct session *s)
{
	search_for(s, "puhelin käde");
}

static void
sync_all(void)
{
	int i, k;

	for (k = 0; k < SYNCS; k++)
		for (i = 0; i < 4; i++)
			world_must_sync(&w, i);
}

static void
measure_all(void)
{
	char id[ID_TEXT_BYTES];
	struct err e;

	call("status, the call alone", status);
	call("timeline of 200 notes and more, the call", timeline);
	call("search \"koulu\", newest 20, the call", search_common);
	call("search \"puhelin käde\", newest 20, the call", search_two);
	must(session_hold(w.c[1].session, HELD_S, &e), &e);
	world_close(&w, 1);
	id_text(&made.first_case, id);
	program("tugi version: starting the program", "version", NULL);
	program("tugi status", "status", NULL);
	program("tugi today", "today", NULL);
	program("tugi timeline, the longest case", "timeline", id);
	program("tugi search koulu", "search", "koulu");
	program("tugi case list", "case", "list");
}

int
main(int argc, char **argv)
{
	struct year y = year_of(YEAR_L_HEAVIEST, measure_size("BENCH_SEED",
	    1));
	struct tick clock = tick_system();
	static struct series fill;
	struct mark m;
	struct err e;
	char title[120];

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	snprintf(tugi, sizeof(tugi), "%.*s/tugi", (int)(strrchr(argv[1], '/') -
	    argv[1]), argv[1]);
	y.cases = measure_size("BENCH_YEAR_CASES", y.cases);
	world_begin(&w, 4);
	world_hub_close(&w); /* its clock must not jump while it runs */
	w.wall_ms = tick_wall_ms(&clock);
	world_hub_open(&w);
	m = measure_begin();
	must(year_write(w.c[1].session, &y, &made, &e), &e);
	measure_add(&fill, &m);
	snprintf(title, sizeof(title), "A heavy year: %zu cases, %zu notes, "
	    "%zu records", made.cases, made.notes, made.records);
	measure_title(title);
	measure_time("written by the client's own calls", &fill);
	fill.n = 0;
	m = measure_begin();
	sync_all();
	measure_add(&fill, &m);
	measure_time("synced, hub and three colleagues as well", &fill);
	measure_all();
	must(world_open(&w, 1, &e), &e);
	world_end(&w);
	return 0;
}
