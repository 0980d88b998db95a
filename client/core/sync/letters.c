/*
 * Letters, on both sides: what this device may not send as content any more
 * becomes held and is deposited with the keepers; what others deposit with
 * this device is filed for review; outcomes go out and come in.
 *
 * A version leaves the state HELD only by an outcome that a person decided.
 * Nothing here shows a deposit in a case.
 */
#include "client/core/sync/letters.h"

#include <string.h>

#include "client/core/local/versions.h"
#include "client/core/sync/deposit.h"
#include "client/core/sync/memos.h"
#include "client/core/sync/outbox.h"
#include "client/core/sync/sealing.h"
#include "common/base/mem.h"

#define WORDS_MAX (16 * 1024)
#define DEPOSIT_RECORDS_MAX 4096
#define DEPOSIT_PLAIN_MAX (56 * 1024) /* leaves room below LETTER_TEXT_MAX */

static int
run_id(struct store *s, const char *sql, const struct id *id, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_id(q, 1, id);
	return db_run(q, e);
}

static int
run_rid(struct store *s, const char *sql, int64_t rid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_int(q, 1, rid);
	return db_run(q, e);
}

/* ---- holding ---- */

static int
unsent_of(struct store *s, const struct id *space, struct buf *rids,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT r.rid FROM record r"
	    " WHERE r.space = ? AND EXISTS (SELECT 1 FROM version v"
	    " WHERE v.rid = r.rid AND v.state = 1)");
	int64_t rid;
	int rc;

	db_bind_id(q, 1, space);
	while ((rc = db_step(q, e)) == 1) {
		rid = db_int(q, 0);
		buf_add(rids, &rid, sizeof(rid));
	}
	return rc != 0 ? -1 : buf_check(rids, "what is to be held", e);
}

/* One held row a record; a record held again after a decision gets another. */
static int
hold_record(struct store *s, const struct id *space, int64_t rid,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO held"
	    " (rid, space, since_ms) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
	    " (SELECT 1 FROM held WHERE rid = ?1 AND outcome IS NULL"
	    " AND deposit IS NULL)");

	db_bind_int(q, 1, rid);
	db_bind_id(q, 2, space);
	db_bind_int(q, 3, store_now_ms(s));
	if (db_run(q, e) != 0 || run_rid(s, "UPDATE version SET state = 4,"
	    " outgoing = NULL WHERE rid = ? AND state = 1", rid, e) != 0)
		return -1;
	return versions_flags_tx(s, rid, e);
}

int
letters_hold_tx(struct store *s, const struct id *space, struct err *e)
{
	struct buf rids;
	int64_t rid;
	size_t i;
	int rc;

	/* What waits sealed is taken apart first: none of it was accepted. */
	if (outbox_unseal_tx(s, space, e) != 0)
		return -1;
	buf_init(&rids, 1 << 24);
	rc = unsent_of(s, space, &rids, e);
	for (i = 0; rc == 0 && i < rids.len; i += sizeof(rid)) {
		memcpy(&rid, rids.data + i, sizeof(rid));
		rc = hold_record(s, space, rid, e);
	}
	buf_done(&rids);
	/* Statements not sent are made again if the right comes back. */
	return rc != 0 ? -1 : run_id(s, "DELETE FROM access"
	    " WHERE space = ? AND seq IS NULL", space, e);
}

/* ---- to whom ---- */

/* The keepers of the newest epoch this device knows: the one that dropped it
 * came with its recipients in the clear. */
static int
to_keepers(struct sealing *l, struct err *e)
{
	const struct roster_device *d;
	struct space_epoch se;
	size_t i;
	int rc = spaces_epoch_find(l->s, l->space, l->epoch, &se, e);

	if (rc <= 0)
		return rc;
	for (i = 0; i < se.ep.recipient_count; i++) {
		const struct epoch_recipient *r = &se.ep.recipients[i];

		d = roster_live(&l->s->roster, &r->device, ROSTER_NOW);
		if (r->right == RIGHT_KEEP && d != NULL &&
		    !id_eq(&r->device, &l->s->me->device))
			sealing_to(l, d);
	}
	space_epoch_done(&se);
	return 0;
}

/* ---- deposits out ---- */

struct holding { /* the held records that go into one letter */
	int64_t hids[CHANGESET_BODIES_MAX];
	size_t hid_count;
	struct buf bodies;
	size_t ends[DEPOSIT_RECORDS_MAX];
	size_t count;
};

