/*
 * Alphabets by ICU. The C library sorts by locales that have to be generated
 * on each machine; ICU carries the rules of all five languages itself.
 */
#include "client/core/words/alphabet.h"

#include <string.h>
#include <unicode/ucol.h>

struct alphabet *
alphabet_new(const char *lang)
{
	UErrorCode status = U_ZERO_ERROR;
	/* The order of Finnish catalogues of names: v and w as one letter. */
	UCollator *u = ucol_open(strcmp(lang, "fi") == 0 ?
	    "fi@collation=traditional" : lang, &status);

	/* As people number schools: the 2nd before the 10th. */
	if (U_SUCCESS(status))
		ucol_setAttribute(u, UCOL_NUMERIC_COLLATION, UCOL_ON, &status);
	if (U_FAILURE(status))
		return NULL;
	return (struct alphabet *)(void *)u;
}

void
alphabet_free(struct alphabet *a)
{
	if (a != NULL)
		ucol_close((UCollator *)(void *)a);
}

bool
alphabet_cmp(const struct alphabet *a, const char *x, const char *y,
    int *order)
{
	UErrorCode status = U_ZERO_ERROR;

	*order = ucol_strcollUTF8((const UCollator *)(const void *)a, x, -1,
	    y, -1, &status);
	return U_SUCCESS(status);
}
