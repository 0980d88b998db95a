/* Piece by piece, so that a place in the file can be named. */
#include "client/core/words/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "client/core/local/utf8.h"

#define PIECE 4096

static const struct {
	const char *name, *iconv;
} known[] = {
	{ "utf-8", NULL }, { "utf-16", "UTF-16" }, { "latin-1", "ISO-8859-1" },
	{ "windows-1252", "WINDOWS-1252" }, { "windows-1257", "WINDOWS-1257" }
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static size_t
find(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < KNOWN; i++)
		if (strcasecmp(known[i].name, name) == 0)
			return i;
	return name == NULL ? 0 : KNOWN;
}

bool
charset_known(const char *name)
{
	return find(name) < KNOWN;
}

static size_t
line_of(const struct buf *out, size_t from, size_t to)
{
	size_t line = 1;

	for (; from < to; from++)
		line += out->data[from] == '\n';
	return line;
}

static int
no_text(const char *name, size_t line, struct err *e)
{
	return err_set(e, ERR_INPUT, "line %zu: these bytes are no %s text; "
	    "name the encoding that the file has: utf-8, utf-16, latin-1, "
	    "windows-1252 or windows-1257", line, name);
}

static int
as_it_is(struct view in, struct buf *out, struct err *e)
{
	size_t from = out->len, bad = utf8_bad(in);

	buf_add(out, in.data, in.len);
	if (buf_check(out, "the file", e) != 0)
		return -1;
	return bad == in.len ? 0 :
	    no_text("UTF-8", line_of(out, from, from + bad), e);
}

static int
convert(size_t which, struct view in, struct buf *out, struct err *e)
{
	iconv_t cd = iconv_open("UTF-8", known[which].iconv);
	char piece[PIECE], *src = (char *)(uintptr_t)in.data, *dst;
	size_t left = in.len, room, from = out->len, rc;
	int why = 0;

	if (cd == (iconv_t)-1)
		return err_set(e, ERR_LOCAL, "this machine cannot read %s "
		    "text; save the file as UTF-8", known[which].name);
	while (left > 0 && (why == 0 || why == E2BIG)) {
		dst = piece;
		room = sizeof(piece);
		errno = 0;
		rc = iconv(cd, &src, &left, &dst, &room);
		why = rc == (size_t)-1 ? errno : 0;
		buf_add(out, piece, sizeof(piece) - room);
	}
	iconv_close(cd);
	if (buf_check(out, "the file", e) != 0)
		return -1;
	return left == 0 ? 0 : no_text(known[which].name,
	    line_of(out, from, out->len), e);
}

int
charset_read(const char *name, struct view in, struct buf *out, struct err *e)
{
	static const uint8_t marks[][3] = { { 0xef, 0xbb, 0xbf }, { 0xff, 0xfe },
		{ 0xfe, 0xff } };
	size_t which = find(name);

	if (which == KNOWN)
		return err_set(e, ERR_INPUT, "the encoding %.40s is not known; "
		    "utf-8, utf-16, latin-1, windows-1252 and windows-1257 are",
		    name);
	if (in.len >= 3 && memcmp(in.data, marks[0], 3) == 0)
		which = 0;
	else if (in.len >= 2 && (memcmp(in.data, marks[1], 2) == 0 ||
	    memcmp(in.data, marks[2], 2) == 0))
		which = 1;
	return which == 0 ? as_it_is(in, out, e) : convert(which, in, out, e);
}
