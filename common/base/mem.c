/* Small objects abort when memory is out; sizes from outside use buf. */
#include "common/base/mem.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MORE_LEAST 8 /* a power of two */

void *
mem_new(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

void *
mem_room(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

/* At 0, 8, 16, 32 ... items there is no room left. */
void *
mem_more(void *list, size_t count, size_t size)
{
	void *more;

	if (count != 0 && (count < MORE_LEAST || (count & (count - 1)) != 0))
		return list;
	more = mem_new((count == 0 ? MORE_LEAST : 2 * count) * size);
	if (count > 0)
		memcpy(more, list, count * size);
	mem_free(list);
	return more;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}

void
mem_forget(char *text)
{
	if (text != NULL)
		mem_wipe(text, strlen(text));
	mem_free(text);
}

void *
mem_secret_new(size_t size)
{
	void *p = sodium_malloc(size);

	if (p == NULL)
		abort();
	memset(p, 0, size);
	return p;
}

void
mem_secret_free(void *p)
{
	sodium_free(p);
}

char *
mem_dup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *d = mem_new(n);

	memcpy(d, s, n);
	return d;
}
