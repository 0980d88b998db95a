/*
 * Another key for the hub's log: papers and words, clients that follow it at
 * any request, who joins later; and hubs that show papers the office did not
 * sign, none at all, or an order that is not enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/office/office.h"
#include "client/core/profile/enrol.h"
#include "client/core/proof.h"
#include "client/core/upkeep/status.h"
#include "daemon/hub/rekey.h"
#include "tests/support/trust.h"
#include "tests/support/vector.h"

#define OFFICER 0
#define WORKER 1
#define OTHER 2
#define SECOND 3 /* officer */
#define LATER 4
#define HOUR_MS INT64_C(3600000)

static struct world w;
static struct id the_case;
static struct err e;

static void
must(int rc)
{
	if (rc != 0)
		fail_msg("%s", e.text);
}

/* ---- form ---- */

static int
again(struct view in, struct buf *out, struct err *why)
{
	static struct hubkeys l;

	if (hubkeys_decode(in, &l, why) != 0)
		return -1;
	hubkeys_encode(&l, out);
	return 0;
}

static void
test_form(void **state)
{
	static struct hubkeys l;
	struct sign_pub root, before, other;
	struct sign_key root_key, before_key, other_key;
	struct hubkey *k = &l.items[0];
	char text[HUBKEY_TEXT_BYTES];
	struct hubkey back;
	struct buf b;

	(void)state;
	vector_seed(78);
	keys_sign_make(&root, &root_key);
	keys_sign_make(&before, &before_key);
	keys_sign_make(&other, &other_key);
	k->log_id = 0x1122334455667788;
	k->key = other;
	hubkey_sign(k, &root_key, &k->root);
	l.items[1] = *k;
	assert_true(hubkey_holds(k, &root, NULL));
	k->has_before = true;
	hubkey_sign(k, &before_key, &k->before);
	assert_true(hubkey_holds(k, &root, &before));
	assert_false(hubkey_holds(k, &root, &other));
	assert_false(hubkey_holds(k, &before, &before));
	l.items[1].log_id++;
	assert_false(hubkey_holds(&l.items[1], &root, NULL));
	l.count = 2;
	buf_init(&b, 4096);
	hubkeys_encode(&l, &b);
	vector_check("proto-keys", buf_view(&b));
	vector_abuse("proto-keys", again);
	buf_done(&b);

	hubkey_text(k, true, text);
	must(hubkey_read(text, true, &back, &e));
	assert_true(back.log_id == k->log_id && memcmp(&back.key, &k->key,
	    sizeof(back.key)) == 0 && memcmp(&back.root, &k->root,
	    sizeof(back.root)) == 0);
	assert_int_equal(hubkey_read(text, false, &back, &e), -1);
	text[40] = text[40] == '0' ? '1' : '0';
	assert_int_equal(hubkey_read(text, true, &back, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	hubkey_text(k, false, text);
	must(hubkey_read(text, false, &back, &e));
	text[strlen(text) - 1] = '\0';
	assert_int_equal(hubkey_read(text, false, &back, &e), -1);
}

/* ---- an office whose hub changes its key ---- */

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	trust_officer(&w, SECOND);
	world_case(&w, WORKER, "Anna Tamm", &the_case);
	world_grant(&w, WORKER, &the_case, OTHER, "notes", true);
	must(world_note(&w, WORKER, &the_case, "first", NULL));
	world_must_sync(&w, WORKER);
	world_must_sync(&w, OTHER);
	world_must_sync(&w, OFFICER);
	world_must_sync(&w, SECOND);
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	w.tamper = NULL;
	for (i = 0; i < WORLD_CLIENTS; i++)
		if (w.c[i].session != NULL)
			store_check(world_store(&w, i));
	world_end(&w);
	return 0;
}

/* The office's signature on ${k}. */
static void
paper(struct hubkey *k)
{
	char wish[HUBKEY_TEXT_BYTES];
	struct buf out;

	hubkey_text(k, false, wish);
	buf_init(&out, 4096);
	must(office_hubkey_sign(w.c[OFFICER].session, wish, w.shares[0],
	    w.shares[1], &out, &e));
	must(hubkey_read(buf_str(&out), true, k, &e));
	buf_done(&out);
}

static void
rekey(bool lost)
{
	struct rekey in = { .at_ms = 0 };
	struct sign_key key;
	struct hubdb *db;
	static uint64_t log_id = 0x5151515151515151;

	world_pass(&w, HOUR_MS);
	keys_sign_make(&in.paper.key, &key);
	in.paper.log_id = log_id++;
	paper(&in.paper);
	in.key = &key;
	in.before = lost ? NULL : &w.hub_key;
	in.at_ms = atomic_load(&w.wall_ms);
	world_hub_close(&w);
	must(hubdb_open(w.path, false, &db, &e));
	must(hubdb_begin(db, &e));
	must(rekey_tx(db, &in, &e));
	must(hubdb_commit(db, &e));
	hubdb_close(db);
	w.hub_pub = in.paper.key;
	w.hub_key = key;
	world_hub_open(&w);
}

/* ${by_root}: the shares are the second hand. 0, or -1 with ${e}. */
static int
order(bool by_root)
{
	struct exchange_result res;
	struct office_order o;
	struct buf text;
	int rc;

	must(office_order_succession(w.c[OFFICER].session,
	    &w.c[OFFICER].remote, &o, &e));
	buf_init(&text, 4096);
	must(by_root ? office_succession_sign(w.c[OFFICER].session, o.text,
	    w.shares[0], w.shares[1], &text, &e) :
	    office_order_sign(w.c[SECOND].session, o.text, &text, &e));
	office_order_done(&o);
	rc = office_succession_end(w.c[OFFICER].session, &w.c[OFFICER].remote,
	    buf_str(&text), &res, &e);
	buf_done(&text);
	return rc;
}

static void
sync_of(int i)
{
	if (world_sync(&w, i, NULL, &e) != 0)
		fail_msg("client %d: %s", i, e.text);
}

static void
all_sync(int n)
{
	int i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < n; i++)
			sync_of(i);
}

