/*
 * The ledger beside bare git: commits a second of tugi's ledger, each a signed
 * head over some new entries, against the plainest commits that libgit2 makes
 * with fsync (a blob, a tree, a commit, the branch moved); once as one flush
 * for each commit, as on a hub that is hardly used, and once as a lost ledger
 * is made again. Then a push with the ledger's thread beside it and without.
 * usage: bench_ledger build/dev/tugid FOLDER
 * BENCH_LEDGER_COMMITS, BENCH_LEDGER_VERIFY (entries)
 */
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "daemon/ledger/ledger.h"
#include "daemon/ledger/verify.h"
#include "tests/support/hubworld.h"

#define WORKER 2
#define TIMES 5
#define BATCH 125

static struct hubworld w;
static struct id space;
static char repo[96];
static int commits = 100;
static int verify_entries = 20000;

static void
die(const char *words)
{
	fprintf(stderr, "bench_ledger: %s\n", words);
	exit(1);
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *list, size_t n)
{
	qsort(list, n, sizeof(*list), by_size);
	return list[n / 2];
}

static void
tell(enum ledger_tell what, const char *words)
{
	(void)what;
	die(words);
}

static void
run(const char *cmd)
{
	setenv("R", repo, 1);
	setenv("W", w.folder, 1);
	if (system(cmd) != 0)
		die(cmd);
}

/* ---- a hub ---- */

static void
push(int n)
{
	struct hw_item list[BATCH];
	struct hub_pushed *answer;
	struct err e;
	int i;

	for (i = 0; i < n; i++) {
		hw_note(&w, WORKER, &space, 1, &list[i]);
		list[i].line->counter = list[i].counter;
		list[i].line->last = list[i].id;
	}
	if (hw_push(&w, WORKER, list, (size_t)n, &answer, &e) != 0)
		die(e.text);
	for (i = 0; i < n; i++) {
		if (answer->answer.items[i].verdict != VERDICT_ACCEPTED)
			die("a push was refused");
		hw_free(&list[i]);
	}
	hw_pushed_free(answer);
	hw_pass(&w, 1000);
}

static void
make_hub(void)
{
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { WORKER },
		.rights = { RIGHT_KEEP } };
	struct hw_item it;

	hw_begin(&w);
	hw_claim(&w, 3);
	memset(space.b, 7, sizeof(space.b));
	hw_epoch(&w, WORKER, &space, &one, &it);
	if (hw_push1(&w, WORKER, &it) != VERDICT_ACCEPTED)
		die("the space was refused");
	snprintf(repo, sizeof(repo), "%s/ledger.git", w.folder);
}

static struct ledger_options
options(void)
{
	struct ledger_options o = { .repo = repo, .db = w.path,
		.pub = w.hub_pub, .key = w.hub_key, .tell = tell };

	return o;
}

static void
follow(struct ledger *l)
{
	struct err e;
	int rc;

	while ((rc = ledger_follow(l, &e)) == 1)
		;
	if (rc < 0)
		die(e.text);
}

/* ---- bare git ---- */

static git_repository *
bare_open(void)
{
	char path[120];
	git_repository *git;

	snprintf(path, sizeof(path), "%s/bare.git", w.folder);
	if (git_repository_init(&git, path, 1) != 0)
		die(git_error_last()->message);
	return git;
}

static void
bare_commit(git_repository *git, int i)
{
	git_oid blob, tree_id, id, parent_id;
	git_commit *parent = NULL;
	git_treebuilder *tb;
	git_signature *me;
	git_tree *tree;
	char text[200];

	snprintf(text, sizeof(text), "entry %d of some log, as long as a note "
	    "of a signed head is: hub.test/0123456789abcdef, its root, and "
	    "the signature over both, in base64", i);
	if (git_blob_create_from_buffer(&blob, git, text, strlen(text)) != 0 ||
	    git_treebuilder_new(&tb, git, NULL) != 0 ||
	    git_treebuilder_insert(NULL, tb, "checkpoint", &blob,
	    GIT_FILEMODE_BLOB) != 0 ||
	    git_treebuilder_write(&tree_id, tb) != 0 ||
	    git_tree_lookup(&tree, git, &tree_id) != 0 ||
	    git_signature_new(&me, "x", "x", 1790000000 + i, 0) != 0)
		die("git objects");
	if (git_reference_name_to_id(&parent_id, git, "HEAD") == 0 &&
	    git_commit_lookup(&parent, git, &parent_id) != 0)
		die("git parent");
	if (git_commit_create_v(&id, git, "HEAD", me, me, NULL, text, tree,
	    parent != NULL ? 1 : 0, parent) != 0)
		die("git commit");
	git_commit_free(parent);
	git_signature_free(me);
	git_tree_free(tree);
	git_treebuilder_free(tb);
}

/* ---- measuring ---- */

/* Each time: as many bare commits, as many flushes of one head each, and all
 * of the ledger once more from nothing. */
