/*
 * UTF-8: checked, walked, and folded so that accents and case do not count.
 */
#ifndef LOCAL_UTF8_H
#define LOCAL_UTF8_H

#include "common/base/buf.h"

/** utf8_bad(v): offset of the first byte that is not UTF-8, or v.len. */
size_t utf8_bad(struct view v);

/** utf8_next(v, at): the code point at ${at}, which is moved past it;
 * U+FFFD and one byte further where it is not UTF-8. */
uint32_t utf8_next(struct view v, size_t *at);

/** utf8_fold(cp): lower case without accents, for Latin, Greek, Cyrillic. */
uint32_t utf8_fold(uint32_t cp);

/** utf8_is_capital(cp): a capital letter of Latin, Greek, Cyrillic. */
bool utf8_is_capital(uint32_t cp);

/** utf8_is_word(cp): a letter or digit, as search divides words. */
bool utf8_is_word(uint32_t cp);

/** utf8_has(hay, needle): ${needle} is part of ${hay}, both folded. */
bool utf8_has(struct view hay, struct view needle);

/** utf8_same(a, b): equal, both folded. */
bool utf8_same(struct view a, struct view b);

/** utf8_controls(v, lines): offset of the first control character, or v.len;
 * ${lines}: tab and line ends are fine. */
size_t utf8_controls(struct view v, bool lines);

#endif
