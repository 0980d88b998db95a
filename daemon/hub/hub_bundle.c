/*
 * A bundle: what a device without a line would have asked, brought by
 * somebody, and the answers for the way back. The same calls as over HTTPS, so
 * the same judgements; the known point of each is what the answer before it
 * showed. Its signature has no time: pushes are known again when they come
 * twice, and answers can be read by the device alone.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/checkpoint.h"
#include "daemon/hub/hub_stick.h"

/* What the frame around answers may take, and a page that follows. */
#define FRAME_BYTES 4096

struct work {
	struct hub *hub;
	struct bundle_ask ask;
	struct bundle_answer out;
	struct buf plain, bodies;
	size_t ends[BUNDLE_PAGES_MAX + 1];
	size_t parts;
	struct log_point known;
	bool moved;       /* ${known} is of an answer, not of the request */
	struct box_pub to;
};

/* ---- answers ---- */

static void
keep_part(struct work *w, unsigned status, struct bundle_part *out)
{
	out->status = status;
	w->ends[w->parts++] = w->bodies.len;
}

static void
refuse(struct work *w, const struct err *why, struct bundle_part *out)
{
	unsigned status = stick_refuse(why, &w->bodies);

	keep_part(w, status, out);
}

static void
learn(struct work *w, struct view note)
{
	struct checkpoint cp;
	struct err e;

	if (checkpoint_read(note, w->hub->name, &w->hub->pub, &cp, &e) != 0)
		return;
	w->known = cp.at;
	w->moved = true;
}

/* ---- the push ---- */

static void
answer_push(struct work *w)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct hub_pushed *pushed = mem_new(sizeof(*pushed));
	struct err e;

	err_clear(&e);
	w->out.pushed = true;
	if (proto_push_decode(w->ask.push, push, &e) != 0) {
		refuse(w, &e, &w->out.push);
	} else if (hub_push(w->hub, &w->ask.device, push, pushed, &e) != 0) {
		refuse(w, &e, &w->out.push);
		hub_pushed_done(pushed);
	} else {
		pushed->answer.now_ms = 0; /* nobody's clock goes by it */
		proto_pushed_encode(&pushed->answer, &w->bodies);
		learn(w, pushed->answer.checkpoint);
		keep_part(w, 200, &w->out.push);
		hub_pushed_done(pushed);
	}
	mem_free(pushed);
	mem_free(push);
}

/* ---- pages ---- */

/* 1 more follows, 0 none. */
static int
answer_page(struct work *w, struct proto_pull *pull)
{
	struct bundle_part *out = &w->out.pages[w->out.count];
	struct hub_page page;
	struct err e;
	size_t before = w->bodies.len;
	int more = 0;

	if (w->moved)
		pull->known = w->known;
	err_clear(&e);
	memset(&page, 0, sizeof(page));
	if (hub_pull(w->hub, &w->ask.device, pull, &page, &e) != 0) {
		refuse(w, &e, out);
		w->out.count++;
		hub_page_done(&page);
		return 0;
	}
	page.answer.now_ms = 0;
	proto_page_encode(&page.answer, &w->bodies);
	if (w->bodies.len + w->ask.pull.len + FRAME_BYTES >
	    BUNDLE_ANSWER_MAX || w->bodies.toobig) {
		w->bodies.len = before; /* the next bundle asks for it */
	} else {
		learn(w, page.answer.checkpoint);
		keep_part(w, 200, out);
		w->out.count++;
		pull->at = page.answer.next;
		pull->want_count = 0;
		more = page.answer.more && w->out.count < BUNDLE_PAGES_MAX;
	}
	hub_page_done(&page);
	return more;
}

static void
answer_pull(struct work *w)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct err e;

	err_clear(&e);
	if (proto_pull_decode(w->ask.pull, pull, &e) != 0) {
		refuse(w, &e, &w->out.pages[w->out.count++]);
	} else {
		if (pull->max_bytes > PROTO_PAGE_BYTES_MAX / 2)
			pull->max_bytes = PROTO_PAGE_BYTES_MAX / 2;
		while (answer_page(w, pull) == 1)
			;
	}
	mem_free(pull);
}

/* ---- the whole ---- */

/* Whose it is: of this hub's directory, and signed. */
static int
check_sender(struct work *w, struct err *e)
{
	struct stick_sender from;

	if (stick_sender(w->hub, &w->ask.device, &from, e) != 0)
		return -1;
	w->to = from.box;
	return bundle_ask_signed(&w->plain, &from.sign) ? 0 :
	    hub_refuse(e, ERR_DENIED, VERDICT_BAD_SIGNATURE);
}

/* Bodies stand one after the other in the order they were kept. */
static void
place_bodies(struct work *w)
{
	size_t i, start = 0, part = 0;

	if (w->out.pushed) {
		w->out.push.body = view_of(w->bodies.data, w->ends[0]);
		start = w->ends[part++];
	}
	for (i = 0; i < w->out.count; i++, part++) {
		w->out.pages[i].body = view_of(w->bodies.data + start,
		    w->ends[part] - start);
		start = w->ends[part];
	}
}

static int
answer(struct work *w, struct buf *out, struct err *e)
{
	w->out.device = w->ask.device;
	w->out.at_ms = hub_told_ms(w->hub);
	w->out.pull = w->ask.pull;
	if (w->ask.push.len > 0)
		answer_push(w);
	answer_pull(w);
	place_bodies(w);
	bundle_answer_seal(&w->out, w->hub->key, &w->to, out);
	return buf_check(out, "the answer to a bundle", e);
}

int
hub_bundle(struct hub *hub, struct view in, struct buf *out, struct err *e)
{
	struct work *w;
	int rc;

	if (bundle_of_files(in))
		return hub_stick(hub, in, out, e);
	w = mem_new(sizeof(*w));
	w->hub = hub;
	buf_init(&w->plain, in.len + 1);
	buf_init(&w->bodies, BUNDLE_ANSWER_MAX + PROTO_PAGE_BYTES_MAX);
	rc = bundle_ask_open(in, &hub->pub, hub->key, &w->plain, &w->ask, e);
	if (rc == 0)
		rc = check_sender(w, e);
	if (rc == 0)
		rc = answer(w, out, e);
	buf_done(&w->plain);
	buf_done(&w->bodies);
	mem_free(w);
	return rc;
}
