/*
 * Every pair of schema/rules.md 13 of epochs and revoked devices, with real
 * clients and a real hub, in both orders of arrival: the outcome is the same.
 *
 * Client 0 is the first officer, 1 Mari who keeps the case, 2 Jaan who writes
 * in it, 3 and 4 colleagues, 5 Mari's second device, 6 a second officer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/profile/devices.h"
#include "client/core/office/office.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/support/trust.h"

#define OFFICER 0
#define MARI 1
#define JAAN 2
#define LIIS 3
#define PEEP 4
#define SECOND 5
#define OTHER 6

static struct world w;
static struct id kid, plan, space;
static struct err e;

static void
settle(void)
{
	static const int all[] = { OFFICER, MARI, JAAN, LIIS, PEEP };
	size_t i, k;

	for (k = 0; k < 3; k++)
		for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			(void)world_sync(&w, all[i], NULL, &e);
			if (w.c[SECOND].session != NULL)
				(void)world_sync(&w, SECOND, NULL, &e);
		}
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 5);
	world_case(&w, MARI, "Anna Kask", &kid);
	assert_int_equal(trust_plan(&w, MARI, &kid, "Two friends", &plan), 0);
	world_grant(&w, MARI, &kid, JAAN, "card,plan", true);
	settle();
	space = trust_space(&w, MARI, &kid, "plan");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* Client ${i} makes its epoch from what it knows and does not get it sent. */
