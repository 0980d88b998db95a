/*
 * client/core/sync and a hub that changes its own answers: each part of each
 * answer of a sync, one at a time. Whatever it says, no text is lost, doubled
 * or shown that an honest hub would not have shown, and the store stays whole.
 * An honest sync goes on from there; or the lie stands as evidence, or what it
 * kept back is named in quarantine, where a person sees it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/sync/round.h"
#include "common/base/mem.h"
#include "tests/support/faults.h"
#include "tests/support/kept.h"
#include "tests/support/trust.h"
#include "tests/support/vector.h"

static struct world w;
static struct id kid, plan;

/* ---- lies ---- */

struct lie {
	unsigned call;   /* of which answer, from 1 */
	size_t kind, at; /* what about it, and about which of its parts */
	bool told;
	unsigned calls;  /* so far */
};
static struct lie lie;
static unsigned named; /* in quarantine to the end */

static void
turn(struct view v, size_t at)
{
	if (at < v.len)
		((uint8_t *)(uintptr_t)v.data)[at] ^= 0x10;
}

/* About a page as a whole; false: there is no such lie. */
static bool
page_lie(struct proto_page *p, size_t kind)
{
	struct proto_item item;

	switch (kind) {
	case 0: turn(p->checkpoint, p->checkpoint.len / 2); return true;
	case 1: turn(p->checkpoint, p->checkpoint.len - 5); return true;
	case 2: p->checkpoint.len = 0; return true;
	case 3: p->consistency.count = 0; return true;
	case 4: p->consistency.nodes[0].b[3] ^= 1; return true;
	case 5: p->now_ms = 0; return true;
	case 6: p->now_ms = INT64_MAX; return true;
	case 7: p->now_ms -= 400 * INT64_C(86400000); return true;
	case 8: p->next.cursor = 0; return true;
	case 9: p->next.cursor++; return true;
	case 10: p->next.until = 5; return true;
	case 11: p->next.until = UINT64_MAX; return true;
	case 12: p->more = !p->more; return true;
	case 13: p->count = 0; return true;
	case 14: p->count /= 2; return true;
	case 15:
		if (p->count > 1) {
			item = p->items[0];
			p->items[0] = p->items[p->count - 1];
			p->items[p->count - 1] = item;
		}
		return true;
	default: return false;
	}
}

/* About one item of it. */
static bool
item_lie(struct proto_page *p, size_t i, size_t kind)
{
	struct proto_item *it = &p->items[i];
	struct changeset cs;
	struct err e;

	switch (kind) {
	case 0: it->seq++; return true;
	case 1: it->seq = UINT64_MAX; return true;
	case 2: it->sseq++; return true;
	case 3: it->sseq = 0; return true;
	case 4: it->accept_ms++; return true;
	case 5: it->accept_ms = INT64_MIN; return true;
	case 6: it->inclusion.count = 0; return true;
	case 7: it->inclusion.nodes[0].b[9] ^= 4; return true;
	case 8: turn(it->bytes, 1); return true;
	case 9: turn(it->bytes, it->bytes.len / 2); return true;
	case 10: turn(it->bytes, it->bytes.len - 1); return true;
	case 11: it->bytes.len--; return true;
	case 12: it->bytes.len = 0; return true;
	case 13: /* the header alone */
		if (changeset_decode(it->bytes, &cs, &e) == 0)
			it->bytes.len = cs.header_bytes;
		return true;
	case 14: /* left out */
		memmove(it, it + 1, (--p->count - i) * sizeof(*it));
		return true;
	case 15: /* in the place of its neighbour */
		if (i + 1 < p->count)
			p->items[i + 1] = *it;
		return true;
	default: return false;
	}
}

static bool
pushed_lie(struct proto_pushed *p, size_t kind, size_t i)
{
	struct proto_pushed_item *it = &p->items[i];

	switch (kind) {
	case 0: turn(p->checkpoint, p->checkpoint.len - 5); return true;
	case 1: p->consistency.count = 0; return true;
	case 2: p->count--; return true;
	case 3: p->now_ms = -1; return true;
	case 4: it->id.b[0] ^= 1; return true;
	case 5: it->receipt.seq++; return true;
	case 6: it->receipt.seq = UINT64_MAX; return true;
	case 7: it->receipt.sseq++; return true;
	case 8: it->receipt.accept_ms++; return true;
	case 9: it->receipt.inclusion.count = 0; return true;
	case 10: it->receipt.inclusion.nodes[0].b[0] ^= 1; return true;
	default: /* every verdict, deserved or not */
		it->verdict = (enum verdict)(kind - 10);
		return kind <= 10 + VERDICT_UNKNOWN_SPACE;
	}
}

