/*
 * Runs of the simulator, some at a time. A failure is made shorter and prints
 * what repeats it.
 *
 * usage: sim [--seed N] [--runs N] [--jobs N] [--trace] [--twice] [--long]
 *            [--drop LIST] [--save FOLDER] [--kinds NAMES]
 *        sim [--trace] FILE...    plans that were saved
 */
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/local/fields.h"
#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define JOBS_MAX 64

struct options {
	uint64_t seed, runs;
	size_t jobs;
	bool trace, twice, shorter;
	const char *drop, *save, *kinds;
	char **files;
};
struct sums {
	uint64_t failed, texts, requests, cuts, erased, kinds;
};
struct slot {
	struct running run;
	struct plan plan;
	const char *file; /* NULL: of a seed */
	bool busy;
};

static void
explain(struct slot *at, const struct result *r, const struct options *o)
{
	struct plan *p = &at->plan;
	char list[4000], path[4096];
	struct result again;

	printf("FAILED seed %llu, step %zu: %s\n",
	    (unsigned long long)p->seed, r->step, r->words);
	if (at->file != NULL)
		printf("  again:   sim --trace %s\n", at->file);
	else
		printf("  again:   make sim SEED=%llu RUNS=1\n",
		    (unsigned long long)p->seed);
	if (!o->shorter)
		return;
	shorter(p, r);
	shorter_list(p, list, sizeof(list));
	if (o->save != NULL) {
		snprintf(path, sizeof(path), "%s/%llu.plan", o->save,
		    (unsigned long long)p->seed);
		if (plan_save(p, path) != 0)
			printf("  %s cannot be written\n", path);
	}
	printf("  shorter: sim --seed %llu --trace --drop %s\n",
	    (unsigned long long)p->seed, list);
	again = run_whole(p, stdout);
	printf("  (%s)\n\n", again.words);
}

static void
finished(struct slot *at, const struct options *o, struct sums *sum)
{
	struct result r = run_take(&at->run), again;

	at->busy = false;
	sum->texts += (uint64_t)r.texts;
	sum->requests += r.requests;
	sum->cuts += r.crashed;
	sum->kinds |= r.kinds;
	sum->erased += r.erased;
	if (!r.failed && o->twice) {
		again = run_whole(&at->plan, NULL);
		if (again.digest != r.digest)
			printf("seed %llu: two runs differ\n",
			    (unsigned long long)at->plan.seed);
		sum->failed += again.digest != r.digest;
	}
	if (r.failed) {
		sum->failed++;
		explain(at, &r, o);
	}
	fflush(stdout);
}

/* Waits until one of them has ended. */
static struct slot *
next_ended(struct slot *slots, size_t n)
{
	struct pollfd fd[JOBS_MAX];
	size_t i;

	for (i = 0; i < n; i++)
		fd[i] = (struct pollfd){ slots[i].busy ? slots[i].run.fd : -1,
		    POLLIN, 0 };
	while (poll(fd, (nfds_t)n, -1) < 0)
		;
	for (i = 0; i < n; i++)
		if (fd[i].fd >= 0 && fd[i].revents != 0)
			return &slots[i];
	abort();
}

static void
run_all(const struct options *o, struct sums *sum)
{
	struct slot *slots = mem_new(o->jobs * sizeof(*slots)), *at;
	uint64_t begun;
	size_t i;

	for (begun = 0; begun < o->runs; begun++) {
		for (i = 0; i < o->jobs && slots[i].busy; i++)
			;
		at = i < o->jobs ? &slots[i] : next_ended(slots, o->jobs);
		if (at->busy)
			finished(at, o, sum);
		at->file = o->files != NULL ? o->files[begun] : NULL;
		if (at->file != NULL && plan_load(&at->plan, at->file) != 0) {
			printf("FAILED: %s is no plan\n", at->file);
			sum->failed++;
			continue;
		}
		if (o->files == NULL)
			plan_make(o->seed + begun, &at->plan);
		if (o->drop != NULL)
			shorter_drop(&at->plan, o->drop);
		run_start(&at->plan, o->trace ? stdout : NULL, &at->run);
		at->busy = true;
	}
	for (i = 0; i < o->jobs; i++)
		if (slots[i].busy)
			finished(&slots[i], o, sum);
	mem_free(slots);
}

static void
read_options(int argc, char **argv, struct options *o)
{
	int i;

	o->seed = o->runs = o->jobs = 1;
	o->shorter = true;
	for (i = 1; i < argc && o->files == NULL; i++) {
		const char *v = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "--seed") == 0)
			o->seed = strtoull(v, NULL, 10), i++;
		else if (strcmp(argv[i], "--runs") == 0)
			o->runs = strtoull(v, NULL, 10), i++;
		else if (strcmp(argv[i], "--jobs") == 0)
			o->jobs = strtoul(v, NULL, 10), i++;
		else if (strcmp(argv[i], "--drop") == 0)
			o->drop = v, o->shorter = false, i++;
		else if (strcmp(argv[i], "--trace") == 0)
			o->trace = true, o->shorter = false;
		else if (strcmp(argv[i], "--twice") == 0)
			o->twice = true;
		else if (strcmp(argv[i], "--long") == 0)
			o->shorter = false;
		else if (strcmp(argv[i], "--kinds") == 0)
			o->kinds = v, i++;
		else if (strcmp(argv[i], "--save") == 0)
			o->save = v, i++;
		else if (argv[i][0] != '-') {
			o->files = &argv[i];
			o->runs = (uint64_t)(argc - i);
		}
	}
	if (o->jobs == 0 || o->jobs > JOBS_MAX)
		o->jobs = 1;
}

/* Declared, and in none of the runs; only those named may be. */
static bool
all_kinds(uint64_t kinds, const char *but)
{
	const struct record_kind *kind;
	bool all = true;
	size_t i;

	for (i = 0; (kind = fields_each(i)) != NULL; i++)
		if ((kinds >> kind->type & 1) == 0 &&
		    !fields_listed(but, kind->name)) {
			printf("FAILED: no record of the kind %s came up\n",
			    kind->name);
			all = false;
		}
	return all;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct sums sum = { 0 };
	time_t begun = time(NULL);

	read_options(argc, argv, &o);
	/* Pages given back to the kernel would be asked for again at once. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	run_all(&o, &sum);
	run_end();
	if (o.kinds != NULL && !all_kinds(sum.kinds, o.kinds))
		sum.failed++;
	printf("%llu %s %llu, %llu failed; %llu texts, %llu requests, "
	    "%llu power cuts, %llu erased; %.0f s\n", (unsigned long long)o.runs,
	    o.files != NULL ? "plans from" : "seeds from",
	    (unsigned long long)o.seed, (unsigned long long)sum.failed,
	    (unsigned long long)sum.texts, (unsigned long long)sum.requests,
	    (unsigned long long)sum.cuts, (unsigned long long)sum.erased,
	    difftime(time(NULL), begun));
	return sum.failed != 0;
}
