/*
 * A document onto pages. Everything is laid out twice: once to see how many
 * pages there are, once for good. A heading stays with what follows it, a
 * chart stays whole where it can, a table's head stands on each page.
 */
#include "client/paper/paper_parts.h"

#include <stdio.h>
#include <string.h>

#include "client/paper/press.h"
#include "common/base/mem.h"

#define LEFT 56.0
#define WIDTH (PRESS_WIDTH - 2 * LEFT)
#define TOP 66.0                        /* below the page's head */
#define BOTTOM (PRESS_HEIGHT - 58.0)    /* above its foot */
#define GAP 7.0                         /* between parts */
#define LABEL 140.0                     /* of a fact */
#define PAD 3.5                         /* beside a cell's text */
#define PAD_Y 2.0                       /* above and below it */
#define LEAST_COL 30.0                  /* of figures */
#define BAR_LABEL 190.0
#define BAR_WORDS 52.0                  /* room for the words after a bar */
#define BAR_HEIGHT 9.0
#define RULE_STEP 22.0                  /* between lines to write on */
#define SIGN_ROOM 44.0
#define PAGE_BYTES ((size_t)6 * 1024) /* as much as a page mostly holds */

struct sheet {
	const struct paper *doc;
	struct press *press;
	double y;
	unsigned page, pages;
	double (*cols)[PAPER_COLS_MAX]; /* widths, by part; from pass one */
};

static struct press_text
text_of(enum press_style style, const char *text, double width)
{
	struct press_text t = { .style = style, .width = width,
	    .text = view_str(text) };

	return t;
}

static double
height_of(struct sheet *s, enum press_style style, const char *text,
    double width)
{
	struct press_text t = text_of(style, text, width);
	double h;

	press_size(s->press, &t, NULL, &h);
	return h;
}

/* ---- pages ---- */

/* "Page %u of %u", whatever the language makes of it. */
static void
page_words(const struct sheet *s, struct buf *out)
{
	const char *p = s->doc->page, *at;
	unsigned n[2] = { s->page, s->pages };
	size_t i;

	for (i = 0; i < 2 && (at = strstr(p, "%u")) != NULL; i++) {
		buf_add(out, p, (size_t)(at - p));
		buf_add_fmt(out, "%u", n[i]);
		p = at + 2;
	}
	buf_add_str(out, p);
}

static void
frame(struct sheet *s)
{
	struct press_text t = text_of(PRESS_SMALL, s->doc->title, 0.7 * WIDTH);
	struct buf page;

	t.ink = PRESS_GREY;
	press_draw(s->press, &t, LEFT, 36);
	t.text = view_str(s->doc->date);
	t.width = WIDTH;
	t.right = true;
	press_draw(s->press, &t, LEFT, 36);
	press_line(s->press, PRESS_LINE, LEFT, 50, WIDTH);
	press_line(s->press, PRESS_LINE, LEFT, PRESS_HEIGHT - 48, WIDTH);
	buf_init(&page, 4096);
	page_words(s, &page);
	t.text = buf_view(&page);
	press_draw(s->press, &t, LEFT, PRESS_HEIGHT - 42);
	buf_done(&page);
	t.text = view_str(s->doc->source);
	t.right = false;
	t.width = 0.75 * WIDTH;
	press_draw(s->press, &t, LEFT, PRESS_HEIGHT - 42);
	s->y = TOP;
}

static void
next_page(struct sheet *s)
{
	press_page(s->press);
	s->page++;
	frame(s);
}

/* Is there room for as much? On a fresh page there always is. */
static void
need(struct sheet *s, double height)
{
	if (s->y + height > BOTTOM && s->y > TOP)
		next_page(s);
}

/* ---- text ---- */

/* The first ${n} bytes or less, in whole words. */
static struct view
first_of(struct view text, size_t n)
{
	if (text.len <= n)
		return text;
	while (n > 1 && text.data[n] != ' ' && text.data[n] != '\n')
		n--;
	return n > 1 ? view_of(text.data, n) : text;
}

