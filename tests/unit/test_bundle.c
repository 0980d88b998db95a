/*
 * Bundles: the files (common/wire/bundle) with their vectors, cut and bent, and
 * what a hub does with one (daemon/hub/hub_bundle): a push and a pull, twice,
 * from who may and who may not. What a client does: integration/43-bundle.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/stick.h"
#include "tests/support/hubworld.h"
#include "tests/support/vector.h"

#define WRITER 2
#define OTHER 3

static struct err e;

/* ---- files ---- */

struct keys {
	struct sign_pub hub;
	struct sign_key hub_key;
	struct device_keys me, other;
};

static void
make_keys(struct keys *k)
{
	assert_int_equal(keys_init(), 0);
	vector_seed(77);
	keys_sign_make(&k->hub, &k->hub_key);
	keys_device_make(&k->me);
	keys_device_make(&k->other);
}

static void
make_ask(const struct keys *k, struct buf *out)
{
	struct bundle_ask m = { k->me.device, view_str("a push"),
		view_str("a pull") };

	bundle_ask_seal(&m, &k->me, &k->hub, out);
	assert_int_equal(buf_check(out, "a bundle", &e), 0);
}

static void
make_answer(const struct keys *k, struct buf *out)
{
	struct bundle_answer *m = mem_new(sizeof(*m));

	m->device = k->me.device;
	m->at_ms = 1790000000000;
	m->pull = view_str("a pull");
	m->pushed = true;
	m->push = (struct bundle_part){ 403, view_str("no") };
	m->count = 2;
	m->pages[0] = (struct bundle_part){ 200, view_str("one page") };
	m->pages[1] = (struct bundle_part){ 200, view_str("another") };
	bundle_answer_seal(m, &k->hub_key, &k->me.box_pub, out);
	mem_free(m);
}

static int
open_ask(const struct keys *k, struct view in)
{
	struct bundle_ask m;
	struct buf plain;
	int rc;

	buf_init(&plain, BUNDLE_ASK_MAX);
	rc = bundle_ask_open(in, &k->hub, &k->hub_key, &plain, &m, &e);
	if (rc == 0 && !bundle_ask_signed(&plain, &k->me.sign_pub))
		rc = -1;
	if (rc == 0) {
		assert_true(view_eq(m.push, view_str("a push")));
		assert_true(view_eq(m.pull, view_str("a pull")));
		assert_true(id_eq(&m.device, &k->me.device));
		assert_false(bundle_ask_signed(&plain, &k->other.sign_pub));
	}
	buf_done(&plain);
	return rc;
}

static int
open_answer(const struct keys *k, const struct device_keys *me, struct view in)
{
	struct bundle_answer *m = mem_new(sizeof(*m));
	struct buf plain;
	int rc;

	buf_init(&plain, BUNDLE_ANSWER_MAX);
	rc = bundle_answer_open(in, me, &k->hub, &plain, m, &e);
	if (rc == 0) {
		assert_true(view_eq(m->pull, view_str("a pull")));
		assert_int_equal(m->push.status, 403);
		assert_int_equal(m->count, 2);
		assert_true(view_eq(m->pages[1].body, view_str("another")));
	}
	buf_done(&plain);
	mem_free(m);
	return rc;
}

