/* A profile brought back from a copy: read at once, silent in its old name,
 * and a new device of its person once the office says so (rules.md 45). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "client/core/outbox/outbox.h"
#include "client/core/profile/enrol.h"
#include "client/core/profile/keep.h"
#include "tests/support/failing.h"
#include "tests/support/trust.h"

#define LIIS 1
#define JAAN 2
#define OTHER 3 /* the old device, where it lives on */

static struct world w;
static struct err e;
static size_t files;
static struct id anna, before;
static char stick[160];

static struct session_options
options(int i)
{
	struct session_options o;

	session_options_default(w.c[i].profile, &o);
	o.cost_passes = 1;
	o.cost_bytes = 8192;
	o.cost_test = true;
	return o;
}

/* Liis keeps a case, Jaan reads its notes; a backup holds one unsent note. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, LIIS, "Anna", &anna);
	world_note(&w, LIIS, &anna, "first", NULL);
	world_grant(&w, LIIS, &anna, JAAN, "card,notes", false);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, JAAN);
	world_note(&w, LIIS, &anna, "unsent in the backup", NULL);
	snprintf(stick, sizeof(stick), "%s/stick.tugi", w.folder);
	assert_int_equal(keep_backup(w.c[LIIS].session, stick, &files, &e), 0);
	before = world_store(&w, LIIS)->me->device;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(stick);
	world_end(&w);
	return 0;
}

/* The old device moves to OTHER's folder; LIIS opens what was brought back. */
static void
bring_back(void)
{
	struct session_options o = options(LIIS);
	char from[160], to[160];

	world_close(&w, LIIS);
	w.c[OTHER] = w.c[LIIS];
	snprintf(w.c[OTHER].profile, sizeof(w.c[OTHER].profile), "%s/other",
	    w.folder);
	snprintf(from, sizeof(from), "%s", w.c[LIIS].profile);
	snprintf(to, sizeof(to), "%s", w.c[OTHER].profile);
	assert_int_equal(rename(from, to), 0);
	w.c[OTHER].remote.ctx = &w.c[OTHER];
	if (keep_restore(&o, stick, view_str(WORLD_PASSPHRASE), &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	assert_true(world_store(&w, LIIS)->restored);
}

static void
ask(char code[static 16])
{
	struct enrol_result asked;
	struct buf card;

	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	if (enrol_join(w.c[LIIS].session, &w.c[LIIS].remote, buf_str(&card),
	    &asked, &e) != 0)
		fail_msg("%s", e.text);
	buf_done(&card);
	memcpy(code, asked.code, 16);
}

static int
approve(const char *code, int whom)
{
	struct office_approval a = { .code = code, .name = "Person",
		.person = &w.c[whom].person };

	world_must_sync(&w, 0);
	return office_approve(w.c[0].session, &w.c[0].remote, &a, &e);
}

static void
let_in(void)
{
	char code[16];

	ask(code);
	if (approve(code, LIIS) != 0)
		fail_msg("%s", e.text);
}

static int64_t
by_old(int i, const char *what)
{
	char sql[256], hex[ID_TEXT_BYTES];

	snprintf(sql, sizeof(sql), "SELECT %s FROM item WHERE author = x'%s'",
	    what, id_text(&before, hex));
	return world_count(&w, i, sql);
}

/* ---- */

static void
test_read_and_silent(void **state)
{
	int64_t sent = by_old(JAAN, "count(*)");
	struct exchange_result r;
	struct buf bundle;

	(void)state;
	bring_back();
	assert_int_equal(world_notes(&w, LIIS, &anna), 2);
	assert_int_equal(world_note(&w, LIIS, &anna, "after", NULL), 0);
	assert_int_equal(world_sync(&w, LIIS, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "brought back"));
	/* Nor by a stick, and nobody calls the hub a liar for it. */
	buf_init(&bundle, SIZE_MAX);
	err_clear(&e);
	assert_int_equal(exchange_bundle_out(w.c[LIIS].session,
	    &(struct exchange_wants){ NULL, 0 }, &bundle, &r,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "brought back"));
	buf_done(&bundle);
	world_must_sync(&w, JAAN);
	assert_int_equal(by_old(JAAN, "count(*)"), sent);
	/* Also after closing, and a second copy of it is one as well. */
	world_close(&w, LIIS);
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	assert_true(world_store(&w, LIIS)->stopped);
	assert_int_equal(world_notes(&w, LIIS, &anna), 3);
}

static void
test_goes_on(void **state)
{
	struct store *s;
	int64_t highest;

	(void)state;
	/* The original went on: sent what waited, wrote, opened a section. */
	world_note(&w, LIIS, &anna, "after the backup", NULL);
	world_grant(&w, LIIS, &anna, 0, "card,notes", false);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, JAAN);
	highest = by_old(JAAN, "count(*)");
	bring_back();
	world_note(&w, LIIS, &anna, "by the new one", NULL);
	let_in();
	world_must_sync(&w, LIIS);
	s = world_store(&w, LIIS);
	assert_false(s->restored);
	assert_false(s->stopped);
	assert_false(id_eq(&s->me->device, &before));
	/* What the original sent is back, what is new goes in a new name. */
	assert_true(world_has(&w, LIIS, "after the backup"));
	world_must_sync(&w, JAAN);
	assert_true(world_has(&w, JAAN, "by the new one"));
	assert_int_equal(world_notes(&w, JAAN, &anna), 4);
	assert_int_equal(world_notes(&w, LIIS, &anna), 4);
	/* In the old name there are epochs alone, past a gap. */
	assert_true(by_old(JAAN, "count(*)") > highest);
	assert_int_equal(world_count(&w, LIIS, "SELECT count(*) FROM "
	    "quarantine"), 0);
	assert_int_equal(world_count(&w, JAAN, "SELECT count(*) FROM "
	    "quarantine"), 0);
	store_check(s);
	/* Opened again it is what it became. */
	before = s->me->device;
	world_close(&w, LIIS);
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	assert_memory_equal(&world_store(&w, LIIS)->me->device, &before, 16);
	world_note(&w, LIIS, &anna, "and on", NULL);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, JAAN);
	assert_true(world_has(&w, JAAN, "and on"));
}

