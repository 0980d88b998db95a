/*
 * Walking and folding UTF-8 without the C library's locale, so that the same
 * text folds the same way on every machine. Search itself folds in SQLite;
 * this serves names, excerpts and input checks. One code point folds to one,
 * so offsets in folded and plain text can be kept side by side.
 */
#include "client/core/local/utf8.h"

#define REPLACEMENT 0xfffdu

size_t
utf8_bad(struct view v)
{
	size_t at = 0, n;

	while (at < v.len) {
		n = view_utf8(v, at);
		if (n == 0)
			return at;
		at += n;
	}
	return v.len;
}

uint32_t
utf8_next(struct view v, size_t *at)
{
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t *p = v.data + *at;
	size_t n = view_utf8(v, *at), i;
	uint32_t cp;

	if (n == 0) {
		*at += 1;
		return REPLACEMENT;
	}
	cp = p[0] & mask[n];
	for (i = 1; i < n; i++)
		cp = cp << 6 | (p[i] & 0x3fu);
	*at += n;
	return cp;
}

/* U+00C0 to U+017F: the letter below the accent; a dot keeps its own. */
static const char latin[] =
    "AAAAAA.CEEEEIIII.NOOOOO.OUUUUY..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKk.LlLlLlL"
    "lLlNnNnNnn..OoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz.";

static uint32_t
fold_latin(uint32_t cp)
{
	char c = latin[cp - 0xc0];

	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A' + 'a');
	if (c != '.')
		return (uint32_t)c;
	if (cp >= 0xc0 && cp <= 0xde && cp != 0xd7)
		return cp + 0x20;
	if (cp == 0x132 || cp == 0x14a || cp == 0x152)
		return cp + 1;
	return cp == 0x17f ? 's' : cp;
}

static uint32_t
fold_greek(uint32_t cp)
{
	switch (cp) {
	case 0x386: case 0x3ac:
		return 0x3b1;
	case 0x388: case 0x3ad:
		return 0x3b5;
	case 0x389: case 0x3ae:
		return 0x3b7;
	case 0x38a: case 0x3af: case 0x3aa: case 0x3ca: case 0x390:
		return 0x3b9;
	case 0x38c: case 0x3cc:
		return 0x3bf;
	case 0x38e: case 0x3cd: case 0x3ab: case 0x3cb: case 0x3b0:
		return 0x3c5;
	case 0x38f: case 0x3ce:
		return 0x3c9;
	default:
		return cp >= 0x391 && cp <= 0x3a9 ? cp + 0x20 : cp;
	}
}

uint32_t
utf8_fold(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 0x20 : cp;
	if (cp >= 0xc0 && cp <= 0x17f)
		return fold_latin(cp);
	if (cp >= 0x218 && cp <= 0x21b)
		return cp < 0x21a ? 's' : 't';
	if (cp >= 0x386 && cp <= 0x3ce)
		return fold_greek(cp);
	if (cp == 0x401 || cp == 0x451)
		return 0x435;
	if (cp == 0x419 || cp == 0x439)
		return 0x438;
	if (cp >= 0x410 && cp <= 0x42f)
		return cp + 0x20;
	if (cp >= 0x400 && cp <= 0x40f)
		return cp + 0x50;
	return cp;
}

bool
utf8_is_capital(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z';
	if (cp < 0x100)
		return cp >= 0xc0 && cp <= 0xde && cp != 0xd7;
	/* Pairs of capital and small, in two stretches the other way round. */
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17e))
		return cp % 2 == 1;
	if (cp <= 0x177)
		return cp % 2 == 0 && cp != 0x138;
	return cp == 0x178 || (cp >= 0x386 && cp <= 0x3ab && cp != 0x390) ||
	    (cp >= 0x400 && cp <= 0x42f);
}

bool
utf8_is_word(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
		    (cp >= 'a' && cp <= 'z');
	if (cp < 0xc0)
		return cp == 0xaa || cp == 0xb5 || cp == 0xba;
	if (cp == 0xd7 || cp == 0xf7 || cp == REPLACEMENT)
		return false;
	/* General punctuation, symbols, CJK punctuation. */
	return !(cp >= 0x2000 && cp <= 0x2bff) &&
	    !(cp >= 0x3000 && cp <= 0x3004) && !(cp >= 0x3008 && cp <= 0x3020);
}

static bool
starts(struct view hay, size_t at, struct view needle)
{
	size_t in = 0;

	while (in < needle.len) {
		if (at >= hay.len)
			return false;
		if (utf8_fold(utf8_next(hay, &at)) !=
		    utf8_fold(utf8_next(needle, &in)))
			return false;
	}
	return true;
}

bool
utf8_has(struct view hay, struct view needle)
{
	size_t at = 0;

	if (needle.len == 0)
		return true;
	while (at < hay.len) {
		if (starts(hay, at, needle))
			return true;
		utf8_next(hay, &at);
	}
	return false;
}

bool
utf8_same(struct view a, struct view b)
{
	size_t at = 0, bt = 0;

	while (at < a.len && bt < b.len)
		if (utf8_fold(utf8_next(a, &at)) !=
		    utf8_fold(utf8_next(b, &bt)))
			return false;
	return at == a.len && bt == b.len;
}

size_t
utf8_controls(struct view v, bool lines)
{
	size_t at;

	for (at = 0; at < v.len; at++) {
		uint8_t c = v.data[at];

		if (lines && (c == '\n' || c == '\t' || c == '\r'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return at;
		/* U+0080 to U+009F. */
		if (c == 0xc2 && at + 1 < v.len && v.data[at + 1] < 0xa0)
			return at;
	}
	return v.len;
}
