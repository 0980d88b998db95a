/* Words as they are compared: folded, by beginning, stem and part. */
#include "client/core/local/needle.h"

#include <string.h>

#include "client/core/local/utf8.h"

/* Letters above U+007F and below U+0180 that FTS5's unicode61 takes for
 * others than utf8.c does. */
static bool
is_odd(uint32_t cp)
{
	static const uint16_t odd[] = { 0xb2, 0xb3, 0xb5, 0xb9, 0xbc, 0xbd,
		0xbe, 0xd8, 0xf8, 0x110, 0x111, 0x126, 0x127, 0x131, 0x13f,
		0x140, 0x141, 0x142, 0x149, 0x166, 0x167 };
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (odd[i] == cp)
			return true;
	return false;
}

bool
needle_certain(uint32_t cp)
{
	if (cp < 0x80)
		return true;
	if (cp < 0x180)
		return !is_odd(cp);
	/* Dashes, quotes, the ellipsis, the euro. */
	return (cp >= 0x2010 && cp <= 0x2027) || cp == 0x20ac;
}

static size_t
put(char *to, uint32_t cp)
{
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4, i;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (i = n; i-- > 1; cp >>= 6)
		to[i] = (char)(0x80 | (cp & 0x3f));
	to[0] = (char)(lead[n] | cp);
	return n;
}

bool
needle_next(struct view text, size_t *at, struct folded *out)
{
	size_t before;
	uint32_t cp;

	out->len = out->letters = 0;
	out->certain = true;
	while (*at < text.len) {
		before = *at;
		cp = utf8_next(text, at);
		if (!needle_certain(cp))
			out->certain = false;
		if (!utf8_is_word(cp)) {
			if (out->letters > 0)
				break;
			continue;
		}
		if (out->letters++ == 0)
			out->from = before;
		out->to = *at;
		if (out->letters <= NEEDLE_MAX)
			out->len += put(out->word + out->len, utf8_fold(cp));
		else
			out->certain = false;
	}
	out->word[out->len] = '\0';
	return out->letters > 0;
}

void
needle_make(const struct folded *word, struct needle *out)
{
	size_t i;

	memcpy(out->word, word->word, word->len + 1);
	out->len = word->len;
	out->letters = word->letters;
	for (i = 0; i < STEM_LANGUAGES; i++)
		out->stem[i] = stem_len(i, out->word, out->len);
}

/* A number has no endings. */
static bool
has_stem(const struct needle *n)
{
	return n->letters > NEEDLE_STEM &&
	    !(n->word[0] >= '0' && n->word[0] <= '9');
}

enum needle_fit
needle_fits(const struct needle *n, const char *word, size_t len, size_t *at,
    size_t *hit)
{
	const char *p;
	size_t i;

	if (at != NULL) {
		*at = 0;
		*hit = n->len;
	}
	if (len >= n->len && memcmp(word, n->word, n->len) == 0)
		return len == n->len ? NEEDLE_WHOLE : NEEDLE_BEGINS;
	for (i = 0; has_stem(n) && i < STEM_LANGUAGES; i++)
		if (len >= n->stem[i] &&
		    memcmp(word, n->word, n->stem[i]) == 0 &&
		    (len == n->stem[i] ||
		    stem_len(i, word, len) == n->stem[i])) {
			if (at != NULL)
				*hit = n->stem[i];
			return NEEDLE_INFLECTED;
		}
	if (n->letters < NEEDLE_PART)
		return NEEDLE_NOT;
	p = memmem(word, len, n->word, n->len);
	if (p != NULL && at != NULL)
		*at = (size_t)(p - word);
	return p != NULL ? NEEDLE_INSIDE : NEEDLE_NOT;
}
