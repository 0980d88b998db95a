/*
 * daemon/hub in one process, on a folder in /tmp and a clock that stands
 * still until told: every verdict, receipts and proofs, groups, group commit,
 * pulls page by page, spaces won and lost, letters, the claim, the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/support/hubworld.h"

#define MINUTE_MS 60000LL
#define DAY_MS (24 * 60 * MINUTE_MS)
#define WORKER 2
#define NURSE 3
#define THIRD 4

static struct id
space_id(int n)
{
	struct id s;

	memset(s.b, n, sizeof(s.b));
	return s;
}

/* A space of WORKER as keeper, with NURSE and THIRD as writers. */
static struct id
make_space(struct hubworld *w, int n, struct hash *epoch2)
{
	struct id s = space_id(n);
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { WORKER },
		.rights = { RIGHT_KEEP } };
	struct hw_epoch two = { .number = 2, .count = 3,
		.devs = { WORKER, NURSE, THIRD },
		.rights = { RIGHT_KEEP, RIGHT_WRITE, RIGHT_WRITE } };
	struct hw_item it;

	hw_epoch(w, WORKER, &s, &one, &it);
	two.prev = it.id;
	assert_int_equal(hw_push1(w, WORKER, &it), VERDICT_ACCEPTED);
	hw_epoch(w, WORKER, &s, &two, &it);
	*epoch2 = it.id;
	assert_int_equal(hw_push1(w, WORKER, &it), VERDICT_ACCEPTED);
	return s;
}

static enum verdict
note(struct hubworld *w, int dev, const struct id *space, uint32_t epoch)
{
	struct hw_item it;

	hw_note(w, dev, space, epoch, &it);
	return hw_push1(w, dev, &it);
}

static uint64_t
log_size(struct hubworld *w)
{
	struct proto_info info;
	struct err e;

	assert_int_equal(hub_info(w->hub, &info, &e), 0);
	return info.log.size;
}

/* ---- claim ---- */

static int
try_claim(struct hubworld *w, const char *code, struct err *e)
{
	struct proto_claim claim;
	struct buf b;
	int rc;

	buf_init(&b, 1 << 20);
	memset(w->dev[0].lines, 0, sizeof(w->dev[0].lines));
	memset(&w->root_line, 0, sizeof(w->root_line));
	hw_claim_body(w, code, &b);
	assert_int_equal(proto_claim_decode(buf_view(&b), &claim, e), 0);
	rc = hub_claim(w->hub, &claim, e);
	buf_done(&b);
	return rc;
}

static void
the_code_claims_once(void **state)
{
	struct hubworld w;
	struct proto_info info;
	struct err e;

	(void)state;
	hw_begin(&w);
	assert_false(w.info.claimed);
	assert_int_equal(try_claim(&w, "ABCDE-FGHJK-MNPQR-STVWX-YZ013", &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	w.info.log.log_id ^= 1; /* a genesis for another log */
	assert_int_equal(try_claim(&w, HW_CODE, &e), -1);
	assert_int_equal(hub_verdict(&e), VERDICT_BAD_DIRECTORY);
	assert_int_equal(log_size(&w), 0);
	w.info.log.log_id ^= 1;
	/* As typed by hand. */
	assert_int_equal(try_claim(&w, "abcde fghjk mnpqr-stvwx-yzOL2", &e),
	    0);
	assert_int_equal(log_size(&w), 3);
	assert_int_equal(hub_info(w.hub, &info, &e), 0);
	assert_true(info.claimed);
	assert_int_equal(try_claim(&w, HW_CODE, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	hw_end(&w);
}

/* ---- verdicts ---- */

static void
content_meets_its_verdicts(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s, other = space_id(9);
	struct hw_item it;
	struct hw_line *line;
	struct err e;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 6);
	s = make_space(&w, 7, &e2);
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_ACCEPTED);
	assert_int_equal(note(&w, NURSE, &s, 1), VERDICT_STALE_EPOCH);
	assert_int_equal(note(&w, 5, &s, 2), VERDICT_NOT_MEMBER);
	assert_int_equal(note(&w, NURSE, &other, 1), VERDICT_UNKNOWN_SPACE);
	assert_int_equal(note(&w, 9, &s, 2), VERDICT_UNKNOWN_DEVICE);

	line = hw_line(&w, NURSE, &s);
	line->counter--; /* the same counter again, other bytes */
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_COUNTER);
	line->counter += 5; /* gaps are fine */
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_ACCEPTED);

	hw_note_seen(&w, NURSE, &s, 2, (struct log_point)
	    { w.info.log.log_id, log_size(&w) + 1 }, &it);
	assert_int_equal(hw_push1(&w, NURSE, &it), VERDICT_BAD_SEEN);
	hw_note_seen(&w, THIRD, &s, 2, (struct log_point)
	    { w.info.log.log_id, 1 }, &it); /* before it was let in */
	assert_int_equal(hw_push1(&w, THIRD, &it), VERDICT_BAD_SEEN);

	hw_note(&w, NURSE, &s, 2, &it);
	it.bytes[it.len - 1] ^= 1;
	assert_int_equal(hw_push1(&w, NURSE, &it), VERDICT_BAD_FORM);
	hw_note(&w, NURSE, &s, 2, &it); /* sent by another than its author */
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_BAD_SIGNATURE);
	memcpy(&w.dev[NURSE].keys.sign, &w.dev[9].keys.sign,
	    sizeof(w.dev[9].keys.sign));
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_BAD_SIGNATURE);
	memset(&it, 0, sizeof(it));
	it.len = CHANGESET_BYTES_MAX + 1;
	it.bytes = mem_new(it.len);
	assert_int_equal(hw_push1(&w, NURSE, &it), VERDICT_TOO_LARGE);
	hw_close(&w);
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_int_equal(note(&w, WORKER, &s, 2), VERDICT_ACCEPTED);
	hw_end(&w);
}

