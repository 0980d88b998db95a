/*
 * A hub that held something back for a while: text that came as a header
 * alone, and the epoch that lets somebody in. It is asked for again, cheaply,
 * and once the hub is honest nothing of the lie is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/upkeep/status.h"
#include "client/core/sync/quarantine.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define PLACES "SELECT sum(v.seq * 31 + v.idx + v.eff % 1000003) FROM " \
    "version v JOIN record r USING (rid) WHERE r.type = 4"
#define YEAR (INT64_C(366) * 86400000)

static struct world w;
static struct id the_case, notes;
static struct err e;

/* What each pull asked for, and what the hub is to change. */
static void (*change)(struct proto_page *p, const struct proto_pull *ask);
static size_t wants, wanted_items; /* since fresh() */

static bool
is_of_notes(const struct proto_item *it, struct changeset *cs)
{
	return changeset_decode(it->bytes, cs, &e) == 0 &&
	    id_eq(&cs->h.space, &notes);
}

static void
strip(struct proto_page *p, const struct proto_pull *ask)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	size_t i;

	(void)ask;
	for (i = 0; i < p->count; i++)
		if (is_of_notes(&p->items[i], cs) &&
		    cs->h.kind == CHANGESET_CONTENT)
			p->items[i].bytes.len = cs->header_bytes;
	mem_free(cs);
}

/* Everything of the section from its second epoch on. */
static void
hide_epoch(struct proto_page *p, const struct proto_pull *ask)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	size_t i, n = 0;
	bool hidden = false;

	(void)ask;
	for (i = 0; i < p->count; i++) {
		if (is_of_notes(&p->items[i], cs))
			hidden |= cs->h.kind == CHANGESET_EPOCH &&
			    p->items[i].sseq > 1;
		if (!hidden || !id_eq(&cs->h.space, &notes))
			p->items[n++] = p->items[i];
	}
	p->count = n;
	mem_free(cs);
}

/* What the directory says comes after what rests on it, or not at all. */
static void
move_entries(struct proto_page *p, bool hide)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct proto_item *entry = mem_new((p->count + 1) * sizeof(*entry));
	size_t i, n = 0, entries = 0;

	for (i = 0; i < p->count; i++) {
		assert_int_equal(changeset_decode(p->items[i].bytes, cs, &e),
		    0);
		if (id_is_zero(&cs->h.space))
			entry[entries++] = p->items[i];
		else
			p->items[n++] = p->items[i];
	}
	for (i = 0; i < entries && !hide; i++)
		p->items[n++] = entry[i];
	p->count = n;
	mem_free(entry);
	mem_free(cs);
}

static void
entries_last(struct proto_page *p, const struct proto_pull *ask)
{
	(void)ask;
	move_entries(p, false);
}

static void
entries_hidden(struct proto_page *p, const struct proto_pull *ask)
{
	(void)ask;
	move_entries(p, true);
}

static struct id whose; /* device */

/* What one device has sent does not come back to it. */
static void
hide_own(struct proto_page *p, const struct proto_pull *ask)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	size_t i, n = 0;

	(void)ask;
	for (i = 0; i < p->count; i++) {
		assert_int_equal(changeset_decode(p->items[i].bytes, cs, &e),
		    0);
		if (!id_eq(&cs->h.author, &whose))
			p->items[n++] = p->items[i];
	}
	p->count = n;
	mem_free(cs);
}

/* As if two items were all that a page takes. */
static void
small_pages(struct proto_page *p, const struct proto_pull *ask)
{
	if (ask->want_count == 0 || p->count <= 2)
		return;
	p->count = 2;
	p->more = true;
	p->next = ask->at;
}

static int
on_page(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *why)
{
	struct proto_page *p = mem_new(sizeof(*p));
	struct proto_pull *ask = mem_new(sizeof(*ask));
	struct buf out;

	(void)world;
	buf_init(&out, SIZE_MAX);
	if (strcmp(path, "/v1/pull") == 0 && *status == 200) {
		assert_int_equal(proto_pull_decode(request, ask, why), 0);
		assert_int_equal(proto_page_decode(buf_view(answer), p, why),
		    0);
		wants += ask->want_count;
		wanted_items += ask->want_count > 0 ? p->count : 0;
		if (change != NULL)
			change(p, ask);
		proto_page_encode(p, &out);
		buf_reset(answer);
		buf_add(answer, out.data, out.len);
		proto_page_done(p);
	}
	buf_done(&out);
	mem_free(ask);
	mem_free(p);
	return 0;
}

static void
with(void (*fn)(struct proto_page *p, const struct proto_pull *ask))
{
	change = fn;
	wants = wanted_items = 0;
}

