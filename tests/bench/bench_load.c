/*
 * Eight in the morning: 200 workers who were offline for a week connect at the
 * same moment, fetch, push the week and fetch again, each over a connection of
 * its own to a real tugid with its usual limits. What they send was sealed
 * beforehand; hub and load share this machine. Then the same while 1,000
 * connections wear the hub down (tests/tools/attack.py), by turns.
 *
 * Each figure stands beside its bar; nothing here passes or fails, because a
 * machine that others use decides wall time.
 * usage: bench_load TUGID FOLDER
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/support/crowd.h"

#define PATH_BYTES 400
#define ROUNDS 3 /* of each sort, by turns */
#define RECORDS 5 /* of a changeset: 50 of a week */
#define KINDS 4
#define TRIES 5

static const char *const kinds[KINDS] = { "silent", "shake", "head", "body" };

struct round { /* one morning */
	double all_s, p50_s, p99_s;
};

static struct crowd crowd;
static char data[PATH_BYTES];
static int port;
static pid_t hub, attackers[KINDS];
static size_t attack_count;
static pthread_barrier_t morning;
static atomic_int errors;
static double *took; /* by worker */
static double began;

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the hub ---- */

static void
text_of(const char *json, const char *name, char *out, size_t size)
{
	const char *at = strstr(json, name);
	size_t n;

	if (at == NULL)
		die("tugid init printed no %s", name);
	at += strlen(name) + 3;
	n = strcspn(at, "\"");
	if (n >= size)
		die("tugid init printed a long %s", name);
	memcpy(out, at, n);
	out[n] = '\0';
}

static void
start_hub(const char *tugid, const char *folder, char code[static 40])
{
	const char *init[] = { tugid, "init", data, "--listen",
		"127.0.0.1:0", "--name", "hub.test", "--json", NULL };
	const char *serve[] = { tugid, "serve", data, NULL };
	char path[PATH_BYTES + 32];
	struct buf out;
	FILE *f;

	snprintf(data, sizeof(data), "%s/hub", folder);
	buf_init(&out, 4096);
	child_run(init, &out);
	text_of(buf_str(&out), "claim_code", code, 40);
	buf_done(&out);
	snprintf(path, sizeof(path), "%s/tugid.conf", data);
	f = fopen(path, "a");
	if (f == NULL || fprintf(f, "quiet = yes\nkeep_free_mib = 0\n"
	    "metrics = \"%s/figures\"\n", data) < 0 || fclose(f) != 0)
		die("cannot write %s", path);
	snprintf(path, sizeof(path), "%s/hub.log", folder);
	hub = child_start(serve, path);
	snprintf(path, sizeof(path), "%s/port", data);
	child_wait_file(path, hub);
	f = fopen(path, "r");
	if (f == NULL || fscanf(f, "%d", &port) != 1)
		die("cannot read %s", path);
	fclose(f);
}

/* MB of ${what} in /proc/PID/status. */
static double
memory(const char *what)
{
	char path[64], line[256];
	double kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)hub);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			kib = strtod(line + strlen(what) + 1, NULL);
	if (f != NULL)
		fclose(f);
	return kib / 1024;
}

/* ---- the attack ---- */

static void
wait_ready(const char *path)
{
	struct buf text;
	struct err e;
	int i;

	for (i = 0; i < 600; i++) {
		struct timespec step = { 0, 100000000 };

		buf_init(&text, 65536);
		if (file_read(path, &text, &e) == 0 &&
		    strstr(buf_str(&text), "ready") != NULL) {
			buf_done(&text);
			return;
		}
		buf_done(&text);
		nanosleep(&step, NULL);
	}
	die("the attack did not begin: %s", path);
}

static void
attack(const char *folder)
{
	char count[24], at[16], net[24], path[KINDS][PATH_BYTES + 32];
	size_t i;

	snprintf(count, sizeof(count), "%zu", attack_count / KINDS);
	snprintf(at, sizeof(at), "%d", port);
	for (i = 0; i < KINDS; i++) {
		const char *argv[] = { "python3", "tests/tools/attack.py", at,
			kinds[i], count, "--addresses", count, "--net", net,
			"--again", "--seconds", "3600", "--pause", "1", NULL };

		snprintf(net, sizeof(net), "%zu", 10 + i);
		snprintf(path[i], sizeof(path[i]), "%s/attack-%s", folder,
		    kinds[i]);
		unlink(path[i]);
		attackers[i] = child_start(argv, path[i]);
	}
	for (i = 0; i < KINDS; i++)
		wait_ready(path[i]);
}

static void
end_attack(void)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		child_stop(attackers[i]);
}

/* ---- the workers ---- */

static void
try_it(struct crowd_worker *w, int (*step)(struct crowd_worker *))
{
	int i;

	for (i = 0; step(w) != 0; i++) {
		atomic_fetch_add(&errors, 1);
		fprintf(stderr, "after %.1f s: %s\n", now_s() - began,
		    w->trouble);
		if (i == TRIES)
			die("a worker does not get through");
	}
}

