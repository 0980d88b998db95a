/*
 * Runs of the simulator, each in a process of its own. A failure is made
 * shorter by leaving out steps and faults, and prints what repeats it.
 *
 * usage: sim [--seed N] [--runs N] [--trace] [--twice] [--drop LIST]
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define WORDS 400
#define SHORTER_S 60 /* for making one failure shorter */

struct result { /* what a run's process tells */
	bool failed;
	size_t step;
	uint64_t digest;
	unsigned done, refused, crashed, requests;
	int texts, events;
	char words[WORDS];
};

static int tell = -1; /* pipe to the parent */
static struct sim *the_sim;

/* A run ends without atexit; what "make cover" counted is written first. */
#ifdef TUGI_COVER
void __gcov_dump(void);
#endif

static void leave(int status) __attribute__((noreturn));
static void
leave(int status)
{
#ifdef TUGI_COVER
	__gcov_dump();
#endif
	_exit(status);
}

static void
report(const struct sim *s, bool failed, const char *words)
{
	struct result r = { .failed = failed };

	r.step = s->cursor;
	r.digest = s->digest;
	r.done = s->done;
	r.refused = s->refused;
	r.crashed = s->crashed;
	r.requests = s->requests;
	r.texts = s->text_count;
	r.events = s->event_count;
	snprintf(r.words, sizeof(r.words), "%s", words);
	if (write(tell, &r, sizeof(r)) != sizeof(r))
		leave(3);
}

static void
sweep(const struct sim *s)
{
	if (s->folder[0] != '\0') {
		char path[160];
		int i;

		for (i = 0; i < SIM_ACTORS; i++) {
			snprintf(path, sizeof(path), "%s/p%d/store.tugi",
			    s->folder, i);
			unlink(path);
			snprintf(path, sizeof(path), "%s/p%d", s->folder, i);
			rmdir(path);
		}
		rmdir(s->folder);
	}
}

void
sim_fail(struct sim *s, const char *fmt, ...)
{
	char words[WORDS];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (s->trace != NULL)
		fprintf(s->trace, "FAILED: %s\n", words);
	report(s, true, words);
	sweep(s);
	fflush(NULL);
	leave(1);
}

static void
on_abort(int sig)
{
	(void)sig;
	report(the_sim, true, "an assertion or a signal ended the process");
	sweep(the_sim);
	leave(1);
}

static void
child(const struct plan *p, FILE *trace)
{
	struct sim *s = mem_new(sizeof(*s));

	the_sim = s;
	signal(SIGABRT, on_abort);
	signal(SIGSEGV, on_abort);
	setenv("TZ", "UTC", 1);
	chance_install(p->seed);
	if (keys_init() != 0)
		leave(3);
	s->plan = p;
	s->trace = trace;
	act_run(s);
	report(s, false, "");
	sweep(s);
	fflush(NULL);
	leave(0);
}

static struct result
run(const struct plan *p, FILE *trace)
{
	struct result r = { .failed = true };
	int fd[2], status;
	pid_t pid;

	fflush(NULL);
	if (pipe(fd) != 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		tell = fd[1];
		close(fd[0]);
		alarm(240);
		child(p, trace);
	}
	close(fd[1]);
	if (read(fd[0], &r, sizeof(r)) != sizeof(r)) {
		r.failed = true;
		snprintf(r.words, sizeof(r.words), "the run said nothing");
	}
	close(fd[0]);
	waitpid(pid, &status, 0);
	return r;
}

/* ---- shorter ---- */

static bool
same(const struct result *a, const struct result *b)
{
	/* The same kind of failure: up to the first number. */
	size_t n = strcspn(a->words, "0123456789");

	return b->failed && strncmp(a->words, b->words, n) == 0;
}

static bool
try_without(struct plan *p, const struct result *want, size_t from, size_t n)
{
	struct plan *q = mem_new(sizeof(*q));
	struct result r;
	bool less = false;
	size_t i;

	*q = *p;
	for (i = from; i < from + n && i < q->count; i++) {
		less |= q->step[i].kind != STEP_GONE;
		q->step[i].kind = STEP_GONE;
	}
	if (less) {
		r = run(q, NULL);
		less = same(want, &r);
	}
	if (less)
		*p = *q;
	mem_free(q);
	return less;
}

static void
without_trouble(struct plan *p, const struct result *want)
{
	struct plan *q = mem_new(sizeof(*q));
	struct result r;
	size_t i;
	int what;

	for (i = 0; i < p->count; i++)
		for (what = 0; what < 3; what++) {
			*q = *p;
			if (what == 0 && q->step[i].fault != FAULT_NONE)
				q->step[i].fault = FAULT_NONE;
			else if (what == 1 && q->step[i].crash_at != 0)
				q->step[i].crash_at = 0;
			else if (what == 2 && q->step[i].hub_crash_at != 0)
				q->step[i].hub_crash_at = 0;
			else
				continue;
			r = run(q, NULL);
			if (same(want, &r))
				*p = *q;
		}
	mem_free(q);
}

