/*
 * common/rules/erasure: an order is taken from a keeper with the signature of
 * another person's data-protection device, and from nobody else. Each refusal
 * is reached by changing one thing in an order that is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/rules/erasure.h"

#define DAY_MS INT64_C(86400000)
#define NOW INT64_C(1790000000000)

enum { KEEPER, WRITER, DPO, KEEPER2, SECOND_DPO, DEVICES };

static struct {
	struct device_keys dev[DEVICES]; /* KEEPER2: of KEEPER's person */
	struct id person[DEVICES];
	struct roster roster;
	struct epoch ep;
	struct epoch_recipient recipients[3];
	struct admit_space space;
	struct admit_author author;
	struct changeset_header h;
	struct changeset cs;
	struct erase order;
	struct admit_order old;
	struct admit_in in;
} s;

static void
list(int i, unsigned roles)
{
	struct directory_entry d;
	struct err e;

	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_DEVICE;
	d.person = s.person[i];
	d.device = s.dev[i].device;
	d.sign = s.dev[i].sign_pub;
	d.box = s.dev[i].box_pub;
	d.roles = roles;
	assert_int_equal(roster_apply(&s.roster, &d, (uint64_t)i + 1, &e), 0);
}

static void
recipient(int i, int who, enum right right)
{
	s.recipients[i].device = s.dev[who].device;
	s.recipients[i].person = s.person[who];
	s.recipients[i].right = right;
	s.recipients[i].until_ms = INT64_MAX;
}

static int
cmp_device(const void *a, const void *b)
{
	return id_cmp(&((const struct epoch_recipient *)a)->device,
	    &((const struct epoch_recipient *)b)->device);
}

static int
setup(void **state)
{
	struct directory_entry g;
	struct err e;
	int i;

	(void)state;
	memset(&s, 0, sizeof(s));
	assert_int_equal(keys_init(), 0);
	roster_init(&s.roster);
	for (i = 0; i < DEVICES; i++) {
		keys_device_make(&s.dev[i]);
		id_random(&s.person[i]);
	}
	s.person[KEEPER2] = s.person[KEEPER];
	memset(&g, 0, sizeof(g));
	g.kind = DIRECTORY_GENESIS;
	g.log_id = 7;
	id_random(&g.commons);
	assert_int_equal(roster_apply(&s.roster, &g, 0, &e), 0);
	list(KEEPER, ROLE_WORKER | ROLE_DPO);
	list(WRITER, ROLE_WORKER);
	list(DPO, ROLE_WORKER | ROLE_DPO);
	list(KEEPER2, ROLE_WORKER | ROLE_DPO);
	list(SECOND_DPO, ROLE_DPO);
	id_random(&s.ep.space);
	s.ep.number = 3;
	s.ep.recipients = s.recipients;
	s.ep.recipient_count = 3;
	recipient(0, KEEPER, RIGHT_KEEP);
	recipient(1, KEEPER2, RIGHT_KEEP);
	recipient(2, WRITER, RIGHT_WRITE);
	qsort(s.recipients, 3, sizeof(s.recipients[0]), cmp_device);
	s.space.exists = true;
	s.space.epoch = &s.ep;
	s.h.kind = CHANGESET_ERASE;
	s.h.space = s.ep.space;
	s.h.epoch = 3;
	s.h.author = s.dev[KEEPER].device;
	s.h.counter = 1;
	s.h.seen.log_id = 7;
	s.in.log.log_id = 7;
	s.in.log.size = 40;
	s.in.now_ms = NOW;
	s.order.what.kind = ERASE_RECORD;
	s.order.what.reason = ERASE_ASKED;
	s.order.what.count = 1;
	s.order.what.items[0].map = 1;
	s.order.at_ms = NOW - DAY_MS;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	roster_done(&s.roster);
	return 0;
}

/* Signed by ${dpo}, sent by ${keeper}. */
static enum verdict
judge(int keeper, int dpo)
{
	struct buf out;
	struct hash id;
	struct err e;
	enum verdict v;

	s.h.author = s.dev[keeper].device;
	s.order.dpo = s.dev[dpo].device;
	assert_int_equal(erase_sign(&s.order, &s.h.space, &s.h.author,
	    &s.dev[dpo].sign, &e), 0);
	buf_init(&out, 65536);
	assert_int_equal(changeset_clear(&s.h, view_str("x"),
	    &s.dev[keeper].sign, &out, &id, &e), 0);
	assert_int_equal(changeset_decode(buf_view(&out), &s.cs, &e), 0);
	s.in.cs = &s.cs;
	s.in.space = &s.space;
	s.in.author = &s.author;
	s.in.roster = &s.roster;
	s.in.erase = &s.order;
	v = admit(&s.in);
	buf_done(&out);
	return v;
}

