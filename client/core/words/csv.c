/* One pass over borrowed bytes, row by row; only the fields are copied. */
#include "client/core/words/csv.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/utf8.h"
#include "common/base/text.h"

struct span { /* of a field in c->bytes, which moves while it grows */
	size_t at, len;
};

void
csv_init(struct csv *c, struct view in)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

	memset(c, 0, sizeof(*c));
	c->in = in;
	c->separator = ',';
	c->line = c->row_line = 1;
	if (in.len >= sizeof(mark) &&
	    memcmp(in.data, mark, sizeof(mark)) == 0)
		c->at = sizeof(mark);
	buf_init(&c->bytes, CSV_ROW_MAX);
}

void
csv_done(struct csv *c)
{
	buf_done(&c->bytes);
}

int
csv_fail(const struct csv *c, size_t column, struct err *e, const char *what)
{
	char row[32] = "", name[64];

	if (c->row > 0)
		snprintf(row, sizeof(row), _(" (row %zu)"), c->row);
	if (column < c->name_count)
		snprintf(name, sizeof(name), "%s", c->names[column]);
	else
		snprintf(name, sizeof(name), "%zu", column + 1);
	return err_set(e, ERR_INPUT, "line %zu%s, column %s: %s",
	    c->row_line, row, name, _(what));
}

static int
peek(const struct csv *c)
{
	return c->at < c->in.len ? c->in.data[c->at] : -1;
}

static bool
at_line_end(const struct csv *c)
{
	return peek(c) == '\n' || (peek(c) == '\r' &&
	    c->at + 1 < c->in.len && c->in.data[c->at + 1] == '\n');
}

static int
read_quoted(struct csv *c, size_t column, struct err *e)
{
	c->at++;
	for (;;) {
		int ch = peek(c);

		if (ch < 0)
			return csv_fail(c, column, e,
			    N_("a quote is opened here and never closed"));
		c->at++;
		if (ch == '"') {
			if (peek(c) != '"')
				return 0;
			c->at++;
		}
		if (ch == '\n')
			c->line++;
		buf_add(&c->bytes, &c->in.data[c->at - 1], 1);
		if (c->bytes.toobig)
			return csv_fail(c, column, e, N_("the row is too long"));
	}
}

static int
read_plain(struct csv *c, size_t column, struct err *e)
{
	int ch;

	while ((ch = peek(c)) >= 0 && ch != c->separator && !at_line_end(c)) {
		if (ch == '"')
			return csv_fail(c, column, e, N_("a quote inside a field "
			    "that does not begin with one"));
		if (ch == '\r')
			return csv_fail(c, column, e,
			    N_("a carriage return that ends no line"));
		buf_add(&c->bytes, &c->in.data[c->at++], 1);
		if (c->bytes.toobig)
			return csv_fail(c, column, e, N_("the row is too long"));
	}
	return 0;
}

static int
read_field(struct csv *c, size_t column, struct span *out, struct err *e)
{
	struct view v;
	int rc;

	out->at = c->bytes.len;
	rc = peek(c) == '"' ? read_quoted(c, column, e) :
	    read_plain(c, column, e);
	if (rc != 0)
		return -1;
	out->len = c->bytes.len - out->at;
	if (peek(c) >= 0 && peek(c) != c->separator && !at_line_end(c))
		return csv_fail(c, column, e,
		    N_("text after the closing quote"));
	if (out->len == 0) /* and there may be no buffer yet */
		return 0;
	v = view_of(c->bytes.data + out->at, out->len);
	if (utf8_bad(v) != v.len)
		return csv_fail(c, column, e, N_("this is not UTF-8 text"));
	return 0;
}

static void
pass_line_end(struct csv *c)
{
	if (peek(c) == '\r')
		c->at++;
	if (peek(c) == '\n') {
		c->at++;
		c->line++;
	}
}

int
csv_next(struct csv *c, struct view fields[static CSV_FIELDS_MAX], size_t *n,
    struct err *e)
{
	struct span span[CSV_FIELDS_MAX];
	size_t i;

	*n = 0;
	if (peek(c) < 0)
		return 0;
	if (c->line > 1)
		c->row++;
	c->row_line = c->line;
	buf_reset(&c->bytes);
	for (;;) {
		if (*n == CSV_FIELDS_MAX)
			return csv_fail(c, *n, e, N_("there are too many columns"));
		if (read_field(c, *n, &span[*n], e) != 0)
			return -1;
		++*n;
		if (peek(c) != c->separator)
			break;
		c->at++;
	}
	pass_line_end(c);
	if (buf_check(&c->bytes, "a row", e) != 0)
		return -1;
	for (i = 0; i < *n; i++)
		fields[i] = view_of(c->bytes.data != NULL ?
		    c->bytes.data + span[i].at : NULL, span[i].len);
	return 1;
}