static void
revoke_device(struct hubworld *w, int dev)
{
	struct directory_entry d;
	struct hw_item it;

	hw_device_entry(w, dev, 0, &d);
	d.kind = DIRECTORY_REVOKE;
	hw_entry(w, 0, &d, &it);
	assert_int_equal(hw_push1(w, 0, &it), VERDICT_ACCEPTED);
}

static void
a_revoked_recipient_stops_content_until_a_new_epoch(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it;
	struct hw_epoch three = { .number = 3, .count = 2,
		.devs = { WORKER, NURSE },
		.rights = { RIGHT_KEEP, RIGHT_WRITE } };

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	revoke_device(&w, THIRD);
	assert_int_equal(note(&w, THIRD, &s, 2), VERDICT_REVOKED);
	assert_int_equal(note(&w, WORKER, &s, 2), VERDICT_REKEY_FIRST);
	hw_statement(&w, WORKER, &s, 2, &it); /* what the epoch will cite */
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	three.prev = e2; /* the shrinking epoch of a writer is enough */
	hw_epoch(&w, NURSE, &s, &three, &it);
	assert_int_equal(hw_push1(&w, NURSE, &it), VERDICT_ACCEPTED);
	assert_int_equal(note(&w, WORKER, &s, 3), VERDICT_ACCEPTED);
	hw_end(&w);
}

static void
of_two_epochs_the_first_wins(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item a, b;
	struct hw_epoch three = { .number = 3, .count = 2,
		.devs = { WORKER, NURSE },
		.rights = { RIGHT_KEEP, RIGHT_WRITE } };

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 6);
	s = make_space(&w, 7, &e2);
	three.prev = e2;
	three.cites = true;
	hw_epoch(&w, WORKER, &s, &three, &a);
	hw_epoch(&w, NURSE, &s, &three, &b);
	assert_int_equal(hw_push1(&w, WORKER, &a), VERDICT_ACCEPTED);
	assert_int_equal(hw_push1(&w, NURSE, &b), VERDICT_STALE_EPOCH);
	/* A writer who is no keeper lets nobody in. */
	three.number = 4;
	three.prev = a.id;
	three.count = 3;
	three.devs[2] = 5;
	three.rights[2] = RIGHT_READ;
	hw_epoch(&w, NURSE, &s, &three, &b);
	assert_int_equal(hw_push1(&w, NURSE, &b), VERDICT_BAD_EPOCH);
	hw_end(&w);
}

static void
directory_room_and_quota_have_their_verdicts(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it;
	enum verdict v;
	int n = 0;
	struct statvfs disk;
	struct err e;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	hw_enrol(&w, WORKER, 6, ROLE_WORKER, &it); /* no officer */
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_BAD_DIRECTORY);
	hw_close(&w);
	w.limits.day_bytes = 1500;
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_ACCEPTED);
	while (note(&w, NURSE, &s, 2) == VERDICT_ACCEPTED)
		;
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_QUOTA);
	assert_int_equal(note(&w, THIRD, &s, 2), VERDICT_ACCEPTED);
	/* A door can still be closed, and not without end. */
	hw_statement(&w, NURSE, &s, 2, &it);
	assert_int_equal(hw_push1(&w, NURSE, &it), VERDICT_ACCEPTED);
	do
		hw_statement(&w, NURSE, &s, 2, &it);
	while ((v = hw_push1(&w, NURSE, &it)) == VERDICT_ACCEPTED && ++n < 99);
	assert_int_equal(v, VERDICT_QUOTA);
	hw_pass(&w, DAY_MS);
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_ACCEPTED);
	hw_close(&w);
	/* Half of what is to be kept free is free: no text, but doors close. */
	assert_int_equal(statvfs(w.path, &disk), 0);
	w.limits.free_bytes = 2 * (uint64_t)disk.f_bavail * disk.f_frsize;
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_int_equal(note(&w, THIRD, &s, 2), VERDICT_HUB_FULL);
	hw_statement(&w, THIRD, &s, 2, &it);
	assert_int_equal(hw_push1(&w, THIRD, &it), VERDICT_ACCEPTED);
	hw_close(&w);
	w.limits.free_bytes = UINT64_MAX;
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_int_equal(note(&w, THIRD, &s, 2), VERDICT_HUB_FULL);
	hw_statement(&w, THIRD, &s, 2, &it);
	assert_int_equal(hw_push1(&w, THIRD, &it), VERDICT_HUB_FULL);
	hw_end(&w);
}

/* ---- receipts ---- */

static void
check_receipt(struct hubworld *w, const struct hub_pushed *p, size_t i,
    const struct hash *id)
{
	const struct proto_pushed_item *it = &p->answer.items[i];
	struct checkpoint cp;
	struct hash leaf;
	struct err e;

	assert_int_equal(checkpoint_read(p->answer.checkpoint, "hub.test",
	    &w->hub_pub, &cp, &e), 0);
	assert_true(hash_eq(&it->id, id));
	merkle_entry(cp.at.log_id, it->receipt.seq, it->receipt.accept_ms, id,
	    &leaf);
	assert_true(merkle_check_inclusion(&leaf, it->receipt.seq,
	    cp.at.size, &cp.root, &it->receipt.inclusion));
	leaf.b[0] ^= 1;
	assert_false(merkle_check_inclusion(&leaf, it->receipt.seq,
	    cp.at.size, &cp.root, &it->receipt.inclusion));
}

