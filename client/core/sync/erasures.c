/*
 * Orders come in by take, own ones go out by settle. Between a request and its
 * order lies the signature of another person, which comes as a memo; what was
 * signed is kept, so that an order that has to be sealed anew is the same.
 */
#include "client/core/sync/erasures.h"

#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "common/rules/erasure.h"

#define ORDER_BYTES (64 * 1024)

/* ---- judging ---- */

int
erasures_situation(struct intake *k, const struct incoming *in,
    struct admit_in *ask, struct admit_order *order, struct err *e)
{
	struct erased_order old;
	int known, rc = 0;

	if (in->erase == NULL)
		return 0;
	ask->erase = in->erase;
	/* It may have come before, while the section was closed here. */
	known = erased_find(k->s, &in->cs.id, &old, e);
	if (known == 0)
		rc = erased_used(k->s, &in->erase->sig, e);
	ask->erase_used = rc == 1;
	if (known < 0 || rc < 0)
		return -1;
	if (in->erase->what.kind != ERASE_BACK)
		return 0;
	rc = erased_find(k->s, &in->erase->what.back, &old, e);
	if (rc == 1 && id_eq(&old.space, &k->space)) {
		order->author = old.keeper;
		order->dpo = old.dpo;
		order->accept_ms = old.accept_ms;
		order->back = old.back && known == 0;
		ask->order = order;
	}
	return rc < 0 ? -1 : 0;
}

int
erasures_whole(struct intake *k, bool *out, struct err *e)
{
	int rc;

	*out = k->has_row && k->sp.state == SPACE_ERASED;
	if (!k->has_row || k->sp.state != SPACE_LOST)
		return 0;
	rc = erased_whole(k->s, &k->space, e); /* it stays closed all the same */
	*out = rc == 1;
	return rc < 0 ? -1 : 0;
}

int
erasures_outside(struct intake *k, const struct incoming *in, bool *ok,
    struct err *e)
{
	struct admit_order order = { .back = false };
	struct admit_in ask = { .cs = &in->cs, .roster = &k->s->roster,
		.log = { k->cp->at.log_id, in->seq },
		.now_ms = in->accept_ms };

	if (erasures_situation(k, in, &ask, &order, e) != 0)
		return -1;
	*ok = erasure_judge_outside(&ask) == VERDICT_ACCEPTED;
	return 0;
}

/* ---- what an order means for what comes ---- */

static int
has_orders(struct intake *k, bool *out, struct err *e)
{
	int rc;

	if (k->orders == 0) {
		rc = erased_any(k->s, &k->space, e);
		if (rc < 0)
			return -1;
		k->orders = 1 + rc;
	}
	*out = k->orders == 2;
	return 0;
}

static uint64_t
missing_of(const struct changeset *cs)
{
	uint64_t map = 0;
	size_t i;

	for (i = 0; i < cs->h.count; i++)
		if (cs->bodies[i].len == 0)
			map |= UINT64_C(1) << i;
	return map;
}

int
erasures_explain(struct intake *k, const struct changeset *cs, bool *ok,
    struct err *e)
{
	uint64_t map = 0;
	bool any;

	*ok = false;
	if (has_orders(k, &any, e) != 0)
		return -1;
	if (any && erased_map(k->s, &k->space, &cs->id, &map, e) != 0)
		return -1;
	*ok = any && (missing_of(cs) & ~map) == 0 &&
	    erasure_takes(k->sp.state == SPACE_ERASED ? ERASE_SPACE :
	    ERASE_RECORD, (enum changeset_kind)cs->h.kind);
	return 0;
}

int
erasures_hide(struct intake *k, const struct record *rec,
    struct erased_order *out, struct err *e)
{
	struct erased_at at = { &k->space, &rec->id,
		(enum record_type)rec->type };
	bool any;

	if (has_orders(k, &any, e) != 0)
		return -1;
	return any ? erased_record(k->s, &at, out, e) : 0;
}

/* ---- an order comes ---- */

/* What waits sealed in the outbox is taken apart, so that it can be hidden. */
static int
unseal(struct intake *k, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "SELECT 1 FROM version v "
	    "JOIN record r ON r.rid = v.rid WHERE v.state IN (1, 2, 4) "
	    "AND v.state = 2 AND r.space = ? LIMIT 1");
	int rc;

	db_bind_id(q, 1, &k->space);
	rc = db_step(q, e);
	db_reset(q);
	return rc == 1 ? outbox_unseal_tx(k->s, &k->space, e) : rc;
}

static int
drop_row(struct store *s, int64_t id, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "DELETE FROM quarantine WHERE id = ?");

	db_bind_int(q, 1, id);
	return db_run(q, e);
}

