/*
 * A device that was revoked, and what was written on it: client/core/sync/
 * revoked, client/core/moved, common/wire/heldfile. 2 writes in the plan that
 * 1 keeps; 5 is the next device of the same person.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/cases.h"
#include "client/core/profile/enrol.h"
#include "client/core/consent/moved.h"
#include "client/core/office/office.h"
#include "client/core/cases/plans.h"
#include "client/core/upkeep/status.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/heldfile.h"
#include "common/wire/erase.h"
#include "tests/support/trust.h"

#define SECRET "inhaler twice a day"
#define THEIRS "calm mornings"

static struct world w;
static struct id kid, plan, mine;
static struct err e;
static char path[160];

/* A further device of 2, by the root's own hand. */
static void
next_device(int i)
{
	struct office_approval a = { .person = &w.c[2].person,
	    .share_a = w.shares[0], .share_b = w.shares[2] };
	struct enrol_result asked;
	struct buf card;

	world_profile(&w, i);
	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	assert_int_equal(enrol_join(w.c[i].session, &w.c[i].remote,
	    buf_str(&card), &asked, &e), 0);
	buf_done(&card);
	a.name = "Person 2";
	a.code = asked.code;
	if (office_approve(w.c[0].session, &w.c[0].remote, &a, &e) != 0)
		fail_msg("%s", e.text);
	world_must_sync(&w, i);
	w.c[i].person = world_store(&w, i)->person;
	assert_true(id_eq(&w.c[i].person, &w.c[2].person));
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Juku Juurikas", &kid);
	assert_int_equal(trust_plan(&w, 1, &kid, THEIRS, &plan), 0);
	world_grant(&w, 1, &kid, 2, "plan", true);
	trust_twice(&w, 1, 2);
	assert_true(trust_reads(&w, 2, &plan));
	snprintf(path, sizeof(path), "%s/held.file", w.folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	world_end(&w);
	return 0;
}

static void
office_takes_it(void)
{
	assert_int_equal(office_revoke(w.c[0].session,
	    &world_store(&w, 2)->me->device, &e), 0);
	world_must_sync(&w, 0);
}

/* Text of 2 that nobody received, and the revocation found. */
static void
written_and_revoked(void)
{
	struct exchange_result r;

	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	office_takes_it();
	r = world_must_sync(&w, 2);
	assert_true(r.revoked);
	assert_int_equal(r.held_new, 1);
}

static size_t
held(int i, bool moved)
{
	struct held_list l;
	size_t j, n = 0;

	assert_int_equal(held_list(w.c[i].session, &l, &e), 0);
	for (j = 0; j < l.count; j++)
		if (l.items[j].moved == moved) {
			assert_string_equal(record_field(
			    &l.items[j].record, "goal"), SECRET);
			n++;
		}
	held_list_done(&l);
	return n;
}

static void
at_its_end(void)
{
	struct assignment name = { "name", "Mari Maasikas" };
	struct assignment goal = { "goal", "more" };
	struct status st;
	struct id id;

	assert_int_equal(status_read(w.c[2].session, &st, &e), 0);
	assert_true(st.revoked);
	assert_false(st.joined);
	assert_int_equal(st.held, 1);
	assert_int_equal(held(2, false), 1);
	assert_false(world_has(&w, 2, THEIRS));
	assert_true(world_has(&w, 2, SECRET));
	assert_int_equal(world_count(&w, 2,
	    "SELECT count(*) FROM epoch WHERE key IS NOT NULL"), 0);
	assert_int_equal(plans_add(w.c[2].session, &kid, &goal, 1, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "revoked"));
	assert_int_equal(cases_open(w.c[2].session, &name, 1, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

static void
test_end_of_device(void **state)
{
	struct exchange_result r;

	(void)state;
	written_and_revoked();
	at_its_end();
	/* For good: in a new session too, and at the next sync. */
	world_close(&w, 2);
	assert_int_equal(world_open(&w, 2, &e), 0);
	at_its_end();
	r = world_must_sync(&w, 2);
	assert_true(r.revoked);
	assert_int_equal(r.sent_changes + r.sent_notes, 0);
	assert_int_equal(world_count(&w, 2,
	    "SELECT count(*) FROM outgoing WHERE state = 1"), 0);
	at_its_end();
}

/* The hub says so, and the directory does not: nothing is touched. */
static int
lie(struct world *world, const char *called, struct view request,
    int *status, struct buf *answer, struct err *err)
{
	struct proto_refusal no;

	(void)request;
	(void)err;
	if (strcmp(called, "/v1/pull") != 0)
		return 0;
	memset(&no, 0, sizeof(no));
	no.verdict = VERDICT_REVOKED;
	no.now_ms = world->wall_ms;
	snprintf(no.words, sizeof(no.words), "revoked");
	buf_reset(answer);
	proto_refusal_encode(&no, answer);
	*status = 403;
	return 0;
}

static void
test_bare_word(void **state)
{
	(void)state;
	assert_int_equal(trust_plan(&w, 2, &kid, SECRET, &mine), 0);
	w.tamper = lie;
	assert_int_equal(world_sync(&w, 2, NULL, &e), -1);
	assert_int_equal(e.code, VERDICT_REVOKED);
	w.tamper = NULL;
	assert_true(world_has(&w, 2, THEIRS));
	assert_true(trust_reads(&w, 2, &plan));
	assert_int_equal(world_must_sync(&w, 2).sent_changes, 1);
}

/* What the hub sends a revoked device: the directory, and nothing after. */
static void
test_directory_alone(void **state)
{
	int64_t others;

	(void)state;
	office_takes_it();
	assert_int_equal(trust_plan(&w, 1, &kid, "not for 2", NULL), 0);
	world_must_sync(&w, 1);
	others = world_count(&w, 2,
	    "SELECT count(*) FROM item WHERE space <> zeroblob(16)");
	assert_true(world_must_sync(&w, 2).revoked);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM item"
	    " WHERE space <> zeroblob(16)"), others);
	next_device(5);
	world_must_sync(&w, 2);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM item"
	    " WHERE space <> zeroblob(16)"), others);
}

