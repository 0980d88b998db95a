/*
 * Cutting texts into numbered pieces for libgit2, and reading its answer.
 *
 * The work is bounded: texts by MERGE_TEXT_MAX, and libgit2's comparison by
 * its own ceilings (it is never asked for the least possible difference, which
 * would be quadratic). This is the only file that includes git2.h.
 */
#include "client/core/words/merge.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#define LINE_BYTES 9 /* a piece's number and a line end */

/* ---- cutting ---- */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t
skip_blanks(struct view v, size_t at)
{
	while (at < v.len && is_blank(v.data[at]))
		at++;
	return at;
}

/* Does a sentence end before ${at}, behind quotes and brackets as it may be? */
static bool
ends_sentence(struct view v, size_t at)
{
	while (at > 0 && (v.data[at - 1] == '"' || v.data[at - 1] == '\'' ||
	    v.data[at - 1] == ')'))
		at--;
	return at > 0 && strchr(".!?:;", v.data[at - 1]) != NULL &&
	    v.data[at - 1] != '\0';
}

/* The end of the piece that begins at ${at}; blanks go with what is before
 * them. Only ASCII is looked at, so no character is cut. */
static size_t
piece_end(struct view v, size_t at, enum merge_step step)
{
	for (; at < v.len; at++) {
		if (step == MERGE_LINES) {
			if (v.data[at] == '\n')
				return at + 1;
		} else if (is_blank(v.data[at]) && (step == MERGE_WORDS ||
		    v.data[at] == '\n' || ends_sentence(v, at))) {
			return skip_blanks(v, at);
		}
	}
	return at;
}

/* ---- numbering ---- */

struct piece {
	struct view text;
	size_t place; /* among all pieces, as they stand in the texts */
};

/* The pieces of some texts. Equal ones get one number by sorting: a hash table
 * could be made slow by who chooses the words. */
struct pieces {
	struct piece *all;  /* sorted */
	size_t count;
	uint32_t *number;   /* by place */
	struct view *text;  /* by number */
	size_t numbers;
	size_t of[3];       /* how many each text has */
};

static int
cmp_piece(const void *va, const void *vb)
{
	const struct view *a = &((const struct piece *)va)->text;
	const struct view *b = &((const struct piece *)vb)->text;
	int c = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);

	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

static size_t
cut(struct view text, enum merge_step step, struct piece *out, size_t place)
{
	size_t at, end, n = 0;

	for (at = 0; at < text.len; at = end) {
		end = piece_end(text, at, step);
		if (out != NULL) {
			out[n].text = view_of(text.data + at, end - at);
			out[n].place = place + n;
		}
		n++;
	}
	return n;
}

static void
pieces_init(struct pieces *p, const struct view *text, size_t texts,
    enum merge_step step)
{
	size_t i, n = 0;

	for (i = 0; i < texts; i++)
		n += p->of[i] = cut(text[i], step, NULL, 0);
	p->all = mem_new((n + 1) * sizeof(*p->all));
	p->number = mem_new((n + 1) * sizeof(*p->number));
	p->text = mem_new((n + 1) * sizeof(*p->text));
	p->count = p->numbers = 0;
	for (i = 0; i < texts; i++)
		p->count += cut(text[i], step, p->all + p->count, p->count);
	qsort(p->all, p->count, sizeof(*p->all), cmp_piece);
	for (i = 0; i < p->count; i++) {
		if (i == 0 || cmp_piece(&p->all[i - 1], &p->all[i]) != 0)
			p->text[p->numbers++] = p->all[i].text;
		p->number[p->all[i].place] = (uint32_t)(p->numbers - 1);
	}
}

static void
pieces_done(struct pieces *p)
{
	mem_free(p->all);
	mem_free(p->number);
	mem_free(p->text);
}

/* A line for each of ${n} pieces from ${place} on. */
static void
number_lines(const struct pieces *p, size_t place, size_t n, struct buf *out)
{
	size_t i;

	buf_init(out, (n + 1) * LINE_BYTES);
	for (i = 0; i < n; i++)
		buf_add_fmt(out, "%u\n", p->number[place + i]);
}

/* ---- libgit2 ---- */