/* Text that came without its order is no alarm any more (10.6). */
static int
explain_earlier(struct intake *k, struct err *e)
{
	struct talk_figures *f = k->t->figures;
	struct changeset *cs = mem_new(sizeof(*cs));
	struct quarantined q;
	uint64_t from = 0;
	bool ok;
	int rc;

	while ((rc = quarantine_next(k->s, &k->space, QUARANTINE_BODY, from,
	    &q, e)) == 1) {
		from = q.seq + 1;
		ok = false;
		if (changeset_decode(buf_view(&q.bytes), cs, e) != 0 ||
		    erasures_explain(k, cs, &ok, e) != 0 ||
		    (ok && drop_row(k->s, q.id, e) != 0))
			rc = -1;
		else if (ok && f->quarantined_new > 0)
			f->quarantined_new--;
		quarantined_done(&q);
		if (rc < 0)
			break;
	}
	if (rc == 0)
		quarantined_done(&q);
	mem_free(cs);
	return rc < 0 ? -1 : 0;
}

/* Taken back: what the hub did not serve meanwhile is asked for once more. */
static int
want_again(struct intake *k, const struct incoming *in, struct err *e)
{
	struct stmt *q = db_prepare(k->s->db, "INSERT INTO want (space, "
	    "after_sseq, upto) VALUES (?, 0, ?) ON CONFLICT (space) DO UPDATE "
	    "SET after_sseq = 0, upto = max(upto, excluded.upto)");

	db_bind_id(q, 1, &k->space);
	db_bind_int(q, 2, (int64_t)in->sseq);
	return db_run(q, e);
}

int
erasures_take_tx(struct intake *k, const struct incoming *in, struct err *e)
{
	struct erased_order o;

	memset(&o, 0, sizeof(o));
	o.id = in->cs.id;
	o.seq = in->seq;
	o.space = k->space;
	o.keeper = in->cs.h.author;
	o.accept_ms = in->accept_ms;
	if (unseal(k, e) != 0 || erased_take_tx(k->s, &o, in->erase, e) != 0)
		return -1;
	k->orders = 2;
	if (spaces_find(k->s, &k->space, &k->sp, e) < 0)
		return -1;
	if (o.kind != ERASE_BACK)
		return explain_earlier(k, e);
	return k->sp.state == SPACE_LOST ? 0 : want_again(k, in, e);
}

/* ---- own requests ---- */

static int
save_answer(struct store *s, const struct erase_answer *a,
    enum erasures_state state, struct view signed_order, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE erase_ask SET state = ?2, "
	    "answer_ms = ?3, words = ?4, signed = ?5 WHERE id = ?1 "
	    "AND state <> 2");
	struct buf words;
	int rc;

	buf_init(&words, ERASE_WORDS_MAX + 1);
	buf_add(&words, a->words.data, a->words.len);
	db_bind_id(q, 1, &a->id);
	db_bind_int(q, 2, state);
	db_bind_int(q, 3, tick_wall_ms(&s->tick));
	db_bind_text(q, 4, state == ERASURES_DECLINED ? buf_str(&words) :
	    NULL);
	if (signed_order.len > 0)
		db_bind_view(q, 5, signed_order);
	rc = db_run(q, e);
	buf_done(&words);
	return rc;
}

static int
find_ask(struct store *s, const struct id *id, struct buf *body,
    struct erase_ask *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT body FROM erase_ask WHERE id = ?");
	struct view v;
	int rc;

	db_bind_id(q, 1, id);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	v = db_blob(q, 0);
	buf_add(body, v.data, v.len);
	db_reset(q);
	return buf_check(body, "a request", e) != 0 ||
	    erase_ask_decode(buf_view(body), out, e) != 0 ? -1 : 1;
}

/* The signature must hold here, as it will have to at the hub. */
static int
grant(struct store *s, const struct erase_answer *a,
    const struct erase_ask *ask, const struct id *dpo, struct err *e)
{
	const struct roster_device *d = roster_live(&s->roster, dpo,
	    ROSTER_NOW);
	struct erase *o = mem_new(sizeof(*o));
	struct buf b;
	int rc = 0;

	o->what = ask->what;
	o->at_ms = a->at_ms;
	o->dpo = *dpo;
	o->sig = a->sig;
	buf_init(&b, ORDER_BYTES);
	if (d != NULL && erase_verify(o, &ask->space, &s->me->device,
	    &d->sign)) {
		erase_encode(o, &b);
		rc = buf_check(&b, "an erase order", e);
		if (rc == 0)
			rc = save_answer(s, a, ERASURES_SIGNED, buf_view(&b),
			    e);
	} else {
		rc = save_answer(s, a, ERASURES_REFUSED, view_of(NULL, 0), e);
	}
	buf_done(&b);
	mem_free(o);
	return rc;
}

