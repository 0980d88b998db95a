/*
 * One door, judged and put right. The wanted recipients are computed anew from
 * roster and statements each time; nothing is remembered from an earlier try,
 * so after a lost race for the next epoch the same code simply runs again.
 *
 * Invariants: epoch 1 is made only by who began the space, for a space the
 * hub has never seen; a keeper's epoch lists exactly the wanted recipients; a
 * writer's only leaves out; no epoch lists anybody without a statement.
 */
#include "client/core/accord/door.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/accord/complaints.h"
#include "client/core/outbox/outbox.h"
#include "client/core/outbox/spoiled.h"
#include "common/base/mem.h"
#include "common/rules/admit.h"

#define DAY_MS INT64_C(86400000)
#define SAID_MAX 10 /* changesets of statements at once */

void
door_free(struct door *d)
{
	if (d == NULL)
		return;
	if (d->has_cur)
		space_epoch_done(&d->cur);
	mem_wipe(&d->wrapped, sizeof(d->wrapped));
	access_book_done(&d->book);
	mem_free(d->waiting);
	mem_free(d->want);
	mem_free(d);
}

/* ---- what a door needs ---- */

/* As they have to be said: readers believe one after another, and what closes
 * may rest on who keeps the space and on what it takes back. */
static int
rank(const struct access *a)
{
	return access_closes(a->kind) ? 2 : a->kind == ACCESS_OVERRIDE ? 1 : 0;
}

static int
by_word(const void *va, const void *vb)
{
	const struct access *a = va, *b = vb;

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (a->hlc != b->hlc)
		return a->hlc < b->hlc ? -1 : 1;
	return id_cmp(&a->id, &b->id);
}

static int
load_waiting(struct door *d, struct err *e)
{
	struct stmt *q = db_prepare(d->s->db, "SELECT body FROM access"
	    " WHERE space = ? AND seq IS NULL AND item IS NULL");
	int rc;

	d->waiting = mem_new((d->book.count + 1) * sizeof(*d->waiting));
	db_bind_id(q, 1, &d->sp.id);
	while ((rc = db_step(q, e)) == 1) {
		if (d->waiting_count >= d->book.count)
			break;
		if (access_decode(db_blob(q, 0),
		    &d->waiting[d->waiting_count], e) != 0) {
			db_reset(q);
			return -1;
		}
		d->waiting_count++;
	}
	db_reset(q);
	if (rc >= 0 && d->waiting_count > 1)
		qsort(d->waiting, d->waiting_count, sizeof(*d->waiting),
		    by_word);
	return rc < 0 ? -1 : 0;
}

/* An epoch of ours is on its way: what became of it comes first. */
static int
epoch_waits(struct store *s, const struct id *space, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM outgoing"
	    " WHERE space = ? AND kind = 2 AND state = 1 LIMIT 1");
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	db_reset(q);
	*out = rc == 1;
	return rc < 0 ? -1 : 0;
}

/* The newest key of an epoch before the current one. */
static int
newest_key(struct door *d, bool *found, struct err *e)
{
	struct space_epoch se;
	uint32_t n;
	int rc;

	*found = false;
	for (n = d->cur.ep.number; !*found && n > 1; n--) {
		rc = spaces_epoch_find(d->s, &d->sp.id, n - 1, &se, e);
		if (rc != 1)
			return rc;
		*found = se.has_key;
		if (se.has_key)
			d->wrapped = se.key;
		space_epoch_done(&se);
	}
	return 0;
}

/* Judged by what was sent alone. */
static void
unsay_waiting(struct door *d)
{
	size_t i, j, kept = 0;

	for (i = 0; i < d->book.count; i++) {
		for (j = 0; j < d->waiting_count; j++)
			if (id_eq(&d->book.list[i].id, &d->waiting[j].id))
				break;
		if (j == d->waiting_count)
			d->book.list[kept++] = d->book.list[i];
	}
	d->book.count = kept;
}

