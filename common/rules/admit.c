/*
 * Admission, schema/rules.md 1 and 4. A chain of questions, cheapest first;
 * the first that is answered wrong names the verdict. No state, no clock of
 * its own: the hub passes now, a client the item's own place in the log.
 */
#include "common/rules/admit.h"

#include <string.h>

#include "common/rules/erasure.h"

#define DAY_MS INT64_C(86400000)

size_t
admit_recipients_max(const struct roster *roster, const struct id *space)
{
	return id_eq(space, &roster->genesis.commons) ? EPOCH_RECIPIENTS_MAX :
	    EPOCH_RECIPIENTS_CASE_MAX;
}

static bool
is_over(const struct epoch_recipient *r, const struct roster *roster,
    uint64_t seq, int64_t now_ms)
{
	return now_ms >= r->until_ms ||
	    roster_live(roster, &r->device, seq) == NULL;
}

bool
admit_rekey_first(const struct epoch *ep, const struct roster *roster,
    uint64_t seq, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < ep->recipient_count; i++)
		if (is_over(&ep->recipients[i], roster, seq, now_ms))
			return true;
	return false;
}

/* What this author may do under the current epoch, at this moment. */
static enum right
right_now(const struct admit_in *in)
{
	const struct epoch_recipient *r;

	if (in->space->epoch == NULL)
		return RIGHT_NONE;
	r = epoch_find(in->space->epoch, &in->cs->h.author);
	if (r == NULL || in->now_ms >= r->until_ms)
		return RIGHT_NONE;
	return r->right;
}

static bool
is_succession(const struct admit_in *in)
{
	return in->entry != NULL && in->entry->kind == DIRECTORY_RECOVER &&
	    in->entry->scope == ORDER_SUCCESSION;
}

/* Counter and chain: one author's items in one space follow each other. */
static enum verdict
judge_order(const struct admit_in *in)
{
	const struct changeset_header *h = &in->cs->h;
	const struct admit_author *a = in->author;
	uint64_t seen;

	/* Back in the directory after a restore, whoever brings it and in
	 * whatever order; and the order itself, which comes first: 12.8. */
	if (h->kind == CHANGESET_DIRECTORY && (is_succession(in) ||
	    (roster_seen(in->roster, &h->seen, &seen) &&
	    h->seen.log_id != roster_log_id(in->roster))))
		return VERDICT_ACCEPTED;
	if (h->counter <= a->counter || !hash_eq(&h->prev_own, &a->last_id))
		return VERDICT_COUNTER;
	return VERDICT_ACCEPTED;
}

/*
 * What the author claims to have seen: of this log, not ahead of it. For
 * content and statements also not less than its last content claimed, and not
 * from before it could see the space at all. Epochs and statements are made at
 * sync time and may stand before content that was written earlier, so they do
 * not raise that bound.
 */
static enum verdict
judge_seen(const struct admit_in *in)
{
	const struct changeset_header *h = &in->cs->h;
	uint64_t seen;

	if (!roster_seen(in->roster, &h->seen, &seen) || seen > in->log.size)
		return VERDICT_BAD_SEEN;
	/* Seen past what was kept: not before it was listed, then (12.8). */
	if (h->kind != CHANGESET_EPOCH && (seen < in->author->seen_size ||
	    (seen < in->author->listed_size &&
	    !roster_past(in->roster, &h->seen))))
		return VERDICT_BAD_SEEN;
	return VERDICT_ACCEPTED;
}

/* The order of two officers by which this author lets somebody in. */
static const struct roster_order *
takeover_of(const struct admit_in *in)
{
	return roster_takeover(in->roster, &in->cs->h.space,
	    &in->cs->h.author, in->log.size, in->now_ms);
}

static enum verdict
judge_sealed(const struct admit_in *in)
{
	const struct changeset_header *h = &in->cs->h;

	if (in->space->epoch == NULL)
		return VERDICT_UNKNOWN_SPACE;
	if (right_now(in) < RIGHT_WRITE &&
	    (h->kind != CHANGESET_ACCESS || takeover_of(in) == NULL))
		return VERDICT_NOT_MEMBER;
	if (h->epoch != in->space->epoch->number)
		return VERDICT_STALE_EPOCH;
	/* Statements go under an epoch that is about to be replaced: they are
	 * what replaces it. Content never does. */
	if (h->kind == CHANGESET_CONTENT &&
	    admit_rekey_first(in->space->epoch, in->roster, in->log.size,
	    in->now_ms))
		return VERDICT_REKEY_FIRST;
	return judge_seen(in);
}

/* Recipients that stand on their own: listed, live, the right person. */
static bool
recipients_are_real(const struct admit_in *in)
{
	const struct epoch *ep = in->epoch;
	size_t i;

	if (ep->recipient_count == 0 || ep->recipient_count >
	    admit_recipients_max(in->roster, &in->cs->h.space))
		return false;
	for (i = 0; i < ep->recipient_count; i++) {
		const struct epoch_recipient *r = &ep->recipients[i];
		const struct roster_device *d =
		    roster_device(in->roster, &r->device);

		if (d == NULL || !id_eq(&d->person, &r->person) ||
		    r->right == RIGHT_NONE ||
		    is_over(r, in->roster, in->log.size, in->now_ms))
			return false;
	}
	return true;
}