/* Refused, with every status, and with every reason. */
static bool
refusal_lie(size_t kind, int *status, struct buf *answer)
{
	static const int statuses[] = { 400, 401, 403, 404, 409, 413, 429, 500,
		503, 302, 0 };
	static const enum verdict verdicts[] = { 0, VERDICT_REVOKED,
		VERDICT_UNKNOWN_DEVICE, VERDICT_NOT_MEMBER, VERDICT_QUOTA,
		VERDICT_HUB_FULL, VERDICT_BAD_FORM };
	const size_t n = sizeof(statuses) / sizeof(statuses[0]);
	const size_t m = sizeof(verdicts) / sizeof(verdicts[0]) + 1;
	struct proto_refusal r = { .now_ms = WORLD_NOW, .words = "no" };

	if (kind >= n + m)
		return false;
	*status = statuses[kind % n];
	buf_reset(answer);
	if (kind % m == m - 1)
		return true; /* without a word */
	r.verdict = verdicts[kind % m];
	proto_refusal_encode(&r, answer);
	return true;
}

#define ABOUT_PAGE 0
#define ABOUT_ITEM 100
#define ABOUT_PUSHED 200
#define REFUSED 300
#define KINDS 400
#define PARTS 3 /* of an answer that are tried */

static void
lie_about_page(struct buf *answer)
{
	struct proto_page *p = mem_new(sizeof(*p));
	struct buf copy;
	struct err e;

	buf_init(&copy, answer->max);
	buf_add(&copy, answer->data, answer->len);
	assert_int_equal(proto_page_decode(buf_view(&copy), p, &e), 0);
	if (lie.kind < ABOUT_ITEM)
		lie.told = page_lie(p, lie.kind);
	else if (lie.at < p->count)
		lie.told = item_lie(p, lie.at, lie.kind - ABOUT_ITEM);
	if (lie.told) {
		buf_reset(answer);
		proto_page_encode(p, answer);
	}
	proto_page_done(p);
	buf_done(&copy);
	mem_free(p);
}

static void
lie_about_push(struct buf *answer)
{
	struct proto_pushed *p = mem_new(sizeof(*p));
	struct buf copy;
	struct err e;

	buf_init(&copy, answer->max);
	buf_add(&copy, answer->data, answer->len);
	assert_int_equal(proto_pushed_decode(buf_view(&copy), p, &e), 0);
	if (lie.at < p->count)
		lie.told = pushed_lie(p, lie.kind - ABOUT_PUSHED, lie.at);
	if (lie.told) {
		buf_reset(answer);
		proto_pushed_encode(p, answer);
	}
	buf_done(&copy);
	mem_free(p);
}

/* A word on the device's own store that it has not said. */
static void
lie_about_anchor(struct buf *answer)
{
	lie.told = true;
	switch (lie.kind) {
	case 0: turn(buf_view(answer), 3); break;   /* another device */
	case 1: turn(buf_view(answer), 23); break;  /* turn */
	case 2: turn(buf_view(answer), 60); break;  /* what is sealed */
	case 3: turn(buf_view(answer), 150); break; /* signature */
	case 4: answer->len--; break;
	case 5: answer->len = 0; break;
	default: lie.told = false;
	}
}

static int
tell(struct world *world, const char *path, struct view request, int *status,
    struct buf *answer, struct err *e)
{
	bool push = strcmp(path, "/v1/push") == 0;

	(void)world;
	(void)request;
	(void)e;
	if (++lie.calls != lie.call)
		return 0;
	if (lie.kind >= REFUSED)
		lie.told = refusal_lie(lie.kind - REFUSED, status, answer);
	else if (strcmp(path, "/v1/anchor") == 0)
		lie_about_anchor(answer);
	else if (push == (lie.kind >= ABOUT_PUSHED) && *status == 200) {
		if (push)
			lie_about_push(answer);
		else
			lie_about_page(answer);
	}
	return 0;
}

/* ---- what may not have happened ---- */

struct sight {
	size_t notes;
	int64_t versions, records, waiting;
	char goal[160];
};

struct moment { /* from which each lie is tried */
	struct kept k, colleague;
	struct sight before, after, later;
};

static void
look(int who, struct sight *s)
{
	memset(s, 0, sizeof(*s));
	s->notes = world_notes(&w, who, &kid);
	s->versions = world_count(&w, who, "SELECT count(*) FROM version "
	    "WHERE state = 3");
	s->records = world_count(&w, who, "SELECT count(*) FROM record");
	s->waiting = world_count(&w, who, "SELECT count(*) FROM version "
	    "WHERE state IN (1, 2)");
	world_field(&w, who, &plan, "goal", s->goal);
	store_check(world_store(&w, who));
}

/* The newest items of a section that a hub keeps back are missed as soon as
 * one more is written there, and no sooner: a colleague writes. */
static void
go_on(const struct moment *m)
{
	kept_restore_client(&m->colleague);
	world_pass(&w, 60000);
	assert_int_equal(world_note(&w, 1, &kid, "one more", NULL), 0);
	assert_int_equal(world_set(&w, 1, &plan, "goal", "the end"), 0);
	assert_int_equal(world_set(&w, 1, &kid, "name", "Juku J"), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, m->k.who);
	world_must_sync(&w, m->k.who);
}

