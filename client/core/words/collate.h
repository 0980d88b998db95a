/*
 * The order of names in a language's alphabet: Estonian s-caron and o-tilde,
 * Hungarian cs and dzs, Finnish v as w.
 */
#ifndef CORE_COLLATE_H
#define CORE_COLLATE_H

struct collate;

/** collate_new(lang), collate_free(c): et, lv, fi, hu, en; NULL when the
 * library has no rules here, and then the order is that of folded letters. */
struct collate *collate_new(const char *lang);
void collate_free(struct collate *c);

/** collate_cmp(c, a, b): below, at or above 0, as qsort_r wants it. Equal only
 * when the texts are. */
int collate_cmp(const struct collate *c, const char *a, const char *b);

#endif