static void
test_two_hands(void **state)
{
	(void)state;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
	assert_int_equal(judge(KEEPER2, DPO), VERDICT_ACCEPTED);
	/* Their own second device, a colleague without the role, a stranger,
	 * a writer. */
	assert_int_equal(judge(KEEPER, KEEPER2), VERDICT_BAD_ERASE);
	assert_int_equal(judge(KEEPER, KEEPER), VERDICT_BAD_ERASE);
	assert_int_equal(judge(KEEPER, WRITER), VERDICT_BAD_ERASE);
	assert_int_equal(judge(WRITER, DPO), VERDICT_NOT_MEMBER);
	assert_int_equal(judge(DPO, KEEPER), VERDICT_NOT_MEMBER);
	s.order.what.kind = ERASE_SPACE;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
	assert_int_equal(judge(KEEPER, WRITER), VERDICT_BAD_ERASE);
	s.in.erase = NULL;
	assert_int_equal(admit(&s.in), VERDICT_BAD_FORM);
}

static void
test_forged(void **state)
{
	enum verdict v;

	(void)state;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
	s.order.sig.b[3] ^= 1;
	v = admit(&s.in);
	assert_int_equal(v, VERDICT_BAD_ERASE);
	s.order.sig.b[3] ^= 1;
	s.order.what.items[0].map = 2; /* more than was signed */
	assert_int_equal(admit(&s.in), VERDICT_BAD_ERASE);
	s.order.what.items[0].map = 1;
	assert_int_equal(admit(&s.in), VERDICT_ACCEPTED);
	s.in.erase_used = true; /* it is in the log already */
	assert_int_equal(admit(&s.in), VERDICT_BAD_ERASE);
}

static void
test_revoked(void **state)
{
	struct directory_entry d;
	struct err e;

	(void)state;
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_REVOKE;
	d.person = s.person[DPO];
	d.device = s.dev[DPO].device;
	assert_int_equal(roster_apply(&s.roster, &d, 30, &e), 0);
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.in.log.size = 30; /* a place before that: it stands */
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
	s.in.log.size = 2; /* before it was listed */
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
}

static void
test_times_and_places(void **state)
{
	(void)state;
	s.order.at_ms = NOW - 31 * DAY_MS;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.order.at_ms = NOW + 2 * DAY_MS;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.order.at_ms = NOW - 29 * DAY_MS;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
	s.h.seen.size = 41;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_SEEN);
	s.h.seen.size = 0;
	s.h.space = s.roster.genesis.commons;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.h.space = s.ep.space;
	s.space.epoch = NULL;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_UNKNOWN_SPACE);
}

static void
test_take_back(void **state)
{
	(void)state;
	s.order.what.kind = ERASE_BACK;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.old.author = s.dev[KEEPER].device;
	s.old.dpo = s.dev[DPO].device;
	s.old.accept_ms = NOW - 7 * DAY_MS + 1;
	s.in.order = &s.old;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
	assert_int_equal(judge(KEEPER2, DPO), VERDICT_ACCEPTED);
	/* Another second hand, another keeper's person, too late, twice. */
	assert_int_equal(judge(KEEPER, SECOND_DPO), VERDICT_BAD_ERASE);
	s.old.author = s.dev[WRITER].device;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.old.author = s.dev[KEEPER2].device;
	s.old.accept_ms = NOW - 7 * DAY_MS;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
	s.old.accept_ms = NOW;
	s.old.back = true;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_BAD_ERASE);
}

/* Whose right is over follows the two signatures, whoever keeps it by now. */
static void
test_outside(void **state)
{
	(void)state;
	assert_int_equal(judge(WRITER, DPO), VERDICT_NOT_MEMBER);
	s.space.epoch = NULL;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_UNKNOWN_SPACE);
	assert_int_equal(erasure_judge_outside(&s.in), VERDICT_ACCEPTED);
	(void)judge(WRITER, DPO);
	assert_int_equal(erasure_judge_outside(&s.in), VERDICT_ACCEPTED);
	(void)judge(KEEPER, KEEPER2);
	assert_int_equal(erasure_judge_outside(&s.in), VERDICT_BAD_ERASE);
	(void)judge(KEEPER, WRITER);
	assert_int_equal(erasure_judge_outside(&s.in), VERDICT_BAD_ERASE);
	s.order.what.kind = ERASE_BACK;
	(void)judge(KEEPER, DPO);
	assert_int_equal(erasure_judge_outside(&s.in), VERDICT_BAD_ERASE);
}

/* A space that is erased takes nothing but the order's undoing. */
static void
test_closed(void **state)
{
	(void)state;
	s.space.erased = true;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ERASED);
	s.h.kind = CHANGESET_LETTER;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ERASED);
	s.h.kind = CHANGESET_ERASE;
	s.order.what.kind = ERASE_BACK;
	s.old.author = s.dev[KEEPER].device;
	s.old.dpo = s.dev[DPO].device;
	s.old.accept_ms = NOW;
	s.in.order = &s.old;
	assert_int_equal(judge(KEEPER, DPO), VERDICT_ACCEPTED);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_two_hands), T(test_forged), T(test_revoked),
		T(test_times_and_places), T(test_take_back),
		T(test_outside), T(test_closed)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
