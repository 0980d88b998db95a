/*
 * The same notes through tugi, PouchDB and git in one run, by turns: pushed,
 * pulled by a second device, one more made visible there, and a round with
 * nothing to do. Each figure stands beside its goal, which is a ratio.
 * usage: bench_peers TUGID FOLDER [MODULES]   (without them: git alone)
 * BENCH_PEER_NOTES 10000, BENCH_PEER_TIMES 3
 */
#include <stdio.h>
#include <string.h>

#include "common/wire/keys.h"
#include "tests/bench/child.h"
#include "tests/bench/gitpeer.h"
#include "tests/bench/measure.h"
#include "tests/bench/pouchpeer.h"
#include "tests/bench/relay.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define CASES 20
#define EDITS 5

struct figures { /* of one of the three */
	struct series push, pull, edit, idle;
	struct series push_hub, pull_hub; /* processor time of its server */
	double up, down, one;             /* bytes: a note, a note, an edit */
	double disk;                      /* of its server, MB */
};

static struct figures ours, pouch, git;
static size_t notes;
static const char *tugid, *modules;

/* ---- figures ---- */

static void
add_cpu(struct series *s, int64_t ns)
{
	s->at[s->n].wall_ms = s->at[s->n].cpu_ms = (double)ns / 1e6;
	s->n++;
}

/* Of a process that is not waited for. */
static void
add_other(struct series *s, const struct mark *m, int64_t ns)
{
	s->at[s->n] = measure_end(m);
	s->at[s->n].cpu_ms = (double)ns / 1e6;
	s->n++;
}

struct wire { /* bytes through the relay, if there is one */
	struct relay *r;
	double before;
};

static double
passed(struct wire *w)
{
	double now = w->r == NULL ? 0 :
	    (double)(relay_up(w->r) + relay_down(w->r)), n = now - w->before;

	w->before = now;
	return n;
}

static void
hang_up(struct wire *w)
{
	if (w->r != NULL)
		relay_close(w->r);
}

/* ---- tugi ---- */

static void
ours_once(const char *dir, bool counted)
{
	struct stage st;
	struct device *reader;
	struct id cases[CASES];
	struct wire w = { NULL, 0 };
	struct mark m;
	uint64_t before;
	int64_t hub;
	size_t i;

	stage_open(&st, dir, tugid);
	reader = stage_device(&st);
	for (i = 0; i < CASES; i++)
		device_case(st.officer, i, &cases[i]);
	device_sync(st.officer, NULL);
	device_sync(reader, NULL);
	device_notes(st.officer, cases, CASES, 0, notes);
	device_index(st.officer); /* saving, too: not what is measured */
	if (counted) {
		w.r = relay_open(st.port);
		device_route(st.officer, relay_port(w.r));
		device_route(reader, relay_port(w.r));
	}
	before = stage_hub_bytes(&st);
	hub = stage_hub_ns(&st);
	m = measure_begin();
	device_sync(st.officer, NULL);
	if (!counted) {
		measure_add(&ours.push, &m);
		add_cpu(&ours.push_hub, stage_hub_ns(&st) - hub);
	}
	ours.up = counted ? passed(&w) / (double)notes : ours.up;
	hub = stage_hub_ns(&st);
	m = measure_begin();
	device_sync(reader, NULL); /* searchable at its end */
	if (!counted) {
		measure_add(&ours.pull, &m);
		add_cpu(&ours.pull_hub, stage_hub_ns(&st) - hub);
	}
	ours.down = counted ? passed(&w) / (double)notes : ours.down;
	ours.disk = (double)(stage_hub_bytes(&st) - before) / 1e6;
	for (i = 0; i < EDITS; i++) {
		m = measure_begin();
		device_notes(st.officer, cases, CASES, notes + i, 1);
		device_sync(st.officer, NULL);
		device_sync(reader, NULL);
		if (!counted)
			measure_add(&ours.edit, &m);
	}
	ours.one = counted ? passed(&w) / EDITS : ours.one;
	for (i = 0; i < EDITS && !counted; i++) {
		m = measure_begin();
		device_sync(reader, NULL);
		measure_add(&ours.idle, &m);
	}
	if (device_notes_held(reader) != notes + EDITS)
		die("not all notes arrived");
	device_close(reader);
	hang_up(&w);
	stage_close(&st);
}