static int
load_current(struct door *d, struct err *e)
{
	const struct epoch_recipient *me;
	int rc = spaces_epoch_find(d->s, &d->sp.id, d->sp.epoch, &d->cur, e);

	if (rc < 0)
		return -1;
	d->has_cur = rc == 1;
	if (!d->has_cur) {
		d->stuck = true;
		return 0;
	}
	me = epoch_find(&d->cur.ep, &d->s->me->device);
	if (me != NULL && store_now_ms(d->s) < me->until_ms)
		d->mine = me->right;
	if (d->cur.has_key)
		return 0;
	/* Whoever made it sealed it to others alone. A keeper goes on from
	 * the last key there is; others wait for one. */
	if (d->mine == RIGHT_KEEP && newest_key(d, &d->locked, e) != 0)
		return -1;
	if (d->locked) {
		/* They would have to be sealed under the key that is not here:
		 * they come after the epoch that this device makes, and so
		 * does what follows from them. */
		unsay_waiting(d);
		d->waiting_count = 0;
	} else {
		d->mine = RIGHT_NONE;
	}
	d->stuck = !d->locked;
	return 0;
}

/* Was this epoch made by somebody who kept nothing in the one before? */
static int
is_writers(struct door *d, const struct space_epoch *ep, bool *out,
    struct err *e)
{
	const struct epoch_recipient *r;
	struct space_epoch before;
	int rc;

	*out = false;
	if (ep->ep.number < 2)
		return 0;
	rc = spaces_epoch_find(d->s, &d->sp.id, ep->ep.number - 1, &before,
	    e);
	if (rc <= 0)
		return rc;
	r = epoch_find(&before.ep, &ep->author);
	*out = r == NULL || r->right < RIGHT_KEEP;
	space_epoch_done(&before);
	return 0;
}

/* At most four writers' epochs in a day, so that a dispute cannot go on: a
 * fifth would be refused, so it waits. */
static int
writer_quota(struct door *d, struct err *e)
{
	int64_t since = store_now_ms(d->s) - DAY_MS;
	struct space_epoch ep;
	uint32_t n = d->sp.epoch;
	bool writers = true;
	int rc = 1, made = 0;

	for (; rc == 1 && n > 1; n--) {
		rc = spaces_epoch_find(d->s, &d->sp.id, n, &ep, e);
		if (rc != 1)
			break;
		if (ep.accept_ms <= since)
			rc = 0;
		else if (is_writers(d, &ep, &writers, e) != 0)
			rc = -1;
		else
			made += writers ? 1 : 0;
		space_epoch_done(&ep);
	}
	d->stuck |= made >= ADMIT_WRITER_EPOCHS_A_DAY;
	return rc < 0 ? -1 : 0;
}

static void
judge_begin(struct door *d)
{
	bool own = false;
	size_t i;

	for (i = 0; i < d->book.count; i++)
		own |= d->book.list[i].kind == ACCESS_OWNER &&
		    id_eq(&d->book.list[i].person, &d->s->person);
	/* What the hub has items of was begun by somebody. */
	d->begins = own && d->sp.sseq == 0;
	d->stuck |= !d->begins;
	d->mine = d->begins ? RIGHT_KEEP : RIGHT_NONE;
	d->turn = d->begins;
}

static int
door_judge(struct door *d, struct err *e)
{
	bool busy, complained;

	if (epoch_waits(d->s, &d->sp.id, &busy, e) != 0)
		return -1;
	d->stuck = busy;
	d->over_there = false;
	if (d->sp.epoch == 0) {
		door_want_allowed(d);
		judge_begin(d);
		return 0;
	}
	if (load_current(d, e) != 0 || d->stuck)
		return d->stuck ? 0 : -1;
	if (d->mine == RIGHT_KEEP) {
		door_want_allowed(d);
		if (complaints_wait(d->s, &d->cur, &complained, e) != 0 ||
		    spoiled_find(d->s, &d->cur.ep, &d->spoiled, e) != 0)
			return -1;
		d->spoiled |= complained;
		/* Who left, or was never in, and made this key knows it. */
		d->spoiled |= epoch_find(&d->cur.ep, &d->cur.author) == NULL;
		d->turn = !d->over_there && (d->locked || d->spoiled ||
		    door_want_differs(d));
		d->stuck |= d->turn && !door_want_keeper(d);
	} else if (d->mine == RIGHT_WRITE) {
		door_want_fewer(d);
		/* With nobody left there is no next epoch: the statements go
		 * under this one, and nobody writes under it any more. */
		d->turn = d->want_count > 0 && door_want_differs(d);
		if (d->turn)
			return writer_quota(d, e);
	}
	return 0;
}

