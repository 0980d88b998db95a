/*
 * Erasing, from the request to the last copy, with whole stores and the real
 * hub: edit, delete and erase in both orders, what comes late, taking back, a
 * second hand that is none, an order for a whole case, power cuts while wiping,
 * and no word left in any store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>

#include "client/core/accord/memos.h"
#include "client/core/accord/statements.h"
#include "client/core/records/deletion.h"
#include "client/core/records/erase.h"
#include "client/core/local/erased.h"
#include "client/core/local/versions.h"
#include "client/core/office/office.h"
#include "client/core/cases/plans.h"
#include "client/core/consent/review.h"
#include "client/core/records/search.h"
#include "client/core/upkeep/status.h"
#include "client/core/sync/erasures.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/directory.h"
#include "tests/support/simdisk.h"
#include "tests/support/trust.h"
#include "tests/support/world.h"

#define DAY_MS INT64_C(86400000)
#define WORD "xylophonist"

enum { OFFICE, KEEPER, WRITER, DPO };

static struct world w;
static size_t wal_bytes;
static struct id the_case, the_note, the_plan;

static int
setup(void **state)
{
	struct assignment goal = { "goal", "a " WORD " for a friend" };
	struct err e;

	(void)state;
	world_begin(&w, 3);
	world_join_as(&w, DPO, ROLE_WORKER | ROLE_DPO);
	world_case(&w, KEEPER, "Anna Tamm", &the_case);
	world_grant(&w, KEEPER, &the_case, WRITER, "card,notes,plan", true);
	assert_int_equal(world_note(&w, KEEPER, &the_case, "met the " WORD,
	    &the_note), 0);
	assert_int_equal(world_note(&w, KEEPER, &the_case, "stays", NULL), 0);
	assert_int_equal(plans_add(w.c[KEEPER].session, &the_case, &goal, 1,
	    &the_plan, &e), 0);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, WRITER);
	world_must_sync(&w, DPO);
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

static const struct erase_wish wish = { ERASE_ASKED, "the guardian asked" };

static void
sync_all(void)
{
	int i;

	for (i = 0; i < 8; i++)
		world_must_sync(&w, i % 4);
}

static struct id
ask(int i, const struct id *record)
{
	struct erase_asked asked;
	struct err e;

	assert_int_equal(erase_record(w.c[i].session, record, &wish, &asked,
	    &e), 0);
	world_must_sync(&w, i);
	return asked.request;
}

/* DPO signs what waits. */
static void
sign(void)
{
	struct erase_requests l;
	struct err e;
	size_t i;

	world_must_sync(&w, DPO);
	assert_int_equal(erase_requests_list(w.c[DPO].session, &l, &e), 0);
	assert_true(l.count > 0);
	for (i = 0; i < l.count; i++)
		if (!l.items[i].done)
			assert_int_equal(erase_answer_request(
			    w.c[DPO].session, &l.items[i].id, true, NULL,
			    &e), 0);
	erase_requests_done(&l);
	world_must_sync(&w, DPO);
}

static void
erase(const struct id *record)
{
	ask(KEEPER, record);
	sign();
	sync_all();
}

static struct erase_item_shown
line(int i, size_t n)
{
	struct erase_list l;
	struct erase_item_shown x;
	struct err e;

	assert_int_equal(erase_list(w.c[i].session, &l, &e), 0);
	assert_true(n < l.count);
	x = l.items[n];
	erase_list_done(&l);
	return x;
}

static struct record_item
item(int i, const struct id *id)
{
	struct record_item r;
	struct err e;

	assert_int_equal(records_find(w.c[i].session, id, &r, &e), 1);
	return r;
}

static void
check_erased(int i, const struct id *id)
{
	struct record_item r = item(i, id);
	struct record_list l;
	struct err e;

	assert_true(r.erased);
	assert_string_equal(r.erased_by, "Person 1");
	assert_string_equal(r.erased_with, "Person 3");
	assert_int_equal(r.field_count, 0);
	record_item_done(&r);
	assert_int_equal(search_ask(w.c[i].session, &(struct search_wish){
	    .words = WORD, .limit = 10, .deleted = true }, &l, &e), 0);
	for (i = 0; i < (int)l.count; i++)
		assert_false(id_eq(&l.items[i].id, id));
	record_list_done(&l);
}

static void
check_shown(int i, const struct id *id)
{
	struct record_item r = item(i, id);

	assert_false(r.erased);
	assert_true(r.field_count > 0);
	record_item_done(&r);
}

/* Are these bytes in any row of the store, or in the index? */
static int64_t
words_of(int i)
{
	return world_count(&w, i, "SELECT (SELECT count(*) FROM version "
	    "WHERE instr(body, '" WORD "') > 0) + (SELECT count(*) FROM "
	    "words_terms WHERE term = '" WORD "')");
}

