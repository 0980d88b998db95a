/*
 * A year in numbers: the heaviest worker's own report, from the store to the
 * printed page, and the office's merge of what 150 workers handed in, from the
 * bytes of the letters to rounded figures and the printed page.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/report/figures.h"
#include "client/core/report/handin.h"
#include "client/core/report/sheet.h"
#include "common/base/mem.h"
#include "tests/bench/measure.h"
#include "tests/support/world.h"
#include "tests/support/year.h"

#define YEAR 2026 /* of WORLD_NOW */
#define FIRST_DAY INT64_C(1767225600000) /* 1 January 2026 */

static struct series tally, page, merge, frozen;

static uint32_t
chance(uint32_t n)
{
	static uint32_t seed = 11;

	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* ---- the heaviest worker ---- */

static void
print(struct counts *c, bool rounded, const struct policy *p)
{
	const struct sheet sh = { .counts = c, .policy = p, .lang = "hu",
		.rounded = rounded };
	const struct paper_about about = { .title = "2026", .source = "",
		.date = "", .lang = "hu" };
	struct paper *paper = paper_new(&about);
	struct buf b;
	struct err e;

	buf_init(&b, PAPER_MAX_BYTES);
	sheet_fill(&sh, paper);
	must(paper_pdf(paper, &b, &e), &e);
	paper_free(paper);
	buf_done(&b);
}

static void
one_worker(const struct policy *p, size_t times)
{
	struct year y = year_of(YEAR_L_HEAVIEST, measure_size("BENCH_SEED",
	    1));
	struct world *w = mem_new(sizeof(*w));
	struct year_made made;
	char title[120];
	struct counts c;
	struct mark m;
	struct err e;
	size_t i;

	y.cases = measure_size("BENCH_REPORT_CASES", y.cases);
	y.from_ms = FIRST_DAY;
	y.at = world_until;
	y.ctx = w;
	world_begin(w, 4);
	must(year_write(w->c[1].session, &y, &made, &e), &e);
	for (i = 0; i < times; i++) {
		m = measure_begin();
		must(tally_year(w->c[1].session, YEAR, &c, &e), &e);
		counts_fold(&c);
		measure_add(&tally, &m);
		print(&c, false, p);
		measure_add(&page, &m);
		counts_done(&c);
	}
	world_end(w);
	mem_free(w);
	snprintf(title, sizeof(title), "The year of a worker with %zu cases, "
	    "%zu notes, %zu records", made.cases, made.notes, made.records);
	measure_title(title);
	measure_time("counted from the store", &tally);
	measure_time("counted and printed as PDF", &page);
}

/* ---- the office ---- */

static const char *
word_of(const struct policy *p, const struct counts_side *side)
{
	size_t n = 0;

	if (side->list != NULL && policy_count(p, side->list) == 0)
		return ""; /* a vocabulary to come */
	if (side->list != NULL)
		return policy_code(p, side->list, chance((uint32_t)
		    policy_count(p, side->list)));
	while (side->words[n].code != NULL)
		n++;
	return side->words[chance((uint32_t)n)].code;
}

/* What one worker hands in: a hundred children, four schools of thirty. */
static void
hand_in(const struct policy *p, size_t worker, struct buf *out)
{
	struct counts_event ev = { 0 };
	struct counts c;
	char school[24];
	struct id mark;
	size_t i, k;

	counts_init(&c);
	for (i = 0; i < 3000; i++) {
		ev.group = i < 200 ? i % 2 : 2 + chance(COUNTS_GROUP_COUNT -
		    2);
		snprintf(school, sizeof(school), "School %zu",
		    (worker * 3 + chance(4)) % 30);
		ev.school = school;
		for (k = 0; k < counts_groups[ev.group].side_count; k++)
			ev.words[k] = word_of(p, &counts_groups[ev.group].
			    sides[k]);
		ev.n = counts_groups[ev.group].unit == COUNTS_MINUTES ?
		    15 * (1 + chance(6)) : 1;
		id_random(&mark);
		if (counts_groups[ev.group].once)
			counts_mark(&c, &ev, &mark, 20000 + chance(300));
		else
			counts_add(&c, &ev);
	}
	counts_encode(&c, out);
	counts_done(&c);
}

static void
the_office(const struct policy *p, size_t times)
{
	size_t workers = measure_size("BENCH_REPORT_WORKERS", 150), i, k;
	struct buf *in = mem_new(workers * sizeof(*in));
	struct sym_key key = { { 3 } };
	struct counts all, one, figures;
	struct figures_from from = { &all, &key, YEAR };
	char title[120];
	size_t bytes = 0;
	struct mark m;
	struct err e;

	for (i = 0; i < workers; i++) {
		buf_init(&in[i], COUNTS_MAX_BYTES);
		hand_in(p, i, &in[i]);
		bytes = in[i].len > bytes ? in[i].len : bytes;
	}
	for (k = 0; k < times; k++) {
		m = measure_begin();
		counts_init(&all);
		for (i = 0; i < workers; i++) {
			must(counts_decode(buf_view(&in[i]), &one, &e), &e);
			counts_merge(&all, &one);
			counts_done(&one);
		}
		counts_fold(&all);
		must(figures_round(&from, &figures, &e), &e);
		measure_add(&merge, &m);
		print(&figures, true, p);
		measure_add(&frozen, &m);
		counts_done(&all);
		counts_done(&figures);
	}
	for (i = 0; i < workers; i++)
		buf_done(&in[i]);
	mem_free(in);
	snprintf(title, sizeof(title), "What %zu workers handed in, 30 "
	    "schools", workers);
	measure_title(title);
	measure_time("merged and rounded", &merge);
	measure_time("and printed as PDF", &frozen);
	measure_value("largest hand-in", (double)bytes, "bytes");
}

int
main(int argc, char **argv)
{
	size_t times = measure_size("BENCH_REPORTS", 5);
	struct policy *p;
	struct err e;

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	p = policy_default(&e);
	if (p == NULL)
		die("%s", e.text);
	one_worker(p, times);
	the_office(p, times);
	policy_free(p);
	return 0;
}
