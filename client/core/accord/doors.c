/*
 * Doors: which spaces need a look, and what must go to the hub together.
 *
 * Called by each sync between pulling and sealing. What one consent says about
 * several spaces is one group, all or nothing; opening that cannot go as a
 * whole waits, closing does not wait for it. How one space is judged and put
 * right is door.c's.
 */
#include "client/core/accord/doors.h"

#include <string.h>

#include "client/core/accord/door.h"
#include "client/core/accord/overrides.h"
#include "client/core/accord/statements.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"

#define SEEN_TO "doors.seen"   /* log place up to which doors are settled */
#define GROUPS_AT_ONCE 64      /* in one transaction */
#define LAG_MAX 1024           /* places of the log looked at once more */
#define NEXT_END "doors.next"  /* when the next right ends by itself */

/* ---- groups: what one consent says, goes all or not at all ---- */

struct doors {
	struct store *s;
	struct door **list;
	size_t count, max;
	size_t rekeyed;
	bool left;         /* something could not be settled now */
	int64_t next_end;
};

static void
join(struct doors *ds, size_t from, size_t to)
{
	size_t i;

	for (i = 0; from != to && i < ds->count; i++)
		if (ds->list[i]->group == from)
			ds->list[i]->group = to;
}

static bool
shares(const struct door *a, const struct door *b)
{
	size_t i, j;

	for (i = 0; i < a->waiting_count; i++)
		for (j = 0; j < b->waiting_count; j++)
			if (!id_is_zero(&a->waiting[i].consent) && id_eq(
			    &a->waiting[i].consent, &b->waiting[j].consent))
				return true;
	return false;
}

/* Only spaces of one case share a consent. */
static void
make_groups(struct doors *ds)
{
	size_t i, j;

	for (i = 0; i < ds->count; i++)
		ds->list[i]->group = i;
	for (i = 0; i < ds->count; i++)
		for (j = i + 1; j < ds->count; j++)
			if (ds->list[i]->group != ds->list[j]->group &&
			    ds->list[i]->waiting_count > 0 &&
			    id_eq(&ds->list[i]->sp.case_id,
			    &ds->list[j]->sp.case_id) &&
			    shares(ds->list[i], ds->list[j]))
				join(ds, ds->list[j]->group,
				    ds->list[i]->group);
}

static int
queue_list_tx(struct doors *ds, struct door **list, size_t n, struct err *e)
{
	int64_t group = outbox_group(ds->s);
	size_t i;

	for (i = 0; i < n; i++)
		if (door_queue_tx(list[i], group, &ds->rekeyed, e) != 0)
			return -1;
	ds->left = true; /* looked at again once its outcome is known */
	return 0;
}

static int
settle_group_tx(struct doors *ds, size_t group, struct err *e)
{
	struct door **list = mem_new((ds->count + 1) * sizeof(struct door *));
	size_t i, n = 0;
	bool may = true;
	int rc = 0;

	for (i = 0; i < ds->count; i++)
		if (ds->list[i]->group == group) {
			list[n++] = ds->list[i];
			may &= door_may(ds->list[i]);
		}
	if (n > 0 && may)
		rc = queue_list_tx(ds, list, n, e);
	for (i = 0; !may && rc == 0 && i < n; i++) {
		ds->left = true;
		rc = door_close_only(list[i], e);
		if (rc == 0 && door_acts(list[i]) && door_may(list[i]))
			rc = queue_list_tx(ds, &list[i], 1, e);
	}
	mem_free(list);
	return rc;
}

/* A transaction holds many groups: each is small, and a commit waits for the
 * disk. */
static int
settle_some(struct doors *ds, size_t from, size_t to, struct err *e)
{
	size_t i;

	if (db_begin(ds->s->db, e) != 0)
		return -1;
	for (i = from; i < to; i++)
		if (settle_group_tx(ds, i, e) != 0)
			goto undo;
	if (db_commit(ds->s->db, e) == 0)
		return 0;
undo:
	db_rollback(ds->s->db);
	return -1;
}

/* ---- which spaces to look at ---- */

