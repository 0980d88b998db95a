/*
 * Counts as they travel (CBOR, schema/reports.md 3) and as they are published
 * (CSV, schema/reports.md 5), both ways.
 */
#include "client/core/report/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/words/csv.h"
#include "client/core/local/utf8.h"
#include "common/base/mem.h"
#include "common/wire/cbor.h"
#include "common/base/text.h"

#define CELL_MAX ((int64_t)1000000000) /* of anything in a year */
#define LINES_MAX 65536
#define DAY_MAX 1000000

/* ---- as they travel ---- */

static bool
same_row(const struct counts_cell *a, const struct counts_cell *b)
{
	return a->group == b->group && a->side == b->side &&
	    a->school == b->school;
}

static void
put_rows(const struct counts *c, struct buf *out)
{
	size_t i, k, rows = 0;

	for (i = 0; i < c->cell_count; i++)
		rows += i == 0 || !same_row(&c->cells[i - 1], &c->cells[i]);
	cbor_put_array(out, rows);
	for (i = 0; i < c->cell_count; i = k) {
		for (k = i; k < c->cell_count &&
		    same_row(&c->cells[i], &c->cells[k]); k++)
			;
		cbor_put_array(out, 3 + 2 * (k - i));
		cbor_put_uint(out, c->cells[i].group);
		cbor_put_uint(out, c->cells[i].side);
		cbor_put_uint(out, c->cells[i].school);
		for (; i < k; i++) {
			cbor_put_uint(out, c->cells[i].word);
			cbor_put_uint(out, (uint64_t)c->cells[i].n);
		}
	}
}

static void
put_marks(const struct counts *c, struct buf *out)
{
	const struct counts_mark *m;
	size_t i, k, sides;

	cbor_put_array(out, c->mark_count);
	for (i = 0; i < c->mark_count; i++) {
		m = &c->marks[i];
		sides = counts_groups[m->group].side_count;
		cbor_put_array(out, 4 + sides);
		cbor_put_uint(out, m->group);
		cbor_put_id(out, &m->mark);
		cbor_put_uint(out, (uint64_t)m->day);
		cbor_put_uint(out, m->school);
		for (k = 0; k < sides; k++)
			cbor_put_uint(out, m->words[k]);
	}
}

void
counts_encode(struct counts *c, struct buf *out)
{
	size_t i;

	counts_sort(c);
	cbor_put_map(out, 3);
	cbor_put_uint(out, 1);
	cbor_put_array(out, c->text_count);
	for (i = 0; i < c->text_count; i++)
		cbor_put_text(out, view_str(c->texts[i]));
	cbor_put_uint(out, 2);
	put_rows(c, out);
	cbor_put_uint(out, 3);
	put_marks(c, out);
}

/* A number below ${end}, else the input is bad. */
static unsigned
number(struct cbor_reader *r, size_t end)
{
	uint64_t v = cbor_uint(r);

	if (v >= end)
		r->bad = true;
	return r->bad ? 0 : (unsigned)v;
}

static void
read_texts(struct cbor_reader *r, struct counts *c)
{
	char text[COUNTS_WORD_BYTES + 1];
	struct view v;
	size_t i, n = cbor_array(r, COUNTS_LIST_MAX);

	for (i = 0; i < n && !r->bad; i++) {
		v = cbor_text(r, COUNTS_WORD_BYTES);
		if (r->bad || utf8_controls(v, false) != v.len)
			r->bad = true;
		if (r->bad)
			return;
		snprintf(text, sizeof(text), "%.*s", (int)v.len,
		    v.len > 0 ? (const char *)v.data : "");
		if (counts_text(c, text) != i)
			r->bad = true; /* twice, or the first is not "" */
	}
	cbor_leave(r);
}

static void
read_rows(struct cbor_reader *r, struct counts *c)
{
	struct counts_cell cell;
	size_t i, k, n = cbor_array(r, LINES_MAX), len;

	for (i = 0; i < n && !r->bad; i++) {
		len = cbor_array(r, 3 + 2 * COUNTS_LIST_MAX);
		if (len < 5 || len % 2 != 1)
			r->bad = true;
		cell.group = number(r, COUNTS_GROUP_COUNT);
		cell.side = number(r, counts_groups[cell.group].side_count);
		cell.school = number(r, c->text_count);
		for (k = 3; k < len && !r->bad; k += 2) {
			cell.word = number(r, c->text_count);
			cell.n = number(r, CELL_MAX);
			if (!r->bad)
				counts_put(c, &cell);
		}
		cbor_leave(r);
	}
	cbor_leave(r);
}

