/*
 * A batch is at most 128 items and 1 MiB, never part of a group. Its answer
 * is taken as a whole: each accepted item with its receipt, each refused one
 * with its verdict. Answers that follow each other fast and refuse nothing are
 * filed in one transaction, because the notes of several batches share their
 * pages in the store. An answer that is lost costs nothing: the same bytes are
 * sent again and the hub says "duplicate" with the same receipt.
 */
#include "client/core/sync/push.h"

#include <string.h>

#include "client/core/local/places.h"
#include "client/core/outbox/deposit.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define HEARD_MAX 8    /* answers filed together, */
#define HEARD_MS 2000  /* and how long the first of them waits for that */

struct queued {
	int64_t oid, group;
	struct hash id;
	struct id space;
};

struct heard { /* a batch whose answer was checked and is to be filed */
	struct proto_push *ask;
	struct proto_pushed *said;
	struct queued items[PROTO_PUSH_ITEMS_MAX];
	size_t count;
	struct buf bytes, answer;
	struct checkpoint cp;
};

struct push {
	struct talk *t;
	struct push_result *out;
	struct proto_push *ask;
	struct proto_pushed *said;
	struct queued items[PROTO_PUSH_ITEMS_MAX];
	size_t count;
	int64_t after;       /* everything up to this oid was looked at */
	struct buf bytes, body, answer;
	size_t ends[PROTO_PUSH_ITEMS_MAX];
	size_t done, total;
	struct witness ahead; /* the newest head heard, filed or not */
	struct heard *heard[HEARD_MAX];
	size_t heard_count;
	int64_t heard_ms;     /* when the first of them came */
};

void
push_result_done(struct push_result *r)
{
	buf_done(&r->refused);
}

static bool
is_refused(const struct push_result *r, const struct id *space)
{
	size_t i;

	for (i = 0; i + sizeof(space->b) <= r->refused.len;
	    i += sizeof(space->b))
		if (memcmp(r->refused.data + i, space->b,
		    sizeof(space->b)) == 0)
			return true;
	return false;
}

/* ---- a batch ---- */

/* The last whole group ends the batch; what came of the next one is taken
 * back. */
static void
cut_group(struct push *p, int64_t group)
{
	while (p->count > 0 && p->items[p->count - 1].group == group)
		p->count--;
	p->bytes.len = p->count > 0 ? p->ends[p->count - 1] : 0;
	p->after = p->count > 0 ? p->items[p->count - 1].oid : p->after;
}

/* 1 added, 0 the batch is full. */
static int
add_item(struct push *p, struct stmt *q, struct err *e)
{
	struct view bytes = db_blob(q, 4);
	struct queued *it = &p->items[p->count];
	int64_t group = db_int(q, 1);

	if (p->count == PROTO_PUSH_ITEMS_MAX ||
	    (p->count > 0 && p->bytes.len + bytes.len >
	    PROTO_PUSH_BYTES_MAX)) {
		cut_group(p, group);
		return p->count > 0 ? 0 : err_set(e, ERR_TOOBIG,
		    "a change of many sections at once is larger than what "
		    "the hub takes in one piece");
	}
	it->oid = p->after = db_int(q, 0);
	it->group = group;
	if (db_hash(q, 2, &it->id) != 0 || db_id(q, 3, &it->space) != 0)
		return err_set(e, ERR_LOCAL, "the outbox is damaged");
	buf_add(&p->bytes, bytes.data, bytes.len);
	p->ends[p->count++] = p->bytes.len;
	return 1;
}

/* A group of which one space was refused is taken apart, not sent. */
static void
drop_refused(struct push *p)
{
	size_t i, j, n = 0, start = 0, at = 0;
	bool drop;

	for (i = 0; i < p->count; i++) {
		size_t len = p->ends[i] - start;

		drop = false;
		for (j = 0; j < p->count && !drop; j++)
			drop = p->items[j].group == p->items[i].group &&
			    is_refused(p->out, &p->items[j].space);
		if (!drop) {
			memmove(p->bytes.data + at, p->bytes.data + start,
			    len);
			at += len;
			p->items[n] = p->items[i];
			p->ends[n++] = at;
		}
		start += len;
	}
	p->count = n;
	p->bytes.len = at;
}

