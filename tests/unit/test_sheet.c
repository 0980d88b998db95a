/* A year on paper: every group with its words, nothing without its total. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/report/figures.h"
#include "client/core/report/sheet.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define SCHOOLS 28

static struct err e;
static uint32_t seed_ = 7;

static uint32_t
chance(uint32_t n)
{
	seed_ = seed_ * 1664525u + 1013904223u;
	return (seed_ >> 8) % n;
}

static const char *
word_of(const struct policy *p, const struct counts_side *side)
{
	size_t n = 0;

	if (chance(30) == 0)
		return "";
	if (side->list != NULL && policy_count(p, side->list) == 0)
		return ""; /* a vocabulary to come */
	if (side->list != NULL)
		return policy_code(p, side->list, chance((uint32_t)
		    policy_count(p, side->list)));
	while (side->words[n].code != NULL)
		n++;
	return side->words[chance((uint32_t)n)].code;
}

/* A municipality's year: schools with long names, every group. */
static void
fill(const struct policy *p, struct counts *c, size_t things)
{
	struct counts_event ev = { 0 };
	char school[160];
	size_t i, k;

	for (i = 0; i < things; i++) {
		uint32_t s = chance(SCHOOLS);

		ev.group = chance(COUNTS_GROUP_COUNT);
		snprintf(school, sizeof(school), "Győri %u. számú Általános "
		    "Iskola%s", s + 1, s % 5 == 0 ?
		    " és Alapfokú Művészeti Iskola, Szent István tagintézmény"
		    : "");
		ev.school = school;
		for (k = 0; k < counts_groups[ev.group].side_count; k++)
			ev.words[k] = word_of(p, &counts_groups[ev.group].
			    sides[k]);
		ev.n = counts_groups[ev.group].unit == COUNTS_MINUTES ?
		    15 * (1 + chance(6)) : 1;
		counts_add(c, &ev);
	}
	counts_sort(c);
}

static void
keep(const char *name, const struct buf *b)
{
	const char *dir = getenv("TUGI_PAPER");
	char *path;

	if (dir == NULL)
		return;
	path = file_join(dir, name);
	assert_int_equal(file_replace(path, buf_view(b), 0600, &e), 0);
	mem_free(path);
}

static void
make(const struct sheet *sh, const char *name, struct buf *html)
{
	const struct paper_about about = { .title = "Iskolai szociális "
		"segítő tevékenység 2026-ban: számok", .subtitle = "Győr "
		"Megyei Jogú Város", .source = "Forrás: a hivatal által "
		"lezárt számok; tugi", .date = "2026. november 30.",
		.page = "%u. oldal, összesen %u", .lang = sh->lang };
	struct paper *p = paper_new(&about);
	char file[64];
	struct buf pdf;

	sheet_fill(sh, p);
	buf_init(&pdf, PAPER_MAX_BYTES);
	assert_int_equal(paper_html(p, html, &e), 0);
	assert_int_equal(paper_pdf(p, &pdf, &e), 0);
	snprintf(file, sizeof(file), "%s.html", name);
	keep(file, html);
	snprintf(file, sizeof(file), "%s.pdf", name);
	keep(file, &pdf);
	buf_done(&pdf);
	paper_free(p);
}

static void
a_year_on_paper(void **state)
{
	struct policy *p = policy_default(&e);
	struct counts raw, out;
	struct sym_key key = { { 9 } };
	struct figures_from from = { &raw, &key, 2026 };
	struct sheet sh = { .policy = p, .lang = "hu", .rounded = true };
	struct counts_where all = { NULL, NULL };
	char total[SHEET_AMOUNT_BYTES], cell[64];
	struct buf html;
	unsigned g;

	(void)state;
	counts_init(&raw);
	fill(p, &raw, 30000);
	assert_int_equal(figures_round(&from, &out, &e), 0);
	sh.counts = &out;
	buf_init(&html, PAPER_MAX_BYTES);
	make(&sh, "year", &html);
	for (g = 0; g < COUNTS_GROUP_COUNT; g++) {
		assert_non_null(strstr(buf_str(&html),
		    counts_groups[g].label));
		sheet_amount(g, counts_get(&out, g, 0, &all), total);
		snprintf(cell, sizeof(cell), ">%s</td></tr>", total);
		assert_non_null(strstr(buf_str(&html), cell));
	}
	/* Words of the policy in its language, the long schools whole. */
	assert_non_null(strstr(buf_str(&html), "Művészeti Iskola, Szent "
	    "István tagintézmény"));
	assert_null(strstr(buf_str(&html), "ind_child"));
	/* One school alone: nothing of another. */
	buf_reset(&html);
	sh.school = "Győri 2. számú Általános Iskola";
	make(&sh, "school", &html);
	assert_null(strstr(buf_str(&html), "Győri 3."));
	buf_done(&html);
	counts_done(&raw);
	counts_done(&out);
	policy_free(p);
}

static void
hours_and_numbers(void **state)
{
	char out[SHEET_AMOUNT_BYTES];

	(void)state;
	assert_string_equal(sheet_amount(COUNTS_CASES, 90, out), "90");
	assert_string_equal(sheet_amount(COUNTS_TIME, 90, out), "1:30");
	assert_string_equal(sheet_amount(COUNTS_TIME, 300, out), "5");
	assert_string_equal(sheet_amount(COUNTS_TIME, 65, out), "1:05");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_on_paper),
		cmocka_unit_test(hours_and_numbers),
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
