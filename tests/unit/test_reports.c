/*
 * A year's counts: made on the worker's device, handed in sealed, merged by
 * the office with each child once, frozen as figures that do not change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/notes.h"
#include "client/core/report/snapshots.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"
#include "tests/support/world.h"

#define YEAR 2026 /* of WORLD_NOW */

static struct world *w;
static struct err e;

static int
begin(void **state)
{
	(void)state;
	w = mem_new(sizeof(*w));
	world_begin(w, 3);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_end(w);
	mem_free(w);
	return 0;
}

static struct session *
of(int i)
{
	return w->c[i].session;
}

static struct id
open_case(int i, const char *name, const char *born, const char *school)
{
	const struct assignment set[] = { { "name", name }, { "born", born },
		{ "school", school } };
	struct id id;

	assert_int_equal(cases_open(of(i), set, 3, &id, &e), 0);
	return id;
}

static void
contact(int i, const struct id *case_id, const char *text)
{
	struct note_draft d = { .case_id = *case_id, .text = view_str(text),
		.category = "contact", .minutes = 30,
		.language = "en" };
	struct id id;

	assert_int_equal(notes_add(of(i), &d, &id, &e), 0);
}

static int64_t
sum(struct counts *c, enum counts_group_number g, const char *school)
{
	struct counts_where where = { school, NULL };

	return counts_get(c, g, 0, &where);
}

static void
hand_in(int i)
{
	struct handin h;

	assert_int_equal(handin_make(of(i), YEAR, &h, &e), 0);
	assert_int_equal(handin_send(of(i), &h, &e), 0);
	handin_done(&h);
	world_must_sync(w, i);
	world_must_sync(w, 0);
}

static bool
has(struct view hay, const char *needle)
{
	return memmem(hay.data, hay.len, needle, strlen(needle)) != NULL;
}

/* One child with both workers, at two schools; two others. */
static void
fill(void)
{
	struct id a, b, c, d;

	a = open_case(1, "Anna Tamm", "2015-04-02", "Lasila");
	b = open_case(1, "Mati Karu", "2012-01-01", "Lasila");
	world_pass(w, 3 * 86400000LL);
	c = open_case(2, "anna tamm", "2015-04-02", "Haljala");
	d = open_case(2, "Juri Saar", "2016-05-05", "Haljala");
	contact(1, &a, "Needle one about Anna.");
	contact(1, &a, "Needle two.");
	contact(1, &b, "Needle three.");
	world_pass(w, 86400000LL);
	contact(2, &c, "Needle four.");
	contact(2, &d, "Needle five.");
}

