/*
 * Output of the command line. Every text goes through out_escape on its way
 * to a terminal or file; the only raw escape sequences are the few colours
 * written here.
 */
#include "client/cli/out.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "client/cli/text.h"

#define OUT_MAX_BYTES ((size_t)256 * 1024 * 1024)
#define WIDTH_DEFAULT 80
#define GROW_LEAST 12 /* a shortened column narrower than this tells nothing */
#define GAP 2         /* columns between two cells */
#define BAR_CELLS 20
#define SAME_BYTES 200 /* of an unchanged stretch, at each end */

static size_t
terminal_width(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws;
	long n = env != NULL ? strtol(env, NULL, 10) : 0;

	if (n >= 10 && n <= 1000)
		return (size_t)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col;
	return WIDTH_DEFAULT;
}

void
out_init(struct out *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	bool plain = (no != NULL && no[0] != '\0') || term == NULL ||
	    strcmp(term, "dumb") == 0;

	memset(o, 0, sizeof(*o));
	o->tty = isatty(STDOUT_FILENO) == 1;
	o->err_tty = isatty(STDERR_FILENO) == 1;
	o->colour = o->tty && !plain;
	o->err_colour = o->err_tty && !plain;
	o->width = terminal_width();
}

/* Bytes that a UTF-8 character beginning with ${c} has; 0: none begins so. */
static size_t
length_of(uint8_t c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* One UTF-8 character of ${v} at ${i}: its length, or 0 when it is none. */
static size_t
decode(struct view v, size_t i, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = length_of(v.data[i]), k;

	if (n == 0 || n > v.len - i)
		return 0;
	*cp = n == 1 ? v.data[i] : v.data[i] & (0x7fu >> n);
	for (k = 1; k < n; k++) {
		if ((v.data[i + k] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (v.data[i + k] & 0x3f);
	}
	if (*cp < least[n] || *cp > 0x10ffff ||
	    (*cp >= 0xd800 && *cp < 0xe000))
		return 0;
	return n;
}

/* Characters that act on the reader instead of being read. */
static bool
acts(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
	    cp == 0x061c || cp == 0x200e || cp == 0x200f ||
	    (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff ||
	    (cp >= 0xe0000 && cp <= 0xe007f);
}

void
out_escape(struct buf *b, struct view text, bool lines)
{
	uint32_t cp = 0;
	size_t i, n;

	for (i = 0; i < text.len; i += n) {
		n = decode(text, i, &cp);
		if (n == 0) {
			buf_add_fmt(b, "\\x%02x", text.data[i]);
			n = 1;
		} else if (cp == '\n' || cp == '\t') {
			buf_add(b, lines ? text.data + i :
			    (const uint8_t *)" ", 1);
		} else if (!acts(cp)) {
			buf_add(b, text.data + i, n);
		} else if (cp < 0x80) {
			buf_add_fmt(b, "\\x%02x", (unsigned)cp);
		} else {
			buf_add_fmt(b, "\\u{%04x}", (unsigned)cp);
		}
	}
}

/* Columns of the character at ${i}; ${n} its length. */
static size_t
columns(struct view v, size_t i, size_t *n)
{
	uint32_t cp = 0;
	int w;

	*n = decode(v, i, &cp);
	if (*n == 0) {
		*n = 1;
		return 1;
	}
	w = wcwidth((wchar_t)cp);
	return w < 0 ? 1 : (size_t)w;
}

size_t
out_width(const char *text)
{
	struct view v = view_str(text);
	size_t i, n, sum = 0;

	for (i = 0; i < v.len; i += n)
		sum += columns(v, i, &n);
	return sum;
}

void
out_cut(struct buf *b, const char *text, size_t width)
{
	struct view v = view_str(text);
	size_t i, n, w, sum = 0;

	if (out_width(text) <= width) {
		buf_add_str(b, text);
		return;
	}
	for (i = 0; i < v.len; i += n) {
		w = columns(v, i, &n);
		if (sum + w + 1 > width)
			break;
		sum += w;
	}
	buf_add(b, text, i);
	if (width > 0)
		buf_add_str(b, "\xe2\x80\xa6");
}

static void emit(FILE *to, const char *before, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));
static void emit_text(FILE *to, const char *before, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
emit(FILE *to, const char *before, const char *fmt, va_list ap)
{
	struct buf raw, safe;
	va_list again;
	int n;
	uint8_t *p;

	buf_init(&raw, OUT_MAX_BYTES);
	buf_init(&safe, OUT_MAX_BYTES);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, text_spoken(fmt), again);
	va_end(again);
	p = n >= 0 ? buf_reserve(&raw, (size_t)n + 1) : NULL;
	if (p != NULL) {
		vsnprintf((char *)p, (size_t)n + 1, text_spoken(fmt), ap);
		raw.len = text_stops(text_spoken(fmt), (char *)p);
	}
	out_escape(&safe, buf_view(&raw), true);
	fprintf(to, "%s%s%s\n", before, buf_str(&safe),
	    before[0] != '\0' ? "\033[0m" : "");
	buf_done(&raw);
	buf_done(&safe);
}

void
out_line(struct out *o, const char *fmt, ...)
{
	va_list ap;

	(void)o;
	va_start(ap, fmt);
	emit(stdout, "", fmt, ap);
	va_end(ap);
}

/* A format and its arguments around one text, for the styled lines. */
static void
emit_text(FILE *to, const char *before, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(to, before, fmt, ap);
	va_end(ap);
}

void
out_head(struct out *o, const char *text)
{
	emit_text(stdout, o->colour ? "\033[1m" : "", "%s", text);
}

/* A message must not stand behind half a progress bar. */
void
out_step_end(struct out *o)
{
	if (o->bar)
		fputs("\r\033[K", stderr);
	o->bar = false;
}

/* The beginning and end of what did not change, cut between words. */
static void
add_same(struct buf *b, struct view text, bool first, bool last)
{
	size_t head = first ? 0 : SAME_BYTES, tail = last ? 0 : SAME_BYTES;

	if (text.len <= 2 * SAME_BYTES + 8) {
		out_escape(b, text, true);
		return;
	}
	while (head > 0 && text.data[head] != ' ')
		head--;
	tail = text.len - tail;
	while (tail < text.len && text.data[tail - 1] != ' ')
		tail++;
	out_escape(b, view_of(text.data, head), true);
	buf_add_str(b, " [...] ");
	out_escape(b, view_of(text.data + tail, text.len - tail), true);
}

void
out_change(struct out *o, const struct merge_diff *d)
{
	static const char *const red = "\033[31m", *const green = "\033[32m";
	struct buf b;
	size_t i;

	buf_init(&b, OUT_MAX_BYTES);
	for (i = 0; i < d->count; i++) {
		const struct merge_piece *x = &d->pieces[i];

		if (x->mark == ' ') {
			add_same(&b, x->text, i == 0, i + 1 == d->count);
			continue;
		}
		if (o->colour)
			buf_add_str(&b, x->mark == '-' ? red : green);
		buf_add_str(&b, x->mark == '-' ? "[-" : "{+");
		out_escape(&b, x->text, true);
		buf_add_str(&b, x->mark == '-' ? "-]" : "+}");
		if (o->colour)
			buf_add_str(&b, "\033[0m");
	}
	buf_add_str(&b, "\n");
	fputs(buf_str(&b), stdout);
	buf_done(&b);
}

void
out_say(struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->quiet)
		return;
	out_step_end(o);
	va_start(ap, fmt);
	emit(stderr, "", fmt, ap);
	va_end(ap);
	fflush(stderr);
}

void
out_warn(struct out *o, const char *fmt, ...)
{
	va_list ap;

	out_step_end(o);
	va_start(ap, fmt);
	emit(stderr, "", fmt, ap);
	va_end(ap);
	fflush(stderr);
}

void
out_alarm(struct out *o, const char *text)
{
	out_step_end(o);
	emit_text(stderr, o->err_colour ? "\033[1;31m" : "", "\n%s\n", text);
	fflush(stderr);
}

static void
bar(struct out *o, const char *what, size_t done, size_t of)
{
	char cells[BAR_CELLS + 1];
	struct buf b;
	size_t full, i;

	buf_init(&b, OUT_MAX_BYTES);
	out_escape(&b, view_str(what), false);
	if (of > 0) {
		full = (size_t)((double)(done < of ? done : of) * BAR_CELLS /
		    (double)of);
		for (i = 0; i < BAR_CELLS; i++)
			cells[i] = i < full ? '#' : '.';
		cells[BAR_CELLS] = '\0';
		buf_add_fmt(&b, " [%s] %zu/%zu", cells, done, of);
	} else if (done > 0) {
		buf_add_fmt(&b, " %zu", done);
	}
	fprintf(stderr, "\r\033[K%s", buf_str(&b));
	fflush(stderr);
	o->bar = true;
	buf_done(&b);
}

void
out_step(struct out *o, const char *what, size_t done, size_t of)
{
	static char last[80];

	if (o->quiet)
		return;
	what = text_spoken(what);
	if (o->err_tty) {
		bar(o, what, done, of);
		return;
	}
	if (strncmp(last, what, sizeof(last) - 1) == 0)
		return;
	snprintf(last, sizeof(last), "%s", what);
	out_say(o, "%s ...", what);
}

/* Inside JSON only strings hold such characters, so \u may stand for them. */
static void
json_escape(struct buf *b, struct view text)
{
	uint32_t cp = 0;
	size_t i, n;

	for (i = 0; i < text.len; i += n) {
		n = decode(text, i, &cp);
		if (n == 0)
			n = 1;
		if (cp == '\n' || !acts(cp))
			buf_add(b, text.data + i, n);
		else if (cp < 0x10000)
			buf_add_fmt(b, "\\u%04x", (unsigned)cp);
		else
			buf_add_fmt(b, "\\u%04x\\u%04x",
			    0xd800 + (unsigned)((cp - 0x10000) >> 10),
			    0xdc00 + (unsigned)((cp - 0x10000) & 0x3ff));
	}
}

static int
append(const char *data, size_t len, void *b)
{
	buf_add(b, data, len);
	return 0;
}

int
out_json(json_t *j, struct err *e)
{
	struct buf text, safe;
	int rc = -1;

	buf_init(&text, OUT_MAX_BYTES);
	buf_init(&safe, OUT_MAX_BYTES);
	json_dump_callback(j, append, &text, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_escape(&safe, buf_view(&text));
	if (buf_check(&text, _("the answer"), e) == 0 &&
	    buf_check(&safe, _("the answer"), e) == 0) {
		fprintf(stdout, "%s\n", buf_str(&safe));
		rc = 0;
	}
	json_decref(j);
	buf_done(&text);
	buf_done(&safe);
	return rc;
}

json_t *
out_json_text(const char *s)
{
	json_t *j;
	struct buf b;

	if (s == NULL)
		return json_null();
	j = json_string(s);
	if (j != NULL)
		return j;
	buf_init(&b, OUT_MAX_BYTES);
	out_escape(&b, view_str(s), true);
	j = json_string(buf_str(&b));
	buf_done(&b);
	return j;
}

int
out_end(struct err *e)
{
	struct pollfd p = { STDOUT_FILENO, POLLOUT, 0 };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0)
		return err_set(e, ERR_LOCAL, "%s", ""); /* head has enough */
	return err_set(e, ERR_LOCAL, _("the output could not be written: %s"),
	    err_system(errno));
}

void
out_quote(struct buf *b, const char *text)
{
	const char *p;

	if (text[0] != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+")] == '\0') {
		buf_add_str(b, text);
		return;
	}
	buf_add_str(b, "'");
	for (p = text; *p != '\0'; p++)
		buf_add_str(b, *p == '\'' ? "'\\''" : (char[2]){ *p, '\0' });
	buf_add_str(b, "'");
}

void
table_init(struct table *t, const char *const *heads, size_t cols, size_t grow)
{
	memset(t, 0, sizeof(*t));
	t->heads = heads;
	t->cols = cols;
	t->grow = grow;
	buf_init(&t->cells, OUT_MAX_BYTES);
}

void
table_done(struct table *t)
{
	buf_done(&t->cells);
}

void
table_cell(struct table *t, const char *text)
{
	out_escape(&t->cells, view_str(text != NULL ? text : ""), false);
	buf_add(&t->cells, "", 1);
	t->count++;
}

/* The natural widths of all columns; their sum with the gaps. */
static size_t
measure(const struct table *t, size_t width[static TABLE_COLS_MAX])
{
	const char *cell = (const char *)t->cells.data;
	size_t i, w, sum = 0;

	for (i = 0; i < t->cols; i++)
		width[i] = out_width(_(t->heads[i]));
	for (i = 0; i < t->count; i++) {
		w = out_width(cell);
		if (w > width[i % t->cols])
			width[i % t->cols] = w;
		cell += strlen(cell) + 1;
	}
	for (i = 0; i < t->cols; i++)
		sum += width[i] + (i > 0 ? GAP : 0);
	return sum;
}

static void
pad(struct buf *line, const char *cell, size_t width, bool last)
{
	size_t w = out_width(cell);

	out_cut(line, cell, width);
	for (; !last && w < width + GAP; w++)
		buf_add(line, " ", 1);
}

static void
print_rows(const struct table *t, struct out *o, const size_t *width)
{
	const char *cell = (const char *)t->cells.data;
	struct buf line;
	size_t i;

	buf_init(&line, OUT_MAX_BYTES);
	for (i = 0; i < t->cols; i++)
		pad(&line, _(t->heads[i]), width[i], i + 1 == t->cols);
	out_head(o, buf_str(&line));
	buf_reset(&line);
	for (i = 0; i < t->count; i++) {
		pad(&line, cell, width[i % t->cols],
		    i % t->cols + 1 == t->cols);
		cell += strlen(cell) + 1;
		if (i % t->cols + 1 == t->cols) {
			fprintf(stdout, "%s\n", buf_str(&line));
			buf_reset(&line);
		}
	}
	buf_done(&line);
}

static void
print_blocks(const struct table *t)
{
	const char *cell = (const char *)t->cells.data;
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (i > 0 && i % t->cols == 0)
			fputs("\n", stdout);
		if (cell[0] != '\0')
			fprintf(stdout, "%s: %s\n", _(t->heads[i % t->cols]),
			    cell);
		cell += strlen(cell) + 1;
	}
}

int
table_print(struct table *t, struct out *o, struct err *e)
{
	size_t width[TABLE_COLS_MAX], sum;

	if (buf_check(&t->cells, _("the table"), e) != 0)
		return -1;
	sum = measure(t, width);
	if (o->tty && sum > o->width) {
		if (width[t->grow] < sum - o->width + GROW_LEAST) {
			print_blocks(t);
			return 0;
		}
		width[t->grow] -= sum - o->width;
	}
	print_rows(t, o, width);
	return 0;
}