static void
export(void)
{
	struct moved_exported out;

	assert_int_equal(moved_export(w.c[2].session, NULL, path, &out, &e),
	    -1);
	assert_int_equal(e.kind, ERR_ABSENT); /* no next device yet */
	next_device(5);
	world_must_sync(&w, 2);
	if (moved_export(w.c[2].session, NULL, path, &out, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(out.texts, 1);
	assert_true(id_eq(&out.device, &world_store(&w, 5)->me->device));
	/* Not over another file. */
	assert_int_equal(moved_export(w.c[2].session, NULL, path, &out, &e),
	    -1);
	assert_int_equal(e.kind, ERR_CLASH);
}

/* On the next device, where nothing is decided yet. */
static void
imported(void)
{
	struct moved_imported in;

	written_and_revoked();
	export();
	world_must_sync(&w, 1);
	world_must_sync(&w, 5);
	assert_int_equal(moved_import(w.c[5].session, path, &in, &e), 0);
}

static void
test_taken(void **state)
{
	struct moved_imported in;
	struct record_item item;
	bool is_held;

	(void)state;
	written_and_revoked();
	export();
	world_must_sync(&w, 1);
	world_must_sync(&w, 5);
	assert_int_equal(moved_import(w.c[5].session, path, &in, &e), 0);
	assert_int_equal(in.added, 1);
	assert_int_equal(in.known, 0);
	assert_int_equal(held(5, true), 1);
	assert_false(trust_reads(&w, 5, &mine)); /* not by itself */
	world_must_sync(&w, 5);
	assert_int_equal(world_count(&w, 5, "SELECT count(*) FROM record"
	    " WHERE type = 7"), 1);
	assert_int_equal(moved_import(w.c[5].session, path, &in, &e), 0);
	assert_int_equal(in.added, 0);
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), 0);
	assert_false(is_held);
	assert_int_equal(held(5, true), 0);
	assert_int_equal(world_must_sync(&w, 5).sent_changes, 1);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 0);
	/* As it was written: the old device's, the person's. */
	assert_int_equal(records_find(w.c[1].session, &mine, &item, &e), 1);
	assert_string_equal(item.author, "Person 2");
	record_item_done(&item);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version v"
	    " JOIN record r USING (rid) JOIN item i ON i.seq = v.seq"
	    " WHERE r.type = 7 AND i.author <> v.origin"), 1);
	assert_int_equal(moved_import(w.c[5].session, path, &in, &e), 0);
	assert_int_equal(in.known, 1);
}