static void *
begin_day(void *arg)
{
	struct crowd_worker *w = arg;

	pthread_barrier_wait(&morning);
	try_it(w, crowd_pull);
	try_it(w, crowd_push);
	try_it(w, crowd_pull);
	crowd_hang_up(w);
	took[w - crowd.worker] = now_s() - began;
	return NULL;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static struct round
run_morning(void)
{
	pthread_t *t = mem_new(crowd.count * sizeof(*t));
	struct round r;
	size_t i;

	pthread_barrier_init(&morning, NULL, (unsigned)crowd.count + 1);
	for (i = 0; i < crowd.count; i++)
		if (pthread_create(&t[i], NULL, begin_day,
		    &crowd.worker[i]) != 0)
			die("no thread");
	began = now_s();
	pthread_barrier_wait(&morning);
	for (i = 0; i < crowd.count; i++)
		pthread_join(t[i], NULL);
	pthread_barrier_destroy(&morning);
	mem_free(t);
	qsort(took, crowd.count, sizeof(*took), by_value);
	r.all_s = took[crowd.count - 1];
	r.p50_s = took[crowd.count / 2];
	r.p99_s = took[crowd.count * 99 / 100];
	return r;
}

/* What each sent has come to the one who reads it, all of it. */
static void
check_arrived(size_t mornings)
{
	size_t i;

	for (i = 0; i < crowd.count; i++) {
		try_it(&crowd.worker[i], crowd_pull);
		crowd_hang_up(&crowd.worker[i]);
		if (crowd.worker[i].pulled != mornings * CROWD_PUSH)
			die("a worker got %zu changesets of %zu",
			    crowd.worker[i].pulled, mornings * CROWD_PUSH);
	}
}

/* ---- figures ---- */

static void
bar(const char *name, double value, const char *unit, double most)
{
	printf("  %-46s %9.2f %-3s bar %6.2f  %s\n", name, value, unit, most,
	    value <= most ? "met" : "NOT MET");
}

static double
median(const struct round *r, size_t offset)
{
	double v[ROUNDS];
	size_t i;

	for (i = 0; i < ROUNDS; i++)
		memcpy(&v[i], (const char *)&r[i] + offset, sizeof(v[i]));
	qsort(v, ROUNDS, sizeof(v[0]), by_value);
	return v[ROUNDS / 2];
}

static void
print_rounds(const char *name, const struct round *r)
{
	size_t i;

	for (i = 0; i < ROUNDS; i++)
		printf("  %-24s half %6.2f s   p99 %6.2f s   all %6.2f s\n",
		    name, r[i].p50_s, r[i].p99_s, r[i].all_s);
}

static void
report(const struct round *calm, const struct round *worn, double idle,
    double most, double attacked)
{
	char title[160];

	snprintf(title, sizeof(title), "%zu workers at once, each a week of %d "
	    "records; %zu attacking connections", crowd.count,
	    CROWD_PUSH * RECORDS, attack_count);
	measure_title(title);
	print_rounds("alone", calm);
	print_rounds("under attack", worn);
	bar("all workers done, median", median(calm,
	    offsetof(struct round, all_s)), "s", 15);
	bar("p99 under attack, beside that without", median(worn,
	    offsetof(struct round, p99_s)) / median(calm,
	    offsetof(struct round, p99_s)), "x", 2);
	bar("errors of workers", errors, "", 0);
	bar("hub's memory when idle", idle, "MiB", 20);
	bar("hub's memory at most, workers alone", most, "MiB", 50);
	measure_value("hub's memory at most, under attack", attacked, "MiB");
}

int
main(int argc, char **argv)
{
	size_t count = measure_size("BENCH_LOAD_WORKERS", 200), i;
	struct round calm[ROUNDS], worn[ROUNDS];
	double idle, most = 0;
	char code[40];

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	attack_count = measure_size("BENCH_LOAD_ATTACKERS", 1000);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	start_hub(argv[1], argv[2], code);
	sleep(1);
	idle = memory("VmRSS:");
	crowd_begin(&crowd, port, code, count,
	    measure_size("BENCH_LOAD_ONE_ADDRESS", 0) != 0);
	took = mem_new(count * sizeof(*took));
	for (i = 0; i < count; i++)
		crowd_seal(&crowd.worker[i], 2 * ROUNDS, RECORDS);
	check_arrived(0); /* and so the hub knows them */
	for (i = 0; i < ROUNDS; i++) {
		calm[i] = run_morning();
		if (i == 0)
			most = memory("VmHWM:");
		attack(argv[2]);
		worn[i] = run_morning();
		end_attack();
	}
	check_arrived(2 * ROUNDS);
	report(calm, worn, idle, most, memory("VmHWM:"));
	crowd_end(&crowd);
	child_stop(hub);
	mem_free(took);
	return 0;
}
