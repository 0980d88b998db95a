/*
 * What comes to this device about a section that is closed to it: the outcome
 * of what it deposited, and orders to erase what it wrote. The stream ended
 * for it with the epoch that put it out, so these have no place in it, and are
 * judged by what can be told without the section's epochs. And orders that
 * came as a header while it was closed, or kept back, and come whole later.
 *
 * Source: schema/rules.md 7.6, 10.3, 10.6, 12.5.
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

int
intake_is_nothing(struct intake *k, const struct incoming *in, struct err *e)
{
	struct space sp;
	int rc;

	if (in->cs.h.kind != CHANGESET_ERASE)
		return 0;
	rc = spaces_find(k->s, &in->cs.h.space, &sp, e);
	return rc < 0 ? -1 : rc == 0;
}

/* ---- whole at last ---- */

/* Under the epoch that held at its place; where that is closed here, what came
 * outside is judged without it, too. */
static int
was_kept(struct intake *k, const struct incoming *in, bool *out,
    struct err *e)
{
	const struct space_epoch *ep = NULL;
	uint32_t n = k->has_epoch ? k->epoch.ep.number : 0;

	*out = k->sp.state == SPACE_LOST;
	for (; !*out && n > 0; n--) {
		if (intake_epoch(k, n, &ep, e) != 0)
			return -1;
		if (ep == NULL || ep->seq > in->seq)
			continue;
		*out = admit_by_keeper(&ep->ep, &in->cs.h.author);
		break;
	}
	return 0;
}

int
intake_order_tx(struct intake *k, struct incoming *in, struct err *e)
{
	struct erased_order known;
	struct err why;
	bool ok;
	int rc;

	if (in->cs.h.kind != CHANGESET_ERASE)
		return 0;
	rc = erased_find(k->s, &in->cs.id, &known, e);
	if (rc == 0) /* refused: intake_again.c */
		rc = quarantine_has(k->s, in->seq, QUARANTINE_RULES, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (intake_read(in, &why) != 0)
		return 0;
	if (erasures_outside(k, in, &ok, e) != 0 ||
	    (ok && was_kept(k, in, &ok, e) != 0))
		return -1;
	if (!ok)
		return 0;
	return intake_body_tx(k, in, e) != 0 || quarantine_drop_tx(k->s, in->seq,
	    QUARANTINE_BODY, e) != 0 ? -1 : erasures_take_tx(k, in, e);
}
