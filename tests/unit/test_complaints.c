/*
 * A key that opens nothing for one of those it is listed for: client/core/
 * accord/complaints. 1 keeps the plan; 2 writes in it, 3 reads it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/accord/complaints.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define DAY (24 * 3600 * INT64_C(1000))

static struct world w;
static struct id kid, plan, space;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	world_grant(&w, 1, &kid, 3, "plan", false);
	trust_twice(&w, 1, 2);
	world_must_sync(&w, 3);
	space = trust_space(&w, 1, &kid, "plan");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* 1 seals the next epoch, as a faulty program would: to ${whom} in vain. */
static void
spoil(int whom)
{
	struct store *s = world_store(&w, 1);
	struct outbox_item in = { .kind = CHANGESET_EPOCH, .space = space,
	    .seen = s->head.at };
	struct box_pub boxes[EPOCH_RECIPIENTS_CASE_MAX];
	struct space_epoch se, next;
	struct space sp;
	struct buf body;
	int64_t oid;
	size_t i, n;

	trust_epoch(&w, 1, &space, &se);
	memset(&next, 0, sizeof(next));
	next.ep.space = space;
	next.ep.number = se.ep.number + 1;
	next.ep.prev = se.id;
	n = next.ep.recipient_count = se.ep.recipient_count;
	next.ep.recipients = mem_new(n * sizeof(*next.ep.recipients));
	memcpy(next.ep.recipients, se.ep.recipients,
	    n * sizeof(*next.ep.recipients));
	for (i = 0; i < n; i++)
		boxes[i] = roster_device(&s->roster,
		    &next.ep.recipients[i].device)->box;
	keys_sym_make(&next.key);
	epoch_make_keys(&next.ep, &next.key, &se.key, boxes,
	    &s->roster.genesis.recovery);
	for (i = 0; i < n; i++)
		if (id_eq(&next.ep.recipients[i].person, &w.c[whom].person))
			next.ep.recipients[i].keybox[7] ^= 1;
	buf_init(&body, 65536);
	epoch_encode(&next.ep, &body);
	in.clear = buf_view(&body);
	in.epoch = next.ep.number;
	assert_int_equal(db_begin(s->db, &e), 0);
	in.group = outbox_group(s);
	assert_int_equal(outbox_add_tx(s, &in, &next.id, &oid, &e), 0);
	next.has_key = true;
	next.author = s->me->device;
	assert_int_equal(spaces_epoch_save_tx(s, &next, &e), 0);
	assert_int_equal(spaces_find(s, &space, &sp, &e), 1);
	sp.epoch = next.ep.number;
	assert_int_equal(spaces_save_tx(s, &sp, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
	space_epoch_done(&next);
	space_epoch_done(&se);
	world_must_sync(&w, 1);
}

static void
test_answered(void **state)
{
	struct exchange_result r;
	struct id more;

	(void)state;
	spoil(2);
	assert_int_equal(trust_plan(&w, 1, &kid, "after", &more), 0);
	world_must_sync(&w, 1);
	r = world_must_sync(&w, 2);
	assert_int_equal(r.complained, 1);
	assert_false(trust_reads(&w, 2, &more));
	/* Once. */
	assert_int_equal(world_must_sync(&w, 2).complained, 0);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM complaint"),
	    1);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.complaints_new, 1);
	assert_int_equal(r.rekeyed, 1);
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 0);
	assert_int_equal(world_must_sync(&w, 2).complained, 0);
	assert_true(trust_reads(&w, 2, &more));
	/* And it goes on from there. */
	assert_int_equal(trust_plan(&w, 2, &kid, "and on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 2).sent_changes, 1);
}

/* At most once a day for one device and section. */
static void
test_once_a_day(void **state)
{
	(void)state;
	spoil(2);
	world_must_sync(&w, 2);
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 1);
	spoil(2);
	assert_int_equal(world_must_sync(&w, 2).complained, 1);
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 0);
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 0);
	world_pass(&w, DAY + 60000);
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 1);
	world_must_sync(&w, 2);
	assert_int_equal(trust_plan(&w, 2, &kid, "and on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 2).sent_changes, 1);
}

/* It opens nothing to who is not wanted: 2 is withdrawn meanwhile. */
static void
test_not_wanted(void **state)
{
	(void)state;
	spoil(2);
	world_must_sync(&w, 2);
	world_withdraw(&w, 1, &kid, 2, "plan");
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &space, 2), 0);
	assert_int_equal(world_must_sync(&w, 2).complained, 0);
	/* Nor by a word about an epoch that is long past. */
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 0);
}

/* Nobody complains of what opens, and a reader's complaint counts too. */
static void
test_reader(void **state)
{
	(void)state;
	spoil(3);
	assert_int_equal(world_must_sync(&w, 2).complained, 0);
	assert_int_equal(world_must_sync(&w, 3).complained, 1);
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 1);
	assert_int_equal(trust_plan(&w, 1, &kid, "after", &plan), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 3);
	assert_true(trust_reads(&w, 3, &plan));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_answered), T(test_once_a_day), T(test_not_wanted),
		T(test_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
