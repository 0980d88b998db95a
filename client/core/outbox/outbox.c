/*
 * The queue itself: sealing into it, receipts, taking apart. The line of this
 * device in a space (own_line) remembers the highest counter ever used, so
 * that a refused item's counter is not used again, and what the newest
 * accepted item was, so that the line can go on from there.
 */
#include "client/core/outbox/outbox.h"

#include <string.h>

#include "client/core/local/versions.h"
#include "client/core/outbox/stamps.h"
#include "common/base/mem.h"
#include "common/rules/time.h"
#include "common/wire/cbor.h"

#define TIDY_AT_ONCE 64

struct line {
	int64_t counter;
	struct hash last_id, acked_id;
	int64_t last_seen, acked_seen, acked_counter;
};

int64_t
outbox_group(struct store *s)
{
	int64_t group;
	struct id id;

	(void)s;
	id_random(&id);
	memcpy(&group, id.b, sizeof(group));
	return group & INT64_MAX;
}

/* ---- the own line ---- */

/* Before the first item here: where the log says this device stands. */
static int
begin_line(struct store *s, const struct id *space, struct line *l,
    struct err *e)
{
	struct admit_author a;
	int rc;

	memset(l, 0, sizeof(*l));
	memset(&a, 0, sizeof(a));
	if (s->restored)
		l->counter = OUTBOX_GAP;
	rc = spaces_author_find(s, space, &s->me->device, &a, e);
	if (rc <= 0)
		return rc;
	l->counter = l->acked_counter = (int64_t)a.counter;
	if (s->restored)
		l->counter += OUTBOX_GAP;
	l->last_id = l->acked_id = a.last_id;
	l->last_seen = l->acked_seen = (int64_t)a.seen_size;
	return 0;
}

static int
load_line(struct store *s, const struct id *space, struct line *l,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT counter, last_id, "
	    "last_seen, acked_id, acked_seen, acked_counter "
	    "FROM own_line WHERE space = ?");
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return begin_line(s, space, l, e);
	l->counter = db_int(q, 0);
	l->last_seen = db_int(q, 2);
	l->acked_seen = db_int(q, 4);
	l->acked_counter = db_int(q, 5);
	rc = db_hash(q, 1, &l->last_id) | db_hash(q, 3, &l->acked_id);
	db_reset(q);
	return rc == 0 ? 0 : err_set(e, ERR_LOCAL,
	    "the outbox is damaged: a line without its last item");
}

/* Nobody claims to have seen less than the log had when it was listed: also
 * who wrote before, in a section that another device began again after a hub
 * had lost how it began (schema/rules.md 1.4, 12.8). */
static int
find_line(struct store *s, const struct id *space, struct line *l,
    struct err *e)
{
	struct admit_author a;

	memset(&a, 0, sizeof(a));
	if (load_line(s, space, l, e) != 0 ||
	    spaces_author_find(s, space, &s->me->device, &a, e) < 0)
		return -1;
	if ((int64_t)a.listed_size > l->last_seen)
		l->last_seen = (int64_t)a.listed_size;
	return 0;
}

static int
save_line_tx(struct store *s, const struct id *space, const struct line *l,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT OR REPLACE INTO own_line "
	    "(space, counter, last_id, last_seen, acked_id, acked_seen, "
	    "acked_counter) VALUES (?, ?, ?, ?, ?, ?, ?)");

	db_bind_id(q, 1, space);
	db_bind_int(q, 2, l->counter);
	db_bind_hash(q, 3, &l->last_id);
	db_bind_int(q, 4, l->last_seen);
	db_bind_hash(q, 5, &l->acked_id);
	db_bind_int(q, 6, l->acked_seen);
	db_bind_int(q, 7, l->acked_counter);
	return db_run(q, e);
}

int
outbox_leave_tx(struct store *s, struct err *e)
{
	return db_exec(s->db, "DELETE FROM own_line", e);
}

/* ---- adding ---- */

static int
seal(struct store *s, const struct outbox_item *in,
    struct changeset_header *h, struct buf *out, struct hash *id,
    struct err *e)
{
	struct changeset_seal_in seal_in = { in->key, in->plain, in->count,
		&s->me->sign };

	if (in->kind == CHANGESET_CONTENT || in->kind == CHANGESET_ACCESS)
		return changeset_seal(h, &seal_in, out, id, e);
	return changeset_clear(h, in->clear, &s->me->sign, out, id, e);
}

