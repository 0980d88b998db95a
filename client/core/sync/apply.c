/*
 * Content, statements, directory entries and letters. A changeset is opened
 * and read as a whole before any of it is applied; a record that is not
 * believed, or does not fit what is stored, is passed over alone and keeps the
 * changeset in quarantine.
 */
#include "client/core/sync/apply.h"

#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/accord/memos.h"
#include "client/core/accord/overrides.h"
#include "client/core/accord/portion.h"
#include "client/core/accord/sides.h"
#include "client/core/accord/statements.h"
#include "client/core/local/places.h"
#include "client/core/outbox/outbox.h"
#include "client/core/outbox/stamps.h"
#include "client/core/sync/claims.h"
#include "client/core/sync/doubt.h"
#include "client/core/sync/erasures.h"
#include "client/core/sync/late.h"
#include "client/core/sync/succession.h"
#include "common/rules/time.h"

/* ---- opening ---- */

struct opened { /* a changeset's bodies, in k->plain */
	size_t count;
	struct view bodies[CHANGESET_BODIES_MAX];
	bool judged_alone; /* all of it stands here already */
};

static int
open_bodies(struct intake *k, const struct incoming *in,
    const struct sym_key *key, struct opened *o, struct err *e)
{
	size_t ends[CHANGESET_BODIES_MAX], i, start = 0;

	buf_reset(&k->plain);
	o->count = in->cs.h.count;
	for (i = 0; i < o->count; i++) {
		if (in->cs.bodies[i].len > 0 &&
		    changeset_open(&in->cs, i, key, &k->plain, e) != 0)
			return -1;
		ends[i] = k->plain.len;
	}
	for (i = 0; i < o->count; i++) {
		o->bodies[i] = view_of(k->plain.data + start,
		    ends[i] - start);
		start = ends[i];
	}
	return 0;
}

/* Right over: the hub sends headers alone, as it should. */
static bool
is_over_here(const struct intake *k)
{
	const struct epoch_recipient *me = k->has_epoch ?
	    epoch_find(&k->epoch.ep, &k->s->me->device) : NULL;

	return k->sp.state == SPACE_LOST ||
	    (me != NULL && me->until_ms <= store_now_ms(k->s));
}

/* Whatever of it is missing: by an order that is known (10.6), or withheld. */
static int
hold_without_body(struct intake *k, const struct incoming *in, struct err *e)
{
	bool ok;

	if ((in->again && !in->wanted) || is_over_here(k))
		return 0;
	if (erasures_explain(k, &in->cs, &ok, e) != 0)
		return -1;
	return ok ? 0 : intake_hold_tx(k, in, QUARANTINE_BODY,
	    "the hub holds back its text, and nobody has ordered that", e);
}

/* ---- content ---- */

/* Whether each of them can be read. 0, 1 held as a whole, -1. */
static int
check_content(struct intake *k, const struct incoming *in,
    const struct opened *o, struct err *e)
{
	struct err why;
	size_t i;

	for (i = 0; i < o->count; i++)
		if (in->cs.bodies[i].len > 0 &&
		    record_decode(o->bodies[i], k->rec, &why) != 0)
			return intake_hold_tx(k, in, QUARANTINE_SEAL,
			    why.text, e) != 0 ? -1 : 1;
	return 0;
}

/* What k->rec may not say is passed over, and not its neighbours (rules.md
 * 1.8): whoever looks finds it in the changeset. 1 passed over, 0, -1. */
static int
pass_over(struct intake *k, const struct incoming *in,
    const struct space_epoch *ep, struct err *e)
{
	struct doubt_of d = { k->s, &k->space, &in->cs.h.author, &ep->ep,
		in->seq };
	const char *words;

	if (fields_kind((enum record_type)k->rec->type) == NULL)
		return intake_hold_tx(k, in, QUARANTINE_NEWER, "a kind of "
		    "record that this program does not know; update to read "
		    "it", e) != 0 ? -1 : 1;
	if (doubt_record(&d, k->rec, &words, e) != 0)
		return -1;
	if (words == NULL)
		return 0;
	if (in->own && !in->again &&
	    doubt_own_tx(k->s, k->rec, in->seq, e) != 0)
		return -1;
	return intake_hold_tx(k, in, QUARANTINE_SEAL, words, e) != 0 ? -1 : 1;
}