static void
a_repeated_push_gets_its_own_receipt_again(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it[2];
	struct hub_pushed *p;
	struct proto_receipt first;
	struct err e;
	int i;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	hw_note(&w, NURSE, &s, 2, &it[0]);
	assert_int_equal(hw_push(&w, NURSE, it, 1, &p, &e), 0);
	assert_int_equal(p->answer.items[0].verdict, VERDICT_ACCEPTED);
	check_receipt(&w, p, 0, &it[0].id);
	first = p->answer.items[0].receipt;
	assert_int_equal(first.sseq, 3); /* after two epochs */
	hw_pushed_free(p);
	for (i = 0; i < 20; i++) { /* the tree grows, time goes by */
		hw_pass(&w, 1000);
		assert_int_equal(note(&w, THIRD, &s, 2), VERDICT_ACCEPTED);
	}
	hw_note(&w, NURSE, &s, 2, &it[1]);
	assert_int_equal(hw_push(&w, NURSE, it, 2, &p, &e), 0);
	assert_int_equal(p->answer.items[0].verdict, VERDICT_DUPLICATE);
	assert_int_equal(p->answer.items[0].receipt.seq, first.seq);
	assert_int_equal(p->answer.items[0].receipt.sseq, first.sseq);
	assert_int_equal(p->answer.items[0].receipt.accept_ms,
	    first.accept_ms);
	assert_int_equal(p->answer.items[1].verdict, VERDICT_ACCEPTED);
	assert_int_equal(p->answer.items[1].receipt.sseq, 24);
	check_receipt(&w, p, 0, &it[0].id);
	check_receipt(&w, p, 1, &it[1].id);
	hw_pushed_free(p);
	hw_free(&it[0]);
	hw_free(&it[1]);
	hw_end(&w);
}

/* ---- groups ---- */

static void
a_group_is_taken_whole_or_not_at_all(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it[4];
	struct hw_line *l;
	struct hub_pushed *p;
	struct err e;
	uint64_t before;
	int i;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	before = log_size(&w);
	/* Officer 0: a device and, in one group with it, something bad. */
	hw_enrol(&w, 0, 6, ROLE_WORKER, &it[0]);
	hw_enrol(&w, 0, 7, ROLE_WORKER, &it[1]); /* the same counter */
	it[0].group = it[1].group = 1;
	assert_int_equal(hw_push(&w, 0, it, 2, &p, &e), 0);
	assert_int_equal(p->answer.items[0].verdict, VERDICT_WITH_GROUP);
	assert_int_equal(p->answer.items[1].verdict, VERDICT_COUNTER);
	hw_pushed_free(p);
	assert_int_equal(log_size(&w), before);
	assert_int_equal(note(&w, 6, &s, 2), VERDICT_UNKNOWN_DEVICE);
	/* The same first item alone is taken: the undone roster let go. */
	it[0].group = 0;
	assert_int_equal(hw_push(&w, 0, it, 1, &p, &e), 0);
	assert_int_equal(p->answer.items[0].verdict, VERDICT_ACCEPTED);
	hw_pushed_free(p);
	hw_free(&it[0]);
	hw_free(&it[1]);
	/* A chain of four: two in one group, one refused in the next. */
	l = hw_line(&w, NURSE, &s);
	for (i = 0; i < 4; i++) {
		hw_note(&w, NURSE, &s, i == 3 ? 1 : 2, &it[i]);
		it[i].group = i < 2 ? 1 : 2;
		l->counter = it[i].counter;
		l->last = it[i].id;
	}
	assert_int_equal(hw_push(&w, NURSE, it, 4, &p, &e), 0);
	assert_int_equal(p->answer.items[0].verdict, VERDICT_ACCEPTED);
	assert_int_equal(p->answer.items[1].verdict, VERDICT_ACCEPTED);
	assert_int_equal(p->answer.items[2].verdict, VERDICT_WITH_GROUP);
	assert_int_equal(p->answer.items[3].verdict, VERDICT_STALE_EPOCH);
	hw_pushed_free(p);
	assert_int_equal(log_size(&w), before + 3);
	for (i = 0; i < 4; i++)
		hw_free(&it[i]);
	hw_end(&w);
}

/* ---- group commit ---- */

#define PUSHERS 6

static sem_t gate;
static atomic_int gate_closed;

static void
wait_at_gate(struct hubworld *w)
{
	(void)w;
	if (atomic_exchange(&gate_closed, 0) == 1)
		sem_wait(&gate);
}

struct pusher {
	struct hubworld *w;
	struct hw_item item;
	int dev;
	enum verdict verdict;
};

static void *
push_it(void *arg)
{
	struct pusher *p = arg;

	p->verdict = hw_push1(p->w, p->dev, &p->item);
	return NULL;
}

static uint64_t
count_waiting(struct hubworld *w, struct hub_status *st)
{
	struct err e;

	assert_int_equal(hub_status(w->hub, st, &e), 0);
	return st->waiting;
}

static void
what_waits_shares_one_commit(void **state)
{
	struct hubworld w;
	struct pusher p[PUSHERS];
	pthread_t t[PUSHERS];
	struct hub_status before, after;
	struct err e;
	int i;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 2 + PUSHERS);
	sem_init(&gate, 0, 0);
	for (i = 0; i < PUSHERS; i++) {
		struct id s = space_id(0x20 + i);
		struct hw_epoch one = { .number = 1, .count = 1,
			.devs = { 2 + i }, .rights = { RIGHT_KEEP } };

		p[i].w = &w;
		p[i].dev = 2 + i;
		hw_epoch(&w, 2 + i, &s, &one, &p[i].item);
	}
	assert_int_equal(hub_status(w.hub, &before, &e), 0);
	w.on_clock = wait_at_gate;
	atomic_store(&gate_closed, 1);
	/* The first holds the writer at its clock; the rest queue up. */
	pthread_create(&t[0], NULL, push_it, &p[0]);
	while (atomic_load(&gate_closed) == 1)
		usleep(1000);
	for (i = 1; i < PUSHERS; i++)
		pthread_create(&t[i], NULL, push_it, &p[i]);
	while (count_waiting(&w, &after) < PUSHERS - 1)
		usleep(1000);
	sem_post(&gate);
	for (i = 0; i < PUSHERS; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < PUSHERS; i++)
		assert_int_equal(p[i].verdict, VERDICT_ACCEPTED);
	assert_int_equal(hub_status(w.hub, &after, &e), 0);
	assert_int_equal(after.pushes - before.pushes, PUSHERS);
	assert_int_equal(after.commits - before.commits, 2);
	w.on_clock = NULL;
	hw_end(&w);
	sem_destroy(&gate);
}

