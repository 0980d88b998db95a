/*
 * No number and no nonce serves twice: of all that ever went to the hub, taken
 * or not, no two changesets of one device in one space have the same counter,
 * and no two headers the same nonce. The same bytes again are the same.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/sim/sim.h"

struct used {
	struct id author, space;
	uint64_t counter;
	uint8_t nonce[24];
	struct hash id;
};

static int
by_counter(const void *a, const void *b)
{
	const struct used *x = a, *y = b;
	int c = id_cmp(&x->author, &y->author);

	c = c != 0 ? c : id_cmp(&x->space, &y->space);
	return c != 0 ? c : (x->counter > y->counter) -
	    (x->counter < y->counter);
}

static int
by_nonce(const void *a, const void *b)
{
	const struct used *x = a, *y = b;

	return memcmp(x->nonce, y->nonce, sizeof(x->nonce));
}

static void
once(struct sim *s, struct used *list, size_t n,
    int (*cmp)(const void *, const void *), const char *what)
{
	size_t i;

	qsort(list, n, sizeof(*list), cmp);
	for (i = 1; i < n; i++)
		if (cmp(&list[i - 1], &list[i]) == 0 &&
		    !hash_eq(&list[i - 1].id, &list[i].id))
			sim_fail(s, "two changesets have the same %s (%llu)",
			    what, (unsigned long long)list[i].counter);
}

void
judge_lines(struct sim *s)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	const struct received *r;
	struct used *list;
	struct err e;
	size_t n = 0;

	for (r = s->received; r != NULL; r = r->next)
		n++;
	list = mem_new((n + 1) * sizeof(*list));
	for (n = 0, r = s->received; r != NULL; r = r->next) {
		if (changeset_decode(buf_view(&r->bytes), cs, &e) != 0)
			continue;
		list[n].author = cs->h.author;
		list[n].space = cs->h.space;
		list[n].counter = cs->h.counter;
		memcpy(list[n].nonce, cs->h.nonce, sizeof(cs->h.nonce));
		list[n++].id = r->id;
	}
	once(s, list, n, by_counter, "counter");
	once(s, list, n, by_nonce, "nonce");
	mem_free(list);
	mem_free(cs);
}