/* What of ${t} fits on the rest of the page. To shape all of a long text for
 * each of its pages is slow: first tried with as much as a page may hold. */
static struct view
fitting(struct sheet *s, const struct press_text *t, double *used)
{
	struct press_text piece = *t;
	size_t n, bytes = PAGE_BYTES;

	do {
		piece.text = first_of(t->text, bytes);
		n = press_fit(s->press, &piece, BOTTOM - s->y, used);
		bytes *= 2;
	} while (n == piece.text.len && n < t->text.len);
	if (n == 0 && s->y <= TOP) /* a line higher than a page: it is cut */
		n = piece.text.len;
	return view_of(t->text.data, n);
}

/* Over as many pages as it takes. */
static void
flow(struct sheet *s, struct press_text t, double x)
{
	struct press_text piece = t;
	double used;

	while (t.text.len > 0) {
		piece.text = fitting(s, &t, &used);
		t.text = view_of(t.text.data + piece.text.len,
		    t.text.len - piece.text.len);
		while (piece.text.len > 0 &&
		    piece.text.data[piece.text.len - 1] == '\n')
			piece.text.len--;
		if (piece.text.len > 0)
			press_draw(s->press, &piece, x, s->y);
		s->y += used;
		if (t.text.len > 0)
			next_page(s);
	}
}

static void
put_text(struct sheet *s, const struct part *part)
{
	bool small = part->kind == PART_NOTE;
	struct press_text t = text_of(small ? PRESS_SMALL : PRESS_BODY,
	    part->text, WIDTH);

	t.ink = small ? PRESS_GREY : PRESS_BLACK;
	t.tag = "P";
	flow(s, t, LEFT);
	s->y += GAP;
}

static const enum press_style head_styles[] = { PRESS_TITLE, PRESS_HEAD1,
	PRESS_HEAD2, PRESS_HEAD3 };

static void
put_heading(struct sheet *s, const struct part *part)
{
	static const char *const tags[] = { "H1", "H1", "H2", "H3" };
	struct press_text t = text_of(head_styles[part->level], part->text,
	    WIDTH);

	if (s->y > TOP)
		s->y += part->level == 1 ? 12 : 6;
	t.ink = PRESS_ACCENT;
	t.tag = tags[part->level];
	press_mark(s->press, (int)part->level, part->text);
	flow(s, t, LEFT);
	s->y += 4;
}

static void
put_fact(struct sheet *s, const struct part *part)
{
	struct press_text label = text_of(PRESS_STRONG, part->text,
	    LABEL - 10), value = text_of(PRESS_BODY, part->more,
	    WIDTH - LABEL);
	double h, top;
	unsigned page = s->page;

	press_size(s->press, &label, NULL, &h);
	need(s, h);
	top = s->y;
	page = s->page;
	label.tag = value.tag = "P";
	label.ink = PRESS_GREY;
	press_draw(s->press, &label, LEFT, s->y + 0.5);
	flow(s, value, LEFT + LABEL);
	if (s->page == page && s->y < top + h)
		s->y = top + h;
	s->y += 3;
}

/* ---- tables ---- */

static const char *
cell_text(const struct part *part, size_t row, size_t col)
{
	return row == 0 ? part->heads[col] : part->rows[row - 1].cells[col];
}

static enum press_style
cell_style(const struct part *part, size_t row)
{
	return row == 0 || part->rows[row - 1].sum ? PRESS_STRONG : PRESS_CELL;
}

