/* Growable bytes with a ceiling; wiped on growth because they hold notes. */
#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"

#define BUF_FIRST_BYTES 256

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
buf_done(struct buf *b)
{
	if (b->data != NULL)
		mem_wipe(b->data, b->cap);
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void
buf_reset(struct buf *b)
{
	if (b->data != NULL)
		mem_wipe(b->data, b->len);
	b->len = 0;
	b->toobig = b->nomem = false;
}

static void
grow(struct buf *b, size_t need)
{
	size_t cap = b->cap > 0 ? b->cap : BUF_FIRST_BYTES;
	uint8_t *data;

	while (cap < need)
		cap *= 2;
	data = malloc(cap);
	if (data == NULL) {
		b->nomem = true;
		return;
	}
	if (b->data != NULL) {
		memcpy(data, b->data, b->len);
		mem_wipe(b->data, b->cap);
		free(b->data);
	}
	b->data = data;
	b->cap = cap;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	if (b->toobig || b->nomem)
		return NULL;
	if (n > b->max - b->len) {
		b->toobig = true;
		return NULL;
	}
	/* One byte more than asked keeps buf_str from failing. */
	if (b->len + n + 1 > b->cap)
		grow(b, b->len + n + 1);
	return b->nomem ? NULL : b->data + b->len;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	uint8_t *p = buf_reserve(b, len);

	if (p == NULL || len == 0)
		return;
	memcpy(p, data, len);
	b->len += len;
}

void
buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_add_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;
	uint8_t *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->nomem = true;
		return;
	}
	p = buf_reserve(b, (size_t)n);
	if (p == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf((char *)p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
be_put(uint8_t *p, uint64_t v, size_t n)
{
	while (n > 0) {
		p[--n] = (uint8_t)v;
		v >>= 8;
	}
}

uint64_t
be_get(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

void
buf_add_be(struct buf *b, uint64_t v, size_t n)
{
	uint8_t out[8];

	be_put(out, v, n);
	buf_add(b, out, n);
}

int
buf_check(const struct buf *b, const char *what, struct err *e)
{
	if (b->toobig)
		return err_set(e, ERR_TOOBIG,
		    "%s would be larger than the %zu bytes allowed",
		    text_spoken(what), b->max);
	if (b->nomem)
		return err_set(e, ERR_LOCAL,
		    "this machine has no memory left for %s", text_spoken(what));
	return 0;
}

const char *
buf_str(struct buf *b)
{
	if (b->data == NULL)
		return "";
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

struct view
buf_view(const struct buf *b)
{
	return view_of(b->data, b->len);
}

struct view
view_of(const void *data, size_t len)
{
	struct view v = { data, len };

	return v;
}

struct view
view_str(const char *s)
{
	return view_of(s, strlen(s));
}

bool
view_eq(struct view a, struct view b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* RFC 3629, table of section 4. */
size_t
view_utf8(struct view v, size_t at)
{
	const uint8_t *p = v.data + at;
	uint8_t lo = 0x80, hi = 0xbf;
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (n > v.len - at || p[1] < lo || p[1] > hi)
		return 0;
	for (i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

void
reader_init(struct reader *r, struct view in)
{
	r->in = in;
	r->at = 0;
	r->bad = false;
}

struct view
reader_bytes(struct reader *r, size_t n)
{
	struct view v = { NULL, 0 };

	if (r->bad || n > r->in.len - r->at) {
		r->bad = true;
		return v;
	}
	v = view_of(r->in.data + r->at, n);
	r->at += n;
	return v;
}

uint64_t
reader_be(struct reader *r, size_t n)
{
	struct view v = reader_bytes(r, n);

	return be_get(v.data, v.len);
}

void
reader_copy(struct reader *r, void *out, size_t n)
{
	struct view v = reader_bytes(r, n);

	if (v.data != NULL && n > 0)
		memcpy(out, v.data, n);
	else if (n > 0)
		memset(out, 0, n);
}

size_t
reader_left(const struct reader *r)
{
	return r->bad ? 0 : r->in.len - r->at;
}
