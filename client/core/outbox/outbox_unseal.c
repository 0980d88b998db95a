/*
 * Taking apart what was refused. A group goes as a whole, and the line of a
 * device in a space breaks at the refused item, so everything queued for any
 * space the refusal touches is taken apart together.
 */
#include "client/core/outbox/outbox.h"

#include <string.h>

#include "client/core/local/places.h"
#include "common/base/mem.h"

struct waiting {
	int64_t oid, group;
	struct id space;
	struct hash id;
	enum changeset_kind kind;
	bool out; /* to be taken apart */
};

struct queue {
	struct waiting *list;
	size_t count;
};

static int
load_queue(struct store *s, struct queue *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT oid, grp, space, "
	    "id, kind FROM outgoing WHERE state = 1 ORDER BY oid");
	struct buf list;
	int rc;

	buf_init(&list, SIZE_MAX);
	out->count = 0;
	out->list = NULL;
	while ((rc = db_step(q, e)) == 1) {
		struct waiting w = { .oid = db_int(q, 0),
			.group = db_int(q, 1),
			.kind = (enum changeset_kind)db_int(q, 4) };

		(void)db_id(q, 2, &w.space);
		(void)db_hash(q, 3, &w.id);
		buf_add(&list, &w, sizeof(w));
		out->count++;
	}
	if (rc == 0)
		rc = buf_check(&list, "the outbox", e);
	if (rc == 0 && out->count > 0) {
		out->list = mem_new(list.len);
		memcpy(out->list, list.data, list.len);
	}
	buf_done(&list);
	return rc;
}

static bool
space_is_out(const struct queue *q, const struct id *space)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		if (q->list[i].out && id_eq(&q->list[i].space, space))
			return true;
	return false;
}

static bool
group_is_out(const struct queue *q, int64_t group)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		if (q->list[i].out && q->list[i].group == group)
			return true;
	return false;
}

/* Until nothing is added: whole groups, whole spaces. */
static void
spread(struct queue *q, const struct id *space)
{
	bool moved = true;
	size_t i;

	for (i = 0; i < q->count; i++)
		q->list[i].out = id_eq(&q->list[i].space, space);
	while (moved) {
		moved = false;
		for (i = 0; i < q->count; i++)
			if (!q->list[i].out &&
			    (group_is_out(q, q->list[i].group) ||
			    space_is_out(q, &q->list[i].space)))
				moved = q->list[i].out = true;
	}
}

static int
run_int(struct store *s, const char *sql, int64_t v, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_int(q, 1, v);
	return db_run(q, e);
}

static int
run_hash(struct store *s, const char *sql, const struct hash *h,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_hash(q, 1, h);
	return db_run(q, e);
}

static int
run_id(struct store *s, const char *sql, const struct id *id, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_id(q, 1, id);
	return db_run(q, e);
}

/* By what the hub says of its clock in this contact: the own one may be what
 * is wrong with the order. */
static bool
is_timely(const struct store *s, const struct directory_entry *d)
{
	return roster_order_timely(d, s->contact_ms != 0 ? s->contact_ms :
	    store_now_ms(s));
}

/* Whether the directory as it stands here would take it. The hub's word alone
 * must not make an officer's revocation go away; of an order it may, which is
 * of its day and is signed anew (9.5). */
static bool
is_wanted(struct store *s, const struct changeset *cs)
{
	struct directory_entry *d = mem_new(sizeof(*d));
	struct roster log; /* what the hub has of it */
	struct err e;
	bool wanted;

	roster_init(&log);
	wanted = cs->has_bodies &&
	    directory_decode(cs->bodies[0], d, &e) == 0 &&
	    store_roster_before(s, PLACE_LOST, &log, &e) == 0 &&
	    roster_judge(&log, cs, d) == VERDICT_ACCEPTED && is_timely(s, d);
	roster_done(&log);
	mem_free(d);
	return wanted;
}

/*
 * An officer's entry exists nowhere else: it is signed again with the next
 * counter, unless the directory itself does not want it. What the office root
 * signed can only be signed by it.
 */
