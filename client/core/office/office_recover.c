/*
 * Recovery of one named space, by two officers and two paper shares.
 *
 * The order carries both signatures and goes into the log before anything is
 * served, so every member sees that, when and by whom a space was opened. The
 * keys live in locked memory for the length of one call; what is read goes to
 * the caller and is not stored.
 */
#include <string.h>

#include "client/core/office/office.h"

#include "client/core/local/fields.h"
#include "client/core/office/office_keys.h"
#include "client/core/office/office_order.h"
#include "client/core/sync/talk.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"

#define EPOCHS_MAX 4096

/* ---- opening ---- */

struct recovering {
	struct store *s;
	struct talk *t;
	struct office_keys *keys;
	struct id space;
	uint64_t after;
	struct sym_key *epoch_keys; /* by number; locked */
	bool *known;                /* by number */
	size_t closed;              /* texts that did not open */
	int (*fn)(void *ctx, const char *type, const char *field,
	    const char *text, struct err *e);
	void *ctx;
	struct record *rec;
	struct values *names;
};

static int
take_epoch(struct recovering *q, const struct changeset *cs, struct err *e)
{
	struct epoch ep;
	struct err why;
	int rc;

	if (!cs->whole || !cs->has_bodies)
		return 0;
	if (epoch_decode(cs->bodies[0], &ep, e) != 0)
		return -1;
	rc = ep.number >= EPOCHS_MAX ? err_set(e, ERR_TOOBIG,
	    "this space has had more than %d keys", EPOCHS_MAX) : 0;
	/* Its maker may have sealed it to others alone: what stands under it
	 * stays closed, all else does not. */
	if (rc == 0)
		q->known[ep.number] = epoch_open(&ep, ep.recovery,
		    &q->keys->recovery.box_pub, &q->keys->recovery.box,
		    &q->epoch_keys[ep.number], &why) == 0;
	epoch_done(&ep);
	return rc;
}

static int
tell_value(struct recovering *q, const struct field *f, const char *type,
    const struct value *v, struct err *e)
{
	char *text = value_text(q->names, f, v, e);
	int rc = text == NULL ? -1 : text[0] == '\0' ? 0 :
	    q->fn(q->ctx, type, f->name, text, e);

	if (text != NULL)
		mem_forget(text);
	return rc;
}

static int
tell_record(struct recovering *q, struct view plain, struct err *e)
{
	const struct record_kind *kind;
	const struct field *f;
	size_t i;
	char hex[ID_TEXT_BYTES];
	struct err why;
	int rc = 0;

	if (record_decode(plain, q->rec, &why) != 0) {
		q->closed++;
		return 0;
	}
	kind = fields_kind((enum record_type)q->rec->type);
	if (kind != NULL)
		rc = q->fn(q->ctx, kind->name, "id", id_text(&q->rec->id, hex),
		    e);
	for (i = 0; rc == 0 && kind != NULL && i < q->rec->op_count; i++) {
		f = fields_number((enum record_type)q->rec->type,
		    q->rec->ops[i].field);
		if (f != NULL)
			rc = tell_value(q, f, kind->name,
			    &q->rec->ops[i].value, e);
	}
	return rc;
}

static int
take_content(struct recovering *q, const struct changeset *cs, struct err *e)
{
	struct buf plain;
	struct err why;
	size_t i;
	int rc = 0;

	if (cs->h.epoch >= EPOCHS_MAX || !q->known[cs->h.epoch]) {
		q->closed += cs->h.count;
		return 0;
	}
	for (i = 0; rc == 0 && i < cs->h.count; i++) {
		if (cs->bodies[i].len == 0)
			continue; /* erased */
		buf_init(&plain, 2 * (size_t)CHANGESET_BODY_MAX);
		if (changeset_open(cs, i, &q->epoch_keys[cs->h.epoch],
		    &plain, &why) != 0)
			q->closed++;
		else
			rc = tell_record(q, buf_view(&plain), e);
		buf_done(&plain);
	}
	return rc;
}

/* Of the one space, by a listed device, in order: nothing else is opened. */
static int
take_item(void *ctx, const struct proto_item *it, struct err *e)
{
	struct recovering *q = ctx;
	struct changeset *cs = mem_new(sizeof(*cs));
	const struct roster_device *d;
	int rc = changeset_decode(it->bytes, cs, e);

	if (rc == 0) {
		d = roster_device(&q->s->roster, &cs->h.author);
		if (!id_eq(&cs->h.space, &q->space) ||
		    it->sseq != q->after + 1)
			rc = err_set(e, ERR_PEER, "the hub answered with "
			    "something else than the space that was ordered");
		else if (d == NULL || !changeset_verify(cs, &d->sign))
			rc = err_set(e, ERR_PEER, "an item of this space is "
			    "not signed by a device of this office");
	}
	if (rc == 0 && cs->h.kind == CHANGESET_EPOCH)
		rc = take_epoch(q, cs, e);
	else if (rc == 0 && cs->h.kind == CHANGESET_CONTENT)
		rc = take_content(q, cs, e);
	q->after = it->sseq;
	mem_free(cs);
	return rc;
}

/* 1: more, 0: the end. */
static int
take_page(struct recovering *q, struct err *e)
{
	struct proto_recover ask = { .space = q->space,
	    .after_sseq = q->after };

	return office_order_page(q->t, &ask, take_item, q, e);
}

static int
open_space(struct recovering *q, struct remote *r, struct err *e)
{
	int rc;

	q->t = mem_new(sizeof(*q->t));
	q->rec = mem_new(sizeof(*q->rec));
	q->known = mem_new(EPOCHS_MAX * sizeof(*q->known));
	q->epoch_keys = mem_secret_new(EPOCHS_MAX * sizeof(*q->epoch_keys));
	rc = talk_init(q->t, q->s, r, e);
	if (rc == 0) {
		do
			rc = take_page(q, e);
		while (rc == 1);
		talk_done(q->t);
	}
	/* One bad key or text must not keep the rest closed; it is said. */
	if (rc == 0 && q->closed > 0)
		rc = err_set(e, ERR_PEER, "%zu texts of this space did not "
		    "open: who wrote them did not seal them as it must be "
		    "done; all others are above", q->closed);
	mem_wipe(q->rec, sizeof(*q->rec));
	mem_secret_free(q->epoch_keys);
	mem_free(q->known);
	mem_free(q->rec);
	mem_free(q->t);
	return rc;
}

int
office_recover(struct session *session, struct remote *r, const char *order,
    const char *share_a, const char *share_b,
    int (*fn)(void *ctx, const char *type, const char *field,
	const char *text, struct err *e),
    void *ctx, struct err *e)
{
	struct recovering q = { .s = session_store(session), .fn = fn,
	    .ctx = ctx };
	struct directory_entry d;
	int rc = -1;

	/* The shares before the order: a wrong one must leave no trace. */
	if (office_is_officer(q.s, e) != 0 ||
	    office_order_read(q.s, order, ORDER_SPACE, &d, e) != 0 ||
	    office_keys_join(q.s, share_a, share_b, &q.keys, e) != 0)
		return -1;
	q.space = d.space;
	q.names = mem_new(sizeof(*q.names));
	values_init(q.names, session);
	if (office_order_log(session, r, &d, e) == 0)
		rc = open_space(&q, r, e);
	values_done(q.names);
	mem_free(q.names);
	office_keys_free(q.keys);
	return rc;
}