/* ---- pulling ---- */

struct got { /* what a device has pulled */
	struct proto_cursor at;
	struct log_point known;
	struct hash root;
	size_t count, pages, bodies;
	struct {
		uint64_t seq, sseq;
		struct changeset_header h;
		bool body;
	} items[400];
};

static void
check_page(struct hubworld *w, struct got *g, const struct proto_page *p)
{
	struct checkpoint cp;
	struct changeset cs;
	struct hash leaf;
	struct err e;
	size_t i;

	assert_int_equal(checkpoint_read(p->checkpoint, "hub.test",
	    &w->hub_pub, &cp, &e), 0);
	assert_true(cp.at.size >= g->known.size);
	if (g->known.size > 0)
		assert_true(merkle_check_consistency(g->known.size, &g->root,
		    cp.at.size, &cp.root, &p->consistency));
	for (i = 0; i < p->count; i++) {
		const struct proto_item *it = &p->items[i];

		assert_int_equal(changeset_decode(it->bytes, &cs, &e), 0);
		merkle_entry(cp.at.log_id, it->seq, it->accept_ms, &cs.id,
		    &leaf);
		assert_true(merkle_check_inclusion(&leaf, it->seq,
		    cp.at.size, &cp.root, &it->inclusion));
		assert_true(g->count < 400);
		g->items[g->count].seq = it->seq;
		g->items[g->count].sseq = it->sseq;
		g->items[g->count].h = cs.h;
		g->items[g->count].body = cs.has_bodies;
		g->bodies += cs.has_bodies;
		g->count++;
	}
	g->known = cp.at;
	g->root = cp.root;
}

/* Pull to the end; ${max_bytes} small means many pages. */
static void
pull(struct hubworld *w, int dev, uint64_t max_bytes, struct got *g)
{
	struct proto_pull *in = mem_new(sizeof(*in));
	struct hub_page page;
	struct err e;
	bool more;

	g->count = g->pages = g->bodies = 0;
	do {
		in->at = g->at;
		in->known = g->known;
		in->max_bytes = max_bytes;
		assert_int_equal(hub_pull(w->hub, &w->dev[dev].keys.device,
		    in, &page, &e), 0);
		check_page(w, g, &page.answer);
		g->at = page.answer.next;
		more = page.answer.more;
		if (more)
			assert_true(page.answer.count > 0);
		hub_page_done(&page);
		g->pages++;
	} while (more);
	assert_int_equal(g->at.until, 0);
	mem_free(in);
}

static size_t
of_space(const struct got *g, const struct id *space, bool bodies)
{
	size_t i, n = 0;

	for (i = 0; i < g->count; i++)
		n += id_eq(&g->items[i].h.space, space) &&
		    (!bodies || g->items[i].body);
	return n;
}

static void
small_pages_bring_the_same_as_one(void **state)
{
	static struct got one, many;
	struct hubworld w;
	struct hash e2;
	struct id s[3];
	size_t i;
	int k;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	for (k = 0; k < 3; k++)
		s[k] = make_space(&w, 0x30 - k, &e2);
	for (k = 0; k < 30; k++)
		assert_int_equal(note(&w, WORKER, &s[k % 3], 2),
		    VERDICT_ACCEPTED);
	memset(&one, 0, sizeof(one));
	memset(&many, 0, sizeof(many));
	pull(&w, NURSE, 0, &one);
	pull(&w, NURSE, 1500, &many);
	assert_int_equal(one.pages, 1);
	assert_true(many.pages > 10);
	assert_int_equal(one.count, many.count);
	/* 6 directory entries, and in each space 2 epochs and 10 notes. */
	assert_int_equal(one.count, 6 + 3 * 12);
	for (i = 0; i < one.count; i++)
		assert_int_equal(one.items[i].seq, many.items[i].seq);
	for (i = 1; i < one.count; i++) /* by space, then by seq, no gap */
		assert_true(id_cmp(&one.items[i - 1].h.space,
		    &one.items[i].h.space) < 0 ||
		    one.items[i].sseq == one.items[i - 1].sseq + 1);
	pull(&w, NURSE, 0, &one);
	assert_int_equal(one.count, 0);
	/* What comes during the walk is for the next one. */
	assert_int_equal(note(&w, THIRD, &s[1], 2), VERDICT_ACCEPTED);
	pull(&w, NURSE, 0, &one);
	assert_int_equal(one.count, 1);
	hw_end(&w);
}

