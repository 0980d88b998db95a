/*
 * Growable bytes with a ceiling, and borrowed bytes.
 *
 * Appending past the ceiling or out of memory fails once and sticks: callers
 * append freely and ask buf_check at the end. The contents are wiped when the
 * buffer grows or ends, so it may hold note text and keys.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

struct view { /* borrowed; never freed through this */
	const uint8_t *data;
	size_t len; /* bytes */
};

struct buf {
	uint8_t *data;
	size_t len, cap, max; /* bytes */
	bool toobig, nomem;   /* sticky failures */
};

/** buf_init(b, max): empty, may grow to ${max} bytes. */
void buf_init(struct buf *b, size_t max);

/** buf_done(b): wipe and free; ${b} may be initialised again. */
void buf_done(struct buf *b);

/** buf_reset(b): empty again (wiped), keeps memory, clears failures. */
void buf_reset(struct buf *b);

/** buf_reserve(b, n): room for ${n} more bytes; pointer to it or NULL. */
uint8_t *buf_reserve(struct buf *b, size_t n);

/** buf_add(b, data, len): append. */
void buf_add(struct buf *b, const void *data, size_t len);

/** buf_add_str(b, s): append the bytes of ${s} without its end mark. */
void buf_add_str(struct buf *b, const char *s);

/** buf_add_fmt(b, fmt, ...): append formatted text. */
void buf_add_fmt(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** buf_add_be(b, v, n): append the low ${n} bytes of ${v}, big-endian. */
void buf_add_be(struct buf *b, uint64_t v, size_t n);

/** buf_check(b, what, e): 0, or -1 with ERR_TOOBIG or ERR_LOCAL on ${what}. */
int buf_check(const struct buf *b, const char *what, struct err *e);

/** buf_str(b): the contents as a string, valid until the next append. */
const char *buf_str(struct buf *b);

/** buf_view(b): the contents, borrowed. */
struct view buf_view(const struct buf *b);

/** be_put(p, v, n), be_get(p, n): ${n} bytes at ${p}, big-endian; up to 8. */
void be_put(uint8_t *p, uint64_t v, size_t n);
uint64_t be_get(const uint8_t *p, size_t n);

/** view_of(data, len), view_str(s): make a view. */
struct view view_of(const void *data, size_t len);
struct view view_str(const char *s);

/** view_eq(a, b): same bytes (not constant time). */
bool view_eq(struct view a, struct view b);

/** view_utf8(v, at): bytes of the UTF-8 sequence at ${at}, which is inside; 0:
 * there is none. No overlong form, no surrogate, nothing past U+10FFFF. */
size_t view_utf8(struct view v, size_t at);

/*
 * Bounded reading of fixed layouts, sticky like writing. A read past the end
 * returns zero or an empty view and sets bad.
 */
struct reader {
	struct view in;
	size_t at;
	bool bad;
};

void reader_init(struct reader *r, struct view in);
uint64_t reader_be(struct reader *r, size_t n);
struct view reader_bytes(struct reader *r, size_t n);
void reader_copy(struct reader *r, void *out, size_t n);
size_t reader_left(const struct reader *r);

#endif