/* All held versions of one record; 1 when they did not fit any more. */
static int
holding_add(struct store *s, struct holding *h, int64_t hid, int64_t rid,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT body FROM version"
	    " WHERE rid = ? AND state = 4 ORDER BY hlc, origin");
	size_t count = h->count, len = h->bodies.len;
	struct view body;
	int rc;

	db_bind_int(q, 1, rid);
	while ((rc = db_step(q, e)) == 1) {
		body = db_blob(q, 0);
		if ((h->bodies.len + body.len > DEPOSIT_PLAIN_MAX ||
		    h->count == DEPOSIT_RECORDS_MAX) && count > 0) {
			h->count = count;
			h->bodies.len = len;
			db_reset(q);
			return 1;
		}
		buf_add(&h->bodies, body.data, body.len);
		h->ends[h->count++] = h->bodies.len;
	}
	if (rc == 0)
		h->hids[h->hid_count++] = hid;
	return rc;
}

/* Held here and not deposited, of one space, as many as one letter takes. */
static int
holding_load(struct store *s, const struct id *space, struct holding *h,
    struct err *e)
{
	int64_t pairs[2 * CHANGESET_BODIES_MAX];
	struct stmt *q = db_prepare(s->db, "SELECT hid, rid FROM held"
	    " WHERE space = ? AND deposit IS NULL AND outcome IS NULL"
	    " ORDER BY hid LIMIT 64");
	size_t i, n = 0;
	int rc;

	db_bind_id(q, 1, space);
	while ((rc = db_step(q, e)) == 1 && n < CHANGESET_BODIES_MAX) {
		pairs[2 * n] = db_int(q, 0);
		pairs[2 * n + 1] = db_int(q, 1);
		n++;
	}
	db_reset(q);
	for (i = 0; rc >= 0 && i < n; i++) {
		rc = holding_add(s, h, pairs[2 * i], pairs[2 * i + 1], e);
		if (rc == 1)
			break;
	}
	return rc < 0 ? -1 : 0;
}

static int
deposit_tx(struct store *s, const struct space *sp, struct holding *h,
    struct err *e)
{
	struct sealing *l = mem_new(sizeof(*l));
	struct view *records = mem_new((h->count + 1) * sizeof(*records));
	size_t i, at = 0;
	struct hash id;
	struct stmt *q;
	struct buf plain;
	int rc = -1;

	buf_init(&plain, 2 * (size_t)LETTER_TEXT_MAX);
	l->s = s;
	l->space = &sp->id;
	l->epoch = sp->epoch;
	l->letter.kind = LETTER_DEPOSIT;
	for (i = 0; i < h->count; i++) {
		records[i] = view_of(h->bodies.data + at, h->ends[i] - at);
		at = h->ends[i];
	}
	letter_deposit_encode(records, h->count, &plain);
	if (buf_check(&plain, "held text", e) != 0 ||
	    to_keepers(l, e) != 0 ||
	    sealing_send_tx(l, buf_view(&plain), &id, e) != 0)
		goto out;
	for (i = 0; i < h->hid_count; i++) {
		q = db_prepare(s->db,
		    "UPDATE held SET deposit = ? WHERE hid = ?");
		db_bind_hash(q, 1, &id);
		db_bind_int(q, 2, h->hids[i]);
		if (db_run(q, e) != 0)
			goto out;
	}
	rc = 0;
out:
	buf_done(&plain);
	mem_free(records);
	mem_free(l);
	return rc;
}

/* 1: a letter was queued, there may be more. */
static int
deposit_some(struct store *s, const struct id *space, struct err *e)
{
	struct holding *h = mem_new(sizeof(*h));
	struct space sp;
	bool fits = false;
	int rc = -1, found;

	buf_init(&h->bodies, DEPOSIT_PLAIN_MAX + CHANGESET_BODY_MAX);
	found = spaces_find(s, space, &sp, e);
	if (found <= 0) {
		rc = found;
		goto out;
	}
	if (deposit_fits(s, &sp, &fits, e) != 0 ||
	    holding_load(s, space, h, e) != 0 ||
	    buf_check(&h->bodies, "held text", e) != 0)
		goto out;
	rc = h->count == 0 || !fits ? 0 : -1;
	if (rc == 0 || db_begin(s->db, e) != 0)
		goto out;
	rc = deposit_tx(s, &sp, h, e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc == 0)
		rc = 1;
	else
		db_rollback(s->db);
out:
	buf_done(&h->bodies);
	mem_free(h);
	return rc;
}

static int
spaces_of(struct store *s, const char *sql, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);
	struct view id;
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		id = db_blob(q, 0);
		buf_add(ids, id.data, id.len);
	}
	return rc != 0 ? -1 : buf_check(ids, "a list of ids", e);
}