static void
own_items_come_without_bodies_unless_wanted(void **state)
{
	static struct got g;
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct proto_pull *in = mem_new(sizeof(*in));
	struct hub_page page;
	struct err e;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	assert_int_equal(note(&w, NURSE, &s, 2), VERDICT_ACCEPTED);
	assert_int_equal(note(&w, WORKER, &s, 2), VERDICT_ACCEPTED);
	memset(&g, 0, sizeof(g));
	pull(&w, NURSE, 0, &g);
	assert_int_equal(of_space(&g, &s, false), 4);
	assert_int_equal(of_space(&g, &s, true), 3);
	in->at = g.at;
	in->want_count = 2;
	in->wants[0].space = s;
	in->wants[0].after_sseq = 2;
	in->wants[0].upto_sseq = 4;
	in->wants[1].space = space_id(9); /* not its space: nothing */
	in->wants[1].upto_sseq = UINT64_MAX;
	assert_int_equal(hub_pull(w.hub, &w.dev[NURSE].keys.device, in, &page,
	    &e), 0);
	assert_int_equal(page.answer.count, 2);
	g.count = g.bodies = 0;
	check_page(&w, &g, &page.answer);
	assert_int_equal(g.bodies, 2);
	assert_int_equal(g.items[0].sseq, 3);
	assert_false(page.answer.more);
	hub_page_done(&page);
	in->wants[0].upto_sseq = 3; /* of one item, one item */
	assert_int_equal(hub_pull(w.hub, &w.dev[NURSE].keys.device, in, &page,
	    &e), 0);
	assert_int_equal(page.answer.count, 1);
	assert_int_equal(page.answer.items[0].sseq, 3);
	assert_false(page.answer.more);
	hub_page_done(&page);
	in->wants[0].space = w.commons; /* THIRD is no member there */
	in->want_count = 1;
	assert_int_equal(hub_pull(w.hub, &w.dev[THIRD].keys.device, in, &page,
	    &e), 0);
	assert_int_equal(of_space(&g, &w.commons, false), 0);
	hub_page_done(&page);
	mem_free(in);
	hw_end(&w);
}

