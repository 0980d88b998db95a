/*
 * A set of counts: cells that are added to, merged and asked. Texts are kept
 * once and go by number; marks of things that are counted once wait beside the
 * cells until counts_fold.
 */
#include "client/core/report/counts.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/local/utf8.h"
#include "common/base/mem.h"

#define NONE UINT32_MAX

void
counts_init(struct counts *c)
{
	memset(c, 0, sizeof(*c));
	counts_text(c, "");
}

void
counts_done(struct counts *c)
{
	size_t i;

	for (i = 0; i < c->text_count; i++)
		mem_free(c->texts[i]);
	mem_free(c->texts);
	mem_free(c->sums);
	mem_free(c->cells);
	mem_free(c->marks);
	memset(c, 0, sizeof(*c));
}

/* FNV-1a, of the bytes and of the folded letters. */
static struct counts_sum
sum_of(const char *text)
{
	struct counts_sum sum = { 0xcbf29ce484222325u, 0xcbf29ce484222325u };
	struct view v = view_str(text);
	size_t i, at = 0;

	for (i = 0; i < v.len; i++)
		sum.plain = (sum.plain ^ v.data[i]) * 0x100000001b3u;
	while (at < v.len)
		sum.folded = (sum.folded ^ utf8_fold(utf8_next(v, &at))) *
		    0x100000001b3u;
	return sum;
}

static unsigned
new_text(struct counts *c, const char *text, const struct counts_sum *sum)
{
	c->texts = mem_more(c->texts, c->text_count, sizeof(*c->texts));
	c->sums = mem_more(c->sums, c->text_count, sizeof(*c->sums));
	c->texts[c->text_count] = mem_dup(text);
	c->sums[c->text_count] = *sum;
	return (unsigned)c->text_count++;
}

/* Its number, or NONE. */
static unsigned
find_text(const struct counts *c, const char *text,
    const struct counts_sum *sum)
{
	unsigned i;

	for (i = 0; i < c->text_count; i++)
		if (c->sums[i].plain == sum->plain &&
		    strcmp(c->texts[i], text) == 0)
			return i;
	return NONE;
}

unsigned
counts_text(struct counts *c, const char *text)
{
	struct counts_sum sum = sum_of(text != NULL ? text : "");
	unsigned i = find_text(c, text != NULL ? text : "", &sum);

	return i != NONE ? i : new_text(c, text != NULL ? text : "", &sum);
}

unsigned
counts_school(struct counts *c, const char *name)
{
	struct counts_sum sum = sum_of(name != NULL ? name : "");
	unsigned i;

	if (name == NULL)
		return 0;
	for (i = 0; i < c->text_count; i++)
		if (c->sums[i].folded == sum.folded &&
		    utf8_same(view_str(c->texts[i]), view_str(name)))
			return i;
	return new_text(c, name, &sum);
}

static void
more_cells(struct counts *c)
{
	struct counts_cell *more;

	c->cell_room = 2 * c->cell_room + 64;
	more = mem_new(c->cell_room * sizeof(*more));
	if (c->cell_count > 0)
		memcpy(more, c->cells, c->cell_count * sizeof(*more));
	mem_free(c->cells);
	c->cells = more;
}

void
counts_put(struct counts *c, const struct counts_cell *cell)
{
	if (cell->n == 0)
		return;
	/* Many additions to few cells do not pile up. */
	if (c->cell_count == c->cell_room && c->cell_count > 4096)
		counts_sort(c);
	if (c->cell_count == c->cell_room || (!c->unsorted &&
	    2 * c->cell_count > c->cell_room))
		more_cells(c);
	c->cells[c->cell_count++] = *cell;
	c->unsorted = true;
}

void
counts_add(struct counts *c, const struct counts_event *ev)
{
	struct counts_cell cell = { .group = ev->group, .n = ev->n };

	cell.school = counts_school(c, ev->school);
	for (; cell.side < counts_groups[ev->group].side_count; cell.side++) {
		cell.word = counts_text(c, ev->words[cell.side]);
		counts_put(c, &cell);
	}
}

