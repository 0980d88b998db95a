/*
 * What a round costs when much is stored already: 100 changes pushed, 100
 * pulled, one edit made visible elsewhere, and a round with nothing to do, on
 * top of three sizes. It must not grow with the store.
 */
#include <stdio.h>

#include "client/core/cases/notes.h"
#include "client/core/records/records.h"
#include "common/wire/keys.h"
#include "tests/bench/measure.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define CASES 20
#define SIZES 3
#define TIMES 7
#define IDLE_TIMES 25
#define CHANGES 100

struct growth {
	size_t notes;
	struct series push, pull, edit, idle;
	double push_hub_ms, pull_hub_ms;     /* a round, mean */
	double idle_bytes, idle_calls, edit_bytes;
};

static struct growth at[SIZES];
static size_t next_text;

static void
add_notes(struct stage *st, const struct id *cases, size_t n)
{
	device_notes(st->officer, cases, CASES, next_text, n);
	next_text += n;
}

static void
changes(struct stage *st, struct device *reader, const struct id *cases,
    struct growth *g)
{
	struct mark m;
	int64_t hub, hub2;
	size_t i;

	for (i = 0; i < TIMES; i++) {
		struct exchange_result got;

		add_notes(st, cases, CHANGES);
		hub = stage_hub_ns(st);
		m = measure_begin();
		device_sync(st->officer, NULL);
		measure_add(&g->push, &m);
		hub2 = stage_hub_ns(st);
		g->push_hub_ms += (double)(hub2 - hub) / 1e6 / TIMES;
		m = measure_begin();
		device_sync(reader, &got);
		measure_add(&g->pull, &m);
		g->pull_hub_ms += (double)(stage_hub_ns(st) - hub2) / 1e6 /
		    TIMES;
		if (got.got_notes != CHANGES)
			die("%zu notes came of %d", got.got_notes, CHANGES);
	}
}

/* Save, push, pull: until the other store holds it. */
static void
edits(struct stage *st, struct device *reader, const struct id *cases,
    struct growth *g)
{
	size_t bytes = 0, i;

	for (i = 0; i < TIMES; i++) {
		struct device *o = st->officer;
		size_t before = o->up + o->down + reader->up + reader->down;
		struct exchange_result got;
		struct mark m = measure_begin();

		add_notes(st, cases, 1);
		device_sync(o, NULL);
		device_sync(reader, &got);
		measure_add(&g->edit, &m);
		bytes += o->up + o->down + reader->up + reader->down - before;
		if (got.got_notes != 1)
			die("the edit did not arrive");
	}
	g->edit_bytes = (double)bytes / TIMES;
}

static void
idle(struct device *reader, struct growth *g)
{
	size_t i, bytes, calls;

	device_sync(reader, NULL);
	bytes = reader->up + reader->down;
	calls = reader->calls;
	for (i = 0; i < IDLE_TIMES; i++) {
		struct mark m = measure_begin();

		device_sync(reader, NULL);
		measure_add(&g->idle, &m);
	}
	g->idle_bytes = (double)(reader->up + reader->down - bytes) /
	    IDLE_TIMES;
	g->idle_calls = (double)(reader->calls - calls) / IDLE_TIMES;
}

static void
report_times(const char *what, size_t offset)
{
	struct cost first = { 1, 1 };
	size_t i;
	char name[64];

	for (i = 0; i < SIZES; i++) {
		struct series *s = (struct series *)(void *)
		    ((char *)&at[i] + offset);
		struct cost c = measure_median(s);

		if (i == 0)
			first = c;
		snprintf(name, sizeof(name), "%s, on %zu", what, at[i].notes);
		measure_growth(name, c, first);
	}
}

static void
report(void)
{
	size_t i;
	char name[64];

	measure_title("On top of what is stored (ratios: to the smallest)");
	report_times("100 notes pushed", offsetof(struct growth, push));
	report_times("100 notes pulled", offsetof(struct growth, pull));
	report_times("one note, saved to stored elsewhere",
	    offsetof(struct growth, edit));
	report_times("nothing to do", offsetof(struct growth, idle));
	for (i = 0; i < SIZES; i++) {
		snprintf(name, sizeof(name), "hub, 100 pushed, on %zu",
		    at[i].notes);
		measure_value_beside(name, at[i].push_hub_ms, "ms cpu",
		    at[0].push_hub_ms, "the smallest");
		snprintf(name, sizeof(name), "hub, 100 pulled, on %zu",
		    at[i].notes);
		measure_value_beside(name, at[i].pull_hub_ms, "ms cpu",
		    at[0].pull_hub_ms, "the smallest");
		snprintf(name, sizeof(name), "nothing to do, on %zu",
		    at[i].notes);
		measure_value_beside(name, at[i].idle_bytes, "bytes of bodies",
		    at[0].idle_bytes, "the smallest");
	}
	measure_value("nothing to do, requests", at[0].idle_calls, "");
	measure_value("one note both ways", at[SIZES - 1].edit_bytes,
	    "bytes of bodies");
}

int
main(int argc, char **argv)
{
	size_t most = measure_size("BENCH_GROWTH_NOTES", 50000), i;
	char dir[STAGE_PATH];
	struct stage st;
	struct device *reader;
	struct id cases[CASES];

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/growth", argv[2]);
	stage_open(&st, dir, argv[1]);
	reader = stage_device(&st);
	for (i = 0; i < CASES; i++)
		device_case(st.officer, i, &cases[i]);
	at[0].notes = most / 100 > CHANGES ? most / 100 : CHANGES;
	at[1].notes = most / 10 > at[0].notes ? most / 10 : at[0].notes * 10;
	at[2].notes = most > at[1].notes ? most : at[1].notes * 10;
	for (i = 0; i < SIZES; i++) {
		add_notes(&st, cases, at[i].notes - next_text);
		device_sync(st.officer, NULL);
		device_sync(reader, NULL);
		/* Sizes as of a working day: opened again, caches cold. */
		device_reopen(st.officer);
		device_reopen(reader);
		changes(&st, reader, cases, &at[i]);
		edits(&st, reader, cases, &at[i]);
		idle(reader, &at[i]);
	}
	report();
	device_close(reader);
	stage_close(&st);
	return 0;
}
