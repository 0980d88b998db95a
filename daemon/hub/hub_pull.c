/*
 * Pulling: what is new for one device, space by space, resumable.
 *
 * A new pull fixes its upper end, the log's size at that moment, and walks the
 * directory, then the device's spaces in order of id. Membership is taken as
 * it stood at that end: a space granted later waits for the next pull, which
 * begins it from its start because the grant lies past the cursor.
 *
 * A revoked device gets the directory and nothing else: there it finds its own
 * revocation, which it believes on nobody's bare word.
 *
 * A device that lost a space, or whose right there is over, gets the control
 * items, so that it can see why, and of content the headers alone: nothing is
 * disclosed after a withdrawal, and the stream still shows no gap. What is
 * addressed to it comes whole: letters, and orders to erase what it wrote.
 */
#include <string.h>

#include "common/base/mem.h"
#include "daemon/hub/page.h"

#define FEEDS 64 /* spaces asked for at a time */

struct pull {
	struct hub *hub;
	const struct id *device;
	const struct proto_pull *in;
	struct page page;
	int64_t now_ms;
	uint64_t cursor, until;
	struct id space;     /* where it stands */
	uint64_t seq;        /* after this one, in that space, if resumed */
	bool resumed;
	bool revoked;        /* the device: the directory alone is served */
};

/* ---- one item ---- */

static bool
is_open(const struct pull *p, const struct hubdb_feed *f)
{
	return id_is_zero(&f->space) || (f->member && f->m.listed &&
	    f->m.until_ms > p->now_ms);
}

/* 1 with its body, 0 the header alone, -1. */
static int
choose_form(struct pull *p, const struct hubdb_feed *f,
    const struct hubdb_item *item, bool wanted, struct err *e)
{
	const uint64_t span[2] = { item->seq, item->seq + 1 };
	struct hubdb_item letter;

	if (id_eq(&item->author, p->device))
		return wanted;
	if (is_open(p, f))
		return 1;
	switch (item->kind) {
	case CHANGESET_EPOCH:
	case CHANGESET_ACCESS:
		return 1;
	case CHANGESET_LETTER:
	case CHANGESET_ERASE:
		return hubdb_letter_next(p->page.db, p->device, &f->space,
		    span, &letter, e);
	default:
		return 0;
	}
}

static int
add(struct pull *p, const struct hubdb_feed *f,
    const struct hubdb_item *item, bool wanted, struct err *e)
{
	int body = choose_form(p, f, item, wanted, e);

	return body < 0 ? -1 : page_add(&p->page, item, body == 1, e);
}

/* ---- wants: a stretch of a space again ---- */

static int
find_feed(struct pull *p, const struct id *space, struct hubdb_feed *f,
    struct err *e)
{
	int rc = 1;

	memset(f, 0, sizeof(*f));
	f->space = *space;
	if (!id_is_zero(space)) {
		rc = hubdb_member_find(p->page.db, p->device, space, &f->m, e);
		f->member = rc == 1;
	}
	return rc;
}

/* 1 all of it is on the page, 0 the page is full, -1. */
static int
serve_want(struct pull *p, const struct proto_want *w, struct err *e)
{
	uint64_t sseq = w->after_sseq, end = p->page.size;
	struct hubdb_feed f;
	struct hubdb_item item;
	int rc = find_feed(p, &w->space, &f, e);

	if (rc != 1)
		return rc < 0 ? -1 : 1; /* not its space: nothing to send */
	if (f.member && !f.m.listed)
		end = f.m.removed_seq + 1;
	while ((rc = hubdb_item_after(p->page.db, &w->space, sseq, &item,
	    e)) == 1 && item.seq < end && item.sseq <= w->upto_sseq) {
		rc = add(p, &f, &item, true, e);
		if (rc != 1)
			return rc;
		sseq = item.sseq;
	}
	return rc < 0 ? -1 : 1;
}

/* ---- the walk ---- */

/* First and last seq + 1 of what this device is to get of a space. */
static void
span_of(const struct pull *p, const struct hubdb_feed *f, uint64_t span[2])
{
	span[0] = p->cursor;
	span[1] = p->until;
	if (id_is_zero(&f->space))
		return;
	if (!f->member || f->m.since_seq >= p->until) {
		span[1] = span[0]; /* letters only, or not yet */
		return;
	}
	if (f->m.since_seq >= p->cursor)
		span[0] = 0;
	if (f->m.listed)
		return;
	if (f->m.removed_seq < p->cursor)
		span[0] = span[1] = p->cursor;
	else if (f->m.removed_seq + 1 < span[1])
		span[1] = f->m.removed_seq + 1;
}

/* The next item of the stream's span, then the letters past it. */
static int
next_item(struct pull *p, const struct hubdb_feed *f, const uint64_t span[2],
    uint64_t from, struct hubdb_item *out, struct err *e)
{
	uint64_t rest[2];
	int rc = 0;

	if (from < span[1])
		rc = hubdb_item_next(p->page.db, &f->space, from, span[1],
		    out, e);
	if (rc != 0 || span[1] == p->until)
		return rc;
	rest[0] = from > span[1] ? from : span[1];
	rest[1] = p->until;
	return hubdb_letter_next(p->page.db, p->device, &f->space, rest, out,
	    e);
}

