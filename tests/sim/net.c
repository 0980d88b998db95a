/*
 * The network between: a request may be lost, cut, doubled, come late, or
 * wait while others go first. Whatever reaches the hub is kept for judging.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/proto.h"
#include "tests/sim/sim.h"
#include "tests/support/world.h"

static void
keep(struct sim *s, int side, struct view bytes)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct received *r;
	struct err e;

	if (changeset_decode(bytes, cs, &e) == 0) {
		for (r = s->received; r != NULL; r = r->next)
			if (hash_eq(&r->id, &cs->id) && r->side == side)
				break;
		if (r == NULL) {
			r = mem_new(sizeof(*r));
			buf_init(&r->bytes, SIZE_MAX);
			buf_add(&r->bytes, bytes.data, bytes.len);
			r->id = cs->id;
			r->side = (uint8_t)side;
			r->next = s->received;
			s->received = r;
		}
		/* Again and again until the hub has answered. */
		if (!r->answered)
			r->at_ms = s->now_ms;
	}
	mem_free(cs);
}

/* Nothing of what people write may be seen on the way. */
static void
look(struct sim *s, const char *path, struct view body)
{
	if (truth_shows(body) ||
	    memmem(body.data, body.len, SIM_CHILD, strlen(SIM_CHILD)))
		sim_fail(s, "a text went to the hub in the clear (%s)", path);
}

static void
keep_push(struct sim *s, int side, struct view body)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct err e;
	size_t i;

	if (proto_push_decode(body, push, &e) == 0)
		for (i = 0; i < push->count; i++)
			keep(s, side, push->items[i].bytes);
	mem_free(push);
}

/* What is in a bundle is pushed as over a line. */
static void
keep_carried(struct sim *s, int side, struct view body)
{
	struct bundle_ask m;
	struct buf plain;
	struct err e;

	buf_init(&plain, SIZE_MAX);
	if (bundle_ask_open(body, &s->hub_pub, &s->hub_key, &plain, &m, &e) ==
	    0) {
		look(s, "/v1/bundle", buf_view(&plain));
		if (m.push.len > 0)
			keep_push(s, side, m.push);
	}
	buf_done(&plain);
}

static void
keep_all(struct sim *s, int side, const char *path, struct view body)
{
	struct proto_claim *claim;
	struct err e;
	size_t i;

	look(s, path, body);
	if (strcmp(path, "/v1/push") == 0) {
		keep_push(s, side, body);
	} else if (strcmp(path, "/v1/bundle") == 0) {
		keep_carried(s, side, body);
	} else if (strcmp(path, "/v1/claim") == 0) {
		claim = mem_new(sizeof(*claim));
		if (proto_claim_decode(body, claim, &e) == 0)
			for (i = 0; i < claim->count; i++)
				keep(s, side, claim->items[i]);
		mem_free(claim);
	}
}

static int
serve(struct sim *s, int side, const struct remote_call *c,
    struct buf *answer)
{
	struct received *r;
	int status;

	s->requests++;
	s->now_ms += 20;
	keep_all(s, side, c->path, c->body);
	status = world_serve(s->hub[side], c, answer);
	for (r = s->received; r != NULL && status == 200; r = r->next)
		r->answered |= r->side == side && r->at_ms == s->now_ms;
	if (simdisk_crashed(s->hub_disk)) {
		cast_hub_restart(s);
		return 0;
	}
	return status;
}

void
net_late(struct sim *s)
{
	struct late **at = &s->late, *l;
	struct remote_call c = { .method = "POST" };
	struct buf answer;

	while ((l = *at) != NULL) {
		if (l->due > s->cursor && !s->healing) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		c.path = l->path;
		c.body = buf_view(&l->body);
		c.me = &s->actor[l->actor].keys;
		buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
		(void)serve(s, s->actor[l->actor].side, &c, &answer);
		buf_done(&answer);
		buf_done(&l->body);
		mem_free(l);
	}
}

static void
remember(struct actor *a, const struct remote_call *c, unsigned param)
{
	struct late *l = mem_new(sizeof(*l));

	l->due = a->sim->cursor + 1 + param % 40;
	l->actor = a->no;
	snprintf(l->path, sizeof(l->path), "%s", c->path);
	buf_init(&l->body, SIZE_MAX);
	buf_add(&l->body, c->body.data, c->body.len);
	l->next = a->sim->late;
	a->sim->late = l;
}

