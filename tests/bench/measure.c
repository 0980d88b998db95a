/*
 * Clocks, medians and lines of output.
 *
 * CLOCK_MONOTONIC for wall time; getrusage for processor time. Nothing here
 * judges: a benchmark on a shared machine informs, it does not pass or fail.
 */
#include "tests/bench/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static int64_t
wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t
usage_ns(int who)
{
	struct rusage u;

	if (getrusage(who, &u) != 0)
		die("getrusage failed");
	return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
	    ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

struct mark
measure_begin(void)
{
	struct mark m;

	m.cpu_ns = usage_ns(RUSAGE_SELF) + usage_ns(RUSAGE_CHILDREN);
	m.wall_ns = wall_ns();
	return m;
}

struct cost
measure_end(const struct mark *m)
{
	struct cost c;

	c.wall_ms = (double)(wall_ns() - m->wall_ns) / 1e6;
	c.cpu_ms = (double)(usage_ns(RUSAGE_SELF) +
	    usage_ns(RUSAGE_CHILDREN) - m->cpu_ns) / 1e6;
	return c;
}

void
measure_add(struct series *s, const struct mark *m)
{
	struct cost c = measure_end(m);

	if (s->n == SERIES_MAX)
		die("more than %d repetitions", SERIES_MAX);
	s->at[s->n++] = c;
}

static int
smaller(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v, size_t n)
{
	if (n == 0)
		die("a median of nothing");
	qsort(v, n, sizeof(*v), smaller);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

struct cost
measure_median(const struct series *s)
{
	static double wall[SERIES_MAX], cpu[SERIES_MAX];
	struct cost c;
	size_t i;

	for (i = 0; i < s->n; i++) {
		wall[i] = s->at[i].wall_ms;
		cpu[i] = s->at[i].cpu_ms;
	}
	c.wall_ms = median(wall, s->n);
	c.cpu_ms = median(cpu, s->n);
	return c;
}

struct cost
measure_mean(const struct series *s)
{
	struct cost c = { 0, 0 };
	size_t i;

	for (i = 0; i < s->n; i++) {
		c.wall_ms += s->at[i].wall_ms / (double)s->n;
		c.cpu_ms += s->at[i].cpu_ms / (double)s->n;
	}
	return c;
}

struct cost
measure_ratio(const struct series *ours, const struct series *ref)
{
	static double wall[SERIES_MAX], cpu[SERIES_MAX];
	struct cost c;
	size_t i;

	if (ours->n != ref->n)
		die("%zu repetitions beside %zu", ours->n, ref->n);
	for (i = 0; i < ours->n; i++) {
		wall[i] = ours->at[i].wall_ms / ref->at[i].wall_ms;
		/* Below the clock's resolution a ratio says nothing. */
		cpu[i] = ref->at[i].cpu_ms > 0
		    ? ours->at[i].cpu_ms / ref->at[i].cpu_ms : 1;
	}
	c.wall_ms = median(wall, ours->n);
	c.cpu_ms = median(cpu, ours->n);
	return c;
}

int64_t
measure_process_ns(pid_t pid)
{
	clockid_t clock;
	struct timespec t;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &t) != 0)
		die("no processor time of process %ld", (long)pid);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
measure_title(const char *text)
{
	printf("\n%s\n", text);
	fflush(stdout);
}

static void
print_cost(const char *name, struct cost c)
{
	if (c.wall_ms >= 1000)
		printf("  %-46s %9.2f s   cpu %9.2f s ", name,
		    c.wall_ms / 1000, c.cpu_ms / 1000);
	else
		printf("  %-46s %9.3f ms  cpu %9.3f ms", name, c.wall_ms,
		    c.cpu_ms);
}

void
measure_time(const char *name, const struct series *s)
{
	print_cost(name, measure_median(s));
	printf("\n");
	fflush(stdout);
}

void
measure_beside(const char *name, const struct series *ours,
    const struct series *ref, const char *refname)
{
	struct cost r = measure_ratio(ours, ref);

	print_cost(name, measure_median(ours));
	printf("  x%.2f (cpu x%.2f) %s\n", r.wall_ms, r.cpu_ms, refname);
	fflush(stdout);
}

void
measure_growth(const char *name, struct cost c, struct cost first)
{
	print_cost(name, c);
	printf("  x%.2f (cpu x%.2f) the smallest\n",
	    c.wall_ms / first.wall_ms, c.cpu_ms / first.cpu_ms);
	fflush(stdout);
}

void
measure_value(const char *name, double value, const char *unit)
{
	printf("  %-46s %9.4g %s\n", name, value, unit);
	fflush(stdout);
}

void
measure_value_beside(const char *name, double value, const char *unit,
    double ref, const char *refname)
{
	printf("  %-46s %9.4g %-18s x%.2f %s\n", name, value, unit,
	    value / ref, refname);
	fflush(stdout);
}

size_t
measure_size(const char *name, size_t fallback)
{
	const char *text = getenv(name);
	char *end;
	unsigned long v;

	if (text == NULL || *text == '\0')
		return fallback;
	v = strtoul(text, &end, 10);
	if (*end != '\0' || v == 0 || v > 1000000)
		die("%s=%s: expected a number from 1 to 1000000", name, text);
	return v;
}

int
must(int rc, const struct err *e)
{
	if (rc < 0)
		die("%s", e->text);
	return rc;
}

void
die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "bench: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);
}
