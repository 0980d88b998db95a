/*
 * A section opened for the person who takes it over, on the order of two
 * officers: the newest epoch is opened with the recovery key, the statement is
 * sealed under it, and the next epoch has the recipients as they are and that
 * person's devices as keepers. Every member checks that it is no more.
 *
 * Source: schema/rules.md 9.5.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/accord/sides.h"
#include "client/core/exchange.h"
#include "client/core/office/office.h"
#include "client/core/office/office_keys.h"
#include "client/core/office/office_order.h"
#include "client/core/outbox/outbox.h"
#include "client/core/sync/talk.h"
#include "common/base/mem.h"

#define DEVICES_MAX 64 /* of one person */
#define TRIES 4        /* somebody else's epoch may come between */

struct taking {
	struct session *session;
	struct store *s;
	struct remote *r;
	struct office_keys *keys;
	struct directory_entry order;
	struct epoch cur;       /* newest, as the hub served it */
	struct hash cur_id;
	struct sym_key key;
};

/* ---- the newest epoch ---- */

static int
take_item(struct taking *t, const struct proto_item *it, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	const struct roster_device *d;
	int rc = changeset_decode(it->bytes, cs, e);

	if (rc == 0) {
		d = roster_device(&t->s->roster, &cs->h.author);
		if (!id_eq(&cs->h.space, &t->order.space) ||
		    cs->h.kind != CHANGESET_EPOCH || !cs->whole ||
		    !cs->has_bodies || d == NULL ||
		    !changeset_verify(cs, &d->sign))
			rc = err_set(e, ERR_PEER, "the hub answered with "
			    "something else than the section that was "
			    "ordered");
	}
	if (rc == 0)
		rc = epoch_decode(cs->bodies[0], &t->cur, e);
	if (rc == 0) {
		t->cur_id = cs->id;
		rc = epoch_open(&t->cur, t->cur.recovery,
		    &t->keys->recovery.box_pub, &t->keys->recovery.box,
		    &t->key, e);
		if (rc != 0)
			epoch_done(&t->cur);
	}
	mem_free(cs);
	return rc;
}

static int
read_answer(struct taking *t, struct view answer, struct err *e)
{
	struct proto_page *page = mem_new(sizeof(*page));
	int rc = proto_page_decode(answer, page, e);

	if (rc == 0) {
		rc = page->count == 1 ? take_item(t, &page->items[0], e) :
		    err_set(e, ERR_ABSENT, "the hub has no such section");
		proto_page_done(page);
	}
	mem_free(page);
	return rc;
}

static int
fetch(struct taking *t, struct err *e)
{
	struct proto_recover ask = { .space = t->order.space };
	struct talk *talk = mem_new(sizeof(*talk));
	struct buf body, answer;
	int rc;

	buf_init(&body, 1024);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	proto_recover_encode(&ask, &body);
	rc = talk_init(talk, t->s, t->r, e);
	if (rc == 0) {
		rc = talk_ask(talk, "/v1/recover", buf_view(&body), &answer,
		    e);
		talk_done(talk);
	}
	if (rc == 0)
		rc = read_answer(t, buf_view(&answer), e);
	buf_done(&body);
	buf_done(&answer);
	mem_free(talk);
	return rc;
}

/* ---- statement and epoch ---- */

static int
say_tx(struct taking *t, int64_t group, struct hash *item, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_ACCESS,
	    .space = t->order.space, .epoch = t->cur.number, .group = group,
	    .key = &t->key, .seen = t->s->head.at, .count = 1 };
	struct access a = { .kind = ACCESS_TAKEOVER, .right = RIGHT_KEEP,
	    .person = t->order.whom, .until_ms = INT64_MAX,
	    .origin = t->s->me->device };
	struct view plain;
	struct buf text;
	int64_t oid;
	int rc;

	directory_order_id(&t->order, &a.consent);
	sides_id(&a.consent, &t->order.space, &a.person, &a.id);
	a.hlc = store_stamp(t->s);
	a.from_ms = hlc_ms(a.hlc);
	buf_init(&text, 1024);
	directory_recover_text(&t->order, &text);
	keys_hash("tugi order 1", buf_view(&text), &a.consent_hash);
	buf_reset(&text);
	access_encode(&a, &text);
	plain = buf_view(&text);
	in.plain = &plain;
	rc = buf_check(&text, "a statement", e);
	if (rc == 0)
		rc = outbox_add_tx(t->s, &in, item, &oid, e);
	buf_done(&text);
	return rc;
}

static int
by_device(const void *a, const void *b)
{
	const struct epoch_recipient *x = a, *y = b;

	return id_cmp(&x->device, &y->device);
}