static void
a_week_later(void)
{
	world_pass(&w, 7 * DAY_MS + 1000);
	sync_all();
}

static void
test_note(void **state)
{
	struct erase_item_shown x;
	int i;

	(void)state;
	ask(KEEPER, &the_note);
	x = line(KEEPER, 0);
	assert_int_equal(x.stage, ERASE_STAGE_ASKED);
	check_shown(KEEPER, &the_note);
	sign();
	check_shown(WRITER, &the_note);
	world_must_sync(&w, KEEPER);
	check_erased(KEEPER, &the_note);
	world_must_sync(&w, WRITER);
	for (i = KEEPER; i <= WRITER; i++) {
		check_erased(i, &the_note);
		assert_int_equal(world_notes(&w, i, &the_case), 1);
		check_shown(i, &the_plan);
		x = line(i, 0);
		assert_int_equal(x.stage, ERASE_STAGE_ORDERED);
		assert_int_equal(x.due_ms, x.ordered_ms + 7 * DAY_MS);
		assert_int_equal(x.backups_ms, x.due_ms + 90 * DAY_MS);
		assert_int_equal(x.late, 0);
		assert_int_equal(x.misfits, 0);
	}
	assert_true(words_of(WRITER) > 0); /* kept a week */
	a_week_later();
	for (i = KEEPER; i <= WRITER; i++) {
		check_erased(i, &the_note);
		assert_int_equal(line(i, 0).stage, ERASE_STAGE_ERASED);
		assert_int_equal(world_count(&w, i, "SELECT count(*) FROM "
		    "version WHERE instr(body, 'met the') > 0"), 0);
		assert_int_equal(world_count(&w, i, "SELECT count(*) FROM "
		    "quarantine"), 0);
		store_check(world_store(&w, i));
	}
	/* Whoever joins the section now gets the rest and no alarm. */
	world_grant(&w, KEEPER, &the_case, OFFICE, "card,notes", false);
	sync_all();
	assert_int_equal(world_notes(&w, OFFICE, &the_case), 1);
	assert_int_equal(world_count(&w, OFFICE, "SELECT count(*) FROM "
	    "quarantine"), 0);
	assert_int_equal(line(OFFICE, 0).stage, ERASE_STAGE_ERASED);
}

/* A clock that is wrong, or a hub that lies, wipes nothing by itself. */
static void
test_two_clocks(void **state)
{
	int64_t before;

	(void)state;
	erase(&the_note);
	before = words_of(WRITER);
	w.c[WRITER].skew_ms = 8 * DAY_MS;
	world_must_sync(&w, WRITER);
	assert_int_equal(words_of(WRITER), before);
	w.c[WRITER].skew_ms = -8 * DAY_MS;
	world_pass(&w, 7 * DAY_MS + 1000);
	world_must_sync(&w, WRITER);
	assert_int_equal(line(WRITER, 0).stage, ERASE_STAGE_ORDERED);
	w.c[WRITER].skew_ms = 0;
	world_must_sync(&w, WRITER);
	assert_int_equal(line(WRITER, 0).stage, ERASE_STAGE_ERASED);
}

/* WRITER edits without having seen the order; ${first}: who syncs first. */
static void
edit_and_erase(bool edit_first)
{
	ask(KEEPER, &the_plan);
	assert_int_equal(world_set(&w, WRITER, &the_plan, "outcome",
	    "late " WORD), 0);
	if (edit_first)
		world_must_sync(&w, WRITER);
	sign();
	world_must_sync(&w, KEEPER);
	sync_all();
	check_erased(KEEPER, &the_plan);
	check_erased(WRITER, &the_plan);
	a_week_later();
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM "
	    "version WHERE instr(body, 'late') > 0"), 0);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM "
	    "version WHERE instr(body, 'late') > 0"), 0);
}

static void
test_edit_then_erase(void **state)
{
	(void)state;
	edit_and_erase(true);
	/* The body that the order could not name is named to the keeper, and
	 * a further order takes it. */
	assert_int_equal(line(KEEPER, 0).late, 1);
	erase(&the_plan);
	assert_int_equal(line(KEEPER, 0).late, 0);
	assert_int_equal(line(KEEPER, 1).stage, ERASE_STAGE_ORDERED);
}

static void
test_erase_then_edit(void **state)
{
	(void)state;
	edit_and_erase(false);
	/* Never sent: there is nothing more to order. */
	assert_int_equal(line(KEEPER, 0).late, 0);
}