/* No item in the old name but epochs and statements, no counter twice. */
static void
test_numbers(void **state)
{
	int64_t content, most, line;

	(void)state;
	world_note(&w, LIIS, &anna, "after the backup", NULL);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, JAAN);
	content = by_old(JAAN, "sum(kind = 1)");
	most = world_count(&w, JAAN, "SELECT max(counter) FROM author");
	assert_true(most < OUTBOX_GAP);
	bring_back();
	let_in();
	world_must_sync(&w, LIIS);
	world_must_sync(&w, JAAN);
	assert_int_equal(by_old(JAAN, "sum(kind = 1)"), content);
	most = world_count(&w, JAAN, "SELECT max(counter) FROM author");
	assert_true(most > OUTBOX_GAP);
	line = world_count(&w, LIIS, "SELECT coalesce(max(counter), 0) FROM "
	    "own_line");
	assert_true(line < OUTBOX_GAP);
}

/* The original is alive: it meets its own signature, stops, loses nothing. */
static void
test_original_lives(void **state)
{
	(void)state;
	bring_back();
	let_in();
	world_must_sync(&w, LIIS);
	assert_int_equal(world_open(&w, OTHER, &e), 0);
	world_note(&w, OTHER, &anna, "written on the original", NULL);
	assert_int_equal(world_sync(&w, OTHER, NULL, &e), -1);
	assert_true(world_store(&w, OTHER)->stopped);
	assert_true(world_has(&w, OTHER, "written on the original"));
	world_must_sync(&w, JAAN);
	assert_false(world_has(&w, JAAN, "written on the original"));
}

/* Cut at each request and each answer of becoming it, and opened again. */
static void
test_cut_anywhere(void **state)
{
	unsigned k, calls = 0;

	(void)state;
	world_note(&w, LIIS, &anna, "after the backup", NULL);
	world_must_sync(&w, LIIS);
	bring_back();
	world_note(&w, LIIS, &anna, "by the new one", NULL);
	let_in();
	for (k = 1; k < 60 && world_store(&w, LIIS)->restored; k++) {
		calls = w.calls;
		if (k % 2 == 0)
			w.cut_request = calls + 1 + k / 2 % 6;
		else
			w.cut_answer = calls + 1 + k / 2 % 6;
		(void)world_sync(&w, LIIS, NULL, &e);
		w.cut_request = w.cut_answer = 0;
		world_close(&w, LIIS);
		assert_int_equal(world_open(&w, LIIS, &e), 0);
		store_check(world_store(&w, LIIS));
	}
	world_must_sync(&w, LIIS);
	assert_false(world_store(&w, LIIS)->restored);
	world_must_sync(&w, JAAN);
	assert_int_equal(world_notes(&w, JAAN, &anna), 4);
	assert_int_equal(world_notes(&w, LIIS, &anna), 4);
}