static void
read_marks(struct cbor_reader *r, struct counts *c)
{
	struct counts_mark m;
	size_t i, k, n = cbor_array(r, LINES_MAX), sides;

	for (i = 0; i < n && !r->bad; i++) {
		memset(&m, 0, sizeof(m));
		sides = cbor_array(r, 4 + COUNTS_SIDES_MAX);
		m.group = number(r, COUNTS_GROUP_COUNT);
		cbor_id(r, &m.mark);
		m.day = number(r, DAY_MAX);
		m.school = number(r, c->text_count);
		sides = sides > 4 ? sides - 4 : 0;
		if (sides == 0 || sides > counts_groups[m.group].side_count)
			r->bad = true;
		for (k = 0; k < sides && !r->bad; k++)
			m.words[k] = number(r, c->text_count);
		cbor_leave(r);
		if (!counts_groups[m.group].once)
			r->bad = true;
		if (!r->bad)
			counts_put_mark(c, &m);
	}
	cbor_leave(r);
}

/* An older program knows fewer sides: there, all of it is without a word. */
static void
fill_sides(struct counts *c)
{
	struct counts_where all = { NULL, NULL };
	size_t i, n = c->cell_count;
	struct counts_cell *had = mem_new((n + 1) * sizeof(*had)), cell;
	unsigned group, side;

	if (n > 0)
		memcpy(had, c->cells, n * sizeof(*had));
	for (group = 0; group < COUNTS_GROUP_COUNT; group++)
		for (side = 1; side < counts_groups[group].side_count; side++) {
			if (counts_get(c, group, side, &all) != 0)
				continue;
			for (i = 0; i < n; i++) {
				cell = had[i];
				if (cell.group != group || cell.side != 0)
					continue;
				cell.side = side;
				cell.word = 0;
				counts_put(c, &cell);
			}
		}
	mem_free(had);
}

/* Each side of a group divides the same things: at each school they add up to
 * as many. */
static bool
sides_agree(const struct counts *c)
{
	int64_t *sums = mem_new(c->text_count * COUNTS_SIDES_MAX *
	    sizeof(*sums));
	bool agree = true;
	unsigned group, side;
	size_t i;

	for (group = 0; agree && group < COUNTS_GROUP_COUNT; group++) {
		memset(sums, 0, c->text_count * COUNTS_SIDES_MAX *
		    sizeof(*sums));
		for (i = 0; i < c->cell_count; i++)
			if (c->cells[i].group == group)
				sums[c->cells[i].side * c->text_count +
				    c->cells[i].school] += c->cells[i].n;
		for (side = 1; side < counts_groups[group].side_count; side++)
			agree &= memcmp(sums, sums + side * c->text_count,
			    c->text_count * sizeof(*sums)) == 0;
	}
	mem_free(sums);
	return agree;
}

int
counts_decode(struct view in, struct counts *out, struct err *e)
{
	struct cbor_reader r;
	int rc;

	counts_init(out);
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, 1);
	read_texts(&r, out);
	cbor_need(&r, 2);
	read_rows(&r, out);
	cbor_need(&r, 3);
	read_marks(&r, out);
	cbor_leave(&r);
	rc = cbor_end(&r, "counts that were handed in", e);
	if (rc == 0) {
		fill_sides(out);
		if (!sides_agree(out))
			rc = err_set(e, ERR_PEER, "counts that were handed in "
			    "do not add up to the same on each side");
	}
	if (rc != 0)
		counts_done(out);
	return rc;
}

/* ---- as they are published ---- */

static const char *const columns[] = { "group", "side", "school", "word",
	"count" };
#define COLUMNS 5
#define FIELD_BYTES (COUNTS_WORD_BYTES + 1) /* with an apostrophe */

/* What a spreadsheet would take for a formula, whether or not apostrophes
 * stand before it. */
static bool
is_formula(const char *text)
{
	text += strspn(text, "'");
	return *text != '\0' && strchr("=+-@\t", *text) != NULL;
}

