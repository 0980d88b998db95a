/*
 * Accepted text under review, as keepers see it: by the item that carried it,
 * because what was sent together was mostly written together. Each text in it
 * gets a review record of its own; the author gets one letter.
 */
#include "client/core/consent/review_parts.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#define TEXTS_MAX CHANGESET_BODIES_MAX

/* ---- which ---- */

struct keeping { /* the space last asked for */
	struct id space;
	bool known, keeps;
};

static int
keeps(struct store *s, const struct id *space, struct keeping *k,
    struct err *e)
{
	enum right right = RIGHT_NONE;

	if (k->known && id_eq(&k->space, space))
		return 0;
	if (spaces_right(s, space, &right, e) != 0)
		return -1;
	k->space = *space;
	k->known = true;
	k->keeps = right == RIGHT_KEEP;
	return 0;
}

struct found {
	struct id space;
	struct hash item;
};

static int
find_items(struct store *s, bool decided, struct found *list, size_t *n,
    struct err *e)
{
	struct stmt *q = decided ?
	    db_prepare(s->db, "SELECT space, item, max(decided_ms) AS at"
	        " FROM decision WHERE item IS NOT NULL GROUP BY item"
	        " ORDER BY at DESC LIMIT 1024") :
	    db_prepare(s->db, "SELECT DISTINCT i.space, i.id FROM version v"
	        " JOIN item i ON i.seq = v.seq JOIN record r ON r.rid = v.rid"
	        " WHERE v.state = 5 AND NOT EXISTS (SELECT 1 FROM decision d"
	        " WHERE d.record = r.id AND d.origin = v.origin"
	        " AND d.hlc = v.hlc) AND i.space NOT IN (SELECT id FROM space"
	        " WHERE hidden = 1) ORDER BY i.seq DESC LIMIT 1024");
	int rc;

