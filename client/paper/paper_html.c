/*
 * A document as one HTML page that needs nothing else: style and charts stand
 * in it, and its own policy forbids it to fetch or run anything.
 */
#include "client/paper/paper_parts.h"

#include <string.h>

#define SVG_WIDTH 640
#define SVG_STEP 38     /* a bar with its label above it */
#define SVG_BAR 14
#define SVG_ROOM 560.0  /* the longest bar; the rest is for its words */

static const char style[] =
	":root{--ink:#1a1c1f;--grey:#54585e;--paper:#fff;--shade:#f0f3f5;"
	"--line:#b8c2c9;--accent:#1f5a7a;color-scheme:light dark}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e8eaec;--grey:#a9b0b7;"
	"--paper:#16191c;--shade:#20262b;--line:#46515a;--accent:#7fc0e3}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:2rem 1rem;max-width:60rem;"
	"font:16px/1.5 'Noto Sans','DejaVu Sans',system-ui,sans-serif;"
	"color:var(--ink);background:var(--paper)}\n"
	"header{border-bottom:3px solid var(--accent);margin-bottom:1.5rem}\n"
	"h1,h2,h3,h4{color:var(--accent);line-height:1.25;margin:1.6em 0 .5em;"
	"break-after:avoid}\nheader h1{margin-top:0;font-size:2rem}\n"
	"p{margin:.5em 0;white-space:pre-line;overflow-wrap:anywhere}\n"
	".grey,figcaption p,small{color:var(--grey)}\n"
	"dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;"
	"gap:.3rem 1rem}\ndt{font-weight:600;color:var(--grey)}\n"
	"dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}\n"
	".wide{overflow-x:auto}\n"
	"table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem;"
	"font-size:.9rem;font-variant-numeric:tabular-nums}\n"
	"caption{text-align:left;font-weight:600;color:var(--grey);"
	"padding:.3rem 0}\n"
	"th,td{padding:.3rem .5rem;text-align:left;vertical-align:top}\n"
	"th.r,td.r{text-align:right}\n"
	"tbody th{font-weight:400}\n"
	"thead th{border-bottom:2px solid var(--ink)}\n"
	"tbody tr:nth-child(even){background:var(--shade)}\n"
	"tr.sum th,tr.sum td{border-top:2px solid var(--ink);"
	"font-weight:700}\nabbr{text-decoration:none}\n"
	"figure{margin:1rem 0;break-inside:avoid}\n"
	"figcaption{font-weight:600}\nfigcaption p{font-weight:400}\n"
	"svg{width:100%;max-width:48rem;height:auto;display:block}\n"
	"svg text{fill:var(--ink);font-size:14px}\n"
	"svg .bar{fill:var(--accent)}\nsvg .axis{stroke:var(--ink)}\n"
	".rule{border-bottom:1px solid var(--line);height:2rem}\n"
	".sign{display:flex;gap:2rem;margin-top:4rem}\n"
	".sign p{flex:1;border-top:1px solid var(--ink);font-size:.85rem}\n"
	".break{break-before:page}\n"
	"footer{border-top:1px solid var(--line);margin-top:2rem;"
	"padding-top:.5rem;font-size:.85rem;color:var(--grey)}\n"
	"@media print{@page{size:A4;margin:18mm 18mm 20mm}"
	":root{--ink:#000;--grey:#444;--paper:#fff;--shade:#f0f3f5;"
	"--line:#999;--accent:#1f5a7a;color-scheme:light}"
	"body{padding:0;max-width:none;font-size:10pt}"
	"thead{display:table-header-group}tr{break-inside:avoid}"
	".wide{overflow:visible}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static void
put(struct buf *b, const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		switch (*p) {
		case '&':
			buf_add_str(b, "&amp;");
			break;
		case '<':
			buf_add_str(b, "&lt;");
			break;
		case '>':
			buf_add_str(b, "&gt;");
			break;
		case '"':
			buf_add_str(b, "&quot;");
			break;
		default:
			buf_add(b, p, 1);
		}
}

/* <open>text</close>, the text made harmless. */
static void
put_in(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_add_str(b, open);
	put(b, text);
	buf_add_str(b, close);
}

static void
put_row(struct buf *b, const struct part *part, const struct part_row *row)
{
	size_t i;

	buf_add_str(b, row->sum ? "<tr class=\"sum\">" : "<tr>");
	for (i = 0; i < part->cols; i++) {
		if (i == 0)
			put_in(b, "<th scope=\"row\">", row->cells[i],
			    "</th>");
		else
			put_in(b, part->align[i] == 'r' ? "<td class=\"r\">" :
			    "<td>", row->cells[i], "</td>");
	}
	buf_add_str(b, "</tr>\n");
}

static void
put_head(struct buf *b, const struct part *part, size_t i)
{
	buf_add_str(b, part->align[i] == 'r' ?
	    "<th scope=\"col\" class=\"r\">" : "<th scope=\"col\">");
	if (part->titles != NULL &&
	    strcmp(part->titles[i], part->heads[i]) != 0) {
		put_in(b, "<abbr title=\"", part->titles[i], "\">");
		put_in(b, "", part->heads[i], "</abbr>");
	} else
		put(b, part->heads[i]);
	buf_add_str(b, "</th>");
}

