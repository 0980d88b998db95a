/*
 * Which text is late. A function of the log alone: the item's epoch and the
 * text's effective time, against those of each withdrawal that names the
 * author's person. So it is the same on every device, the author's too, and in
 * whichever order text and withdrawal were taken in.
 */
#include "client/core/sync/late.h"

#include <string.h>

#include "client/core/accord/decision.h"
#include "client/core/local/places.h"
#include "client/core/outbox/stamps.h"
#include "common/rules/time.h"

/* ---- when a withdrawal was said ---- */

struct said { /* a withdrawal, by the log */
	uint32_t epoch; /* it was said under; 0: it is not accepted */
	uint64_t eff;
	uint64_t seq;
	int64_t accept_ms;
};

static int
withdrawal_time(struct intake *k, const struct access *a, struct said *out,
    struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT i.accept_ms, i.header, "
	    "i.seq FROM access a JOIN item i ON i.id = a.item "
	    "WHERE a.space = ? AND a.id = ? AND a.seq IS NOT NULL");
	struct changeset cs;
	int64_t seen_ms;
	int rc;

	memset(out, 0, sizeof(*out));
	db_bind_id(q, 1, &k->space);
	db_bind_id(q, 2, &a->id);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	out->accept_ms = db_int(q, 0);
	out->seq = (uint64_t)db_int(q, 2);
	rc = changeset_decode(db_blob(q, 1), &cs, e);
	db_reset(q);
	if (rc != 0 || stamps_seen(k->s, &k->space, &cs.h.seen, &seen_ms,
	    e) != 0)
		return -1;
	out->epoch = cs.h.epoch;
	out->eff = time_effective(a->hlc, seen_ms, out->accept_ms);
	return 0;
}

static int
load_book(struct intake *k, struct err *e)
{
	if (k->has_book)
		return 0;
	access_book_done(&k->book);
	/* What only waits here says nothing to others. */
	k->has_book = spaces_access_before(k->s, &k->space, INT64_MAX,
	    &k->book, e) == 0;
	return k->has_book ? 0 : -1;
}

int
late_knows(struct intake *k, const struct id *statement, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT 1 FROM access "
	    "WHERE space = ? AND id = ? AND seq IS NOT NULL");
	int rc;

	db_bind_id(q, 1, &k->space);
	db_bind_id(q, 2, statement);
	rc = db_step(q, e);
	*out = rc == 1;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* A text and a withdrawal that meet, at the later of their places. */
struct meeting {
	uint64_t seq;
	int64_t accept_ms;
	bool again; /* the log is known beyond that place */
};

/* Whose section it is, or who was taken into its side, is not withdrawn
 * (rules.md 5.3, 9.1), so nothing that they wrote is put aside for somebody's
 * saying so. And the end of an override ends nothing else: who may write on
 * another basis goes on (8.2). */
static bool
stands(const struct access_book *b, const struct access *w, int64_t at_ms)
{
	struct access_answer answer;

	if (access_on_side(b, &w->person, at_ms))
		return true;
	if (w->supersedes_count == 0)
		return false;
	access_judge(b, &w->person, at_ms, &answer);
	return answer.right >= RIGHT_WRITE;
}

/* By what the log had said up to there, and not by what came since: the same
 * for who takes the text in late. */
static int
does_stand(struct intake *k, const struct access *w, const struct meeting *at,
    bool *out, struct err *e)
{
	struct access_book then;

	if (!at->again) {
		*out = stands(&k->book, w, at->accept_ms);
		return 0;
	}
	if (spaces_access_before(k->s, &k->space, (int64_t)at->seq + 1, &then,
	    e) != 0)
		return -1;
	*out = stands(&then, w, at->accept_ms);
	access_book_done(&then);
	return 0;
}

static int
is_again(struct intake *k, uint64_t seq, bool *out, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT 1 FROM access "
	    "WHERE space = ? AND seq > ? AND seq < " PLACE_LOST_SQL " LIMIT 1");
	int rc;

	db_bind_id(q, 1, &k->space);
	db_bind_int(q, 2, (int64_t)seq);
	rc = db_step(q, e);
	*out = rc == 1;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* Written while an override gave the right to, whatever was withdrawn (8.3). */
static bool
by_law(const struct intake *k, const struct id *person, uint64_t eff)
{
	return access_lawful(&k->book, person, hlc_ms(eff));
}

/* Whether it meets text of ${in}, by the log up to the later of both. */
static int
meets(struct intake *k, const struct incoming *in, const struct access *w,
    struct said *said, bool *out, struct err *e)
{
	struct meeting at = { in->seq, in->accept_ms, false };
	bool stays;