/* Person 0 keeps a case; 1 writes in its notes for a year; 2 has no part. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 0, "Anna Tamm", &the_case);
	assert_int_equal(world_note(&w, 0, &the_case, "the first", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	notes = trust_space(&w, 0, &the_case, "notes");
	w.tamper = on_page;
	with(NULL);
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		store_check(world_store(&w, i));
	world_end(&w);
	return 0;
}

static size_t
alarms(int i)
{
	struct status st;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	return st.quarantined;
}

static int64_t
rows(int i)
{
	return world_count(&w, i, "SELECT (SELECT count(*) FROM quarantine) + "
	    "(SELECT count(*) FROM want)");
}

static void
write_notes(int n)
{
	char text[32];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
		world_must_sync(&w, 0);
	}
}

/* Once: the next sync brings it, one item for one item, to its own place. */
static void
test_text_withheld_once(void **state)
{
	struct exchange_result r;

	(void)state;
	write_notes(3);
	with(strip);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 3);
	assert_int_equal(wants, 0);
	with(NULL);
	write_notes(1);
	with(NULL);
	r = world_must_sync(&w, 1);
	assert_int_equal(wants, 3);
	assert_int_equal(wanted_items, 4);
	assert_int_equal(r.got_notes, 4);
	assert_int_equal(r.quarantined_new, 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 5);
	assert_int_equal(alarms(1), 0);
	assert_int_equal(rows(1), 0);
	/* As somebody has it to whom nobody lied. */
	assert_int_equal(world_count(&w, 1, PLACES), world_count(&w, 0,
	    PLACES));
	with(NULL);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 0);
	assert_int_equal(wants, 0);
}

/* For three syncs: one alarm all the time, nothing grows and no request more
 * is made than for a sync with nothing new. */
static void
test_text_withheld_for_long(void **state)
{
	struct exchange_result r;
	unsigned calls;
	int i;

	(void)state;
	calls = w.calls;
	world_must_sync(&w, 1);
	calls = w.calls - calls;
	write_notes(1);
	with(strip);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 1);
	for (i = 0; i < 3; i++) {
		unsigned before = w.calls;

		with(strip);
		r = world_must_sync(&w, 1);
		assert_int_equal(w.calls - before, calls);
		assert_int_equal(wants, 1);
		assert_int_equal(wanted_items, 1);
		assert_int_equal(r.quarantined_new + r.got_notes, 0);
		assert_int_equal(alarms(1), 1);
		assert_int_equal(rows(1), 1);
	}
	/* Also when the device sends, and so pulls twice. */
	with(strip);
	assert_int_equal(world_note(&w, 1, &the_case, "own", NULL), 0);
	world_must_sync(&w, 1);
	assert_int_equal(wants, 1);
	with(NULL);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 3);
	assert_int_equal(rows(1), 0);
}

/* Sixteen in a sync, the oldest first. */
static void
test_much_withheld(void **state)
{
	(void)state;
	write_notes(20);
	with(strip);
	world_must_sync(&w, 1);
	assert_int_equal(alarms(1), 20);
	with(NULL);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 16);
	assert_int_equal(wants, 16);
	assert_int_equal(alarms(1), 4);
	assert_true(world_has(&w, 1, "text 15"));
	assert_false(world_has(&w, 1, "text 16"));
	assert_int_equal(world_must_sync(&w, 1).got_notes, 4);
	assert_int_equal(rows(1), 0);
}

/* Not in a section that is read no more: over, or lost. */
static void
test_withheld_and_over(void **state)
{
	(void)state;
	write_notes(1);
	with(strip);
	world_must_sync(&w, 1);
	assert_int_equal(alarms(1), 1);
	w.c[1].skew_ms = 2 * YEAR;
	(void)world_notes(&w, 1, &the_case); /* hides what is over */
	with(strip);
	(void)world_sync(&w, 1, NULL, &e);
	assert_int_equal(wants, 0);
	w.c[1].skew_ms = 0;
	(void)world_notes(&w, 1, &the_case);
	with(strip);
	(void)world_sync(&w, 1, NULL, &e);
	assert_int_equal(wants, 1);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).lost_spaces, 1);
	with(NULL);
	world_must_sync(&w, 1);
	assert_int_equal(wants, 0);
	assert_int_equal(rows(1), 0);
}

/* ---- an epoch ---- */

/* What came before it was taken for a section of strangers; when the epoch
 * comes, it is opened like all that waits for a key. */
