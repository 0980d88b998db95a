/*
 * client/core/office: the beginning, the second hand, revoking, recovery.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/profile/enrol.h"
#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "client/core/profile/people.h"
#include "client/core/upkeep/status.h"
#include "tests/support/trust.h"

static struct world w;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static int
init(struct world *world, const char *code, struct office_sheet *sheet)
{
	struct office_init_in in = { .url = "https://hub.test:1",
	    .claim = code, .name = "Olga", .title = "head" };

	return office_init(world->c[0].session, &world->c[0].remote, &in,
	    sheet, &e);
}

static void
test_begin(void **state)
{
	struct person_item who;

	(void)state;
	assert_int_equal(people_find(w.c[1].session, "Person 0", &who, &e), 0);
	assert_true((who.roles & ROLE_OFFICER) != 0);
	assert_int_equal(people_find(w.c[0].session, "Person 1", &who, &e), 0);
	assert_int_equal(who.roles, ROLE_WORKER);
	/* Neither the secret nor a key of it is left in the store. */
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM meta"
	    " WHERE key LIKE 'office.s%' OR key LIKE 'office.claim'"), 0);
}

static void
test_wrong_code(void **state)
{
	struct office_sheet sheet;
	struct world bare;

	(void)state;
	world_begin_bare(&bare);
	world_profile(&bare, 0);
	assert_int_equal(init(&bare, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", &sheet),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_null(sheet.share[0]);
	assert_int_equal(world_store(&bare, 0)->stage, STORE_NEW);
	assert_int_equal(init(&bare, WORLD_CODE, &sheet), 0);
	assert_non_null(sheet.share[2]);
	assert_int_equal(strlen(sheet.root), 64);
	office_sheet_done(&sheet);
	/* Shown once. */
	assert_int_equal(init(&bare, WORLD_CODE, &sheet), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	/* Nor may another take the hub. */
	world_profile(&bare, 1);
	{
		struct office_init_in in = { .url = "https://hub.test:1",
		    .claim = WORLD_CODE, .name = "Eve" };

		assert_int_equal(office_init(bare.c[1].session,
		    &bare.c[1].remote, &in, &sheet, &e), -1);
		assert_int_equal(e.kind, ERR_CLASH);
	}
	world_end(&bare);
}

/* Cut at every request, once before the hub has it and once after. */
static void
test_cut_everywhere(void **state)
{
	struct office_sheet sheet;
	struct world bare;
	unsigned n, after;
	int tries, rc;

	(void)state;
	for (after = 0; after < 2; after++)
		for (n = 1; n <= 8; n++) {
			world_begin_bare(&bare);
			world_profile(&bare, 0);
			if (after)
				bare.cut_answer = n;
			else
				bare.cut_request = n;
			rc = init(&bare, WORLD_CODE, &sheet);
			for (tries = 0; rc != 0 && tries < 3; tries++) {
				assert_int_equal(e.kind, ERR_AWAY);
				world_close(&bare, 0);
				assert_int_equal(world_open(&bare, 0, &e), 0);
				rc = init(&bare, WORLD_CODE, &sheet);
			}
			assert_int_equal(rc, 0);
			assert_non_null(sheet.share[0]);
			assert_int_equal(world_store(&bare, 0)->stage,
			    STORE_MEMBER);
			assert_int_equal(world_count(&bare, 0, "SELECT"
			    " count(*) FROM outgoing WHERE state = 1"), 0);
			office_sheet_done(&sheet);
			world_end(&bare);
		}
}

static void
ask(int i, char code[static 16])
{
	struct enrol_result r;
	struct buf card;

	world_profile(&w, i);
	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	assert_int_equal(enrol_join(w.c[i].session, &w.c[i].remote,
	    buf_str(&card), &r, &e), 0);
	buf_done(&card);
	memcpy(code, r.code, 16);
}

static int
approve(struct office_approval *a)
{
	return office_approve(w.c[0].session, &w.c[0].remote, a, &e);
}

static void
test_workers_may_not(void **state)
{
	struct office_request_list l;
	struct office_order o;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_int_equal(office_card(w.c[1].session, &b, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_requests(w.c[1].session, &w.c[1].remote, &l,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_order_begin(w.c[1].session, &w.c[1].person,
	    &o, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	buf_done(&b);
}

/* A further device, and a new officer, take two hands. */
static void
test_second_hand(void **state)
{
	struct office_approval a = { 0 };
	struct buf voucher;
	struct id plan, kid;
	char code[16], code4[16];

	(void)state;
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", &plan), 0);
	world_must_sync(&w, 1);
	ask(2, code);
	a.code = code;
	a.person = &w.c[1].person;
	assert_int_equal(approve(&a), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "one officer alone"));
	/* A new officer by one officer's word: no. */
	a.person = NULL;
	a.name = "Second";
	a.roles = ROLE_OFFICER;
	assert_int_equal(approve(&a), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* One share twice is one share; two shares are the root. */
	a.share_a = a.share_b = w.shares[1];
	assert_int_equal(approve(&a), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	a.share_a = w.shares[0];
	assert_int_equal(approve(&a), 0);
	world_must_sync(&w, 2);
	w.c[2].person = world_store(&w, 2)->person;
	assert_true(roster_is_officer(&world_store(&w, 2)->roster,
	    &world_store(&w, 2)->me->device));
	/* Now the second officer vouches for the worker's new laptop. */
	ask(3, code);
	ask(4, code4);
	buf_init(&voucher, 4096);
	assert_int_equal(office_vouch(w.c[2].session, &w.c[2].remote, code,
	    &w.c[1].person, &voucher, &e), 0);
	memset(&a, 0, sizeof(a));
	a.person = &w.c[1].person;
	a.voucher = buf_str(&voucher);
	a.code = code4;
	assert_int_equal(approve(&a), -1); /* for another device */
	assert_int_equal(e.kind, ERR_INPUT);
	a.code = code;
	a.person = &w.c[0].person;
	assert_int_equal(approve(&a), -1); /* for another person */
	assert_int_equal(e.kind, ERR_INPUT);
	a.person = &w.c[1].person;
	assert_int_equal(approve(&a), 0);
	buf_reset(&voucher);
	/* The officer's own word does not count twice. */
	assert_int_equal(office_vouch(w.c[0].session, &w.c[0].remote, code4,
	    &w.c[1].person, &voucher, &e), 0);
	a.voucher = buf_str(&voucher);
	a.code = code4;
	assert_int_equal(approve(&a), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	buf_done(&voucher);
	/* The new laptop gets the worker's cases from the old one's sync. */
	world_must_sync(&w, 3);
	assert_true(id_eq(&world_store(&w, 3)->person, &w.c[1].person));
	world_must_sync(&w, 1);
	world_must_sync(&w, 3);
	assert_true(trust_reads(&w, 3, &plan));
}

static void
test_revoke(void **state)
{
	struct id device = world_store(&w, 1)->me->device;
	struct id own = world_store(&w, 0)->me->device;

	(void)state;
	assert_int_equal(office_revoke(w.c[0].session, &own, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	world_must_sync(&w, 0);
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	/* Its own client finds it in the directory. */
	assert_true(world_must_sync(&w, 1).revoked);
}

/* ---- recovery ---- */

static char found[4000];

static int
collect(void *ctx, const char *type, const char *field, const char *text,
    struct err *err)
{
	size_t at = strlen(found);

	(void)ctx;
	(void)err;
	snprintf(found + at, sizeof(found) - at, "%s.%s=%s\n", type, field,
	    text);
	return 0;
}

static int
recover(const char *order, const char *a, const char *b)
{
	found[0] = '\0';
	return office_recover(w.c[0].session, &w.c[0].remote, order, a, b,
	    collect, NULL, &e);
}

static void
test_recover(void **state)
{
	struct office_order order;
	struct status st;
	struct buf both;
	struct id kid, space;

	(void)state;
	trust_officer(&w, 2);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, "calm mornings", NULL), 0);
	assert_int_equal(world_note(&w, 1, &kid, "in the notes alone", NULL),
	    0);
	world_must_sync(&w, 1);
	space = trust_space(&w, 1, &kid, "plan");
	assert_int_equal(office_order_begin(w.c[0].session, &space, &order,
	    &e), 0);
	buf_init(&both, 4096);
	/* The same officer does not countersign. */
	assert_int_equal(office_order_sign(w.c[0].session, order.text, &both,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_order_sign(w.c[1].session, order.text, &both,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* Alone, or with one share, nothing opens and nothing is logged. */
	assert_int_equal(recover(order.text, w.shares[0], w.shares[1]), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	world_must_sync(&w, 2);
	assert_int_equal(office_order_sign(w.c[2].session, order.text, &both,
	    &e), 0);
	assert_int_equal(recover(buf_str(&both), w.shares[1], w.shares[1]),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_string_equal(found, "");
	world_must_sync(&w, 1);
	assert_int_equal(world_store(&w, 1)->roster.order_count, 0);
	/* Both: exactly that space. */
	assert_int_equal(recover(buf_str(&both), w.shares[1], w.shares[2]),
	    0);
	assert_non_null(strstr(found, "plan.goal=calm mornings\n"));
	assert_non_null(strstr(found, "space.section=plan\n"));
	assert_null(strstr(found, "in the notes alone"));
	/* Nothing of it stays on the officer's device; all see the order. */
	assert_false(world_has(&w, 0, "calm mornings"));
	assert_int_equal(status_read(w.c[1].session, &st, &e), 0);
	assert_int_equal(st.recovered, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_store(&w, 1)->roster.order_count, 1);
	/* Who reads the section is told; who does not is not. */
	assert_int_equal(status_read(w.c[1].session, &st, &e), 0);
	assert_int_equal(st.recovered, 1);
	assert_int_equal(st.recovered_ms, order.at_ms);
	world_must_sync(&w, 2);
	assert_int_equal(status_read(w.c[2].session, &st, &e), 0);
	assert_int_equal(st.recovered, 0);
	/* Again with the same order: no second entry. */
	assert_int_equal(recover(buf_str(&both), w.shares[0], w.shares[2]),
	    0);
	world_must_sync(&w, 1);
	assert_int_equal(world_store(&w, 1)->roster.order_count, 1);
	/* A week later it is over. */
	world_pass(&w, 8 * 24 * 3600 * INT64_C(1000));
	assert_int_equal(recover(buf_str(&both), w.shares[0], w.shares[2]),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	buf_done(&both);
	office_order_done(&order);
}

/* A changed order is no order. */
static void
test_order_changed(void **state)
{
	struct office_order order;
	struct buf both;
	char bad[4096];

	(void)state;
	trust_officer(&w, 2);
	assert_int_equal(office_order_begin(w.c[0].session, &w.c[1].person,
	    &order, &e), 0);
	buf_init(&both, 4096);
	snprintf(bad, sizeof(bad), "%s", order.text);
	bad[20] = bad[20] == '0' ? '1' : '0';
	assert_int_equal(office_order_sign(w.c[2].session, bad, &both, &e),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(office_order_sign(w.c[2].session, order.text, &both,
	    &e), 0);
	/* A space nobody has: the hub has nothing of it. */
	assert_int_equal(recover(buf_str(&both), w.shares[0], w.shares[2]),
	    0);
	assert_string_equal(found, "");
	buf_done(&both);
	office_order_done(&order);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_begin), cmocka_unit_test(test_wrong_code),
		cmocka_unit_test(test_cut_everywhere),
		T(test_workers_may_not), T(test_second_hand),
		T(test_revoke), T(test_recover), T(test_order_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