static int
queue_deposits(struct store *s, size_t *queued, struct err *e)
{
	struct buf ids;
	struct id id;
	size_t i;
	int rc;

	buf_init(&ids, 1 << 20);
	rc = spaces_of(s, "SELECT DISTINCT space FROM held"
	    " WHERE deposit IS NULL AND outcome IS NULL", &ids, e);
	for (i = 0; rc == 0 && i + 16 <= ids.len; i += 16) {
		memcpy(id.b, ids.data + i, 16);
		while ((rc = deposit_some(s, &id, e)) == 1)
			(*queued)++;
	}
	buf_done(&ids);
	return rc;
}

/* ---- outcomes out ---- */

struct decided {
	struct hash id;
	struct id space, author;
	struct letter_outcome outcome;
	struct buf words;
};

static int
decided_find(struct store *s, const struct hash *id, struct decided *d,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT space, author, outcome,"
	    " words FROM review WHERE id = ?");
	const char *words;
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	if (rc == 1) {
		d->id = *id;
		if (db_id(q, 0, &d->space) != 0 ||
		    db_id(q, 1, &d->author) != 0)
			rc = err_set(e, ERR_LOCAL, "a review in this store is "
			    "damaged");
		d->outcome.outcome = (enum outcome)db_int(q, 2);
		words = db_text(q, 3);
		buf_add(&d->words, words, strlen(words));
		d->outcome.words = buf_view(&d->words);
		d->outcome.keeper = s->person;
	}
	db_reset(q);
	return rc;
}

static int
outcome_tx(struct store *s, const struct decided *d, uint32_t epoch,
    struct err *e)
{
	const struct roster_device *to = roster_live(&s->roster, &d->author,
	    ROSTER_NOW);
	struct sealing *l = mem_new(sizeof(*l));
	struct hash id;
	struct stmt *q;
	struct buf plain;
	int rc = -1;

	buf_init(&plain, LETTER_TEXT_MAX);
	l->s = s;
	l->space = &d->space;
	l->epoch = epoch;
	l->letter.kind = LETTER_OUTCOME;
	l->letter.about = d->id;
	if (to != NULL) /* else for the recovery key alone: it is on record */
		sealing_to(l, to);
	letter_outcome_encode(&d->outcome, &plain);
	if (buf_check(&plain, "an outcome", e) != 0 ||
	    sealing_send_tx(l, buf_view(&plain), &id, e) != 0)
		goto out;
	q = db_prepare(s->db, "UPDATE review SET letter = ? WHERE id = ?");
	db_bind_hash(q, 1, &id);
	db_bind_hash(q, 2, &d->id);
	rc = db_run(q, e);
out:
	buf_done(&plain);
	mem_free(l);
	return rc;
}

static int
queue_outcome(struct store *s, const struct hash *id, struct err *e)
{
	struct decided *d = mem_new(sizeof(*d));
	struct space sp;
	int rc;

	buf_init(&d->words, WORDS_MAX);
	rc = decided_find(s, id, d, e);
	if (rc == 1)
		rc = spaces_find(s, &d->space, &sp, e);
	if (rc <= 0 || sp.epoch == 0 || sp.state != SPACE_OPEN)
		goto out;
	rc = db_begin(s->db, e);
	if (rc != 0)
		goto out;
	rc = outcome_tx(s, d, sp.epoch, e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc != 0)
		db_rollback(s->db);
	else
		rc = 1;
out:
	buf_done(&d->words);
	mem_free(d);
	return rc;
}

static int
queue_outcomes(struct store *s, size_t *queued, struct err *e)
{
	struct hash id;
	struct buf ids;
	size_t i;
	int rc;

	buf_init(&ids, 1 << 20);
	rc = spaces_of(s, "SELECT id FROM review"
	    " WHERE outcome IS NOT NULL AND letter IS NULL", &ids, e);
	for (i = 0; rc == 0 && i + 32 <= ids.len; i += 32) {
		memcpy(id.b, ids.data + i, 32);
		rc = queue_outcome(s, &id, e);
		if (rc == 1)
			(*queued)++;
		rc = rc < 0 ? -1 : 0;
	}
	buf_done(&ids);
	return rc;
}

/* ---- what another keeper decided ---- */

static int
ended_elsewhere(struct store *s, const struct loaded *l, struct err *e)
{
	const struct heads_field *f = heads_find(&l->heads, REVIEW_DEPOSIT);
	struct stmt *q = db_prepare(s->db, "UPDATE review SET outcome = ?2,"
	    " plain = NULL, letter = id, decided_ms = ?3"
	    " WHERE id = ?1 AND outcome IS NULL");
	const struct value *v;

	if (f == NULL)
		return 0;
	v = &f->heads[0].op->value;
	if (v->type != VALUE_BYTES || v->data.len != sizeof(struct hash))
		return 0;
	db_bind_view(q, 1, v->data);
	db_bind_int(q, 2, loaded_int(l, REVIEW_OUTCOME));
	db_bind_int(q, 3, l->row.at_ms);
	return db_run(q, e);
}

struct id_list {
	struct id ids[256];
	size_t count;
};

static int
collect(void *ctx, const struct record_row *row, struct err *e)
{
	struct id_list *l = ctx;

	(void)e;
	if (l->count < sizeof(l->ids) / sizeof(l->ids[0]))
		l->ids[l->count++] = row->id;
	return 0;
}

static int
settle_space(struct store *s, const struct id *space, struct err *e)
{
	struct version_query vq = { .type = TYPE_REVIEW, .space = space,
	    .limit = 256, .with_hidden = true };
	struct id_list *l = mem_new(sizeof(*l));
	struct loaded loaded;
	size_t i;
	int rc;

	rc = versions_each(s, &vq, collect, l, e);
	for (i = 0; rc == 0 && i < l->count; i++) {
		rc = versions_load(s, &l->ids[i], &loaded, e);
		if (rc <= 0)
			continue;
		rc = ended_elsewhere(s, &loaded, e);
		versions_done(&loaded);
	}
	mem_free(l);
	return rc;
}

/* A deposit goes to every keeper; who decides first decides for all. */
int
letters_settle_tx(struct store *s, struct err *e)
{
	struct buf ids;
	struct id id;
	size_t i;
	int rc;

	buf_init(&ids, 1 << 20);
	rc = spaces_of(s, "SELECT DISTINCT space FROM review"
	    " WHERE outcome IS NULL", &ids, e);
	for (i = 0; rc == 0 && i + 16 <= ids.len; i += 16) {
		memcpy(id.b, ids.data + i, 16);
		rc = settle_space(s, &id, e);
	}
	buf_done(&ids);
	return rc;
}

int
letters_queue(struct store *s, size_t *queued, struct err *e)
{
	*queued = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (letters_settle_tx(s, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	if (queue_deposits(s, queued, e) != 0 ||
	    queue_outcomes(s, queued, e) != 0)
		return -1;
	return memos_seal(s, queued, e);
}

/* ---- letters in ---- */

/* Every record in a deposit is of the person who sent it. */
static int
check_deposit(struct store *s, const struct id *author, struct view plain,
    struct err *e)
{
	const struct roster_device *who = roster_device(&s->roster, author);
	struct view *records = mem_new(DEPOSIT_RECORDS_MAX * sizeof(*records));
	const struct roster_device *d;
	struct record *rec = mem_new(sizeof(*rec));
	size_t i, n = 0;
	int rc;

	rc = letter_deposit_decode(plain, records, DEPOSIT_RECORDS_MAX, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		rc = record_decode(records[i], rec, e);
		d = rc == 0 ? roster_device(&s->roster, &rec->origin) : NULL;
		if (rc == 0 && (who == NULL || d == NULL ||
		    !id_eq(&who->person, &d->person)))
			rc = err_set(e, ERR_PEER, "a deposit holds text that "
			    "is not its sender's own; it is kept and not "
			    "shown");
	}
	mem_free(rec);
	mem_free(records);
	return rc;
}

static bool
is_for(const struct letter *l, const struct id *device)
{
	size_t i;

	for (i = 0; i < l->to_count; i++)
		if (id_eq(&l->to[i], device))
			return true;
	return false;
}

static int
take_deposit(struct store *s, const struct changeset *cs, struct view plain,
    const struct letter_at *at, struct err *e)
{
	struct stmt *q;

	if (check_deposit(s, &cs->h.author, plain, e) != 0)
		return -1;
	q = db_prepare(s->db, "INSERT OR IGNORE INTO review"
	    " (id, space, author, seq, accept_ms, plain)"
	    " VALUES (?, ?, ?, ?, ?, ?)");
	db_bind_hash(q, 1, &cs->id);
	db_bind_id(q, 2, &cs->h.space);
	db_bind_id(q, 3, &cs->h.author);
	db_bind_int(q, 4, (int64_t)at->seq);
	db_bind_int(q, 5, at->accept_ms);
	db_bind_view(q, 6, plain);
	return db_run(q, e);
}

/* Only who could open the deposit may say what became of it. */
static int
may_decide(struct store *s, const struct id *space, const struct id *author,
    bool *out, struct err *e)
{
	const struct epoch_recipient *r;
	struct space_epoch se;
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	*out = roster_is_officer(&s->roster, author);
	if (rc == 1)
		rc = spaces_epoch_find(s, space, sp.epoch, &se, e);
	if (rc <= 0)
		return rc;
	r = epoch_find(&se.ep, author);
	*out |= r != NULL && r->right == RIGHT_KEEP;
	space_epoch_done(&se);
	return 0;
}

/*
 * What the author keeps: filed, the text as it is (it comes back by the log if
 * access ever does); given back, the text as private text, no part of the
 * case; erased, the mark alone, words out of the search too.
 */
static int
apply_outcome(struct store *s, const struct id *record, enum outcome outcome,
    struct err *e)
{
	struct record_row row;
	int rc;

	if (outcome == OUTCOME_FILED)
		return 0;
	rc = versions_row(s, record, &row, e);
	if (rc != 1)
		return rc;
	if (versions_forget_tx(s, &row, e) != 0 ||
	    run_rid(s, outcome == OUTCOME_ERASED ? "UPDATE version"
	    " SET state = 6, body = x'' WHERE rid = ? AND state = 4" :
	    "UPDATE version SET state = 6 WHERE rid = ? AND state = 4",
	    row.rid, e) != 0)
		return -1;
	return versions_flags_tx(s, row.rid, e);
}

/* Not one that was held again since: the next deposit has all of it. */
static int
held_records(struct store *s, const struct hash *deposit, struct id *ids,
    size_t *n, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT r.id FROM held h"
	    " JOIN record r ON r.rid = h.rid WHERE h.deposit = ?"
	    " AND h.outcome IS NULL AND NOT EXISTS (SELECT 1 FROM held n WHERE"
	    " n.rid = h.rid AND n.outcome IS NULL AND n.deposit IS NOT ?1)"
	    " LIMIT 64");
	int rc = 1;

	*n = 0;
	db_bind_hash(q, 1, deposit);
	while (*n < CHANGESET_BODIES_MAX && (rc = db_step(q, e)) == 1)
		(void)db_id(q, 0, &ids[(*n)++]);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
take_outcome(struct store *s, const struct letter *l, struct view plain,
    const struct letter_at *at, struct err *e)
{
	struct id ids[CHANGESET_BODIES_MAX];
	struct letter_outcome o;
	struct stmt *q;
	size_t i, n;

	if (letter_outcome_decode(plain, &o, e) != 0 ||
	    held_records(s, &l->about, ids, &n, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE held SET outcome = ?, words = ?,"
	    " outcome_ms = ? WHERE deposit = ? AND outcome IS NULL");
	db_bind_int(q, 1, o.outcome);
	db_bind_view(q, 2, o.words);
	db_bind_int(q, 3, at->accept_ms);
	db_bind_hash(q, 4, &l->about);
	if (db_run(q, e) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (apply_outcome(s, &ids[i], o.outcome, e) != 0)
			return -1;
	return 0;
}

static int
take_kind(struct store *s, const struct changeset *cs,
    const struct letter *l, struct view plain, const struct letter_at *at,
    struct err *e)
{
	struct memos_in in = { cs, &l->about, plain, at->accept_ms };

	switch (l->kind) {
	case LETTER_DEPOSIT:
		return take_deposit(s, cs, plain, at, e);
	case LETTER_OUTCOME:
		return take_outcome(s, l, plain, at, e);
	case LETTER_MEMO:
		return memos_take_tx(s, &in, e);
	}
	return err_set(e, ERR_PEER, "a letter of a kind that this program "
	    "does not know");
}

int
letters_take_tx(struct store *s, const struct changeset *cs,
    const struct letter *l, const struct letter_at *at, struct err *e)
{
	struct buf plain;
	bool may = true;
	int rc;

	if (id_eq(&cs->h.author, &s->me->device) ||
	    !is_for(l, &s->me->device))
		return 0;
	buf_init(&plain, 2 * (size_t)LETTER_TEXT_MAX);
	rc = letter_open(l, s->me, &cs->h.space, &plain, e);
	if (rc == 0 && l->kind == LETTER_OUTCOME)
		rc = may_decide(s, &cs->h.space, &cs->h.author, &may, e);
	if (rc == 0 && !may)
		rc = err_set(e, ERR_PEER, "an outcome came from somebody who "
		    "keeps none of the section; it is kept and not believed");
	if (rc == 0)
		rc = take_kind(s, cs, l, buf_view(&plain), at, e);
	buf_done(&plain);
	return rc;
}