static int
load_batch(struct push *p, struct err *e)
{
	struct stmt *q = db_prepare(p->t->s->db, "SELECT oid, grp, id, space, "
	    "bytes FROM outgoing WHERE state = 1 AND oid > ? ORDER BY oid");
	int rc;

	p->count = 0;
	buf_reset(&p->bytes);
	db_bind_int(q, 1, p->after);
	while ((rc = db_step(q, e)) == 1) {
		rc = add_item(p, q, e);
		if (rc != 1)
			break;
	}
	db_reset(q);
	return rc < 0 ? -1 : buf_check(&p->bytes, "a push", e);
}

static int
encode(struct push *p, struct err *e)
{
	size_t i, start = 0;
	uint32_t group = 0;

	p->ask->known = p->ahead.newest.at;
	p->ask->count = p->count;
	for (i = 0; i < p->count; i++) {
		if (i > 0 && p->items[i].group != p->items[i - 1].group)
			group++;
		p->ask->items[i].group = group;
		p->ask->items[i].bytes = view_of(p->bytes.data + start,
		    p->ends[i] - start);
		start = p->ends[i];
	}
	buf_reset(&p->body);
	proto_push_encode(p->ask, &p->body);
	return buf_check(&p->body, "a request", e);
}

static int
ask(struct push *p, struct err *e)
{
	return encode(p, e) != 0 ? -1 : talk_ask(p->t, "/v1/push",
	    buf_view(&p->body), &p->answer, e);
}

/* ---- its answer ---- */

static bool
taken(const struct proto_pushed_item *it)
{
	return it->verdict == VERDICT_ACCEPTED ||
	    it->verdict == VERDICT_DUPLICATE;
}

static int
check_receipt(const struct push *p, const struct proto_pushed_item *it,
    const struct checkpoint *cp, struct err *e)
{
	const struct proto_receipt *r = &it->receipt;
	struct hash leaf;

	merkle_entry(p->t->s->roster.genesis.log_id, r->seq, r->accept_ms,
	    &it->id, &leaf);
	if (r->seq < cp->at.size && r->seq < PLACE_LOST &&
	    r->sseq < PLACE_LOST && merkle_check_inclusion(&leaf, r->seq,
	    cp->at.size, &cp->root, &r->inclusion))
		return 0;
	return err_set(e, ERR_PEER, "the hub says it took something and its "
	    "log does not show it; it stays in the outbox");
}

static int
file_accepted_tx(struct push *p, size_t i, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct outbox_sent sent = { 0, 0 };
	int rc = changeset_decode(p->ask->items[i].bytes, cs, e);

	if (rc == 0)
		rc = outbox_accept_tx(p->t->s, cs, &p->said->items[i].receipt,
		    &sent, e);
	p->t->figures->sent_notes += sent.notes;
	p->t->figures->sent_changes += sent.changes;
	p->out->sent++;
	mem_free(cs);
	return rc;
}

static int
file_refused_tx(struct push *p, size_t i, struct err *e)
{
	enum verdict v = p->said->items[i].verdict;
	struct stmt *q = db_prepare(p->t->s->db,
	    "UPDATE outgoing SET verdict = ? WHERE oid = ?");

	if (v == VERDICT_QUOTA || v == VERDICT_HUB_FULL) {
		p->out->full = v;
		return 0;
	}
	if (v != VERDICT_WITH_GROUP && p->out->why == 0)
		p->out->why = v;
	if (!is_refused(p->out, &p->items[i].space))
		buf_add(&p->out->refused, p->items[i].space.b,
		    sizeof(p->items[i].space.b));
	db_bind_int(q, 1, v);
	db_bind_int(q, 2, p->items[i].oid);
	if (db_run(q, e) != 0)
		return -1;
	return v == VERDICT_ERASED ? deposit_closed_tx(p->t->s,
	    &p->items[i].space, e) : 0;
}

static int
file_answer_tx(struct push *p, const struct checkpoint *cp, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < p->count; i++)
		rc = taken(&p->said->items[i]) ? file_accepted_tx(p, i, e) :
		    file_refused_tx(p, i, e);
	/* What follows a full hub's refusal in the same line is refused for
	 * not following: that is no refusal of its own. */
	if (p->out->full != 0) {
		buf_reset(&p->out->refused);
		p->out->why = 0;
	}
	return rc != 0 ? -1 : witness_save_tx(p->t->s, &p->t->witness, cp,
	    p->said->checkpoint, e);
}

