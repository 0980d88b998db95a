/*
 * The labels of the sections that one person keeps, on the order of two
 * officers: from each the first record alone is served and opened.
 *
 * Source: schema/rules.md 9.6.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/office/office.h"

#include "client/core/local/fields.h"
#include "client/core/office/office_keys.h"
#include "client/core/office/office_order.h"
#include "client/core/sync/talk.h"
#include "common/base/mem.h"
#include "common/wire/epoch.h"
#include "common/wire/record.h"

#define LABELS_MAX 100000

struct looking {
	struct store *s;
	struct talk *t;
	struct office_keys *keys;
	struct id person;
	struct id space;        /* where it stands */
	uint64_t after;
	bool has_epoch;         /* newest one of that space */
	struct epoch epoch;
	struct record *rec;
	struct office_labels *out;
};

void
office_labels_done(struct office_labels *l)
{
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static struct office_label *
new_label(struct office_labels *l)
{
	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	return &l->items[l->count++];
}

static void
take_field(const struct op *op, struct office_label *out)
{
	const struct value *v = &op->value;

	if (op->field == SPACE_CASE && v->type == VALUE_BYTES &&
	    v->data.len == sizeof(out->case_id.b))
		memcpy(out->case_id.b, v->data.data, v->data.len);
	else if (op->field == SPACE_SECTION && v->type == VALUE_TEXT)
		snprintf(out->section, sizeof(out->section), "%.*s",
		    (int)v->data.len, (const char *)v->data.data);
	else if (op->field == SPACE_LABEL && v->type == VALUE_TEXT)
		snprintf(out->label, sizeof(out->label), "%.*s",
		    (int)v->data.len, (const char *)v->data.data);
}

/* 0 with or without a label, -1 out of room. */
static int
take_first(struct looking *q, const struct changeset *cs, struct err *e)
{
	struct office_label *label;
	struct sym_key key;
	struct buf plain;
	struct err why;
	size_t i;
	int rc;

	if (q->out->count >= LABELS_MAX)
		return err_set(e, ERR_TOOBIG, "this person keeps more than %d "
		    "sections", LABELS_MAX);
	buf_init(&plain, 2 * (size_t)CHANGESET_BODY_MAX);
	rc = !q->has_epoch || cs->h.epoch != q->epoch.number ||
	    !cs->has_bodies ? -1 : epoch_open(&q->epoch, q->epoch.recovery,
	    &q->keys->recovery.box_pub, &q->keys->recovery.box, &key, &why);
	if (rc == 0)
		rc = changeset_open(cs, 0, &key, &plain, &why);
	if (rc == 0)
		rc = record_decode(buf_view(&plain), q->rec, &why);
	if (rc == 0 && q->rec->type == TYPE_SPACE) {
		label = new_label(q->out);
		label->space = cs->h.space;
		for (i = 0; i < q->rec->op_count; i++)
			take_field(&q->rec->ops[i], label);
	} else {
		q->out->closed++;
	}
	mem_wipe(&key, sizeof(key));
	buf_done(&plain);
	return 0;
}

static void
leave_space(struct looking *q)
{
	if (q->has_epoch)
		epoch_done(&q->epoch);
	q->has_epoch = false;
}

/* Signed by a device of this office; spaces in order, each from its start. */
static int
take_item(void *ctx, const struct proto_item *it, struct err *e)
{
	struct looking *q = ctx;
	struct changeset *cs = mem_new(sizeof(*cs));
	const struct roster_device *d;
	int rc = changeset_decode(it->bytes, cs, e);
	int cmp = rc == 0 ? id_cmp(&cs->h.space, &q->space) : 0;

	if (rc == 0) {
		d = roster_device(&q->s->roster, &cs->h.author);
		if (cmp < 0 || (cmp == 0 && it->sseq <= q->after) ||
		    d == NULL || !changeset_verify(cs, &d->sign))
			rc = err_set(e, ERR_PEER, "the hub answered with "
			    "something else than the labels that were "
			    "ordered");
	}
	if (rc == 0) {
		if (cmp != 0 || cs->h.kind == CHANGESET_EPOCH)
			leave_space(q);
		q->space = cs->h.space;
		q->after = it->sseq;
		if (cs->h.kind == CHANGESET_CONTENT)
			rc = take_first(q, cs, e);
		else if (cs->h.kind == CHANGESET_EPOCH && cs->whole &&
		    cs->has_bodies) {
			rc = epoch_decode(cs->bodies[0], &q->epoch, e);
			q->has_epoch = rc == 0;
		}
	}
	mem_free(cs);
	return rc;
}

/* 1: more, 0: the end. */
static int
take_page(struct looking *q, struct err *e)
{
	struct proto_recover ask = { .space = q->space,
	    .after_sseq = q->after, .person = q->person };

	return office_order_page(q->t, &ask, take_item, q, e);
}

static int
look(struct looking *q, struct remote *r, struct err *e)
{
	int rc;

	q->t = mem_new(sizeof(*q->t));
	q->rec = mem_new(sizeof(*q->rec));
	rc = talk_init(q->t, q->s, r, e);
	if (rc == 0) {
		do
			rc = take_page(q, e);
		while (rc == 1);
		talk_done(q->t);
	}
	leave_space(q);
	mem_wipe(q->rec, sizeof(*q->rec));
	mem_free(q->rec);
	mem_free(q->t);
	return rc;
}

int
office_labels(struct session *session, struct remote *r, const char *order,
    const char *share_a, const char *share_b, struct office_labels *out,
    struct err *e)
{
	struct looking q = { .s = session_store(session), .out = out };
	struct directory_entry d;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (office_is_officer(q.s, e) != 0 ||
	    office_order_read(q.s, order, ORDER_LABELS, &d, e) != 0 ||
	    office_keys_join(q.s, share_a, share_b, &q.keys, e) != 0)
		return -1;
	q.person = d.whom;
	if (office_order_log(session, r, &d, e) == 0)
		rc = look(&q, r, e);
	office_keys_free(q.keys);
	if (rc != 0)
		office_labels_done(out);
	return rc;
}