void
counts_put_mark(struct counts *c, const struct counts_mark *m)
{
	c->marks = mem_more(c->marks, c->mark_count, sizeof(*c->marks));
	c->marks[c->mark_count++] = *m;
}

void
counts_mark(struct counts *c, const struct counts_event *ev,
    const struct id *mark, int64_t day)
{
	struct counts_mark m = { .mark = *mark, .group = ev->group,
	    .day = day };
	size_t i;

	m.school = counts_school(c, ev->school);
	for (i = 0; i < counts_groups[ev->group].side_count; i++)
		m.words[i] = counts_text(c, ev->words[i]);
	counts_put_mark(c, &m);
}

void
counts_merge(struct counts *into, const struct counts *from)
{
	unsigned *as = mem_new((from->text_count + 1) * sizeof(*as));
	struct counts_cell cell;
	struct counts_mark m;
	size_t i, k;

	for (i = 0; i < from->text_count; i++)
		as[i] = counts_school(into, from->texts[i]);
	for (i = 0; i < from->cell_count; i++) {
		cell = from->cells[i];
		cell.school = as[cell.school];
		cell.word = as[cell.word];
		counts_put(into, &cell);
	}
	for (i = 0; i < from->mark_count; i++) {
		m = from->marks[i];
		m.school = as[m.school];
		for (k = 0; k < COUNTS_SIDES_MAX; k++)
			m.words[k] = as[m.words[k]];
		counts_put_mark(into, &m);
	}
	mem_free(as);
}

/* ---- in order ---- */

static int
by_text(const void *a, const void *b, void *ctx)
{
	char **texts = ctx;

	return strcmp(texts[*(const unsigned *)a], texts[*(const unsigned *)b]);
}

static unsigned *
ranks(struct counts *c)
{
	unsigned *list = mem_new(c->text_count * sizeof(*list));
	unsigned *rank = mem_new(c->text_count * sizeof(*rank));
	unsigned i;

	for (i = 0; i < c->text_count; i++)
		list[i] = i;
	qsort_r(list, c->text_count, sizeof(*list), by_text, c->texts);
	for (i = 0; i < c->text_count; i++)
		rank[list[i]] = i;
	mem_free(list);
	return rank;
}

static int
compare(unsigned a, unsigned b)
{
	return a < b ? -1 : a > b;
}

static int
by_place(const void *a, const void *b, void *ctx)
{
	const struct counts_cell *x = a, *y = b;
	const unsigned *rank = ctx;
	int c = compare(x->group, y->group);

	c = c != 0 ? c : compare(x->side, y->side);
	c = c != 0 ? c : compare(rank[x->school], rank[y->school]);
	return c != 0 ? c : compare(rank[x->word], rank[y->word]);
}

void
counts_sort(struct counts *c)
{
	unsigned *rank;
	size_t i, n = 0;

	if (!c->unsorted)
		return;
	rank = ranks(c);
	qsort_r(c->cells, c->cell_count, sizeof(*c->cells), by_place, rank);
	for (i = 0; i < c->cell_count; i++) {
		if (n > 0 && by_place(&c->cells[n - 1], &c->cells[i],
		    rank) == 0)
			c->cells[n - 1].n += c->cells[i].n;
		else
			c->cells[n++] = c->cells[i];
	}
	c->cell_count = n;
	for (i = n = 0; i < c->cell_count; i++)
		if (c->cells[i].n != 0)
			c->cells[n++] = c->cells[i];
	c->cell_count = n;
	c->unsorted = false;
	mem_free(rank);
}

/* The newest mark of a thing first; of those of one day, whichever comes first
 * by what it says: the order in which they were handed in does not matter. */
