/*
 * client/core/sync/bundle: an exchange by files between real stores and a real
 * hub, and hubs that lie in theirs. Sticks that are cut, changed or of others:
 * tests/integration/43-bundle.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/consent/override.h"
#include "client/core/local/store.h"
#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/checkpoint.h"
#include "tests/support/trust.h"

#define AUTHOR 1
#define READER 2

static struct world w;
static struct id kid;
static struct err e;
static struct buf out, in;
static struct exchange_result r;
static struct exchange_wants wants;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, AUTHOR, "Juku Juurikas", &kid);
	world_grant(&w, AUTHOR, &kid, READER, "card,notes", false);
	world_must_sync(&w, AUTHOR);
	world_must_sync(&w, READER);
	buf_init(&out, EXCHANGE_BUNDLE_MAX);
	buf_init(&in, EXCHANGE_BUNDLE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_done(&out);
	buf_done(&in);
	world_end(&w);
	return 0;
}

static void
make(int i)
{
	buf_reset(&out);
	assert_int_equal(exchange_bundle_out(w.c[i].session, &wants, &out,
	    &r, &e), 0);
}

static void
answer(void)
{
	buf_reset(&in);
	assert_int_equal(hub_bundle(w.hub, buf_view(&out), &in, &e), 0);
}

static int
take(int i)
{
	return exchange_bundle_in(w.c[i].session, buf_view(&in), NULL, &r, &e);
}

static int64_t
waiting(void)
{
	return world_count(&w, AUTHOR,
	    "SELECT count(*) FROM outgoing WHERE state = 1");
}

static void
test_there_and_back(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, AUTHOR, &kid, "by stick", NULL), 0);
	make(AUTHOR);
	assert_true(r.in_bundle > 0 && r.left == 0);
	answer();
	assert_int_equal(take(AUTHOR), 0);
	assert_false(r.stale || r.more);
	assert_int_equal(r.sent_notes, 1);
	assert_int_equal(waiting(), 0);
	assert_int_equal(take(AUTHOR), 0); /* the copy */
	assert_true(r.stale);
	assert_int_equal(r.sent_notes, 0);
	make(READER);
	assert_int_equal(r.in_bundle, 0);
	answer();
	assert_int_equal(take(AUTHOR), -1); /* the reader's */
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(take(READER), 0);
	assert_int_equal(r.got_notes, 1);
	assert_int_equal(world_notes(&w, READER, &kid), 1);
	world_must_sync(&w, AUTHOR);
	assert_int_equal(world_notes(&w, AUTHOR, &kid), 1);
}

/* Long under way: the hub's time in it is of another day, nobody's clock goes
 * by it. */
static void
test_late(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, AUTHOR, &kid, "slowly", NULL), 0);
	make(AUTHOR);
	world_pass(&w, INT64_C(20) * 86400000);
	answer();
	world_pass(&w, INT64_C(9) * 86400000);
	assert_int_equal(take(AUTHOR), 0);
	assert_int_equal(r.sent_notes, 1);
	assert_int_equal(r.skew_ms, 0);
}

