/*
 * What is served on the order of two officers, and no more than it names.
 *
 * A space: its whole stream. A takeover: the newest epoch, which is what the
 * next one is made from. Labels: of each space that the person keeps the
 * epochs up to the first text, and of that changeset the first body alone,
 * which says what the space is.
 *
 * Source: schema/rules.md 3.6, 9.5, 9.6.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "daemon/hub/page.h"

#define FEEDS 64           /* spaces asked for at a time */
#define SPACES_MAX 100000  /* of one person */
#define DEVICES_MAX 256    /* of one person, revoked ones too */

struct recovery {
	struct hub *hub;
	const struct id *device;
	const struct proto_recover *in;
	struct page page;
	struct id commons;
	struct id devices[DEVICES_MAX]; /* of the person, for labels */
	size_t device_count;
};

/* ---- orders ---- */

static bool
names(const struct roster_order *o, const struct recovery *r,
    enum order_scope scope)
{
	if (o->scope != scope || (!id_eq(&o->officer, r->device) &&
	    (scope != ORDER_SPACE || !id_eq(&o->second, r->device))))
		return false;
	return scope == ORDER_LABELS ? id_eq(&o->whom, &r->in->person) :
	    id_eq(&o->space, &r->in->space);
}

/* 1 when a living order of two officers, one of them this device's, says so;
 * its age counts from when the hub took it. */
static int
is_ordered(struct recovery *r, enum order_scope scope, struct err *e)
{
	struct hub *hub = r->hub;
	int64_t now = hub_now_ms(hub);
	uint64_t seq = 0;
	struct hubdb_item item;
	bool found = false;
	size_t i;
	int rc;

	pthread_rwlock_rdlock(&hub->live_lock);
	for (i = 0; i < hub->live.order_count; i++) {
		const struct roster_order *o = &hub->live.orders[i];

		if (names(o, r, scope) && (scope == ORDER_SPACE ||
		    now <= o->at_ms + ROSTER_ORDER_MS)) {
			seq = o->seq;
			found = true;
		}
	}
	found = found && roster_is_officer(&hub->live, r->device);
	pthread_rwlock_unlock(&hub->live_lock);
	if (!found)
		return 0;
	rc = hubdb_item_at(r->page.db, seq, &item, e);
	return rc == 1 ? now - item.accept_ms <= HUB_ORDER_LIFE_MS : rc;
}

/* ---- one space ---- */

static int
serve_space(struct recovery *r, struct err *e)
{
	struct page *p = &r->page;
	uint64_t sseq = r->in->after_sseq;
	struct hubdb_item item;
	int rc, added = 1;

	while ((rc = hubdb_item_after(p->db, &r->in->space, sseq, &item,
	    e)) == 1) {
		added = page_add(p, &item, true, e);
		if (added != 1)
			break;
		sseq = item.sseq;
	}
	if (rc < 0 || added < 0)
		return -1;
	p->out->answer.more = added == 0;
	return 0;
}

static int
serve_epoch(struct recovery *r, struct err *e)
{
	struct hubdb_space sp;
	struct hubdb_item item;
	int rc = hubdb_space_find(r->page.db, &r->in->space, &sp, e);

	if (rc == 1 && sp.epoch > 0)
		rc = hubdb_item_at(r->page.db, sp.epoch_seq, &item, e);
	if (rc != 1)
		return rc;
	return page_add(&r->page, &item, true, e) < 0 ? -1 : 0;
}

/* ---- labels ---- */

static void
list_devices(struct recovery *r)
{
	const struct roster *live = &r->hub->live;
	size_t i;

	pthread_rwlock_rdlock(&r->hub->live_lock);
	r->commons = live->genesis.commons;
	for (i = 0; i < live->device_count &&
	    r->device_count < DEVICES_MAX; i++)
		if (id_eq(&live->devices[i].person, &r->in->person))
			r->devices[r->device_count++] =
			    live->devices[i].device;
	pthread_rwlock_unlock(&r->hub->live_lock);
}

static bool
is_theirs(const struct recovery *r, const struct id *device)
{
	size_t i;

	for (i = 0; i < r->device_count; i++)
		if (id_eq(&r->devices[i], device))
			return true;
	return false;
}

static int
is_listed_keeper(struct recovery *r, uint64_t seq, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct epoch ep = { .recipient_count = 0 };
	struct buf bytes;
	size_t i;
	int rc = -1;

	buf_init(&bytes, 2 * CHANGESET_BYTES_MAX);
	if (hubdb_item_bytes(r->page.db, seq, true, &bytes, e) == 0 &&
	    changeset_decode(buf_view(&bytes), cs, e) == 0 &&
	    epoch_decode(cs->bodies[0], &ep, e) == 0) {
		rc = 0;
		for (i = 0; i < ep.recipient_count; i++)
			if (ep.recipients[i].right == RIGHT_KEEP &&
			    is_theirs(r, &ep.recipients[i].device))
				rc = 1;
		epoch_done(&ep);
	}
	buf_done(&bytes);
	mem_free(cs);
	return rc;
}