static int
count_content(struct intake *k, const struct incoming *in, unsigned before,
    struct err *e)
{
	struct talk_figures *f = k->t->figures;
	struct record_row row;
	int rc;

	if (in->again && (!in->withheld || k->seen))
		return 0;
	if (k->rec->type == TYPE_NOTE)
		f->got_notes++;
	else
		f->got_changes++;
	rc = versions_row(k->s, &k->rec->id, &row, e);
	if (rc == 1 && (row.flags & RECORD_CONFLICT) != 0 &&
	    (before & RECORD_CONFLICT) == 0)
		f->conflicts_new++;
	return rc < 0 ? -1 : 0;
}

/* Gossip is heard and left out of what is kept: the same text sealed twice
 * may carry two heads, and it is one text. */
static int
hear(struct intake *k, const struct incoming *in, struct view *body,
    struct err *e)
{
	struct witness_from from = { &in->cs.h.author, in->seq };

	if (!k->rec->gossip.present)
		return 0;
	if (witness_hear_tx(k->s, &k->t->witness, &k->rec->gossip, &from,
	    e) != 0)
		return -1;
	memset(&k->rec->gossip, 0, sizeof(k->rec->gossip));
	buf_reset(&k->bare);
	record_encode(k->rec, &k->bare);
	*body = buf_view(&k->bare);
	return buf_check(&k->bare, "a record", e);
}

static int
apply_record(struct intake *k, const struct incoming *in, struct view body,
    const struct version_at *at, struct err *e)
{
	struct record_row row = { .rid = 0 };
	bool unknown = k->sp.state == SPACE_UNKNOWN;

	if (hear(k, in, &body, e) != 0 ||
	    versions_row(k->s, &k->rec->id, &row, e) < 0 ||
	    /* Another section's claim that came later (doubt). */
	    (row.rid != 0 && !id_eq(&row.space, &k->space) &&
	    claims_yield_tx(k->s, &row, e) != 0))
		return -1;
	if (at->state == VERSION_ERASED && k->text_gone)
		body = view_str(""); /* its order was carried out */
	if (versions_accept_tx(k->s, &k->space, k->rec, body, at, e) != 0)
		return -1;
	/* The first record told what the section is. */
	if (k->rec->type == TYPE_SPACE && unknown &&
	    spaces_find(k->s, &k->space, &k->sp, e) < 0)
		return -1;
	return count_content(k, in, row.flags, e);
}

/* Own text stands in the store since it was written. */
static bool
is_here(const struct incoming *in)
{
	return in->own && !in->apart;
}

/* The record k->rec: taken in, under review or not. What was here before was
 * judged before, by what the log had up to there. */
static int
take_record(struct intake *k, const struct incoming *in, struct view body,
    const struct late *late, struct version_at *at, struct err *e)
{
	enum version_state was;
	int seen = in->again ? late_seen(k, &was, e) : 0;
	struct erased_order order;
	int rc = seen < 0 ? -1 : erasures_hide(k, k->rec, &order, e);

	if (rc < 0)
		return -1;
	k->seen = seen == 1;
	if (rc == 1) { /* 10.4: also what comes late */
		at->state = VERSION_ERASED;
		k->text_gone = order.wiped;
		return is_here(in) ? 0 : apply_record(k, in, body, at, e);
	}
	at->state = seen == 1 && was == VERSION_REVIEW ? VERSION_REVIEW :
	    VERSION_ACCEPTED;
	if (!is_here(in) && apply_record(k, in, body, at, e) != 0)
		return -1;
	return seen == 1 ? 0 : late_record_tx(k, in, late, at, e);
}

