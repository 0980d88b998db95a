/*
 * The anchor at the hub: a store that was put back, its own anchor with it,
 * learns at the first contact that it is older, and is only read from then on;
 * a hub that shows something else than this device's newest word is told so and
 * closes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/office/office.h"
#include "client/core/profile/keep.h"
#include "client/core/vault/vault.h"
#include "common/db/db.h"
#include "common/wire/hubanchor.h"
#include "tests/support/trust.h"

#define LIIS 1
#define JAAN 2
#define NEW_PASSPHRASE "staple battery horse"

static struct world w;
static struct err e;
static struct id anna;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, LIIS, "Anna", &anna);
	world_note(&w, LIIS, &anna, "first", NULL);
	world_must_sync(&w, LIIS);
	return 0;
}

static int
teardown(void **state)
{
	char line[100];

	(void)state;
	world_end(&w);
	snprintf(line, sizeof(line), "rm -rf '%s'", w.folder);
	assert_int_equal(system(line), 0);
	return 0;
}

/* ---- folders put aside and put back ---- */

/* A command about the folder of ${i}, under its name with these ends. */
static void
folder(int i, const char *what, const char *from, const char *to)
{
	char line[400];

	snprintf(line, sizeof(line), "%s '%s%s' '%s%s'", what,
	    w.c[i].profile, from, w.c[i].profile, to);
	assert_int_equal(system(line), 0);
}

static void
put_aside(int i)
{
	world_close(&w, i);
	folder(i, "cp -r", "", ".kept");
	assert_int_equal(world_open(&w, i, &e), 0);
}

/* The whole folder: store, log and anchor are of one moment. */
static void
put_back(int i)
{
	world_close(&w, i);
	folder(i, "mv", "", ".newest");
	folder(i, "cp -r", ".kept", "");
	assert_int_equal(world_open(&w, i, &e), 0);
	assert_false(session_older(w.c[i].session));
}

/* A note, and a sync that gets no further than the anchor, which says so
 * many commits. */
static uint64_t
go_on(int i)
{
	uint64_t seq;

	assert_int_equal(world_note(&w, i, &anna, "lost", NULL), 0);
	seq = vault_mark(world_store(&w, i)->vault).seq;
	w.calls = 0;
	w.cut_request = 2;
	assert_int_equal(world_sync(&w, i, NULL, &e), -1);
	w.cut_request = 0;
	return seq;
}