static int
queue_tx(struct store *s, const struct outbox_item *in, const struct hash *id,
    struct view bytes, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO outgoing "
	    "(id, space, kind, grp, bytes, state, made_ms) "
	    "VALUES (?, ?, ?, ?, ?, 1, ?)");

	db_bind_hash(q, 1, id);
	db_bind_id(q, 2, &in->space);
	db_bind_int(q, 3, in->kind);
	db_bind_int(q, 4, in->group);
	db_bind_view(q, 5, bytes);
	db_bind_int(q, 6, tick_wall_ms(&s->tick));
	return db_run(q, e);
}

int
outbox_add_tx(struct store *s, const struct outbox_item *in, struct hash *id,
    int64_t *oid, struct err *e)
{
	struct changeset_header *h;
	struct line l;
	struct buf bytes;
	int rc = -1;

	if (s->stopped)
		return err_set(e, ERR_DENIED, "nothing is sent from this "
		    "device: what it holds and what the hub shows do not "
		    "agree; see tugi status");
	h = mem_new(sizeof(*h));
	buf_init(&bytes, CHANGESET_BYTES_MAX);
	if (find_line(s, &in->space, &l, e) != 0)
		goto out;
	h->seen = in->seen;
	/* What text claims never runs back; the rest stands outside that. */
	if (in->kind == CHANGESET_CONTENT &&
	    (int64_t)admit_seen(&s->roster, &h->seen) < l.last_seen) {
		h->seen.log_id = store_log_id(s);
		h->seen.size = (uint64_t)l.last_seen;
	}
	h->kind = in->kind;
	h->space = in->space;
	h->epoch = in->epoch;
	h->author = s->me->device;
	h->counter = (uint64_t)(l.counter + 1);
	h->prev_own = l.last_id;
	if (seal(s, in, h, &bytes, id, e) != 0 ||
	    queue_tx(s, in, id, buf_view(&bytes), e) != 0)
		goto out;
	*oid = db_last_rowid(s->db);
	l.counter++;
	l.last_id = *id;
	if (in->kind == CHANGESET_CONTENT)
		l.last_seen = (int64_t)admit_seen(&s->roster, &h->seen);
	rc = save_line_tx(s, &in->space, &l, e);
out:
	buf_done(&bytes);
	mem_free(h);
	return rc;
}

/* ---- receipts ---- */

int
outbox_find(struct store *s, const struct hash *id,
    enum outgoing_state *state, struct buf *bytes, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT state, bytes FROM outgoing WHERE id = ?");
	struct view v;
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	*state = (enum outgoing_state)db_int(q, 0);
	v = db_blob(q, 1);
	buf_add(bytes, v.data, v.len);
	db_reset(q);
	return buf_check(bytes, "a changeset in the outbox", e) != 0 ? -1 : 1;
}

static void
encode_receipt(const struct proto_receipt *r, struct buf *out)
{
	cbor_put_array(out, 4);
	cbor_put_uint(out, r->seq);
	cbor_put_uint(out, r->sseq);
	cbor_put_int(out, r->accept_ms);
	cbor_put_bytes(out, view_of(r->inclusion.nodes, r->inclusion.count *
	    sizeof(r->inclusion.nodes[0])));
}

/* 1: it waited for this, 0: it did not, -1. */
static int
file_receipt_tx(struct store *s, const struct hash *id,
    const struct proto_receipt *r, int64_t *oid, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT oid FROM outgoing WHERE id = ? AND state <> 2");
	struct buf receipt;
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	*oid = db_int(q, 0);
	db_reset(q);
	buf_init(&receipt, 64 + sizeof(r->inclusion.nodes));
	encode_receipt(r, &receipt);
	q = db_prepare(s->db, "UPDATE outgoing SET state = 2, verdict = 0, "
	    "acked_ms = ?, seq = ?, receipt = ? WHERE oid = ?");
	db_bind_int(q, 1, tick_wall_ms(&s->tick));
	db_bind_int(q, 2, (int64_t)r->seq);
	db_bind_view(q, 3, buf_view(&receipt));
	db_bind_int(q, 4, *oid);
	rc = db_run(q, e) == 0 ? 1 : -1;
	buf_done(&receipt);
	return rc;
}

struct sent_version {
	int64_t rid;
	uint64_t hlc;
	struct id origin;
	int64_t type;
};

/* At most CHANGESET_BODIES_MAX of them; read first, because one statement
 * cannot walk an index that another one changes. */