/* A changed program writes on what was erased; ${text} reaches the log. */
static void
write_late(const char *text)
{
	struct store *s = world_store(&w, WRITER);
	struct op op = { .field = PLAN_OUTCOME,
		.value = { VALUE_TEXT, 0, view_str(text) } };
	struct write x = { .id = the_plan, .type = TYPE_PLAN, .ops = &op,
		.op_count = 1 };
	struct err e;

	assert_int_equal(versions_write_tx(s, &x, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(db_exec(s->db, "UPDATE record SET flags = 0 "
	    "WHERE type = 7", &e), 0);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &x, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(&w, WRITER);
	world_must_sync(&w, KEEPER);
}

/* Between WRITER's pull and its push the order is sent. */
static int
race(struct world *world, const char *path, struct view request, int *status,
    struct buf *answer, struct err *e)
{
	(void)request;
	(void)status;
	(void)answer;
	(void)e;
	if (strcmp(path, "/v1/pull") != 0)
		return 0;
	world->tamper = NULL;
	world_must_sync(world, KEEPER);
	return 0;
}

static void
test_race(void **state)
{
	(void)state;
	ask(KEEPER, &the_plan);
	sign();
	assert_int_equal(world_set(&w, WRITER, &the_plan, "outcome",
	    "late " WORD), 0);
	w.tamper = race;
	world_must_sync(&w, WRITER);
	check_erased(WRITER, &the_plan);
	world_must_sync(&w, KEEPER);
	check_erased(KEEPER, &the_plan);
	assert_int_equal(line(KEEPER, 0).late, 1);
	assert_int_equal(line(WRITER, 0).late, 1);
	sync_all();
	a_week_later();
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM "
	    "version WHERE instr(body, 'late') > 0"), 0);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM "
	    "quarantine"), 0);
	/* Its sealed copy in the writer's outbox is a header too. */
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM "
	    "outgoing o JOIN item i ON i.id = o.id JOIN version v ON "
	    "v.seq = i.seq WHERE v.state = 7 AND length(o.bytes) > "
	    "length(i.header)"), 0);
	store_check(world_store(&w, WRITER));
}

static struct status
status_of(int i)
{
	struct status st = { 0 };
	struct err e;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	return st;
}

static void
test_comes_late(void **state)
{
	(void)state;
	erase(&the_plan);
	write_late("late one");
	check_erased(KEEPER, &the_plan);
	assert_int_equal(line(KEEPER, 0).late, 1);
	/* Kept as long as the order can be taken back. */
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM version "
	    "WHERE instr(body, 'late one') > 0"), 1);
	a_week_later();
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM version "
	    "WHERE instr(body, 'late one') > 0"), 0);
	assert_int_equal(status_of(KEEPER).erase_late, 1);
	assert_int_equal(status_of(WRITER).erase_late, 0);
	/* And after that not at all. */
	write_late("late two");
	check_erased(KEEPER, &the_plan);
	assert_int_equal(line(KEEPER, 0).late, 2);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM version "
	    "WHERE instr(body, 'late two') > 0"), 0);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM "
	    "quarantine"), 0);
	store_check(world_store(&w, KEEPER));
}