/* Who began a space keeps it also when a lost device was left out of it. */
static int
keeps(struct recovery *r, const struct id *space, struct err *e)
{
	struct hubdb_space sp;
	struct hubdb_item first;
	int rc = hubdb_space_find(r->page.db, space, &sp, e);

	if (rc != 1 || sp.epoch == 0)
		return rc < 0 ? -1 : 0;
	rc = hubdb_item_after(r->page.db, space, 0, &first, e);
	if (rc < 0 || (rc == 1 && is_theirs(r, &first.author)))
		return rc;
	return is_listed_keeper(r, sp.epoch_seq, e);
}

/* 1 all of it is on the page, 0 the page is full. */
static int
serve_label(struct recovery *r, const struct id *space, uint64_t after,
    struct err *e)
{
	struct hubdb_item item;
	uint64_t sseq = after;
	int rc;

	/* Asked on behind its label: there is no more of it. */
	if (after > 0) {
		rc = hubdb_item_after(r->page.db, space, after - 1, &item, e);
		if (rc != 1 || item.kind == CHANGESET_CONTENT)
			return rc < 0 ? -1 : 1;
	}
	while ((rc = hubdb_item_after(r->page.db, space, sseq, &item,
	    e)) == 1) {
		sseq = item.sseq;
		if (item.kind == CHANGESET_CONTENT)
			return page_add_first(&r->page, &item, e);
		if (item.kind != CHANGESET_EPOCH)
			continue;
		rc = page_add(&r->page, &item, true, e);
		if (rc != 1)
			return rc;
	}
	return rc < 0 ? -1 : 1;
}

static int
list_spaces(struct recovery *r, const struct id *device, struct buf *out,
    struct err *e)
{
	struct hubdb_feed_in in = { .device = *device,
	    .until = r->page.size };
	struct hubdb_feed *list = mem_new(FEEDS * sizeof(*list));
	size_t i, k, n;
	int rc = 0;

	do {
		rc = hubdb_feed(r->page.db, &in, list, FEEDS, &n, e);
		for (i = 0; rc == 0 && i < n; i++)
			if (list[i].member)
				buf_add(out, list[i].space.b, 16);
		if (rc != 0 || n < FEEDS)
			break;
		in.from = list[n - 1].space;
		for (k = sizeof(in.from.b); k-- > 0 && ++in.from.b[k] == 0;)
			;
	} while (!id_is_zero(&in.from));
	mem_free(list);
	return rc != 0 ? -1 : buf_check(out, "the list of spaces", e);
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* In order of their ids, from where the officer stands. */
static int
serve_listed(struct recovery *r, const struct buf *ids, struct err *e)
{
	struct id space, last = { { 0 } };
	size_t at;
	int rc = 1, cmp;

	for (at = 0; rc == 1 && at < ids->len; at += 16) {
		memcpy(space.b, ids->data + at, 16);
		cmp = id_cmp(&space, &r->in->space);
		if (cmp < 0 || id_eq(&space, &last) ||
		    id_eq(&space, &r->commons))
			continue;
		last = space;
		rc = keeps(r, &space, e);
		if (rc == 1)
			rc = serve_label(r, &space, cmp == 0 ?
			    r->in->after_sseq : 0, e);
		else if (rc == 0)
			rc = 1;
	}
	if (rc < 0)
		return -1;
	r->page.out->answer.more = rc == 0;
	return 0;
}

static int
serve_labels(struct recovery *r, struct err *e)
{
	struct buf ids;
	size_t i;
	int rc = 0;

	list_devices(r);
	buf_init(&ids, 16 * SPACES_MAX);
	for (i = 0; rc == 0 && i < r->device_count; i++)
		rc = list_spaces(r, &r->devices[i], &ids, e);
	if (rc == 0 && ids.len > 0)
		qsort(ids.data, ids.len / 16, 16, by_id);
	if (rc == 0)
		rc = serve_listed(r, &ids, e);
	buf_done(&ids);
	return rc;
}

/* ---- the answer ---- */

static int
serve(struct recovery *r, struct err *e)
{
	struct log_point none = { 0 };
	bool labels = !id_is_zero(&r->in->person);
	int whole = 0, other, rc;

	if (!labels)
		whole = is_ordered(r, ORDER_SPACE, e);
	other = whole != 0 ? 0 : is_ordered(r, labels ? ORDER_LABELS :
	    ORDER_TAKEOVER, e);
	if (whole < 0 || other < 0)
		return -1;
	if (whole == 0 && other == 0)
		return err_set(e, ERR_DENIED, "no order of two officers from "
		    "the last 7 days lets this device recover that space");
	if (page_begin(&r->page, r->hub, &none, 0, e) != 0)
		return -1;
	rc = whole == 1 ? serve_space(r, e) : labels ? serve_labels(r, e) :
	    serve_epoch(r, e);
	if (rc == 0)
		page_end(&r->page);
	return rc;
}

int
hub_recover(struct hub *hub, const struct id *device,
    const struct proto_recover *in, struct hub_page *out, struct err *e)
{
	struct recovery *r;
	int rc = -1;

	page_init(out);
	if (hub_may_ask(hub, device, e) != 0)
		return -1;
	r = mem_new(sizeof(*r));
	r->hub = hub;
	r->device = device;
	r->in = in;
	r->page.out = out;
	r->page.db = hub_read(hub, e);
	if (r->page.db != NULL)
		rc = serve(r, e);
	hub_read_end(hub, r->page.db);
	mem_free(r);
	return rc;
}