/* Others act while this one waits. */
static void
others(struct sim *s, unsigned n)
{
	size_t i;

	if (s->depth >= 3)
		return;
	for (i = 0; i < 1 + n % 4 && s->cursor < s->plan->count; i++) {
		const struct step *st = &s->plan->step[s->cursor];

		if (st->actor < s->actors && s->actor[st->actor].busy)
			break;
		if (st->kind == STEP_ENROL || st->kind == STEP_REVOKE)
			break; /* needs the officer, who may be busy */
		act_step(s);
	}
}

static int
away(struct err *e, const char *what)
{
	return err_set(e, ERR_AWAY, "%s", what);
}

static int
answered(int status, int *out, struct err *e)
{
	if (status == 0)
		return away(e, "the hub cannot be reached");
	*out = status;
	return 0;
}

/* Its answer arrives as the hub gave it. */
static bool
comes_whole(enum fault f)
{
	return f == FAULT_NONE || f == FAULT_TWICE || f == FAULT_LATE ||
	    f == FAULT_MEANWHILE || f == FAULT_BETWEEN;
}

/* A signed head can be met in it. */
static bool
has_head(const char *path)
{
	return strcmp(path, "/v1/pull") == 0 || strcmp(path, "/v1/push") == 0;
}

int
net_call(void *ctx, const struct remote_call *c, int *status,
    struct buf *answer, struct err *e)
{
	struct actor *a = ctx;
	struct sim *s = a->sim;
	enum fault f = FAULT_NONE;
	unsigned param = a->step != NULL ? a->step->param : 0;
	struct remote_call cut = *c;
	struct buf ignored;
	int rc;

	if (a->step != NULL && ++a->calls == a->step->call)
		f = a->step->fault;
	if (a->apart_until > s->cursor && !s->healing)
		return away(e, "there is no network here");
	if (a->session != NULL && strcmp(c->path, "/v1/push") == 0 &&
	    cast_stopped(a))
		sim_fail(s, "person %d sends although its store is stopped",
		    a->no);
	if (f != FAULT_NONE)
		sim_note(s, "   %s (%s)", fault_names[f], c->path);
	/* A hub that keeps back what would tell at once: the rest must do. */
	if (a->old && strcmp(c->path, "/v1/anchor") == 0) {
		s->requests++;
		*status = 404;
		return 0;
	}
	switch (f) {
	case FAULT_REQUEST_LOST:
		return away(e, "the hub cannot be reached");
	case FAULT_LATE:
		remember(a, c, param);
		break;
	case FAULT_MEANWHILE:
		others(s, param);
		break;
	case FAULT_TWICE:
		buf_init(&ignored, PROTO_ANSWER_BYTES_MAX);
		(void)serve(s, a->side, c, &ignored);
		buf_done(&ignored);
		break;
	case FAULT_REQUEST_CUT:
		cut.body.len = cut.body.len * param / 1000;
		buf_init(&ignored, PROTO_ANSWER_BYTES_MAX);
		(void)serve(s, a->side, &cut, &ignored);
		buf_done(&ignored);
		return away(e, "the hub cannot be reached");
	case FAULT_HUB_DIES:
		cast_hub_restart(s);
		return away(e, "the hub cannot be reached");
	default:
		break;
	}
	rc = answered(serve(s, a->side, c, answer), status, e);
	if (rc == 0 && *status == 200 && comes_whole(f) && has_head(c->path))
		trouble_meets(a);
	if (rc == 0 && *status == 200 && strcmp(c->path, "/v1/recover") == 0)
		labels_served(a, answer);
	if (rc == 0 && *status == 200)
		lie(a, f, c->path, answer, param);
	if (f == FAULT_BETWEEN)
		others(s, param);
	if (f == FAULT_ANSWER_LOST) {
		buf_reset(answer);
		return away(e, "the answer was lost");
	}
	if (f == FAULT_ANSWER_CUT && rc == 0)
		answer->len = answer->len * param / 1000;
	/* Who carries it cannot read it; HTTP tells them by its length. */
	if (f == FAULT_ANSWER_CUT && rc == 0 &&
	    strcmp(c->path, "/v1/bundle") == 0)
		return away(e, "the answer was cut");
	return rc;
}