static void
shorten(struct plan *p, const struct result *want)
{
	time_t end = time(NULL) + SHORTER_S;
	size_t n, at;

	for (n = p->count / 2; n > 0 && time(NULL) < end; n /= 2)
		for (at = 0; at < p->count && time(NULL) < end; at += n)
			(void)try_without(p, want, at, n);
	for (at = 0; at < p->count && time(NULL) < end; at++)
		(void)try_without(p, want, at, 1);
	if (time(NULL) < end)
		without_trouble(p, want);
}

static void
drop(struct plan *p, const char *list)
{
	char *end;
	unsigned long a, b;

	while (*list != '\0') {
		a = b = strtoul(list, &end, 10);
		if (*end == '-')
			b = strtoul(end + 1, &end, 10);
		for (; a <= b && a < p->count; a++)
			p->step[a].kind = STEP_GONE;
		list = *end == ',' ? end + 1 : end;
		if (list == end && *end != '\0')
			break;
	}
}

/* What --drop takes to get this plan again. */
static void
dropped(const struct plan *p, char *out, size_t len)
{
	size_t i, j, n = 0;

	out[0] = '\0';
	for (i = 0; i < p->count; i = j + 1) {
		for (j = i; j < p->count && p->step[j].kind == STEP_GONE; j++)
			;
		if (j > i && n < len)
			n += (size_t)snprintf(out + n, len - n, "%s%zu-%zu",
			    n > 0 ? "," : "", i, j - 1);
	}
}

static void
explain(struct plan *p, const struct result *r, bool shorter)
{
	char list[4000];
	struct result again;

	printf("FAILED seed %llu, step %zu: %s\n",
	    (unsigned long long)p->seed, r->step, r->words);
	printf("  again:   make sim SEED=%llu RUNS=1\n",
	    (unsigned long long)p->seed);
	if (!shorter)
		return;
	shorten(p, r);
	dropped(p, list, sizeof(list));
	printf("  shorter: sim --seed %llu --trace --drop %s\n",
	    (unsigned long long)p->seed, list);
	again = run(p, stdout);
	printf("  (%s)\n\n", again.words);
}

/* ---- many ---- */

struct options {
	uint64_t seed, runs;
	bool trace, twice, shorter;
	const char *drop;
};

static void
read_options(int argc, char **argv, struct options *o)
{
	int i;

	o->seed = 1;
	o->runs = 1;
	o->shorter = true;
	for (i = 1; i < argc; i++) {
		const char *v = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "--seed") == 0)
			o->seed = strtoull(v, NULL, 10), i++;
		else if (strcmp(argv[i], "--runs") == 0)
			o->runs = strtoull(v, NULL, 10), i++;
		else if (strcmp(argv[i], "--drop") == 0)
			o->drop = v, o->shorter = false, i++;
		else if (strcmp(argv[i], "--trace") == 0)
			o->trace = true, o->shorter = false;
		else if (strcmp(argv[i], "--twice") == 0)
			o->twice = true;
		else if (strcmp(argv[i], "--long") == 0)
			o->shorter = false;
	}
}

int
main(int argc, char **argv)
{
	struct plan *p = mem_new(sizeof(*p));
	struct options o = { 0 };
	struct result r, again;
	uint64_t i, failed = 0, texts = 0, requests = 0, cuts = 0;
	time_t begun = time(NULL);
	double s;

	read_options(argc, argv, &o);
	for (i = 0; i < o.runs; i++) {
		plan_make(o.seed + i, p);
		if (o.drop != NULL)
			drop(p, o.drop);
		r = run(p, o.trace ? stdout : NULL);
		texts += (uint64_t)r.texts;
		requests += r.requests;
		cuts += r.crashed;
		if (!r.failed && o.twice) {
			again = run(p, NULL);
			if (again.digest != r.digest)
				printf("seed %llu: two runs differ\n",
				    (unsigned long long)p->seed);
			failed += again.digest != r.digest;
		}
		if (r.failed) {
			failed++;
			explain(p, &r, o.shorter);
		}
		fflush(stdout);
	}
	s = difftime(time(NULL), begun);
	printf("%llu seeds from %llu, %llu failed; %llu texts, %llu requests, "
	    "%llu power cuts; %.0f s\n", (unsigned long long)o.runs,
	    (unsigned long long)o.seed, (unsigned long long)failed,
	    (unsigned long long)texts, (unsigned long long)requests,
	    (unsigned long long)cuts, s);
	mem_free(p);
	return failed != 0;
}
