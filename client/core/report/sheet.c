/*
 * A group: a chart of its first side for all schools, then a table of schools
 * by words for each side that is known school by school, then the other sides.
 * Where words are many or long, the columns are headed with letters that stand
 * before the words in the chart.
 */
#include "client/core/report/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/words/collate.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WORDS_MAX 64
#define WIDE 20        /* columns of words a page has room for */
#define PLAIN_WORDS 3  /* so many short words head columns themselves */
#define PLAIN_BYTES 18

/* ---- words ---- */

const char *
sheet_word(const struct sheet *sh, const struct counts_side *side,
    const char *code)
{
	const char *name = NULL;

	if (code[0] == '\0')
		return _("not stated");
	if (side->list != NULL)
		name = policy_name(sh->policy, side->list, code, sh->lang);
	else if ((name = counts_label(side, code)) != NULL)
		name = text_spoken(name);
	return name != NULL ? name : code;
}

const char *
sheet_school(const char *name)
{
	return name[0] != '\0' ? name : _("without a school");
}

const char *
sheet_amount(enum counts_group_number group, int64_t n,
    char out[static SHEET_AMOUNT_BYTES])
{
	if (counts_groups[group].unit != COUNTS_MINUTES)
		snprintf(out, SHEET_AMOUNT_BYTES, "%lld", (long long)n);
	else if (n % 60 == 0)
		snprintf(out, SHEET_AMOUNT_BYTES, "%lld", (long long)n / 60);
	else
		snprintf(out, SHEET_AMOUNT_BYTES, "%lld:%02lld",
		    (long long)n / 60, (long long)n % 60);
	return out;
}

static const char *
listed(const struct sheet *sh, const struct counts_side *side, size_t i)
{
	return side->list != NULL ? policy_code(sh->policy, side->list, i) :
	    side->words[i].code;
}

/* The one of ${list} that is ${code} is moved to the end of the result. */
static void
pick(const struct sheet *sh, const char *code, unsigned *list, size_t n,
    unsigned *out, size_t *count)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i] != UINT32_MAX &&
		    strcmp(sh->counts->texts[list[i]], code) == 0) {
			out[(*count)++] = list[i];
			list[i] = UINT32_MAX;
		}
}

size_t
sheet_words(const struct sheet *sh, enum counts_group_number group,
    unsigned side, unsigned *out, size_t max)
{
	const struct counts_side *s = &counts_groups[group].sides[side];
	unsigned list[WORDS_MAX];
	const char *code;
	size_t i, n, count = 0;

	n = counts_words(sh->counts, group, side, list,
	    max < WORDS_MAX ? max : WORDS_MAX);
	for (i = 0; (code = listed(sh, s, i)) != NULL; i++)
		pick(sh, code, list, n, out, &count);
	for (i = 0; i < n; i++)
		if (list[i] != UINT32_MAX &&
		    sh->counts->texts[list[i]][0] != '\0') {
			out[count++] = list[i];
			list[i] = UINT32_MAX;
		}
	pick(sh, "", list, n, out, &count);
	return count;
}

/* ---- one side ---- */

struct schools { /* in the order of the reader's alphabet */
	unsigned list[COUNTS_LIST_MAX];
	size_t count;
};

struct view_of_side {
	const struct sheet *sh;
	const struct schools *schools;
	enum counts_group_number group;
	unsigned side;
	const struct counts_side *s;
	unsigned words[WORDS_MAX];
	size_t count;
	bool letters;
};

static int64_t
amount(const struct view_of_side *v, const char *school, const char *word)
{
	struct counts_where where = { school, word };

	/* What is not known school by school is shown for all of them. */
	if (v->side >= COUNTS_BY_SCHOOL && v->sh->rounded)
		where.school = NULL;
	return counts_get(v->sh->counts, v->group, v->side, &where);
}

static const char *
code_of(const struct view_of_side *v, size_t i)
{
	return v->sh->counts->texts[v->words[i]];
}