/* What a column would like, and what it cannot do without. */
static void
measure(struct sheet *s, const struct part *part, size_t col, double *least,
    double *most)
{
	struct press_text t;
	double w;
	size_t i;

	*least = *most = 0;
	for (i = 0; i <= part->row_count; i++) {
		t = text_of(cell_style(part, i), cell_text(part, i, col), 0);
		press_size(s->press, &t, &w, NULL);
		*most = w > *most ? w : *most;
		if (part->align[col] != 'r' || i == 0)
			w = press_word(s->press, &t);
		*least = w > *least ? w : *least;
	}
	*least += 2 * PAD + 0.5;
	*most += 2 * PAD + 0.5;
	if (part->align[col] == 'r' && *most < LEAST_COL)
		*most = LEAST_COL;
}

static void
widths(struct sheet *s, const struct part *part, double *out)
{
	double least[PAPER_COLS_MAX], most[PAPER_COLS_MAX];
	double low = 0, high = 0, share;
	size_t i;

	for (i = 0; i < part->cols; i++) {
		measure(s, part, i, &least[i], &most[i]);
		low += least[i];
		high += most[i];
	}
	for (i = 0; i < part->cols; i++) {
		if (low >= WIDTH) /* words are broken */
			out[i] = least[i] * WIDTH / low;
		else if (high > WIDTH) {
			share = (most[i] - least[i]) / (high - low);
			out[i] = least[i] + share * (WIDTH - low);
		} else
			out[i] = most[i] + (i == 0 ? WIDTH - high : 0);
	}
}

static double
row_height(struct sheet *s, const struct part *part, size_t row,
    const double *w)
{
	double h, max = 0;
	size_t i;

	for (i = 0; i < part->cols; i++) {
		h = height_of(s, cell_style(part, row),
		    cell_text(part, row, i), w[i] - 2 * PAD);
		max = h > max ? h : max;
	}
	return max + 2 * PAD_Y;
}

static void
put_row(struct sheet *s, const struct part *part, size_t row,
    const double *w)
{
	double x = LEFT, h = row_height(s, part, row, w);
	struct press_box shade = { LEFT, s->y, WIDTH, h };
	struct press_text t;
	size_t i;

	if (row > 0 && row % 2 == 0 && !part->rows[row - 1].sum)
		press_box(s->press, PRESS_SHADE, &shade);
	if (row > 0 && part->rows[row - 1].sum)
		press_line(s->press, PRESS_BLACK, LEFT, s->y, WIDTH);
	press_begin(s->press, "TR");
	for (i = 0; i < part->cols; i++) {
		t = text_of(cell_style(part, row), cell_text(part, row, i),
		    w[i] - 2 * PAD);
		t.right = part->align[i] == 'r';
		t.tag = row == 0 || i == 0 ? "TH" : "TD";
		press_draw(s->press, &t, x + PAD, s->y + PAD_Y);
		x += w[i];
	}
	press_end(s->press, "TR");
	s->y += h;
	if (row == 0)
		press_line(s->press, PRESS_BLACK, LEFT, s->y, WIDTH);
}

/* A row that no page is high enough for, as lines of head and cell. */
static void
put_long_row(struct sheet *s, const struct part *part, size_t row)
{
	struct part fact = { .kind = PART_FACT };
	size_t i;

	for (i = 0; i < part->cols; i++) {
		fact.text = part->heads[i];
		fact.more = part->rows[row - 1].cells[i];
		put_fact(s, &fact);
	}
}

static void
put_table(struct sheet *s, const struct part *part)
{
	double *w = s->cols[part - s->doc->parts], head, h;
	struct press_text t;
	size_t i;

	if (w[0] == 0)
		widths(s, part, w);
	if (part->text != NULL && part->text[0] != '\0') {
		t = text_of(PRESS_STRONG, part->text, WIDTH);
		t.ink = PRESS_GREY;
		t.tag = "P";
		flow(s, t, LEFT);
		s->y += 2;
	}
	head = row_height(s, part, 0, w);
	press_begin(s->press, "Table");
	put_row(s, part, 0, w);
	for (i = 1; i <= part->row_count; i++) {
		h = row_height(s, part, i, w);
		if (h + head > BOTTOM - TOP) {
			press_end(s->press, "Table");
			put_long_row(s, part, i);
			press_begin(s->press, "Table");
			continue;
		}
		/* A total does not stand alone on the next page. */
		if (i < part->row_count && part->rows[i].sum)
			h += row_height(s, part, i + 1, w);
		if (s->y + h > BOTTOM) {
			press_end(s->press, "Table");
			next_page(s);
			press_begin(s->press, "Table");
			put_row(s, part, 0, w);
		}
		put_row(s, part, i, w);
	}
	press_end(s->press, "Table");
	press_line(s->press, PRESS_LINE, LEFT, s->y, WIDTH);
	s->y += GAP + 3;
}