/* ?1 log place settled before, ?2 look at all. */
static const char candidates[] =
    "SELECT id FROM space WHERE state = 1 AND (?2 OR epoch = 0"
    " OR id IN (SELECT space FROM access WHERE seq >= ?1"
    " OR (seq IS NULL AND item IS NULL))"
    " OR id IN (SELECT space FROM complaint WHERE state = 2)"
    " OR id IN (SELECT space FROM epoch WHERE seq >= ?1))";

static int
look_at_all(struct store *s, int64_t since, bool *all, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM item"
	    " WHERE seq >= ? AND space = zeroblob(16) LIMIT 1");
	int64_t next = 0;
	int rc;

	db_bind_int(q, 1, since);
	rc = db_step(q, e);
	db_reset(q);
	if (rc < 0 || store_get_int(s, NEXT_END, &next, e) < 0)
		return -1;
	*all = rc == 1 || since == 0 || store_now_ms(s) >= next;
	return 0;
}

static int
load_candidates(struct store *s, int64_t since, bool all, struct buf *ids,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, candidates);
	struct view id;
	int rc;

	db_bind_int(q, 1, since);
	db_bind_int(q, 2, all);
	while ((rc = db_step(q, e)) == 1) {
		id = db_blob(q, 0);
		if (id.len == sizeof(struct id))
			buf_add(ids, id.data, id.len);
	}
	return rc != 0 ? -1 : buf_check(ids, "the list of spaces", e);
}

static int
open_all(struct doors *ds, const struct buf *ids, struct err *e)
{
	struct door *d;
	struct id id;
	size_t i;

	ds->max = ids->len / sizeof(id);
	ds->list = mem_new((ds->max + 1) * sizeof(struct door *));
	for (i = 0; i < ds->max; i++) {
		memcpy(id.b, ids->data + i * sizeof(id), sizeof(id.b));
		if (door_open(ds->s, &id, NULL, &d, e) != 0)
			return -1;
		if (d->mine >= RIGHT_WRITE && d->next_end < ds->next_end)
			ds->next_end = d->next_end;
		if (door_acts(d)) {
			ds->list[ds->count++] = d;
			continue;
		}
		ds->left |= d->stuck;
		door_free(d);
	}
	return 0;
}

/* Remember what need not be looked at again. Where nothing came, looking a
 * little further back next time is cheaper than a commit. */
static int
remember(struct doors *ds, int64_t since, bool all, struct err *e)
{
	int64_t next = INT64_MAX;

	if (ds->left || (!all && ds->max == 0 &&
	    (int64_t)ds->s->head.at.size - since < LAG_MAX))
		return 0;
	if (!all && store_get_int(ds->s, NEXT_END, &next, e) < 0)
		return -1;
	if (ds->next_end < next)
		next = ds->next_end;
	if (db_begin(ds->s->db, e) != 0)
		return -1;
	if (store_put_int(ds->s, NEXT_END, next, e) != 0 ||
	    store_put_int(ds->s, SEEN_TO, (int64_t)ds->s->head.at.size,
	    e) != 0 || db_commit(ds->s->db, e) != 0) {
		db_rollback(ds->s->db);
		return -1;
	}
	return 0;
}

/* ---- what was sealed before it was known to be over ---- */

static int
delete_statement_tx(struct store *s, const struct id *space,
    const struct id *id, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "DELETE FROM access WHERE space = ? AND id = ?");

	db_bind_id(q, 1, space);
	db_bind_id(q, 2, id);
	return db_run(q, e);
}

/* Two officers have ordered a takeover there, by this device, and still. */
static bool
has_order(const struct store *s, const struct id *space)
{
	return roster_takeover(&s->roster, space, &s->me->device, UINT64_MAX,
	    store_now_ms(s)) != NULL;
}

/* By the word of two officers for somebody else; a takeover by law is said of
 * oneself. */
static bool
is_by_order(const struct store *s, const struct access *a)
{
	return a->kind == ACCESS_TAKEOVER && !id_eq(&a->person, &s->person);
}

/* What this device is to say by an order that is over, or that a hub has lost
 * and not got back, counts for nobody: it is not said, and an epoch that waits
 * and rests on it is made anew (rules.md 9.5, 12.8). */