int
door_open(struct store *s, const struct id *space,
    const struct roster_device *extra, struct door **out, struct err *e)
{
	struct door *d = mem_new(sizeof(*d));
	int rc;

	d->s = s;
	d->extra = extra;
	access_book_init(&d->book);
	d->want_max = admit_recipients_max(&s->roster, space);
	d->want = mem_new(d->want_max * sizeof(*d->want));
	rc = spaces_find(s, space, &d->sp, e);
	if (rc == 0)
		rc = err_set(e, ERR_ABSENT, "this section is not here");
	if (rc < 0 || spaces_access_said(s, space, &d->book, e) != 0 ||
	    load_waiting(d, e) != 0 || door_judge(d, e) != 0) {
		door_free(d);
		return -1;
	}
	*out = d;
	return 0;
}

bool
door_acts(const struct door *d)
{
	return d->waiting_count > 0 || d->turn;
}

/* Statements that this device's right does not carry wait for somebody. */
bool
door_may(const struct door *d)
{
	size_t i;

	if (d->stuck || d->mine < RIGHT_WRITE)
		return false;
	for (i = 0; i < d->waiting_count; i++)
		if (!access_closes(d->waiting[i].kind) && d->mine < RIGHT_KEEP)
			return false;
	return true;
}

/* ---- making statements and epochs ready ---- */

static void
cite(struct epoch *ep, const struct hash *item)
{
	size_t i;

	for (i = 0; i < ep->cite_count; i++)
		if (hash_eq(&ep->cites[i], item))
			return;
	if (ep->cite_count < EPOCH_CITES_MAX)
		ep->cites[ep->cite_count++] = *item;
}

static int
cite_statement(struct door *d, struct epoch *ep, const struct id *statement,
    struct err *e)
{
	struct stmt *q = db_prepare(d->s->db,
	    "SELECT item FROM access WHERE space = ? AND id = ?");
	struct hash item;
	int rc;

	db_bind_id(q, 1, &d->sp.id);
	db_bind_id(q, 2, statement);
	rc = db_step(q, e);
	if (rc == 1 && !db_is_null(q, 0) && db_hash(q, 0, &item) == 0)
		cite(ep, &item);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* Every change the epoch makes rests on a statement or on the directory. */
static int
cite_all(struct door *d, struct epoch *ep, struct err *e)
{
	const struct epoch *was = &d->cur.ep;
	const struct access *a;
	enum right right;
	size_t i, j;

	for (i = 0; i < ep->recipient_count; i++) {
		const struct epoch_recipient *r = &ep->recipients[i];
		const struct epoch_recipient *old = epoch_find(was,
		    &r->device);

		if (old != NULL && old->right == r->right &&
		    old->until_ms == r->until_ms)
			continue;
		a = door_want_basis(d, &r->person, &right);
		if (a != NULL && cite_statement(d, ep, &a->id, e) != 0)
			return -1;
	}
	for (i = 0; i < was->recipient_count; i++) {
		if (epoch_find(ep, &was->recipients[i].device) != NULL)
			continue;
		for (j = 0; j < d->book.count; j++) {
			a = &d->book.list[j];
			if (access_closes(a->kind) && id_eq(&a->person,
			    &was->recipients[i].person) &&
			    cite_statement(d, ep, &a->id, e) != 0)
				return -1;
		}
	}
	return 0;
}

/* Fill in fresh keys; a device revoked this moment simply is not there. */
static int
make_keys(struct door *d, struct epoch *ep, struct sym_key *key,
    struct err *e)
{
	struct box_pub *boxes = mem_new((ep->recipient_count + 1) *
	    sizeof(*boxes));
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < ep->recipient_count; i++) {
		const struct roster_device *dev = roster_device(
		    &d->s->roster, &ep->recipients[i].device);

		if (dev == NULL && d->extra != NULL && id_eq(
		    &d->extra->device, &ep->recipients[i].device))
			dev = d->extra;
		if (dev == NULL)
			rc = err_set(e, ERR_BUG,
			    "a recipient is not in the directory");
		else
			boxes[i] = dev->box;
	}
	if (rc == 0) {
		keys_sym_make(key);
		epoch_make_keys(ep, key, ep->number == 1 ? NULL :
		    d->locked ? &d->wrapped : &d->cur.key, boxes,
		    &d->s->roster.genesis.recovery);
	}
	mem_free(boxes);
	return rc;
}