/* ---- PouchDB ---- */

static void
must_hold(size_t have, size_t n)
{
	if (have != n)
		die("PouchDB: %zu notes arrived of %zu", have, n);
}

static void
pouch_once(const char *dir, bool counted)
{
	struct pouchpeer p;
	struct wire w = { NULL, 0 };
	struct mark m;
	int64_t at, hub;
	size_t i;

	pouchpeer_open(&p, dir, modules, notes);
	pouchpeer_do(&p, "insert 0 %zu", notes);
	if (counted) {
		w.r = relay_open(p.port);
		pouchpeer_route(&p, relay_port(w.r));
	}
	hub = measure_process_ns(p.server);
	at = measure_process_ns(p.client);
	m = measure_begin();
	pouchpeer_do(&p, "push");
	if (!counted) {
		add_other(&pouch.push, &m, measure_process_ns(p.client) - at);
		add_cpu(&pouch.push_hub, measure_process_ns(p.server) - hub);
	}
	pouch.up = counted ? passed(&w) / (double)notes : pouch.up;
	hub = measure_process_ns(p.server);
	at = measure_process_ns(p.client);
	m = measure_begin();
	must_hold(pouchpeer_do(&p, "pull"), notes);
	if (!counted) {
		add_other(&pouch.pull, &m, measure_process_ns(p.client) - at);
		add_cpu(&pouch.pull_hub, measure_process_ns(p.server) - hub);
	}
	pouch.down = counted ? passed(&w) / (double)notes : pouch.down;
	pouch.disk = (double)pouchpeer_disk(&p) / 1e6;
	for (i = 0; i < EDITS; i++) {
		at = measure_process_ns(p.client);
		m = measure_begin();
		pouchpeer_do(&p, "insert %zu 1", notes + i);
		pouchpeer_do(&p, "push");
		must_hold(pouchpeer_do(&p, "pull"), notes + i + 1);
		if (!counted)
			add_other(&pouch.edit, &m,
			    measure_process_ns(p.client) - at);
	}
	pouch.one = counted ? passed(&w) / EDITS : pouch.one;
	for (i = 0; i < EDITS && !counted; i++) {
		at = measure_process_ns(p.client);
		m = measure_begin();
		pouchpeer_do(&p, "pull");
		add_other(&pouch.idle, &m, measure_process_ns(p.client) - at);
	}
	hang_up(&w);
	pouchpeer_close(&p);
}

/* ---- git ---- */

static void
git_once(const char *dir, bool counted)
{
	struct gitpeer g;
	struct wire w = { NULL, 0 };
	struct mark m;
	int port;
	size_t i;

	gitpeer_open(&g, dir, notes);
	port = g.port;
	if (counted) {
		w.r = relay_open(g.port);
		port = relay_port(w.r);
	}
	m = measure_begin();
	gitpeer_commit(&g);
	gitpeer_push(&g, port);
	if (!counted)
		measure_add(&git.push, &m);
	git.up = counted ? passed(&w) / (double)notes : git.up;
	m = measure_begin();
	gitpeer_clone(&g, port);
	if (!counted)
		measure_add(&git.pull, &m);
	git.down = counted ? passed(&w) / (double)notes : git.down;
	git.disk = (double)gitpeer_disk(&g) / 1e6;
	for (i = 0; i < EDITS; i++) {
		m = measure_begin();
		gitpeer_edit(&g, i);
		gitpeer_push(&g, port);
		gitpeer_pull(&g, port);
		if (!counted)
			measure_add(&git.edit, &m);
	}
	git.one = counted ? passed(&w) / EDITS : git.one;
	for (i = 0; i < EDITS && !counted; i++) {
		m = measure_begin();
		gitpeer_pull(&g, port);
		measure_add(&git.idle, &m);
	}
	hang_up(&w);
	gitpeer_close(&g);
}