static void
try_lie(const struct moment *m)
{
	const struct kept *k = &m->k;
	const struct sight *before = &m->before, *after = &m->after;
	struct sight now;
	struct err e;
	int rc;

	kept_restore(k);
	err_clear(&e);
	lie.told = false;
	lie.calls = 0;
	w.tamper = tell;
	rc = world_sync(&w, k->who, NULL, &e);
	w.tamper = NULL;
	if (!lie.told)
		return;
	if (rc != 0 && (e.kind == ERR_BUG || e.kind == ERR_LOCAL ||
	    e.text[0] == '\0'))
		fail_msg("lie %zu about %zu of answer %u: %d %s", lie.kind,
		    lie.at, lie.call, e.kind, e.text);
	look(k->who, &now);
	/* Not less than before, and not more than the truth. */
	assert_true(now.notes >= before->notes && now.notes <= after->notes);
	assert_true(now.records >= before->records &&
	    now.records <= after->records);
	assert_true(now.versions + now.waiting >=
	    before->versions + before->waiting);
	assert_true(now.versions <= after->versions);
	if (world_store(&w, k->who)->stopped) {
		assert_true(world_count(&w, k->who, "SELECT count(*) FROM "
		    "evidence") > 0);
		assert_int_equal(world_sync(&w, k->who, NULL, &e), -1);
		return;
	}
	if (world_sync(&w, k->who, NULL, &e) != 0)
		fail_msg("after lie %zu about %zu of answer %u: %s", lie.kind,
		    lie.at, lie.call, e.text);
	world_must_sync(&w, k->who);
	look(k->who, &now);
	if (memcmp(&now, after, sizeof(now)) != 0) {
		go_on(m);
		look(k->who, &now);
		after = &m->later;
	}
	if (memcmp(&now, after, sizeof(now)) == 0)
		return;
	named++;
	if (now.notes > after->notes || now.records > after->records ||
	    now.waiting > 0 || world_count(&w, k->who, "SELECT count(*) FROM "
	    "quarantine WHERE reason <> 1") == 0)
		fail_msg("lie %zu about %zu of answer %u leaves: %zu %lld %lld "
		    "%lld %s", lie.kind, lie.at, lie.call, now.notes,
		    (long long)now.versions, (long long)now.records,
		    (long long)now.waiting, now.goal);
}

/* Every lie in each of the sync's answers; LIES=3 in the environment tells each
 * third, where sanitizers make all of them dear. */
static void
each_lie(int who)
{
	const char *text = getenv("LIES");
	unsigned long step = text != NULL ? strtoul(text, NULL, 10) : 1, n = 0;
	struct moment m;
	unsigned calls, told = 0;
	bool tried;

	if (step == 0)
		step = 1;
	named = 0;
	kept_take(&m.colleague, &w, 1);
	kept_take(&m.k, &w, who);
	look(who, &m.before);
	calls = w.calls;
	world_must_sync(&w, who);
	calls = w.calls - calls;
	world_must_sync(&w, who);
	look(who, &m.after);
	go_on(&m);
	look(who, &m.later);
	for (lie.call = 1; lie.call <= calls; lie.call++)
		for (lie.kind = 0; lie.kind < KINDS; lie.kind++)
			for (lie.at = 0; lie.at < PARTS; lie.at++) {
				tried = n++ % step == 0;
				if (tried)
					try_lie(&m);
				told += tried && lie.told;
				/* Nothing of that kind, or no such part. */
				if ((tried && !lie.told) ||
				    lie.kind < ABOUT_ITEM ||
				    lie.kind >= REFUSED)
					break;
			}
	printf("%u lies in %u answers, %u named\n", told, calls, named);
	assert_true(told > 60 / step);
	kept_done(&m.k);
	kept_done(&m.colleague);
}

static int
setup(void **state)
{
	(void)state;
	(void)faults_end(); /* with it no commit waits for the disk */
	vector_seed(5); /* the order of sections is that of their ids */
	world_begin(&w, 3);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	assert_int_equal(world_note(&w, 1, &kid, "the first", NULL), 0);
	world_grant(&w, 1, &kid, 2, "plan,notes", true);
	trust_twice(&w, 1, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* Text and keys from a colleague, own text on its way. */
static void
test_among_colleagues(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 1, &kid, "the second", NULL), 0);
	assert_int_equal(world_set(&w, 1, &plan, "goal", "mornings"), 0);
	world_grant(&w, 1, &kid, 0, "plan", false);
	world_must_sync(&w, 1);
	world_pass(&w, 60000);
	assert_int_equal(world_note(&w, 2, &kid, "the third", NULL), 0);
	each_lie(2);
}

/* A first sync: everything from the directory's first entry on. */
static void
test_newcomer(void **state)
{
	(void)state;
	world_grant(&w, 1, &kid, 0, "plan,notes,card", true);
	world_must_sync(&w, 1);
	each_lie(0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_among_colleagues), T(test_newcomer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
