/*
 * What comes to this device about a section that is closed to it: the outcome
 * of what it deposited, and orders to erase what it wrote. The stream ended
 * for it with the epoch that put it out, so these have no place in it, and are
 * judged by what can be told without the section's epochs.
 *
 * Source: schema/rules.md 7.6, 10.3.
 */
#include "client/core/sync/intake.h"

#include "client/core/sync/apply.h"
#include "client/core/sync/erasures.h"

bool
intake_is_outside(const struct intake *k, const struct incoming *in)
{
	return k->has_row && k->sp.state == SPACE_LOST && in->cs.has_bodies &&
	    (in->cs.h.kind == CHANGESET_LETTER ||
	    in->cs.h.kind == CHANGESET_ERASE);
}

static int
judge_outside(struct intake *k, struct incoming *in, bool *ok, struct err *e)
{
	const struct roster_device *author = roster_live(&k->s->roster,
	    &in->cs.h.author, in->seq);
	struct err why;

	*ok = author != NULL && changeset_verify(&in->cs, &author->sign) &&
	    intake_read(in, &why) == 0;
	if (!*ok || in->erase == NULL)
		return 0;
	if (intake_times(k, in, ok, e) != 0)
		return -1;
	return *ok ? erasures_outside(k, in, ok, e) : 0;
}

int
intake_outside_tx(struct intake *k, struct incoming *in, struct err *e)
{
	bool ok;

	if (judge_outside(k, in, &ok, e) != 0)
		return -1;
	return ok ? apply_tx(k, in, e) : intake_hold_tx(k, in,
	    QUARANTINE_RULES, "what came about a closed section is not what "
	    "the rules let anybody send there", e);
}
