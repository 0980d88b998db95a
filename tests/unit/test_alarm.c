/*
 * The end of an alarm: a hub ran on a backup for a while and runs on the right
 * database again. Two officers have looked; whose log goes on sends again, and
 * nobody else, for nothing less.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/office/office.h"
#include "client/core/upkeep/status.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define OFFICER 0
#define WORKER 1
#define OTHER 2
#define SECOND 3

static struct world w;
static struct id the_case;
static char other[128]; /* the database that is not in use */
static struct err e;

static void
switch_hub(void)
{
	char first[128];

	world_hub_close(&w);
	memcpy(first, w.path, sizeof(w.path));
	memcpy(w.path, other, sizeof(w.path));
	memcpy(other, first, sizeof(w.path));
	world_hub_open(&w);
}

static void
back_up(void)
{
	struct buf b;

	snprintf(other, sizeof(other), "%s/other.db", w.folder);
	world_hub_close(&w);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(w.path, &b, &e), 0);
	assert_int_equal(file_replace(other, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
	world_hub_open(&w);
}

/* Person 0 and 3 are officers; 0 keeps a case that 1 writes in. What both
 * wrote last is not in the backup. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	trust_officer(&w, SECOND);
	world_case(&w, OFFICER, "Anna Tamm", &the_case);
	world_grant(&w, OFFICER, &the_case, WORKER, "notes", true);
	assert_int_equal(world_note(&w, OFFICER, &the_case, "first", NULL), 0);
	world_must_sync(&w, OFFICER);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, OTHER);
	back_up();
	assert_int_equal(world_note(&w, OFFICER, &the_case, "second", NULL),
	    0);
	world_must_sync(&w, OFFICER);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, SECOND);
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		store_check(world_store(&w, i));
	world_end(&w);
	return 0;
}

static void
is_stopped(int i, bool stopped)
{
	struct status st;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	assert_int_equal(st.stopped, stopped);
	assert_int_equal(world_store(&w, i)->stopped, stopped);
}

static void
meets_the_backup(int i)
{
	switch_hub();
	assert_int_equal(world_sync(&w, i, NULL, &e), -1);
	is_stopped(i, true);
	switch_hub();
	/* The right one again does not end it. */
	assert_int_equal(world_sync(&w, i, NULL, &e), -1);
	is_stopped(i, true);
}

/* The hub's log grows. */
static void
grow(int i, int cases)
{
	struct id id;

	while (cases-- > 0) {
		world_case(&w, i, "Mari Mets", &id);
		world_must_sync(&w, i);
	}
}

/* As OFFICER hands it to SECOND, and has it back. */
static void
sign(const struct office_order *o, struct buf *out)
{
	buf_init(out, 4096);
	assert_int_equal(office_order_sign(w.c[SECOND].session, o->text, out,
	    &e), 0);
}

static int
carry_out(struct buf *text)
{
	int rc = office_alarm_end(w.c[OFFICER].session,
	    &w.c[OFFICER].remote, buf_str(text), &e);

	buf_done(text);
	return rc;
}

static void
order(void)
{
	struct office_order o;
	struct buf text;

	assert_int_equal(office_order_alarm(w.c[OFFICER].session, &o, &e), 0);
	sign(&o, &text);
	office_order_done(&o);
	assert_int_equal(carry_out(&text), 0);
}

/* ---- what it ends ---- */

static void
test_two_officers(void **state)
{
	struct exchange_result r;

	(void)state;
	meets_the_backup(OFFICER);
	meets_the_backup(WORKER);
	assert_int_equal(world_note(&w, WORKER, &the_case, "waits", NULL), 0);
	order();
	is_stopped(OFFICER, false);
	is_stopped(WORKER, true); /* until it has heard */
	r = world_must_sync(&w, WORKER);
	assert_true(r.alarm_ended);
	assert_int_equal(r.sent_notes, 1);
	is_stopped(WORKER, false);
	world_close(&w, WORKER);
	assert_int_equal(world_open(&w, WORKER, &e), 0);
	is_stopped(WORKER, false);
	assert_int_equal(world_must_sync(&w, OFFICER).got_notes, 1);
	assert_false(world_must_sync(&w, WORKER).alarm_ended);
	/* What was found stays to be looked at. */
	assert_int_equal(world_count(&w, WORKER,
	    "SELECT count(*) FROM evidence"), 1);
	/* Who met nothing goes on as before. */
	assert_false(world_must_sync(&w, OTHER).alarm_ended);
	assert_int_equal(world_must_sync(&w, SECOND).orders_new, 0);
}

