/*
 * The pairs of schema/rules.md 13 of deletions, restoring and erasing, and of
 * a part of a section, with real clients and a real hub, in both orders of
 * arrival: the outcome is the same.
 *
 * Client 0 is the office, 1 Mari who keeps the case, 2 Jaan who keeps it with
 * her, 3 the data-protection officer, 4 an expert who is let into a part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/consent/consent.h"
#include "client/core/consent/handover.h"
#include "client/core/cases/entries.h"
#include "client/core/records/deletion.h"
#include "client/core/records/erase.h"
#include "tests/support/trust.h"

#define MARI 1
#define JAAN 2
#define DPO 3
#define EXPERT 4

static struct world w;
static struct id kid, note, part;
static struct err e;

static void
settle(void)
{
	int i;

	for (i = 0; i < 10; i++)
		world_must_sync(&w, i % 5);
}

static void
write_part(void)
{
	struct assignment set = { "goal", "the matter alone" };
	struct entry_draft d = { .type = TYPE_PLAN, .case_id = kid,
		.set = &set, .n = 1 };
	struct id id;

	id_random(&part);
	d.part = part;
	assert_int_equal(entries_add(w.c[MARI].session, &d, &id, &e), 0);
}

static int
setup(void **state)
{
	struct handover_draft h = { .case_id = kid };
	struct id id;

	(void)state;
	world_begin(&w, 3);
	world_join_as(&w, DPO, ROLE_WORKER | ROLE_DPO);
	world_join(&w, EXPERT);
	settle();
	world_case(&w, MARI, "Anna Tamm", &kid);
	assert_int_equal(world_note(&w, MARI, &kid, "a zebra", &note), 0);
	write_part();
	world_must_sync(&w, MARI);
	h.case_id = kid;
	h.person = w.c[JAAN].person;
	assert_int_equal(handover_propose(w.c[MARI].session, &h, &id, &e), 0);
	settle();
	assert_int_equal(handover_accept(w.c[JAAN].session, &kid, &id, &e),
	    0);
	settle();
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		store_check(world_store(&w, i));
	world_end(&w);
	return 0;
}

/* What both did reaches the hub in this order; then all hear of it. */
static void
arrive(int order, int a, int b)
{
	world_must_sync(&w, order == 0 ? a : b);
	world_must_sync(&w, order == 0 ? b : a);
	settle();
	assert_int_equal(world_count(&w, a, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(world_count(&w, b, "SELECT count(*) FROM quarantine"),
	    0);
}

static void
set_deleted(int i, bool on)
{
	world_pass(&w, 1000);
	if (deletion_set(w.c[i].session, &note, on, &e) != 0)
		fail_msg("%s", e.text);
}

static struct record_item
found(int i)
{
	struct record_item r;

	assert_int_equal(records_find(w.c[i].session, &note, &r, &e), 1);
	return r;
}

static void
is_deleted(bool deleted, const char *restored_by)
{
	static const int who[2] = { MARI, JAAN };
	struct record_item r;
	size_t i;

	for (i = 0; i < 2; i++) {
		r = found(who[i]);
		assert_int_equal(r.deleted, deleted);
		if (restored_by != NULL)
			assert_string_equal(r.restored_by, restored_by);
		record_item_done(&r);
		assert_int_equal(world_notes(&w, who[i], &kid), !deleted);
		assert_int_equal(world_count(&w, who[i], "SELECT count(*) "
		    "FROM record WHERE flags & 1"), 0);
	}
}

#define BOTH(name) \
	static void name##_first(void **s) { (void)s; name(0); } \
	static void name##_second(void **s) { (void)s; name(1); }

/* ---- deleting ---- */

static void
delete_and_delete(int order)
{
	set_deleted(MARI, true);
	set_deleted(JAAN, true);
	arrive(order, MARI, JAAN);
	is_deleted(true, NULL);
	/* Who sees both takes both back. */
	set_deleted(JAAN, false);
	settle();
	is_deleted(false, NULL);
}
BOTH(delete_and_delete)

static void
delete_and_restore_that_saw_it(int order)
{
	int by = order == 0 ? MARI : JAAN, other = order == 0 ? JAAN : MARI;

	set_deleted(by, true);
	settle();
	is_deleted(true, NULL);
	set_deleted(other, false);
	arrive(order, MARI, JAAN);
	is_deleted(false, NULL);
}
BOTH(delete_and_restore_that_saw_it)

/* Jaan takes back his own and does not know of Mari's. */
static void
delete_and_restore_that_did_not(int order)
{
	set_deleted(JAAN, true);
	set_deleted(MARI, true);
	set_deleted(JAAN, false);
	arrive(order, MARI, JAAN);
	is_deleted(true, "Person 2");
}
BOTH(delete_and_restore_that_did_not)

/* ---- erasing ---- */

static void
order_erasure(void)
{
	const struct erase_wish wish = { ERASE_ASKED, "the guardian asked" };
	struct erase_requests l;
	struct erase_asked asked;

	assert_int_equal(erase_record(w.c[MARI].session, &note, &wish,
	    &asked, &e), 0);
	world_must_sync(&w, MARI);
	world_must_sync(&w, DPO);
	assert_int_equal(erase_requests_list(w.c[DPO].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_int_equal(erase_answer_request(w.c[DPO].session,
	    &l.items[0].id, true, NULL, &e), 0);
	erase_requests_done(&l);
	world_must_sync(&w, DPO);
}

static void
is_erased(void)
{
	static const int who[2] = { MARI, JAAN };
	struct record_item r;
	size_t i;

	for (i = 0; i < 2; i++) {
		r = found(who[i]);
		assert_true(r.erased);
		assert_int_equal(r.field_count, 0);
		record_item_done(&r);
		assert_int_equal(world_notes(&w, who[i], &kid), 0);
	}
	world_pass(&w, 7 * INT64_C(86400000) + 1000);
	settle();
	for (i = 0; i < 2; i++)
		assert_false(world_has(&w, who[i], "a zebra"));
}

static void
delete_and_erase(int order)
{
	order_erasure(); /* goes with Mari's next sync */
	set_deleted(JAAN, true);
	arrive(order, MARI, JAAN);
	is_erased();
}
BOTH(delete_and_erase)

static void
restore_and_erase(int order)
{
	set_deleted(MARI, true);
	settle();
	order_erasure();
	set_deleted(JAAN, false);
	arrive(order, MARI, JAAN);
	is_erased();
}
BOTH(restore_and_erase)

/* ---- a part ---- */

static void
consent_for_a_part_and_withdrawal_of_the_section(int order)
{
	struct consent_draft c = { .case_id = kid, .sections = "plan",
		.part = part, .audience = w.c[EXPERT].person,
		.giver = "Mari Mets", .giver_role = "guardian",
		.right = RIGHT_READ };
	struct withdrawal_draft d = { .case_id = kid, .sections = "plan",
		.audience = w.c[EXPERT].person, .giver = "Mari Mets" };
	struct withdrawal_effect effect;
	struct id id;

	world_pass(&w, 1000);
	assert_int_equal(consent_withdraw(w.c[MARI].session, &d, &id, &effect,
	    &e), 0);
	world_pass(&w, 1000);
	assert_int_equal(consent_grant(w.c[JAAN].session, &c, &id, &e), 0);
	arrive(order, MARI, JAAN);
	assert_false(world_has(&w, EXPERT, "the matter alone"));
	/* Given again by who knows of it, it opens. */
	world_pass(&w, 1000);
	assert_int_equal(consent_grant(w.c[JAAN].session, &c, &id, &e), 0);
	settle();
	assert_true(world_has(&w, EXPERT, "the matter alone"));
}
BOTH(consent_for_a_part_and_withdrawal_of_the_section)

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TT(name) T(name##_first), T(name##_second)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TT(delete_and_delete), TT(delete_and_restore_that_saw_it),
		TT(delete_and_restore_that_did_not), TT(delete_and_erase),
		TT(restore_and_erase),
		TT(consent_for_a_part_and_withdrawal_of_the_section)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