static void
compare_rates(void)
{
	double bare[TIMES], one[TIMES], again[TIMES], t, r1[TIMES], r2[TIMES];
	struct ledger_options o = options();
	git_repository *git;
	uint64_t heads = 0;
	struct ledger *l;
	struct err e;
	int k, i;

	if (ledger_open(&o, &l, &e) != 0)
		die(e.text);
	git = bare_open(); /* with the same settings of the library */
	follow(l);
	for (k = 0; k < TIMES; k++) {
		t = now_s();
		for (i = 0; i < commits; i++)
			bare_commit(git, k * commits + i);
		bare[k] = commits / (now_s() - t);
		t = 0;
		for (i = 0; i < commits; i++) {
			push(5);
			t -= now_s();
			follow(l);
			t += now_s();
		}
		one[k] = commits / t;
		heads += (uint64_t)commits;
		ledger_close(l);
		run("rm -rf \"$R\"");
		if (ledger_open(&o, &l, &e) != 0)
			die(e.text);
		t = now_s();
		follow(l);
		again[k] = (double)heads / (now_s() - t);
		r1[k] = one[k] / bare[k];
		r2[k] = again[k] / bare[k];
	}
	ledger_close(l);
	git_repository_free(git);
	printf("bare libgit2, fsync       %8.0f commits/s\n",
	    median(bare, TIMES));
	printf("ledger, a flush each      %8.0f commits/s   x%.2f of bare"
	    " (bar 0.80)\n",
	    median(one, TIMES), median(r1, TIMES));
	printf("ledger, made again        %8.0f commits/s   x%.2f of bare\n",
	    median(again, TIMES), median(r2, TIMES));
}

/* Pushes of one note with and without the thread, in turns. */
static void
compare_pushes(void)
{
	double *with = mem_new((size_t)commits * TIMES * sizeof(double));
	double *without = mem_new((size_t)commits * TIMES * sizeof(double));
	struct ledger_options o = options();
	size_t n = (size_t)commits * TIMES, at = 0;
	struct ledger_run *run_;
	struct ledger_state st;
	struct hub_status hs;
	struct err e;
	double t;
	int i, k;

	for (k = 0; k < TIMES; k++, at += (size_t)commits) {
		for (i = 0; i < commits; i++) {
			t = now_s();
			push(1);
			without[at + (size_t)i] = now_s() - t;
		}
		if (ledger_start(&o, &run_, &e) != 0)
			die(e.text);
		for (i = 0; i < commits; i++) {
			t = now_s();
			push(1);
			with[at + (size_t)i] = now_s() - t;
		}
		t = now_s();
		if (hub_status(w.hub, &hs, &e) != 0)
			die(e.text);
		do {
			usleep(5000);
			ledger_state(run_, &st);
		} while (st.size < hs.log.size);
		if (k == TIMES - 1)
			printf("in step after the last     %7.0f ms\n",
			    (now_s() - t) * 1e3);
		ledger_stop(run_, 10000);
	}
	t = median(without, n); /* sorts them */
	printf("a push without the ledger  %7.2f ms median, %.2f ms p99\n",
	    t * 1e3, without[n - n / 100 - 1] * 1e3);
	t = median(with, n);
	printf("a push with it             %7.2f ms median, %.2f ms p99\n",
	    t * 1e3, with[n - n / 100 - 1] * 1e3);
	mem_free(with);
	mem_free(without);
}

static void
measure_verify(void)
{
	struct verify_found *f = mem_new(sizeof(*f));
	struct verify_options v = { repo, w.path, w.hub_pub, NULL };
	struct ledger_options o = options();
	struct ledger *l;
	struct hub_status hs;
	struct err e;
	double t, cpu;

	do {
		push(BATCH);
		if (hub_status(w.hub, &hs, &e) != 0)
			die(e.text);
	} while (hs.log.size < (uint64_t)verify_entries);
	if (ledger_open(&o, &l, &e) != 0)
		die(e.text);
	follow(l);
	ledger_close(l);
	t = now_s();
	cpu = cpu_s();
	if (verify_all(&v, f, &e) != 0)
		die(e.text);
	printf("verify %llu entries, %llu commits: %.1f s (cpu %.1f s)\n",
	    (unsigned long long)f->entries, (unsigned long long)f->commits,
	    now_s() - t, cpu_s() - cpu);
	t = now_s();
	cpu = cpu_s();
	if (ledger_open(&o, &l, &e) != 0)
		die(e.text);
	follow(l);
	printf("the check at a start: %.2f s (cpu %.2f s)\n", now_s() - t,
	    cpu_s() - cpu);
	ledger_close(l);
	mem_free(f);
}

int
main(void)
{
	const char *env;

	if ((env = getenv("BENCH_LEDGER_COMMITS")) != NULL)
		commits = (int)strtol(env, NULL, 10);
	if ((env = getenv("BENCH_LEDGER_VERIFY")) != NULL)
		verify_entries = (int)strtol(env, NULL, 10);
	if (commits < 1 || verify_entries < 0)
		die("sizes are numbers");
	printf("\n== ledger\n");
	make_hub();
	compare_rates();
	compare_pushes();
	measure_verify();
	if (getenv("BENCH_LEDGER_KEEP") != NULL) {
		printf("kept: %s\n", w.folder);
		return 0;
	}
	run("rm -rf \"$R\" \"$W/bare.git\"");
	hw_end(&w);
	return 0;
}