/* The recipients as they are, and the devices of who takes over. */
static void
list_recipients(struct taking *t, struct epoch *ep)
{
	const struct roster_device *devices[DEVICES_MAX];
	struct epoch_recipient *r;
	int64_t now = store_now_ms(t->s);
	size_t i, n = roster_devices_of(&t->s->roster, &t->order.whom,
	    devices, DEVICES_MAX);

	ep->recipients = mem_new((t->cur.recipient_count + n + 1) *
	    sizeof(*ep->recipients));
	for (i = 0; i < t->cur.recipient_count; i++) {
		r = &t->cur.recipients[i];
		if (now >= r->until_ms || id_eq(&r->person, &t->order.whom) ||
		    roster_live(&t->s->roster, &r->device, ROSTER_NOW) == NULL)
			continue;
		ep->recipients[ep->recipient_count++] = *r;
	}
	for (i = 0; i < n; i++) {
		r = &ep->recipients[ep->recipient_count++];
		memset(r, 0, sizeof(*r));
		r->person = t->order.whom;
		r->device = devices[i]->device;
		r->right = RIGHT_KEEP;
		r->until_ms = INT64_MAX;
	}
	qsort(ep->recipients, ep->recipient_count, sizeof(*ep->recipients),
	    by_device);
}

static void
seal_keys(struct taking *t, struct epoch *ep)
{
	struct box_pub *boxes = mem_new((ep->recipient_count + 1) *
	    sizeof(*boxes));
	struct sym_key key;
	size_t i;

	for (i = 0; i < ep->recipient_count; i++)
		boxes[i] = roster_device(&t->s->roster,
		    &ep->recipients[i].device)->box;
	keys_sym_make(&key);
	epoch_make_keys(ep, &key, &t->key, boxes,
	    &t->s->roster.genesis.recovery);
	mem_wipe(&key, sizeof(key));
	mem_free(boxes);
}

static int
turn_tx(struct taking *t, int64_t group, const struct hash *said,
    struct hash *item, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_EPOCH,
	    .space = t->order.space, .epoch = t->cur.number + 1,
	    .group = group, .seen = t->s->head.at };
	struct epoch *ep = mem_new(sizeof(*ep));
	struct buf body;
	int64_t oid;
	int rc;

	ep->space = t->order.space;
	ep->number = t->cur.number + 1;
	ep->prev = t->cur_id;
	ep->cite_count = 1;
	ep->cites[0] = *said;
	list_recipients(t, ep);
	seal_keys(t, ep);
	buf_init(&body, 4 * (size_t)CHANGESET_BYTES_MAX);
	epoch_encode(ep, &body);
	in.clear = buf_view(&body);
	rc = buf_check(&body, "an epoch", e);
	if (rc == 0)
		rc = outbox_add_tx(t->s, &in, item, &oid, e);
	buf_done(&body);
	epoch_done(ep);
	mem_free(ep);
	return rc;
}

static int
queue(struct taking *t, struct hash *item, struct err *e)
{
	int64_t group = outbox_group(t->s);
	struct hash said;

	if (db_begin(t->s->db, e) != 0)
		return -1;
	if (say_tx(t, group, &said, e) == 0 &&
	    turn_tx(t, group, &said, item, e) == 0 &&
	    db_commit(t->s->db, e) == 0)
		return 0;
	db_rollback(t->s->db);
	return -1;
}

/* ---- carrying it out ---- */

static bool
keeps_already(const struct taking *t)
{
	const struct roster_device *devices[DEVICES_MAX];
	const struct epoch_recipient *r;
	size_t i, n = roster_devices_of(&t->s->roster, &t->order.whom,
	    devices, DEVICES_MAX);

	for (i = 0; i < n; i++) {
		r = epoch_find(&t->cur, &devices[i]->device);
		if (r == NULL || r->right != RIGHT_KEEP ||
		    r->until_ms != INT64_MAX)
			return false;
	}
	return true;
}

/* 1 it is in the log, 0 somebody else's epoch came between. */
static int
send_once(struct taking *t, struct err *e)
{
	struct exchange_result res;
	enum outgoing_state state;
	struct hash item;
	struct buf bytes;
	int rc;

	if (fetch(t, e) != 0)
		return -1;
	if (keeps_already(t))
		rc = err_set(e, ERR_CLASH, "this person keeps that section "
		    "already: it opens at their next sync");
	else
		rc = queue(t, &item, e);
	epoch_done(&t->cur);
	if (rc != 0 || exchange_sync(t->session, t->r, NULL, &res, e) != 0)
		return -1;
	buf_init(&bytes, 2 * CHANGESET_BYTES_MAX);
	rc = outbox_find(t->s, &item, &state, &bytes, e);
	buf_done(&bytes);
	return rc < 0 ? -1 : rc == 1 && state == OUTGOING_ACKED;
}

int
office_takeover(struct session *session, struct remote *r, const char *order,
    const char *share_a, const char *share_b, struct err *e)
{
	struct taking *t = mem_secret_new(sizeof(*t));
	int i, rc = -1;

	t->session = session;
	t->s = session_store(session);
	t->r = r;
	if (office_is_officer(t->s, e) == 0 &&
	    office_order_read(t->s, order, ORDER_TAKEOVER, &t->order, e) ==
	    0 && office_keys_join(t->s, share_a, share_b, &t->keys, e) == 0) {
		rc = office_order_log(session, r, &t->order, e);
		for (i = 0; rc == 0 && i < TRIES; i++) {
			rc = send_once(t, e);
			if (rc == 1)
				break;
		}
		office_keys_free(t->keys);
		rc = rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_AWAY,
		    "the section changed again and again while it was being "
		    "opened; run this once more");
	}
	mem_secret_free(t);
	return rc;
}
