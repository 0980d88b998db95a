/* Optimal string alignment distance; names are short, so the table is too. */
#include "client/core/words/near.h"

#include <string.h>

#define NEAR_LEN_MAX 40

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
near_distance(const char *a, const char *b)
{
	size_t d[NEAR_LEN_MAX + 1][NEAR_LEN_MAX + 1];
	size_t i, j, la = strlen(a), lb = strlen(b), same;

	if (la > NEAR_LEN_MAX || lb > NEAR_LEN_MAX)
		return NEAR_LEN_MAX;
	for (i = 0; i <= la; i++)
		d[i][0] = i;
	for (j = 0; j <= lb; j++)
		d[0][j] = j;
	for (i = 1; i <= la; i++)
		for (j = 1; j <= lb; j++) {
			same = a[i - 1] == b[j - 1] ? 0 : 1;
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
			    d[i - 1][j - 1] + same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[la][lb];
}

void
near_begin(struct near *n, const char *typed)
{
	n->typed = typed;
	n->best = NULL;
	n->distance = NEAR_LEN_MAX;
}

void
near_offer(struct near *n, const char *name)
{
	size_t far = near_distance(n->typed, name), len = strlen(n->typed);

	/* A third of the letters wrong is still a slip of the hand. */
	if (far <= 1 + len / 4 && far < len && far < n->distance) {
		n->distance = far;
		n->best = name;
	}
}
