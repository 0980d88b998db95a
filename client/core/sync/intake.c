/*
 * The questions asked of every item, in this order: can it be read, does the
 * hub's signed log hold it at this place, is it new, does it follow what was
 * taken in of its space, do accept times run forward, is it ours and known to
 * us, do the rules admit it. Only what passes the first two, new or not, has a
 * place; what fails a later one keeps its place (the stream has no hole) and
 * goes to quarantine instead of being applied.
 */
#include "client/core/sync/intake.h"

#include <string.h>

#include "client/core/local/places.h"
#include "client/core/outbox/outbox.h"
#include "client/core/outbox/stamps.h"
#include "client/core/sync/apply.h"
#include "client/core/sync/erasures.h"
#include "client/core/sync/succession.h"
#include "common/base/mem.h"

struct intake *
intake_new(struct talk *t)
{
	struct intake *k = mem_new(sizeof(*k));

	k->t = t;
	k->s = t->s;
	k->in = mem_new(sizeof(*k->in));
	k->rec = mem_new(sizeof(*k->rec));
	buf_init(&k->own, 2 * CHANGESET_BYTES_MAX);
	buf_init(&k->plain, CHANGESET_BODIES_MAX * CHANGESET_BODY_MAX);
	buf_init(&k->bare, 2 * CHANGESET_BODY_MAX);
	buf_init(&k->touched, SIZE_MAX);
	access_book_init(&k->book);
	return k;
}

static void
leave_space(struct intake *k)
{
	if (k->has_epoch)
		space_epoch_done(&k->epoch);
	if (k->has_old)
		space_epoch_done(&k->old);
	access_book_done(&k->book);
	access_book_init(&k->book);
	k->has_epoch = k->has_old = k->has_book = k->loaded = false;
	k->orders = 0;
}

void
intake_free(struct intake *k)
{
	if (k == NULL)
		return;
	leave_space(k);
	access_book_done(&k->book);
	buf_done(&k->own);
	buf_done(&k->plain);
	buf_done(&k->bare);
	buf_done(&k->touched);
	mem_wipe(k->rec, sizeof(*k->rec));
	mem_free(k->rec);
	mem_free(k->in);
	mem_free(k);
}

void
intake_page(struct intake *k, const struct checkpoint *cp,
    uint64_t leaf_id)
{
	leave_space(k);
	k->cp = cp;
	k->leaf_id = leaf_id;
	k->eff = 0;
	k->accept_ms = 0;
	k->roster_changed = false;
	k->entry_seq = UINT64_MAX;
}

/* ---- the space of an item ---- */

static int
newest_sseq(struct store *s, const struct id *space, uint64_t *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT sseq FROM item "
	    "WHERE space = ? AND sseq < " PLACE_LOST_SQL " "
	    "ORDER BY sseq DESC LIMIT 1");
	int rc;

	*out = 0;
	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	if (rc == 1)
		*out = (uint64_t)db_int(q, 0);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* The newest epoch that the log has: one of ours may be planned beyond it. */
static int
load_epoch(struct intake *k, struct err *e)
{
	uint32_t number = k->sp.epoch;
	int rc;

	for (; number > 0; number--) {
		rc = spaces_epoch_find(k->s, &k->space, number, &k->epoch, e);
		if (rc < 0)
			return -1;
		k->has_epoch = rc == 1 && k->epoch.accepted;
		if (k->has_epoch)
			break;
		if (rc == 1)
			space_epoch_done(&k->epoch);
	}
	return 0;
}

static int
begin_row_tx(struct intake *k, struct err *e)
{
	memset(&k->sp, 0, sizeof(k->sp));
	k->sp.id = k->space;
	k->sp.kind = id_eq(&k->space, &k->s->roster.genesis.commons) ?
	    SPACE_COMMONS : SPACE_CASE_SECTION;
	k->sp.state = SPACE_UNKNOWN;
	return spaces_save_tx(k->s, &k->sp, e);
}

