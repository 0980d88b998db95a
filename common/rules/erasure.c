/*
 * Two hands erase: a keeper's, who sends the order, and that of a live device
 * of another person who is a data-protection officer. The same two take it
 * back, within seven days of its acceptance.
 */
#include "common/rules/erasure.h"

#define DAY_MS INT64_C(86400000)

int64_t
erasure_due_ms(int64_t accept_ms)
{
	return accept_ms + ERASURE_WAIT_DAYS * DAY_MS;
}

bool
erasure_takes(enum erase_kind order, enum changeset_kind item)
{
	switch (item) {
	case CHANGESET_CONTENT:
	case CHANGESET_LETTER:
		return order == ERASE_RECORD || order == ERASE_SPACE;
	case CHANGESET_ACCESS:
		return order == ERASE_SPACE;
	default:
		return false;
	}
}

bool
erasure_is_back(const struct admit_in *in)
{
	return in->cs->h.kind == CHANGESET_ERASE && in->erase != NULL &&
	    in->erase->what.kind == ERASE_BACK;
}

static const struct id *
person_of(const struct roster *r, const struct id *device)
{
	const struct roster_device *d = roster_device(r, device);

	return d != NULL ? &d->person : NULL;
}

/* 10.1: live at this place, with the role, of another person, signed for this
 * space and this sender, not long ago, and not used before. */
static bool
second_hand_is_good(const struct admit_in *in)
{
	const struct roster_device *dpo = roster_live(in->roster,
	    &in->erase->dpo, in->log.size);
	const struct id *keeper = person_of(in->roster, &in->cs->h.author);

	if (dpo == NULL || keeper == NULL || dpo->since_seq >= in->log.size ||
	    id_eq(&dpo->person, keeper) || in->erase_used ||
	    (roster_roles(in->roster, &dpo->person) & ROLE_DPO) == 0)
		return false;
	if (in->erase->at_ms > in->now_ms + DAY_MS || in->erase->at_ms <
	    in->now_ms - ERASURE_SIGNED_DAYS * DAY_MS)
		return false;
	return erase_verify(in->erase, &in->cs->h.space, &in->cs->h.author,
	    &dpo->sign);
}

static bool
same_person(const struct roster *r, const struct id *a, const struct id *b)
{
	const struct id *x = person_of(r, a), *y = person_of(r, b);

	return x != NULL && y != NULL && id_eq(x, y);
}

/* 10.3: the same two hands, within the time. */
static bool
may_take_back(const struct admit_in *in)
{
	const struct admit_order *o = in->order;

	return o != NULL && !o->back &&
	    in->now_ms < erasure_due_ms(o->accept_ms) &&
	    same_person(in->roster, &o->author, &in->cs->h.author) &&
	    same_person(in->roster, &o->dpo, &in->erase->dpo);
}

enum verdict
erasure_judge(const struct admit_in *in, enum right right)
{
	if (in->space->epoch == NULL)
		return VERDICT_UNKNOWN_SPACE;
	if (right != RIGHT_KEEP)
		return VERDICT_NOT_MEMBER;
	return erasure_judge_outside(in);
}

enum verdict
erasure_judge_outside(const struct admit_in *in)
{
	const struct changeset_header *h = &in->cs->h;
	uint64_t seen;

	if (!roster_seen(in->roster, &h->seen, &seen) || seen > in->log.size)
		return VERDICT_BAD_SEEN;
	/* Names of people are not a case's. */
	if (id_eq(&h->space, &in->roster->genesis.commons) ||
	    !second_hand_is_good(in))
		return VERDICT_BAD_ERASE;
	return in->erase->what.kind != ERASE_BACK || may_take_back(in) ?
	    VERDICT_ACCEPTED : VERDICT_BAD_ERASE;
}
