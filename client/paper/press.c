/*
 * The only includer of cairo and pango: text is shaped by pango with fonts
 * that fontconfig finds, and lands as text, not as pictures, in a PDF by
 * cairo, with the structure that programs which read aloud go by.
 */
#include "client/paper/press.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "common/base/mem.h"

/* Both have all five languages; the second is on every Debian desktop. */
#define FAMILY "Noto Sans, DejaVu Sans"

#define MARK_LEVELS 4

#define MEMO 512        /* sizes of short texts: figures come again and again */
#define MEMO_BYTES 12

struct press {
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoLayout *layout;
	PangoFontDescription *fonts[PRESS_STYLES];
	struct buf *out;
	int page;
	int marks[MARK_LEVELS]; /* the newest of each level */
	struct {
		char text[MEMO_BYTES];
		size_t len;     /* 0: free */
		enum press_style style;
		double width, height;
	} memo[MEMO];
};

static const struct {
	double size;     /* points */
	PangoWeight weight;
	double spacing;  /* of lines */
} styles[PRESS_STYLES] = {
	[PRESS_TITLE] = { 19, PANGO_WEIGHT_BOLD, 1.1 },
	[PRESS_HEAD1] = { 14, PANGO_WEIGHT_BOLD, 1.1 },
	[PRESS_HEAD2] = { 11.5, PANGO_WEIGHT_BOLD, 1.1 },
	[PRESS_HEAD3] = { 10, PANGO_WEIGHT_BOLD, 1.1 },
	[PRESS_BODY] = { 9.5, PANGO_WEIGHT_NORMAL, 1.15 },
	[PRESS_SMALL] = { 7.5, PANGO_WEIGHT_NORMAL, 1.1 },
	[PRESS_CELL] = { 8.5, PANGO_WEIGHT_NORMAL, 1.05 },
	[PRESS_STRONG] = { 8.5, PANGO_WEIGHT_BOLD, 1.05 },
};

static const double inks[][3] = {
	[PRESS_BLACK] = { 0.10, 0.11, 0.12 },
	[PRESS_GREY] = { 0.35, 0.37, 0.40 },
	[PRESS_ACCENT] = { 0.12, 0.35, 0.48 },
	[PRESS_LINE] = { 0.72, 0.76, 0.79 },
	[PRESS_SHADE] = { 0.945, 0.955, 0.965 },
};

/* ---- begin and end ---- */

static cairo_status_t
write_out(void *ctx, const unsigned char *data, unsigned len)
{
	struct buf *out = ctx;

	buf_add(out, data, len);
	return out->toobig || out->nomem ? CAIRO_STATUS_WRITE_ERROR :
	    CAIRO_STATUS_SUCCESS;
}

/* For paper: letters stand where the font says, not on a screen's pixels. */
static void
set_context(PangoContext *context, const char *lang)
{
	cairo_font_options_t *o = cairo_font_options_create();

	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, o);
	cairo_font_options_destroy(o);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_context_set_language(context, pango_language_from_string(lang));
}

struct press *
press_open(const struct press_meta *meta, struct buf *out)
{
	struct press *p = mem_new(sizeof(*p));
	size_t i;

	p->out = out;
	p->page = 1;
	p->surface = cairo_pdf_surface_create_for_stream(
	    out != NULL ? write_out : NULL, out, PRESS_WIDTH, PRESS_HEIGHT);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE,
	    meta->title);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR,
	    "tugi");
	p->cr = cairo_create(p->surface);
	p->layout = pango_cairo_create_layout(p->cr);
	pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
	set_context(pango_layout_get_context(p->layout), meta->lang);
	for (i = 0; i < PRESS_STYLES; i++) {
		p->fonts[i] = pango_font_description_new();
		pango_font_description_set_family(p->fonts[i], FAMILY);
		pango_font_description_set_weight(p->fonts[i],
		    styles[i].weight);
		pango_font_description_set_absolute_size(p->fonts[i],
		    styles[i].size * PANGO_SCALE);
	}
	return p;
}

