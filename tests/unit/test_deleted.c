/*
 * Deleting and restoring (schema/rules.md 6.8): what the heads of the field
 * mean in every order, who may, and what lists, counts and search leave out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/cases/cases.h"
#include "client/core/records/deletion.h"
#include "client/core/local/deleted.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/plans.h"
#include "client/core/consent/review.h"
#include "client/core/records/search.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"
#include "tests/support/world.h"

/* ---- heads ---- */

#define TEXT 2

static struct version v[24];
static size_t count;

static struct version *
add(uint8_t device, uint64_t hlc, uint16_t field)
{
	struct version *x = &v[count++];

	memset(x, 0, sizeof(*x));
	x->rec.origin.b[0] = device;
	x->rec.hlc = x->eff = hlc;
	x->seq = count;
	x->state = VERSION_ACCEPTED;
	x->rec.op_count = 1;
	x->rec.ops[0].field = field;
	return x;
}

static struct version *
add_edit(uint8_t device, uint64_t hlc)
{
	struct version *x = add(device, hlc, TEXT);

	x->rec.ops[0].value.type = VALUE_TEXT;
	x->rec.ops[0].value.data = view_str("text");
	return x;
}

/* By ${device}, who has seen all that there is. */
static struct version *
add_deletion(uint8_t device, uint64_t hlc, bool on)
{
	static struct heads h;
	struct version *x;

	heads_compute(v, count, &h);
	x = add(device, hlc, FIELD_DELETED);
	deleted_bases(&h, &x->rec.ops[0]);
	x->rec.ops[0].value.type = VALUE_BOOL;
	x->rec.ops[0].value.num = on;
	return x;
}

/* In the order they were made and in the opposite one. */
static struct deleted
look(void)
{
	static struct heads h;
	static struct version back[24];
	struct deleted one, other;
	size_t i;

	for (i = 0; i < count; i++)
		back[i] = v[count - 1 - i];
	heads_compute(back, count, &h);
	deleted_of(&h, back, count, &other);
	heads_compute(v, count, &h);
	deleted_of(&h, v, count, &one);
	assert_int_equal(one.on, other.on);
	assert_int_equal(one.by != NULL ? one.by->rec.hlc : 0,
	    other.by != NULL ? other.by->rec.hlc : 0);
	assert_int_equal(one.change != NULL ? one.change->rec.hlc : 0,
	    other.change != NULL ? other.change->rec.hlc : 0);
	for (i = 0; i < h.count; i++)
		if (h.fields[i].field == FIELD_DELETED)
			assert_false(h.fields[i].conflict);
	return one;
}

static void
test_seen(void **state)
{
	struct deleted d;

	(void)state;
	count = 0;
	add_edit(1, 10);
	assert_false(look().on);
	add_deletion(2, 20, true);
	d = look();
	assert_true(d.on);
	assert_int_equal(d.by->rec.hlc, 20);
	assert_null(d.change);
	add_deletion(1, 30, false);
	assert_false(look().on);
	assert_null(look().change);
	add_deletion(1, 40, true);
	assert_true(look().on);
}

static void
test_edit_not_seen(void **state)
{
	struct deleted d;

	(void)state;
	/* Whichever clock was ahead. */
	count = 0;
	add_edit(1, 10);
	add_deletion(2, 20, true);
	add_edit(3, 15);
	d = look();
	assert_true(d.on);
	assert_int_equal(d.change->rec.hlc, 15);
	v[2].rec.hlc = v[2].eff = 25;
	assert_int_equal(look().change->rec.hlc, 25);
	/* A second deletion that saw the edit. */
	add_deletion(2, 30, true);
	assert_null(look().change);
	assert_true(look().on);
}

static void
test_two_deletions(void **state)
{
	struct version *one, *two;
	struct deleted d;

	(void)state;
	/* Two who did not see each other; a restore that saw one of them. */
	count = 0;
	add_edit(1, 10);
	one = add_deletion(2, 20, true);
	two = add_deletion(3, 21, true);
	two->rec.ops[0].base_count = 0;
	assert_true(look().on);
	two = add_deletion(1, 30, false);
	assert_false(look().on);
	two->rec.ops[0].base_count = 1;
	two->rec.ops[0].bases[0].origin = one->rec.origin;
	two->rec.ops[0].bases[0].hlc = one->rec.hlc;
	d = look();
	assert_true(d.on);
	assert_int_equal(d.by->rec.hlc, 21);
	assert_int_equal(d.restored->rec.hlc, 30);
}

/* More heads than a version can name: what is older than all it names was
 * seen as well. */