/* Bundles of attachments, and the file that holds several. */
static void
test_sticks(void **state)
{
	struct stick_ask a = { .count = 2 }, a2;
	struct stick_answer m = { .count = 1 }, m2;
	struct buf ask, answer, stick, plain;
	struct view one;
	struct keys k;
	size_t at = 0;

	(void)state;
	make_keys(&k);
	buf_init(&ask, BUNDLE_ASK_MAX);
	buf_init(&answer, BUNDLE_ANSWER_MAX);
	buf_init(&stick, BUNDLE_ANSWER_MAX);
	buf_init(&plain, BUNDLE_ANSWER_MAX);
	a.device = m.device = k.me.device;
	a.calls[0] = (struct stick_call){ STICK_PUT, view_str("a piece") };
	a.calls[1] = (struct stick_call){ STICK_GET, view_str("which") };
	m.parts[0] = (struct stick_part){ .kind = STICK_GET, .at = 262144,
		.status = 404, .body = view_str("no") };
	memset(m.parts[0].name.b, 7, sizeof(struct hash));
	stick_ask_encode(&a, &plain);
	vector_check("stick-out-text", buf_view(&plain));
	buf_reset(&plain);
	stick_answer_encode(&m, &plain);
	vector_check("stick-in-text", buf_view(&plain));
	buf_reset(&plain);
	stick_ask_seal(&a, &k.me, &k.hub, &ask);
	stick_answer_seal(&m, &k.hub_key, &k.me.box_pub, &answer);
	assert_true(bundle_of_files(buf_view(&ask)));
	assert_int_equal(open_ask(&k, buf_view(&ask)), -1);
	assert_int_equal(open_answer(&k, &k.me, buf_view(&answer)), -1);
	assert_int_equal(stick_ask_open(buf_view(&ask), &k.hub, &k.hub_key,
	    &plain, &a2, &e), 0);
	assert_true(stick_ask_signed(&plain, &k.me.sign_pub));
	assert_false(stick_ask_signed(&plain, &k.other.sign_pub));
	assert_int_equal(a2.count, 2);
	buf_reset(&plain);
	assert_int_equal(stick_answer_open(buf_view(&answer), &k.me, &k.hub,
	    &plain, &m2, &e), 0);
	assert_int_equal(m2.parts[0].at, 262144);
	buf_reset(&plain);
	assert_int_equal(stick_answer_open(buf_view(&answer), &k.other,
	    &k.hub, &plain, &m2, &e), -1);
	buf_reset(&plain);
	assert_int_equal(stick_answer_open(buf_view(&answer), &k.me,
	    &k.other.sign_pub, &plain, &m2, &e), -1);
	stick_begin(&stick);
	assert_int_equal(stick_check(buf_view(&stick), &e), -1); /* empty */
	stick_add(buf_view(&ask), &stick);
	stick_add(buf_view(&answer), &stick);
	assert_int_equal(stick_check(buf_view(&stick), &e), 0);
	assert_int_equal(stick_next(buf_view(&stick), &at, &one, &e), 1);
	assert_true(view_eq(one, buf_view(&ask)));
	assert_int_equal(stick_next(buf_view(&stick), &at, &one, &e), 1);
	assert_true(view_eq(one, buf_view(&answer)));
	assert_int_equal(stick_next(buf_view(&stick), &at, &one, &e), 0);
	stick.len--;
	assert_int_equal(stick_check(buf_view(&stick), &e), -1);
	buf_done(&ask);
	buf_done(&answer);
	buf_done(&stick);
	buf_done(&plain);
}

static void
test_files(void **state)
{
	struct buf ask, answer;
	struct keys k, strange;

	(void)state;
	make_keys(&k);
	buf_init(&ask, BUNDLE_ASK_MAX);
	buf_init(&answer, BUNDLE_ANSWER_MAX);
	make_ask(&k, &ask);
	make_answer(&k, &answer);
	vector_check("bundle-out", buf_view(&ask));
	vector_check("bundle-in", buf_view(&answer));
	assert_int_equal(open_ask(&k, buf_view(&ask)), 0);
	assert_int_equal(open_answer(&k, &k.me, buf_view(&answer)), 0);
	assert_int_equal(open_answer(&k, &k.other, buf_view(&answer)), -1);
	assert_non_null(strstr(e.text, "another device"));
	assert_int_equal(open_ask(&k, buf_view(&answer)), -1);
	assert_non_null(strstr(e.text, "comes from the hub"));
	assert_int_equal(open_answer(&k, &k.me, buf_view(&ask)), -1);
	assert_non_null(strstr(e.text, "goes to the hub"));
	strange = k;
	strange.hub = k.other.sign_pub;
	strange.hub_key = k.other.sign;
	assert_int_equal(open_ask(&strange, buf_view(&ask)), -1);
	assert_int_equal(open_answer(&strange, &k.me, buf_view(&answer)), -1);
	assert_non_null(strstr(e.text, "not signed by the hub"));
	buf_done(&ask);
	buf_done(&answer);
}