static void
test_delete_and_erase(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(deletion_set(w.c[KEEPER].session, &the_note, true,
	    &e), 0);
	world_must_sync(&w, KEEPER);
	erase(&the_note);
	check_erased(WRITER, &the_note);
	assert_int_equal(line(WRITER, 0).late, 0);
	/* After it there is nothing to restore. */
	assert_int_equal(deletion_set(w.c[KEEPER].session, &the_note, false,
	    &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

static void
test_take_back(void **state)
{
	struct erase_item_shown x;
	struct id request;
	struct err e;
	int i;

	(void)state;
	erase(&the_note);
	world_grant(&w, KEEPER, &the_case, OFFICE, "card,notes", false);
	sync_all(); /* OFFICE has it from the hub without its text */
	x = line(KEEPER, 0);
	assert_int_equal(erase_take_back(w.c[WRITER].session, &x.order, &wish,
	    &request, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(erase_take_back(w.c[KEEPER].session, &x.order, &wish,
	    &request, &e), 0);
	world_must_sync(&w, KEEPER);
	sign();
	sync_all();
	sync_all();
	for (i = OFFICE; i <= WRITER; i++) {
		check_shown(i, &the_note);
		assert_int_equal(world_notes(&w, i, &the_case), 2);
		assert_int_equal(line(i, 0).stage, ERASE_STAGE_BACK);
	}
	a_week_later();
	check_shown(WRITER, &the_note);
	check_shown(OFFICE, &the_note);
	/* Once more, to the end; then it cannot be undone. */
	erase(&the_note);
	a_week_later();
	check_erased(WRITER, &the_note);
	x = line(KEEPER, 2);
	assert_int_equal(x.stage, ERASE_STAGE_ERASED);
	assert_int_equal(erase_take_back(w.c[KEEPER].session, &x.order, &wish,
	    &request, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

static void
test_who_may(void **state)
{
	struct erase_asked asked;
	struct erase_wish none = { ERASE_ASKED, " " };
	struct erase_requests l;
	struct err e;

	(void)state;
	assert_int_equal(erase_record(w.c[WRITER].session, &the_note, &wish,
	    &asked, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(erase_record(w.c[KEEPER].session, &the_note, &none,
	    &asked, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	ask(KEEPER, &the_note);
	assert_int_equal(erase_record(w.c[KEEPER].session, &the_note, &wish,
	    &asked, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH); /* asked already */
	world_must_sync(&w, DPO);
	assert_int_equal(erase_requests_list(w.c[DPO].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.items[0].keeper, "Person 1");
	assert_string_equal(l.items[0].words, "the guardian asked");
	assert_int_equal(l.items[0].texts, 1);
	assert_int_equal(status_of(DPO).erase_asked, 1);
	/* Nothing of the text goes to the second person. */
	assert_int_equal(world_count(&w, DPO, "SELECT count(*) FROM memo "
	    "WHERE instr(body, '" WORD "') > 0"), 0);
	assert_int_equal(erase_answer_request(w.c[DPO].session,
	    &l.items[0].id, false, "the court asked for it", &e), 0);
	erase_requests_done(&l);
	sync_all();
	assert_int_equal(line(KEEPER, 0).stage, ERASE_STAGE_DECLINED);
	check_shown(WRITER, &the_note);
}

/* Signed by who was revoked before the order was sent. */
static void
test_revoked(void **state)
{
	struct err e;

	(void)state;
	ask(KEEPER, &the_note);
	sign();
	assert_int_equal(office_revoke(w.c[OFFICE].session,
	    &world_store(&w, DPO)->me->device, &e), 0);
	world_must_sync(&w, OFFICE);
	/* Its client does not even send it; nothing is erased. */
	(void)world_sync(&w, KEEPER, NULL, &e);
	(void)world_sync(&w, KEEPER, NULL, &e);
	world_must_sync(&w, WRITER);
	check_shown(KEEPER, &the_note);
	check_shown(WRITER, &the_note);
	assert_int_equal(line(KEEPER, 0).stage, ERASE_STAGE_REFUSED);
}

/* A keeper's changed program sends an order signed by a colleague. */
static void
test_forged(void **state)
{
	struct store *s = world_store(&w, KEEPER);
	struct erase *o = mem_new(sizeof(*o));
	struct stmt *q;
	struct buf b;
	struct err e;

	(void)state;
	ask(KEEPER, &the_note);
	o->what.kind = ERASE_SPACE;
	o->what.reason = ERASE_OTHER;
	o->at_ms = WORLD_NOW;
	o->dpo = world_store(&w, WRITER)->me->device;
	q = db_prepare(s->db, "SELECT space FROM erase_ask");
	assert_int_equal(db_step(q, &e), 1);
	{
		struct id space;

		assert_int_equal(db_id(q, 0, &space), 0);
		db_reset(q);
		assert_int_equal(erase_sign(o, &space, &s->me->device,
		    &world_store(&w, WRITER)->me->sign, &e), 0);
	}
	buf_init(&b, 100000);
	erase_encode(o, &b);
	q = db_prepare(s->db, "UPDATE erase_ask SET state = 2, signed = ?");
	db_bind_view(q, 1, buf_view(&b));
	assert_int_equal(db_run(q, &e), 0);
	buf_done(&b);
	mem_free(o);
	(void)world_sync(&w, KEEPER, NULL, &e);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, WRITER);
	check_shown(KEEPER, &the_note);
	check_shown(WRITER, &the_note);
	assert_int_equal(line(KEEPER, 0).stage, ERASE_STAGE_REFUSED);
}

/* A keeper's changed program has the second hand sign, who does not see what
 * it is, that a body goes: record, space, changeset and index by ${sql}. */
static struct id
forge(const char *sql)
{
	struct store *s = world_store(&w, KEEPER);
	struct erase *o = mem_new(sizeof(*o));
	struct id in, id;
	struct stmt *q;
	struct buf b;
	struct err e;

	ask(KEEPER, &the_note);
	q = db_prepare(s->db, sql);
	assert_int_equal(db_step(q, &e), 1);
	assert_int_equal(db_id(q, 0, &id), 0);
	assert_int_equal(db_id(q, 1, &in), 0);
	assert_int_equal(db_hash(q, 2, &o->what.items[0].id), 0);
	o->what.items[0].map = UINT64_C(1) << db_int(q, 3);
	db_reset(q);
	o->what.count = 1;
	o->what.kind = ERASE_RECORD;
	o->what.reason = ERASE_MISTAKE;
	erase_record_hash(&in, &id, &o->what.record);
	o->at_ms = atomic_load(&w.wall_ms);
	o->dpo = world_store(&w, DPO)->me->device;
	assert_int_equal(erase_sign(o, &in, &s->me->device,
	    &world_store(&w, DPO)->me->sign, &e), 0);
	buf_init(&b, 100000);
	erase_encode(o, &b);
	q = db_prepare(s->db, "UPDATE erase_ask SET space = ?, record = ?, "
	    "state = 2, signed = ?");
	db_bind_id(q, 1, &in);
	db_bind_id(q, 2, &id);
	db_bind_view(q, 3, buf_view(&b));
	assert_int_equal(db_run(q, &e), 0);
	buf_done(&b);
	mem_free(o);
	world_must_sync(&w, KEEPER);
	return id;
}

/* A withdrawal stays, and closes. */
static void
test_withdrawal_stays(void **state)
{
	struct statement_sources all;
	struct record_row row;
	struct id id;
	struct err e;

	(void)state;
	world_withdraw(&w, KEEPER, &the_case, OFFICE, "plan");
	sync_all();
	id = forge("SELECT r.id, r.space, i.id, v.idx FROM record r "
	    "JOIN version v ON v.rid = r.rid JOIN item i ON i.seq = v.seq "
	    "WHERE r.type = 6");
	world_must_sync(&w, WRITER);
	assert_int_equal(world_count(&w, WRITER, "SELECT sum(misfits) FROM "
	    "erase_order"), 1);
	a_week_later();
	assert_int_equal(versions_row(world_store(&w, WRITER), &id, &row, &e),
	    1);
	assert_int_equal(row.flags & RECORD_ERASED, 0);
	assert_int_equal(statements_load(world_store(&w, WRITER), &the_case,
	    &all, &e), 0);
	assert_true(all.count > 0 && !all.list[all.count - 1].opens);
	statements_done(&all);
}

/* So do statements, for who comes later. */
static void
test_statements_stay(void **state)
{
	(void)state;
	forge("SELECT r.id, r.space, i.id, 0 FROM record r JOIN item i "
	    "ON i.space = r.space AND i.kind = 3 WHERE r.type = 4 "
	    "ORDER BY i.seq");
	a_week_later();
	world_join(&w, 4);
	world_must_sync(&w, KEEPER);
	world_grant(&w, KEEPER, &the_case, 4, "notes", false);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, 4);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM access "
	    "a JOIN space s ON s.id = a.space WHERE s.section = 'notes'"),
	    world_count(&w, 4, "SELECT count(*) FROM access a JOIN space s "
	    "ON s.id = a.space WHERE s.section = 'notes'"));
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM "
	    "quarantine"), 0);
}

static void
test_whole_case(void **state)
{
	struct erase_sections x;
	struct err e;
	int i;

	(void)state;
	assert_int_equal(erase_case(w.c[WRITER].session, &the_case, &wish, &x,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(erase_case(w.c[KEEPER].session, &the_case, &wish, &x,
	    &e), 0);
	assert_int_equal(x.asked, 3);
	assert_string_equal(x.not_kept, "");
	erase_sections_done(&x);
	world_must_sync(&w, KEEPER);
	sign();
	sync_all();
	for (i = KEEPER; i <= WRITER; i++) {
		struct record_item r;

		assert_int_equal(world_notes(&w, i, &the_case), 0);
		assert_int_equal(records_find(w.c[i].session, &the_case, &r,
		    &e), 0);
		assert_int_equal(world_note(&w, i, &the_case, "no", NULL),
		    -1);
	}
	a_week_later();
	for (i = KEEPER; i <= WRITER; i++) {
		assert_int_equal(words_of(i), 0);
		assert_int_equal(world_count(&w, i, "SELECT count(*) FROM "
		    "version v JOIN record r ON r.rid = v.rid JOIN space p ON "
		    "p.id = r.space WHERE p.case_id IS NOT NULL AND v.body <> "
		    "x''"), 0);
		assert_int_equal(world_count(&w, i, "SELECT count(*) FROM "
		    "epoch e JOIN space p ON p.id = e.space WHERE p.case_id "
		    "IS NOT NULL AND e.key IS NOT NULL"), 0);
		assert_int_equal(world_count(&w, i, "SELECT count(*) FROM "
		    "quarantine"), 0);
	}
}

/* ---- whose right is over ---- */

#define NEXT 4   /* WRITER's second device */
#define NEWEST 5 /* and one that joins when they are out */

static struct id theirs;

/* WRITER writes a note that NEXT has too; OFFICE reads. Then both persons are
 * put out, at the next sync of each, and what follows they do not get. */
static void
put_out(void)
{
	struct err e;

	trust_device(&w, NEXT, WRITER);
	world_grant(&w, KEEPER, &the_case, OFFICE, "card,notes", false);
	sync_all();
	assert_int_equal(world_note(&w, WRITER, &the_case, "theirs: " WORD,
	    &theirs), 0);
	sync_all();
	world_must_sync(&w, NEXT);
	world_must_sync(&w, NEXT);
	assert_int_equal(world_notes(&w, NEXT, &the_case), 3);
	world_pass(&w, 300000); /* older text is not under review (7.7) */
	world_withdraw(&w, KEEPER, &the_case, WRITER, "card,notes,plan");
	world_withdraw(&w, KEEPER, &the_case, OFFICE, "card,notes");
	(void)world_sync(&w, KEEPER, NULL, &e);
	assert_int_equal(world_note(&w, KEEPER, &the_case, "after", NULL), 0);
	world_must_sync(&w, KEEPER);
}

static int64_t
orders_of(int i)
{
	return world_count(&w, i, "SELECT count(*) FROM erase_order");
}

/* No word is left with who wrote it, and nothing alarms; who wrote nothing of
 * it is not told. */
static void
check_gone_outside(int64_t orders)
{
	static const int out[] = { WRITER, NEXT };
	size_t i;

	for (i = 0; i < 2; i++) {
		world_must_sync(&w, out[i]);
		assert_int_equal(orders_of(out[i]), orders);
		assert_true(words_of(out[i]) > 0);
	}
	a_week_later();
	world_must_sync(&w, NEXT);
	for (i = 0; i < 2; i++) {
		assert_int_equal(words_of(out[i]), 0);
		assert_int_equal(world_count(&w, out[i], "SELECT count(*) "
		    "FROM quarantine"), 0);
		store_check(world_store(&w, out[i]));
	}
	assert_int_equal(orders_of(OFFICE), 0);
	assert_int_equal(world_count(&w, OFFICE, "SELECT count(*) FROM "
	    "quarantine"), 0);
}

static void
test_who_is_out(void **state)
{
	(void)state;
	put_out();
	sync_all();
	world_must_sync(&w, NEXT);
	assert_true(words_of(NEXT) > 0); /* their own, if kept */
	trust_device(&w, NEWEST, WRITER);
	erase(&theirs);
	/* A device of theirs that never had the section hears of nothing. */
	world_must_sync(&w, NEWEST);
	assert_int_equal(orders_of(NEWEST), 0);
	assert_int_equal(world_count(&w, NEWEST, "SELECT (SELECT count(*) FROM "
	    "quarantine) + (SELECT count(*) FROM want) + (SELECT count(*) FROM "
	    "space WHERE section <> '')"), 0);
	check_gone_outside(1);
	/* Let in again: the order has its place, and is the same. */
	world_grant(&w, KEEPER, &the_case, WRITER, "card,notes", true);
	sync_all();
	check_erased(WRITER, &theirs);
	assert_int_equal(world_notes(&w, WRITER, &the_case), 3);
	assert_int_equal(orders_of(WRITER), 1);
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM "
	    "quarantine"), 0);
}

/* The order and the end of the right come in one pull. */
static void
test_out_in_one_pull(void **state)
{
	struct err e;

	(void)state;
	put_out();
	ask(KEEPER, &theirs);
	sign();
	assert_int_equal(world_sync(&w, KEEPER, NULL, &e), 0);
	check_gone_outside(1);
}

/* A reader who is put out is sent the order before as a header; let in again,
 * whole: then it is followed at its old place, and nothing alarms. */
static void
test_header_first(void **state)
{
	struct err e;

	(void)state;
	world_grant(&w, KEEPER, &the_case, OFFICE, "card,notes", false);
	sync_all();
	assert_int_equal(world_notes(&w, OFFICE, &the_case), 2);
	ask(KEEPER, &the_note);
	sign();
	world_must_sync(&w, KEEPER);
	world_pass(&w, 300000);
	world_withdraw(&w, KEEPER, &the_case, OFFICE, "card,notes");
	assert_int_equal(world_sync(&w, KEEPER, NULL, &e), 0);
	world_must_sync(&w, OFFICE);
	assert_int_equal(orders_of(OFFICE), 0);
	world_grant(&w, KEEPER, &the_case, OFFICE, "card,notes", false);
	sync_all();
	sync_all();
	assert_int_equal(orders_of(OFFICE), 1);
	assert_int_equal(world_notes(&w, OFFICE, &the_case), 1);
	check_erased(OFFICE, &the_note);
	assert_int_equal(world_count(&w, OFFICE, "SELECT count(*) FROM "
	    "quarantine"), 0);
	a_week_later();
	assert_int_equal(words_of(OFFICE), 0);
	store_check(world_store(&w, OFFICE));
}

static void
test_back_when_out(void **state)
{
	struct erase_item_shown x;
	struct id request;
	struct err e;

	(void)state;
	put_out();
	sync_all();
	erase(&theirs);
	world_must_sync(&w, NEXT);
	x = line(KEEPER, 0);
	assert_int_equal(erase_take_back(w.c[KEEPER].session, &x.order, &wish,
	    &request, &e), 0);
	world_must_sync(&w, KEEPER);
	sign();
	sync_all();
	world_must_sync(&w, NEXT);
	assert_int_equal(orders_of(WRITER), 2);
	assert_int_equal(orders_of(NEXT), 2);
	a_week_later();
	world_must_sync(&w, NEXT);
	assert_true(words_of(WRITER) > 0 && words_of(NEXT) > 0);
	assert_int_equal(world_notes(&w, WRITER, &the_case), 0);
	world_grant(&w, KEEPER, &the_case, WRITER, "card,notes", true);
	sync_all();
	sync_all();
	check_shown(WRITER, &theirs);
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM "
	    "quarantine"), 0);
}

static void
test_whole_when_out(void **state)
{
	struct erase_sections x;
	struct id notes;
	struct err e;

	(void)state;
	notes = trust_space(&w, KEEPER, &the_case, "notes");
	put_out();
	sync_all();
	world_must_sync(&w, NEXT);
	assert_int_equal(erased_whole(world_store(&w, WRITER), &notes, &e), 0);
	assert_int_equal(erase_case(w.c[KEEPER].session, &the_case, &wish, &x,
	    &e), 0);
	erase_sections_done(&x);
	world_must_sync(&w, KEEPER);
	sign();
	sync_all();
	check_gone_outside(1);
	/* No epoch opens it again here (10.5), though it was closed before. */
	assert_int_equal(erased_whole(world_store(&w, WRITER), &notes, &e), 1);
}

/* Who was excluded before keeps what was held, and nothing else waits for a
 * deposit that the hub does not take any more. */
static void
test_held_of_erased(void **state)
{
	struct erase_sections x;
	struct err e;
	int i;

	(void)state;
	assert_int_equal(world_note(&w, WRITER, &the_case, "not sent", NULL),
	    0);
	world_withdraw(&w, KEEPER, &the_case, WRITER, "card,notes,plan");
	world_must_sync(&w, KEEPER);
	assert_int_equal(erase_case(w.c[KEEPER].session, &the_case, &wish, &x,
	    &e), 0);
	erase_sections_done(&x);
	world_must_sync(&w, KEEPER);
	sign();
	world_must_sync(&w, KEEPER);
	for (i = 0; i < 3; i++)
		world_must_sync(&w, WRITER);
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM held "
	    "WHERE outcome IS NULL AND deposit IS NULL"), 1);
	assert_int_equal(world_count(&w, WRITER, "SELECT count(*) FROM "
	    "version WHERE instr(body, 'not sent') > 0"), 1);
	a_week_later();
	a_week_later();
	store_check(world_store(&w, WRITER));
}

/* What a former member wrote about it keeps its own text until a keeper has
 * decided; what was erased does not come back by it. */
static void
test_deposit_of_erased(void **state)
{
	struct review_decision d = { .outcome = OUTCOME_FILED,
	    .basis = "Child Protection Act 27", .words = "thank you" };
	struct review_list l;
	struct err e;
	int i;

	(void)state;
	assert_int_equal(world_set(&w, WRITER, &the_plan, "outcome",
	    "in the deposit"), 0);
	world_withdraw(&w, KEEPER, &the_case, WRITER, "plan");
	world_must_sync(&w, KEEPER);
	for (i = 0; i < 2; i++)
		world_must_sync(&w, WRITER);
	world_must_sync(&w, KEEPER);
	erase(&the_plan);
	a_week_later();
	check_erased(KEEPER, &the_plan);
	assert_int_equal(review_list(w.c[KEEPER].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.items[0].outcome, 0);
	assert_string_equal(record_field(&l.items[0].records[0], "outcome"),
	    "in the deposit");
	d.id = l.items[0].id;
	review_list_done(&l);
	assert_int_equal(review_decide(w.c[KEEPER].session, &d, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	check_erased(KEEPER, &the_plan);
	d.outcome = OUTCOME_GIVEN_BACK;
	assert_int_equal(review_decide(w.c[KEEPER].session, &d, &e), 0);
	a_week_later();
	check_erased(KEEPER, &the_plan);
	assert_false(world_has(&w, KEEPER, "in the deposit"));
}

/* Every byte of every page, free ones and gaps too; and the log beside them
 * must hold none, for it holds pages as they were. */
static bool
store_has(int i, const char *word)
{
	sqlite3_int64 size = 0;
	char path[160];
	struct buf log;
	struct err e;
	unsigned char *all = sqlite3_serialize(db_handle(
	    world_store(&w, i)->db), "main", &size, 0);
	bool found;

	assert_non_null(all);
	found = memmem(all, (size_t)size, word, strlen(word)) != NULL;
	sqlite3_free(all);
	snprintf(path, sizeof(path), "%s/store.tugi-wal", w.c[i].profile);
	buf_init(&log, SIZE_MAX);
	assert_int_equal(file_read(path, &log, &e), 0);
	wal_bytes = log.len;
	buf_done(&log);
	return found;
}

/* Outbox copies, quarantine copies, held copies. */
static void
test_copies(void **state)
{
	struct err e;

	(void)state;
	erase(&the_note);
	assert_true(world_count(&w, KEEPER, "SELECT count(*) FROM outgoing "
	    "WHERE kind = 1") > 0);
	a_week_later();
	/* What was sealed with that one body is a header now. */
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM "
	    "outgoing o JOIN erase_item n ON n.id = o.id JOIN item i ON "
	    "i.id = o.id WHERE length(o.bytes) >= length(i.header) + 256 AND "
	    "n.map = 1 AND length(i.header) = 121 + 36 + 64"), 0);
	store_check(world_store(&w, KEEPER));
	world_close(&w, KEEPER);
	assert_int_equal(world_open(&w, KEEPER, &e), 0);
	check_erased(KEEPER, &the_note);
	world_must_sync(&w, KEEPER);
}

/* Not in a page, not in the index, not in the log: no word of it. */
static void
test_needle(void **state)
{
	static const char *const words[] = { "unicyclist", "zeppelin",
		"quokka" };
	struct id n;
	size_t k;
	int i;

	(void)state;
	/* Between others, so that its pages are shared. */
	for (i = 0; i < 40; i++)
		assert_int_equal(world_note(&w, KEEPER, &the_case,
		    "nothing much happened in the music lesson", NULL), 0);
	assert_int_equal(world_note(&w, KEEPER, &the_case,
	    "the unicyclist flew a zeppelin over the quokka", &n), 0);
	for (i = 0; i < 40; i++)
		assert_int_equal(world_note(&w, WRITER, &the_case,
		    "and nothing much in the afternoon either", NULL), 0);
	sync_all();
	for (i = KEEPER; i <= WRITER; i++)
		for (k = 0; k < 3; k++)
			assert_true(store_has(i, words[k]));
	erase(&n);
	for (i = 0; i < 20; i++)
		assert_int_equal(world_note(&w, WRITER, &the_case,
		    "a week goes by", NULL), 0);
	sync_all();
	world_pass(&w, 7 * DAY_MS + 1000);
	for (i = KEEPER; i <= WRITER; i++) {
		world_must_sync(&w, i); /* once: what comes after is later */
		for (k = 0; k < 3; k++)
			assert_false(store_has(i, words[k]));
		assert_true(wal_bytes < 3 * 4096);
	}
	assert_int_equal(world_notes(&w, WRITER, &the_case), 102);
}

static void
onto_disk(struct simdisk *d, int i)
{
	char path[128];
	struct buf b;
	struct err e;

	world_close(&w, i);
	buf_init(&b, SIZE_MAX);
	snprintf(path, sizeof(path), "%s/store.tugi", w.c[i].profile);
	assert_int_equal(file_read(path, &b, &e), 0);
	simdisk_put(d, path, buf_view(&b));
	buf_done(&b);
	w.c[i].vfs = simdisk_name(d);
	assert_int_equal(world_open(&w, i, &e), 0);
}

/* The power goes after every few writes of the sync that wipes: what was
 * hidden stays so, and the next sync wipes it. */
static void
test_power_cuts(void **state)
{
	struct simdisk *d = simdisk_new(11);
	unsigned k, mode = 0, cuts = 0;
	struct id n;
	struct err e;
	bool hit = true;

	(void)state;
	onto_disk(d, WRITER);
	for (k = 1; hit; k += 4) {
		assert_int_equal(world_note(&w, KEEPER, &the_case,
		    "the " WORD " again", &n), 0);
		sync_all();
		erase(&n);
		world_pass(&w, 7 * DAY_MS + 1000);
		simdisk_crash_at(d, simdisk_ops(d) + k);
		(void)world_sync(&w, WRITER, NULL, &e);
		hit = simdisk_crashed(d);
		if (hit) {
			cuts++;
			world_close(&w, WRITER);
			simdisk_restart(d, mode++ % SIMDISK_MODES);
			assert_int_equal(world_open(&w, WRITER, &e), 0);
		}
		simdisk_crash_at(d, 0);
		check_erased(WRITER, &n);
		world_must_sync(&w, WRITER);
		check_erased(WRITER, &n);
		assert_int_equal(world_count(&w, WRITER, "SELECT count(*) "
		    "FROM version WHERE instr(body, 'again') > 0"), 0);
		store_check(world_store(&w, WRITER));
	}
	assert_true(cuts > 3);
	world_close(&w, WRITER);
	simdisk_free(d);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_note), T(test_two_clocks), T(test_edit_then_erase),
		T(test_erase_then_edit), T(test_comes_late), T(test_race),
		T(test_delete_and_erase),
		T(test_take_back), T(test_who_may), T(test_revoked),
		T(test_forged), T(test_withdrawal_stays), T(test_statements_stay), T(test_whole_case),
		T(test_who_is_out), T(test_out_in_one_pull),
		T(test_header_first),
		T(test_back_when_out), T(test_whole_when_out),
		T(test_held_of_erased), T(test_deposit_of_erased),
		T(test_copies),
		T(test_needle), T(test_power_cuts)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