static void
test_many_heads(void **state)
{
	struct version *x;
	struct deleted d;
	uint16_t i;

	(void)state;
	count = 0;
	for (i = 0; i < RECORD_BASES_MAX + 4; i++) {
		x = add_edit(1, 10 + i);
		x->rec.ops[0].field = (uint16_t)(i + 1);
	}
	x = add_deletion(2, 100, true);
	assert_int_equal(x->rec.ops[0].base_count, RECORD_BASES_MAX);
	assert_null(look().change);
	x = add_edit(3, 90);
	x->rec.ops[0].field = 40;
	d = look();
	assert_non_null(d.change);
	assert_int_equal(d.change->rec.hlc, 90);
}

static void
test_which_types(void **state)
{
	struct op op;

	(void)state;
	memset(&op, 0, sizeof(op));
	op.field = FIELD_DELETED;
	op.value.type = VALUE_BOOL;
	assert_null(deleted_doubt(TYPE_NOTE, &op, 1));
	assert_null(deleted_doubt(TYPE_CASE, &op, 1));
	assert_null(deleted_doubt(TYPE_PLAN, &op, 1));
	assert_non_null(deleted_doubt(TYPE_CONSENT, &op, 1));
	assert_non_null(deleted_doubt(TYPE_WITHDRAWAL, &op, 1));
	assert_non_null(deleted_doubt(TYPE_REVIEW, &op, 1));
	assert_non_null(deleted_doubt(TYPE_SPACE, &op, 1));
	op.value.type = VALUE_INT;
	assert_non_null(deleted_doubt(TYPE_NOTE, &op, 1));
	op.field = 1;
	assert_null(deleted_doubt(TYPE_CONSENT, &op, 1));
}

/* ---- an office ---- */

static struct world w;
static struct id the_case, the_plan;

/* Person 0 keeps; 1 and 2 may write notes and plan. */
static int
setup(void **state)
{
	struct assignment goal = { "goal", "two friends" };
	struct err e;

	(void)state;
	world_begin(&w, 3);
	world_case(&w, 0, "Anna Tamm", &the_case);
	world_grant(&w, 0, &the_case, 1, "card,notes,plan", true);
	world_grant(&w, 0, &the_case, 2, "card,notes,plan", true);
	assert_int_equal(world_note(&w, 0, &the_case, "keeper's note", NULL),
	    0);
	assert_int_equal(plans_add(w.c[0].session, &the_case, &goal, 1,
	    &the_plan, &e), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	world_pass(&w, 60000);
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
try(int i, const struct id *id, bool on, enum err_kind *kind)
{
	struct err e = { 0 };
	int rc = deletion_set(w.c[i].session, id, on, &e);

	if (kind != NULL)
		*kind = e.kind;
	return rc;
}

static void
sync_all(void)
{
	int i;

	for (i = 0; i < 6; i++)
		world_must_sync(&w, i % 3);
}

static struct record_item
item(int i, const struct id *id)
{
	struct record_item r;
	struct err e;

	assert_int_equal(records_find(w.c[i].session, id, &r, &e), 1);
	return r;
}

static size_t
hits(int i, const char *words, bool deleted)
{
	struct record_list l;
	struct err e;
	size_t n;

	assert_int_equal(search_ask(w.c[i].session, &(struct search_wish){
	    .words = words, .limit = 10, .deleted = deleted }, &l, &e), 0);
	n = l.count;
	if (deleted && n == 1)
		assert_true(l.items[0].deleted);
	record_list_done(&l);
	return n;
}

static void
check_note_gone(int i, size_t notes)
{
	struct record_list l;
	struct status st = { 0 };
	struct err e;

	assert_int_equal(world_notes(&w, i, &the_case), notes);
	assert_int_equal(hits(i, "zebra", false), 0);
	assert_int_equal(hits(i, "zebra", true), 1);
	assert_int_equal(deletion_list(w.c[i].session, &the_case, &l, &e), 0);
	assert_int_equal(l.count, 1);
	record_list_done(&l);
	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	assert_int_equal(st.notes, notes);
}

static void
test_note(void **state)
{
	struct record_item r;
	struct note_draft d = { .text = view_str("amends") };
	struct id n;
	struct err e;
	int i;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "a zebra", &n), 0);
	sync_all();
	assert_int_equal(hits(2, "zebra", false), 1);
	assert_int_equal(try(1, &n, true, NULL), 0);
	assert_int_equal(try(1, &n, true, NULL), -1); /* already */
	check_note_gone(1, 1);
	sync_all();
	for (i = 0; i < 3; i++)
		check_note_gone(i, 1);
	r = item(2, &n);
	assert_true(r.deleted);
	assert_string_equal(r.deleted_by, "Person 1");
	assert_string_equal(record_field(&r, "text"), "a zebra");
	assert_null(r.changed_by);
	record_item_done(&r);
	d.case_id = the_case;
	d.amends = n;
	assert_int_equal(notes_add(w.c[0].session, &d, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	/* The keeper brings it back. */
	assert_int_equal(try(0, &n, false, NULL), 0);
	sync_all();
	for (i = 0; i < 3; i++) {
		assert_int_equal(world_notes(&w, i, &the_case), 2);
		assert_int_equal(hits(i, "zebra", false), 1);
	}
}

/* Made and deleted before anything was sent. */
static void
test_unsent(void **state)
{
	struct id n;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "a zebra", &n), 0);
	assert_int_equal(try(1, &n, true, NULL), 0);
	sync_all();
	check_note_gone(0, 1);
	check_note_gone(2, 1);
	assert_int_equal(try(1, &n, false, NULL), 0);
	sync_all();
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
}