/* "A  individual counselling" or without the letter. */
static void
label(const struct view_of_side *v, size_t i, char *out, size_t size)
{
	const char *word = sheet_word(v->sh, v->s, code_of(v, i));

	if (v->letters)
		snprintf(out, size, "%c  %s", (char)('A' + i), word);
	else
		snprintf(out, size, "%s", word);
}

static void
open_side(struct view_of_side *v, const struct sheet *sh,
    enum counts_group_number group, unsigned side)
{
	size_t i;

	v->sh = sh;
	v->group = group;
	v->side = side;
	v->s = &counts_groups[group].sides[side];
	v->count = sheet_words(sh, group, side, v->words, WORDS_MAX);
	v->letters = v->count > PLAIN_WORDS;
	for (i = 0; i < v->count; i++)
		if (strlen(sheet_word(sh, v->s, code_of(v, i))) > PLAIN_BYTES)
			v->letters = true;
	if (side >= COUNTS_BY_SCHOOL || sh->school != NULL ||
	    v->count > WIDE)
		v->letters = false;
}

static void
put_bars(const struct view_of_side *v, struct paper *p)
{
	char text[512], n[SHEET_AMOUNT_BYTES];
	int64_t value;
	size_t i;

	snprintf(text, sizeof(text), _("%s by: %s"),
	    text_spoken(counts_groups[v->group].label),
	    text_spoken(v->s->label));
	paper_bars(p, text, _("Bars, one for each word; the figures stand in "
	    "the table below."));
	for (i = 0; i < v->count; i++) {
		value = amount(v, v->sh->school, code_of(v, i));
		label(v, i, text, sizeof(text));
		paper_bar(p, text, (double)value,
		    sheet_amount(v->group, value, n));
	}
}

/* Words under each other: for one school, or all of them together. */
static void
put_list(const struct view_of_side *v, struct paper *p)
{
	const char *heads[2] = { text_spoken(v->s->label),
		counts_groups[v->group].unit == COUNTS_MINUTES ? _("Hours") :
		_("Number") };
	const struct paper_table t = { .heads = heads, .cols = 2,
		.align = "lr" };
	char n[SHEET_AMOUNT_BYTES];
	const char *cells[2] = { NULL, n };
	size_t i;

	paper_table(p, &t);
	for (i = 0; i < v->count; i++) {
		cells[0] = sheet_word(v->sh, v->s, code_of(v, i));
		sheet_amount(v->group, amount(v, v->sh->school,
		    code_of(v, i)), n);
		paper_row(p, cells);
	}
	cells[0] = _("Total");
	sheet_amount(v->group, amount(v, v->sh->school, NULL), n);
	paper_row_sum(p, cells);
}

static void
put_row(const struct view_of_side *v, struct paper *p, const char *school)
{
	char n[WIDE + 1][SHEET_AMOUNT_BYTES];
	const char *cells[WIDE + 2];
	size_t i;

	cells[0] = school != NULL ? sheet_school(school) : _("Total");
	for (i = 0; i < v->count; i++)
		cells[1 + i] = sheet_amount(v->group, amount(v, school,
		    code_of(v, i)), n[i]);
	cells[1 + i] = sheet_amount(v->group, amount(v, school, NULL), n[i]);
	if (school == NULL)
		paper_row_sum(p, cells);
	else
		paper_row(p, cells);
}