static bool
knows_key(int i)
{
	return memcmp(&world_store(&w, i)->roster.genesis.hub, &w.hub_pub,
	    sizeof(w.hub_pub)) == 0;
}

static void
is_whole(int i)
{
	struct status st;
	struct proof p;

	assert_true(knows_key(i));
	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	assert_false(st.stopped);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1"), 0);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM quarantine"),
	    0);
	must(proof_check(w.c[i].session, NULL, &p, &e));
	assert_int_equal(p.evidence, 0);
	world_close(&w, i);
	must(world_open(&w, i, &e));
	assert_true(knows_key(i));
}

static void
test_followed(void **state)
{
	int i;

	(void)state;
	rekey(false);
	/* Nobody is served, and nobody is alarmed. */
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	assert_false(knows_key(WORKER));
	must(world_note(&w, WORKER, &the_case, "while it waits", NULL));
	must(order(true));
	all_sync(4);
	for (i = 0; i < 4; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, OTHER, &the_case), 2);
	world_join(&w, LATER);
	sync_of(LATER);
	is_whole(LATER);
	sync_of(WORKER);
	world_grant(&w, WORKER, &the_case, LATER, "notes", true);
	all_sync(5);
	assert_int_equal(world_notes(&w, LATER, &the_case), 2);
}

static void
test_twice(void **state)
{
	int i;

	(void)state;
	rekey(false);
	must(order(true));
	sync_of(WORKER);
	must(world_note(&w, WORKER, &the_case, "between", NULL));
	sync_of(WORKER);
	sync_of(SECOND);
	rekey(true);
	must(order(false));
	/* OTHER was away for both. */
	all_sync(4);
	for (i = 0; i < 4; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, OTHER, &the_case), 2);
	world_join(&w, LATER);
	sync_of(LATER);
	is_whole(LATER);
}

static void
test_cut_anywhere(void **state)
{
	unsigned n, calls;

	(void)state;
	rekey(false);
	must(order(true));
	must(world_note(&w, WORKER, &the_case, "mine", NULL));
	for (n = 1; n < 20; n++) {
		calls = w.calls;
		if (n % 2 == 1)
			w.cut_answer = calls + (n + 1) / 2;
		else
			w.cut_request = calls + n / 2;
		(void)world_sync(&w, WORKER, NULL, &e);
		w.cut_answer = w.cut_request = 0;
		world_close(&w, WORKER);
		must(world_open(&w, WORKER, &e));
		store_check(world_store(&w, WORKER));
	}
	all_sync(4);
	is_whole(WORKER);
	assert_int_equal(world_notes(&w, OTHER, &the_case), 2);
}

