/* Looks through what the outbox keeps of refused epochs; see the header. */
#include "client/core/outbox/spoiled.h"

#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"

static bool
lists_others(const struct epoch *cur, struct view bytes)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct epoch ep = { .recipients = NULL };
	bool others = false;
	struct err e;
	size_t i;

	if (changeset_decode(bytes, cs, &e) == 0 && cs->has_bodies &&
	    cs->h.epoch == cur->number + 1 &&
	    epoch_decode(cs->bodies[0], &ep, &e) == 0) {
		for (i = 0; i < ep.recipient_count; i++)
			others |= epoch_find(cur, &ep.recipients[i].device) ==
			    NULL;
		epoch_done(&ep);
	}
	mem_free(cs);
	return others;
}

int
spoiled_find(struct store *s, const struct epoch *cur, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT bytes FROM outgoing"
	    " WHERE state = ? AND kind = ? AND space = ?");
	int rc;

	*out = false;
	db_bind_int(q, 1, OUTGOING_APART);
	db_bind_int(q, 2, CHANGESET_EPOCH);
	db_bind_id(q, 3, &cur->space);
	while ((rc = db_step(q, e)) == 1 && !*out)
		*out = lists_others(cur, db_blob(q, 0));
	db_reset(q);
	return rc < 0 ? -1 : 0;
}
