/*
 * What this device may not send as content any more becomes held; what others
 * deposit with it is filed for review; outcomes come in. What goes out is in
 * letters_out.c.
 *
 * A version leaves the state HELD only by an outcome that a person decided.
 * Nothing here shows a deposit in a case.
 */
#include "client/core/accord/letters.h"

#include <string.h>

#include "client/core/accord/closings.h"
#include "client/core/accord/complaints.h"
#include "client/core/accord/decision.h"
#include "client/core/accord/memos.h"
#include "client/core/local/versions.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"

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
hold_row(struct store *s, const struct id *space, int64_t rid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO held"
	    " (rid, space, since_ms) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
	    " (SELECT 1 FROM held WHERE rid = ?1 AND outcome IS NULL"
	    " AND deposit IS NULL)");

	db_bind_int(q, 1, rid);
	db_bind_id(q, 2, space);
	db_bind_int(q, 3, store_now_ms(s));
	return db_run(q, e);
}

static int
hold_record(struct store *s, const struct id *space, int64_t rid,
    struct err *e)
{
	if (hold_row(s, space, rid, e) != 0 ||
	    run_rid(s, "UPDATE version SET state = 4,"
	    " outgoing = NULL WHERE rid = ? AND state = 1", rid, e) != 0)
		return -1;
	return versions_flags_tx(s, rid, e);
}

int
letters_hold_version_tx(struct store *s, const struct record_row *row,
    const struct version_ref *ref, struct err *e)
{
	if (hold_row(s, &row->space, row->rid, e) != 0)
		return -1;
	return versions_mark_tx(s, row->rid, ref, VERSION_HELD, e);
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
	if (rc == 0)
		rc = decision_forget_tx(s, space, e);
	/* Statements not sent are made again if the right comes back. */
	return rc != 0 ? -1 : run_id(s, "DELETE FROM access"
	    " WHERE space = ? AND seq IS NULL", space, e);
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
    const struct letter_at *at, bool *news, struct err *e)
{
	struct stmt *q;
	bool closes;

	if (check_deposit(s, &cs->h.author, plain, e) != 0 ||
	    closings_in(plain, &closes, e) != 0)
		return -1;
	q = db_prepare(s->db, "INSERT OR IGNORE INTO review"
	    " (id, space, author, seq, accept_ms, plain, closes)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?)");
	db_bind_hash(q, 1, &cs->id);
	db_bind_id(q, 2, &cs->h.space);
	db_bind_id(q, 3, &cs->h.author);
	db_bind_int(q, 4, (int64_t)at->seq);
	db_bind_int(q, 5, at->accept_ms);
	db_bind_view(q, 6, plain);
	db_bind_int(q, 7, closes);
	if (db_run(q, e) != 0)
		return -1;
	*news = db_changes(s->db) > 0;
	return 0;
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
	    " AND h.outcome IS NULL AND h.late = 0 AND NOT EXISTS (SELECT 1 FROM held n WHERE"
	    " n.rid = h.rid AND n.outcome IS NULL AND n.late = 0"
	    " AND n.deposit IS NOT ?1) LIMIT 64");
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
    const struct letter_at *at, bool *news, struct err *e)
{
	struct id ids[CHANGESET_BODIES_MAX];
	struct letter_outcome o;
	struct stmt *q;
	size_t i, n;

	if (letter_outcome_decode(plain, &o, e) != 0 ||
	    held_records(s, &l->about, ids, &n, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE held SET outcome = ?, words = ?,"
	    " outcome_ms = ? WHERE deposit = ? AND late = 0"
	    " AND outcome IS NULL");
	db_bind_int(q, 1, o.outcome);
	db_bind_view(q, 2, o.words);
	db_bind_int(q, 3, at->accept_ms);
	db_bind_hash(q, 4, &l->about);
	if (db_run(q, e) != 0)
		return -1;
	*news = db_changes(s->db) > 0;
	for (i = 0; i < n; i++)
		if (apply_outcome(s, &ids[i], o.outcome, e) != 0)
			return -1;
	return decision_end_tx(s, &l->about, &o, at->accept_ms, news, e);
}

static int
take_kind(struct store *s, const struct letter *l,
    const struct memos_in *in, const struct letter_at *at, bool *news,
    struct err *e)
{
	const struct complaint c = { in->cs->h.space, in->cs->h.author,
		l->about, at->accept_ms };

	switch (l->kind) {
	case LETTER_DEPOSIT:
		return take_deposit(s, in->cs, in->plain, at, news, e);
	case LETTER_OUTCOME:
		return take_outcome(s, l, in->plain, at, news, e);
	case LETTER_COMPLAINT:
		return complaints_take_tx(s, &c, news, e);
	case LETTER_MEMO:
		*news = true;
		return memos_take_tx(s, in, e);
	}
	return err_set(e, ERR_PEER, "a letter of a kind that this program "
	    "does not know");
}

int
letters_take_tx(struct store *s, const struct changeset *cs,
    const struct letter *l, const struct letter_at *at, bool *news,
    struct err *e)
{
	struct memos_in in = { .cs = cs, .about = &l->about,
		.accept_ms = at->accept_ms };
	struct buf plain;
	bool may = true;
	int rc;

	*news = false;
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
	if (rc == 0) {
		in.plain = buf_view(&plain);
		rc = take_kind(s, l, &in, at, news, e);
	}
	buf_done(&plain);
	return rc;
}