static int
list_sent(struct store *s, int64_t oid, struct sent_version *list, size_t *n,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT v.rid, v.hlc, v.origin, "
	    "r.type FROM version v JOIN record r ON r.rid = v.rid "
	    "WHERE v.state IN (1, 2, 4) AND v.state = 2 AND v.outgoing = ?");
	int rc;

	*n = 0;
	db_bind_int(q, 1, oid);
	while ((rc = db_step(q, e)) == 1 && *n < CHANGESET_BODIES_MAX) {
		struct sent_version *v = &list[(*n)++];

		v->rid = db_int(q, 0);
		v->hlc = (uint64_t)db_int(q, 1);
		(void)db_id(q, 2, &v->origin);
		v->type = db_int(q, 3);
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
place_version_tx(struct store *s, const struct sent_version *v, uint64_t eff,
    uint64_t seq, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE version SET state = 3, "
	    "seq = ?, eff = ? WHERE rid = ? AND hlc = ? AND origin = ?");

	db_bind_int(q, 1, (int64_t)seq);
	db_bind_int(q, 2, (int64_t)eff);
	db_bind_int(q, 3, v->rid);
	db_bind_int(q, 4, (int64_t)v->hlc);
	db_bind_id(q, 5, &v->origin);
	return db_run(q, e);
}

static int
place_versions_tx(struct store *s, const struct changeset *cs, int64_t oid,
    const struct proto_receipt *r, struct outbox_sent *sent, struct err *e)
{
	struct sent_version list[CHANGESET_BODIES_MAX];
	int64_t seen_ms;
	size_t i, n;
	uint64_t eff, top = 0;

	if (stamps_seen(s, &cs->h.space, &cs->h.seen, &seen_ms, e) != 0 ||
	    list_sent(s, oid, list, &n, e) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		eff = time_effective(list[i].hlc, seen_ms, r->accept_ms);
		top = eff > top ? eff : top;
		if (place_version_tx(s, &list[i], eff, r->seq, e) != 0)
			return -1;
		if (list[i].type == TYPE_NOTE)
			sent->notes++;
		else
			sent->changes++;
	}
	return stamps_absorb_tx(s, top, r->accept_ms, e);
}

static int
extend_line_tx(struct store *s, const struct changeset *cs, struct err *e)
{
	struct line l;

	/* The office root's entries pass through here too. */
	if (!id_eq(&cs->h.author, &s->me->device))
		return 0;
	if (find_line(s, &cs->h.space, &l, e) != 0)
		return -1;
	if ((int64_t)cs->h.counter < l.acked_counter)
		return 0;
	l.acked_counter = (int64_t)cs->h.counter;
	l.acked_id = cs->id;
	if (cs->h.kind == CHANGESET_CONTENT)
		l.acked_seen = (int64_t)admit_seen(&s->roster, &cs->h.seen);
	if (l.acked_counter >= l.counter) {
		l.counter = l.acked_counter;
		l.last_id = l.acked_id;
		l.last_seen = l.acked_seen;
	}
	return save_line_tx(s, &cs->h.space, &l, e);
}

int
outbox_accept_tx(struct store *s, const struct changeset *cs,
    const struct proto_receipt *r, struct outbox_sent *sent, struct err *e)
{
	int64_t oid;
	int rc;

	if (extend_line_tx(s, cs, e) != 0)
		return -1;
	rc = file_receipt_tx(s, &cs->id, r, &oid, e);
	if (rc != 1 || cs->h.kind != CHANGESET_CONTENT)
		return rc < 0 ? -1 : 0;
	return place_versions_tx(s, cs, oid, r, sent, e);
}

int
outbox_tidy_tx(struct store *s, struct err *e)
{
	int64_t before = tick_wall_ms(&s->tick) - OUTBOX_KEEP_MS;
	int i, rc;

	/* The oldest first: the usual answer costs one row. What was taken and
	 * has not come back at its place stays, as a deposit in a section that
	 * is closed: when that opens again it comes as a header alone, and
	 * without these bytes it would look like a copy of this device. */
	for (i = 0; i < TIDY_AT_ONCE; i++) {
		struct stmt *q = db_prepare(s->db, "SELECT oid, state, "
		    "coalesce(acked_ms, made_ms) FROM outgoing "
		    "WHERE state <> 2 OR EXISTS (SELECT 1 FROM item WHERE "
		    "item.id = outgoing.id) ORDER BY oid LIMIT 1");
		int64_t oid;

		rc = db_step(q, e);
		if (rc != 1)
			return rc;
		oid = db_int(q, 0);
		if (db_int(q, 1) == OUTGOING_READY || db_int(q, 2) >= before)
			rc = 0;
		db_reset(q);
		if (rc == 0)
			return 0;
		q = db_prepare(s->db, "DELETE FROM outgoing WHERE oid = ?");
		db_bind_int(q, 1, oid);
		if (db_run(q, e) != 0)
			return -1;
	}
	return 0;
}
