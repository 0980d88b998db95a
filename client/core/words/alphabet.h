/*
 * The letters of a language in their order, by ICU. For collate.c alone: a
 * part of the program that is loaded when it is needed (client/parts).
 */
#ifndef CORE_ALPHABET_H
#define CORE_ALPHABET_H

#include <stdbool.h>

struct alphabet;

/** alphabet_new(lang), alphabet_free(a): NULL when there are no rules here. */
struct alphabet *alphabet_new(const char *lang);
void alphabet_free(struct alphabet *a);

/** alphabet_cmp(a, x, y, order): ${order} below, at or above 0; false: it
 * cannot say. */
bool alphabet_cmp(const struct alphabet *a, const char *x, const char *y,
    int *order);

#endif