static void
edit_and_delete(int first, int second, int editor)
{
	struct record_item r;
	struct status st = { 0 };
	struct err e;
	int i, deleter = 0;

	assert_int_equal(world_set(&w, editor, &the_plan, "outcome", "met"),
	    0);
	world_pass(&w, 5000);
	assert_int_equal(try(deleter, &the_plan, true, NULL), 0);
	world_must_sync(&w, first);
	world_must_sync(&w, second);
	sync_all();
	for (i = 0; i < 3; i++) {
		r = item(i, &the_plan);
		assert_true(r.deleted);
		assert_string_equal(r.deleted_by, "Person 0");
		assert_string_equal(r.changed_by, "Person 1");
		assert_string_equal(record_field(&r, "outcome"), "met");
		record_item_done(&r);
		assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
		assert_int_equal(st.deleted_changed, 1);
		assert_int_equal(st.conflicts, 0);
	}
	/* Nothing is written on it until it is restored, by who may. */
	assert_int_equal(world_set(&w, 1, &the_plan, "due", "2027-01-01"),
	    -1);
	assert_int_equal(try(0, &the_plan, false, NULL), 0);
	sync_all();
	r = item(2, &the_plan);
	assert_false(r.deleted);
	assert_string_equal(record_field(&r, "outcome"), "met");
	record_item_done(&r);
}

static void
test_edit_first(void **state)
{
	(void)state;
	edit_and_delete(1, 0, 1);
}

static void
test_delete_first(void **state)
{
	(void)state;
	edit_and_delete(0, 1, 1);
}

/* One deletes again while another restores the first deletion. */
static void
test_restore_missed_one(void **state)
{
	struct record_item r;
	struct id n;
	int i;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "a zebra", &n), 0);
	sync_all();
	/* Both delete; 1 has not seen that of 0 and restores its own. */
	assert_int_equal(try(0, &n, true, NULL), 0);
	assert_int_equal(try(1, &n, true, NULL), 0);
	world_must_sync(&w, 0);
	world_pass(&w, 5000);
	assert_int_equal(try(1, &n, false, NULL), 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	sync_all();
	for (i = 0; i < 3; i++) {
		r = item(i, &n);
		assert_true(r.deleted);
		assert_string_equal(r.deleted_by, "Person 0");
		assert_string_equal(r.restored_by, "Person 1");
		record_item_done(&r);
	}
	assert_int_equal(try(1, &n, false, NULL), 0);
	sync_all();
	for (i = 0; i < 3; i++)
		assert_int_equal(world_notes(&w, i, &the_case), 2);
}

/* The program of ${i} says no; somebody who changed theirs is not heard. */
static void
force(int i, const struct id *id)
{
	struct store *s = world_store(&w, i);
	struct record *rec = mem_new(sizeof(*rec));
	struct stmt *q = db_prepare(s->db, "SELECT body, v.rowid FROM version v "
	    "JOIN record r ON r.rid = v.rid WHERE r.id = ? AND v.state = 1");
	struct buf b;
	struct err e;
	int64_t row;

	db_bind_id(q, 1, id);
	assert_int_equal(db_step(q, &e), 1);
	assert_int_equal(record_decode(db_blob(q, 0), rec, &e), 0);
	rec->ops[0].field = FIELD_DELETED;
	rec->ops[0].base_count = 0;
	memset(&rec->ops[0].value, 0, sizeof(rec->ops[0].value));
	rec->ops[0].value.type = VALUE_BOOL;
	rec->ops[0].value.num = 1;
	buf_init(&b, 4096);
	record_encode(rec, &b);
	row = db_int(q, 1);
	db_reset(q);
	q = db_prepare(s->db, "UPDATE version SET body = ? WHERE rowid = ?");
	db_bind_view(q, 1, buf_view(&b));
	db_bind_int(q, 2, row);
	assert_int_equal(db_run(q, &e), 0);
	buf_done(&b);
	mem_free(rec);
}