/* Quoted where RFC 4180 asks for it. A formula gets one apostrophe more, as
 * spreadsheets themselves do. */
static void
put_field(struct buf *out, const char *text, char after)
{
	const char *p;

	if (text[strcspn(text, ",\"\r\n")] == '\0' && !is_formula(text)) {
		buf_add_str(out, text);
	} else {
		buf_add_str(out, is_formula(text) ? "\"'" : "\"");
		for (p = text; *p != '\0'; p++)
			buf_add(out, *p == '"' ? "\"\"" : p,
			    *p == '"' ? 2 : 1);
		buf_add_str(out, "\"");
	}
	if (after != '\0')
		buf_add(out, &after, 1);
}

void
counts_csv(struct counts *c, struct buf *out)
{
	const struct counts_cell *cell;
	const struct counts_group *g;
	size_t i;

	counts_sort(c);
	for (i = 0; i < COLUMNS; i++)
		put_field(out, columns[i], i + 1 < COLUMNS ? ',' : '\0');
	buf_add_str(out, "\r\n");
	for (i = 0; i < c->cell_count; i++) {
		cell = &c->cells[i];
		g = &counts_groups[cell->group];
		put_field(out, g->code, ',');
		put_field(out, g->sides[cell->side].code, ',');
		put_field(out, c->texts[cell->school], ',');
		put_field(out, c->texts[cell->word], ',');
		buf_add_fmt(out, "%lld\r\n", (long long)cell->n);
	}
}

static int
side_find(const struct counts_group *g, const char *code)
{
	unsigned i;

	for (i = 0; i < g->side_count; i++)
		if (strcmp(g->sides[i].code, code) == 0)
			return (int)i;
	return -1;
}

/* Of a field that put_field wrote. */
static unsigned
text_of(struct counts *c, const char *field)
{
	return counts_text(c, field[0] == '\'' && is_formula(field) ?
	    field + 1 : field);
}

static void
copy(char out[static FIELD_BYTES + 1], struct view v)
{
	snprintf(out, FIELD_BYTES + 1, "%.*s", (int)v.len,
	    v.len > 0 ? (const char *)v.data : "");
}

static int
read_line(const struct csv *csv, const struct view *f, struct counts *out,
    struct err *e)
{
	char text[FIELD_BYTES + 1];
	struct counts_cell cell = { 0 };
	size_t i;
	int n;

	for (i = 0; i < COLUMNS; i++)
		if (f[i].len > FIELD_BYTES)
			return csv_fail(csv, i, e, N_("is too long"));
	copy(text, f[0]);
	n = counts_group_find(text);
	if (n < 0)
		return csv_fail(csv, 0, e, N_("is no group that is counted"));
	cell.group = (unsigned)n;
	copy(text, f[1]);
	n = side_find(&counts_groups[cell.group], text);
	if (n < 0)
		return csv_fail(csv, 1, e, N_("is no side of that group"));
	cell.side = (unsigned)n;
	copy(text, f[2]);
	cell.school = text_of(out, text);
	copy(text, f[3]);
	cell.word = text_of(out, text);
	for (i = 0; i < f[4].len && i < 10; i++) {
		if (f[4].data[i] < '0' || f[4].data[i] > '9')
			break;
		cell.n = cell.n * 10 + (f[4].data[i] - '0');
	}
	if (i == 0 || i != f[4].len)
		return csv_fail(csv, 4, e, N_("is a whole number, 0 or more"));
	counts_put(out, &cell);
	return 0;
}

int
counts_read_csv(struct view in, struct counts *out, struct err *e)
{
	struct view f[CSV_FIELDS_MAX];
	struct csv csv;
	size_t n, row = 0;
	int rc;

	counts_init(out);
	csv_init(&csv, in);
	csv.names = columns;
	csv.name_count = COLUMNS;
	while ((rc = csv_next(&csv, f, &n, e)) == 1) {
		if (n != COLUMNS)
			rc = csv_fail(&csv, 0, e, N_("five columns are needed"));
		else if (row++ > 0)
			rc = read_line(&csv, f, out, e);
		else
			rc = 0;
		if (rc != 0)
			break;
	}
	csv_done(&csv);
	if (rc != 0)
		counts_done(out);
	return rc;
}