/* Queue ${ep} and make it the door's current one. Takes ${ep}. */
static int
queue_epoch(struct door *d, struct epoch *take_ep, int64_t group,
    struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_EPOCH,
	    .space = d->sp.id, .epoch = take_ep->number, .group = group,
	    .seen = d->s->head.at };
	struct space_epoch se = { .ep = *take_ep, .has_key = true,
	    .author = d->s->me->device };
	struct buf body;
	int64_t oid;
	int rc = -1;

	buf_init(&body, 4 * (size_t)CHANGESET_BYTES_MAX);
	if (make_keys(d, &se.ep, &se.key, e) != 0)
		goto out;
	epoch_encode(&se.ep, &body);
	if (buf_check(&body, "an epoch", e) != 0)
		goto out;
	in.clear = buf_view(&body);
	if (outbox_add_tx(d->s, &in, &se.id, &oid, e) != 0 ||
	    spaces_epoch_save_tx(d->s, &se, e) != 0)
		goto out;
	d->sp.epoch = se.ep.number;
	if (spaces_save_tx(d->s, &d->sp, e) != 0)
		goto out;
	if (d->has_cur)
		space_epoch_done(&d->cur);
	d->cur = se;
	d->has_cur = true;
	mem_wipe(&se.key, sizeof(se.key));
	rc = 0;
out:
	if (rc != 0)
		space_epoch_done(&se);
	buf_done(&body);
	return rc;
}

static void
list_recipients(struct epoch *ep, const struct epoch_recipient *list,
    size_t count)
{
	ep->recipients = mem_new((count + 1) * sizeof(*list));
	if (count > 0)
		memcpy(ep->recipients, list, count * sizeof(*list));
	ep->recipient_count = count;
}

static int
first_epoch(struct door *d, int64_t group, struct err *e)
{
	struct epoch_recipient *own;
	struct epoch *ep = mem_new(sizeof(*ep));
	size_t i, n = 0;
	int rc;

	own = mem_new((d->want_count + 1) * sizeof(*own));
	for (i = 0; i < d->want_count; i++)
		if (id_eq(&d->want[i].person, &d->s->person))
			own[n++] = d->want[i];
	ep->space = d->sp.id;
	ep->number = 1;
	list_recipients(ep, own, n);
	rc = queue_epoch(d, ep, group, e);
	mem_free(own);
	mem_free(ep);
	return rc;
}

static int
next_epoch(struct door *d, const struct hash *said, size_t said_count,
    int64_t group, struct err *e)
{
	struct epoch *ep = mem_new(sizeof(*ep));
	size_t i;
	int rc;

	ep->space = d->sp.id;
	ep->number = d->cur.ep.number + 1;
	ep->prev = d->cur.id;
	list_recipients(ep, d->want, d->want_count);
	for (i = 0; i < said_count; i++)
		cite(ep, &said[i]);
	rc = cite_all(d, ep, e);
	if (rc == 0)
		rc = queue_epoch(d, ep, group, e);
	else
		epoch_done(ep);
	mem_free(ep);
	return rc;
}

