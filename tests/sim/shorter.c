/* A failure is made shorter by leaving out steps, then trouble, as long as
 * its sentence stays the same. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define SHORTER_S 60 /* for one failure */

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
		r = run_whole(q, NULL);
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
			r = run_whole(q, NULL);
			if (same(want, &r))
				*p = *q;
		}
	mem_free(q);
}

void
shorter(struct plan *p, const struct result *want)
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

void
shorter_drop(struct plan *p, const char *list)
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

void
shorter_list(const struct plan *p, char *out, size_t len)
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