static int
git_failed(const char *what, struct err *e)
{
	const git_error *why = git_error_last();

	return err_set(e, ERR_LOCAL, "two texts could not be %s (libgit2: "
	    "%.100s); choose one of them", what,
	    why != NULL && why->message != NULL ? why->message : "-");
}

static int
put_back(const struct pieces *p, const char *lines, size_t len,
    struct buf *out, struct err *e)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (lines[i] >= '0' && lines[i] <= '9') {
			n = 10 * n + (size_t)(lines[i] - '0');
			continue;
		}
		if (lines[i] != '\n' || n >= p->numbers)
			return err_set(e, ERR_BUG,
			    "a merge gave back what was not put in");
		buf_add(out, p->text[n].data, p->text[n].len);
		n = 0;
	}
	return buf_check(out, "a merged text", e);
}

static void
give(git_merge_file_input *in, const struct buf *lines)
{
	git_merge_file_input_init(in, GIT_MERGE_FILE_INPUT_VERSION);
	in->ptr = lines->len > 0 ? (const char *)lines->data : "";
	in->size = lines->len;
}

static int
merge_by(const struct view text[3], enum merge_step step, struct buf *out,
    struct err *e)
{
	git_merge_file_input in[3];
	git_merge_file_result got;
	struct buf lines[3];
	struct pieces p;
	size_t i, place = 0;
	int rc = -1;

	pieces_init(&p, text, 3, step);
	for (i = 0; i < 3; i++) {
		number_lines(&p, place, p.of[i], &lines[i]);
		give(&in[i], &lines[i]);
		place += p.of[i];
	}
	memset(&got, 0, sizeof(got));
	for (i = 0; i < 3; i++)
		if (buf_check(&lines[i], "a text to merge", e) != 0)
			goto out;
	if (git_merge_file(&got, &in[0], &in[1], &in[2], NULL) != 0) {
		git_failed("merged", e);
		goto out;
	}
	rc = got.automergeable == 0 ? 0 :
	    put_back(&p, got.ptr, got.len, out, e) == 0 ? 1 : -1;
out:
	git_merge_file_result_free(&got);
	for (i = 0; i < 3; i++)
		buf_done(&lines[i]);
	pieces_done(&p);
	return rc;
}

int
merge_three(struct view base, struct view a, struct view b,
    struct buf *out, enum merge_step *step, struct err *e)
{
	const struct view text[3] = { base, a, b };
	int rc = 0, by;

	if (base.len > MERGE_TEXT_MAX || a.len > MERGE_TEXT_MAX ||
	    b.len > MERGE_TEXT_MAX)
		return 0;
	if (git_libgit2_init() < 0)
		return git_failed("merged", e);
	for (by = MERGE_LINES; rc == 0 && by <= MERGE_WORDS; by++) {
		*step = (enum merge_step)by;
		rc = merge_by(text, *step, out, e);
	}
	git_libgit2_shutdown();
	return rc;
}

/* ---- the difference of two ---- */

struct walk { /* through both texts, piece by piece */
	struct view text[2];
	size_t at[2];
	struct merge_diff *out;
};

static void
add_piece(struct merge_diff *d, char mark, struct view text)
{
	struct merge_piece *last = d->count > 0 ? &d->pieces[d->count - 1] :
	    NULL;

	if (text.len == 0)
		return;
	/* Neighbours of one mark lie side by side in one text. */
	if (last != NULL && last->mark == mark) {
		last->text.len += text.len;
		return;
	}
	d->pieces[d->count].mark = mark;
	d->pieces[d->count++].text = text;
}

static void
step_over(struct walk *w, char mark)
{
	int of = mark == '+' ? 1 : 0;
	struct view t = w->text[of];
	size_t from = w->at[of], end = piece_end(t, from, MERGE_WORDS);

	if (from == t.len)
		return;
	add_piece(w->out, mark, view_of(t.data + from, end - from));
	w->at[of] = end;
	if (mark == ' ')
		w->at[1] += end - from;
}

static int
take_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
    const git_diff_line *line, void *ctx)
{
	(void)delta;
	(void)hunk;
	if (line->origin == ' ' || line->origin == '-' || line->origin == '+')
		step_over(ctx, line->origin);
	return 0;
}