/* ---- the report ---- */

static void
goal(const char *name, double ratio, const char *refname, double most)
{
	printf("    %-44s x%-7.3f %-8s goal %.2f  %s\n", name, ratio, refname,
	    most, ratio <= most ? "met" : "MISSED");
	fflush(stdout);
}

static void
goal_wall(const char *name, const struct series *a, const struct series *b,
    const char *refname, double most)
{
	struct cost r = measure_ratio(a, b);

	goal(name, r.wall_ms, refname, most);
	printf("    %-44s x%-7.3f %s\n", "  processor time", r.cpu_ms,
	    refname);
}

static void
show(const char *who, const struct figures *f, bool hub)
{
	char name[80];

#define SHOW(what, series) \
	snprintf(name, sizeof(name), "%s, %s", who, what); \
	measure_time(name, series)
	SHOW("push", &f->push);
	if (hub) {
		SHOW("push, its server", &f->push_hub);
	}
	SHOW("first pull", &f->pull);
	if (hub) {
		SHOW("first pull, its server", &f->pull_hub);
	}
	SHOW("one note more, there and back", &f->edit);
	SHOW("nothing to do", &f->idle);
#undef SHOW
	printf("    on the wire: %.0f bytes a note pushed, %.0f pulled, %.0f "
	    "for one more; its server's disk %.1f MB\n", f->up, f->down,
	    f->one, f->disk);
}

static void
report(void)
{
	char title[120];

	snprintf(title, sizeof(title), "%zu notes of 1 KB, medians of %zu",
	    notes, ours.push.n);
	measure_title(title);
	show("tugi", &ours, true);
	show("git", &git, false);
	goal_wall("push", &ours.push, &git.push, "git", 0.15);
	goal_wall("first pull, searchable", &ours.pull, &git.pull, "git", 0.5);
	goal_wall("one note more", &ours.edit, &git.edit, "git", 0.04);
	goal("bytes pulled", ours.down / git.down, "git", 1.05);
	goal("hub's disk", ours.disk / git.disk, "git", 1.0);
	if (modules == NULL) {
		printf("  PouchDB is not here and is left out\n");
		return;
	}
	show("PouchDB", &pouch, true);
	goal_wall("push", &ours.push, &pouch.push, "PouchDB", 0.2);
	goal_wall("first pull, searchable", &ours.pull, &pouch.pull,
	    "PouchDB", 0.3);
	goal("hub's processor time, push", measure_ratio(&ours.push_hub,
	    &pouch.push_hub).cpu_ms, "PouchDB", 0.25);
	goal("hub's processor time, pull", measure_ratio(&ours.pull_hub,
	    &pouch.pull_hub).cpu_ms, "PouchDB", 0.25);
	goal("bytes pushed", ours.up / pouch.up, "PouchDB", 0.9);
	goal_wall("one note more", &ours.edit, &pouch.edit, "PouchDB", 0.2);
	goal("its bytes", ours.one / pouch.one, "PouchDB", 0.15);
	goal_wall("nothing to do", &ours.idle, &pouch.idle, "PouchDB", 0.25);
}

int
main(int argc, char **argv)
{
	size_t times = measure_size("BENCH_PEER_TIMES", 3), i;
	char dir[STAGE_PATH], pdir[STAGE_PATH], gdir[STAGE_PATH];

	if (argc < 3 || argc > 4 || keys_init() != 0)
		die("usage: %s TUGID FOLDER [MODULES]", argv[0]);
	tugid = argv[1];
	modules = argc == 4 ? argv[3] : NULL;
	notes = measure_size("BENCH_PEER_NOTES", 10000);
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/ours", argv[2]);
	snprintf(pdir, sizeof(pdir), "%s/pouch", argv[2]);
	snprintf(gdir, sizeof(gdir), "%s/git", argv[2]);
	for (i = 0; i <= times; i++) { /* the first one counts bytes */
		ours_once(dir, i == 0);
		if (modules != NULL)
			pouch_once(pdir, i == 0);
		git_once(gdir, i == 0);
	}
	report();
	return 0;
}