static void
put_table(struct buf *b, const struct part *part)
{
	size_t i;

	buf_add_str(b, "<div class=\"wide\"><table>\n");
	if (part->text != NULL && part->text[0] != '\0')
		put_in(b, "<caption>", part->text, "</caption>\n");
	buf_add_str(b, "<thead><tr>");
	for (i = 0; i < part->cols; i++)
		put_head(b, part, i);
	buf_add_str(b, "</tr></thead>\n<tbody>\n");
	for (i = 0; i < part->row_count; i++)
		put_row(b, part, &part->rows[i]);
	buf_add_str(b, "</tbody></table></div>\n");
}

static void
put_bar(struct buf *b, const struct part_row *row, size_t i, double max)
{
	int width = max > 0 ? (int)(SVG_ROOM * row->value / max) : 0;
	int y = (int)i * SVG_STEP;

	buf_add_fmt(b, "<text x=\"4\" y=\"%d\">", y + 14);
	put(b, row->cells[0]);
	buf_add_fmt(b, "</text><rect class=\"bar\" x=\"2\" y=\"%d\" "
	    "width=\"%d\" height=\"%d\"/><text x=\"%d\" y=\"%d\" "
	    "font-weight=\"700\">", y + 19, width, SVG_BAR, width + 8,
	    y + 31);
	put_in(b, "", row->cells[1], "</text>\n");
}

static void
put_bars(struct buf *b, const struct part *part)
{
	double max = part_max(part);
	int height = (int)part->row_count * SVG_STEP + 4;
	size_t i;

	put_in(b, "<figure><figcaption>", part->text, "");
	if (part->more[0] != '\0')
		put_in(b, "<p>", part->more, "</p>");
	buf_add_fmt(b, "</figcaption>\n<svg role=\"img\" viewBox=\"0 0 %d "
	    "%d\" aria-label=\"", SVG_WIDTH, height);
	put(b, part->text);
	put_in(b, "\"><title>", part->text, "</title>");
	put_in(b, "<desc>", part->more, "</desc>\n");
	for (i = 0; i < part->row_count; i++)
		put_bar(b, &part->rows[i], i, max);
	buf_add_fmt(b, "<line class=\"axis\" x1=\"1\" y1=\"0\" x2=\"1\" "
	    "y2=\"%d\"/></svg></figure>\n", height);
}

static void
put_rules(struct buf *b, const struct part *part)
{
	unsigned i;

	put_in(b, "<p><b>", part->text, "</b></p>\n");
	for (i = 0; i < part->level; i++)
		buf_add_str(b, "<div class=\"rule\"></div>\n");
}

static void
put_part(struct buf *b, const struct part *part)
{
	switch (part->kind) {
	case PART_HEADING:
		buf_add_fmt(b, "<h%u>", part->level + 1);
		put(b, part->text);
		buf_add_fmt(b, "</h%u>\n", part->level + 1);
		break;
	case PART_TEXT:
		put_in(b, "<p>", part->text, "</p>\n");
		break;
	case PART_NOTE:
		put_in(b, "<p class=\"grey\"><small>", part->text,
		    "</small></p>\n");
		break;
	case PART_FACT:
		put_in(b, "<dt>", part->text, "</dt>");
		put_in(b, "<dd>", part->more, "</dd>\n");
		break;
	case PART_TABLE:
		put_table(b, part);
		break;
	case PART_BARS:
		put_bars(b, part);
		break;
	case PART_RULES:
		put_rules(b, part);
		break;
	case PART_SIGN:
		put_in(b, "<div class=\"sign\"><p>", part->text, "</p>");
		if (part->more != NULL)
			put_in(b, "<p>", part->more, "</p>");
		buf_add_str(b, "</div>\n");
		break;
	case PART_BREAK:
		buf_add_str(b, "<div class=\"break\"></div>\n");
		break;
	}
}

static void
put_top(struct buf *b, const struct paper *p)
{
	buf_add_str(b, "<!doctype html>\n<html lang=\"");
	put(b, p->lang);
	buf_add_str(b, "\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,"
	    "initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'\">\n");
	put_in(b, "<title>", p->title, "</title>\n<style>\n");
	buf_add_str(b, style);
	put_in(b, "</style>\n</head>\n<body>\n<header><h1>", p->title,
	    "</h1>");
	if (p->subtitle != NULL)
		put_in(b, "<p class=\"grey\">", p->subtitle, "</p>");
	put_in(b, "<p class=\"grey\">", p->date, "</p></header>\n<main>\n");
}

int
paper_html(const struct paper *p, struct buf *out, struct err *e)
{
	bool facts = false;
	size_t i;

	put_top(out, p);
	for (i = 0; i < p->count; i++) {
		if ((p->parts[i].kind == PART_FACT) != facts)
			buf_add_str(out, facts ? "</dl>\n" : "<dl>\n");
		facts = p->parts[i].kind == PART_FACT;
		put_part(out, &p->parts[i]);
	}
	if (facts)
		buf_add_str(out, "</dl>\n");
	put_in(out, "</main>\n<footer>", p->source, "</footer>\n</body>\n"
	    "</html>\n");
	return buf_check(out, "the page", e);
}
