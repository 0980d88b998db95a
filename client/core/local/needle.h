/*
 * One word that is searched for, and whether a word of a text is meant by it.
 */
#ifndef LOCAL_NEEDLE_H
#define LOCAL_NEEDLE_H

#include <stdbool.h>

#include "client/core/local/stem.h"
#include "common/base/buf.h"

#define NEEDLE_MAX 64      /* letters of a word that is compared */
#define NEEDLE_BYTES (4 * NEEDLE_MAX + 1)
#define NEEDLE_PART 4      /* letters that are looked for inside words */
#define NEEDLE_STEM 3      /* letters that have endings taken off */

struct needle {
	char word[NEEDLE_BYTES]; /* folded */
	size_t len, letters;
	size_t stem[STEM_LANGUAGES];
};

/* How well a word of a text fits, the best last. */
enum needle_fit {
	NEEDLE_NOT,
	NEEDLE_INSIDE,    /* vanakool for kool */
	NEEDLE_INFLECTED, /* koolist for koolis */
	NEEDLE_BEGINS,    /* koolitus for kool */
	NEEDLE_WHOLE
};

struct folded { /* a word of a text, at most NEEDLE_MAX letters of it */
	char word[NEEDLE_BYTES];
	size_t len, letters;
	size_t from, to; /* where it stands, bytes of the text */
	bool certain;    /* the index divides and folds it in the same way */
};

/** needle_next(text, at, out): the next word from ${at} on, folded; false at
 * the end (${out}->certain: of what stood before it). */
bool needle_next(struct view text, size_t *at, struct folded *out);

/** needle_certain(cp): words are divided and folded here as in the index. */
bool needle_certain(uint32_t cp);

/** needle_make(word, out): from a folded word. */
void needle_make(const struct folded *word, struct needle *out);

/** needle_fits(n, word, len): folded ${word}; ${at}, ${hit}: the bytes of it
 * that are meant, when not NULL. */
enum needle_fit needle_fits(const struct needle *n, const char *word,
    size_t len, size_t *at, size_t *hit);

#endif
