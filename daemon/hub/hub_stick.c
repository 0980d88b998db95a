/*
 * Files of attachments by stick: pieces to take and pieces that are asked for,
 * judged as over a line. Each may come twice, late, or never.
 */
#include "daemon/hub/hub_stick.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/stick.h"

struct work {
	struct hub *hub;
	struct stick_ask ask;
	struct stick_answer out;
	size_t ends[STICK_CALLS_MAX];
	struct buf plain, bodies;
	struct stick_sender from;
};

/* ---- both kinds ---- */

int
stick_sender(struct hub *hub, const struct id *device,
    struct stick_sender *out, struct err *e)
{
	const struct roster_device *d;
	bool known;

	pthread_rwlock_rdlock(&hub->live_lock);
	d = roster_device(&hub->live, device);
	known = d != NULL;
	if (known) {
		out->sign = d->sign;
		out->box = d->box;
	}
	pthread_rwlock_unlock(&hub->live_lock);
	return known ? 0 : hub_refuse(e, ERR_DENIED, VERDICT_UNKNOWN_DEVICE);
}

static unsigned
status_of(const struct err *e)
{
	switch (e->kind) {
	case ERR_ABSENT:
		return 404;
	case ERR_DENIED:
		return 403;
	case ERR_CLASH:
		return 409;
	case ERR_AWAY:
		return 503;
	case ERR_INPUT:
	case ERR_PEER:
		return 400;
	default:
		return 500;
	}
}

unsigned
stick_refuse(const struct err *why, struct buf *out)
{
	struct proto_refusal r = { .verdict = hub_verdict(why) };
	const char *words = status_of(why) == 500 ? "the hub has trouble of "
	    "its own" : why->text;

	memcpy(r.words, words, strnlen(words, sizeof(r.words) - 1));
	proto_refusal_encode(&r, out);
	return status_of(why);
}

/* ---- one call ---- */

static int
put(struct work *w, const struct stick_call *c, struct stick_part *p,
    struct err *e)
{
	struct proto_blob_put m;
	struct proto_blob_have have;

	if (proto_blob_put_decode(c->body, &m, e) != 0)
		return -1;
	p->name = m.name;
	p->at = m.at;
	p->item = m.item;
	if (hub_blob_put(w->hub, &w->ask.device, &m, &have, e) != 0)
		return -1;
	proto_blob_have_encode(&have, &w->bodies);
	return 0;
}

static int
get(struct work *w, const struct stick_call *c, struct stick_part *p,
    struct err *e)
{
	struct proto_blob_get m;
	struct hub_piece piece;
	int rc;

	if (proto_blob_get_decode(c->body, &m, e) != 0)
		return -1;
	p->name = m.name;
	p->at = m.at;
	rc = hub_blob_get(w->hub, &w->ask.device, &m, &piece, e);
	if (rc == 0)
		proto_blob_piece_encode(&piece.answer, &w->bodies);
	hub_piece_done(&piece);
	return rc;
}

static void
answer_call(struct work *w, size_t i)
{
	const struct stick_call *c = &w->ask.calls[i];
	struct stick_part *p = &w->out.parts[i];
	struct err e;

	err_clear(&e);
	p->kind = c->kind;
	p->status = 200;
	if ((c->kind == STICK_PUT ? put : get)(w, c, p, &e) != 0)
		p->status = stick_refuse(&e, &w->bodies);
	w->ends[i] = w->bodies.len;
}

static int
answer(struct work *w, struct buf *out, struct err *e)
{
	size_t i, start = 0;

	w->out.device = w->ask.device;
	w->out.count = w->ask.count;
	for (i = 0; i < w->ask.count; i++)
		answer_call(w, i);
	for (i = 0; i < w->ask.count; i++) {
		w->out.parts[i].body = view_of(w->bodies.data + start,
		    w->ends[i] - start);
		start = w->ends[i];
	}
	stick_answer_seal(&w->out, w->hub->key, &w->from.box, out);
	return buf_check(out, "the answer to a bundle", e);
}

int
hub_stick(struct hub *hub, struct view in, struct buf *out, struct err *e)
{
	struct work *w = mem_new(sizeof(*w));
	int rc;

	w->hub = hub;
	buf_init(&w->plain, in.len + 1);
	buf_init(&w->bodies, BUNDLE_ANSWER_MAX);
	rc = stick_ask_open(in, &hub->pub, hub->key, &w->plain, &w->ask, e);
	if (rc == 0)
		rc = stick_sender(hub, &w->ask.device, &w->from, e);
	if (rc == 0 && !stick_ask_signed(&w->plain, &w->from.sign))
		rc = hub_refuse(e, ERR_DENIED, VERDICT_BAD_SIGNATURE);
	if (rc == 0)
		rc = answer(w, out, e);
	buf_done(&w->plain);
	buf_done(&w->bodies);
	mem_free(w);
	return rc;
}