/* To and fro: what is filed is what ${p} holds. */
static void
swap_batch(struct push *p, struct heard *h)
{
	struct heard was = { .ask = p->ask, .said = p->said,
		.count = p->count, .bytes = p->bytes, .answer = p->answer };

	memcpy(was.items, p->items, sizeof(was.items));
	p->ask = h->ask;
	p->said = h->said;
	memcpy(p->items, h->items, sizeof(p->items));
	p->count = h->count;
	p->bytes = h->bytes;
	p->answer = h->answer;
	was.cp = h->cp;
	*h = was;
}

static void
heard_free(struct heard *h)
{
	buf_done(&h->bytes);
	buf_done(&h->answer);
	mem_free(h->ask);
	mem_free(h->said);
	mem_free(h);
}

static void
keep_answer(struct push *p, const struct checkpoint *cp)
{
	struct heard *h = mem_new(sizeof(*h));

	h->ask = mem_new(sizeof(*h->ask));
	h->said = mem_new(sizeof(*h->said));
	buf_init(&h->bytes, PROTO_PUSH_BYTES_MAX + CHANGESET_BYTES_MAX);
	buf_init(&h->answer, PROTO_ANSWER_BYTES_MAX);
	h->cp = *cp;
	swap_batch(p, h);
	if (p->heard_count == 0)
		p->heard_ms = tick_mono_ms(&p->t->s->tick);
	p->heard[p->heard_count++] = h;
	p->ahead.newest = *cp;
	p->ahead.log_id = cp->at.log_id;
}

static int
file_heard_tx(struct push *p, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < p->heard_count; i++) {
		swap_batch(p, p->heard[i]);
		rc = file_answer_tx(p, &p->heard[i]->cp, e);
		swap_batch(p, p->heard[i]);
	}
	return rc;
}

static void
forget_heard(struct push *p)
{
	while (p->heard_count > 0)
		heard_free(p->heard[--p->heard_count]);
}

static int
file_heard(struct push *p, struct err *e)
{
	struct store *s = p->t->s;
	struct talk_figures before = *p->t->figures;
	uint64_t hlc = s->hlc;
	int64_t hub_ms = s->hub_ms;
	struct err undo;
	int rc;

	if (p->heard_count == 0)
		return 0;
	rc = db_begin(s->db, e);
	if (rc == 0)
		rc = db_end(s->db, file_heard_tx(p, e), e);
	forget_heard(p);
	if (rc == 0)
		return 0;
	*p->t->figures = before;
	s->hlc = hlc;
	s->hub_ms = hub_ms;
	witness_done(&p->t->witness);
	(void)witness_load(s, &p->t->witness, &undo);
	return -1;
}

/* After a contradiction: evidence is what was heard before and this. */
static void
stop(struct push *p, struct view note, const char *words)
{
	struct err again;

	(void)file_heard(p, &again);
	(void)witness_stop(p->t->s, &p->t->witness, note, words, &again);
}

static int
check_answer(struct push *p, struct checkpoint *cp, struct err *e)
{
	struct talk *t = p->t;
	struct witness_in in = { &t->s->roster.genesis, p->said->checkpoint,
		&p->said->consistency };
	size_t i;

	if (p->said->count != p->count)
		return err_set(e, ERR_PEER, "the hub answered about %zu items "
		    "of %zu", p->said->count, p->count);
	if (witness_read(&p->ahead, &in, cp, e) != 0) {
		if (e->code == WITNESS_SPLIT)
			stop(p, in.note, e->text);
		return -1;
	}
	for (i = 0; i < p->count; i++) {
		if (!hash_eq(&p->said->items[i].id, &p->items[i].id))
			return err_set(e, ERR_PEER, "the hub answered about "
			    "something that was not sent");
		if (taken(&p->said->items[i]) &&
		    check_receipt(p, &p->said->items[i], cp, e) != 0)
			return -1;
	}
	return 0;
}

/* A refusal is filed at once: the next batch leaves out what goes with it. */
static bool
is_due(const struct push *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (!taken(&p->said->items[i]))
			return true;
	return p->heard_count + 1 == HEARD_MAX || (p->heard_count > 0 &&
	    tick_mono_ms(&p->t->s->tick) - p->heard_ms >= HEARD_MS);
}

static int
take_answer(struct push *p, struct err *e)
{
	struct checkpoint cp;
	bool due;

	if (check_answer(p, &cp, e) != 0)
		return -1;
	due = is_due(p);
	keep_answer(p, &cp);
	return due ? file_heard(p, e) : 0;
}