/* A profile that was copied says so, and does not accuse the hub. */
static void
test_copied(void **state)
{
	struct store *s = world_store(&w, AUTHOR);

	(void)state;
	make(AUTHOR);
	answer();
	assert_int_equal(store_stop(s, "stopped", &e), 0);
	assert_int_equal(take(AUTHOR), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_int_equal(store_put_int(s, STORE_COPIED, 1, &e), 0);
	assert_int_equal(take(AUTHOR), -1);
	assert_int_equal(e.kind, ERR_CLASH);
}

/* ---- a clock a year ahead ---- */

#define DAY_MS INT64_C(86400000)

static struct id early_case, early_card;

/* A case begun and opened by law to READER, sealed for a stick at once. */
static void
by_law_too_early(void)
{
	struct override_draft d = { .sections = "card", .basis = "danger",
		.right = RIGHT_READ, .provision = "law 27",
		.reason = "could not wait", .person = w.c[READER].person };
	struct override_effect effect;
	struct id id;

	w.c[AUTHOR].skew_ms = 365 * DAY_MS;
	world_case(&w, AUTHOR, "Mall Maasikas", &early_case);
	world_pass(&w, 1000);
	d.case_id = early_case;
	assert_int_equal(override_add(w.c[AUTHOR].session, &d, &id, &effect,
	    &e), 0);
	early_card = trust_space(&w, AUTHOR, &early_case, "card");
	make(AUTHOR);
	assert_true(r.in_bundle > 0 && r.left == 0);
}

/* The network comes before the stick arrives: all of it is made anew by the
 * hub's clock, and holds for seven days. */
static void
test_early_law(void **state)
{
	(void)state;
	by_law_too_early();
	world_must_sync(&w, AUTHOR);
	assert_int_equal(world_must_sync(&w, READER).quarantined_new, 0);
	assert_int_equal(trust_right(&w, READER, &early_card, READER),
	    RIGHT_READ);
	answer(); /* the stick, which is too late */
	world_must_sync(&w, AUTHOR);
	world_must_sync(&w, READER);
	world_pass(&w, 8 * DAY_MS);
	world_must_sync(&w, AUTHOR);
	assert_int_equal(trust_listed(&w, AUTHOR, &early_card, READER), 0);
}

/* The stick arrives first: nobody believes the opening, so its author lists
 * nobody by it either, now or in a year; and the case goes on. */
static void
test_early_law_arrives(void **state)
{
	int64_t days;

	(void)state;
	by_law_too_early();
	answer();
	assert_int_equal(take(AUTHOR), 0);
	w.c[AUTHOR].skew_ms = 0;
	for (days = 0; days <= 366; days += 183) {
		world_pass(&w, days * DAY_MS);
		world_must_sync(&w, AUTHOR);
		world_must_sync(&w, READER);
		assert_int_equal(trust_listed(&w, AUTHOR, &early_card,
		    READER), 0);
	}
	world_grant(&w, AUTHOR, &early_case, READER, "card", false);
	world_must_sync(&w, AUTHOR);
	world_must_sync(&w, READER);
	assert_int_equal(trust_right(&w, READER, &early_card, READER),
	    RIGHT_READ);
}

/* ---- a request that is none ---- */

/* What AUTHOR's stick asks, with these bytes instead of its own; NULL: its. */
static void
ask_instead(const char *push, const struct proto_pull *pull)
{
	const struct device_keys *me = world_store(&w, AUTHOR)->me;
	struct bundle_ask *m = mem_new(sizeof(*m));
	struct buf plain, body;

	buf_init(&plain, EXCHANGE_BUNDLE_MAX);
	buf_init(&body, EXCHANGE_BUNDLE_MAX);
	assert_int_equal(bundle_ask_open(buf_view(&out), &w.hub_pub,
	    &w.hub_key, &plain, m, &e), 0);
	if (push != NULL)
		m->push = view_str(push);
	if (pull != NULL) {
		proto_pull_encode(pull, &body);
		m->pull = buf_view(&body);
	}
	buf_reset(&out);
	bundle_ask_seal(m, me, &w.hub_pub, &out);
	buf_done(&plain);
	buf_done(&body);
	mem_free(m);
}

static unsigned
status_of_page(void)
{
	struct bundle_answer *m = mem_new(sizeof(*m));
	struct buf plain;
	unsigned status;

	buf_init(&plain, EXCHANGE_BUNDLE_MAX);
	assert_int_equal(bundle_answer_open(buf_view(&in),
	    world_store(&w, AUTHOR)->me, &w.hub_pub, &plain, m, &e), 0);
	assert_int_equal(m->count, 1);
	status = m->pages[0].status;
	buf_done(&plain);
	mem_free(m);
	return status;
}

/* The hub answers what it can and says what it cannot; what was to be sent
 * waits for the next stick. */
static void
test_push_that_is_none(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, AUTHOR, &kid, "a note", NULL), 0);
	make(AUTHOR);
	ask_instead("not a push", NULL);
	answer();
	assert_int_equal(status_of_page(), 200);
	assert_int_equal(take(AUTHOR), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_non_null(strstr(e.text, "the hub refused the request"));
	assert_true(waiting() > 0);
	make(AUTHOR);
	answer();
	assert_int_equal(take(AUTHOR), 0);
	assert_int_equal(r.sent_notes, 1);
	store_check(world_store(&w, AUTHOR));
}

/* From past the end of the log; and for nothing that a hub knows. */
static void
test_pull_that_is_none(void **state)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));

	(void)state;
	make(AUTHOR);
	pull->at.cursor = 1000000;
	pull->max_bytes = 1000;
	ask_instead(NULL, pull);
	answer();
	assert_int_equal(status_of_page(), 409);
	assert_int_equal(take(AUTHOR), 0); /* not of where it stands */
	assert_true(r.stale);
	make(AUTHOR);
	memset(pull, 0, sizeof(*pull));
	pull->known.log_id = 7;
	pull->known.size = 1;
	ask_instead(NULL, pull);
	answer();
	assert_int_not_equal(status_of_page(), 200);
	make(AUTHOR);
	answer();
	assert_int_equal(take(AUTHOR), 0);
	assert_false(r.stale);
	mem_free(pull);
}

