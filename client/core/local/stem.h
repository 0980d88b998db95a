/*
 * What is left of a word without its endings, in the five languages.
 *
 * A light rule: endings of cases, numbers, owners and common verb forms are
 * taken off by a table, then final vowels. It knows no dictionary and changes
 * no letter inside a word (Finnish katu, kadun stay two words). Snowball has
 * no Estonian and Latvian and needs the accents that the index folds away; one
 * rule for all five, on folded words, can be read and tested.
 */
#ifndef LOCAL_STEM_H
#define LOCAL_STEM_H

#include <stddef.h>

#define STEM_LANGUAGES 5

/** stem_len(lang, word, len): the first so many bytes of the folded ${word}
 * are its stem in language ${lang} (0 to 4: et, fi, hu, lv, en). */
size_t stem_len(size_t lang, const char *word, size_t len);

#endif