/* The copy holds what was sealed and never answered for. */
static void
backup_of_a_full_outbox(void)
{
	unsigned k;

	for (k = 1; world_count(&w, LIIS, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1") == 0; k++) {
		assert_true(k < 6);
		w.cut_request = w.calls + k;
		(void)world_sync(&w, LIIS, NULL, &e);
		w.cut_request = 0;
	}
	unlink(stick);
	assert_int_equal(keep_backup(w.c[LIIS].session, stick, &files, &e), 0);
}

/* Its own store fails at each place on the way to the new name: said each
 * time, and the next sync goes on as if nothing had been. */
static void
test_store_fails_on_the_way(void **state)
{
	int64_t content;

	(void)state;
	backup_of_a_full_outbox();
	world_must_sync(&w, JAAN);
	content = by_old(JAAN, "sum(kind = 1)");
	bring_back();
	let_in();
	assert_true(failing_sync(&w, LIIS) > 0);
	assert_false(world_store(&w, LIIS)->restored);
	assert_int_equal(world_count(&w, LIIS, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1"), 0);
	world_must_sync(&w, JAAN);
	assert_int_equal(by_old(JAAN, "sum(kind = 1)"), content);
	assert_true(world_has(&w, JAAN, "unsent in the backup"));
	assert_int_equal(world_notes(&w, JAAN, &anna), 2);
}

/* The old one was revoked meanwhile: so is its copy, and half of it never. */
static void
test_store_fails_at_the_end(void **state)
{
	(void)state;
	bring_back();
	assert_int_equal(office_revoke(w.c[0].session, &before, &e), 0);
	world_must_sync(&w, 0);
	assert_true(failing_sync(&w, LIIS) > 0);
	assert_int_equal(world_store(&w, LIIS)->stage, STORE_REVOKED);
	assert_int_equal(world_count(&w, LIIS, "SELECT count(*) FROM held"),
	    1);
}

static void
test_refused(void **state)
{
	struct enrol_result again;
	char code[16];

	(void)state;
	bring_back();
	assert_int_equal(enrol_code(w.c[LIIS].session, &again, &e), -1);
	ask(code);
	/* Asking twice asks for the same device. */
	assert_int_equal(enrol_code(w.c[LIIS].session, &again, &e), 0);
	assert_string_equal(again.code, code);
	assert_int_equal(world_sync(&w, LIIS, NULL, &e), -1);
	assert_non_null(strstr(e.text, "waits for the office"));
	/* Another person's name does not go with this person's word for it. */
	assert_int_equal(approve(code, JAAN), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(approve(code, LIIS), 0);
	world_must_sync(&w, LIIS);
	assert_false(world_store(&w, LIIS)->restored);
	assert_int_equal(enrol_code(w.c[LIIS].session, &again, &e), -1);
}

/* The laptop was stolen and revoked: what the backup held and was not sent is
 * held, as on any revoked device. */
static void
test_revoked(void **state)
{
	(void)state;
	bring_back();
	assert_int_equal(office_revoke(w.c[0].session, &before, &e), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, LIIS);
	assert_int_equal(world_store(&w, LIIS)->stage, STORE_REVOKED);
	assert_false(world_store(&w, LIIS)->restored);
	assert_int_equal(world_count(&w, LIIS, "SELECT count(*) FROM held"),
	    1);
}

/* Before it had joined: two copies must not ask with the same keys. */
static void
test_not_joined(void **state)
{
	struct session_options o;
	struct id was;

	(void)state;
	world_profile(&w, 4);
	unlink(stick);
	assert_int_equal(keep_backup(w.c[4].session, stick, &files, &e), 0);
	was = world_store(&w, 4)->me->device;
	world_close(&w, 4);
	snprintf(w.c[4].profile, sizeof(w.c[4].profile), "%s/new", w.folder);
	o = options(4);
	assert_int_equal(keep_restore(&o, stick, view_str(WORLD_PASSPHRASE),
	    &e), 0);
	assert_int_equal(world_open(&w, 4, &e), 0);
	assert_false(world_store(&w, 4)->restored);
	assert_false(id_eq(&world_store(&w, 4)->me->device, &was));
}

/* No copy, an empty device: the hub's sealed changesets are all of it. */
static void
test_rebuilt_from_the_hub(void **state)
{
	struct office_approval a = { .name = "Person",
		.person = &w.c[LIIS].person, .share_a = w.shares[0],
		.share_b = w.shares[1] };
	struct enrol_result asked;
	struct buf card;

	(void)state;
	world_must_sync(&w, LIIS);
	world_profile(&w, 4);
	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	assert_int_equal(enrol_join(w.c[4].session, &w.c[4].remote,
	    buf_str(&card), &asked, &e), 0);
	buf_done(&card);
	a.code = asked.code;
	if (office_approve(w.c[0].session, &w.c[0].remote, &a, &e) != 0)
		fail_msg("%s", e.text);
	world_must_sync(&w, 4);
	assert_int_equal(world_notes(&w, 4, &anna), 0);
	world_must_sync(&w, LIIS); /* whose other device lets it in */
	world_must_sync(&w, 4);
	assert_int_equal(world_notes(&w, 4, &anna),
	    world_notes(&w, LIIS, &anna));
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM version "
	    "WHERE state = 3"), world_count(&w, LIIS, "SELECT count(*) FROM "
	    "version WHERE state = 3"));
	world_note(&w, 4, &anna, "from the empty one", NULL);
	world_must_sync(&w, 4);
	world_must_sync(&w, LIIS);
	assert_true(world_has(&w, LIIS, "from the empty one"));
}

/* The officer's profile is brought back in a new place and becomes a device of
 * its own; the other officer lets it in. */
static void
officer_comes_back(void)
{
	struct office_approval a = { .name = "Person",
		.roles = ROLE_WORKER | ROLE_OFFICER,
		.person = &w.c[4].person };
	struct session_options o;
	struct enrol_result asked;
	struct buf card;
	char code[16];

	world_close(&w, 4);
	snprintf(w.c[4].profile, sizeof(w.c[4].profile), "%s/new", w.folder);
	o = options(4);
	if (keep_restore(&o, stick, view_str(WORLD_PASSPHRASE), &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(world_open(&w, 4, &e), 0);
	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	assert_int_equal(enrol_join(w.c[4].session, &w.c[4].remote,
	    buf_str(&card), &asked, &e), 0);
	buf_done(&card);
	memcpy(code, asked.code, sizeof(code));
	a.code = code;
	world_must_sync(&w, 0);
	if (office_approve(w.c[0].session, &w.c[0].remote, &a, &e) != 0)
		fail_msg("%s", e.text);
	world_must_sync(&w, 4);
	world_must_sync(&w, 4);
	assert_false(world_store(&w, 4)->restored);
}

/* What an officer's device did after the copy rests on an entry of its own that
 * comes late: judged again, it is taken in like a colleague's. */
static void
test_officers_copy(void **state)
{
	struct office_approval a = { .name = "Newcomer", .title = "worker" };
	struct enrol_result asked;
	struct buf card;

	(void)state;
	trust_officer(&w, 4);
	unlink(stick);
	assert_int_equal(keep_backup(w.c[4].session, stick, &files, &e), 0);
	world_profile(&w, 5);
	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[4].session, &card, &e), 0);
	assert_int_equal(enrol_join(w.c[5].session, &w.c[5].remote,
	    buf_str(&card), &asked, &e), 0);
	buf_done(&card);
	a.code = asked.code;
	assert_int_equal(office_approve(w.c[4].session, &w.c[4].remote, &a,
	    &e), 0);
	world_must_sync(&w, 5);
	officer_comes_back();
	assert_true(world_has(&w, 4, "Newcomer"));
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM quarantine"),
	    0);
}

/* The officer keeps the section for which two of them signed; what was said by
 * that order comes to the copy before the order does. */
static void
test_officers_order(void **state)
{
	struct id space = trust_space(&w, LIIS, &anna, "notes");
	struct office_order o;
	struct buf text;

	(void)state;
	trust_officer(&w, 4);
	world_join(&w, 5);
	trust_keeper(&w, LIIS, &space, 4);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, 4);
	unlink(stick);
	assert_int_equal(keep_backup(w.c[4].session, stick, &files, &e), 0);
	if (office_order_takeover(w.c[4].session, &space, &w.c[5].person, &o,
	    &e) != 0)
		fail_msg("%s", e.text);
	buf_init(&text, 4096);
	if (office_order_sign(w.c[0].session, o.text, &text, &e) != 0)
		fail_msg("%s", e.text);
	office_order_done(&o);
	if (office_takeover(w.c[4].session, &w.c[4].remote, buf_str(&text),
	    w.shares[0], w.shares[1], &e) != 0)
		fail_msg("%s", e.text);
	buf_done(&text);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, 5);
	officer_comes_back();
	assert_int_equal(world_count(&w, 4, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(trust_right(&w, 4, &space, 5), RIGHT_KEEP);
	world_must_sync(&w, LIIS);
	world_must_sync(&w, 4);
	assert_int_equal(world_must_sync(&w, 4).rekeyed, 0);
	assert_int_equal(world_must_sync(&w, LIIS).rekeyed, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_read_and_silent),
		T(test_goes_on),
		T(test_numbers),
		T(test_original_lives),
		T(test_cut_anywhere),
		T(test_store_fails_on_the_way),
		T(test_store_fails_at_the_end),
		T(test_refused),
		T(test_revoked),
		T(test_not_joined),
		T(test_rebuilt_from_the_hub),
		T(test_officers_copy),
		T(test_officers_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
