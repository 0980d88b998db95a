/*
 * In the old name there goes out what opens doors and nothing else: no text,
 * no letter. The old device may be alive: whatever it sent after the copy was
 * made is taken in first (intake), and its counters are passed over by a gap.
 * If it lives it meets a signature of its own that it does not hold, and
 * stops.
 */
#include "client/core/sync/successor.h"

#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/local/restored.h"
#include "client/core/outbox/outbox.h"
#include "client/core/sync/pull.h"
#include "client/core/sync/push.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define ROUNDS_MAX 8
#define SPACES_AT_ONCE 4096

/* ---- what was queued in the old name ---- */

static int
list_queued(struct store *s, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT DISTINCT space FROM "
	    "outgoing WHERE state = 1 ORDER BY space");
	struct id id;
	int rc;

	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(ids, &id, sizeof(id));
	return rc != 0 ? -1 : buf_check(ids, "the list of sections", e);
}

/* What the copied outbox held may be at the hub or not: its contents are
 * unsent again, and the own lines begin where the log says they stand. */
static int
untie_tx(struct store *s, struct err *e)
{
	struct buf ids;
	struct id id;
	size_t i;
	int rc;

	buf_init(&ids, SIZE_MAX);
	rc = list_queued(s, &ids, e);
	for (i = 0; rc == 0 && i < ids.len; i += sizeof(id)) {
		memcpy(&id, ids.data + i, sizeof(id));
		rc = outbox_unseal_tx(s, &id, e);
	}
	buf_done(&ids);
	if (rc == 0)
		rc = outbox_leave_tx(s, e);
	return rc == 0 ? restored_untie_tx(s, e) : -1;
}

static int
untie(struct store *s, struct err *e)
{
	bool done;

	if (restored_untied(s, &done, e) != 0)
		return -1;
	if (done)
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (untie_tx(s, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

/* ---- doors ---- */

static int
take_apart(struct store *s, const struct push_result *r, struct err *e)
{
	struct id space;
	size_t i;

	if (r->refused.len == 0)
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	for (i = 0; i + sizeof(space) <= r->refused.len; i += sizeof(space)) {
		memcpy(space.b, r->refused.data + i, sizeof(space.b));
		if (outbox_unseal_tx(s, &space, e) != 0)
			goto undo;
	}
	if (db_commit(s->db, e) == 0)
		return 0;
undo:
	db_rollback(s->db);
	return -1;
}

/* 1 something moved and a further round may move more, 0 done. */
static int
door_round(struct talk *t, struct err *e)
{
	struct push_result r;
	int64_t ready = 0;
	size_t rekeyed;
	int rc;

	if (doors_settle(t->s, &rekeyed, e) != 0 || db_one_int(t->s->db,
	    "SELECT EXISTS (SELECT 1 FROM outgoing WHERE state = 1)", &ready,
	    e) < 0)
		return -1;
	t->figures->rekeyed += rekeyed;
	if (ready == 0)
		return 0;
	rc = push_all(t, &r, e);
	if (rc == 0)
		rc = pull_all(t, e);
	if (rc == 0)
		rc = take_apart(t->s, &r, e);
	if (rc == 0)
		rc = r.full == 0 && (r.sent > 0 || r.refused.len > 0);
	push_result_done(&r);
	return rc;
}

/* Sending is stopped but for this. */
static int
open_doors(struct talk *t, struct err *e)
{
	int i, rc = 1;

	t->s->stopped = false;
	for (i = 0; rc == 1 && i < ROUNDS_MAX; i++)
		rc = door_round(t, e);
	t->s->stopped = true;
	return rc < 0 ? -1 : 0;
}

/* Kept by the old device, and its successor is not in yet: 1, 0, -1. */
static int
is_behind(struct store *s, const struct space *sp, const struct id *next,
    struct err *e)
{
	const struct epoch_recipient *me;
	struct space_epoch se;
	bool behind;
	int rc;

	if (sp->state != SPACE_OPEN || sp->epoch == 0)
		return 0;
	rc = spaces_epoch_find(s, &sp->id, sp->epoch, &se, e);
	if (rc != 1)
		return rc;
	me = epoch_find(&se.ep, &s->me->device);
	behind = me != NULL && me->right == RIGHT_KEEP &&
	    epoch_find(&se.ep, next) == NULL;
	space_epoch_done(&se);
	return behind;
}

static int
count_behind(struct store *s, const struct id *next, size_t *out,
    struct err *e)
{
	struct space *list = mem_new(SPACES_AT_ONCE * sizeof(*list));
	size_t i, n;
	int rc = spaces_list(s, NULL, list, SPACES_AT_ONCE, &n, e);

	*out = 0;
	for (i = 0; rc >= 0 && i < n; i++) {
		rc = is_behind(s, &list[i], next, e);
		*out += rc == 1;
	}
	mem_free(list);
	return rc < 0 ? -1 : 0;
}

/* ---- becoming it ---- */

static int
become(struct talk *t, const struct device_keys *next, struct err *e)
{
	struct store *s = t->s;

	if (db_begin(s->db, e) != 0)
		return -1;
	if (outbox_leave_tx(s, e) != 0 ||
	    restored_succeed_tx(s, next, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	restored_become(s, next);
	return 1;
}

static int
let_in(struct talk *t, const struct device_keys *next, struct err *e)
{
	const struct roster_device *d = roster_device(&t->s->roster,
	    &next->device);
	size_t behind;

	if (d == NULL)
		return err_set(e, ERR_DENIED, "this profile was brought back "
		    "from a copy and waits for the office to let it in as a "
		    "new device of yours; nothing is sent until then, and "
		    "what you write is kept");
	if (d->revoked || !id_eq(&d->person, &t->s->person))
		return err_set(e, ERR_DENIED, "the office has listed this "
		    "device as another person's, or revoked it; ask for a new "
		    "card and give it to tugi join");
	if (untie(t->s, e) != 0 || open_doors(t, e) != 0 ||
	    count_behind(t->s, &next->device, &behind, e) != 0)
		return -1;
	if (behind > 0)
		return err_set(e, ERR_AWAY, "not every section could be opened "
		    "to this device yet; tugi sync tries again, and nothing "
		    "is lost");
	return become(t, next, e);
}

/* The office revoked the old device: what follows is what follows that. */
static int
give_up(struct store *s, struct err *e)
{
	if (db_begin(s->db, e) != 0)
		return -1;
	if (restored_end_tx(s, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	s->restored = s->stopped = false;
	return 0;
}

int
successor_settle(struct talk *t, struct err *e)
{
	struct device_keys *next = mem_secret_new(sizeof(*next));
	const struct roster_device *me = roster_device(&t->s->roster,
	    &t->s->me->device);
	bool alone;
	int rc = restored_alone(t->s, &alone, e);

	if (rc == 0 && !alone)
		rc = witness_error(t->s, e);
	else if (rc == 0 && me != NULL && me->revoked)
		rc = give_up(t->s, e);
	else if (rc == 0 && (rc = restored_next(t->s, next, e)) == 0)
		rc = err_set(e, ERR_DENIED, "%s", _(restored_words()));
	else if (rc == 1)
		rc = let_in(t, next, e);
	mem_secret_free(next);
	return rc;
}