/* ---- what it does not end ---- */

static void
test_one_officer(void **state)
{
	struct directory_entry d = { .kind = DIRECTORY_RECOVER,
		.scope = ORDER_ALARM };
	struct store *s = world_store(&w, OFFICER);
	struct office_order o;
	struct buf text;

	(void)state;
	meets_the_backup(OFFICER);
	assert_int_equal(office_order_alarm(w.c[OFFICER].session, &o, &e), 0);
	buf_init(&text, 4096);
	/* Their own second hand is none, nor is a worker's. */
	assert_int_equal(office_order_sign(w.c[OFFICER].session, o.text, &text,
	    &e), -1);
	assert_int_equal(office_order_sign(w.c[WORKER].session, o.text, &text,
	    &e), -1);
	/* Nor is the order without one. */
	buf_add_str(&text, o.text);
	assert_int_equal(carry_out(&text), -1);
	office_order_done(&o);
	is_stopped(OFFICER, true);
	/* What a changed program would send. */
	d.person = s->person;
	d.device = d.second = s->me->device;
	d.head = s->head.at;
	d.head_root = s->head.root;
	d.at_ms = atomic_load(&w.wall_ms);
	buf_init(&text, 1024);
	directory_recover_text(&d, &text);
	keys_sign(&s->me->sign, DIRECTORY_RECOVER_TAG, buf_view(&text),
	    &d.second_sig);
	assert_false(roster_order_holds(&s->roster, &d));
	d.second = world_store(&w, SECOND)->me->device;
	assert_false(roster_order_holds(&s->roster, &d));
	keys_sign(&world_store(&w, SECOND)->me->sign, DIRECTORY_RECOVER_TAG,
	    buf_view(&text), &d.second_sig);
	assert_true(roster_order_holds(&s->roster, &d));
	d.head.size++; /* both signed another */
	assert_false(roster_order_holds(&s->roster, &d));
	d.head.size--;
	d.head_root.b[0] ^= 1;
	assert_false(roster_order_holds(&s->roster, &d));
	buf_done(&text);
}

/* Who took in what goes on no more does not go on with it, and nothing of it
 * is lost or sent. */
static void
test_the_other_log(void **state)
{
	struct id mine;

	(void)state;
	grow(OFFICER, 8);
	switch_hub();
	world_case(&w, OTHER, "Carl Kask", &mine);
	assert_int_equal(world_note(&w, OTHER, &mine, "there", NULL), 0);
	world_must_sync(&w, OTHER);
	switch_hub();
	world_must_sync(&w, WORKER);
	meets_the_backup(WORKER);
	assert_int_equal(world_sync(&w, OTHER, NULL, &e), -1);
	is_stopped(OTHER, true);
	order();
	assert_true(world_must_sync(&w, WORKER).alarm_ended);
	assert_int_equal(world_note(&w, OTHER, &mine, "more", NULL), 0);
	assert_int_equal(world_sync(&w, OTHER, NULL, &e), -1);
	is_stopped(OTHER, true);
	assert_int_equal(world_notes(&w, OTHER, &mine), 2);
	assert_true(world_count(&w, OTHER, "SELECT count(*) FROM evidence") >
	    0);
}