static int
read_answer_tx(struct store *s, const struct memo *m, struct err *e)
{
	struct erase_ask *ask = mem_new(sizeof(*ask));
	struct erase_answer a;
	struct buf body;
	struct err why;
	int rc = 0;

	buf_init(&body, ORDER_BYTES);
	if (erase_answer_decode(m->body, &a, &why) == 0)
		rc = find_ask(s, &a.id, &body, ask, e);
	if (rc == 1 && a.granted)
		rc = grant(s, &a, ask, &m->author, e);
	else if (rc == 1)
		rc = save_answer(s, &a, ERASURES_DECLINED,
		    view_of(NULL, 0), e);
	buf_done(&body);
	mem_free(ask);
	return rc < 0 ? -1 : memos_done_tx(s, m->mid, e);
}

struct answers {
	int64_t mids[64];
	size_t count;
};

static int
collect_answer(void *ctx, const struct memo *m, struct err *e)
{
	struct answers *a = ctx;

	(void)e;
	if (m->state == MEMO_OPEN && a->count < 64)
		a->mids[a->count++] = m->mid;
	return 0;
}

static int
read_answers_tx(struct store *s, struct err *e)
{
	struct answers a = { .count = 0 };
	struct memo m;
	struct buf body;
	size_t i;
	int rc = memos_each(s, MEMO_ERASE_SIGNATURE, &a, collect_answer, e);

	buf_init(&body, 2 * (size_t)LETTER_MEMO_MAX);
	for (i = 0; rc == 0 && i < a.count; i++) {
		buf_reset(&body);
		rc = memos_find(s, a.mids[i], &m, &body, e);
		rc = rc == 1 ? read_answer_tx(s, &m, e) : rc;
	}
	buf_done(&body);
	return rc;
}

/* 1 one was queued, or given up; 0 none is left; -1. */
static int
queue_next_tx(struct store *s, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id, space, signed, tries "
	    "FROM erase_ask WHERE state = 2 AND order_id IS NULL LIMIT 1");
	struct outbox_item item = { .kind = CHANGESET_ERASE };
	enum right right = RIGHT_NONE;
	struct space sp;
	struct hash hash;
	struct id id;
	struct buf b;
	int64_t oid, tries;
	int rc = db_step(q, e);

	if (rc != 1)
		return rc;
	buf_init(&b, ORDER_BYTES);
	(void)db_id(q, 0, &id);
	(void)db_id(q, 1, &item.space);
	buf_add(&b, db_blob(q, 2).data, db_blob(q, 2).len);
	tries = db_int(q, 3);
	db_reset(q);
	rc = spaces_find(s, &item.space, &sp, e);
	if (rc == 1 && spaces_right(s, &item.space, &right, e) != 0)
		rc = -1;
	/* Who has handed the section on meanwhile cannot order it any more. */
	if (rc == 1 && tries < ERASURES_TRIES_MAX && sp.epoch > 0 &&
	    right == RIGHT_KEEP) {
		item.epoch = sp.epoch;
		item.seen = s->head.at;
		item.group = outbox_group(s);
		item.clear = buf_view(&b);
		if (outbox_add_tx(s, &item, &hash, &oid, e) != 0) {
			buf_done(&b);
			return -1;
		}
		q = db_prepare(s->db, "UPDATE erase_ask SET order_id = ?2, "
		    "tries = tries + 1 WHERE id = ?1");
		db_bind_hash(q, 2, &hash);
	} else {
		q = db_prepare(s->db,
		    "UPDATE erase_ask SET state = 4 WHERE id = ?1");
	}
	db_bind_id(q, 1, &id);
	if (rc >= 0)
		rc = db_run(q, e) == 0 ? 1 : -1;
	buf_done(&b);
	return rc;
}