static void
test_bent(void **state)
{
	struct buf ask, answer;
	struct keys k;
	size_t i;

	(void)state;
	make_keys(&k);
	buf_init(&ask, BUNDLE_ASK_MAX);
	buf_init(&answer, BUNDLE_ANSWER_MAX);
	make_ask(&k, &ask);
	make_answer(&k, &answer);
	for (i = 0; i < ask.len; i++) {
		assert_int_equal(open_ask(&k, view_of(ask.data, i)), -1);
		ask.data[i] ^= 0x40;
		assert_int_equal(open_ask(&k, buf_view(&ask)), -1);
		ask.data[i] ^= 0x40;
	}
	for (i = 0; i < answer.len; i++) {
		assert_int_equal(open_answer(&k, &k.me, view_of(answer.data,
		    i)), -1);
		assert_int_equal(e.kind, ERR_INPUT);
		answer.data[i] ^= 0x40;
		assert_int_equal(open_answer(&k, &k.me, buf_view(&answer)),
		    -1);
		answer.data[i] ^= 0x40;
	}
	buf_done(&ask);
	buf_done(&answer);
}

static int
again_ask(struct view in, struct buf *out, struct err *why)
{
	struct bundle_ask m;

	if (bundle_ask_decode(in, &m, why) != 0)
		return -1;
	bundle_ask_encode(&m, out);
	return 0;
}

static int
again_answer(struct view in, struct buf *out, struct err *why)
{
	struct bundle_answer *m = mem_new(sizeof(*m));
	int rc = bundle_answer_decode(in, m, why);

	if (rc == 0)
		bundle_answer_encode(m, out);
	mem_free(m);
	return rc;
}

static void
test_texts(void **state)
{
	struct bundle_ask ask = { { { 1, 2 } }, view_str("push"),
		view_str("pull") };
	struct bundle_answer *answer = mem_new(sizeof(*answer));
	struct buf b;

	(void)state;
	buf_init(&b, BUNDLE_ANSWER_MAX);
	bundle_ask_encode(&ask, &b);
	vector_check("bundle-out-text", buf_view(&b));
	vector_abuse("bundle-out-text", again_ask);
	answer->device = ask.device;
	answer->pull = view_str("pull");
	answer->count = 1;
	answer->pages[0] = (struct bundle_part){ 503, view_str("later") };
	buf_reset(&b);
	bundle_answer_encode(answer, &b);
	vector_check("bundle-in-text", buf_view(&b));
	vector_abuse("bundle-in-text", again_answer);
	buf_done(&b);
	mem_free(answer);
}

/* ---- a hub ---- */

static struct hubworld w;
static struct id space;

static int
setup(void **state)
{
	struct hw_epoch ep = { .number = 1, .count = 1, .devs = { WRITER },
		.rights = { RIGHT_KEEP } };
	struct hw_item it;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 4);
	memset(space.b, 0x55, sizeof(space.b));
	hw_epoch(&w, WRITER, &space, &ep, &it);
	assert_int_equal(hw_push1(&w, WRITER, &it), VERDICT_ACCEPTED);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hw_end(&w);
	return 0;
}

/* A bundle as ${as} sends it, signed by ${by}, with ${it} if not NULL. */
static void
bundle_of(int as, int by, const struct hw_item *it, struct buf *out)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct bundle_ask m = { .device = w.dev[as].keys.device };
	struct buf a, b;

	buf_init(&a, PROTO_REQUEST_BYTES_MAX);
	buf_init(&b, PROTO_REQUEST_BYTES_MAX);
	if (it != NULL) {
		push->count = 1;
		push->items[0].bytes = view_of(it->bytes, it->len);
		proto_push_encode(push, &a);
	}
	pull->max_bytes = PROTO_PAGE_BYTES_MAX;
	proto_pull_encode(pull, &b);
	m.push = buf_view(&a);
	m.pull = buf_view(&b);
	bundle_ask_seal(&m, &w.dev[by].keys, &w.hub_pub, out);
	buf_done(&a);
	buf_done(&b);
	mem_free(push);
	mem_free(pull);
}

struct got {
	struct buf file, plain;
	struct bundle_answer answer;
	struct proto_pushed pushed;
	size_t items;
};

