/*
 * Alphabets by ICU. The C library sorts by locales that have to be generated
 * on each machine; ICU carries the rules of all five languages itself.
 */
#include "client/core/words/collate.h"

#include <string.h>
#include <unicode/ucol.h>

#include "client/core/local/utf8.h"

struct collate *
collate_new(const char *lang)
{
	UErrorCode status = U_ZERO_ERROR;
	/* The order of Finnish catalogues of names: v and w as one letter. */
	UCollator *u = ucol_open(strcmp(lang, "fi") == 0 ?
	    "fi@collation=traditional" : lang, &status);

	if (U_FAILURE(status))
		return NULL;
	return (struct collate *)(void *)u;
}

void
collate_free(struct collate *c)
{
	if (c != NULL)
		ucol_close((UCollator *)(void *)c);
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
	UErrorCode status = U_ZERO_ERROR;
	int order = 0;

	if (c != NULL)
		order = ucol_strcollUTF8((const UCollator *)(const void *)c,
		    a, -1, b, -1, &status);
	if (c == NULL || U_FAILURE(status))
		order = cmp_folded(view_str(a), view_str(b));
	return order != 0 ? order : strcmp(a, b);
}