int
press_close(struct press *p, struct err *e)
{
	cairo_status_t status;
	size_t i;
	int rc;

	for (i = 0; i < PRESS_STYLES; i++)
		pango_font_description_free(p->fonts[i]);
	g_object_unref(p->layout);
	status = cairo_status(p->cr);
	cairo_destroy(p->cr);
	cairo_surface_finish(p->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(p->surface);
	cairo_surface_destroy(p->surface);
	rc = p->out != NULL ? buf_check(p->out, "the document", e) : 0;
	mem_wipe(p->memo, sizeof(p->memo));
	mem_free(p);
	if (rc == 0 && status != CAIRO_STATUS_SUCCESS)
		rc = err_set(e, ERR_LOCAL, "the PDF could not be made (%s); "
		    "nothing was written", cairo_status_to_string(status));
	return rc;
}

void
press_page(struct press *p)
{
	cairo_show_page(p->cr);
	p->page++;
}

/* ---- text ---- */

static void
set(struct press *p, const struct press_text *t)
{
	pango_layout_set_font_description(p->layout, p->fonts[t->style]);
	pango_layout_set_line_spacing(p->layout,
	    (float)styles[t->style].spacing);
	pango_layout_set_alignment(p->layout, t->right ? PANGO_ALIGN_RIGHT :
	    PANGO_ALIGN_LEFT);
	pango_layout_set_width(p->layout, t->width <= 0 ? -1 :
	    (int)(t->width * PANGO_SCALE));
	pango_layout_set_text(p->layout, (const char *)t->text.data,
	    (int)t->text.len);
}

static void
ask_size(struct press *p, const struct press_text *t, double *width,
    double *height)
{
	PangoRectangle r;

	set(p, t);
	pango_layout_get_extents(p->layout, NULL, &r);
	*width = (double)r.width / PANGO_SCALE;
	*height = (double)r.height / PANGO_SCALE;
}

static size_t
place_of(const struct press_text *t)
{
	size_t i, h = t->style;

	for (i = 0; i < t->text.len; i++)
		h = h * 31 + t->text.data[i];
	return h % MEMO;
}

void
press_size(struct press *p, const struct press_text *t, double *width,
    double *height)
{
	double w, h;
	size_t i;

	if (t->text.len == 0 || t->text.len > MEMO_BYTES) {
		ask_size(p, t, &w, &h);
		goto out;
	}
	i = place_of(t);
	if (p->memo[i].len != t->text.len || p->memo[i].style != t->style ||
	    memcmp(p->memo[i].text, t->text.data, t->text.len) != 0) {
		struct press_text whole = *t;

		whole.width = 0;
		ask_size(p, &whole, &p->memo[i].width, &p->memo[i].height);
		memcpy(p->memo[i].text, t->text.data, t->text.len);
		p->memo[i].len = t->text.len;
		p->memo[i].style = t->style;
	}
	w = p->memo[i].width;
	h = p->memo[i].height;
	if (t->width > 0 && w > t->width) /* it is broken */
		ask_size(p, t, &w, &h);
out:
	if (width != NULL)
		*width = w;
	if (height != NULL)
		*height = h;
}

double
press_word(struct press *p, const struct press_text *t)
{
	struct press_text word = *t;
	double widest = 0, w;
	size_t i, from = 0;

	word.width = 0;
	for (i = 0; i <= t->text.len; i++) {
		if (i < t->text.len && t->text.data[i] != ' ' &&
		    t->text.data[i] != '\n' && t->text.data[i] != '-')
			continue;
		word.text = view_of(t->text.data + from, i - from);
		if (i < t->text.len && t->text.data[i] == '-')
			word.text.len++;
		press_size(p, &word, &w, NULL);
		widest = w > widest ? w : widest;
		from = i + 1;
	}
	return widest;
}

size_t
press_fit(struct press *p, const struct press_text *t, double height,
    double *used)
{
	PangoLayoutIter *it;
	PangoLayoutLine *line;
	PangoRectangle r;
	size_t end = 0;
	double low;

	*used = 0;
	set(p, t);
	it = pango_layout_get_iter(p->layout);
	do {
		pango_layout_iter_get_line_extents(it, NULL, &r);
		low = (double)(r.y + r.height) / PANGO_SCALE;
		if (low > height)
			break;
		line = pango_layout_iter_get_line_readonly(it);
		end = (size_t)(line->start_index + line->length);
		while (end < t->text.len && (t->text.data[end] == ' ' ||
		    t->text.data[end] == '\n')) {
			end++;
			if (t->text.data[end - 1] == '\n')
				break;
		}
		*used = low;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
	return end;
}

static void
ink(struct press *p, enum press_ink which)
{
	cairo_set_source_rgb(p->cr, inks[which][0], inks[which][1],
	    inks[which][2]);
}

void
press_draw(struct press *p, const struct press_text *t, double x, double y)
{
	if (p->out == NULL)
		return; /* only measured */
	set(p, t);
	ink(p, t->ink);
	if (t->tag != NULL)
		press_begin(p, t->tag);
	cairo_move_to(p->cr, x, y);
	pango_cairo_show_layout(p->cr, p->layout);
	if (t->tag != NULL)
		press_end(p, t->tag);
}

/* ---- lines, boxes, structure ---- */

void
press_line(struct press *p, enum press_ink which, double x, double y,
    double width)
{
	ink(p, which);
	cairo_set_line_width(p->cr, 0.6);
	cairo_move_to(p->cr, x, y);
	cairo_line_to(p->cr, x + width, y);
	cairo_stroke(p->cr);
}

void
press_box(struct press *p, enum press_ink which, const struct press_box *box)
{
	ink(p, which);
	cairo_rectangle(p->cr, box->x, box->y, box->width, box->height);
	cairo_fill(p->cr);
}

void
press_begin(struct press *p, const char *tag)
{
	cairo_tag_begin(p->cr, tag, NULL);
}

void
press_end(struct press *p, const char *tag)
{
	cairo_tag_end(p->cr, tag);
}

void
press_mark(struct press *p, int level, const char *text)
{
	struct buf at;
	int parent = CAIRO_PDF_OUTLINE_ROOT;

	if (p->out == NULL)
		return;
	if (level > 1 && level < MARK_LEVELS)
		parent = p->marks[level - 1];
	buf_init(&at, 64);
	buf_add_fmt(&at, "page=%d", p->page);
	p->marks[level] = cairo_pdf_surface_add_outline(p->surface, parent,
	    text, buf_str(&at), 0);
	buf_done(&at);
}