static void
test_who_may(void **state)
{
	enum err_kind kind;
	struct record_item r;
	struct id near[2];
	int i;

	(void)state;
	assert_int_equal(try(1, &the_plan, true, &kind), -1);
	assert_int_equal(kind, ERR_DENIED);
	/* One of its section before it, one after, in one changeset. */
	assert_int_equal(trust_plan(&w, 1, &the_case, "before", &near[0]), 0);
	assert_int_equal(world_set(&w, 1, &the_plan, "outcome", "met"), 0);
	assert_int_equal(trust_plan(&w, 1, &the_case, "after", &near[1]), 0);
	force(1, &the_plan);
	trust_seal(&w, 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(DISTINCT outgoing) "
	    "FROM version WHERE state = 2"), 1);
	world_must_sync(&w, 1);
	sync_all();
	for (i = 0; i < 3; i++) {
		r = item(i, &the_plan);
		assert_false(r.deleted);
		record_item_done(&r);
		assert_true(trust_reads(&w, i, &near[0]));
		assert_true(trust_reads(&w, i, &near[1]));
		assert_int_equal(world_count(&w, i,
		    "SELECT count(*) FROM quarantine"), 1);
		store_check(world_store(&w, i));
	}
}

static void
file_the_deposit(void)
{
	struct review_decision d = { .outcome = OUTCOME_FILED,
	    .basis = "Child Protection Act 27" };
	struct review_list l;
	struct err e;

	assert_int_equal(review_list(w.c[0].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	d.id = l.items[0].id;
	review_list_done(&l);
	world_pass(&w, 1000);
	assert_int_equal(review_decide(w.c[0].session, &d, &e), 0);
}

/* An honest program asks before it seals: what is not said goes to a keeper,
 * who says it, and then it is said for all. */
static void
test_held_before_sealing(void **state)
{
	struct exchange_result got;
	struct record_item r;
	struct id n;
	int i;

	(void)state;
	assert_int_equal(world_set(&w, 1, &the_plan, "outcome", "met"), 0);
	force(1, &the_plan);
	assert_int_equal(world_note(&w, 1, &the_case, "innocent", &n), 0);
	got = world_must_sync(&w, 1);
	assert_int_equal(got.sent_notes, 1);
	assert_int_equal(got.sent_changes, 0);
	assert_int_equal(got.held_new, 1);
	assert_int_equal(world_must_sync(&w, 1).held_new, 0);
	assert_int_equal(world_must_sync(&w, 0).reviews_new, 1);
	sync_all();
	for (i = 0; i < 3; i++) {
		assert_int_equal(world_count(&w, i,
		    "SELECT count(*) FROM quarantine"), 0);
		assert_int_equal(world_notes(&w, i, &the_case), 2);
		r = item(i, &the_plan);
		assert_false(r.deleted);
		record_item_done(&r);
	}
	file_the_deposit();
	sync_all();
	for (i = 0; i < 3; i++) {
		r = item(i, &the_plan);
		assert_true(r.deleted);
		record_item_done(&r);
	}
	/* What one wrote oneself is one's own to delete. */
	assert_int_equal(try(1, &n, true, NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).held_new, 0);
}

static void
test_case(void **state)
{
	struct case_list l;
	struct id id;
	struct err e;

	(void)state;
	assert_int_equal(try(0, &the_case, true, NULL), 0);
	sync_all();
	assert_int_equal(cases_list(w.c[1].session, &l, &e), 0);
	assert_int_equal(l.count, 0);
	case_list_done(&l);
	assert_int_equal(cases_find(w.c[1].session, "anna", &id, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(world_note(&w, 1, &the_case, "no", NULL), -1);
	/* Its notes stay; a withdrawal is taken all the same. */
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	world_withdraw(&w, 0, &the_case, 2, "notes");
	sync_all();
	assert_int_equal(world_notes(&w, 2, &the_case), 0);
	assert_int_equal(try(0, &the_case, false, NULL), 0);
	sync_all();
	assert_int_equal(cases_find(w.c[1].session, "anna", &id, &e), 0);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_edit_not_seen),
		cmocka_unit_test(test_two_deletions),
		cmocka_unit_test(test_many_heads),
		cmocka_unit_test(test_which_types),
		T(test_note), T(test_unsent), T(test_edit_first),
		T(test_delete_first), T(test_restore_missed_one),
		T(test_who_may), T(test_held_before_sealing), T(test_case)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