/* Both marks over all that is left; nothing is, unless texts are too long. */
static void
finish(struct walk *w)
{
	static const char mark[2] = { '-', '+' };
	int of;

	for (of = 0; of < 2; of++)
		add_piece(w->out, mark[of], view_of(w->text[of].data +
		    w->at[of], w->text[of].len - w->at[of]));
}

static int
walk_lines(struct walk *w, struct err *e)
{
	git_diff_options opts;
	struct buf lines[2];
	struct pieces p;
	int rc = -1;

	git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION);
	opts.flags = GIT_DIFF_FORCE_TEXT;
	opts.context_lines = (uint32_t)MERGE_TEXT_MAX;
	pieces_init(&p, w->text, 2, MERGE_WORDS);
	number_lines(&p, 0, p.of[0], &lines[0]);
	number_lines(&p, p.of[0], p.of[1], &lines[1]);
	if (buf_check(&lines[0], "a text to compare", e) != 0 ||
	    buf_check(&lines[1], "a text to compare", e) != 0)
		goto out;
	if (git_libgit2_init() < 0) {
		git_failed("compared", e);
		goto out;
	}
	if (git_diff_buffers(lines[0].data, lines[0].len, NULL, lines[1].data,
	    lines[1].len, NULL, &opts, NULL, NULL, NULL, take_line, w) == 0)
		rc = 0;
	else
		git_failed("compared", e);
	git_libgit2_shutdown();
out:
	buf_done(&lines[0]);
	buf_done(&lines[1]);
	pieces_done(&p);
	return rc;
}

/* How many bytes two texts have alike at the beginning, in whole words. */
static size_t
alike(struct view a, struct view b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.data[n] == b.data[n])
		n++;
	while (n > 0 && !((n == a.len || is_blank(a.data[n])) &&
	    (n == b.len || is_blank(b.data[n]))))
		n--;
	return n;
}

static size_t
blanks_behind(struct view a, struct view b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && is_blank(a.data[a.len - 1 - n]) &&
	    a.data[a.len - 1 - n] == b.data[b.len - 1 - n])
		n++;
	return n;
}

/* A word with a blank behind it and the same word without are one word, and a
 * blank that both have behind the last word has not changed. */
static void
refine(struct merge_diff *d)
{
	struct merge_diff fine = { 0 };
	size_t i, n, m;

	fine.pieces = mem_new((3 * d->count + 1) * sizeof(*fine.pieces));
	for (i = 0; i < d->count; i++) {
		struct view x = d->pieces[i].text, y;

		if (d->pieces[i].mark != '-' || i + 1 == d->count ||
		    d->pieces[i + 1].mark != '+') {
			add_piece(&fine, d->pieces[i].mark, x);
			continue;
		}
		y = d->pieces[++i].text;
		n = alike(x, y);
		add_piece(&fine, ' ', view_of(x.data, n));
		x = view_of(x.data + n, x.len - n);
		y = view_of(y.data + n, y.len - n);
		m = blanks_behind(x, y);
		add_piece(&fine, '-', view_of(x.data, x.len - m));
		add_piece(&fine, '+', view_of(y.data, y.len - m));
		add_piece(&fine, ' ', view_of(x.data + x.len - m, m));
	}
	mem_free(d->pieces);
	*d = fine;
}

int
merge_diff(struct view from, struct view to, struct merge_diff *out,
    struct err *e)
{
	struct walk w = { { from, to }, { 0, 0 }, out };

	bool small = from.len <= MERGE_TEXT_MAX && to.len <= MERGE_TEXT_MAX;

	out->count = 0;
	out->pieces = mem_new((small ? from.len + to.len + 2 : 2) *
	    sizeof(*out->pieces));
	if (view_eq(from, to)) {
		add_piece(out, ' ', from);
		return 0;
	}
	if (small && walk_lines(&w, e) != 0) {
		merge_diff_done(out);
		return -1;
	}
	finish(&w);
	refine(out);
	return 0;
}

void
merge_diff_done(struct merge_diff *d)
{
	mem_free(d->pieces);
	memset(d, 0, sizeof(*d));
}