/* ---- hubs that lie about it ---- */

enum lie { NO_PAPER, OTHER_ROOT, OTHER_KEY, NO_BEFORE, OTHER_BEFORE };

static int
lie(struct world *x, const char *path, struct view request, int *status,
    struct buf *answer, struct err *err)
{
	static struct hubkeys l;
	struct hubkey *k = &l.items[0];
	struct sign_pub pub;
	struct sign_key key;

	(void)request;
	if (strcmp(path, "/v1/keys") != 0 || *status != 200)
		return 0;
	must(hubkeys_decode(buf_view(answer), &l, err));
	assert_int_equal(l.count, 1);
	keys_sign_make(&pub, &key);
	switch (*(enum lie *)x->tamper_ctx) {
	case NO_PAPER:
		l.count = 0;
		break;
	case OTHER_ROOT:
		hubkey_sign(k, &key, &k->root);
		break;
	case OTHER_KEY:
		k->key = pub;
		hubkey_sign(k, &key, &k->before);
		break;
	case NO_BEFORE:
		k->has_before = false;
		break;
	case OTHER_BEFORE:
		hubkey_sign(k, &key, &k->before);
		break;
	}
	buf_reset(answer);
	hubkeys_encode(&l, answer);
	return 0;
}

/* An order by the root: without the key before that is one hand. */
static void
test_lies(void **state)
{
	enum lie what;

	(void)state;
	rekey(false);
	must(order(true));
	w.tamper_ctx = &what;
	w.tamper = lie;
	for (what = NO_PAPER; what <= OTHER_BEFORE; what++) {
		assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
		assert_false(knows_key(WORKER));
		assert_false(world_store(&w, WORKER)->stopped);
	}
	w.tamper = NULL;
	sync_of(WORKER);
	is_whole(WORKER);
}

/* Asked and approved; its first sync is still to come. */
static void
join(int i)
{
	struct office_approval a = { .title = "worker", .name = "Later" };
	struct enrol_result asked;
	struct buf card;

	world_profile(&w, i);
	buf_init(&card, 4096);
	must(office_card(w.c[OFFICER].session, &card, &e));
	must(enrol_join(w.c[i].session, &w.c[i].remote, buf_str(&card),
	    &asked, &e));
	buf_done(&card);
	a.code = asked.code;
	must(office_approve(w.c[OFFICER].session, &w.c[OFFICER].remote, &a,
	    &e));
}

static void
test_joins_a_liar(void **state)
{
	enum lie what = OTHER_ROOT;

	(void)state;
	rekey(false);
	must(order(true));
	all_sync(4);
	join(LATER);
	w.tamper_ctx = &what;
	w.tamper = lie;
	assert_int_equal(world_sync(&w, LATER, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	what = NO_PAPER;
	assert_int_equal(world_sync(&w, LATER, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	w.tamper = NULL;
	sync_of(LATER);
	is_whole(LATER);
}

/* A lost key: the office itself does not go on with one officer alone. */
static void
test_lost(void **state)
{
	(void)state;
	rekey(true);
	assert_int_equal(order(true), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	must(order(false));
	all_sync(4);
	is_whole(WORKER);
}

/* A paper of another office does not even enter. */
static void
test_other_office(void **state)
{
	struct rekey in = { .at_ms = 1 };
	struct sign_pub pub;
	struct sign_key key, root;
	struct hubdb *db;

	(void)state;
	keys_sign_make(&pub, &root);
	keys_sign_make(&in.paper.key, &key);
	in.paper.log_id = 7;
	in.key = &key;
	hubkey_sign(&in.paper, &root, &in.paper.root);
	world_hub_close(&w);
	must(hubdb_open(w.path, false, &db, &e));
	must(hubdb_begin(db, &e));
	assert_int_equal(rekey_tx(db, &in, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	hubdb_rollback(db);
	hubdb_close(db);
	world_hub_open(&w);
	sync_of(WORKER);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form), T(test_followed), T(test_twice),
		T(test_cut_anywhere), T(test_lies), T(test_joins_a_liar),
		T(test_lost), T(test_other_office),
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