static void
test_epoch_hidden(void **state)
{
	struct exchange_result r;

	(void)state;
	write_notes(2);
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_must_sync(&w, 0);
	with(hide_epoch);
	r = world_must_sync(&w, 2);
	assert_true(r.quarantined_new > 0);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM quarantine "
	    "WHERE reason = 8"), (int64_t)r.quarantined_new);
	with(hide_epoch);
	world_must_sync(&w, 2);
	assert_int_equal(alarms(2), r.quarantined_new);
	with(NULL);
	write_notes(1); /* behind it: the gap shows */
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 4);
	assert_int_equal(alarms(2), 0);
	assert_int_equal(rows(2), 0);
	assert_int_equal(world_count(&w, 2, "SELECT total(items) FROM "
	    "quarantine_sum"), 0);
}

/* ---- the directory ---- */

/* Somebody joins and is let in: what follows under that epoch is text of
 * others, and text of the newcomer. */
static void
let_in_a_newcomer(int i, const char *text)
{
	world_join(&w, i);
	world_must_sync(&w, 0);
	world_grant(&w, 0, &the_case, i, "card,notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, i);
	assert_int_equal(world_note(&w, i, &the_case, text, NULL), 0);
	world_must_sync(&w, i);
	write_notes(1);
}

static void
nothing_is_left(int i)
{
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM version v "
	    "JOIN record r USING (rid) JOIN space s ON s.id = r.space "
	    "WHERE s.section = 'notes' AND r.type = 4"),
	    (int64_t)world_notes(&w, 0, &the_case));
	assert_int_equal(alarms(i), 0);
	assert_int_equal(rows(i), 0);
	assert_int_equal(world_count(&w, i, PLACES), world_count(&w, 0,
	    PLACES));
}

/* On one page, in another order than the log's. */
static void
test_entry_behind(void **state)
{
	struct exchange_result r;

	(void)state;
	let_in_a_newcomer(3, "by the newcomer");
	with(entries_last);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.got_notes, 2);
	assert_int_equal(r.quarantined_new, 0);
	nothing_is_left(1);
	with(NULL);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 0);
}

/* For a sync, and a day: nothing that rests on it counts, nothing is lost,
 * and all of it is taken in, at its place, when the entry is there. */
static void
test_entry_hidden(void **state)
{
	struct exchange_result r;

	(void)state;
	let_in_a_newcomer(3, "by the newcomer");
	with(entries_hidden);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.got_notes, 0);
	assert_true(r.quarantined_new >= 3);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	/* What is written here meanwhile waits for a key that it knows. */
	assert_int_equal(world_note(&w, 1, &the_case, "mine", NULL), 0);
	with(NULL);
	(void)world_sync(&w, 1, NULL, &e);
	world_join(&w, 4); /* behind it: the gap shows */
	world_must_sync(&w, 1);
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 4);
	nothing_is_left(1);
	assert_int_equal(world_count(&w, 1, "SELECT total(items) FROM "
	    "quarantine_sum"), 0);
}

/* ---- own items ---- */

static size_t
unreturned(int i)
{
	struct status st;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	return st.unreturned;
}

/* Acknowledged, and then not delivered: noticed in the same sync, asked for at
 * each, and settled when it comes; nothing later has to show the gap. */
static void
test_own_withheld(void **state)
{
	(void)state;
	whose = world_store(&w, 1)->me->device;
	assert_int_equal(world_note(&w, 1, &the_case, "a", NULL), 0);
	assert_int_equal(world_note(&w, 1, &the_case, "b", NULL), 0);
	with(hide_own);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 2);
	assert_int_equal(unreturned(1), 1); /* one changeset of two */
	assert_int_equal(wants, 1);
	with(hide_own);
	world_must_sync(&w, 1);
	assert_int_equal(unreturned(1), 1);
	assert_int_equal(wants, 1);
	/* It goes on writing and sending meanwhile. */
	assert_int_equal(world_note(&w, 1, &the_case, "c", NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	assert_int_equal(unreturned(1), 2);
	with(NULL);
	world_must_sync(&w, 1);
	assert_int_equal(unreturned(1), 0);
	assert_int_equal(rows(1), 0);
	with(NULL);
	world_must_sync(&w, 1);
	assert_int_equal(wants, 0);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 4);
	assert_int_equal(world_count(&w, 1, PLACES), world_count(&w, 0,
	    PLACES));
}

/* A section that is closed to this device owes it nothing more. */
static void
test_own_closed(void **state)
{
	(void)state;
	whose = world_store(&w, 1)->me->device;
	assert_int_equal(world_note(&w, 1, &the_case, "a", NULL), 0);
	with(hide_own);
	world_must_sync(&w, 1);
	assert_int_equal(unreturned(1), 1);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	with(NULL);
	world_must_sync(&w, 1);
	assert_int_equal(unreturned(1), 0);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 0);
	assert_int_equal(rows(1), 0);
}