int
intake_enter_tx(struct intake *k, const struct id *space, struct err *e)
{
	int rc;

	if (k->loaded && id_eq(&k->space, space))
		return 0;
	leave_space(k);
	k->space = *space;
	k->has_row = !id_is_zero(space);
	if (k->has_row) {
		rc = spaces_find(k->s, space, &k->sp, e);
		if (rc < 0 || (rc == 0 && begin_row_tx(k, e) != 0) ||
		    load_epoch(k, e) != 0)
			return -1;
		buf_add(&k->touched, space->b, sizeof(space->b));
	}
	if (newest_sseq(k->s, space, &k->sseq, e) != 0)
		return -1;
	k->loaded = true;
	return 0;
}

int
intake_epoch(struct intake *k, uint32_t number,
    const struct space_epoch **out, struct err *e)
{
	int rc;

	*out = NULL;
	if (k->has_epoch && k->epoch.ep.number == number)
		*out = &k->epoch;
	else if (k->has_old && k->old.ep.number == number)
		*out = &k->old;
	if (*out != NULL)
		return 0;
	if (k->has_old)
		space_epoch_done(&k->old);
	rc = spaces_epoch_find(k->s, &k->space, number, &k->old, e);
	k->has_old = rc == 1;
	if (k->has_old && k->old.accepted)
		*out = &k->old;
	return rc < 0 ? -1 : 0;
}

/* ---- quarantine ---- */

int
intake_hold_tx(struct intake *k, const struct incoming *in,
    enum quarantine_reason reason, const char *words, struct err *e)
{
	struct quarantined q = { .seq = in->seq, .sseq = in->sseq,
		.accept_ms = in->accept_ms, .space = in->cs.h.space,
		.reason = reason };
	bool added;
	int rc;

	/* Borrowed for reading alone: never grown, never freed. */
	q.bytes.data = (uint8_t *)(uintptr_t)in->bytes.data;
	q.bytes.len = in->bytes.len;
	rc = quarantine_add_tx(k->s, &q, words, &added, e);
	if (rc == 0 && added && !quarantine_waits(reason))
		k->t->figures->quarantined_new++;
	return rc;
}

/* ---- place ---- */

static bool
is_in_log(const struct intake *k, const struct proto_item *it,
    const struct hash *id)
{
	struct hash leaf;

	merkle_entry(k->leaf_id, it->seq, it->accept_ms, id, &leaf);
	return it->seq < k->cp->at.size && merkle_check_inclusion(&leaf,
	    it->seq, k->cp->at.size, &k->cp->root, &it->inclusion);
}

int
intake_has(struct intake *k, const struct incoming *in, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db,
	    "SELECT id FROM item WHERE seq = ?");
	struct hash id;
	int rc;

	db_bind_int(q, 1, (int64_t)in->seq);
	rc = db_step(q, e);
	if (rc == 1 && (db_hash(q, 0, &id) != 0 ||
	    !hash_eq(&id, &in->cs.id)))
		rc = err_set(e, ERR_LOCAL, "this device's copy of the log is "
		    "damaged: it does not match what the hub can prove");
	db_reset(q);
	return rc;
}

/* The neighbours in the log, whatever their spaces. */
int
intake_times(struct intake *k, const struct incoming *in, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT "
	    "(SELECT accept_ms FROM item WHERE seq < ?1 ORDER BY seq DESC "
	    "LIMIT 1), (SELECT accept_ms FROM item WHERE seq > ?1 "
	    "AND seq < " PLACE_LOST_SQL " ORDER BY seq LIMIT 1)");
	int rc;

	db_bind_int(q, 1, (int64_t)in->seq);
	rc = db_step(q, e);
	*out = rc == 1 && (db_is_null(q, 0) || db_int(q, 0) <=
	    in->accept_ms) && (db_is_null(q, 1) || db_int(q, 1) >=
	    in->accept_ms) && in->accept_ms > 0;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* Shown and not proven: no gap tells of the newest place, so it is asked for,
 * whatever place the hub named; unknown sections as far as a request goes. */
static int
want_newest_tx(struct intake *k, const struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "INSERT OR IGNORE INTO want "
	    "(space, after_sseq, upto) SELECT ?1, ?2, ?2 + 1 WHERE ?2 > 0 OR "
	    "(SELECT count(*) FROM want) < ?3");
	uint64_t sseq;

	if (newest_sseq(k->s, space, &sseq, e) != 0)
		return -1;
	db_bind_id(q, 1, space);
	db_bind_int(q, 2, (int64_t)sseq);
	db_bind_int(q, 3, PROTO_WANTS_MAX);
	return db_run(q, e);
}