	*out = false;
	if (withdrawal_time(k, w, said, e) != 0)
		return -1;
	if (in->cs.h.epoch > said->epoch)
		return 0;
	if (said->seq > at.seq) {
		at.seq = said->seq;
		at.accept_ms = said->accept_ms;
	}
	if (is_again(k, at.seq, &at.again, e) != 0 ||
	    does_stand(k, w, &at, &stays, e) != 0)
		return -1;
	*out = !stays;
	return 0;
}

/* The first withdrawal that meets text sealed under this epoch by the
 * author's person: what that person wrote after it was told. */
int
late_find(struct intake *k, const struct incoming *in, struct late *out,
    struct err *e)
{
	const struct roster_device *d = roster_device(&k->s->roster,
	    &in->cs.h.author);
	struct said said;
	bool met;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (d == NULL || load_book(k, e) != 0)
		return d == NULL ? 0 : -1;
	out->person = d->person;
	for (i = 0; i < k->book.count; i++) {
		const struct access *a = &k->book.list[i];

		if (a->kind != ACCESS_WITHDRAW || !id_eq(&a->person,
		    &d->person))
			continue;
		if (meets(k, in, a, &said, &met, e) != 0)
			return -1;
		if (!met)
			continue;
		if (!out->any || said.eff < out->from)
			out->from = said.eff;
		out->any = true;
	}
	out->from -= out->any ? hlc_from_ms(TIME_SLACK_MS) : 0;
	return 0;
}

/* ---- under review ---- */

static bool
is_mine(const struct store *s, const struct id *device)
{
	const struct roster_device *d = roster_device(&s->roster, device);

	return d != NULL && id_eq(&d->person, &s->person);
}

/* Told once: to its author, and to a keeper for each item. */
static void
tell(struct intake *k, const struct decision_text *t)
{
	const struct epoch_recipient *me = k->has_epoch ?
	    epoch_find(&k->epoch.ep, &k->s->me->device) : NULL;

	if (is_mine(k->s, &t->ref.origin)) {
		k->t->figures->late_new++;
		return;
	}
	if (me != NULL && me->right == RIGHT_KEEP &&
	    !hash_eq(&k->late_item, &t->item))
		k->t->figures->reviews_new++;
	k->late_item = t->item;
}

static int
review_tx(struct intake *k, const struct decision_text *t, bool again,
    struct err *e)
{
	bool fresh;

	if (decision_review_tx(k->s, t, &fresh, e) != 0)
		return -1;
	if (fresh && !again)
		tell(k, t);
	return 0;
}

/* Only a keeper decides, for themself. */
static int
follow_decision(struct intake *k, const struct incoming *in, struct err *e)
{
	struct decision_at at = { .space = k->space,
	    .keeper = in->cs.h.author, .seq = in->seq,
	    .at_ms = in->accept_ms };
	const struct roster_device *by, *origin;
	const struct epoch_recipient *r;
	const struct space_epoch *ep;
	bool moved = false;

	if (intake_epoch(k, in->cs.h.epoch, &ep, e) != 0)
		return -1;
	r = ep == NULL ? NULL : epoch_find(&ep->ep, &in->cs.h.author);
	by = roster_device(&k->s->roster, &in->cs.h.author);
	origin = roster_device(&k->s->roster, &k->rec->origin);
	if (r == NULL || r->right < RIGHT_KEEP || by == NULL ||
	    origin == NULL || !id_eq(&by->person, &origin->person))
		return 0;
	if (decision_take_tx(k->s, k->rec, &at, &moved, e) != 0)
		return -1;
	k->t->figures->outcomes_new += moved ? 1 : 0;
	return 0;
}

int
late_seen(struct intake *k, enum version_state *state, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT v.state FROM record r"
	    " JOIN version v ON v.rid = r.rid"
	    " WHERE r.id = ? AND v.hlc = ? AND v.origin = ?");
	int rc;

	db_bind_id(q, 1, &k->rec->id);
	db_bind_int(q, 2, (int64_t)k->rec->hlc);
	db_bind_id(q, 3, &k->rec->origin);
	rc = db_step(q, e);
	if (rc == 1)
		*state = (enum version_state)db_int(q, 0);
	db_reset(q);
	return rc;
}

