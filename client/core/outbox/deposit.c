/* The client's side of a deposit's term and number; see the header. */
#include "client/core/outbox/deposit.h"

#define DAY_MS INT64_C(86400000)
#define DEPOSIT_CLOSED_DAYS 8

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

/* The hub says that the whole section was erased. That can be taken back in
 * seven days, so it is asked again then; nothing is lost by waiting. */
static int
is_closed(struct store *s, const struct space *sp, int64_t now, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT closed_ms FROM space WHERE id = ?");
	int rc;

	db_bind_id(q, 1, &sp->id);
	rc = db_step(q, e);
	*out = rc == 1 && !db_is_null(q, 0) &&
	    now < db_int(q, 0) + DEPOSIT_CLOSED_DAYS * DAY_MS;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

int
deposit_closed_tx(struct store *s, const struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "UPDATE space SET closed_ms = ?2 WHERE id = ?1");
	int64_t now;

	if (hub_time(s, &now, e) != 0)
		return -1;
	db_bind_id(q, 1, space);
	db_bind_int(q, 2, now);
	return db_run(q, e);
}

int
deposit_fits(struct store *s, const struct space *sp, bool *out,
    struct err *e)
{
	struct admit_author me = { .removed_ms = 0 };
	int64_t now, end;
	const struct epoch_recipient *r;
	struct space_epoch se;
	bool closed;
	int rc;

	*out = false;
	if (hub_time(s, &now, e) != 0 || is_closed(s, sp, now, &closed,
	    e) != 0)
		return -1;
	if (closed || sp->state == SPACE_ERASED)
		return 0;
	*out = true;
	if (spaces_author_find(s, &sp->id, &s->me->device, &me, e) < 0)
		return -1;
	rc = spaces_epoch_find(s, &sp->id, sp->epoch, &se, e);
	/* A restored hub lost them all, and nobody has made another: there is
	 * no keeper to send it to, and the hub knows of no section. */
	*out = rc == 1;
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