/* ---- a hub that lies ---- */

enum lie { FORGED_RECEIPT, OTHER_TREE, NO_PAGES, STRANGE_KEY };

static void
lie_about_receipt(struct bundle_answer *m, struct buf *body)
{
	struct proto_pushed *p = mem_new(sizeof(*p));

	assert_int_equal(proto_pushed_decode(m->push.body, p, &e), 0);
	p->items[0].receipt.accept_ms++;
	proto_pushed_encode(p, body);
	m->push.body = buf_view(body);
	mem_free(p);
}

/* A head of the same size and another root, signed by the hub. */
static void
lie_about_tree(struct bundle_answer *m, struct buf *body)
{
	const struct store *s = world_store(&w, AUTHOR);
	const char *name = s->roster.genesis.hub_name;
	struct checkpoint cp;
	struct proto_page page;
	struct buf note;

	buf_init(&note, CHECKPOINT_TEXT_MAX);
	assert_int_equal(proto_page_decode(m->pages[0].body, &page, &e), 0);
	assert_int_equal(checkpoint_read(page.checkpoint, name, &w.hub_pub,
	    &cp, &e), 0);
	cp.root.b[0] ^= 1;
	checkpoint_sign(&cp, name, &w.hub_pub, &w.hub_key, &note);
	page.checkpoint = buf_view(&note);
	proto_page_encode(&page, body);
	m->pages[0].body = buf_view(body);
	proto_page_done(&page);
	buf_done(&note);
}

static void
lie(enum lie what)
{
	struct bundle_answer *m = mem_new(sizeof(*m));
	struct device_keys *me = world_store(&w, AUTHOR)->me;
	struct buf plain, body;

	buf_init(&plain, EXCHANGE_BUNDLE_MAX);
	buf_init(&body, EXCHANGE_BUNDLE_MAX);
	assert_int_equal(bundle_answer_open(buf_view(&in), me, &w.hub_pub,
	    &plain, m, &e), 0);
	switch (what) {
	case FORGED_RECEIPT:
		lie_about_receipt(m, &body);
		break;
	case OTHER_TREE:
		lie_about_tree(m, &body);
		break;
	case NO_PAGES:
		m->count = 0;
		break;
	default:
		break;
	}
	buf_reset(&in);
	bundle_answer_seal(m, what == STRANGE_KEY ? &me->sign : &w.hub_key,
	    &me->box_pub, &in);
	buf_done(&plain);
	buf_done(&body);
	mem_free(m);
}

static void
prepare(enum lie what)
{
	assert_int_equal(world_note(&w, AUTHOR, &kid, "a note", NULL), 0);
	make(AUTHOR);
	answer();
	lie(what);
}

static void
goes_on(size_t notes)
{
	world_must_sync(&w, AUTHOR);
	world_must_sync(&w, READER);
	assert_int_equal(waiting(), 0);
	assert_int_equal(world_notes(&w, READER, &kid), notes);
}

static void
test_forged_receipt(void **state)
{
	(void)state;
	prepare(FORGED_RECEIPT);
	assert_int_equal(take(AUTHOR), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_true(waiting() > 0); /* not believed */
	goes_on(1);
}

static void
test_other_tree(void **state)
{
	(void)state;
	prepare(OTHER_TREE);
	assert_int_equal(take(AUTHOR), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_int_equal(exchange_bundle_out(w.c[AUTHOR].session, &wants,
	    &out, &r, &e), -1); /* nothing is sent to it any more */
}

static void
test_no_pages(void **state)
{
	(void)state;
	prepare(NO_PAGES);
	assert_int_equal(take(AUTHOR), 0);
	assert_true(r.more);
	assert_int_equal(r.sent_notes, 1); /* its receipt was good */
	goes_on(1);
}

static void
test_strange_key(void **state)
{
	(void)state;
	prepare(STRANGE_KEY);
	assert_int_equal(take(AUTHOR), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_true(waiting() > 0);
	goes_on(1);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_there_and_back), T(test_late), T(test_push_that_is_none),
		T(test_pull_that_is_none), T(test_forged_receipt),
		T(test_other_tree), T(test_no_pages), T(test_strange_key),
		T(test_copied), T(test_early_law), T(test_early_law_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