static bool
has_keeper(const struct epoch *ep)
{
	size_t i;

	for (i = 0; i < ep->recipient_count; i++)
		if (ep->recipients[i].right == RIGHT_KEEP)
			return true;
	return false;
}

/* Epoch 1: the creator's own devices alone, all keepers. Everybody else comes
 * in by a statement, under epoch 2. */
static enum verdict
judge_first_epoch(const struct admit_in *in)
{
	const struct epoch *ep = in->epoch;
	const struct epoch_recipient *me =
	    epoch_find(ep, &in->cs->h.author);
	size_t i;

	if (ep->number != 1 || !hash_is_zero(&ep->prev) || ep->has_wrap ||
	    me == NULL)
		return VERDICT_BAD_EPOCH;
	for (i = 0; i < ep->recipient_count; i++)
		if (ep->recipients[i].right != RIGHT_KEEP ||
		    !id_eq(&ep->recipients[i].person, &me->person))
			return VERDICT_BAD_EPOCH;
	return VERDICT_ACCEPTED;
}

/* Every recipient was there before, with at least this right and end. */
static bool
only_shrinks(const struct epoch *before, const struct epoch *after)
{
	size_t i;

	for (i = 0; i < after->recipient_count; i++) {
		const struct epoch_recipient *a = &after->recipients[i];
		const struct epoch_recipient *b =
		    epoch_find(before, &a->device);

		if (b == NULL || a->right > b->right ||
		    a->until_ms > b->until_ms)
			return false;
	}
	return true;
}

/*
 * What a writer who is not a keeper may leave out: revoked and expired
 * devices, and those that a cited withdrawal names (that the statement does
 * name them is checked by members, who can open it). Never a keeper.
 */
static bool
drops_allowed(const struct admit_in *in)
{
	const struct epoch *before = in->space->epoch;
	size_t i;

	for (i = 0; i < before->recipient_count; i++) {
		const struct epoch_recipient *b = &before->recipients[i];
		const struct epoch_recipient *a =
		    epoch_find(in->epoch, &b->device);

		if (is_over(b, in->roster, in->log.size, in->now_ms))
			continue;
		if (a != NULL && a->right == b->right &&
		    a->until_ms == b->until_ms)
			continue;
		if (b->right == RIGHT_KEEP || in->epoch->cite_count == 0)
			return false;
	}
	return true;
}

/* By an order (9.5): the recipients as they are and that person's devices as
 * keepers, at least one of which was none. */
static bool
only_lets_in(const struct admit_in *in, const struct roster_order *o)
{
	const struct epoch *before = in->space->epoch, *after = in->epoch;
	bool new = false;
	size_t i;

	for (i = 0; i < after->recipient_count; i++) {
		const struct epoch_recipient *a = &after->recipients[i];
		const struct epoch_recipient *b =
		    epoch_find(before, &a->device);
		bool whom = id_eq(&a->person, &o->whom);

		if (whom ? a->right != RIGHT_KEEP ||
		    a->until_ms != INT64_MAX : b == NULL ||
		    a->right != b->right || a->until_ms != b->until_ms)
			return false;
		new |= whom && (b == NULL || b->right != RIGHT_KEEP ||
		    b->until_ms != INT64_MAX);
	}
	for (i = 0; i < before->recipient_count; i++)
		if (!is_over(&before->recipients[i], in->roster,
		    in->log.size, in->now_ms) &&
		    epoch_find(after, &before->recipients[i].device) == NULL)
			return false;
	return new;
}

static enum verdict
judge_next_epoch(const struct admit_in *in)
{
	const struct roster_order *order = takeover_of(in);
	const struct epoch *before = in->space->epoch;
	const struct epoch *after = in->epoch;
	enum right right = right_now(in);

	if (right < RIGHT_WRITE && order == NULL)
		return VERDICT_NOT_MEMBER;
	/* Compare and swap: two who race name the same predecessor. */
	if (!hash_eq(&after->prev, &in->space->epoch_id) ||
	    after->number != before->number + 1)
		return VERDICT_STALE_EPOCH;
	if (!after->has_wrap)
		return VERDICT_BAD_EPOCH;
	if (right == RIGHT_KEEP)
		return has_keeper(after) ? VERDICT_ACCEPTED :
		    VERDICT_BAD_EPOCH;
	if (order != NULL && only_lets_in(in, order))
		return VERDICT_ACCEPTED;
	if (right < RIGHT_WRITE)
		return VERDICT_BAD_EPOCH;
	if (!only_shrinks(before, after) || !drops_allowed(in))
		return VERDICT_BAD_EPOCH;
	if (in->space->writer_epochs_today >= ADMIT_WRITER_EPOCHS_A_DAY)
		return VERDICT_QUOTA;
	return VERDICT_ACCEPTED;
}