/* The text is in the log, by this device's own hand ... */
static void
taken_and_sent(void)
{
	bool is_held;

	assert_int_equal(db_exec(world_store(&w, 5)->db, "CREATE TABLE kept "
	    "AS SELECT * FROM moved", &e), 0);
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), 0);
	world_must_sync(&w, 5);
	world_must_sync(&w, 5);
}

/* ... and the import waits as it did. */
static void
waits_again(void)
{
	assert_int_equal(db_exec(world_store(&w, 5)->db, "INSERT INTO moved "
	    "SELECT * FROM kept; DROP TABLE kept", &e), 0);
}

/* Its deposit was filed while the import waited for a decision: the log has
 * it, and that is what counts. */
static void
test_filed_meanwhile(void **state)
{
	bool is_held;

	(void)state;
	imported();
	taken_and_sent();
	waits_again();
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), 0);
	assert_false(is_held);
	assert_int_equal(held(5, true), 0);
	store_check(world_store(&w, 5));
	assert_int_equal(world_must_sync(&w, 5).sent_changes, 0);
	assert_true(trust_reads(&w, 5, &mine));
}

/* The same where the person has lost the section since: what the log has is
 * not held back for anybody's decision. */
static void
test_filed_and_closed(void **state)
{
	bool is_held;

	(void)state;
	imported();
	taken_and_sent();
	world_pass(&w, 600000);
	world_withdraw(&w, 1, &kid, 2, "plan");
	world_must_sync(&w, 1);
	world_must_sync(&w, 5);
	waits_again();
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), 0);
	assert_false(is_held);
	assert_int_equal(held(5, true), 0);
	assert_int_equal(world_must_sync(&w, 5).reviews_new, 0);
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 0);
}

/* What a keeper has given back or erased is decided. */
static void
test_decided_meanwhile(void **state)
{
	struct stmt *q;
	bool is_held;

	(void)state;
	imported();
	taken_and_sent();
	q = db_prepare(world_store(&w, 5)->db, "UPDATE version SET state = 6 "
	    "WHERE rid = (SELECT rid FROM record WHERE id = ?)");
	db_bind_id(q, 1, &mine);
	assert_int_equal(db_run(q, &e), 0);
	waits_again();
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(held(5, true), 1); /* still theirs to look at */
}

/* Of a record that was erased meanwhile nothing comes back. */
static void
test_erased_meanwhile(void **state)
{
	struct id space = trust_space(&w, 1, &kid, "plan");
	struct hash gone;
	struct stmt *q;
	bool is_held;

	(void)state;
	imported();
	erase_record_hash(&space, &mine, &gone);
	q = db_prepare(world_store(&w, 5)->db, "INSERT INTO erase_order (id, "
	    "seq, space, kind, reason, record, keeper, dpo, sig, accept_ms) "
	    "SELECT ?1, 1, ?2, 1, 1, ?1, ?2, ?2, zeroblob(64), 1");
	db_bind_hash(q, 1, &gone);
	db_bind_id(q, 2, &space);
	assert_int_equal(db_run(q, &e), 0);
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(held(5, true), 1); /* still theirs to look at */
}

