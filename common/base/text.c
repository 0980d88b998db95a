/* The language spoken, one for the whole program. */
#include "common/base/text.h"

#include <stddef.h>
#include <string.h>

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

size_t
text_stops(const char *fmt, char *s)
{
	char *from, *to = s;

	if (strstr(fmt, "%s.") == NULL)
		return strlen(s);
	for (from = s; *from != '\0'; from++)
		if (from == s || strncmp(from, "..", 2) != 0 ||
		    from[2] == '.' || from[-1] < '0' || from[-1] > '9')
			*to++ = *from;
	*to = '\0';
	return (size_t)(to - s);
}
