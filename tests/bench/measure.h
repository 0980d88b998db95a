/*
 * Measuring: wall and processor time, medians, one line for each figure.
 *
 * Repetitions of ours and of a reference alternate; a ratio is the median of
 * the ratios within each pair, so that a busy minute weighs on both sides.
 * Processor time is this process and the children it has waited for.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"

struct cost {
	double wall_ms, cpu_ms;
};

struct mark {
	int64_t wall_ns, cpu_ns;
};

#define SERIES_MAX 4096

struct series {
	size_t n;
	struct cost at[SERIES_MAX];
};

struct mark measure_begin(void);
struct cost measure_end(const struct mark *m);

/** measure_add(s, m): what it took since ${m}. */
void measure_add(struct series *s, const struct mark *m);

struct cost measure_median(const struct series *s);

/** measure_mean(s): where few repetitions carry the work of many. */
struct cost measure_mean(const struct series *s);

/** measure_ratio(ours, ref): medians of the ratios pair by pair. */
struct cost measure_ratio(const struct series *ours,
    const struct series *ref);

/** measure_process_ns(pid): processor time of another live process. */
int64_t measure_process_ns(pid_t pid);

/** measure_title(text): what the lines below are about. */
void measure_title(const char *text);

/** measure_time(name, s): its median. */
void measure_time(const char *name, const struct series *s);

/** measure_beside(name, ours, ref, refname): the median and the ratio. */
void measure_beside(const char *name, const struct series *ours,
    const struct series *ref, const char *refname);

/** measure_growth(name, c, first): a median and its ratio to ${first}. */
void measure_growth(const char *name, struct cost c, struct cost first);

/** measure_value(name, value, unit), measure_value_beside: a plain figure. */
void measure_value(const char *name, double value, const char *unit);
void measure_value_beside(const char *name, double value, const char *unit,
    double ref, const char *refname);

/** measure_size(name, fallback): a size from the environment. */
size_t measure_size(const char *name, size_t fallback);

/** must(rc, e): end with the sentence in ${e} when ${rc} is negative. */
int must(int rc, const struct err *e);

/** die(fmt, ...): end the program. */
void die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif
