/*
 * Letters on their way out: held text to the keepers of its section, and what
 * a keeper decided to its author. Sealed when nothing of them waits yet; one
 * that the hub refuses is made again.
 */
#include "client/core/accord/letters.h"

#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/local/versions.h"
#include "client/core/outbox/deposit.h"
#include "client/core/outbox/sealing.h"
#include "common/base/mem.h"

#define WORDS_MAX (16 * 1024)
#define DEPOSIT_PLAIN_MAX (56 * 1024) /* leaves room below LETTER_TEXT_MAX */

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

/* Another person's text is not deposited by this one: no keeper takes it. */
static bool
is_mine(const struct store *s, const struct id *origin)
{
	return id_eq(origin, &s->me->device) ||
	    roster_same(&s->roster, origin, &s->me->device);
}

/* All held versions of one record; 1 when they did not fit any more. */
static int
holding_add(struct store *s, struct holding *h, int64_t hid, int64_t rid,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT body, origin FROM version"
	    " WHERE rid = ? AND state = 4 ORDER BY hlc, origin");
	size_t count = h->count, len = h->bodies.len;
	struct id origin;
	struct view body;
	int rc;

	db_bind_int(q, 1, rid);
	while ((rc = db_step(q, e)) == 1) {
		body = db_blob(q, 0);
		if (db_id(q, 1, &origin) != 0 || !is_mine(s, &origin))
			continue;
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

/* Held here and not deposited, of one space, as many as one letter takes.
 * What closes has a letter of its own: it is not decided on (rules.md 7.9). */
static int
holding_load(struct store *s, const struct id *space, struct holding *h,
    struct err *e)
{
	int64_t pairs[2 * CHANGESET_BODIES_MAX], type, first = 0;
	struct stmt *q = db_prepare(s->db, "SELECT h.hid, h.rid, r.type"
	    " FROM held h JOIN record r ON r.rid = h.rid"
	    " WHERE h.space = ? AND h.deposit IS NULL AND h.outcome IS NULL"
	    " ORDER BY r.type = 6 DESC, r.type = 5 DESC, h.hid LIMIT 64");
	size_t i, n = 0;
	int rc;

	db_bind_id(q, 1, space);
	while ((rc = db_step(q, e)) == 1 && n < CHANGESET_BODIES_MAX) {
		type = db_int(q, 2);
		first = n == 0 ? type : first;
		if (n > 0 && ((type == TYPE_WITHDRAWAL) !=
		    (first == TYPE_WITHDRAWAL) || first == TYPE_CONSENT))
			break;
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
ids_of(struct store *s, const char *sql, struct buf *ids, struct err *e)
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
	rc = ids_of(s, "SELECT DISTINCT space FROM held"
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

struct decided { /* a deposit, or the item that carried text under review */
	struct hash id;
	bool late;
	struct id space, author;
	struct letter_outcome outcome;
	struct buf words;
};

/* 1, 0, -1. Columns: space, author, outcome, words. */
static int
decided_read(struct store *s, struct stmt *q, const struct hash *id,
    struct decided *d, struct err *e)
{
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
decided_find(struct store *s, const struct hash *id, struct decided *d,
    struct err *e)
{
	int rc = decided_read(s, db_prepare(s->db, "SELECT space, author,"
	    " outcome, words FROM review WHERE id = ?"), id, d, e);

	if (rc != 0)
		return rc;
	d->late = true;
	return decided_read(s, db_prepare(s->db, "SELECT d.space, i.author,"
	    " d.outcome, d.words FROM decision d JOIN item i ON i.id = d.item"
	    " WHERE d.item = ? AND d.letter IS NULL AND d.seq IS NOT NULL"
	    " LIMIT 1"), id, d, e);
}

/* A deposit is answered to the device that made it; what was accepted, to all
 * that its author has now. Nobody left: for the recovery key alone. */
static void
to_author(struct sealing *l, const struct decided *d)
{
	const struct roster *r = &l->s->roster;
	const struct roster_device *devices[LETTER_RECIPIENTS_MAX];
	const struct roster_device *by = d->late ? roster_device(r,
	    &d->author) : roster_live(r, &d->author, ROSTER_NOW);
	size_t i, n = 0;

	if (by != NULL && d->late)
		n = roster_devices_of(r, &by->person, devices,
		    LETTER_RECIPIENTS_MAX);
	else if (by != NULL)
		devices[n++] = by;
	for (i = 0; i < n; i++)
		sealing_to(l, devices[i]);
}

static int
mark_sent_tx(struct store *s, const struct decided *d, const struct hash *id,
    struct err *e)
{
	struct stmt *q = d->late ?
	    db_prepare(s->db, "UPDATE decision SET letter = ? WHERE item = ?"
	        " AND letter IS NULL AND seq IS NOT NULL") :
	    db_prepare(s->db, "UPDATE review SET letter = ? WHERE id = ?");

	db_bind_hash(q, 1, id);
	db_bind_hash(q, 2, &d->id);
	return db_run(q, e);
}

static int
outcome_tx(struct store *s, const struct decided *d, uint32_t epoch,
    struct err *e)
{
	struct sealing *l = mem_new(sizeof(*l));
	struct hash id;
	struct buf plain;
	int rc = -1;

	buf_init(&plain, LETTER_TEXT_MAX);
	l->s = s;
	l->space = &d->space;
	l->epoch = epoch;
	l->letter.kind = LETTER_OUTCOME;
	l->letter.about = d->id;
	to_author(l, d);
	letter_outcome_encode(&d->outcome, &plain);
	if (buf_check(&plain, "an outcome", e) == 0 &&
	    sealing_send_tx(l, buf_view(&plain), &id, e) == 0)
		rc = mark_sent_tx(s, d, &id, e);
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
	rc = db_end(s->db, rc, e);
	if (rc == 0)
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
	/* A text under review: once the log says that it was decided here. */
	rc = ids_of(s, "SELECT id FROM review"
	    " WHERE outcome IS NOT NULL AND letter IS NULL UNION"
	    " SELECT item FROM decision WHERE letter IS NULL"
	    " AND seq IS NOT NULL AND item IS NOT NULL", &ids, e);
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

int
letters_queue(struct store *s, size_t *queued, struct err *e)
{
	*queued = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	if (queue_deposits(s, queued, e) != 0 ||
	    queue_outcomes(s, queued, e) != 0)
		return -1;
	return memos_seal(s, queued, e);
}
