/*
 * A complaint says nothing but which epoch: what it is worth, the keeper's own
 * client judges. It opens nothing to anybody who is not wanted, because the
 * next epoch lists exactly who is (door.c).
 */
#include "client/core/accord/complaints.h"

#include <string.h>

#include "client/core/outbox/sealing.h"
#include "common/base/mem.h"
#include "common/wire/cbor.h"

#define DAY_MS INT64_C(86400000)

enum { OWN = 1, WAITS = 2 }; /* 3 answered */

static int
save_tx(struct store *s, const struct complaint *c, int state, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT OR IGNORE INTO complaint"
	    " (epoch, device, space, at_ms, state) VALUES (?, ?, ?, ?, ?)");

	db_bind_hash(q, 1, &c->epoch);
	db_bind_id(q, 2, &c->device);
	db_bind_id(q, 3, &c->space);
	db_bind_int(q, 4, c->at_ms);
	db_bind_int(q, 5, state);
	return db_run(q, e);
}

/* ---- out ---- */

static int
list_shut(struct store *s, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT s.id FROM space s"
	    " JOIN epoch p ON p.space = s.id AND p.number = s.epoch"
	    " WHERE p.key IS NULL AND p.seq IS NOT NULL AND s.state <> 2"
	    " AND NOT EXISTS (SELECT 1 FROM complaint c"
	    " WHERE c.epoch = p.id AND c.device = ?)");
	struct id id;
	int rc;

	db_bind_id(q, 1, &s->me->device);
	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(ids, &id, sizeof(id));
	return rc != 0 ? -1 : buf_check(ids, "a list of sections", e);
}

/* A keeper goes on from the last key there is, and complains to nobody. */
static bool
complains(const struct store *s, const struct space_epoch *ep)
{
	const struct epoch_recipient *me = epoch_find(&ep->ep,
	    &s->me->device);

	return me != NULL && me->right < RIGHT_KEEP &&
	    store_now_ms(s) < me->until_ms;
}

static int
send_tx(struct store *s, const struct space_epoch *ep, struct err *e)
{
	struct complaint c = { ep->ep.space, s->me->device, ep->id,
		store_now_ms(s) };
	struct sealing *l = mem_new(sizeof(*l));
	const struct roster_device *d;
	struct buf plain;
	struct hash id;
	size_t i;
	int rc;

	l->s = s;
	l->space = &ep->ep.space;
	l->epoch = ep->ep.number;
	l->letter.kind = LETTER_COMPLAINT;
	l->letter.about = ep->id;
	for (i = 0; i < ep->ep.recipient_count; i++) {
		d = roster_live(&s->roster, &ep->ep.recipients[i].device,
		    ROSTER_NOW);
		if (ep->ep.recipients[i].right == RIGHT_KEEP && d != NULL)
			sealing_to(l, d);
	}
	buf_init(&plain, 16);
	cbor_put_map(&plain, 0);
	rc = save_tx(s, &c, OWN, e);
	if (rc == 0)
		rc = sealing_send_tx(l, buf_view(&plain), &id, e);
	buf_done(&plain);
	mem_free(l);
	return rc;
}

static int
queue_one(struct store *s, const struct id *space, size_t *queued,
    struct err *e)
{
	struct space_epoch ep;
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	if (rc == 1)
		rc = spaces_epoch_find(s, space, sp.epoch, &ep, e);
	if (rc != 1)
		return rc;
	rc = 0;
	if (complains(s, &ep)) {
		rc = db_begin(s->db, e);
		if (rc == 0 && (send_tx(s, &ep, e) != 0 ||
		    db_commit(s->db, e) != 0)) {
			db_rollback(s->db);
			rc = -1;
		}
		*queued += rc == 0 ? 1 : 0;
	}
	space_epoch_done(&ep);
	return rc;
}

int
complaints_queue(struct store *s, size_t *queued, struct err *e)
{
	struct buf ids;
	struct id id;
	size_t i;
	int rc;

	*queued = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	buf_init(&ids, SIZE_MAX);
	rc = list_shut(s, &ids, e);
	for (i = 0; rc == 0 && i < ids.len; i += sizeof(id)) {
		memcpy(&id, ids.data + i, sizeof(id));
		rc = queue_one(s, &id, queued, e);
	}
	buf_done(&ids);
	return rc;
}

/* ---- in ---- */

int
complaints_take_tx(struct store *s, const struct complaint *c, bool *news,
    struct err *e)
{
	struct space_epoch ep;
	struct space sp;
	int rc = spaces_find(s, &c->space, &sp, e);

	*news = false;
	if (rc == 1)
		rc = spaces_epoch_find(s, &c->space, sp.epoch, &ep, e);
	if (rc != 1)
		return rc;
	*news = hash_eq(&ep.id, &c->epoch) &&
	    epoch_find(&ep.ep, &c->device) != NULL;
	space_epoch_done(&ep);
	return *news ? save_tx(s, c, WAITS, e) : 0;
}

int
complaints_wait(struct store *s, const struct space_epoch *ep, bool *out,
    struct err *e)
{
	/* Not who was answered within a day. */
	struct stmt *q = db_prepare(s->db, "SELECT device FROM complaint c"
	    " WHERE epoch = ?1 AND state = 2 AND NOT EXISTS (SELECT 1"
	    " FROM complaint a WHERE a.space = c.space"
	    " AND a.device = c.device AND a.state = 3 AND a.at_ms > ?2)");
	struct id device;
	int rc;

	*out = false;
	db_bind_hash(q, 1, &ep->id);
	db_bind_int(q, 2, store_now_ms(s) - DAY_MS);
	while ((rc = db_step(q, e)) == 1)
		*out |= db_id(q, 0, &device) == 0 &&
		    epoch_find(&ep->ep, &device) != NULL;
	return rc;
}

int
complaints_answered_tx(struct store *s, const struct id *space,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE complaint SET state = 3,"
	    " at_ms = ? WHERE space = ? AND state = 2");

	db_bind_int(q, 1, store_now_ms(s));
	db_bind_id(q, 2, space);
	return db_run(q, e);
}