static int
unsay_orders(struct store *s, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT space, body FROM access "
	    "WHERE seq IS NULL");
	struct id where[2]; /* space and statement */
	struct access a;
	struct buf gone;
	size_t i;
	int rc;

	buf_init(&gone, SIZE_MAX);
	while ((rc = db_step(q, e)) == 1) {
		(void)db_id(q, 0, &where[0]);
		rc = access_decode(db_blob(q, 1), &a, e);
		if (rc != 0)
			break;
		where[1] = a.id;
		if (is_by_order(s, &a) && !has_order(s, &where[0]))
			buf_add(&gone, where, sizeof(where));
	}
	db_reset(q);
	if (rc == 0)
		rc = buf_check(&gone, "access statements", e);
	if (rc == 0 && gone.len > 0 && (rc = db_begin(s->db, e)) == 0) {
		for (i = 0; rc == 0 && i < gone.len; i += sizeof(where)) {
			memcpy(where, gone.data + i, sizeof(where));
			rc = delete_statement_tx(s, &where[0], &where[1], e);
		}
		rc = db_end(s->db, rc, e);
	}
	buf_done(&gone);
	return rc;
}

/* An epoch that waits and is not among those of this device was made by an
 * order (office_takeover.c): it is late when that is over. 1, 0, -1. */
static int
is_late(struct store *s, const struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM outgoing o WHERE "
	    "state = 1 AND kind = 2 AND space = ? AND NOT EXISTS (SELECT 1 "
	    "FROM epoch WHERE epoch.space = o.space AND epoch.id = o.id)");
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	db_reset(q);
	return rc == 1 ? !has_order(s, space) : rc;
}

/* An epoch of this device that waits, and would let in whom the statements of
 * today do not allow. 1, 0, -1. */
static int
is_outdated(struct store *s, const struct id *space, struct err *e)
{
	struct access_book book;
	struct space_epoch ep;
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	if (rc != 1)
		return rc;
	rc = spaces_epoch_find(s, space, sp.epoch, &ep, e);
	if (rc != 1)
		return rc;
	access_book_init(&book);
	rc = ep.accepted ? 0 : spaces_access_said(s, space, &book, e);
	if (rc == 0 && !ep.accepted && access_surplus(&book, &ep.ep,
	    store_now_ms(s)) != NULL)
		rc = 1;
	access_book_done(&book);
	space_epoch_done(&ep);
	return rc;
}

static int
unseal(struct store *s, const struct id *space, struct err *e)
{
	return db_begin(s->db, e) != 0 ? -1 :
	    db_end(s->db, outbox_unseal_tx(s, space, e), e);
}

/*
 * A sync that was cut leaves sealed epochs behind, and a withdrawal may come
 * before they go out. What the log does not hold after a whole pull is taken
 * apart, and made anew from what is known now (rules.md 4.1).
 */
static int
recall(struct store *s, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT DISTINCT space FROM outgoing "
	    "WHERE state = 1 AND kind = 2");
	struct buf ids;
	struct id space;
	size_t i;
	int rc;

	buf_init(&ids, 1 << 24);
	while ((rc = db_step(q, e)) == 1) {
		(void)db_id(q, 0, &space);
		buf_add(&ids, space.b, sizeof(space.b));
	}
	if (rc == 0)
		rc = buf_check(&ids, "the list of sections", e);
	for (i = 0; rc == 0 && i + sizeof(space) <= ids.len;
	    i += sizeof(space)) {
		memcpy(space.b, ids.data + i, sizeof(space.b));
		rc = is_late(s, &space, e);
		if (rc == 0)
			rc = is_outdated(s, &space, e);
		if (rc == 1)
			rc = unseal(s, &space, e);
	}
	buf_done(&ids);
	return rc;
}

int
doors_recall_early(struct store *s, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT space, body FROM access "
	    "WHERE seq IS NULL AND item IS NOT NULL");
	struct buf ids;
	struct access a;
	struct id space;
	size_t i;
	int rc;

	buf_init(&ids, SIZE_MAX);
	while ((rc = db_step(q, e)) == 1) {
		(void)db_id(q, 0, &space);
		rc = access_decode(db_blob(q, 1), &a, e);
		if (rc != 0)
			break;
		if (!overrides_timely(&a, s->contact_ms))
			buf_add(&ids, space.b, sizeof(space.b));
	}
	db_reset(q);
	if (rc == 0)
		rc = buf_check(&ids, "the list of sections", e);
	for (i = 0; rc == 0 && i < ids.len; i += sizeof(space)) {
		memcpy(space.b, ids.data + i, sizeof(space.b));
		rc = unseal(s, &space, e);
	}
	buf_done(&ids);
	return rc;
}