/* Schools under each other, words beside each other. */
static void
put_schools(const struct view_of_side *v, struct paper *p)
{
	const char *heads[WIDE + 2], *titles[WIDE + 2];
	char letters[WIDE][2], align[WIDE + 3] = "l", caption[256];
	struct paper_table t = { .caption = caption, .heads = heads,
		.titles = titles, .align = align, .cols = v->count + 2 };
	const char *school;
	size_t i;

	snprintf(caption, sizeof(caption), _("By school and: %s"),
	    text_spoken(v->s->label));
	heads[0] = titles[0] = _("School");
	for (i = 0; i < v->count; i++) {
		letters[i][0] = (char)('A' + i);
		letters[i][1] = '\0';
		titles[1 + i] = sheet_word(v->sh, v->s, code_of(v, i));
		heads[1 + i] = v->letters ? letters[i] : titles[1 + i];
	}
	heads[1 + i] = titles[1 + i] = _("Total");
	memset(align + 1, 'r', v->count + 1);
	align[v->count + 2] = '\0';
	paper_table(p, &t);
	for (i = 0; i < v->schools->count; i++) {
		school = v->sh->counts->texts[v->schools->list[i]];
		if (amount(v, school, NULL) > 0)
			put_row(v, p, school);
	}
	put_row(v, p, NULL);
}

static void
put_side(const struct sheet *sh, const struct schools *schools,
    enum counts_group_number group, unsigned side, struct paper *p)
{
	struct view_of_side v = { .schools = schools };

	open_side(&v, sh, group, side);
	if (side >= COUNTS_BY_SCHOOL && sh->rounded && sh->school != NULL)
		return; /* is not published for a school */
	if (side > 0 && (v.count == 0 || (v.count == 1 &&
	    code_of(&v, 0)[0] == '\0')))
		return; /* nobody said anything */
	if (side == 0 || v.letters)
		put_bars(&v, p);
	if (side >= COUNTS_BY_SCHOOL || sh->school != NULL || v.count > WIDE)
		put_list(&v, p);
	else
		put_schools(&v, p);
}

/* ---- all of it ---- */

static void
put_words(struct paper *p, const char *words, const struct buf *names)
{
	struct buf b;

	if (names->len == 0)
		return;
	buf_init(&b, 8192);
	buf_add_str(&b, words);
	buf_add(&b, names->data, names->len);
	paper_note(p, buf_str(&b));
	buf_done(&b);
}

struct by_name {
	char *const *texts;
	struct collate *order;
};

static int
by_name(const void *a, const void *b, void *ctx)
{
	const struct by_name *x = ctx;

	return collate_cmp(x->order, x->texts[*(const unsigned *)a],
	    x->texts[*(const unsigned *)b]);
}

static struct schools *
schools_of(const struct sheet *sh)
{
	struct schools *all = mem_new(sizeof(*all));
	struct by_name x = { sh->counts->texts, collate_new(sh->lang) };

	all->count = counts_schools(sh->counts, all->list, COUNTS_LIST_MAX);
	qsort_r(all->list, all->count, sizeof(all->list[0]), by_name, &x);
	collate_free(x.order);
	return all;
}

void
sheet_fill(const struct sheet *sh, struct paper *p)
{
	struct counts_where all = { sh->school, NULL };
	struct schools *schools = schools_of(sh);
	struct buf none;
	unsigned g, side;

	buf_init(&none, 4096);
	for (g = 0; g < COUNTS_GROUP_COUNT; g++) {
		if (counts_get(sh->counts, g, 0, &all) == 0) {
			buf_add_str(&none, none.len > 0 ? ", " : "");
			buf_add_str(&none,
			    text_spoken(counts_groups[g].label));
			continue;
		}
		paper_heading(p, 2, text_spoken(counts_groups[g].label));
		for (side = 0; side < counts_groups[g].side_count; side++)
			put_side(sh, schools, g, side, p);
	}
	put_words(p, sh->rounded ?
	    _("Nothing, or fewer than 5, in: ") : _("Nothing counted in: "),
	    &none);
	if (sh->rounded)
		paper_note(p, _("All figures are rounded to multiples of 5 "
		    "(time to 5 hours), up or down, so that all sums hold. A "
		    "0 can stand for up to 4. This protects the children: no "
		    "small number can be found again from totals or from "
		    "other reports. Method: controlled rounding after Cox "
		    "(1987)."));
	mem_free(schools);
	buf_done(&none);
}