static int
again_tx(struct store *s, struct view bytes, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct outbox_item in = { .kind = CHANGESET_DIRECTORY };
	struct hash id;
	int64_t oid;
	int rc = changeset_decode(bytes, cs, e);

	if (rc == 0 && id_eq(&cs->h.author, &s->me->device) &&
	    is_wanted(s, cs)) {
		in.seen = cs->h.seen;
		in.clear = cs->bodies[0];
		in.group = outbox_group(s);
		rc = outbox_add_tx(s, &in, &id, &oid, e);
	}
	mem_free(cs);
	return rc;
}

static int
take_apart_tx(struct store *s, const struct waiting *w, struct err *e)
{
	enum outgoing_state state;
	struct buf bytes;
	int rc = 0;

	if (run_int(s, "UPDATE version SET state = 1, outgoing = NULL, "
	    "idx = 0 WHERE state IN (1, 2, 4) AND state = 2 AND outgoing = ?",
	    w->oid, e) != 0 ||
	    run_hash(s, "UPDATE held SET deposit = NULL WHERE deposit = ? "
	    "AND outcome IS NULL", &w->id, e) != 0 ||
	    run_hash(s, "UPDATE review SET letter = NULL WHERE letter = ?",
	    &w->id, e) != 0 || run_hash(s, "UPDATE memo SET letter = NULL "
	    "WHERE letter = ?", &w->id, e) != 0 ||
	    (w->kind == CHANGESET_ERASE && run_hash(s, "UPDATE erase_ask SET "
	    "order_id = NULL WHERE order_id = ?", &w->id, e) != 0) ||
	    (w->kind == CHANGESET_LETTER && run_hash(s, "UPDATE decision SET "
	    "letter = NULL WHERE letter = ?", &w->id, e) != 0))
		return -1;
	buf_init(&bytes, 2 * CHANGESET_BYTES_MAX);
	if (w->kind == CHANGESET_DIRECTORY)
		rc = outbox_find(s, &w->id, &state, &bytes, e);
	if (rc >= 0)
		rc = run_int(s, "UPDATE outgoing SET state = 3 WHERE oid = ?",
		    w->oid, e);
	if (rc == 0 && w->kind == CHANGESET_DIRECTORY)
		rc = again_tx(s, buf_view(&bytes), e);
	buf_done(&bytes);
	return rc;
}

/* Epochs and statements of the space are this device's plans again. */
static int
forget_plans_tx(struct store *s, const struct id *space, struct err *e)
{
	if (run_id(s, "DELETE FROM epoch WHERE space = ? AND seq IS NULL",
	    space, e) != 0 ||
	    run_id(s, "UPDATE access SET item = NULL WHERE space = ? AND "
	    "seq IS NULL", space, e) != 0 ||
	    run_id(s, "UPDATE space SET epoch = coalesce((SELECT max(number) "
	    "FROM epoch WHERE epoch.space = space.id), 0) WHERE id = ?",
	    space, e) != 0)
		return -1;
	/* An answer that was not taken is none. */
	if (run_id(s, "UPDATE complaint SET state = 2 WHERE space = ?1 AND "
	    "state = 3 AND epoch = (SELECT id FROM epoch WHERE space = ?1 "
	    "ORDER BY number DESC LIMIT 1)", space, e) != 0)
		return -1;
	return run_id(s, "UPDATE own_line SET last_id = acked_id, "
	    "last_seen = acked_seen WHERE space = ?", space, e);
}

int
outbox_unseal_tx(struct store *s, const struct id *space, struct err *e)
{
	struct queue q;
	size_t i;
	int rc = load_queue(s, &q, e);

	if (rc == 0)
		spread(&q, space);
	/* Lines first: what is signed again goes on from them. */
	for (i = 0; rc == 0 && i < q.count; i++)
		if (q.list[i].out)
			rc = forget_plans_tx(s, &q.list[i].space, e);
	for (i = 0; rc == 0 && i < q.count; i++)
		if (q.list[i].out)
			rc = take_apart_tx(s, &q.list[i], e);
	mem_free(q.list);
	return rc;
}