static void
test_dropped(void **state)
{
	struct moved_imported in;
	bool is_held;

	(void)state;
	written_and_revoked();
	export();
	assert_int_equal(moved_import(w.c[5].session, path, &in, &e), 0);
	assert_int_equal(moved_drop(w.c[5].session, &mine, &e), 0);
	assert_int_equal(held(5, true), 0);
	assert_int_equal(moved_drop(w.c[5].session, &mine, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

/* The consent is withdrawn meanwhile: it goes to the keeper, as ever. */
static void
test_taken_too_late(void **state)
{
	struct moved_imported in;
	bool is_held;

	(void)state;
	written_and_revoked();
	export();
	world_must_sync(&w, 1);
	world_must_sync(&w, 5);
	assert_int_equal(moved_import(w.c[5].session, path, &in, &e), 0);
	world_withdraw(&w, 1, &kid, 2, "plan");
	world_must_sync(&w, 1);
	world_must_sync(&w, 5);
	assert_int_equal(moved_take(w.c[5].session, &mine, &is_held, &e), 0);
	assert_true(is_held);
	world_must_sync(&w, 5);
	assert_int_equal(world_must_sync(&w, 1).reviews_new, 1);
	assert_false(trust_reads(&w, 1, &mine));
}

/* ---- files ---- */

static void
refused(int i, enum err_kind kind)
{
	struct moved_imported in;

	assert_int_equal(moved_import(w.c[i].session, path, &in, &e), -1);
	assert_int_equal(e.kind, kind);
	assert_true(strlen(e.text) > 20);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM moved"), 0);
}

static void
put(struct view v)
{
	assert_int_equal(file_replace(path, v, 0600, &e), 0);
}

static void
test_bad_files(void **state)
{
	struct buf file;
	size_t at;

	(void)state;
	written_and_revoked();
	export();
	refused(1, ERR_DENIED); /* somebody else's device */
	refused(2, ERR_DENIED); /* the revoked one itself */
	buf_init(&file, HELDFILE_BYTES_MAX);
	assert_int_equal(file_read(path, &file, &e), 0);
	for (at = 0; at < file.len; at += at < 60 ? 1 : 17) {
		put(view_of(file.data, at)); /* cut */
		refused(5, ERR_INPUT);
	}
	for (at = 44; at < file.len; at += 13) {
		file.data[at] ^= 1; /* changed */
		put(buf_view(&file));
		refused(5, ERR_INPUT);
		file.data[at] ^= 1;
	}
	put(view_str("a shopping list"));
	refused(5, ERR_INPUT);
	buf_done(&file);
	(void)unlink(path);
	refused(5, ERR_ABSENT);
}

/* Made with care by somebody else: a file of 1 with text of 1's, or of 2's. */
static void
test_forged_files(void **state)
{
	struct heldfile_text text;
	struct heldfile_to to;
	struct loaded l;
	struct buf file, body;

	(void)state;
	written_and_revoked();
	export();
	to.device = world_store(&w, 5)->me->device;
	to.box = world_store(&w, 5)->me->box_pub;
	assert_int_equal(versions_load(world_store(&w, 1), &plan, &l, &e), 1);
	text.space = l.row.space;
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(&l.versions[0].rec, &body);
	text.record = buf_view(&body);
	buf_init(&file, HELDFILE_BYTES_MAX);
	heldfile_make(world_store(&w, 1)->me, &to, &text, 1, &file);
	put(buf_view(&file));
	refused(5, ERR_DENIED);
	/* From 2's own old device, with text of another person. */
	buf_reset(&file);
	heldfile_make(world_store(&w, 2)->me, &to, &text, 1, &file);
	put(buf_view(&file));
	refused(5, ERR_INPUT);
	/* And with rubbish in it. */
	text.record = view_str("rubbish");
	buf_reset(&file);
	heldfile_make(world_store(&w, 2)->me, &to, &text, 1, &file);
	put(buf_view(&file));
	refused(5, ERR_INPUT);
	versions_done(&l);
	buf_done(&body);
	buf_done(&file);
}

/* A live device's held text goes to the keeper; no file is made of it. */
static void
test_live_device(void **state)
{
	struct moved_exported out;

	(void)state;
	assert_int_equal(moved_export(w.c[2].session, NULL, path, &out, &e),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_false(file_exists(path));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_end_of_device), T(test_bare_word),
		T(test_directory_alone), T(test_taken), T(test_dropped),
		T(test_erased_meanwhile), T(test_filed_meanwhile),
		T(test_filed_and_closed), T(test_decided_meanwhile),
		T(test_taken_too_late), T(test_bad_files),
		T(test_forged_files), T(test_live_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