int
doors_settle(struct store *s, size_t *rekeyed, struct err *e)
{
	struct doors ds = { .s = s, .next_end = INT64_MAX };
	struct buf ids;
	size_t i, added;
	int64_t since = 0;
	bool all;
	int rc = -1;

	*rekeyed = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	buf_init(&ids, 1 << 24);
	if (overrides_settle(s, e) != 0 ||
	    statements_settle(s, &added, e) != 0 ||
	    unsay_orders(s, e) != 0 || recall(s, e) != 0 ||
	    store_get_int(s, SEEN_TO, &since, e) < 0 ||
	    look_at_all(s, since, &all, e) != 0 ||
	    load_candidates(s, since, all, &ids, e) != 0 ||
	    open_all(&ds, &ids, e) != 0)
		goto out;
	make_groups(&ds);
	for (i = 0; i < ds.count; i += GROUPS_AT_ONCE)
		if (settle_some(&ds, i, i + GROUPS_AT_ONCE < ds.count ?
		    i + GROUPS_AT_ONCE : ds.count, e) != 0)
			goto out;
	rc = remember(&ds, since, all, e);
out:
	*rekeyed = ds.rekeyed;
	for (i = 0; i < ds.count; i++)
		door_free(ds.list[i]);
	mem_free(ds.list);
	buf_done(&ids);
	return rc;
}

int
doors_back_tx(struct store *s, uint64_t seq, struct err *e)
{
	static const char *const names[] = { SEEN_TO, STATEMENTS_SETTLED };
	int64_t since;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		since = 0;
		if (store_get_int(s, names[i], &since, e) < 0 ||
		    (since > (int64_t)seq && store_put_int(s, names[i],
		    (int64_t)seq, e) != 0))
			return -1;
	}
	return 0;
}

int
doors_begin_tx(struct store *s, const struct id *space, struct err *e)
{
	struct door *d = NULL;
	size_t rekeyed = 0;
	int rc;

	if (door_open(s, space, NULL, &d, e) != 0)
		return -1;
	rc = d->begins && door_may(d) ?
	    door_queue_tx(d, outbox_group(s), &rekeyed, e) :
	    err_set(e, ERR_CLASH, "this space was begun before");
	door_free(d);
	return rc;
}

int
doors_admit_tx(struct store *s, const struct id *space,
    const struct roster_device *dev, int64_t group, struct err *e)
{
	struct door *d = NULL;
	size_t rekeyed = 0;
	int rc;

	if (door_open(s, space, dev, &d, e) != 0)
		return -1;
	if (!door_may(d) || d->mine < RIGHT_KEEP)
		rc = err_set(e, ERR_CLASH, "the common space cannot be opened "
		    "to the new device now; sync, then approve again");
	else
		rc = door_queue_tx(d, group, &rekeyed, e);
	door_free(d);
	return rc;
}

int
doors_writable(struct store *s, const struct id *space, bool *out,
    struct err *e)
{
	const struct epoch_recipient *me;
	int64_t now = store_now_ms(s);
	struct access_book book;
	struct space_epoch se;
	struct space sp;
	int rc;

	*out = false;
	/* The hub judges by its own clock; what it would refuse waits. */
	if (s->contact_ms > now)
		now = s->contact_ms;
	rc = spaces_find(s, space, &sp, e);
	if (rc <= 0 || sp.state != SPACE_OPEN || sp.epoch == 0 ||
	    s->stopped)
		return rc < 0 ? -1 : 0;
	rc = spaces_epoch_find(s, space, sp.epoch, &se, e);
	if (rc <= 0)
		return rc;
	access_book_init(&book);
	rc = spaces_access_said(s, space, &book, e);
	me = epoch_find(&se.ep, &s->me->device);
	*out = rc == 0 && se.has_key && me != NULL &&
	    me->right >= RIGHT_WRITE && now < me->until_ms &&
	    !admit_rekey_first(&se.ep, &s->roster, ROSTER_NOW, now) &&
	    access_surplus(&book, &se.ep, now) == NULL;
	access_book_done(&book);
	space_epoch_done(&se);
	return rc;
}