/* The entry of one device alone. */
static void
hide_listing(struct proto_page *p, const struct proto_pull *ask)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct directory_entry d;
	size_t i, n = 0;

	(void)ask;
	for (i = 0; i < p->count; i++) {
		assert_int_equal(changeset_decode(p->items[i].bytes, cs, &e),
		    0);
		if (!id_is_zero(&cs->h.space) || !cs->has_bodies ||
		    directory_decode(cs->bodies[0], &d, &e) != 0 ||
		    !id_eq(&d.device, &whose))
			p->items[n++] = p->items[i];
	}
	p->count = n;
	mem_free(cs);
}

/* An entry brings back what rests on it, and nothing that the rules refuse
 * all the same. */
static void
test_one_entry_of_two(void **state)
{
	(void)state;
	let_in_a_newcomer(3, "by the third");
	let_in_a_newcomer(4, "by the fourth");
	whose = world_store(&w, 4)->me->device;
	with(entries_hidden);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	with(NULL);
	world_join(&w, 5);
	with(hide_listing);
	(void)world_sync(&w, 1, NULL, &e);
	assert_true(world_has(&w, 1, "by the third"));
	assert_false(world_has(&w, 1, "by the fourth"));
	assert_int_equal(trust_listed(&w, 1, &notes, 3), 1);
	assert_int_equal(trust_listed(&w, 1, &notes, 4), 0);
	with(NULL);
	world_must_sync(&w, 1);
	assert_true(world_has(&w, 1, "by the fourth"));
	nothing_is_left(1);
}

/* A section that opens again while the hub's clock runs two years ahead: for
 * the hub the right is over, so what was here once comes as headers. That is
 * no answer to a device that asked for it: it asks until the text comes. */
static void
test_headers_again(void **state)
{
	int i;

	(void)state;
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).lost_spaces, 1);
	assert_false(world_has(&w, 1, "the first"));
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	world_pass(&w, 2 * YEAR);
	for (i = 0; i < 3; i++)
		w.c[i].skew_ms = -2 * YEAR;
	world_must_sync(&w, 1);
	assert_false(world_has(&w, 1, "the first"));
	world_pass(&w, -2 * YEAR);
	for (i = 0; i < 3; i++)
		w.c[i].skew_ms = 0;
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(rows(1), 0);
}

/* Both clocks were two years ahead, so a right was over and the section wiped.
 * When they are right again and the end is put off, nothing has begun anew for
 * the hub: what was wiped is asked for. */
static void
test_wiped_by_two_clocks(void **state)
{
	(void)state;
	world_pass(&w, 2 * YEAR);
	world_must_sync(&w, 1);
	assert_false(world_has(&w, 1, "the first"));
	world_pass(&w, YEAR / 366 - 2 * YEAR);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(rows(1), 0);
}

/* ---- long wants ---- */

/* More than a page: each page is a step. */
static void
test_want_of_many_pages(void **state)
{
	struct stmt *q;

	(void)state;
	write_notes(9);
	world_must_sync(&w, 1);
	q = db_prepare(world_store(&w, 1)->db, "INSERT INTO want "
	    "(space, after_sseq, upto) SELECT space, 0, max(sseq) FROM item "
	    "WHERE space = ?");
	db_bind_id(q, 1, &notes);
	assert_int_equal(db_run(q, &e), 0);
	with(small_pages);
	world_must_sync(&w, 1);
	assert_true(wanted_items > 11);
	assert_int_equal(rows(1), 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 10);
}

/* A hub once sent pieces of many sections that are not this device's: what it
 * can have is asked for all the same, and comes. */
static void
test_want_among_foreign(void **state)
{
	struct stmt *q;

	(void)state;
	write_notes(3);
	world_must_sync(&w, 1);
	q = db_prepare(world_store(&w, 1)->db, "WITH RECURSIVE n (i) AS "
	    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
	    "INSERT INTO want (space, after_sseq, upto) SELECT "
	    "CAST(zeroblob(13) || printf('%03d', i) AS BLOB), 0, 3 FROM n "
	    "UNION ALL SELECT space, 0, max(sseq) FROM item WHERE space = ?");
	db_bind_id(q, 1, &notes);
	assert_int_equal(db_run(q, &e), 0);
	world_must_sync(&w, 1);
	assert_int_equal(rows(1), 200);
	assert_int_equal(world_notes(&w, 1, &the_case), 4);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_text_withheld_once), T(test_text_withheld_for_long),
		T(test_much_withheld), T(test_withheld_and_over),
		T(test_epoch_hidden), T(test_entry_behind),
		T(test_entry_hidden), T(test_one_entry_of_two),
		T(test_own_withheld),
		T(test_own_closed), T(test_headers_again),
		T(test_wiped_by_two_clocks),
		T(test_want_of_many_pages),
		T(test_want_among_foreign)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
