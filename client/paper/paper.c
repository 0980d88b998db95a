/*
 * The document as its caller says it: a list of parts, copied and cleaned.
 * paper_pdf.c and paper_html.c print it.
 */
#include "client/paper/paper_parts.h"

#include <assert.h>
#include <string.h>

#include "client/core/local/utf8.h"
#include "common/base/mem.h"

static const char replacement[] = "\xef\xbf\xbd";

/* ---- text in and out ---- */

/* What would move a printer or turn the reading direction. */
static bool
shown(uint32_t cp)
{
	if (cp == '\n' || cp == '\t')
		return true;
	return cp >= 0x20 && (cp < 0x7f || cp > 0x9f) && cp != 0xfffd &&
	    !(cp >= 0x202a && cp <= 0x202e) && !(cp >= 0x2066 && cp <= 0x2069);
}

/* A copy that every printer can take. */
static char *
clean(const char *text)
{
	struct view v = view_str(text != NULL ? text : "");
	char *copy = mem_new(3 * v.len + 1);
	size_t at = 0, from, out = 0;

	while (at < v.len) {
		from = at;
		if (shown(utf8_next(v, &at))) {
			memcpy(copy + out, v.data + from, at - from);
			out += at - from;
		} else {
			memcpy(copy + out, replacement, 3);
			out += 3;
		}
	}
	copy[out] = '\0';
	return copy;
}

static char *
clean_or_null(const char *text)
{
	return text != NULL ? clean(text) : NULL;
}

static char **
clean_all(const char *const *texts, size_t n)
{
	char **copy = mem_new((n + 1) * sizeof(*copy));
	size_t i;

	for (i = 0; i < n; i++)
		copy[i] = clean(texts[i]);
	return copy;
}

static void
drop_all(char **texts, size_t n)
{
	size_t i;

	for (i = 0; texts != NULL && i < n; i++)
		mem_forget(texts[i]);
	mem_free(texts);
}

/* ---- begin and end ---- */

struct paper *
paper_new(const struct paper_about *about)
{
	struct paper *p = mem_new(sizeof(*p));

	p->title = clean(about->title);
	p->subtitle = clean_or_null(about->subtitle);
	p->source = clean(about->source);
	p->date = clean(about->date);
	p->page = clean(about->page != NULL ? about->page : "Page %u of %u");
	p->lang = clean(about->lang != NULL ? about->lang : "en");
	return p;
}

static void
part_done(struct part *part)
{
	size_t i;

	mem_forget(part->text);
	mem_forget(part->more);
	drop_all(part->heads, part->cols);
	drop_all(part->titles, part->cols);
	for (i = 0; i < part->row_count; i++)
		drop_all(part->rows[i].cells, part->cols);
	mem_free(part->rows);
}

void
paper_free(struct paper *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->count; i++)
		part_done(&p->parts[i]);
	mem_free(p->parts);
	mem_forget(p->title);
	mem_forget(p->subtitle);
	mem_forget(p->source);
	mem_forget(p->date);
	mem_forget(p->page);
	mem_forget(p->lang);
	mem_free(p);
}

/* ---- parts ---- */

static struct part *
add(struct paper *p, enum part_kind kind, const char *text, const char *more)
{
	struct part *part;

	p->parts = mem_more(p->parts, p->count, sizeof(*p->parts));
	part = &p->parts[p->count++];
	part->kind = kind;
	part->text = clean_or_null(text);
	part->more = clean_or_null(more);
	return part;
}

void
paper_heading(struct paper *p, int level, const char *text)
{
	assert(level >= 1 && level <= 3);
	add(p, PART_HEADING, text, NULL)->level = (unsigned)level;
}

void
paper_text(struct paper *p, const char *text)
{
	add(p, PART_TEXT, text, NULL);
}

void
paper_note(struct paper *p, const char *text)
{
	add(p, PART_NOTE, text, NULL);
}

void
paper_fact(struct paper *p, const char *label, const char *value)
{
	add(p, PART_FACT, label, value != NULL ? value : "");
}

void
paper_table(struct paper *p, const struct paper_table *t)
{
	struct part *part = add(p, PART_TABLE, t->caption, NULL);
	size_t i;

	assert(t->cols >= 1 && t->cols <= PAPER_COLS_MAX);
	part->cols = t->cols;
	part->heads = clean_all(t->heads, t->cols);
	if (t->titles != NULL)
		part->titles = clean_all(t->titles, t->cols);
	for (i = 0; i < t->cols; i++)
		part->align[i] = t->align != NULL && i < strlen(t->align) ?
		    t->align[i] : 'l';
}

static struct part_row *
add_row(struct paper *p, enum part_kind kind, const char *const *cells)
{
	struct part *part;
	struct part_row *row;

	assert(p->count > 0 && p->parts[p->count - 1].kind == kind);
	part = &p->parts[p->count - 1];
	part->rows = mem_more(part->rows, part->row_count,
	    sizeof(*part->rows));
	row = &part->rows[part->row_count++];
	row->cells = clean_all(cells, part->cols);
	return row;
}

void
paper_row(struct paper *p, const char *const *cells)
{
	add_row(p, PART_TABLE, cells);
}

void
paper_row_sum(struct paper *p, const char *const *cells)
{
	add_row(p, PART_TABLE, cells)->sum = true;
}

void
paper_bars(struct paper *p, const char *title, const char *about)
{
	add(p, PART_BARS, title, about != NULL ? about : "")->cols = 2;
}

void
paper_bar(struct paper *p, const char *label, double value, const char *words)
{
	const char *cells[2] = { label, words };

	add_row(p, PART_BARS, cells)->value = value > 0 ? value : 0;
}

double
part_max(const struct part *part)
{
	double max = 0;
	size_t i;

	for (i = 0; i < part->row_count; i++)
		if (part->rows[i].value > max)
			max = part->rows[i].value;
	return max;
}

void
paper_rules(struct paper *p, const char *label, unsigned lines)
{
	add(p, PART_RULES, label, NULL)->level = lines;
}

void
paper_sign(struct paper *p, const char *left, const char *right)
{
	add(p, PART_SIGN, left, right);
}

void
paper_break(struct paper *p)
{
	add(p, PART_BREAK, NULL, NULL);
}
