/*
 * How much of a list is whose. The author of a record was looked up in the
 * directory when it came in, so there are no more counters than persons; who
 * is in no directory yet is this device's own person.
 */
#include "client/core/accord/portion.h"

#include <string.h>

#include "common/base/mem.h"

struct portion_person {
	struct id person;
	size_t n;
};

static struct portion_person *
find(struct portion *sh, const struct id *person)
{
	size_t i;

	for (i = 0; i < sh->count; i++)
		if (id_eq(&sh->list[i].person, person))
			return &sh->list[i];
	sh->list = mem_more(sh->list, sh->count, sizeof(*sh->list));
	sh->list[sh->count] = (struct portion_person){ *person, 0 };
	return &sh->list[sh->count++];
}

bool
portion_takes(struct portion *sh, const struct store *s, const struct id *origin,
    size_t most)
{
	const struct roster_device *d = roster_device(&s->roster, origin);
	struct portion_person *p = find(sh, d != NULL ? &d->person :
	    &s->person);

	if (p->n >= most)
		return false;
	p->n++;
	return true;
}

void
portion_done(struct portion *sh)
{
	mem_free(sh->list);
	memset(sh, 0, sizeof(*sh));
}
