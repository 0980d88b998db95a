/*
 * The states that a text under review goes through. Filed it takes part again
 * at its own place; given back it is its author's and nobody else's; erased
 * its bytes go everywhere.
 *
 * A decision made here counts at once as far as that can be undone: a text
 * filed is shown. Nothing is wiped before the log says that it was the first.
 */
#include "client/core/accord/decision.h"

#include <string.h>

#include "common/base/mem.h"

/* ---- reading a review record ---- */

static void
bind_words(struct stmt *q, int i, struct view words)
{
	if (words.len > 0)
		db_bind_view(q, i, words);
}

/* ---- what is stored ---- */

int
decision_find(struct store *s, const struct id *record,
    const struct version_ref *ref, enum outcome *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT outcome FROM decision"
	    " WHERE record = ? AND origin = ? AND hlc = ?");
	int rc;

	db_bind_id(q, 1, record);
	db_bind_id(q, 2, &ref->origin);
	db_bind_int(q, 3, (int64_t)ref->hlc);
	rc = db_step(q, e);
	if (rc == 1)
		*out = (enum outcome)db_int(q, 0);
	db_reset(q);
	return rc;
}

/* 1 and the text, as far as it is here; 0 no such version; -1. */
static int
find_text(struct store *s, struct decision_text *t,
    enum version_state *state, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT v.rid, v.state, i.id,"
	    " i.accept_ms FROM record r JOIN version v ON v.rid = r.rid"
	    " LEFT JOIN item i ON i.seq = v.seq"
	    " WHERE r.id = ? AND v.hlc = ? AND v.origin = ?");
	int rc;

	db_bind_id(q, 1, &t->record);
	db_bind_int(q, 2, (int64_t)t->ref.hlc);
	db_bind_id(q, 3, &t->ref.origin);
	rc = db_step(q, e);
	if (rc == 1) {
		t->rid = db_int(q, 0);
		*state = (enum version_state)db_int(q, 1);
		t->accept_ms = db_int(q, 3);
		if (db_is_null(q, 2) || db_hash(q, 2, &t->item) != 0)
			memset(&t->item, 0, sizeof(t->item));
	}
	db_reset(q);
	return rc;
}

static bool
is_own(const struct store *s, const struct id *origin)
{
	const struct roster_device *d = roster_device(&s->roster, origin);

	return id_eq(origin, &s->me->device) ||
	    (d != NULL && id_eq(&d->person, &s->person));
}

/* ---- marking ---- */

/* Its author's private text: no part of the case, its bytes stay. */
static int
give_back_tx(struct store *s, const struct decision_text *t, struct err *e)
{
	struct record_row row;
	struct stmt *q;

	if (versions_row_at(s, t->rid, &row, e) != 0 ||
	    versions_forget_tx(s, &row, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE version SET state = 6, outgoing = NULL"
	    " WHERE rid = ? AND hlc = ? AND origin = ?");
	db_bind_int(q, 1, t->rid);
	db_bind_int(q, 2, (int64_t)t->ref.hlc);
	db_bind_id(q, 3, &t->ref.origin);
	return db_run(q, e) != 0 ? -1 : versions_flags_tx(s, t->rid, e);
}

/* The copy that was sealed for sending holds the text too. */
static int
drop_sealed_tx(struct store *s, const struct hash *item, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "DELETE FROM outgoing WHERE id = ? AND state = 2");

	db_bind_hash(q, 1, item);
	return db_run(q, e);
}

static int
follow_tx(struct store *s, const struct decision_text *t,
    enum outcome outcome, struct err *e)
{
	bool own = is_own(s, &t->ref.origin);

	if (outcome == OUTCOME_FILED)
		return versions_mark_tx(s, t->rid, &t->ref, VERSION_ACCEPTED,
		    e);
	if (outcome == OUTCOME_GIVEN_BACK && own)
		return give_back_tx(s, t, e);
	if (own && drop_sealed_tx(s, &t->item, e) != 0)
		return -1;
	return versions_mark_tx(s, t->rid, &t->ref, VERSION_GONE, e);
}

/* What its author sees of it, also when the section is closed to them. */
static int
list_own_tx(struct store *s, const struct decision_text *t, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO held"
	    " (rid, space, since_ms, deposit, late) SELECT ?1, space, ?2, ?3,"
	    " 1 FROM record WHERE rid = ?1 AND NOT EXISTS (SELECT 1 FROM held"
	    " WHERE rid = ?1 AND deposit = ?3)");

	db_bind_int(q, 1, t->rid);
	db_bind_int(q, 2, t->accept_ms);
	db_bind_hash(q, 3, &t->item);
	return db_run(q, e);
}

