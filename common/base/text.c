/* The language spoken, one for the whole program. */
#include "common/base/text.h"

#include <stddef.h>

static const struct text_source *spoken;

void
text_speak(const struct text_source *source)
{
	spoken = source;
}

const char *
text_spoken(const char *english)
{
	const char *own = spoken != NULL ? spoken->find(english) : NULL;

	return own != NULL ? own : english;
}

const char *
text_plural(unsigned long n, const char *one, const char *many)
{
	const char *own = spoken != NULL ? spoken->find_plural(one, n) : NULL;

	if (own != NULL)
		return own;
	return n == 1 ? one : many;
}