/* 1 there may be more, 0 nothing is left. */
static int
one_batch(struct push *p, struct err *e)
{
	int64_t before = p->after;

	if (load_batch(p, e) != 0)
		return -1;
	if (p->count == 0)
		return 0;
	drop_refused(p);
	if (p->count == 0)
		return p->after > before ? 1 : 0;
	if (ask(p, e) != 0)
		return -1;
	if (proto_pushed_decode(buf_view(&p->answer), p->said, e) != 0)
		return err_add(e, "the hub's answer cannot be read");
	talk_clock(p->t, p->said->now_ms);
	p->done += p->count;
	if (take_answer(p, e) != 0)
		return -1;
	talk_tell(p->t, N_("sending"), p->done, p->total);
	return p->out->full == 0;
}

static int
count_ready(struct push *p, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(p->t->s->db,
	    "SELECT count(*) FROM outgoing WHERE state = 1", &n, e) < 0)
		return -1;
	p->total = (size_t)n;
	return 0;
}

static struct push *
push_new(struct talk *t, struct push_result *out)
{
	struct push *p = mem_new(sizeof(*p));

	memset(out, 0, sizeof(*out));
	buf_init(&out->refused, SIZE_MAX);
	p->t = t;
	p->out = out;
	p->after = INT64_MIN; /* what the hub lost of the directory first */
	p->ask = mem_new(sizeof(*p->ask));
	p->said = mem_new(sizeof(*p->said));
	buf_init(&p->bytes, PROTO_PUSH_BYTES_MAX + CHANGESET_BYTES_MAX);
	buf_init(&p->body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&p->answer, PROTO_ANSWER_BYTES_MAX);
	p->ahead.newest = t->witness.newest;
	p->ahead.log_id = t->witness.log_id;
	return p;
}

static void
push_free(struct push *p)
{
	forget_heard(p);
	buf_done(&p->bytes);
	buf_done(&p->body);
	buf_done(&p->answer);
	mem_free(p->ask);
	mem_free(p->said);
	mem_free(p);
}

int
push_all(struct talk *t, struct push_result *out, struct err *e)
{
	struct push *p = push_new(t, out);
	struct err after;
	int rc = count_ready(p, e);

	if (rc == 0 && p->total > 0)
		do
			rc = one_batch(p, e);
		while (rc == 1);
	/* Also what was heard before a request failed. */
	if (file_heard(p, rc < 0 ? &after : e) != 0)
		rc = -1;
	push_free(p);
	return rc;
}

/* ---- by bundle ---- */

int
push_write(struct talk *t, struct buf *body, size_t *items, size_t *left,
    struct err *e)
{
	struct push_result none;
	struct push *p = push_new(t, &none);
	int rc = count_ready(p, e);

	*items = 0;
	if (rc == 0)
		rc = load_batch(p, e);
	if (rc == 0 && p->count > 0 && (rc = encode(p, e)) == 0)
		buf_add(body, p->body.data, p->body.len);
	if (rc == 0) {
		*items = p->count;
		*left = p->total - p->count;
	}
	push_free(p);
	push_result_done(&none);
	return rc;
}

/* 1 it waits here and is in the batch now, 0 it does not. */
static int
find_item(struct push *p, const struct hash *id, struct err *e)
{
	struct stmt *q = db_prepare(p->t->s->db, "SELECT oid, grp, id, space, "
	    "bytes FROM outgoing WHERE state = 1 AND id = ?");
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	if (rc == 1)
		rc = add_item(p, q, e);
	db_reset(q);
	return rc;
}

static int
find_items(struct push *p, struct err *e)
{
	size_t i, kept = 0;
	int rc;

	for (i = 0; i < p->said->count; i++) {
		rc = find_item(p, &p->said->items[i].id, e);
		if (rc < 0)
			return -1;
		if (rc == 1)
			p->said->items[kept++] = p->said->items[i];
	}
	p->said->count = kept;
	return encode(p, e);
}

int
push_take(struct talk *t, struct view answer, struct push_result *out,
    struct err *e)
{
	struct push *p = push_new(t, out);
	int rc = proto_pushed_decode(answer, p->said, e);

	if (rc != 0)
		err_add(e, "the hub's answer cannot be read");
	else if ((rc = find_items(p, e)) == 0)
		rc = take_answer(p, e);
	if (rc == 0)
		rc = file_heard(p, e);
	push_free(p);
	return rc;
}