int
late_record_tx(struct intake *k, const struct incoming *in,
    const struct late *late, const struct version_at *at, struct err *e)
{
	struct decision_text t = { .record = k->rec->id,
	    .ref = { k->rec->origin, k->rec->hlc }, .item = in->cs.id,
	    .accept_ms = in->accept_ms };
	const struct roster_device *by, *origin;
	struct record_row row;
	int rc;

	if (!late->any || at->eff < late->from ||
	    by_law(k, &late->person, at->eff))
		return k->rec->type == TYPE_REVIEW ?
		    follow_decision(k, in, e) : 0;
	/* Filed from another's deposit: a keeper has decided on it. */
	by = roster_device(&k->s->roster, &in->cs.h.author);
	origin = roster_device(&k->s->roster, &k->rec->origin);
	if (by == NULL || origin == NULL ||
	    !id_eq(&by->person, &origin->person))
		return 0;
	rc = versions_row(k->s, &k->rec->id, &row, e);
	if (rc != 1)
		return rc;
	t.rid = row.rid;
	return review_tx(k, &t, in->again && !in->withheld, e);
}

/* ---- a withdrawal comes ---- */

static int
list_earlier(struct intake *k, uint64_t from, uint64_t before,
    struct buf *out, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT v.rid, v.hlc, v.origin,"
	    " r.id, i.id, i.accept_ms, i.author, v.eff"
	    " FROM record r JOIN version v ON v.rid = r.rid"
	    " JOIN item i ON i.seq = v.seq WHERE r.space = ?1"
	    " AND v.state = 3 AND v.eff >= ?2 AND i.seq < ?3 ORDER BY i.seq");
	struct decision_text t;
	struct id author;
	uint64_t eff;
	int rc;

	memset(&t, 0, sizeof(t));
	db_bind_id(q, 1, &k->space);
	db_bind_int(q, 2, (int64_t)from);
	db_bind_int(q, 3, (int64_t)before);
	while ((rc = db_step(q, e)) == 1) {
		t.rid = db_int(q, 0);
		t.ref.hlc = (uint64_t)db_int(q, 1);
		t.accept_ms = db_int(q, 5);
		if (db_id(q, 2, &t.ref.origin) != 0 ||
		    db_id(q, 3, &t.record) != 0 ||
		    db_hash(q, 4, &t.item) != 0 || db_id(q, 6, &author) != 0)
			continue;
		eff = (uint64_t)db_int(q, 7);
		buf_add(out, &t, sizeof(t));
		buf_add(out, &author, sizeof(author));
		buf_add(out, &eff, sizeof(eff));
	}
	return rc != 0 ? -1 : buf_check(out, "a list of texts", e);
}

static bool
is_of(const struct store *s, const struct id *device, const struct id *person)
{
	const struct roster_device *d = roster_device(&s->roster, device);

	return d != NULL && id_eq(&d->person, person);
}

int
late_earlier_tx(struct intake *k, const struct incoming *in,
    const struct access *a, struct err *e)
{
	struct meeting met = { in->seq, in->accept_ms, false };
	struct decision_text t;
	struct id author;
	struct buf list;
	struct said said;
	uint64_t at;
	bool stays;
	size_t i, len = sizeof(t) + sizeof(author) + sizeof(at);
	int rc;

	if (load_book(k, e) != 0 || is_again(k, in->seq, &met.again, e) != 0 ||
	    does_stand(k, a, &met, &stays, e) != 0 ||
	    withdrawal_time(k, a, &said, e) != 0)
		return -1;
	if (stays || said.epoch == 0)
		return 0;
	buf_init(&list, SIZE_MAX);
	rc = list_earlier(k, said.eff - hlc_from_ms(TIME_SLACK_MS), in->seq,
	    &list, e);
	for (i = 0; rc == 0 && i < list.len; i += len) {
		memcpy(&t, list.data + i, sizeof(t));
		memcpy(&author, list.data + i + sizeof(t), sizeof(author));
		memcpy(&at, list.data + i + len - sizeof(at), sizeof(at));
		if (is_of(k->s, &author, &a->person) &&
		    is_of(k->s, &t.ref.origin, &a->person) &&
		    !by_law(k, &a->person, at))
			rc = review_tx(k, &t, false, e);
	}
	buf_done(&list);
	return rc;
}

/* ---- own items ---- */

int
late_concerns(struct intake *k, const struct incoming *in, struct err *e)
{
	struct late late;
	bool waits = false;

	if (late_find(k, in, &late, e) != 0 ||
	    (!late.any && decision_waits(k->s, &k->space, &waits, e) != 0))
		return -1;
	return late.any || waits;
}
