/*
 * A first push and a first pull of many notes through a real hub over TLS,
 * beside git doing the same with sealed files, and plain SQLite merely
 * inserting the rows.
 */
#include <stdio.h>

#include "common/wire/keys.h"
#include "tests/bench/child.h"
#include "tests/bench/gitpeer.h"
#include "tests/bench/measure.h"
#include "tests/bench/plain.h"
#include "tests/bench/relay.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define CASES 20
#define TIMES 3

static struct {
	struct series save, push, push_hub, pull, pull_hub;
	struct series seal_git, commit_git, push_git, clone_git, share_git;
	struct series take; /* pulled and searchable */
	struct series rows, words;
	double up, down, up_git, down_git; /* on the wire, a note */
	double disk, disk_git;             /* of the hub, MB */
	double daemon_git_ms;
} fig;

static void
take_hub(struct series *s, int64_t from, const struct stage *st)
{
	s->at[s->n].wall_ms = s->at[s->n].cpu_ms =
	    (double)(stage_hub_ns(st) - from) / 1e6;
	s->n++;
}

static void
add_cost(struct series *out, const struct series *a, const struct series *b)
{
	size_t i = out->n++;

	out->at[i].wall_ms = a->at[i].wall_ms + b->at[i].wall_ms;
	out->at[i].cpu_ms = a->at[i].cpu_ms + b->at[i].cpu_ms;
}

/* ---- ours ---- */

static void
check_arrived(struct device *to, size_t n)
{
	size_t got = device_notes_held(to);

	if (got != n)
		die("%zu notes arrived of %zu", got, n);
}

static void
ours_open(struct stage *st, const char *dir, const char *tugid,
    struct device **reader, struct id *cases)
{
	size_t i;

	stage_open(st, dir, tugid);
	*reader = stage_device(st);
	for (i = 0; i < CASES; i++)
		device_case(st->officer, i, &cases[i]);
	device_sync(st->officer, NULL);
	device_sync(*reader, NULL);
}

static void
ours_once(const char *dir, const char *tugid, size_t n)
{
	struct stage st;
	struct device *reader;
	struct id cases[CASES];
	struct mark m;
	int64_t hub;

	ours_open(&st, dir, tugid, &reader, cases);
	m = measure_begin();
	device_notes(st.officer, cases, CASES, 0, n);
	measure_add(&fig.save, &m);
	hub = stage_hub_ns(&st);
	m = measure_begin();
	device_sync(st.officer, NULL);
	measure_add(&fig.push, &m);
	take_hub(&fig.push_hub, hub, &st);
	hub = stage_hub_ns(&st);
	m = measure_begin();
	device_pull(reader, &fig.pull);
	measure_add(&fig.take, &m);
	take_hub(&fig.pull_hub, hub, &st);
	check_arrived(reader, n);
	device_close(reader);
	stage_close(&st);
}

static void
ours_counted(const char *dir, const char *tugid, size_t n)
{
	struct stage st;
	struct device *reader;
	struct id cases[CASES];
	struct relay *r;
	uint64_t before;

	ours_open(&st, dir, tugid, &reader, cases);
	before = stage_hub_bytes(&st);
	r = relay_open(st.port);
	device_notes(st.officer, cases, CASES, 0, n);
	device_route(st.officer, relay_port(r));
	device_sync(st.officer, NULL);
	fig.up = (double)(relay_up(r) + relay_down(r)) / (double)n;
	device_route(reader, relay_port(r));
	device_sync(reader, NULL);
	fig.down = (double)(relay_up(r) + relay_down(r)) / (double)n - fig.up;
	fig.disk = (double)(stage_hub_bytes(&st) - before) / 1e6;
	check_arrived(reader, n);
	device_close(reader);
	relay_close(r);
	stage_close(&st);
}

/* ---- git ---- */