/* A changeset of statements is believed as a whole or not at all; what the law
 * opens by a clock that ran ahead takes nothing else down with it (8.2). */
static bool
goes_with(const struct access *a, const struct access *first)
{
	return (a->kind == ACCESS_OVERRIDE) == (first->kind == ACCESS_OVERRIDE);
}

/* The next of them, up to 64, from ${from} on, which is moved behind them;
 * sealed under the epoch as it stands: who is excluded can still read why. */
static int
queue_statements(struct door *d, size_t *from, int64_t group,
    struct hash *item, struct err *e)
{
	const struct access *first = &d->waiting[*from];
	struct outbox_item in = { .kind = CHANGESET_ACCESS,
	    .space = d->sp.id, .epoch = d->cur.ep.number, .group = group,
	    .key = &d->cur.key, .seen = d->s->head.at };
	struct view *plain = mem_new(CHANGESET_BODIES_MAX * sizeof(*plain));
	size_t ends[CHANGESET_BODIES_MAX], i, at = 0;
	struct buf all;
	int64_t oid;
	int rc = -1;

	buf_init(&all, CHANGESET_BYTES_MAX);
	for (i = *from; i < d->waiting_count && goes_with(&d->waiting[i],
	    first) && in.count < CHANGESET_BODIES_MAX; i++) {
		access_encode(&d->waiting[i], &all);
		ends[in.count++] = all.len;
	}
	for (i = 0; i < in.count; i++) {
		plain[i] = view_of(all.data + at, ends[i] - at);
		at = ends[i];
	}
	in.plain = plain;
	if (buf_check(&all, "access statements", e) != 0 ||
	    outbox_add_tx(d->s, &in, item, &oid, e) != 0)
		goto out;
	for (i = 0; i < in.count; i++)
		if (spaces_access_save_tx(d->s, &d->sp.id, &first[i], item, -1,
		    e) != 0)
			goto out;
	*from += in.count;
	rc = 0;
out:
	buf_done(&all);
	mem_free(plain);
	return rc;
}

int
door_queue_tx(struct door *d, int64_t group, size_t *rekeyed, struct err *e)
{
	struct hash said[SAID_MAX];
	size_t n = 0, from = 0;

	if (d->begins && first_epoch(d, group, e) != 0)
		return -1;
	while (from < d->waiting_count && n < SAID_MAX)
		if (queue_statements(d, &from, group, &said[n++], e) != 0)
			return -1;
	if (!d->turn || (!d->locked && !d->spoiled && !door_want_differs(d)))
		return 0;
	if (!d->begins)
		(*rekeyed)++;
	return next_epoch(d, said, n, group, e) != 0 ? -1 :
	    complaints_answered_tx(d->s, &d->sp.id, e);
}

/* Opening that cannot go as a whole waits; closing does not wait for it,
 * unless it rests on what waits: alone nobody would believe it. */
int
door_close_only(struct door *d, struct err *e)
{
	struct access_by me = { &d->s->person, &d->s->roster,
		store_now_ms(d->s) };
	size_t i, n = 0;

	unsay_waiting(d);
	for (i = 0; i < d->waiting_count; i++) {
		const struct access *a = &d->waiting[i];

		if (!access_closes(a->kind) || (a->kind == ACCESS_REDUCE &&
		    !access_may_say(&d->book, a, &me)))
			continue;
		if (access_book_add(&d->book, a, e) != 0)
			return -1;
		d->waiting[n++] = *a;
	}
	d->waiting_count = n;
	d->turn = d->begins = d->locked = d->spoiled = false;
	if (d->has_cur)
		space_epoch_done(&d->cur);
	d->has_cur = false;
	d->mine = RIGHT_NONE;
	return door_judge(d, e);
}