bool
admit_by_keeper(const struct epoch *before, const struct id *author)
{
	const struct epoch_recipient *r = before == NULL ? NULL :
	    epoch_find(before, author);

	return before == NULL || (r != NULL && r->right == RIGHT_KEEP);
}

bool
admit_is_today(int64_t accept_ms, int64_t now_ms)
{
	return accept_ms > now_ms - DAY_MS;
}

static enum verdict
judge_epoch(const struct admit_in *in)
{
	const struct changeset_header *h = &in->cs->h;
	enum verdict v;

	if (!id_eq(&in->epoch->space, &h->space) ||
	    in->epoch->number != h->epoch)
		return VERDICT_BAD_EPOCH;
	v = in->space->epoch == NULL ? judge_first_epoch(in) :
	    judge_next_epoch(in);
	if (v != VERDICT_ACCEPTED)
		return v;
	if (!recipients_are_real(in))
		return VERDICT_BAD_EPOCH;
	return judge_seen(in);
}

/*
 * Letters: a member to anybody who was one (outcomes), a former member to the
 * keepers (deposits), for a while and within a quota; memos in the commons,
 * where no case shows in the header.
 */
static enum verdict
judge_letter(const struct admit_in *in)
{
	const struct admit_author *a = in->author;
	const struct epoch_recipient *r;

	if (in->space->epoch == NULL)
		return VERDICT_UNKNOWN_SPACE;
	if (in->letter->kind == LETTER_MEMO && !id_eq(&in->cs->h.space,
	    &in->roster->genesis.commons))
		return VERDICT_BAD_FORM;
	if (right_now(in) != RIGHT_NONE)
		return VERDICT_ACCEPTED;
	/* Listed and over is out already: nobody may have turned the key. */
	r = epoch_find(in->space->epoch, &in->cs->h.author);
	if ((r == NULL && !a->was_member) ||
	    in->letter->kind != LETTER_DEPOSIT)
		return VERDICT_NOT_MEMBER;
	/* Too late is no quota: waiting would not help. */
	if (in->now_ms > (r != NULL ? r->until_ms : a->removed_ms) +
	    ADMIT_DEPOSIT_DAYS * DAY_MS)
		return VERDICT_NOT_MEMBER;
	return a->deposits < ADMIT_DEPOSITS_MAX ? VERDICT_ACCEPTED :
	    VERDICT_QUOTA;
}

static enum verdict
judge_device(const struct admit_in *in)
{
	const struct roster_device *d =
	    roster_device(in->roster, &in->cs->h.author);

	if (d == NULL || d->since_seq >= in->log.size)
		return VERDICT_UNKNOWN_DEVICE;
	if (roster_live(in->roster, &in->cs->h.author, in->log.size) == NULL)
		return VERDICT_REVOKED;
	if (!in->signature_known && !changeset_verify(in->cs, &d->sign))
		return VERDICT_BAD_SIGNATURE;
	return VERDICT_ACCEPTED;
}

/* A log goes on under a new id from where the order stands in it: the first
 * item that the one before does not have (12.8). */
static bool
is_next(const struct admit_in *in)
{
	return !is_succession(in) || in->entry->head.size == in->log.size;
}

uint64_t
admit_seen(const struct roster *roster, const struct log_point *seen)
{
	uint64_t size;

	return roster_seen(roster, seen, &size) ? size : seen->size;
}

enum verdict
admit(const struct admit_in *in)
{
	const struct changeset_header *h = &in->cs->h;
	enum verdict v;

	if (h->kind == CHANGESET_DIRECTORY) {
		if (!id_is_zero(&h->space) || in->entry == NULL)
			return VERDICT_BAD_DIRECTORY;
		v = roster_judge(in->roster, in->cs, in->entry);
		if (v == VERDICT_ACCEPTED && (!roster_order_timely(in->entry,
		    in->now_ms) || !is_next(in)))
			v = VERDICT_BAD_DIRECTORY;
		return v == VERDICT_ACCEPTED ? judge_order(in) : v;
	}
	if (id_is_zero(&h->space) || !in->roster->begun)
		return VERDICT_UNKNOWN_SPACE;
	v = judge_device(in);
	if (v == VERDICT_ACCEPTED && in->space->erased &&
	    !erasure_is_back(in))
		v = VERDICT_ERASED; /* 10.5 */
	if (v == VERDICT_ACCEPTED)
		switch (h->kind) {
		case CHANGESET_CONTENT:
		case CHANGESET_ACCESS:
			v = judge_sealed(in);
			break;
		case CHANGESET_EPOCH:
			v = in->epoch != NULL ? judge_epoch(in) :
			    VERDICT_BAD_FORM;
			break;
		case CHANGESET_LETTER:
			v = in->letter != NULL ? judge_letter(in) :
			    VERDICT_BAD_FORM;
			break;
		case CHANGESET_ERASE:
			v = in->erase != NULL ? erasure_judge(in,
			    right_now(in)) : VERDICT_BAD_FORM;
			break;
		default:
			v = VERDICT_BAD_FORM;
		}
	return v == VERDICT_ACCEPTED ? judge_order(in) : v;
}