static void
counts_of_a_worker(void **state)
{
	struct counts_where child = { "Lasila", "" };
	struct handin h, again;

	(void)state;
	fill();
	assert_int_equal(handin_make(of(1), YEAR, &h, &e), 0);
	assert_int_equal(handin_make(of(1), YEAR, &again, &e), 0);
	assert_true(hash_eq(&h.hash, &again.hash));
	handin_done(&again);
	/* No name, no text, no day of birth leaves. */
	assert_false(has(buf_view(&h.bytes), "Anna"));
	assert_false(has(buf_view(&h.bytes), "Karu"));
	assert_false(has(buf_view(&h.bytes), "eedle"));
	assert_false(has(buf_view(&h.bytes), "2015"));
	assert_true(has(buf_view(&h.bytes), "Lasila"));
	assert_int_equal(h.counts.mark_count, 4); /* two cases, two children */
	counts_fold(&h.counts);
	assert_int_equal(sum(&h.counts, COUNTS_CHILDREN, NULL), 2);
	assert_int_equal(sum(&h.counts, COUNTS_CASES, "Lasila"), 2);
	assert_int_equal(sum(&h.counts, COUNTS_CONTACTS, "Lasila"), 3);
	assert_int_equal(sum(&h.counts, COUNTS_CONTACT_TIME, NULL), 90);
	assert_int_equal(counts_get(&h.counts, COUNTS_CONTACTS, 1, &child),
	    3);
	handin_done(&h);
	/* Another year: nothing of it. */
	assert_int_equal(handin_make(of(1), YEAR - 1, &h, &e), 0);
	counts_fold(&h.counts);
	assert_int_equal(h.counts.cell_count, 0);
	handin_done(&h);
	assert_int_equal(handin_make(of(1), 26, &h, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	handin_done(&h);
}

static void
add(int i, enum record_type type, const struct id *space,
    const struct assignment *set, size_t n)
{
	struct entry_draft d = { .type = type, .set = set, .n = n };
	struct id id;

	if (space != NULL)
		d.space = *space;
	if (entries_add(of(i), &d, &id, &e) != 0)
		fail_msg("%s", e.text);
}

/* At the school of the room; what is only planned is not counted. */
static void
what_rooms_hold_counts(void **state)
{
	const struct assignment name = { "name", "Lasila Põhikool" };
	const struct assignment held[] = { { "kind", "school-monthly" },
		{ "state", "held" } };
	const struct assignment planned[] = { { "kind", "school-monthly" },
		{ "state", "planned" } };
	const struct assignment super[] = { { "form", "covision" },
		{ "minutes", "90" }, { "question", "How to go on?" } };
	struct counts_where monthly = { "Lasila Põhikool", "school-monthly" };
	struct counts c;
	struct id room;

	(void)state;
	assert_int_equal(rooms_begin(of(1), ROOMS_SITE, &name, 1, &room, &e),
	    0);
	add(1, TYPE_MEETING, &room, held, 2);
	add(1, TYPE_MEETING, &room, held, 2);
	add(1, TYPE_MEETING, &room, planned, 2);
	add(1, TYPE_SUPERVISION, NULL, super, 3);
	assert_int_equal(tally_year(of(1), YEAR, &c, &e), 0);
	counts_fold(&c);
	assert_int_equal(counts_get(&c, COUNTS_MEETINGS, 0, &monthly), 2);
	assert_int_equal(sum(&c, COUNTS_MEETINGS, NULL), 2);
	assert_int_equal(sum(&c, COUNTS_STAFF, NULL), 1);
	assert_int_equal(sum(&c, COUNTS_TIME, NULL), 90);
	counts_done(&c);
}

/* Whoever reads a colleague's case counts nothing of it. */
static void
only_the_own_counts(void **state)
{
	struct counts c;
	struct id id;

	(void)state;
	id = open_case(1, "Anna Tamm", "2015-04-02", "Lasila");
	contact(1, &id, "One.");
	world_grant(w, 1, &id, 2, "card,notes", true);
	world_must_sync(w, 1);
	world_must_sync(w, 2);
	assert_int_equal(world_notes(w, 2, &id), 1);
	contact(2, &id, "Two.");
	world_must_sync(w, 2);
	world_must_sync(w, 1);
	assert_int_equal(world_notes(w, 1, &id), 2);
	assert_int_equal(tally_year(of(1), YEAR, &c, &e), 0);
	counts_fold(&c);
	assert_int_equal(sum(&c, COUNTS_CASES, NULL), 1);
	assert_int_equal(sum(&c, COUNTS_CONTACTS, NULL), 1);
	counts_done(&c);
	assert_int_equal(tally_year(of(2), YEAR, &c, &e), 0);
	counts_fold(&c);
	assert_int_equal(sum(&c, COUNTS_CASES, NULL), 0);
	assert_int_equal(sum(&c, COUNTS_CONTACTS, "Lasila"), 1);
	counts_done(&c);
}

/* Marks of two years do not meet, and the hub's copy opens for officers. */
static void
marks_change_with_the_year(void **state)
{
	struct handin a, b;

	(void)state;
	fill();
	assert_int_equal(handin_make(of(1), YEAR, &a, &e), 0);
	assert_int_equal(handin_make(of(1), YEAR + 1, &b, &e), -1);
	assert_non_null(strstr(e.text, "has not begun"));
	w->wall_ms += 366 * INT64_C(86400000);
	assert_int_equal(handin_make(of(1), YEAR + 1, &b, &e), 0);
	assert_int_equal(b.counts.mark_count, 4); /* carried over */
	assert_false(id_eq(&a.counts.marks[1].mark, &b.counts.marks[1].mark));
	assert_int_not_equal(memcmp(a.counts.marks[3].mark.b,
	    b.counts.marks[3].mark.b, 16), 0);
	handin_done(&a);
	handin_done(&b);
}

static void
the_office_merges(void **state)
{
	struct merge m;
	struct handin h;
	struct handin_state last;

	(void)state;
	fill();
	assert_int_equal(handin_last(of(1), YEAR, &last, &e), 0);
	hand_in(1);
	assert_int_equal(handin_last(of(1), YEAR, &last, &e), 1);
	assert_true(last.sent);
	assert_int_equal(handin_make(of(1), YEAR, &h, &e), 0);
	assert_true(hash_eq(&h.hash, &last.hash));
	assert_int_equal(handin_send(of(1), &h, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	handin_done(&h);
	assert_int_equal(merge_year(of(1), YEAR, &m, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(merge_year(of(0), YEAR, &m, &e), 0);
	assert_int_equal(m.missing, 2);
	assert_int_equal(sum(&m.counts, COUNTS_CHILDREN, NULL), 2);
	merge_done(&m);
	hand_in(2);
	assert_int_equal(merge_year(of(0), YEAR, &m, &e), 0);
	assert_int_equal(m.missing, 1);
	/* Anna once, at the school where she was last. */
	assert_int_equal(sum(&m.counts, COUNTS_CHILDREN, NULL), 3);
	assert_int_equal(sum(&m.counts, COUNTS_CHILDREN, "Lasila"), 1);
	assert_int_equal(sum(&m.counts, COUNTS_CHILDREN, "Haljala"), 2);
	assert_int_equal(sum(&m.counts, COUNTS_CASES, NULL), 4);
	assert_int_equal(sum(&m.counts, COUNTS_CONTACTS, NULL), 5);
	merge_done(&m);
}

/* The newest of a worker counts, and nothing of the one before. */
static void
handing_in_again_replaces(void **state)
{
	struct merge m;
	struct id id;

	(void)state;
	fill();
	hand_in(1);
	hand_in(2);
	id = open_case(1, "Kaie Mets", "2014-01-01", "Lasila");
	contact(1, &id, "More.");
	world_pass(w, 1000);
	hand_in(1);
	assert_int_equal(merge_year(of(0), YEAR, &m, &e), 0);
	assert_int_equal(sum(&m.counts, COUNTS_CHILDREN, NULL), 4);
	assert_int_equal(sum(&m.counts, COUNTS_CONTACTS, NULL), 6);
	merge_done(&m);
	/* What was handed in can be let go of. */
	assert_int_equal(merge_forget(of(0), YEAR, &e), 0);
	assert_int_equal(merge_year(of(0), YEAR, &m, &e), 0);
	assert_int_equal(m.missing, 3);
	merge_done(&m);
}

/* A body that lies about its hash, or is nothing at all, counts for nobody. */
static void
a_bad_hand_in_is_nobodys(void **state)
{
	static const char *const bad[] = { "", "x", "\xa3\x01\x19\x07\xea" };
	struct memo_draft d = { .topic = MEMO_COUNTS, .roles = ROLE_OFFICER };
	struct store *s = world_store(w, 1);
	struct merge m;
	int64_t mid;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		d.body = view_str(bad[i]);
		assert_int_equal(db_begin(s->db, &e), 0);
		assert_int_equal(memos_queue_tx(s, &d, &mid, &e), 0);
		assert_int_equal(db_commit(s->db, &e), 0);
	}
	world_must_sync(w, 1);
	world_must_sync(w, 0);
	assert_int_equal(merge_year(of(0), YEAR, &m, &e), 0);
	assert_int_equal(m.missing, 3);
	merge_done(&m);
}

static void
freeze(const char *reason, int rc)
{
	struct merge m;

	assert_int_equal(merge_year(of(0), YEAR, &m, &e), 0);
	assert_int_equal(snapshots_freeze(of(0), &m, reason, &e), rc);
	merge_done(&m);
}

/* What everybody reads: multiples of five, and it stays as it was frozen. */
static void
frozen_is_frozen(void **state)
{
	struct snapshot_item one, again;
	struct snapshot_list l;
	struct counts a, b;
	struct buf x, y;
	struct id id;
	int i;

	(void)state;
	fill();
	hand_in(1);
	hand_in(2);
	assert_int_equal(snapshots_open(of(0), YEAR, 0, &a, &one, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	freeze(NULL, 0);
	world_must_sync(w, 0);
	world_must_sync(w, 1);
	assert_int_equal(snapshots_open(of(1), YEAR, 0, &a, &one, &e), 0);
	assert_int_equal(one.version, 1);
	assert_false(one.waits);
	for (i = 0; i < (int)a.cell_count; i++)
		assert_int_equal(a.cells[i].n % 5, 0);
	freeze(NULL, -1);
	assert_int_equal(e.kind, ERR_CLASH);
	freeze("Nothing new.", -1);
	assert_int_equal(e.kind, ERR_CLASH);
	/* Thirty contacts more: a correction beside the first. */
	id = open_case(1, "Kaie Mets", "2014-01-01", "Lasila");
	for (i = 0; i < 30; i++)
		contact(1, &id, "More.");
	hand_in(1);
	freeze(NULL, -1);
	freeze("Liis handed in late.", 0);
	world_must_sync(w, 0);
	world_must_sync(w, 1);
	assert_int_equal(snapshots_list(of(1), &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.items[1].reason, "Liis handed in late.");
	assert_int_equal(l.items[1].version, 2);
	snapshot_list_done(&l);
	assert_int_equal(snapshots_open(of(1), YEAR, 1, &b, &again, &e), 0);
	assert_true(hash_eq(&one.hash, &again.hash));
	buf_init(&x, COUNTS_MAX_BYTES);
	buf_init(&y, COUNTS_MAX_BYTES);
	counts_csv(&a, &x);
	counts_csv(&b, &y);
	assert_string_equal(buf_str(&x), buf_str(&y));
	counts_done(&a);
	counts_done(&b);
	assert_int_equal(snapshots_open(of(1), YEAR, 0, &b, &again, &e), 0);
	assert_int_equal(again.version, 2);
	assert_true(sum(&b, COUNTS_CONTACTS, "Lasila") >= 30);
	counts_done(&b);
	buf_done(&x);
	buf_done(&y);
}

/* A second officer rounds by the same key, once the first has shared it. */
static void
the_key_is_the_offices(void **state)
{
	struct merge m;
	struct id id;
	int i;

	(void)state;
	fill();
	id = open_case(2, "Kaie Mets", "2014-01-01", "Haljala");
	for (i = 0; i < 30; i++) /* so that the figures differ */
		contact(2, &id, "More.");
	assert_int_equal(snapshots_share_key(of(0), &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	hand_in(1);
	freeze(NULL, 0);
	world_must_sync(w, 0);
	world_join_as(w, 3, ROLE_WORKER | ROLE_OFFICER);
	hand_in(2);
	world_must_sync(w, 3);
	assert_int_equal(merge_year(of(3), YEAR, &m, &e), 0);
	assert_int_equal(m.missing, 3);
	assert_int_equal(snapshots_freeze(of(3), &m, "Jaan too.", &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_non_null(strstr(e.text, "share-key"));
	assert_int_equal(snapshots_share_key(of(0), &e), 0);
	world_must_sync(w, 0);
	world_must_sync(w, 3);
	assert_int_equal(snapshots_freeze(of(3), &m, "Jaan too.", &e), 0);
	merge_done(&m);
	/* A worker's device never had it. */
	assert_int_equal(world_count(w, 1,
	    "SELECT count(*) FROM memo WHERE topic = 7"), 0);
	assert_int_equal(world_count(w, 3,
	    "SELECT count(*) FROM memo WHERE topic = 7"), 1);
}

/* Nobody but an officer makes figures. */
static void
a_worker_freezes_nothing(void **state)
{
	struct merge m = { .year = YEAR };
	struct snapshot_list l;

	(void)state;
	counts_init(&m.counts);
	assert_int_equal(snapshots_freeze(of(1), &m, NULL, &e), -1);
	merge_done(&m);
	assert_int_equal(snapshots_list(of(1), &l, &e), 0);
	assert_int_equal(l.count, 0);
	snapshot_list_done(&l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

/* Figures as an officer's changed program could write them. */
static size_t
forge(const char *tag)
{
	static const char csv[] = "group,side,school,word,count\r\n";
	struct store *s = session_store(of(0));
	struct op ops[5];
	struct write write = { .type = TYPE_FIGURES, .ops = ops,
		.op_count = 5, .space = s->roster.genesis.commons };
	struct snapshot_list l;
	struct hash hash;
	size_t k, n;

	memset(ops, 0, sizeof(ops));
	for (k = 0; k < 3; k++)
		ops[k].value.type = VALUE_INT;
	ops[0].field = FIGURES_YEAR;
	ops[0].value.num = YEAR;
	ops[1].field = FIGURES_PIECE;
	ops[2].field = FIGURES_PIECES;
	ops[2].value.num = 1;
	keys_hash(tag, view_str(csv), &hash);
	ops[3].field = FIGURES_HASH;
	ops[3].value = (struct value){ VALUE_BYTES, 0,
		view_of(hash.b, sizeof(hash.b)) };
	ops[4].field = FIGURES_DATA;
	ops[4].value = (struct value){ VALUE_TEXT, 0, view_str(csv) };
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &write, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(w, 0);
	world_must_sync(w, 2);
	assert_int_equal(snapshots_list(of(2), &l, &e), 0);
	n = l.count;
	snapshot_list_done(&l);
	return n;
}

static void
pieces_that_do_not_fit_are_none(void **state)
{
	(void)state;
	assert_int_equal(forge("something else"), 0);
	assert_int_equal(forge("tugi figures 1"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(counts_of_a_worker), T(what_rooms_hold_counts),
		T(only_the_own_counts), T(marks_change_with_the_year),
		T(the_office_merges), T(handing_in_again_replaces),
		T(a_bad_hand_in_is_nobodys), T(frozen_is_frozen),
		T(the_key_is_the_offices), T(a_worker_freezes_nothing),
		T(pieces_that_do_not_fit_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