static struct got *
ask_hub(int as, const struct hw_item *it)
{
	struct got *g = mem_new(sizeof(*g));
	struct proto_page page;
	struct buf ask;
	size_t i;

	buf_init(&ask, BUNDLE_ASK_MAX);
	buf_init(&g->file, BUNDLE_ANSWER_MAX);
	buf_init(&g->plain, BUNDLE_ANSWER_MAX);
	bundle_of(as, as, it, &ask);
	assert_int_equal(hub_bundle(w.hub, buf_view(&ask), &g->file, &e), 0);
	assert_int_equal(bundle_answer_open(buf_view(&g->file),
	    &w.dev[as].keys, &w.hub_pub, &g->plain, &g->answer, &e), 0);
	if (g->answer.pushed && g->answer.push.status == 200)
		assert_int_equal(proto_pushed_decode(g->answer.push.body,
		    &g->pushed, &e), 0);
	for (i = 0; i < g->answer.count; i++) {
		assert_int_equal(g->answer.pages[i].status, 200);
		assert_int_equal(proto_page_decode(g->answer.pages[i].body,
		    &page, &e), 0);
		assert_int_equal(page.now_ms, 0);
		g->items += page.count;
		proto_page_done(&page);
	}
	buf_done(&ask);
	return g;
}

static void
got_free(struct got *g)
{
	buf_done(&g->file);
	buf_done(&g->plain);
	mem_free(g);
}

static void
test_twice(void **state)
{
	struct hw_item it;
	struct got *g;
	uint64_t seq;

	(void)state;
	hw_note(&w, WRITER, &space, 1, &it);
	g = ask_hub(WRITER, &it);
	assert_int_equal(g->pushed.count, 1);
	assert_int_equal(g->pushed.items[0].verdict, VERDICT_ACCEPTED);
	seq = g->pushed.items[0].receipt.seq;
	assert_true(g->items >= 5); /* directory, own space */
	assert_int_equal(g->answer.at_ms, HW_NOW);
	got_free(g);
	g = ask_hub(WRITER, &it);
	assert_int_equal(g->pushed.items[0].verdict, VERDICT_DUPLICATE);
	assert_int_equal(g->pushed.items[0].receipt.seq, seq);
	got_free(g);
	it.line->counter = it.counter;
	it.line->last = it.id;
	hw_free(&it);
	g = ask_hub(OTHER, NULL);
	assert_false(g->answer.pushed);
	got_free(g);
}

static void
test_strangers(void **state)
{
	struct buf ask, out;
	struct hw_item it;

	(void)state;
	buf_init(&ask, BUNDLE_ASK_MAX);
	buf_init(&out, BUNDLE_ANSWER_MAX);
	hw_note(&w, WRITER, &space, 1, &it);
	bundle_of(WRITER, OTHER, &it, &ask); /* signed by another */
	assert_int_equal(hub_bundle(w.hub, buf_view(&ask), &out, &e), -1);
	assert_int_equal(hub_verdict(&e), VERDICT_BAD_SIGNATURE);
	buf_reset(&ask);
	bundle_of(9, 9, &it, &ask); /* in no directory */
	assert_int_equal(hub_bundle(w.hub, buf_view(&ask), &out, &e), -1);
	assert_int_equal(hub_verdict(&e), VERDICT_UNKNOWN_DEVICE);
	buf_reset(&ask);
	bundle_of(OTHER, OTHER, &it, &ask); /* another's text: refused inside */
	assert_int_equal(hub_bundle(w.hub, buf_view(&ask), &out, &e), 0);
	ask.len--;
	assert_int_equal(hub_bundle(w.hub, buf_view(&ask), &out, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	hw_free(&it);
	buf_done(&ask);
	buf_done(&out);
}

/* Who was revoked gets the directory that says so, and nothing is taken. */
static void
test_revoked(void **state)
{
	struct directory_entry d = { .kind = DIRECTORY_REVOKE };
	struct hw_item it, note;
	struct got *g;

	(void)state;
	hw_note(&w, WRITER, &space, 1, &note);
	d.person = w.dev[WRITER].person;
	d.device = w.dev[WRITER].keys.device;
	hw_entry(&w, 0, &d, &it);
	assert_int_equal(hw_push1(&w, 0, &it), VERDICT_ACCEPTED);
	g = ask_hub(WRITER, &note);
	assert_int_equal(g->answer.push.status, 403);
	assert_true(g->items > 0);
	got_free(g);
	hw_free(&note);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_sticks),
		cmocka_unit_test(test_bent),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_revoked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