static int
by_mark(const void *a, const void *b, void *ctx)
{
	const struct counts_mark *x = a, *y = b;
	const unsigned *rank = ctx;
	int c = compare(x->group, y->group);
	size_t i;

	c = c != 0 ? c : id_cmp(&x->mark, &y->mark);
	if (c == 0 && x->day != y->day)
		return x->day > y->day ? -1 : 1;
	c = c != 0 ? c : compare(rank[x->school], rank[y->school]);
	for (i = 0; c == 0 && i < COUNTS_SIDES_MAX; i++)
		c = compare(rank[x->words[i]], rank[y->words[i]]);
	return c;
}

void
counts_fold(struct counts *c)
{
	unsigned *rank = ranks(c);
	struct counts_cell cell;
	const struct counts_mark *m;
	size_t i;

	if (c->mark_count > 0)
		qsort_r(c->marks, c->mark_count, sizeof(*c->marks), by_mark,
		    rank);
	for (i = 0; i < c->mark_count; i++) {
		m = &c->marks[i];
		if (i > 0 && m->group == m[-1].group &&
		    id_eq(&m->mark, &m[-1].mark))
			continue;
		cell = (struct counts_cell){ .group = m->group,
		    .school = m->school, .n = 1 };
		for (; cell.side < counts_groups[m->group].side_count;
		    cell.side++) {
			cell.word = m->words[cell.side];
			counts_put(c, &cell);
		}
	}
	c->mark_count = 0;
	mem_free(rank);
	counts_sort(c);
}

/* ---- asking ---- */

/* Where the cells of a side begin; they stand in order. */
static size_t
side_begin(const struct counts *c, unsigned group, unsigned side)
{
	size_t low = 0, high = c->cell_count, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (c->cells[mid].group < group ||
		    (c->cells[mid].group == group &&
		    c->cells[mid].side < side))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of NULL every one; false: no such text, so nothing of it. */
static bool
number_of(const struct counts *c, const char *text, unsigned *out)
{
	struct counts_sum sum;

	*out = NONE;
	if (text == NULL)
		return true;
	sum = sum_of(text);
	*out = find_text(c, text, &sum);
	return *out != NONE;
}

int64_t
counts_get(struct counts *c, enum counts_group_number group, unsigned side,
    const struct counts_where *where)
{
	unsigned school, word;
	int64_t n = 0;
	size_t i;

	counts_sort(c);
	if (!number_of(c, where->school, &school) ||
	    !number_of(c, where->word, &word))
		return 0;
	for (i = side_begin(c, group, side); i < c->cell_count &&
	    c->cells[i].group == group && c->cells[i].side == side; i++)
		if ((school == NONE || c->cells[i].school == school) &&
		    (word == NONE || c->cells[i].word == word))
			n += c->cells[i].n;
	return n;
}

/* As people number schools: the 2nd before the 10th. */
static int
by_number(const void *a, const void *b, void *ctx)
{
	char **texts = ctx;

	return strverscmp(texts[*(const unsigned *)a],
	    texts[*(const unsigned *)b]);
}

static size_t
list_texts(struct counts *c, bool *used, unsigned *out, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < c->text_count; i++)
		if (used[i] && n < max)
			out[n++] = (unsigned)i;
	if (n > 0)
		qsort_r(out, n, sizeof(*out), by_number, c->texts);
	mem_free(used);
	return n;
}

size_t
counts_schools(struct counts *c, unsigned *out, size_t max)
{
	bool *used = mem_new((c->text_count + 1) * sizeof(*used));
	size_t i;

	for (i = 0; i < c->cell_count; i++)
		used[c->cells[i].school] = true;
	return list_texts(c, used, out, max);
}

size_t
counts_words(struct counts *c, enum counts_group_number group, unsigned side,
    unsigned *out, size_t max)
{
	bool *used = mem_new((c->text_count + 1) * sizeof(*used));
	size_t i;

	counts_sort(c);
	for (i = side_begin(c, group, side); i < c->cell_count &&
	    c->cells[i].group == group && c->cells[i].side == side; i++)
		used[c->cells[i].word] = true;
	return list_texts(c, used, out, max);
}