static int
store_item_tx(struct intake *k, const struct incoming *in, struct err *e)
{
	const struct changeset_header *h = &in->cs.h;
	struct stmt *q;

	if (succession_back_tx(k->s, &in->cs.id, in->seq, e) != 0)
		return -1;
	q = db_prepare(k->s->db, "INSERT INTO item (seq, space, "
	    "sseq, id, kind, author, accept_ms, header, body) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
	db_bind_int(q, 1, (int64_t)in->seq);
	db_bind_id(q, 2, &h->space);
	db_bind_int(q, 3, (int64_t)in->sseq);
	db_bind_hash(q, 4, &in->cs.id);
	db_bind_int(q, 5, h->kind);
	db_bind_id(q, 6, &h->author);
	db_bind_int(q, 7, in->accept_ms);
	db_bind_blob(q, 8, in->bytes.data, in->cs.header_bytes);
	if (intake_is_clear(in) && in->cs.has_bodies && in->cs.whole)
		db_bind_view(q, 9, in->cs.bodies[0]);
	if (db_run(q, e) != 0)
		return -1;
	k->sseq = in->sseq;
	if (in->accept_ms > k->accept_ms)
		k->accept_ms = in->accept_ms;
	if (k->has_row) {
		k->sp.sseq = in->sseq;
		q = db_prepare(k->s->db,
		    "UPDATE space SET sseq = ? WHERE id = ?");
		db_bind_int(q, 1, (int64_t)in->sseq);
		db_bind_id(q, 2, &k->space);
		if (db_run(q, e) != 0)
			return -1;
	}
	return intake_wants_closed_tx(k, in, e);
}

/* ---- admission ---- */

/* Epochs of writers who kept nothing, a day back from this item. */
static int
writers_today(struct intake *k, const struct incoming *in, int *out,
    struct err *e)
{
	const struct space_epoch *ep, *before;
	struct id author;
	uint32_t n;

	*out = 0;
	for (n = k->epoch.ep.number; n > 1; n--) {
		if (intake_epoch(k, n, &ep, e) != 0)
			return -1;
		if (ep == NULL || !admit_is_today(ep->accept_ms,
		    in->accept_ms))
			return 0;
		author = ep->author;
		if (intake_epoch(k, n - 1, &before, e) != 0)
			return -1;
		if (before == NULL || !admit_by_keeper(&before->ep, &author))
			(*out)++;
	}
	return 0;
}

int
intake_read(struct incoming *in, struct err *e)
{
	struct view body = in->cs.bodies[0];
	int rc = 0;

	if (in->cs.h.kind == CHANGESET_CONTENT ||
	    in->cs.h.kind == CHANGESET_ACCESS)
		return 0;
	if (!in->cs.has_bodies || !in->cs.whole)
		return err_set(e, ERR_PEER, "a control item came without its "
		    "contents");
	if (in->cs.h.kind == CHANGESET_EPOCH) {
		rc = epoch_decode(body, &in->epoch, e);
		in->has_epoch = rc == 0;
	} else if (in->cs.h.kind == CHANGESET_LETTER)
		rc = letter_decode(body, &in->letter, e);
	else if (in->cs.h.kind == CHANGESET_DIRECTORY)
		rc = directory_decode(body, &in->entry, e);
	else if (in->cs.h.kind == CHANGESET_ERASE) {
		in->erase = mem_new(sizeof(*in->erase));
		rc = erase_decode(body, in->erase, e);
	}
	return rc;
}

/* By the directory as the log has it: an entry that the hub had lost is known
 * here, and comes back. */
static int
judge_entry(struct intake *k, struct admit_in *ask, enum verdict *out,
    struct err *e)
{
	struct roster real;
	size_t lost;

	roster_init(&real);
	if (succession_lost(k->s, &lost, e) != 0 || (lost > 0 &&
	    store_roster_before(k->s, PLACE_LOST, &real, e) != 0))
		return -1;
	if (lost > 0)
		ask->roster = &real;
	*out = admit(ask);
	roster_done(&real);
	return 0;
}

static int
judge(struct intake *k, const struct incoming *in, struct admit_author *author,
    enum verdict *out, struct err *e)
{
	const struct changeset_header *h = &in->cs.h;
	struct admit_space space = { .exists = in->sseq > 1 };
	struct admit_order order = { .back = false };
	struct admit_in ask = { .cs = &in->cs, .space = &space,
		.author = author, .roster = &k->s->roster,
		.epoch = in->has_epoch ? &in->epoch : NULL,
		.letter = h->kind == CHANGESET_LETTER ? &in->letter : NULL,
		.entry = h->kind == CHANGESET_DIRECTORY ? &in->entry : NULL,
		.log = { k->cp->at.log_id, in->seq },
		.now_ms = in->accept_ms };

	if (spaces_author_find(k->s, &h->space, &h->author, author, e) < 0 ||
	    erasures_whole(k, &space.erased, e) != 0)
		return -1;
	if (k->has_epoch) {
		space.epoch = &k->epoch.ep;
		space.epoch_id = k->epoch.id;
		if (h->kind == CHANGESET_EPOCH && writers_today(k, in,
		    &space.writer_epochs_today, e) != 0)
			return -1;
	}
	if (erasures_situation(k, in, &ask, &order, e) != 0)
		return -1;
	if (h->kind == CHANGESET_DIRECTORY)
		return judge_entry(k, &ask, out, e);
	*out = admit(&ask);
	return 0;
}

static int
save_author_tx(struct intake *k, const struct incoming *in,
    struct admit_author *a, struct err *e)
{
	/* An entry of the directory that comes back may be an older one. */
	if (in->cs.h.counter > a->counter) {
		a->counter = in->cs.h.counter;
		a->last_id = in->cs.id;
	}
	if (in->cs.h.kind == CHANGESET_CONTENT)
		a->seen_size = admit_seen(&k->s->roster, &in->cs.h.seen);
	if (in->cs.h.kind == CHANGESET_LETTER && a->was_member)
		a->deposits++;
	return spaces_author_save_tx(k->s, &in->cs.h.space, &in->cs.h.author,
	    a, e);
}

/* ---- own items ---- */

int
intake_find_own(struct intake *k, struct incoming *in, struct err *e)
{
	enum outgoing_state state;
	int rc;

	buf_reset(&k->own);
	rc = outbox_find(k->s, &in->cs.id, &state, &k->own, e);
	if (rc == 1) {
		in->apart = state == OUTGOING_APART;
		in->bytes = buf_view(&k->own);
		return changeset_decode(in->bytes, &in->cs, e) != 0 ? -1 : 1;
	}
	/* Before this device had joined: the office's first entries. */
	if (rc == 0 && in->cs.has_bodies &&
	    in->cs.h.kind != CHANGESET_CONTENT)
		rc = 1;
	return rc;
}

static int
clone_seen(const struct intake *k, const struct incoming *in, struct err *e)
{
	const struct roster_device *me = roster_device(&k->s->roster,
	    &k->s->me->device);

	if (me != NULL && !changeset_verify(&in->cs, &me->sign))
		return 0; /* a forgery: the rules refuse it */
	return witness_copied(e);
}

/* ---- one item ---- */

static int
hold_unknown_tx(struct intake *k, struct incoming *in, struct err *e)
{
	const struct changeset_header *h = &in->cs.h;

	/* Text can wait. An unknown kind may change who may read: until the
	 * program knows it, nothing is written there. */
	if (h->kind != CHANGESET_CONTENT && k->has_row &&
	    k->sp.state != SPACE_LOST) {
		k->sp.state = SPACE_FROZEN;
		if (spaces_save_tx(k->s, &k->sp, e) != 0)
			return -1;
	}
	return intake_hold_tx(k, in, QUARANTINE_NEWER,
	    "made by a newer program; update to read it", e);
}

bool
intake_is_bare(const struct incoming *in)
{
	return !in->cs.has_bodies && (in->cs.h.kind == CHANGESET_LETTER ||
	    in->cs.h.kind == CHANGESET_ERASE);
}

/*
 * What the rules say about a bare item: its author and its place in the line
 * of that author's items, which has to go on: the next may be the epoch that
 * tells this device that it is out.
 */
static int
judge_bare(struct intake *k, const struct incoming *in,
    struct admit_author *author, enum verdict *out, struct err *e)
{
	const struct changeset_header *h = &in->cs.h;
	const struct roster_device *d = roster_live(&k->s->roster, &h->author,
	    in->seq);

	if (spaces_author_find(k->s, &h->space, &h->author, author, e) < 0)
		return -1;
	if (d == NULL)
		*out = VERDICT_UNKNOWN_DEVICE;
	else if (!changeset_verify(&in->cs, &d->sign))
		*out = VERDICT_BAD_SIGNATURE;
	else if (h->counter <= author->counter ||
	    !hash_eq(&h->prev_own, &author->last_id))
		*out = VERDICT_COUNTER;
	else
		*out = VERDICT_ACCEPTED;
	return 0;
}

static int
judge_new(struct intake *k, struct incoming *in, struct admit_author *author,
    enum verdict *out, struct err *e)
{
	struct err why;

	if (intake_is_bare(in))
		return judge_bare(k, in, author, out, e);
	return intake_read(in, &why) != 0 ? 0 :
	    judge(k, in, author, out, e);
}

int
intake_judge(struct intake *k, struct incoming *in,
    struct admit_author *author, const char **words, struct err *e)
{
	enum verdict v = VERDICT_BAD_FORM;
	bool forward;

	*words = NULL;
	if (intake_times(k, in, &forward, e) != 0 ||
	    judge_new(k, in, author, &v, e) != 0)
		return -1;
	if (v != VERDICT_ACCEPTED)
		*words = verdict_words(v);
	else if (!forward)
		*words = "the hub gave it a time before that of an older item";
	return 0;
}

int
intake_take_tx(struct intake *k, struct incoming *in,
    struct admit_author *author, struct err *e)
{
	return save_author_tx(k, in, author, e) != 0 ? -1 :
	    apply_tx(k, in, e);
}

static int
take_new(struct intake *k, struct incoming *in, struct err *e)
{
	struct admit_author author;
	const char *words;

	if (!changeset_known(&in->cs.h))
		return store_item_tx(k, in, e) != 0 ? -1 :
		    hold_unknown_tx(k, in, e);
	if (intake_judge(k, in, &author, &words, e) != 0 ||
	    store_item_tx(k, in, e) != 0)
		return -1;
	if (words != NULL)
		return intake_hold_tx(k, in, QUARANTINE_RULES, words, e);
	return intake_take_tx(k, in, &author, e);
}

/*
 * What has its place already comes again: text and statements are opened with
 * keys that came since. Not what was refused or not believed the first time.
 */
static int
take_again(struct intake *k, struct incoming *in, struct err *e)
{
	int rc = intake_wants_again_tx(k, in, e);

	if (rc != 0)
		return -1;
	if (in->cs.has_bodies && in->cs.whole && (intake_whole_tx(k, in,
	    e) != 0 || intake_order_tx(k, in, e) != 0))
		return -1;
	if ((!in->cs.has_bodies && (!in->wanted || in->own)) ||
	    (in->cs.h.kind != CHANGESET_CONTENT &&
	    in->cs.h.kind != CHANGESET_ACCESS) ||
	    !changeset_known(&in->cs.h))
		return 0;
	rc = quarantine_has(k->s, in->seq, QUARANTINE_RULES, e);
	if (rc == 0)
		rc = quarantine_has(k->s, in->seq, QUARANTINE_DISBELIEF, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return intake_wants_text_tx(k, in, e) != 0 ? -1 :
	    apply_sealed_tx(k, in, e);
}

/*
 * Written by this device after the copy was made from which it was brought
 * back: taken in like a colleague's. It comes as a header alone, which is what
 * its author is sent; as if it had not come, it is asked for with its text.
 */
static int
take_back(struct intake *k, struct incoming *in, struct err *e)
{
	if (!in->cs.whole)
		return intake_wants_gap_tx(k, in->sseq, e);
	in->own = false;
	return take_new(k, in, e);
}

static int
place(struct intake *k, struct incoming *in, struct err *e)
{
	int rc = intake_has(k, in, e);

	if (rc < 0)
		return -1;
	in->again = rc == 1;
	in->own = id_eq(&in->cs.h.author, &k->s->me->device);
	if (in->again) /* a section opened anew comes from its beginning */
		return take_again(k, in, e);
	/* Where it follows, it stands in the stream like all others: else a
	 * section that is opened anew would have a hole there. */
	if (intake_is_outside(k, in) && in->sseq != k->sseq + 1)
		return intake_outside_tx(k, in, e);
	if (in->sseq > k->sseq + 1)
		return intake_wants_gap_tx(k, in->sseq, e) != 0 ? -1 :
		    intake_hold_tx(k, in, QUARANTINE_GAP, "the hub has not "
		    "sent what comes before it; it is asked for again", e);
	if (in->sseq != k->sseq + 1)
		return intake_hold_tx(k, in, QUARANTINE_RULES, "the hub gave "
		    "two items the same place in a section", e);
	if (in->own) {
		rc = intake_find_own(k, in, e);
		if (rc == 0 && k->s->restored)
			return take_back(k, in, e);
		/* Its text may be what was lost. */
		in->apart |= k->s->restored;
		if (rc < 0 || (rc == 0 && clone_seen(k, in, e) != 0))
			return -1;
	}
	return take_new(k, in, e);
}

void
intake_let_go(struct incoming *in)
{
	if (in->has_epoch)
		epoch_done(&in->epoch);
	in->has_epoch = false;
	mem_free(in->erase);
	in->erase = NULL;
}

int
intake_item_tx(struct intake *k, const struct proto_item *it, struct err *e)
{
	struct incoming *in = k->in;
	struct err why;
	int rc;

	memset(in, 0, sizeof(*in));
	in->seq = it->seq;
	in->sseq = it->sseq;
	in->accept_ms = it->accept_ms;
	in->inclusion = &it->inclusion;
	in->bytes = it->bytes;
	if (it->seq >= PLACE_LOST || it->sseq >= PLACE_LOST)
		return err_set(e, ERR_PEER, "the hub names a place that no "
		    "log reaches");
	if (changeset_decode(it->bytes, &in->cs, &why) != 0) {
		memset(&in->cs, 0, sizeof(in->cs));
		return intake_hold_tx(k, in, QUARANTINE_FORM, why.text, e);
	}
	if (!is_in_log(k, it, &in->cs.id))
		return want_newest_tx(k, &in->cs.h.space, e) != 0 ? -1 :
		    intake_hold_tx(k, in, QUARANTINE_PROOF, "the hub cannot "
		    "show that its log holds this; it is asked again", e);
	rc = intake_is_nothing(k, in, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (intake_enter_tx(k, &in->cs.h.space, e) != 0)
		return -1;
	rc = place(k, in, e);
	intake_let_go(in);
	return rc;
}

/* ---- ends ---- */

int
intake_end_tx(struct intake *k, struct err *e)
{
	if (buf_check(&k->touched, "a list of sections", e) != 0 ||
	    intake_again_tx(k, e) != 0)
		return -1;
	return k->accept_ms == 0 ? 0 :
	    stamps_absorb_tx(k->s, k->eff, k->accept_ms, e);
}

/* Never listed there: only somebody at the hub can have sent it. */
static int
close_space_tx(struct intake *k, const struct id *space, struct err *e)
{
	static const enum quarantine_reason change[2] = { QUARANTINE_KEY,
		QUARANTINE_FOREIGN };
	size_t n;

	if (intake_enter_tx(k, space, e) != 0)
		return -1;
	if (k->sp.state != SPACE_UNKNOWN || (k->has_epoch &&
	    epoch_find(&k->epoch.ep, &k->s->me->device) != NULL))
		return 0;
	if (quarantine_judge_tx(k->s, space, change, "the hub sent a section "
	    "that was never opened to this device", &n, e) != 0)
		return -1;
	k->t->figures->quarantined_new += n;
	return 0;
}

int
intake_close_tx(struct intake *k, struct err *e)
{
	struct id space;
	size_t i, n = k->touched.len / sizeof(space);
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		memcpy(space.b, k->touched.data + i * sizeof(space),
		    sizeof(space.b));
		rc = close_space_tx(k, &space, e);
	}
	buf_reset(&k->touched);
	return rc;
}