int
decision_review_tx(struct store *s, const struct decision_text *t,
    bool *fresh, struct err *e)
{
	struct decision_text known = *t;
	enum version_state state;
	enum outcome outcome;
	int rc = decision_find(s, &t->record, &t->ref, &outcome, e);

	*fresh = false;
	if (rc != 0)
		return rc < 0 ? -1 : follow_tx(s, t, outcome, e);
	rc = find_text(s, &known, &state, e);
	if (rc <= 0 || state == VERSION_GONE)
		return rc;
	*fresh = state != VERSION_REVIEW;
	if (*fresh && versions_mark_tx(s, t->rid, &t->ref, VERSION_REVIEW,
	    e) != 0)
		return -1;
	return is_own(s, &t->ref.origin) ? list_own_tx(s, t, e) : 0;
}

/* ---- decisions in ---- */

static int
end_deposit_tx(struct store *s, const struct record *rec,
    const struct hash *deposit, const struct decision_at *at, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE review SET outcome = ?2,"
	    " basis = ?3, plain = NULL, letter = id, decided_ms = ?4"
	    " WHERE id = ?1 AND outcome IS NULL AND space = ?5");

	db_bind_hash(q, 1, deposit);
	db_bind_int(q, 2, record_int(rec, REVIEW_OUTCOME, 0));
	bind_words(q, 3, record_text(rec, REVIEW_BASIS));
	db_bind_int(q, 4, at->at_ms);
	db_bind_id(q, 5, &at->space);
	return db_run(q, e);
}

static int
save_tx(struct store *s, const struct record *rec,
    const struct decision_text *t, const struct decision_at *at,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT OR REPLACE INTO decision"
	    " (record, origin, hlc, space, item, seq, review, keeper, outcome,"
	    " basis, words, decided_ms, letter)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	db_bind_id(q, 1, &t->record);
	db_bind_id(q, 2, &t->ref.origin);
	db_bind_int(q, 3, (int64_t)t->ref.hlc);
	db_bind_id(q, 4, &at->space);
	if (!hash_is_zero(&t->item))
		db_bind_hash(q, 5, &t->item);
	if (at->seq != UINT64_MAX)
		db_bind_int(q, 6, (int64_t)at->seq);
	db_bind_id(q, 7, &rec->id);
	db_bind_id(q, 8, &at->keeper);
	db_bind_int(q, 9, record_int(rec, REVIEW_OUTCOME, 0));
	bind_words(q, 10, record_text(rec, REVIEW_BASIS));
	bind_words(q, 11, record_text(rec, REVIEW_WORDS));
	db_bind_int(q, 12, at->at_ms);
	if (!id_eq(&at->keeper, &s->me->device))
		db_bind_view(q, 13, view_of("", 0)); /* theirs to write */
	return db_run(q, e);
}

/* 1 it stands before what is known, 0 an earlier one stands, -1. */
static int
is_first(struct store *s, const struct decision_text *t, uint64_t seq,
    bool *known, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT seq FROM decision"
	    " WHERE record = ? AND origin = ? AND hlc = ?");
	int rc;

	db_bind_id(q, 1, &t->record);
	db_bind_id(q, 2, &t->ref.origin);
	db_bind_int(q, 3, (int64_t)t->ref.hlc);
	rc = db_step(q, e);
	*known = rc == 1;
	if (rc >= 0)
		rc = rc == 0 || (seq != UINT64_MAX && (db_is_null(q, 0) ||
		    (uint64_t)db_int(q, 0) > seq));
	db_reset(q);
	return rc;
}

static int
end_held_tx(struct store *s, const struct record *rec,
    const struct decision_text *t, int64_t at_ms, bool *moved, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE held SET outcome = ?,"
	    " words = ?, outcome_ms = ? WHERE rid = ? AND deposit = ?"
	    " AND late = 1 AND outcome IS NULL");

	db_bind_int(q, 1, record_int(rec, REVIEW_OUTCOME, 0));
	bind_words(q, 2, record_text(rec, REVIEW_WORDS));
	db_bind_int(q, 3, at_ms);
	db_bind_int(q, 4, t->rid);
	db_bind_hash(q, 5, &t->item);
	if (db_run(q, e) != 0)
		return -1;
	*moved |= db_changes(s->db) > 0;
	return 0;
}

/*
 * Only on a text that is under review, or that is not here yet: no keeper
 * takes other text out of a case in this way.
 */
static int
decide_text_tx(struct store *s, const struct record *rec,
    struct decision_text *t, const struct decision_at *at, bool *moved,
    struct err *e)
{
	enum outcome outcome = (enum outcome)record_int(rec, REVIEW_OUTCOME, 0);
	enum version_state state = VERSION_ACCEPTED;
	bool known;
	int first = is_first(s, t, at->seq, &known, e), found;

	if (first <= 0)
		return first;
	found = find_text(s, t, &state, e);
	if (found < 0 || (found == 1 && state != VERSION_REVIEW && !known))
		return found < 0 ? -1 : 0;
	if (save_tx(s, rec, t, at, e) != 0)
		return -1;
	if (found == 0)
		return 0;
	if (at->seq == UINT64_MAX)
		return outcome != OUTCOME_FILED ? 0 :
		    follow_tx(s, t, outcome, e);
	return follow_tx(s, t, outcome, e) != 0 ? -1 :
	    end_held_tx(s, rec, t, at->at_ms, moved, e);
}