/* 1 done with this space, 0 the page is full, -1. */
static int
serve_space(struct pull *p, const struct hubdb_feed *f, struct err *e)
{
	struct hubdb_item item;
	uint64_t span[2], from;
	int rc;

	span_of(p, f, span);
	from = span[0];
	if (p->resumed && id_eq(&f->space, &p->space) && p->seq >= from)
		from = p->seq + 1;
	while ((rc = next_item(p, f, span, from, &item, e)) == 1) {
		rc = add(p, f, &item, false, e);
		if (rc != 1)
			return rc;
		from = item.seq + 1;
		p->space = f->space;
		p->seq = item.seq;
		p->resumed = true;
	}
	return rc < 0 ? -1 : 1;
}

/* The id after ${id}; false: there is none. */
static bool
id_after(struct id *id)
{
	size_t i;

	for (i = sizeof(id->b); i-- > 0;)
		if (++id->b[i] != 0)
			return true;
	return false;
}

static int
serve_spaces(struct pull *p, struct err *e)
{
	struct hubdb_feed_in in = { .device = *p->device, .from = p->space,
		.cursor = p->cursor, .until = p->until };
	struct hubdb_feed *list = mem_new(FEEDS * sizeof(*list));
	size_t i, n;
	int rc = 1;

	do {
		if (hubdb_feed(p->page.db, &in, list, FEEDS, &n, e) != 0)
			rc = -1;
		for (i = 0; rc == 1 && i < n; i++)
			rc = serve_space(p, &list[i], e);
		if (rc != 1 || n < FEEDS)
			break;
		in.from = list[n - 1].space;
	} while (id_after(&in.from));
	mem_free(list);
	return rc;
}

static int
walk(struct pull *p, struct err *e)
{
	struct hubdb_feed directory = { .member = false };
	size_t i;
	int rc = 1;

	for (i = 0; rc == 1 && i < p->in->want_count; i++)
		if (!p->revoked || id_is_zero(&p->in->wants[i].space))
			rc = serve_want(p, &p->in->wants[i], e);
	if (rc == 1 && id_is_zero(&p->space))
		rc = serve_space(p, &directory, e);
	return rc == 1 && !p->revoked ? serve_spaces(p, e) : rc;
}

/* ---- where a pull stands ---- */

static int
place(struct pull *p, struct err *e)
{
	const struct proto_cursor *at = &p->in->at;

	if (at->cursor > p->page.size || at->until > p->page.size ||
	    (at->until != 0 && at->cursor > at->until))
		return err_set(e, ERR_CLASH, "the device stands past the end "
		    "of this hub's log; the hub may have been restored from "
		    "a backup");
	p->cursor = at->cursor;
	p->until = at->until != 0 ? at->until : p->page.size;
	p->resumed = at->until != 0;
	if (p->resumed) {
		p->space = at->space;
		p->seq = at->seq;
	}
	return 0;
}

static void
say_where(const struct pull *p, bool done, bool moved,
    struct proto_page *out)
{
	out->more = !done;
	if (!done && !moved) {
		out->next = p->in->at;
		return;
	}
	memset(&out->next, 0, sizeof(out->next));
	out->next.cursor = done ? p->until : p->cursor;
	if (!done) {
		out->next.until = p->until;
		out->next.space = p->space;
		out->next.seq = p->seq;
	}
}

static bool
has_moved(const struct pull *p)
{
	const struct proto_cursor *at = &p->in->at;

	return p->resumed && (at->until == 0 || p->seq != at->seq ||
	    !id_eq(&p->space, &at->space));
}

static int
fill(struct pull *p, struct err *e)
{
	int rc;

	if (page_begin(&p->page, p->hub, &p->in->known, p->in->max_bytes,
	    e) != 0 || place(p, e) != 0)
		return -1;
	rc = walk(p, e);
	if (rc < 0)
		return -1;
	page_end(&p->page);
	say_where(p, rc == 1, has_moved(p), &p->page.out->answer);
	return 0;
}

int
hub_pull(struct hub *hub, const struct id *device,
    const struct proto_pull *in, struct hub_page *out, struct err *e)
{
	struct pull p = { .hub = hub, .device = device, .in = in };
	struct sign_pub pub;
	enum verdict v = hub_device(hub, device, &pub);
	int rc = -1;

	page_init(out);
	p.revoked = v == VERDICT_REVOKED;
	if ((v != VERDICT_ACCEPTED && !p.revoked &&
	    hub_refuse(e, ERR_DENIED, v) != 0) ||
	    (hub_waits(hub) && hub_refuse_waiting(e) != 0) ||
	    page_known(hub, &in->known, e) != 0)
		return -1;
	p.page.db = hub_read(hub, e);
	p.page.out = out;
	p.now_ms = hub_now_ms(hub);
	if (p.page.db != NULL)
		rc = fill(&p, e);
	hub_read_end(hub, p.page.db);
	return rc;
}

void
hub_page_done(struct hub_page *out)
{
	proto_page_done(&out->answer);
	buf_done(&out->note);
	buf_done(&out->bytes);
}