static void
sync_says_older(int i)
{
	err_clear(&e);
	assert_int_equal(world_sync(&w, i, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	assert_non_null(strstr(e.text, "tugi store backup"));
	assert_true(session_older(w.c[i].session));
}

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

/* ---- what the hub has ---- */

static size_t
at_hub(void)
{
	struct db_options o = { .busy_ms = 1000 };
	struct db *db;
	int64_t n;

	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	assert_int_equal(db_one_int(db, "SELECT count(*) FROM anchor", &n,
	    &e), 1);
	db_close(db);
	return (size_t)n;
}

static struct hubanchor_mark
mark_of(uint64_t seq)
{
	struct hubanchor_mark m = { seq, { { 7 } } };

	return m;
}

/* What a changed client of ${i} says in the name of ${keys}; what comes back
 * stays in ${answer}; the hub's verdict, or ACCEPTED. */
static uint64_t
say(int i, const struct device_keys *keys, uint64_t turn, struct buf *answer)
{
	struct hubanchor_mark m = mark_of(turn);
	struct proto_refusal no;
	struct remote_call c = { "POST", "/v1/anchor", { NULL, 0 },
		world_store(&w, i)->me };
	struct buf body;
	int status;

	buf_init(&body, HUBANCHOR_BYTES);
	hubanchor_make(keys, turn, &m, &body);
	c.body = buf_view(&body);
	buf_reset(answer);
	status = world_serve(w.hub, &c, answer);
	buf_done(&body);
	if (status == 200)
		return VERDICT_ACCEPTED;
	assert_int_equal(proto_refusal_decode(buf_view(answer), &no, &e), 0);
	return no.verdict;
}

/* ---- put back ---- */

/* Nothing of what is lost was sent: no item of its own tells. */
static void
test_unsent(void **state)
{
	(void)state;
	put_aside(LIIS);
	go_on(LIIS);
	put_back(LIIS);
	sync_says_older(LIIS);
	assert_int_equal(world_notes(&w, LIIS, &anna), 1);
	assert_int_equal(world_note(&w, LIIS, &anna, "second", NULL), -1);
}

/* Two copies go on alike: as many commits, and another chain. */
static void
test_same_length(void **state)
{
	uint64_t seq;

	(void)state;
	put_aside(LIIS);
	seq = go_on(LIIS);
	put_back(LIIS);
	assert_int_equal(world_note(&w, LIIS, &anna, "here", NULL), 0);
	assert_int_equal(vault_mark(world_store(&w, LIIS)->vault).seq, seq);
	sync_says_older(LIIS);
}

static void
test_stays_closed(void **state)
{
	struct session_options o = options(LIIS);

	(void)state;
	put_aside(LIIS);
	go_on(LIIS);
	put_back(LIIS);
	sync_says_older(LIIS);
	world_close(&w, LIIS);
	assert_int_equal(keep_verify(&o, NULL, view_str(WORLD_PASSPHRASE),
	    true, &e), -1);
	assert_int_equal(e.code, VAULT_OLDER);
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	assert_true(session_older(w.c[LIIS].session));
	assert_int_equal(world_note(&w, LIIS, &anna, "second", NULL), -1);
	w.calls = 0;
	assert_int_equal(world_sync(&w, LIIS, NULL, &e), -1);
	assert_int_equal(w.calls, 0);
}

/* The newest copy, put back in turn, is as it was. */
static void
test_newest_again(void **state)
{
	(void)state;
	put_aside(LIIS);
	go_on(LIIS);
	put_back(LIIS);
	sync_says_older(LIIS);
	world_close(&w, LIIS);
	folder(LIIS, "mv", "", ".older");
	folder(LIIS, "mv", ".newest", "");
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	assert_int_equal(world_note(&w, LIIS, &anna, "second", NULL), 0);
	world_must_sync(&w, LIIS);
}

/* The way out that the sentence names: a copy of it, as a new device. */
static void
test_way_out(void **state)
{
	struct session_options o = options(LIIS);
	char stick[160];
	size_t files;

	(void)state;
	put_aside(LIIS);
	go_on(LIIS);
	put_back(LIIS);
	sync_says_older(LIIS);
	snprintf(stick, sizeof(stick), "%s/stick.tugi", w.folder);
	assert_int_equal(keep_backup(w.c[LIIS].session, stick, &files, &e), 0);
	world_close(&w, LIIS);
	folder(LIIS, "mv", "", ".older");
	if (keep_restore(&o, stick, view_str(WORLD_PASSPHRASE), &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	assert_false(session_older(w.c[LIIS].session));
	assert_true(world_store(&w, LIIS)->restored);
	assert_int_equal(world_note(&w, LIIS, &anna, "second", NULL), 0);
	/* In the old name it says nothing, so it is accused of nothing. */
	assert_int_equal(world_sync(&w, LIIS, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_false(session_older(w.c[LIIS].session));
}

/* A new passphrase makes a new file; the count of commits goes on in it. */
static void
test_renewed(void **state)
{
	struct session_options o = options(LIIS);
	struct keep_ways ways = { .passphrase = view_str(NEW_PASSPHRASE) };
	struct vault_mark before;
	int64_t turn = 0;

	(void)state;
	put_aside(LIIS);
	before = vault_mark(world_store(&w, LIIS)->vault);
	assert_true(before.seq > 0);
	assert_int_equal(keep_renew(w.c[LIIS].session, &o, &ways, &e), 0);
	assert_int_equal(session_open(&o, view_str(NEW_PASSPHRASE),
	    &w.c[LIIS].session, &e), 0);
	assert_true(vault_mark(world_store(&w, LIIS)->vault).seq >=
	    before.seq);
	assert_int_equal(world_note(&w, LIIS, &anna, "lost", NULL), 0);
	world_must_sync(&w, LIIS);
	assert_int_equal(store_get_int(world_store(&w, LIIS), STORE_TURN,
	    &turn, &e), 1);
	assert_true(turn > 1);
	put_back(LIIS); /* with the old passphrase */
	sync_says_older(LIIS);
}

/* ---- nothing is wrong ---- */

static void
test_honest(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		world_must_sync(&w, LIIS);
		world_note(&w, LIIS, &anna, "one more", NULL);
		world_close(&w, LIIS);
		if (i == 2) {
			world_hub_close(&w);
			world_hub_open(&w);
		}
		assert_int_equal(world_open(&w, LIIS, &e), 0);
	}
	world_must_sync(&w, LIIS);
	assert_int_equal(at_hub(), 3);
}

/* Cut at each request of a sync, and at each answer: never an accusation, and
 * what the hub took without an answer is known again. */
static void
test_cut(void **state)
{
	unsigned n;
	int part;

	(void)state;
	for (part = 0; part < 2; part++)
		for (n = 1; ; n++) {
			world_note(&w, LIIS, &anna, "more", NULL);
			w.calls = 0;
			w.cut_request = part == 0 ? n : 0;
			w.cut_answer = part == 1 ? n : 0;
			if (world_sync(&w, LIIS, NULL, &e) == 0)
				break;
			assert_int_equal(e.kind, ERR_AWAY);
			assert_false(session_older(w.c[LIIS].session));
			w.cut_request = w.cut_answer = 0;
			world_must_sync(&w, LIIS);
		}
	assert_true(n > 2);
}

/* ---- the hub's side ---- */

static void
test_kept(void **state)
{
	const struct device_keys *liis = world_store(&w, LIIS)->me;
	struct device_keys changed = *liis;
	struct hubanchor a;
	struct buf first, second;

	(void)state;
	buf_init(&first, PROTO_ANSWER_BYTES_MAX);
	buf_init(&second, PROTO_ANSWER_BYTES_MAX);
	assert_int_equal(say(LIIS, liis, 100, &first), VERDICT_ACCEPTED);
	assert_int_equal(hubanchor_read(buf_view(&first), &a, &e), 0);
	assert_int_equal(a.turn, 100);
	/* Neither an older one nor another of the same turn takes its place. */
	assert_int_equal(say(LIIS, liis, 99, &second), VERDICT_ACCEPTED);
	assert_true(view_eq(buf_view(&first), buf_view(&second)));
	assert_int_equal(say(LIIS, liis, 100, &second), VERDICT_ACCEPTED);
	assert_true(view_eq(buf_view(&first), buf_view(&second)));
	/* Nobody speaks for another device. */
	assert_int_equal(say(JAAN, liis, 200, &second), VERDICT_BAD_FORM);
	changed.sign.b[3] ^= 1;
	assert_int_equal(say(LIIS, &changed, 200, &second),
	    VERDICT_BAD_SIGNATURE);
	assert_int_equal(say(LIIS, liis, 0, &second), VERDICT_BAD_FORM);
	assert_int_equal(say(LIIS, liis, (uint64_t)INT64_MAX + 1, &second),
	    VERDICT_BAD_FORM);
	assert_int_equal(at_hub(), 3);
	buf_done(&first);
	buf_done(&second);
}

static void
test_revoked(void **state)
{
	struct id device = world_store(&w, LIIS)->me->device;
	struct buf answer;

	(void)state;
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	assert_int_equal(at_hub(), 3);
	if (office_revoke(w.c[0].session, &device, &e) != 0)
		fail_msg("%s", e.text);
	world_must_sync(&w, 0);
	assert_int_equal(at_hub(), 2);
	assert_int_equal(say(LIIS, world_store(&w, LIIS)->me, 500, &answer),
	    VERDICT_REVOKED);
	assert_int_equal(at_hub(), 2);
	buf_done(&answer);
}

/* ---- a hub that lies ---- */

enum lie { LIE_OLDER, LIE_OTHERS, LIE_FORGED, LIE_CUT, LIE_UNKNOWN, LIES };

static struct buf old_word, others;

static int
lie(struct world *at, const char *path, struct view request, int *status,
    struct buf *answer, struct err *why)
{
	(void)request;
	(void)why;
	if (strcmp(path, "/v1/anchor") != 0)
		return 0;
	switch (*(enum lie *)at->tamper_ctx) {
	case LIE_OLDER:
		buf_reset(answer);
		buf_add(answer, old_word.data, old_word.len);
		break;
	case LIE_OTHERS:
		buf_reset(answer);
		buf_add(answer, others.data, others.len);
		break;
	case LIE_FORGED:
		answer->data[30] ^= 1;
		break;
	case LIE_CUT:
		answer->len--;
		break;
	default:
		*status = 404;
		buf_reset(answer);
		break;
	}
	return 0;
}

/* Whatever it shows: the store is not closed, nothing is sent where the answer
 * is a lie, and with the truth all goes on. */
static void
test_lies(void **state)
{
	enum lie which;
	int rc;

	(void)state;
	buf_init(&old_word, PROTO_ANSWER_BYTES_MAX);
	buf_init(&others, PROTO_ANSWER_BYTES_MAX);
	say(LIIS, world_store(&w, LIIS)->me, 1, &old_word);
	say(JAAN, world_store(&w, JAAN)->me, 1000, &others);
	for (which = 0; which < LIES; which++) {
		world_must_sync(&w, LIIS);
		world_note(&w, LIIS, &anna, "waits", NULL);
		w.tamper = lie;
		w.tamper_ctx = &which;
		w.calls = 0;
		err_clear(&e);
		rc = world_sync(&w, LIIS, NULL, &e);
		w.tamper = NULL;
		assert_false(session_older(w.c[LIIS].session));
		if (which == LIE_UNKNOWN) { /* a hub of before this */
			assert_int_equal(rc, 0);
			continue;
		}
		assert_int_equal(rc, -1);
		assert_int_equal(e.kind, ERR_PEER);
		assert_int_equal(w.calls, 1);
		assert_int_equal(world_note(&w, LIIS, &anna, "more", NULL), 0);
	}
	world_must_sync(&w, LIIS);
	buf_done(&old_word);
	buf_done(&others);
}

/* A hub that was restored has an older word, or none: it takes the next. */
static void
test_hub_forgot(void **state)
{
	struct db_options o = { 0 };
	struct db *db;

	(void)state;
	world_must_sync(&w, LIIS);
	world_hub_close(&w);
	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	assert_int_equal(db_exec(db, "DELETE FROM anchor", &e), 0);
	db_close(db);
	world_hub_open(&w);
	world_must_sync(&w, LIIS);
	assert_int_equal(at_hub(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_unsent),
		T(test_same_length),
		T(test_stays_closed),
		T(test_newest_again),
		T(test_way_out),
		T(test_renewed),
		T(test_honest),
		T(test_cut),
		T(test_kept),
		T(test_revoked),
		T(test_lies),
		T(test_hub_forgot),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
