/* The client's side of a deposit's term and number; see the header. */
#include "client/core/sync/deposit.h"

#define DAY_MS INT64_C(86400000)

/* The hub's time, as well as it can be known: this is its rule. */
static int
hub_time(struct store *s, int64_t *out, struct err *e)
{
	int64_t skew = 0;

	if (store_get_int(s, STORE_SKEW, &skew, e) < 0)
		return -1;
	*out = tick_wall_ms(&s->tick) - skew;
	if (*out < s->hub_ms)
		*out = s->hub_ms;
	return 0;
}

int
deposit_fits(struct store *s, const struct space *sp, bool *out,
    struct err *e)
{
	struct admit_author me = { .removed_ms = 0 };
	int64_t now, end;
	const struct epoch_recipient *r;
	struct space_epoch se;
	int rc;

	*out = true;
	if (hub_time(s, &now, e) != 0 ||
	    spaces_author_find(s, &sp->id, &s->me->device, &me, e) < 0)
		return -1;
	rc = spaces_epoch_find(s, &sp->id, sp->epoch, &se, e);
	if (rc != 1)
		return rc;
	r = epoch_find(&se.ep, &s->me->device);
	end = r != NULL ? r->until_ms : me.removed_ms;
	if (now >= end)
		*out = now - end <= ADMIT_DEPOSIT_DAYS * DAY_MS &&
		    me.deposits < ADMIT_DEPOSITS_MAX;
	space_epoch_done(&se);
	return 0;
}