/* ---- charts ---- */

static double
bar_height(struct sheet *s, const struct part_row *row)
{
	double h = height_of(s, PRESS_CELL, row->cells[0], BAR_LABEL - 8);

	return (h > BAR_HEIGHT ? h : BAR_HEIGHT) + 4;
}

static void
put_bar(struct sheet *s, const struct part_row *row, double max)
{
	struct press_text label = text_of(PRESS_CELL, row->cells[0],
	    BAR_LABEL - 8), words = text_of(PRESS_STRONG, row->cells[1], 0);
	double h = bar_height(s, row), room = WIDTH - BAR_LABEL - BAR_WORDS;
	struct press_box bar = { LEFT + BAR_LABEL,
		s->y + (h - BAR_HEIGHT) / 2, 0, BAR_HEIGHT };
	double lh, wh;

	press_size(s->press, &label, NULL, &lh);
	press_size(s->press, &words, NULL, &wh);
	label.right = true;
	press_draw(s->press, &label, LEFT, s->y + (h - lh) / 2);
	bar.width = max > 0 ? room * row->value / max : 0;
	if (bar.width > 0)
		press_box(s->press, PRESS_ACCENT, &bar);
	press_draw(s->press, &words, bar.x + bar.width + 4,
	    s->y + (h - wh) / 2);
	s->y += h;
}

static void
put_bars(struct sheet *s, const struct part *part)
{
	double max = part_max(part), from;
	struct press_text t = text_of(PRESS_STRONG, part->text, WIDTH);
	struct press_box axis = { LEFT + BAR_LABEL - 0.6, 0, 0.6, 0 };
	size_t i;

	t.tag = "P";
	flow(s, t, LEFT);
	s->y += 3;
	press_begin(s->press, "Figure");
	from = s->y;
	for (i = 0; i < part->row_count; i++) {
		if (s->y + bar_height(s, &part->rows[i]) > BOTTOM) {
			press_end(s->press, "Figure");
			next_page(s);
			press_begin(s->press, "Figure");
			from = s->y;
		}
		axis.y = from;
		put_bar(s, &part->rows[i], max);
		axis.height = s->y - from;
		from = s->y;
		press_box(s->press, PRESS_BLACK, &axis);
	}
	press_end(s->press, "Figure");
	s->y += GAP + 2;
}

/* ---- to write on ---- */

static void
put_rules(struct sheet *s, const struct part *part)
{
	struct press_text t = text_of(PRESS_STRONG, part->text, WIDTH);
	unsigned i;

	t.tag = "P";
	flow(s, t, LEFT);
	for (i = 0; i < part->level; i++) {
		need(s, RULE_STEP);
		s->y += RULE_STEP;
		press_line(s->press, PRESS_LINE, LEFT, s->y, WIDTH);
	}
	s->y += GAP;
}

static void
put_sign(struct sheet *s, const struct part *part)
{
	double width = (WIDTH - 24) / 2, h;
	struct press_text t = text_of(PRESS_SMALL, part->text, width);

	s->y += SIGN_ROOM;
	t.tag = "P";
	press_line(s->press, PRESS_BLACK, LEFT, s->y, width);
	press_draw(s->press, &t, LEFT, s->y + 3);
	press_size(s->press, &t, NULL, &h);
	if (part->more != NULL) {
		t.text = view_str(part->more);
		press_line(s->press, PRESS_BLACK, LEFT + width + 24, s->y,
		    width);
		press_draw(s->press, &t, LEFT + width + 24, s->y + 3);
	}
	s->y += 3 + 2 * h + GAP;
}