static int
apply_content(struct intake *k, const struct incoming *in,
    const struct space_epoch *ep, const struct opened *o, struct err *e)
{
	struct version_at at = { .seq = in->seq };
	struct late late;
	struct err why;
	int64_t seen_ms;
	size_t i;
	int rc;

	if (stamps_seen(k->s, &k->space, &in->cs.h.seen, &seen_ms, e) != 0 ||
	    late_find(k, in, &late, e) != 0)
		return -1;
	for (i = 0; i < o->count; i++) {
		if (in->cs.bodies[i].len == 0)
			continue;
		if (record_decode(o->bodies[i], k->rec, e) != 0)
			return -1;
		rc = pass_over(k, in, ep, e);
		if (rc != 0 || o->judged_alone) {
			if (rc < 0)
				return -1;
			continue;
		}
		at.idx = (uint32_t)i;
		at.eff = time_effective(k->rec->hlc, seen_ms, in->accept_ms);
		if (at.eff > k->eff)
			k->eff = at.eff;
		if (take_record(k, in, o->bodies[i], &late, &at, &why) == 0)
			continue;
		if (why.kind != ERR_PEER) {
			*e = why;
			return -1;
		}
		if (intake_hold_tx(k, in, QUARANTINE_SEAL, why.text, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- statements ---- */

/* What one device has said here fills no more than its part of the book that
 * everybody reads (rules.md 12.4). */
static int
has_said_enough(struct intake *k, const struct incoming *in, size_t more,
    bool *out, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT count(*) FROM access a "
	    "JOIN item i ON i.id = a.item WHERE a.space = ? AND a.seq < ? "
	    "AND i.author = ?");
	int rc;

	db_bind_id(q, 1, &k->space);
	db_bind_int(q, 2, (int64_t)in->seq);
	db_bind_id(q, 3, &in->cs.h.author);
	rc = db_step(q, e);
	*out = rc == 1 && db_int(q, 0) + (int64_t)more > PORTION_STATEMENTS;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* Who says it is told by the same rules: what the law opened by a clock that ran
 * ahead (8.2) is not said any more. What it says for its own person by a record
 * stays: it would be made again. */
static int
unsay_tx(struct intake *k, const struct incoming *in, const struct access *a,
    struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "DELETE FROM access WHERE "
	    "space = ?1 AND item = ?2 AND (?4 OR NOT EXISTS (SELECT 1 FROM "
	    "record WHERE id = ?3))");

	db_bind_id(q, 1, &k->space);
	db_bind_hash(q, 2, &in->cs.id);
	db_bind_id(q, 3, &a->consent);
	db_bind_int(q, 4, !id_eq(&a->person, &k->s->person));
	k->has_book = false;
	return db_run(q, e);
}

/* All of it, or none: 1, 0 and which one is not believed, -1. */
static int
believe(struct intake *k, const struct incoming *in,
    const struct space_epoch *ep, const struct opened *o, struct access *a,
    struct err *e)
{
	struct side_word w = { .s = k->s, .ep = &ep->ep,
		.author = &in->cs.h.author, .seq = in->seq,
		.accept_ms = in->accept_ms };
	struct override_word law = { k->s, &k->sp.case_id, &ep->ep,
		&in->cs.h.author, in->seq, in->accept_ms };
	bool ok = true;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && ok && i < o->count; i++) {
		rc = access_decode(o->bodies[i], a, e);
		if (rc == 0 && overrides_is(a))
			ok = overrides_believe(&law, a);
		else if (rc == 0)
			rc = sides_believe(&w, a, &ok, e);
	}
	side_word_done(&w);
	return rc != 0 ? -1 : ok;
}

static int
not_believed(struct intake *k, const struct incoming *in,
    const struct access *a, struct err *e)
{
	if (in->own && a->kind == ACCESS_OVERRIDE && unsay_tx(k, in, a, e) != 0)
		return -1;
	return intake_hold_tx(k, in, QUARANTINE_DISBELIEF,
	    "it opens or closes a section without the right to", e);
}

static int
apply_access(struct intake *k, const struct incoming *in,
    const struct space_epoch *ep, const struct opened *o, struct err *e)
{
	struct access a;
	struct err why;
	bool known, full;
	size_t i;
	int rc;

	if (has_said_enough(k, in, o->count, &full, e) != 0)
		return -1;
	if (full)
		return intake_hold_tx(k, in, QUARANTINE_DISBELIEF, "more "
		    "about who may read a section than one device may say", e);
	for (i = 0; i < o->count; i++)
		if (access_decode(o->bodies[i], &a, &why) != 0)
			return intake_hold_tx(k, in, QUARANTINE_SEAL,
			    why.text, e);
	rc = believe(k, in, ep, o, &a, e);
	if (rc != 1)
		return rc < 0 ? -1 : not_believed(k, in, &a, e);
	for (i = 0; i < o->count; i++) {
		if (access_decode(o->bodies[i], &a, e) != 0 ||
		    late_knows(k, &a.id, &known, e) != 0 ||
		    spaces_access_save_tx(k->s, &k->space, &a, &in->cs.id,
		    (int64_t)in->seq, e) != 0)
			return -1;
		/* Read once, and not again for each that is new. */
		k->has_book = k->has_book && !known;
		if (k->has_book && access_book_add(&k->book, &a, e) != 0)
			return -1;
		if (a.kind == ACCESS_WITHDRAW && !known &&
		    late_earlier_tx(k, in, &a, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- both ---- */

static int
accept_own(struct intake *k, const struct incoming *in, struct err *e)
{
	struct proto_receipt r = { .seq = in->seq, .sseq = in->sseq,
		.accept_ms = in->accept_ms };
	struct outbox_sent sent = { 0, 0 };

	if (in->inclusion != NULL)
		r.inclusion = *in->inclusion;
	if (outbox_accept_tx(k->s, &in->cs, &r, &sent, e) != 0)
		return -1;
	k->t->figures->sent_notes += sent.notes;
	k->t->figures->sent_changes += sent.changes;
	return 0;
}

/* Some of its records were erased: the others are taken in. 1 nothing is. */
static int
look_for_bodies(struct intake *k, const struct incoming *in, struct err *e)
{
	if (!in->cs.whole && hold_without_body(k, in, e) != 0)
		return -1;
	return !in->cs.has_bodies || (!in->cs.whole &&
	    in->cs.h.kind != CHANGESET_CONTENT);
}

/* What was said is known, also when what closed the section comes twice; but
 * what a hub had lost gets its new place. */
static int
wait_for_key(struct intake *k, const struct incoming *in, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db,
	    "SELECT 1 FROM access WHERE space = ? AND item = ? AND "
	    "coalesce(seq, 0) < " PLACE_LOST_SQL);
	int rc;

	db_bind_id(q, 1, &k->space);
	db_bind_hash(q, 2, &in->cs.id);
	rc = in->cs.h.kind == CHANGESET_ACCESS ? db_step(q, e) : 0;
	db_reset(q);
	return rc != 0 ? (rc < 0 ? -1 : 0) : intake_hold_tx(k, in,
	    QUARANTINE_KEY, "waits for its key", e);
}

int
apply_sealed_tx(struct intake *k, struct incoming *in, struct err *e)
{
	const struct space_epoch *ep;
	struct opened o;
	struct err why;
	int rc;

	if (in->own && !in->again && accept_own(k, in, e) != 0)
		return -1;
	o.judged_alone = false;
	if (is_here(in) && in->cs.h.kind == CHANGESET_CONTENT) {
		rc = late_concerns(k, in, e);
		if (rc < 0 || (rc == 0 && in->again) || !in->cs.has_bodies ||
		    !in->cs.whole)
			return rc < 0 ? -1 : 0;
		o.judged_alone = rc == 0;
	}
	rc = look_for_bodies(k, in, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (intake_epoch(k, in->cs.h.epoch, &ep, e) != 0)
		return -1;
	if (ep == NULL || !ep->has_key)
		return o.judged_alone ? 0 : wait_for_key(k, in, e);
	if (open_bodies(k, in, &ep->key, &o, &why) != 0)
		return intake_hold_tx(k, in, QUARANTINE_SEAL, why.text, e);
	if (in->cs.h.kind == CHANGESET_ACCESS)
		return apply_access(k, in, ep, &o, e);
	rc = check_content(k, in, &o, e);
	return rc == 0 ? apply_content(k, in, ep, &o, e) : rc < 0 ? -1 : 0;
}

/* ---- directory ---- */

static int
check_root(struct intake *k, const struct directory_entry *d, struct err *e)
{
	struct hash root;

	card_root_hash(&d->root, &root);
	if (hash_eq(&root, &k->s->hub.root))
		return 0;
	return err_set(e, ERR_PEER, "this hub belongs to another office than "
	    "the card names; nothing was taken from it");
}

static int
joined(struct intake *k, const struct directory_entry *d, struct err *e)
{
	k->s->person = d->person;
	k->s->stage = STORE_MEMBER;
	k->t->figures->approved = true;
	return store_save_hub(k->s, e);
}

static int
apply_directory(struct intake *k, struct incoming *in, struct err *e)
{
	const struct directory_entry *d = &in->entry;
	size_t lost;

	if (in->own && accept_own(k, in, e) != 0)
		return -1;
	if (d->kind == DIRECTORY_GENESIS && check_root(k, d, e) != 0)
		return -1;
	k->roster_changed = true;
	if (in->seq < k->entry_seq)
		k->entry_seq = in->seq;
	if (succession_lost(k->s, &lost, e) != 0 || (lost == 0 ?
	    roster_apply(&k->s->roster, d, in->seq, e) :
	    store_roster_reload(k->s, e)) != 0)
		return -1;
	if (d->kind == DIRECTORY_DEVICE && k->s->stage != STORE_MEMBER &&
	    id_eq(&d->device, &k->s->me->device))
		return joined(k, d, e);
	return 0;
}

/* ---- letters ---- */

static bool
is_for_me(const struct intake *k, const struct letter *l)
{
	size_t i;

	for (i = 0; i < l->to_count; i++)
		if (id_eq(&l->to[i], &k->s->me->device))
			return true;
	return false;
}

static int
apply_letter(struct intake *k, struct incoming *in, struct err *e)
{
	struct letter_at at = { in->seq, in->accept_ms };
	struct err why;
	bool news;

	if (in->own)
		return accept_own(k, in, e);
	if (!is_for_me(k, &in->letter))
		return 0;
	if (letters_take_tx(k->s, &in->cs, &in->letter, &at, &news, &why) != 0) {
		if (why.kind != ERR_PEER && why.kind != ERR_DENIED) {
			*e = why;
			return -1;
		}
		return intake_hold_tx(k, in, why.code == MEMOS_NEWER ?
		    QUARANTINE_NEWER : QUARANTINE_SEAL, why.text, e);
	}
	if (in->letter.kind == LETTER_DEPOSIT)
		k->t->figures->reviews_new += news ? 1 : 0;
	else if (in->letter.kind == LETTER_OUTCOME)
		k->t->figures->outcomes_new += news ? 1 : 0;
	else if (in->letter.kind == LETTER_COMPLAINT)
		k->t->figures->complaints_new += news ? 1 : 0;
	else
		k->t->figures->memos_new++;
	return 0;
}

int
apply_tx(struct intake *k, struct incoming *in, struct err *e)
{
	if (intake_is_bare(in))
		return hold_without_body(k, in, e);
	switch (in->cs.h.kind) {
	case CHANGESET_CONTENT:
	case CHANGESET_ACCESS:
		return apply_sealed_tx(k, in, e);
	case CHANGESET_EPOCH:
		if (in->own && accept_own(k, in, e) != 0)
			return -1;
		return apply_epoch_tx(k, in, e);
	case CHANGESET_DIRECTORY:
		return apply_directory(k, in, e);
	case CHANGESET_LETTER:
		return apply_letter(k, in, e);
	case CHANGESET_ERASE:
		if (in->own && accept_own(k, in, e) != 0)
			return -1;
		return erasures_take_tx(k, in, e);
	default:
		return err_set(e, ERR_BUG, "an unknown kind was admitted");
	}
}