static void
a_space_comes_from_its_start_and_goes_with_its_end(void **state)
{
	static struct got in, out;
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it;
	struct hw_epoch ep = { .number = 3, .count = 3,
		.devs = { WORKER, NURSE, 5 },
		.rights = { RIGHT_KEEP, RIGHT_WRITE, RIGHT_READ } };

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 6);
	s = make_space(&w, 7, &e2);
	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	assert_int_equal(note(&w, WORKER, &s, 2), VERDICT_ACCEPTED);
	pull(&w, 5, 0, &in);
	pull(&w, THIRD, 0, &out);
	assert_int_equal(of_space(&in, &s, false), 0);
	assert_int_equal(of_space(&out, &s, true), 3);
	/* Written before THIRD is dropped, fetched by nobody yet. */
	assert_int_equal(note(&w, WORKER, &s, 2), VERDICT_ACCEPTED);
	hw_statement(&w, WORKER, &s, 2, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	ep.prev = e2;
	ep.cites = true;
	hw_epoch(&w, WORKER, &s, &ep, &it);
	ep.prev = it.id;
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	assert_int_equal(note(&w, WORKER, &s, 3), VERDICT_ACCEPTED);
	pull(&w, 5, 300, &in);
	assert_int_equal(of_space(&in, &s, true), 7); /* from its start */
	pull(&w, THIRD, 0, &out);
	assert_int_equal(of_space(&out, &s, false), 3);
	assert_int_equal(of_space(&out, &s, true), 2); /* not the note */
	assert_int_equal(out.items[0].h.kind, CHANGESET_CONTENT);
	assert_false(out.items[0].body);
	assert_int_equal(out.items[2].h.kind, CHANGESET_EPOCH);
	assert_int_equal(note(&w, WORKER, &s, 3), VERDICT_ACCEPTED);
	pull(&w, THIRD, 0, &out);
	assert_int_equal(out.count, 0);
	/* Back again: all of it. */
	ep.number = 4;
	ep.devs[2] = THIRD;
	hw_epoch(&w, WORKER, &s, &ep, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	pull(&w, THIRD, 0, &out);
	assert_int_equal(of_space(&out, &s, true), 9);
	hw_end(&w);
}

static void
an_ended_right_brings_headers_alone(void **state)
{
	static struct got g;
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it;
	struct hw_epoch ep = { .number = 3, .count = 2,
		.devs = { WORKER, NURSE },
		.rights = { RIGHT_KEEP, RIGHT_READ },
		.until_ms = { 0, HW_NOW + DAY_MS } };

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	ep.prev = e2;
	hw_epoch(&w, WORKER, &s, &ep, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	assert_int_equal(note(&w, WORKER, &s, 3), VERDICT_ACCEPTED);
	hw_pass(&w, DAY_MS);
	assert_int_equal(note(&w, WORKER, &s, 3), VERDICT_REKEY_FIRST);
	memset(&g, 0, sizeof(g));
	pull(&w, NURSE, 0, &g);
	assert_int_equal(of_space(&g, &s, false), 4);
	assert_int_equal(of_space(&g, &s, true), 3); /* epochs, no note */
	hw_end(&w);
}

static void
letters_reach_those_they_are_addressed_to(void **state)
{
	static struct got keeper, former;
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it;
	struct hw_epoch ep = { .number = 3, .count = 2,
		.devs = { WORKER, NURSE },
		.rights = { RIGHT_KEEP, RIGHT_WRITE }, .cites = true };

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 6);
	s = make_space(&w, 7, &e2);
	ep.prev = e2;
	hw_epoch(&w, WORKER, &s, &ep, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	memset(&keeper, 0, sizeof(keeper));
	memset(&former, 0, sizeof(former));
	pull(&w, WORKER, 0, &keeper);
	pull(&w, THIRD, 0, &former);
	hw_letter(&w, 5, WORKER, &s, LETTER_DEPOSIT, &it);
	assert_int_equal(hw_push1(&w, 5, &it), VERDICT_NOT_MEMBER);
	hw_letter(&w, THIRD, WORKER, &s, LETTER_DEPOSIT, &it);
	assert_int_equal(hw_push1(&w, THIRD, &it), VERDICT_ACCEPTED);
	hw_letter(&w, WORKER, THIRD, &s, LETTER_OUTCOME, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	assert_int_equal(note(&w, NURSE, &s, 3), VERDICT_ACCEPTED);
	pull(&w, WORKER, 0, &keeper);
	assert_int_equal(of_space(&keeper, &s, true), 2);
	pull(&w, THIRD, 0, &former);
	assert_int_equal(former.count, 1); /* the outcome; not the note */
	assert_int_equal(former.items[0].h.kind, CHANGESET_LETTER);
	assert_true(former.items[0].body);
	pull(&w, THIRD, 0, &former);
	assert_int_equal(former.count, 0);
	hw_pass(&w, 31 * DAY_MS);
	hw_letter(&w, THIRD, WORKER, &s, LETTER_DEPOSIT, &it);
	assert_int_equal(hw_push1(&w, THIRD, &it), VERDICT_NOT_MEMBER);
	hw_end(&w);
}

static void
another_log_is_refused(void **state)
{
	struct hubworld w;
	struct proto_pull *in = mem_new(sizeof(*in));
	struct hub_page page;
	struct err e;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 3);
	in->known = w.info.log;
	in->known.size = log_size(&w) + 1;
	assert_int_equal(hub_pull(w.hub, &w.dev[2].keys.device, in, &page,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	hub_page_done(&page);
	in->known.size = 1;
	in->known.log_id ^= 1;
	assert_int_equal(hub_pull(w.hub, &w.dev[2].keys.device, in, &page,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	hub_page_done(&page);
	memset(&in->known, 0, sizeof(in->known));
	in->at.cursor = 1000;
	assert_int_equal(hub_pull(w.hub, &w.dev[2].keys.device, in, &page,
	    &e), -1);
	hub_page_done(&page);
	in->at.cursor = 0;
	mem_free(in);
	hw_end(&w);
}

/* A revoked device gets the directory, with its revocation, and nothing of
 * any space: not what is new, not what it asks for again. */
static void
a_revoked_device_gets_the_directory_alone(void **state)
{
	struct proto_pull *in = mem_new(sizeof(*in));
	struct changeset *cs = mem_new(sizeof(*cs));
	struct hub_page page;
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct err e;
	size_t i;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	in->max_bytes = PROTO_PAGE_BYTES_MAX;
	in->want_count = 1;
	in->wants[0].space = s;
	in->wants[0].upto_sseq = UINT64_MAX;
	revoke_device(&w, THIRD);
	assert_int_equal(hub_pull(w.hub, &w.dev[THIRD].keys.device, in,
	    &page, &e), 0);
	assert_true(page.answer.count > 1);
	assert_false(page.answer.more);
	for (i = 0; i < page.answer.count; i++) {
		assert_int_equal(changeset_decode(page.answer.items[i].bytes,
		    cs, &e), 0);
		assert_true(id_is_zero(&cs->h.space));
	}
	assert_int_equal(page.answer.next.cursor, page.answer.items[
	    page.answer.count - 1].seq + 1);
	hub_page_done(&page);
	/* One that was never listed gets nothing at all. */
	assert_int_equal(hub_pull(w.hub, &s, in, &page, &e), -1);
	assert_int_equal(hub_verdict(&e), VERDICT_UNKNOWN_DEVICE);
	hub_page_done(&page);
	mem_free(cs);
	mem_free(in);
	hw_end(&w);
}

/* ---- joining, recovery ---- */

static void
wish(struct hubworld *w, int dev, struct proto_enrol *m)
{
	memset(m, 0, sizeof(*m));
	m->sign = w->dev[dev].keys.sign_pub;
	m->box = w->dev[dev].keys.box_pub;
	m->card.b[0] = 1;
}

/* Nobody who has no card can keep those out who have one. */
static void
a_flood_of_wishes_makes_way(void **state)
{
	struct proto_requests *list = mem_new(sizeof(*list));
	struct proto_enrol m;
	struct hubworld w;
	struct err e;
	int i, n = 0;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 3);
	wish(&w, 7, &m);
	for (i = 0; i < 20; i++) { /* of one network so many, no more */
		m.sign.b[0] = (uint8_t)i;
		n += hub_enrol(w.hub, &m, 99, &e) == 0;
	}
	assert_int_equal(n, HUB_REQUESTS_NET);
	hw_pass(&w, 1000);
	for (i = 0; i < PROTO_REQUESTS_MAX - HUB_REQUESTS_NET; i++) {
		m.sign.b[0] = (uint8_t)(100 + i);
		assert_int_equal(hub_enrol(w.hub, &m, 1000 + (uint64_t)i, &e),
		    0);
	}
	m.sign.b[0] = 250;
	assert_int_equal(hub_enrol(w.hub, &m, 5, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	hw_pass(&w, HUB_REQUEST_SURE_MS);
	assert_int_equal(hub_enrol(w.hub, &m, 5, &e), 0);
	m.sign.b[0] = 251;
	assert_int_equal(hub_enrol(w.hub, &m, 5, &e), 0);
	assert_int_equal(hub_requests(w.hub, &w.dev[0].keys.device, list,
	    &e), 0);
	assert_int_equal(list->count, PROTO_REQUESTS_MAX);
	for (i = n = 0; i < (int)list->count; i++)
		n += list->items[i].sign.b[0] < HUB_REQUESTS_NET;
	assert_int_equal(n, HUB_REQUESTS_NET - 2); /* the crowd made way */
	mem_free(list);
	hw_end(&w);
}

static void
wishes_wait_for_an_officer_and_lapse(void **state)
{
	struct proto_requests *list = mem_new(sizeof(*list));
	struct proto_enrol m;
	struct hubworld w;
	struct hw_item it;
	struct err e;
	int i;

	(void)state;
	hw_begin(&w);
	wish(&w, 6, &m);
	assert_int_equal(hub_enrol(w.hub, &m, 0, &e), -1); /* unclaimed */
	hw_claim(&w, 3);
	assert_int_equal(hub_enrol(w.hub, &m, 0, &e), 0);
	assert_int_equal(hub_enrol(w.hub, &m, 0, &e), 0); /* asks again: one */
	assert_int_equal(hub_requests(w.hub, &w.dev[2].keys.device, list,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(hub_requests(w.hub, &w.dev[0].keys.device, list,
	    &e), 0);
	assert_int_equal(list->count, 1);
	assert_memory_equal(&list->items[0].sign, &m.sign, sizeof(m.sign));
	assert_int_equal(list->items[0].at_ms, HW_NOW);
	hw_enrol(&w, 0, 6, ROLE_WORKER, &it);
	assert_int_equal(hw_push1(&w, 0, &it), VERDICT_ACCEPTED);
	assert_int_equal(hub_requests(w.hub, &w.dev[0].keys.device, list,
	    &e), 0);
	assert_int_equal(list->count, 0);
	assert_int_equal(hub_enrol(w.hub, &m, 0, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH); /* listed already */
	wish(&w, 7, &m);
	for (i = 0; i < PROTO_REQUESTS_MAX; i++) {
		m.sign.b[0] = (uint8_t)i;
		assert_int_equal(hub_enrol(w.hub, &m, 0, &e), 0);
	}
	m.sign.b[0] = 200;
	assert_int_equal(hub_enrol(w.hub, &m, 0, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	hw_pass(&w, HUB_REQUEST_LIFE_MS + 1);
	assert_int_equal(hub_requests(w.hub, &w.dev[0].keys.device, list,
	    &e), 0);
	assert_int_equal(list->count, 0);
	assert_int_equal(hub_enrol(w.hub, &m, 0, &e), 0);
	mem_free(list);
	hw_end(&w);
}

static void
recovery_needs_a_living_order(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct hw_item it;
	struct directory_entry d = { .kind = DIRECTORY_RECOVER };
	struct proto_recover in = { .after_sseq = 0 };
	struct hub_page page;
	struct buf text;
	struct err e;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	in.space = make_space(&w, 7, &e2);
	assert_int_equal(note(&w, WORKER, &in.space, 2), VERDICT_ACCEPTED);
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	hub_page_done(&page);
	d.person = w.dev[0].person;
	d.device = w.dev[0].keys.device;
	d.space = in.space;
	d.second = w.dev[1].keys.device;
	d.at_ms = HW_NOW;
	buf_init(&text, 4096);
	directory_recover_text(&d, &text);
	keys_sign(&w.dev[1].keys.sign, "tugi recover 1", buf_view(&text),
	    &d.second_sig);
	buf_done(&text);
	hw_entry(&w, 0, &d, &it);
	assert_int_equal(hw_push1(&w, 0, &it), VERDICT_ACCEPTED);
	assert_int_equal(hub_recover(w.hub, &w.dev[1].keys.device, &in, &page,
	    &e), 0);
	assert_int_equal(page.answer.count, 3);
	assert_false(page.answer.more);
	hub_page_done(&page);
	assert_int_equal(hub_recover(w.hub, &w.dev[2].keys.device, &in, &page,
	    &e), -1); /* not named by the order */
	hub_page_done(&page);
	in.space = w.commons; /* another space */
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	in.space = space_id(7);
	hw_pass(&w, HUB_ORDER_LIFE_MS + 1);
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	hw_end(&w);
}

/* The second officer's signature, and into the log; its verdict. */
static enum verdict
order(struct hubworld *w, struct directory_entry *d)
{
	struct hw_item it;
	struct buf text;

	d->kind = DIRECTORY_RECOVER;
	d->person = w->dev[0].person;
	d->device = w->dev[0].keys.device;
	d->second = w->dev[1].keys.device;
	buf_init(&text, 4096);
	directory_recover_text(d, &text);
	keys_sign(&w->dev[1].keys.sign, DIRECTORY_RECOVER_TAG,
	    buf_view(&text), &d->second_sig);
	buf_done(&text);
	hw_entry(w, 0, d, &it);
	return hw_push1(w, 0, &it);
}

/* Of the label order: epochs, and of the first text the first body alone. */
static void
labels_are_no_more_than_that(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct directory_entry d = { .scope = ORDER_LABELS };
	struct proto_recover in = { .after_sseq = 0 };
	struct hub_page page;
	struct changeset cs;
	struct id space;
	struct err e;
	int i, bodies = 0;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	space = make_space(&w, 7, &e2);
	for (i = 0; i < 3; i++)
		assert_int_equal(note(&w, WORKER, &space, 2),
		    VERDICT_ACCEPTED);
	in.person = w.dev[WORKER].person;
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	d.whom = in.person;
	/* Old when it comes, or of days to come: none. */
	d.at_ms = HW_NOW - 8 * 24 * 3600 * 1000LL;
	assert_int_equal(order(&w, &d), VERDICT_BAD_DIRECTORY);
	d.at_ms = HW_NOW + 2 * 24 * 3600 * 1000LL;
	assert_int_equal(order(&w, &d), VERDICT_BAD_DIRECTORY);
	d.at_ms = HW_NOW;
	assert_int_equal(order(&w, &d), VERDICT_ACCEPTED);
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), 0);
	for (i = 0; i < (int)page.answer.count; i++) {
		assert_int_equal(changeset_decode(page.answer.items[i].bytes,
		    &cs, &e), 0);
		assert_true(id_eq(&cs.h.space, &space));
		assert_true(cs.h.kind == CHANGESET_EPOCH ||
		    cs.h.kind == CHANGESET_CONTENT);
		bodies += cs.h.kind == CHANGESET_CONTENT;
	}
	assert_int_equal(bodies, 1);
	assert_false(page.answer.more);
	in.space = cs.h.space; /* behind the last: nothing more */
	in.after_sseq = page.answer.items[page.answer.count - 1].sseq;
	hub_page_done(&page);
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), 0);
	assert_int_equal(page.answer.count, 0);
	hub_page_done(&page);
	/* Not the space's stream, not another person's, not the second's. */
	memset(&in, 0, sizeof(in));
	in.space = space;
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	in.person = w.dev[3].person;
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	in.person = w.dev[WORKER].person;
	assert_int_equal(hub_recover(w.hub, &w.dev[1].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	hw_pass(&w, HUB_ORDER_LIFE_MS + 1);
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), -1);
	hub_page_done(&page);
	hw_end(&w);
}

static void
a_takeover_order_serves_the_newest_epoch_alone(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct directory_entry d = { .scope = ORDER_TAKEOVER,
	    .at_ms = HW_NOW };
	struct proto_recover in = { .after_sseq = 0 };
	struct hub_page page;
	struct changeset cs;
	struct err e;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	in.space = d.space = make_space(&w, 7, &e2);
	assert_int_equal(note(&w, WORKER, &in.space, 2), VERDICT_ACCEPTED);
	d.whom = w.dev[4].person;
	assert_int_equal(order(&w, &d), VERDICT_ACCEPTED);
	assert_int_equal(hub_recover(w.hub, &w.dev[0].keys.device, &in, &page,
	    &e), 0);
	assert_int_equal(page.answer.count, 1);
	assert_int_equal(changeset_decode(page.answer.items[0].bytes, &cs,
	    &e), 0);
	assert_int_equal(cs.h.kind, CHANGESET_EPOCH);
	assert_int_equal(cs.h.epoch, 2);
	hub_page_done(&page);
	hw_end(&w);
}

/* ---- the clock ---- */

static void
a_jump_stops_the_stamp_until_confirmed(void **state)
{
	struct hubworld w;
	struct hash e2;
	struct id s;
	struct hw_item it;
	struct hub_pushed *p;
	struct err e;
	static struct got g;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 5);
	s = make_space(&w, 7, &e2);
	atomic_fetch_sub(&w.wall_ms, 5 * MINUTE_MS); /* a small step back */
	hw_note(&w, WORKER, &s, 2, &it);
	assert_int_equal(hw_push(&w, WORKER, &it, 1, &p, &e), 0);
	assert_int_equal(p->answer.items[0].receipt.accept_ms, HW_NOW);
	hw_pushed_free(p);
	hw_free(&it);
	assert_int_equal(hub_told_ms(w.hub), HW_NOW - 5 * MINUTE_MS);
	atomic_fetch_add(&w.wall_ms, 20 * MINUTE_MS);
	assert_false(hub_clock_stopped(w.hub));
	/* Not told to clients, who would put their stamps right by it, and
	 * not judged by: what has gone by since the start counts. */
	assert_int_equal(hub_told_ms(w.hub), 0);
	assert_int_equal(hub_now_ms(w.hub), HW_NOW);
	hw_note(&w, WORKER, &s, 2, &it);
	assert_int_equal(hw_push(&w, WORKER, &it, 1, &p, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	hw_pushed_free(p);
	assert_true(hub_clock_stopped(w.hub));
	memset(&g, 0, sizeof(g));
	pull(&w, NURSE, 0, &g); /* reading goes on */
	assert_int_equal(of_space(&g, &s, true), 3);
	/* A restart within the week starts afresh; beyond it, confirmation. */
	hw_close(&w);
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	hw_close(&w);
	hw_pass(&w, 8 * DAY_MS);
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_true(hub_clock_stopped(w.hub));
	assert_int_equal(hub_told_ms(w.hub), 0);
	hw_close(&w);
	assert_int_equal(hw_open(&w, true, &e), 0);
	assert_true(hub_told_ms(w.hub) > HW_NOW);
	assert_int_equal(note(&w, WORKER, &s, 2), VERDICT_ACCEPTED);
	hw_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_claims_once),
		cmocka_unit_test(content_meets_its_verdicts),
		cmocka_unit_test(
		    a_revoked_recipient_stops_content_until_a_new_epoch),
		cmocka_unit_test(of_two_epochs_the_first_wins),
		cmocka_unit_test(directory_room_and_quota_have_their_verdicts),
		cmocka_unit_test(a_repeated_push_gets_its_own_receipt_again),
		cmocka_unit_test(a_group_is_taken_whole_or_not_at_all),
		cmocka_unit_test(what_waits_shares_one_commit),
		cmocka_unit_test(small_pages_bring_the_same_as_one),
		cmocka_unit_test(own_items_come_without_bodies_unless_wanted),
		cmocka_unit_test(
		    a_space_comes_from_its_start_and_goes_with_its_end),
		cmocka_unit_test(an_ended_right_brings_headers_alone),
		cmocka_unit_test(letters_reach_those_they_are_addressed_to),
		cmocka_unit_test(another_log_is_refused),
		cmocka_unit_test(a_revoked_device_gets_the_directory_alone),
		cmocka_unit_test(wishes_wait_for_an_officer_and_lapse),
		cmocka_unit_test(a_flood_of_wishes_makes_way),
		cmocka_unit_test(recovery_needs_a_living_order),
		cmocka_unit_test(labels_are_no_more_than_that),
		cmocka_unit_test(
		    a_takeover_order_serves_the_newest_epoch_alone),
		cmocka_unit_test(a_jump_stops_the_stamp_until_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