int
decision_take_tx(struct store *s, const struct record *rec,
    const struct decision_at *at, bool *moved, struct err *e)
{
	struct decision_text t;
	int64_t outcome = record_int(rec, REVIEW_OUTCOME, 0);
	struct hash deposit;

	*moved = false;
	if (outcome < OUTCOME_FILED || outcome > OUTCOME_ERASED)
		return 0;
	if (record_bytes(rec, REVIEW_DEPOSIT, deposit.b, sizeof(deposit.b)))
		return end_deposit_tx(s, rec, &deposit, at, e);
	memset(&t, 0, sizeof(t));
	if (!record_bytes(rec, REVIEW_RECORD, t.record.b, sizeof(t.record.b)) ||
	    !record_bytes(rec, REVIEW_ORIGIN, t.ref.origin.b,
	    sizeof(t.ref.origin.b)))
		return 0;
	t.ref.hlc = (uint64_t)record_int(rec, REVIEW_STAMP, 0);
	return decide_text_tx(s, rec, &t, at, moved, e);
}

/* ---- decisions not sent ---- */

int
decision_waits(struct store *s, const struct id *space, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM decision"
	    " WHERE space = ? AND seq IS NULL LIMIT 1");
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	db_reset(q);
	*out = rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
take_back_tx(struct store *s, struct decision_text *t, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "DELETE FROM decision"
	    " WHERE record = ? AND origin = ? AND hlc = ?");
	enum version_state state;
	int rc;

	db_bind_id(q, 1, &t->record);
	db_bind_id(q, 2, &t->ref.origin);
	db_bind_int(q, 3, (int64_t)t->ref.hlc);
	if (db_run(q, e) != 0)
		return -1;
	rc = find_text(s, t, &state, e);
	return rc == 1 && state == VERSION_ACCEPTED ? versions_mark_tx(s,
	    t->rid, &t->ref, VERSION_REVIEW, e) : rc < 0 ? -1 : 0;
}

int
decision_forget_tx(struct store *s, const struct id *space, struct err *e)
{
	struct stmt *q;
	struct decision_text t;
	int rc;

	memset(&t, 0, sizeof(t));
	do {
		q = db_prepare(s->db, "SELECT record, origin, hlc FROM"
		    " decision WHERE space = ? AND seq IS NULL LIMIT 1");
		db_bind_id(q, 1, space);
		rc = db_step(q, e);
		if (rc == 1) {
			(void)db_id(q, 0, &t.record);
			(void)db_id(q, 1, &t.ref.origin);
			t.ref.hlc = (uint64_t)db_int(q, 2);
		}
		db_reset(q);
		if (rc == 1 && take_back_tx(s, &t, e) != 0)
			rc = -1;
	} while (rc == 1);
	return rc;
}

/* ---- by letter ---- */

static int
list_item(struct store *s, const struct hash *item, struct buf *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT v.rid, r.id, v.origin,"
	    " v.hlc FROM item i JOIN version v ON v.seq = i.seq"
	    " JOIN record r ON r.rid = v.rid"
	    " WHERE i.id = ? AND v.state = 5");
	struct decision_text t;
	int rc;

	memset(&t, 0, sizeof(t));
	t.item = *item;
	db_bind_hash(q, 1, item);
	while ((rc = db_step(q, e)) == 1) {
		t.rid = db_int(q, 0);
		(void)db_id(q, 1, &t.record);
		(void)db_id(q, 2, &t.ref.origin);
		t.ref.hlc = (uint64_t)db_int(q, 3);
		buf_add(out, &t, sizeof(t));
	}
	return rc != 0 ? -1 : buf_check(out, "texts under review", e);
}

int
decision_end_tx(struct store *s, const struct hash *item,
    const struct letter_outcome *how, int64_t at_ms, bool *news,
    struct err *e)
{
	struct decision_text t;
	struct buf list;
	struct stmt *q;
	size_t i;
	int rc;

	buf_init(&list, 1 << 20);
	rc = list_item(s, item, &list, e);
	for (i = 0; rc == 0 && i < list.len; i += sizeof(t)) {
		memcpy(&t, list.data + i, sizeof(t));
		/* Filed: it is in a section that is closed to its author. */
		if (is_own(s, &t.ref.origin) && how->outcome != OUTCOME_FILED)
			rc = follow_tx(s, &t, how->outcome, e);
	}
	buf_done(&list);
	if (rc != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE held SET outcome = ?, words = ?,"
	    " outcome_ms = ? WHERE deposit = ? AND late = 1"
	    " AND outcome IS NULL");
	db_bind_int(q, 1, how->outcome);
	bind_words(q, 2, how->words);
	db_bind_int(q, 3, at_ms);
	db_bind_hash(q, 4, item);
	if (db_run(q, e) != 0)
		return -1;
	*news |= db_changes(s->db) > 0;
	return 0;
}
