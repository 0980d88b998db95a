/* The order of an alphabet, or of folded letters where there is none. */
#include "client/core/words/collate.h"

#include <string.h>

#include "client/core/local/utf8.h"
#include "client/core/words/alphabet.h"

struct collate *
collate_new(const char *lang)
{
	return (struct collate *)(void *)alphabet_new(lang);
}

void
collate_free(struct collate *c)
{
	alphabet_free((struct alphabet *)(void *)c);
}

static int
cmp_folded(struct view x, struct view y)
{
	size_t i = 0, j = 0;

	while (i < x.len && j < y.len) {
		uint32_t p = utf8_fold(utf8_next(x, &i));
		uint32_t q = utf8_fold(utf8_next(y, &j));

		if (p != q)
			return p < q ? -1 : 1;
	}
	return (i < x.len) - (j < y.len);
}

int
collate_cmp(const struct collate *c, const char *a, const char *b)
{
	int order = 0;

	if (c == NULL || !alphabet_cmp((const struct alphabet *)(const void *)
	    c, a, b, &order))
		order = cmp_folded(view_str(a), view_str(b));
	return order != 0 ? order : strcmp(a, b);
}