	*n = 0;
	while ((rc = db_step(q, e)) == 1 && *n < REVIEW_LIST_MAX) {
		if (db_id(q, 0, &list[*n].space) == 0 &&
		    db_hash(q, 1, &list[*n].item) == 0)
			++*n;
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

int
review_text_ids(struct store *s, bool decided, struct hash *ids, size_t *n,
    struct err *e)
{
	struct found *list = mem_new(REVIEW_LIST_MAX * sizeof(*list));
	struct keeping k = { .known = false };
	size_t i, count;
	int rc = find_items(s, decided, list, &count, e);

	*n = 0;
	for (i = 0; rc == 0 && i < count; i++) {
		rc = keeps(s, &list[i].space, &k, e);
		if (rc == 0 && k.keeps)
			ids[(*n)++] = list[i].item;
	}
	mem_free(list);
	return rc;
}

/* ---- one item ---- */

static int
list_texts(struct store *s, const struct hash *item,
    struct decision_text *list, size_t *n, struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT v.rid, r.id, v.origin,"
	    " v.hlc, i.accept_ms, i.space FROM item i JOIN version v"
	    " ON v.seq = i.seq AND v.state = 5 JOIN record r ON r.rid = v.rid"
	    " WHERE i.id = ? AND NOT EXISTS (SELECT 1 FROM decision d"
	    " WHERE d.record = r.id AND d.origin = v.origin"
	    " AND d.hlc = v.hlc) ORDER BY v.idx");
	int rc;

	*n = 0;
	db_bind_hash(q, 1, item);
	while ((rc = db_step(q, e)) == 1 && *n < TEXTS_MAX) {
		struct decision_text *t = &list[(*n)++];

		memset(t, 0, sizeof(*t));
		t->rid = db_int(q, 0);
		(void)db_id(q, 1, &t->record);
		(void)db_id(q, 2, &t->ref.origin);
		t->ref.hlc = (uint64_t)db_int(q, 3);
		t->item = *item;
		t->accept_ms = db_int(q, 4);
		(void)db_id(q, 5, space);
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
fill_text(struct values *v, const struct decision_text *t,
    struct review_item *item, struct err *e)
{
	struct stmt *q = db_prepare(v->s->db, "SELECT body FROM version"
	    " WHERE rid = ? AND hlc = ? AND origin = ?");
	struct record_item *r = &item->records[item->record_count];
	struct record *rec;
	struct buf body;
	struct view b;
	int rc;

	db_bind_int(q, 1, t->rid);
	db_bind_int(q, 2, (int64_t)t->ref.hlc);
	db_bind_id(q, 3, &t->ref.origin);
	rc = db_step(q, e);
	buf_init(&body, CHANGESET_BODY_MAX);
	b = rc == 1 ? db_blob(q, 0) : view_of(NULL, 0);
	buf_add(&body, b.data, b.len);
	db_reset(q);
	rec = mem_new(sizeof(*rec));
	if (rc == 1 && body.len > 0) {
		item->record_count++;
		rc = record_decode(buf_view(&body), rec, e) != 0 ||
		    review_item_of(v, rec, r, e) != 0 ? -1 : 0;
		r->held = true;
	}
	mem_free(rec);
	buf_done(&body);
	return rc < 0 ? -1 : 0;
}

/* Who sent it and when; how it was decided, if it was. */
static int
fill_head(struct values *v, const struct hash *id, struct review_item *item,
    struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(v->s->db, "SELECT i.space, i.author,"
	    " i.accept_ms, d.outcome, d.basis FROM item i"
	    " LEFT JOIN decision d ON d.item = i.id WHERE i.id = ?"
	    " ORDER BY d.seq IS NULL, d.seq LIMIT 1");
	struct id author;
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	if (rc == 1) {
		(void)db_id(q, 0, space);
		(void)db_id(q, 1, &author);
		item->accept_ms = db_int(q, 2);
		item->outcome = (int)db_int(q, 3);
		item->basis = mem_dup(db_text(q, 4));
	}
	db_reset(q);
	if (rc == 1)
		item->author = mem_dup(value_author(v, &author));
	return rc;
}

int
review_text_fill(struct values *v, const struct hash *id,
    struct review_item *item, struct err *e)
{
	struct decision_text *list;
	struct id space;
	size_t i, n = 0;
	int rc = fill_head(v, id, item, &space, e);

	if (rc != 1)
		return rc;
	item->id = *id;
	item->late = true;
	list = mem_new(TEXTS_MAX * sizeof(*list));
	rc = list_texts(v->s, id, list, &n, &space, e);
	if (n > 0)
		item->outcome = 0; /* some of it still waits */
	item->records = mem_new((n + 1) * sizeof(*item->records));
	for (i = 0; rc == 0 && i < n; i++)
		rc = fill_text(v, &list[i], item, e);
	mem_free(list);
	return rc == 0 ? review_place(v->s, &space, item, e) : -1;
}

/* ---- deciding ---- */

static int
decide_one_tx(struct store *s, const struct review_decision *d,
    const struct id *space, const struct decision_text *t, struct err *e)
{
	struct decision_at at = { .space = *space, .keeper = s->me->device,
	    .seq = UINT64_MAX, .at_ms = store_now_ms(s) };
	struct record *rec = mem_new(sizeof(*rec));
	bool moved;
	int rc = review_record_tx(s, d, space, t, rec, e);

	if (rc == 0)
		rc = decision_take_tx(s, rec, &at, &moved, e);
	mem_free(rec);
	return rc;
}

static int
is_decided(struct store *s, const struct hash *item, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT 1 FROM decision WHERE item = ? LIMIT 1");
	int rc;

	db_bind_hash(q, 1, item);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

int
review_text_decide_tx(struct store *s, const struct review_decision *d,
    struct err *e)
{
	struct decision_text *list = mem_new(TEXTS_MAX * sizeof(*list));
	struct id space;
	size_t i, n = 0;
	int rc = list_texts(s, &d->id, list, &n, &space, e);

	if (rc == 0 && n == 0) {
		rc = is_decided(s, &d->id, e);
		if (rc == 1)
			rc = err_set(e, ERR_CLASH,
			    "this review has been decided already");
		goto out;
	}
	if (rc == 0)
		rc = review_check(s, d, &space, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = decide_one_tx(s, d, &space, &list[i], e);
	rc = rc == 0 ? 1 : -1;
out:
	mem_free(list);
	return rc;
}

/* ---- counting ---- */

int
review_text_count(struct store *s, size_t *n, struct err *e)
{
	struct hash *ids = mem_new(REVIEW_LIST_MAX * sizeof(*ids));
	int rc = review_text_ids(s, false, ids, n, e);

	mem_free(ids);
	return rc;
}