/* Nor is it signed for by who took in another log than the order names. */
static void
test_second_looks(void **state)
{
	struct office_order o;
	struct buf text;

	(void)state;
	world_must_sync(&w, SECOND);
	assert_int_equal(office_order_alarm(w.c[OFFICER].session, &o, &e), 0);
	assert_int_equal(db_exec(world_store(&w, SECOND)->db,
	    "UPDATE head SET root = zeroblob(32) WHERE device IS NULL", &e),
	    0);
	buf_init(&text, 4096);
	assert_int_equal(office_order_sign(w.c[SECOND].session, o.text, &text,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(text.len, 0);
	buf_done(&text);
	office_order_done(&o);
}

/* A lie told after the officers have looked is another one. */
static void
test_again(void **state)
{
	(void)state;
	meets_the_backup(WORKER);
	order();
	assert_true(world_must_sync(&w, WORKER).alarm_ended);
	meets_the_backup(WORKER);
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	is_stopped(WORKER, true);
	order();
	assert_true(world_must_sync(&w, WORKER).alarm_ended);
	is_stopped(WORKER, false);
}

/* Nor does it end an alarm about more than they can have looked at. */
static void
test_longer(void **state)
{
	struct office_order o;
	struct buf text;

	(void)state;
	assert_int_equal(office_order_alarm(w.c[OFFICER].session, &o, &e), 0);
	switch_hub();
	grow(OTHER, 4);
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	is_stopped(WORKER, true);
	switch_hub();
	sign(&o, &text);
	office_order_done(&o);
	assert_int_equal(carry_out(&text), 0);
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	is_stopped(WORKER, true);
	/* When this log is longer as well, both have. */
	grow(OFFICER, 8);
	order();
	assert_true(world_must_sync(&w, WORKER).alarm_ended);
}

/* A copied device is enrolled anew; no order brings it back. */
static void
test_copy(void **state)
{
	(void)state;
	meets_the_backup(WORKER);
	assert_int_equal(store_put_int(world_store(&w, WORKER), STORE_COPIED,
	    1, &e), 0);
	order();
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	is_stopped(WORKER, true);
}

static struct log_point asked;

/* The proof that is asked for by the order's head is another one's. */
static int
prove_badly(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *why)
{
	struct proto_pull *ask = mem_new(sizeof(*ask));
	struct proto_page *page = mem_new(sizeof(*page));
	struct buf out;

	(void)world;
	buf_init(&out, SIZE_MAX);
	if (strcmp(path, "/v1/pull") == 0 && *status == 200 &&
	    proto_pull_decode(request, ask, why) == 0 &&
	    ask->known.size == asked.size &&
	    proto_page_decode(buf_view(answer), page, why) == 0) {
		assert_true(page->consistency.count > 0);
		page->consistency.nodes[0].b[0] ^= 1;
		proto_page_encode(page, &out);
		buf_reset(answer);
		buf_add(answer, out.data, out.len);
	}
	proto_page_done(page);
	mem_free(page);
	mem_free(ask);
	buf_done(&out);
	return 0;
}

/* Who never met the order's head asks for a proof; without it nothing ends,
 * and with it at a later sync it does. */
static void
test_no_proof(void **state)
{
	(void)state;
	meets_the_backup(WORKER);
	grow(OFFICER, 3);
	asked = world_store(&w, OFFICER)->head.at;
	order();
	grow(OFFICER, 1);
	w.tamper = prove_badly;
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	is_stopped(WORKER, true);
	w.tamper = NULL;
	assert_true(world_must_sync(&w, WORKER).alarm_ended);
	is_stopped(WORKER, false);
}

/* Nor what they signed a week ago. */
static void
test_week_old(void **state)
{
	struct office_order o;
	struct buf text;

	(void)state;
	meets_the_backup(OFFICER);
	assert_int_equal(office_order_alarm(w.c[OFFICER].session, &o, &e), 0);
	sign(&o, &text);
	office_order_done(&o);
	world_pass(&w, 8 * INT64_C(86400000));
	assert_int_equal(carry_out(&text), -1);
	is_stopped(OFFICER, true);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_two_officers),
		T(test_one_officer), T(test_the_other_log), T(test_second_looks),
		T(test_again),
		T(test_longer), T(test_no_proof), T(test_copy), T(test_week_old)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