/* ---- all of it ---- */

/* The least of it that should not be torn from what stands before it. */
static double
least(struct sheet *s, const struct part *part)
{
	double h = 0, all = BOTTOM - TOP;
	size_t i;

	switch (part->kind) {
	case PART_HEADING:
		return 40;
	case PART_TABLE:
		return 70;
	case PART_RULES:
		return 16 + RULE_STEP * (part->level < 3 ? part->level : 3);
	case PART_SIGN:
		return SIGN_ROOM + 26;
	case PART_BARS:
		h = 18;
		for (i = 0; i < part->row_count; i++)
			h += bar_height(s, &part->rows[i]);
		return h < all ? h : 120;
	default:
		return 26;
	}
}

/* A heading needs room for what it heads; a small table is not torn. */
static double
room_for(struct sheet *s, size_t i)
{
	const struct paper *doc = s->doc;
	double h = least(s, &doc->parts[i]);

	while (doc->parts[i].kind == PART_HEADING && ++i < doc->count)
		h += least(s, &doc->parts[i]);
	return h < BOTTOM - TOP ? h : 120;
}

static void
put_part(struct sheet *s, size_t i)
{
	const struct part *part = &s->doc->parts[i];

	if (part->kind == PART_BREAK) {
		if (s->y > TOP && i + 1 < s->doc->count)
			next_page(s);
		return;
	}
	need(s, room_for(s, i));
	switch (part->kind) {
	case PART_HEADING:
		put_heading(s, part);
		break;
	case PART_FACT:
		put_fact(s, part);
		if (i + 1 < s->doc->count &&
		    s->doc->parts[i + 1].kind != PART_FACT)
			s->y += GAP;
		break;
	case PART_TABLE:
		put_table(s, part);
		break;
	case PART_BARS:
		put_bars(s, part);
		break;
	case PART_RULES:
		put_rules(s, part);
		break;
	case PART_SIGN:
		put_sign(s, part);
		break;
	default:
		put_text(s, part);
		break;
	}
}

static void
put_title(struct sheet *s)
{
	struct press_text t = text_of(PRESS_TITLE, s->doc->title, WIDTH);
	struct press_box rule = { LEFT, 0, WIDTH, 1.6 };

	t.tag = "H1";
	t.ink = PRESS_ACCENT;
	flow(s, t, LEFT);
	if (s->doc->subtitle != NULL) {
		t = text_of(PRESS_BODY, s->doc->subtitle, WIDTH);
		t.ink = PRESS_GREY;
		t.tag = "P";
		s->y += 2;
		flow(s, t, LEFT);
	}
	rule.y = s->y + 6;
	press_box(s->press, PRESS_ACCENT, &rule);
	s->y += 18;
}

static int
pass(struct sheet *s, struct buf *out, struct err *e)
{
	struct press_meta meta = { s->doc->title, s->doc->lang };
	size_t i;

	s->press = press_open(&meta, out);
	s->page = 1;
	frame(s);
	put_title(s);
	for (i = 0; i < s->doc->count; i++)
		put_part(s, i);
	press_page(s->press);
	return press_close(s->press, e);
}

int
paper_pdf(const struct paper *p, struct buf *out, struct err *e)
{
	struct sheet s = { .doc = p };
	int rc;

	s.cols = mem_new((p->count + 1) * sizeof(*s.cols));
	rc = pass(&s, NULL, e);
	s.pages = s.page;
	if (rc == 0)
		rc = pass(&s, out, e);
	mem_free(s.cols);
	return rc;
}
