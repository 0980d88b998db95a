/* What features say is due. */
#include "client/core/cases/due.h"

#include "client/core/local/day.h"
#include "common/base/mem.h"

static enum due_when
when_of(const struct due *d, const struct due_item *i)
{
	if (i->at_ms == 0)
		return DUE_TODAY;
	if (i->moment ? i->at_ms < d->now_ms : i->at_ms < d->today_ms)
		return DUE_OVERDUE;
	return i->at_ms < d->today_ms + DAY_MS / 2 ? DUE_TODAY : DUE_AHEAD;
}

int
due_add(struct due *d, const struct due_item *item, struct err *e)
{
	struct due_line l = { .item = *item };

	(void)e;
	if (item->at_ms >= d->until_ms + DAY_MS / 2 && !item->urgent)
		return 0;
	l.when = when_of(d, item);
	l.item.school = item->school != NULL ? mem_dup(item->school) : NULL;
	l.item.words = mem_dup(item->words != NULL ? item->words : "");
	l.item.command = mem_dup(item->command != NULL ? item->command : "");
	buf_add(&d->lines, &l, sizeof(l));
	return 0;
}