int
erasures_settle(struct store *s, struct err *e)
{
	int64_t waits = 0;
	int rc;

	if (db_one_int(s->db, "SELECT EXISTS (SELECT 1 FROM memo "
	    "WHERE topic = 3 AND state = 2) OR EXISTS (SELECT 1 FROM "
	    "erase_ask WHERE state = 2 AND order_id IS NULL)", &waits, e) < 0)
		return -1;
	if (waits == 0)
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	rc = read_answers_tx(s, e);
	while (rc == 0 && (rc = queue_next_tx(s, e)) == 1)
		rc = 0;
	if (rc == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

/* ---- what is due ---- */

/* Rows of a table with sealed bytes: "outgoing" and "quarantine". */
static const char *const sealed_sql[][2] = {
	{ "SELECT oid, bytes FROM outgoing WHERE space = ?1 AND oid > ?2 "
	    "ORDER BY oid LIMIT 1",
	  "UPDATE outgoing SET bytes = ?2 WHERE oid = ?1" },
	{ "SELECT id, bytes FROM quarantine WHERE space = ?1 AND id > ?2 "
	    "ORDER BY id LIMIT 1",
	  "UPDATE quarantine SET bytes = ?2 WHERE id = ?1" }
};

/* The bodies of ${cs} that ${o} takes: those it names, and of an own record
 * those that came too late to be named. */
static int
gone_of(struct store *s, const struct erased_order *o, const struct buf *late,
    const struct changeset *cs, uint64_t *map, struct err *e)
{
	struct erased_place p;
	size_t at;

	if (erased_map(s, &o->space, &cs->id, map, e) != 0)
		return -1;
	for (at = 0; at < late->len; at += sizeof(p)) {
		memcpy(&p, late->data + at, sizeof(p));
		if (hash_eq(&p.id, &cs->id))
			*map |= UINT64_C(1) << p.idx;
	}
	if (!erasure_takes(o->kind, (enum changeset_kind)cs->h.kind))
		*map = 0;
	return 0;
}

/* 1 went on to the next row, 0 there is none, -1. */
static int
strip_next(struct store *s, const struct erased_order *o,
    const struct buf *late, const char *const sql[2], int64_t *row,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql[0]);
	struct changeset *cs;
	struct buf b, less;
	struct err why;
	uint64_t map = 0;
	int rc;

	db_bind_id(q, 1, &o->space);
	db_bind_int(q, 2, *row);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	*row = db_int(q, 0);
	cs = mem_new(sizeof(*cs));
	buf_init(&b, 4 * CHANGESET_BYTES_MAX);
	buf_init(&less, 4 * CHANGESET_BYTES_MAX);
	buf_add(&b, db_blob(q, 1).data, db_blob(q, 1).len);
	db_reset(q);
	if (changeset_decode(buf_view(&b), cs, &why) == 0 && cs->has_bodies &&
	    gone_of(s, o, late, cs, &map, e) != 0)
		rc = -1;
	map &= cs->h.count > 0 ? changeset_all(&cs->h) : 0;
	if (rc == 1 && map != 0) {
		changeset_without(buf_view(&b), cs, ~map, &less);
		q = db_prepare(s->db, sql[1]);
		db_bind_int(q, 1, *row);
		db_bind_view(q, 2, buf_view(&less));
		if (db_run(q, e) != 0)
			rc = -1;
	}
	buf_done(&b);
	buf_done(&less);
	mem_free(cs);
	return rc;
}

static int
late_places(struct store *s, const struct erased_order *o, struct buf *out,
    struct err *e)
{
	struct record_row row;
	int64_t rid;
	int rc = o->kind == ERASE_RECORD ? erased_rid(s, o, &rid, e) : 0;

	if (rc != 1)
		return rc;
	return versions_row_at(s, rid, &row, e) != 0 ? -1 :
	    erased_places(s, &row, out, e);
}

static int
wipe_tx(struct store *s, const struct erased_order *o, struct err *e)
{
	struct buf late;
	int64_t row;
	size_t i;
	int rc;

	buf_init(&late, SIZE_MAX);
	rc = late_places(s, o, &late, e);
	for (i = 0; rc == 0 && i < 2; i++) {
		row = 0;
		while ((rc = strip_next(s, o, &late, sealed_sql[i], &row,
		    e)) == 1)
			;
	}
	buf_done(&late);
	return rc == 0 ? erased_wipe_tx(s, o, e) : -1;
}

struct due {
	struct store *s;
	size_t *n;
};

static int
wipe_one(void *ctx, const struct erased_order *o, struct err *e)
{
	struct due *d = ctx;
	struct store *s = d->s;
	int64_t due = erasure_due_ms(o->accept_ms);

	if (o->back || o->wiped || tick_wall_ms(&s->tick) < due ||
	    s->contact_ms < due)
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (wipe_tx(s, o, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	++*d->n;
	return 0;
}

/* Something contradicts itself: nothing is wiped on the strength of it (12). */
int
erasures_wipe(struct store *s, size_t *n, struct err *e)
{
	struct due d = { s, n };

	*n = 0;
	return s->stopped ? 0 : erased_each(s, &d, wipe_one, e);
}