static void
git_once(const char *dir, size_t n)
{
	struct gitpeer g;
	struct mark m = measure_begin();

	gitpeer_open(&g, dir, n);
	measure_add(&fig.seal_git, &m);
	m = measure_begin();
	gitpeer_commit(&g);
	measure_add(&fig.commit_git, &m);
	m = measure_begin();
	gitpeer_push(&g, g.port);
	measure_add(&fig.push_git, &m);
	add_cost(&fig.share_git, &fig.commit_git, &fig.push_git);
	m = measure_begin();
	gitpeer_clone(&g, g.port);
	measure_add(&fig.clone_git, &m);
	gitpeer_close(&g);
}

static void
git_counted(const char *dir, size_t n)
{
	struct gitpeer g;
	struct relay *r;
	struct mark m;
	double both;

	gitpeer_open(&g, dir, n);
	gitpeer_commit(&g);
	r = relay_open(g.port);
	gitpeer_push(&g, relay_port(r));
	both = (double)(relay_up(r) + relay_down(r));
	fig.up_git = both / (double)n;
	gitpeer_clone(&g, relay_port(r));
	fig.down_git = ((double)(relay_up(r) + relay_down(r)) - both) /
	    (double)n;
	fig.disk_git = (double)gitpeer_disk(&g) / 1e6;
	relay_close(r);
	m = measure_begin();
	gitpeer_close(&g); /* waiting for the daemon adds what it used */
	fig.daemon_git_ms = measure_end(&m).cpu_ms;
}

/* ---- plain SQLite ---- */

static void
plain_once(const char *path, size_t n)
{
	struct plain *p = plain_open(path);
	char text[TEXTS_BYTES];
	struct mark m = measure_begin();
	size_t i;

	plain_begin(p);
	for (i = 0; i < n; i++)
		plain_insert(p, texts_note(i, text), false);
	plain_commit(p);
	measure_add(&fig.rows, &m);
	plain_index(p);
	measure_add(&fig.words, &m);
	plain_close(p);
}

static void
report(size_t n)
{
	char title[120];

	snprintf(title, sizeof(title), "%zu notes of 1 KB through a hub over "
	    "TLS (median of %d)", n, TIMES);
	measure_title(title);
	measure_time("plain SQLite, rows in one transaction", &fig.rows);
	measure_time("plain SQLite, rows and words", &fig.words);
	measure_time("git, add and commit", &fig.commit_git);
	measure_time("git, push", &fig.push_git);
	measure_time("git, clone", &fig.clone_git);
	measure_beside("save locally", &fig.save, &fig.rows, "plain rows");
	measure_beside("push", &fig.push, &fig.share_git,
	    "git commit and push");
	measure_time("  of that the hub's processor time", &fig.push_hub);
	measure_beside("pull, stored", &fig.pull, &fig.clone_git,
	    "git clone");
	measure_beside("pull, searchable", &fig.take, &fig.clone_git,
	    "git clone");
	measure_beside("  the same", &fig.take, &fig.words,
	    "plain rows and words");
	measure_time("  of that the hub's processor time", &fig.pull_hub);
	measure_value_beside("on the wire, push", fig.up, "bytes a note",
	    fig.up_git, "git");
	measure_value_beside("on the wire, pull", fig.down, "bytes a note",
	    fig.down_git, "git");
	measure_value_beside("hub's disk", fig.disk, "MB", fig.disk_git,
	    "git");
	measure_value("git's daemon, push and clone", fig.daemon_git_ms,
	    "ms cpu");
}

int
main(int argc, char **argv)
{
	size_t n = measure_size("BENCH_NOTES", 5000), i;
	char dir[STAGE_PATH], git[STAGE_PATH], plain[STAGE_PATH];

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/sync", argv[2]);
	snprintf(git, sizeof(git), "%s/git", argv[2]);
	snprintf(plain, sizeof(plain), "%s/plain.db", argv[2]);
	git_counted(git, n);
	ours_counted(dir, argv[1], n);
	for (i = 0; i < TIMES; i++) {
		plain_once(plain, n);
		git_once(git, n);
		ours_once(dir, argv[1], n);
	}
	report(n);
	return 0;
}