static void
make_unsent(int i)
{
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, i, NULL, &e), -1);
	w.cut_request = 0;
	assert_true(world_count(&w, i, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1 AND kind = 2") > 0);
}

static void
arrive(int order, int a, int b)
{
	world_must_sync(&w, order == 0 ? a : b);
	world_must_sync(&w, order == 0 ? b : a);
	settle();
}

/* All who read the space agree on its newest epoch, and nobody holds one that
 * the log does not have. */
static void
one_epoch(const int *clients, size_t n)
{
	struct space_epoch a, b;
	size_t i;

	trust_epoch(&w, clients[0], &space, &a);
	for (i = 0; i < n; i++) {
		trust_epoch(&w, clients[i], &space, &b);
		assert_int_equal(a.ep.number, b.ep.number);
		assert_true(hash_eq(&a.id, &b.id));
		space_epoch_done(&b);
		assert_int_equal(world_count(&w, clients[i],
		    "SELECT count(*) FROM outgoing WHERE state = 1"), 0);
	}
	space_epoch_done(&a);
}

/* Mari's two devices open the plan to two people, each without the other. */
static void
epoch_and_epoch(int order)
{
	static const int all[] = { MARI, SECOND, JAAN, LIIS, PEEP };

	trust_device(&w, SECOND, MARI);
	settle();
	world_grant(&w, MARI, &kid, LIIS, "plan", false);
	world_grant(&w, SECOND, &kid, PEEP, "plan", true);
	make_unsent(MARI);
	make_unsent(SECOND);
	arrive(order, MARI, SECOND);
	one_epoch(all, 5);
	assert_int_equal(trust_right(&w, JAAN, &space, LIIS), RIGHT_READ);
	assert_int_equal(trust_right(&w, JAAN, &space, PEEP), RIGHT_WRITE);
	assert_int_equal(trust_listed(&w, JAAN, &space, MARI), 2);
	assert_true(trust_reads(&w, LIIS, &plan));
	assert_true(trust_reads(&w, PEEP, &plan));
}

/* Jaan, who keeps nothing, closes the plan to Liis, while Mari opens it to
 * Peep: the one who comes second begins anew, and no door is left open. */
static void
keepers_epoch_and_writers_epoch(int order)
{
	static const int all[] = { MARI, JAAN, PEEP };

	world_grant(&w, MARI, &kid, LIIS, "plan", true);
	settle();
	assert_int_equal(trust_listed(&w, MARI, &space, LIIS), 1);
	world_grant(&w, MARI, &kid, PEEP, "plan", false);
	world_withdraw(&w, JAAN, &kid, LIIS, "plan");
	make_unsent(MARI);
	make_unsent(JAAN);
	arrive(order, MARI, JAAN);
	one_epoch(all, 3);
	assert_int_equal(trust_listed(&w, MARI, &space, LIIS), 0);
	assert_int_equal(trust_listed(&w, MARI, &space, PEEP), 1);
	assert_int_equal(trust_right(&w, MARI, &space, JAAN), RIGHT_WRITE);
	assert_true(trust_reads(&w, PEEP, &plan));
	assert_false(trust_reads(&w, LIIS, &plan));
	assert_int_equal(trust_plan(&w, JAAN, &kid, "after it", NULL), 0);
	settle();
	assert_true(world_has(&w, PEEP, "after it"));
	assert_false(world_has(&w, LIIS, "after it"));
}

/* What the device sent before stays; what it has not sent comes to nobody,
 * and is not lost on it. */
static void
device_revoked_and_its_edit(int order)
{
	struct id device = world_store(&w, JAAN)->me->device;

	assert_int_equal(trust_plan(&w, JAAN, &kid, "the edit", NULL), 0);
	assert_int_equal(office_revoke(w.c[OFFICER].session, &device, &e), 0);
	if (order == 0)
		world_must_sync(&w, JAAN);
	world_must_sync(&w, OFFICER);
	(void)world_sync(&w, JAAN, NULL, &e);
	settle();
	assert_int_equal(world_has(&w, MARI, "the edit"), order == 0);
	assert_int_equal(trust_listed(&w, MARI, &space, JAAN), 0);
	if (order == 1)
		assert_true(world_has(&w, JAAN, "the edit"));
	/* Colleagues go on without it, under a key it does not have. */
	assert_int_equal(trust_plan(&w, MARI, &kid, "afterwards", NULL), 0);
	settle();
	assert_false(world_has(&w, JAAN, "afterwards"));
}

static bool
is_revoked(int i, int whom)
{
	struct device_list l;
	bool out = false;
	size_t k;

	assert_int_equal(devices_list(w.c[i].session, &w.c[whom].person, &l,
	    &e), 0);
	for (k = 0; k < l.count; k++)
		out = out || l.items[k].revoked;
	device_list_done(&l);
	return out;
}

/* Each wants the other out: the first in the log counts, the other's word is
 * that of a revoked device. */
static void
officer_revokes_officer_and_back(int order)
{
	struct id one = world_store(&w, OFFICER)->me->device, two;
	int first = order == 0 ? OFFICER : OTHER;
	int second = order == 0 ? OTHER : OFFICER, i;

	trust_officer(&w, OTHER);
	settle();
	world_must_sync(&w, OTHER);
	two = world_store(&w, OTHER)->me->device;
	assert_int_equal(office_revoke(w.c[OFFICER].session, &two, &e), 0);
	assert_int_equal(office_revoke(w.c[OTHER].session, &one, &e), 0);
	world_must_sync(&w, first);
	(void)world_sync(&w, second, NULL, &e);
	(void)world_sync(&w, second, NULL, &e);
	world_must_sync(&w, first);
	for (i = MARI; i <= PEEP; i++) {
		world_must_sync(&w, i);
		assert_true(is_revoked(i, second));
		assert_false(is_revoked(i, first));
	}
	assert_false(is_revoked(first, first));
	assert_true(is_revoked(first, second));
	/* The one who is left can still act; the other cannot. */
	two = world_store(&w, PEEP)->me->device;
	assert_int_equal(office_revoke(w.c[first].session, &two, &e), 0);
	world_must_sync(&w, first);
	world_must_sync(&w, MARI);
	assert_true(is_revoked(MARI, PEEP));
}

/* ---- an edit under the old key that saw the new one ---- */

/* Jaan's client gone wrong: a text under ${old}, naming the log as it is. */
static void
seal_under(const struct space_epoch *old, const char *text)
{
	struct store *s = world_store(&w, JAAN);
	struct outbox_item in = { .kind = CHANGESET_CONTENT, .space = space,
	    .epoch = old->ep.number, .seen = s->head.at, .key = &old->key,
	    .count = 1 };
	struct record *rec = mem_new(sizeof(*rec));
	struct view plain;
	struct hash id;
	struct buf body;
	int64_t oid;

	rec->type = TYPE_PLAN;
	rec->origin = s->me->device;
	rec->hlc = store_stamp(s);
	rec->wall_ms = tick_wall_ms(&s->tick);
	id_timed(&rec->id, rec->wall_ms);
	rec->op_count = 1;
	rec->ops[0].field = PLAN_GOAL;
	rec->ops[0].value = (struct value){ VALUE_TEXT, 0, view_str(text) };
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(rec, &body);
	plain = buf_view(&body);
	in.plain = &plain;
	assert_int_equal(db_begin(s->db, &e), 0);
	in.group = outbox_group(s);
	assert_int_equal(outbox_add_tx(s, &in, &id, &oid, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
	mem_free(rec);
}

static void
hub_says(const char *sql)
{
	struct db_options o = { .create = false };
	struct db *db;

	world_hub_close(&w);
	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	assert_int_equal(db_exec(db, sql, &e), 0);
	db_close(db);
	world_hub_open(&w);
}

/* Liis is out by a new epoch that Jaan has seen, and he seals under the one
 * before, which she can read. */
static struct space_epoch
close_and_keep_old(void)
{
	struct space_epoch old;

	world_grant(&w, MARI, &kid, LIIS, "plan", false);
	settle();
	trust_epoch(&w, JAAN, &space, &old);
	assert_true(old.has_key);
	world_withdraw(&w, MARI, &kid, LIIS, "plan");
	settle();
	assert_true(trust_number(&w, JAAN, &space) > old.ep.number);
	return old;
}

static void
past_the_new_epoch_is_refused(void **state)
{
	struct space_epoch old = close_and_keep_old();

	(void)state;
	seal_under(&old, "behind her back");
	(void)world_sync(&w, JAAN, NULL, &e);
	settle();
	assert_false(world_has(&w, MARI, "behind her back"));
	assert_false(world_has(&w, LIIS, "behind her back"));
	space_epoch_done(&old);
}

/* A hub that takes it all the same: every client keeps it apart, and says
 * what the hub did and whose text it is. */
static void
past_the_new_epoch_and_a_hub_that_takes_it(void **state)
{
	struct space_epoch old = close_and_keep_old();
	struct exchange_result res;

	(void)state;
	seal_under(&old, "behind her back");
	hub_says("CREATE TABLE kept AS SELECT * FROM space;"
	    "UPDATE space SET epoch = epoch - 1, "
	    "epoch_seq = (SELECT p.seq FROM epoch p WHERE p.space = "
	    "space.space AND p.number = space.epoch - 1) WHERE epoch > 1;"
	    "UPDATE space SET epoch_id = (SELECT i.id FROM item i WHERE "
	    "i.seq = epoch_seq) WHERE epoch > 1");
	assert_int_equal(world_sync(&w, JAAN, NULL, &e), 0);
	hub_says("UPDATE space SET epoch = (SELECT k.epoch FROM kept k WHERE "
	    "k.space = space.space), epoch_seq = (SELECT k.epoch_seq FROM "
	    "kept k WHERE k.space = space.space), epoch_id = (SELECT "
	    "k.epoch_id FROM kept k WHERE k.space = space.space) WHERE space "
	    "IN (SELECT space FROM kept); DROP TABLE kept");
	res = world_must_sync(&w, MARI);
	assert_int_equal(res.quarantined_new, 1);
	assert_false(world_has(&w, MARI, "behind her back"));
	assert_int_equal(world_count(&w, MARI, "SELECT count(*) FROM "
	    "quarantine WHERE reason = 4"), 1);
	/* The section goes on for everybody. */
	assert_int_equal(trust_plan(&w, MARI, &kid, "as agreed", NULL), 0);
	settle();
	assert_true(world_has(&w, JAAN, "as agreed"));
	assert_false(world_has(&w, LIIS, "as agreed"));
	space_epoch_done(&old);
}

#define BOTH(name) \
static void name##_first(void **state) { (void)state; name(0); } \
static void name##_second(void **state) { (void)state; name(1); }

BOTH(epoch_and_epoch)
BOTH(keepers_epoch_and_writers_epoch)
BOTH(device_revoked_and_its_edit)
BOTH(officer_revokes_officer_and_back)

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TT(name) T(name##_first), T(name##_second)
	const struct CMUnitTest tests[] = {
		TT(epoch_and_epoch), TT(keepers_epoch_and_writers_epoch),
		TT(device_revoked_and_its_edit),
		TT(officer_revokes_officer_and_back),
		T(past_the_new_epoch_is_refused),
		T(past_the_new_epoch_and_a_hub_that_takes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
