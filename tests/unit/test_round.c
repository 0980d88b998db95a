/*
 * client/core/sync: rounds between whole stores and the real hub. What is
 * true before is true after a cut at any request, any answer and any durable
 * write; a hub that lies is caught; nothing is doubled and nothing is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/local/versions.h"
#include "client/core/sync/intake.h"
#include "client/core/sync/witness.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/simdisk.h"
#include "tests/support/trust.h"
#include "tests/support/world.h"

static struct world w;
static struct id the_case;

/* Person 0 keeps a case whose notes and card persons 1 and 2 may write. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 0, "Anna Tamm", &the_case);
	assert_int_equal(world_note(&w, 0, &the_case, "the first", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "card,notes", true);
	world_grant(&w, 0, &the_case, 2, "card,notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static uint64_t
log_size(void)
{
	struct proto_info info;
	struct err e;

	assert_int_equal(hub_info(w.hub, &info, &e), 0);
	return info.log.size;
}

static void
check_stores(void)
{
	int i;

	for (i = 0; i < 3; i++)
		if (w.c[i].session != NULL)
			store_check(world_store(&w, i));
}

static int64_t
conflicts(int i)
{
	return world_count(&w, i,
	    "SELECT count(*) FROM record WHERE flags & 1");
}

static void
assert_field(int i, const char *name, const char *want)
{
	char got[160];

	world_field(&w, i, &the_case, name, got);
	assert_string_equal(got, want);
}

/* ---- agreement ---- */

static void
converge(int first, int second)
{
	world_pass(&w, 1000);
	assert_int_equal(world_set(&w, first, &the_case, "theme", "bullying"),
	    0);
	assert_int_equal(world_set(&w, first, &the_case, "stage", "2"), 0);
	world_pass(&w, 1000);
	assert_int_equal(world_set(&w, second, &the_case, "stage", "cp"), 0);
	world_must_sync(&w, first);
	assert_int_equal(world_must_sync(&w, second).conflicts_new, 1);
	assert_int_equal(world_must_sync(&w, first).conflicts_new, 1);
	world_must_sync(&w, 2);
	assert_field(first, "stage", "cp");
	assert_field(second, "stage", "cp");
	assert_field(2, "stage", "cp");
	assert_field(second, "theme", "bullying");
	assert_int_equal(conflicts(0), 1);
	assert_int_equal(conflicts(1), 1);
	/* Whoever writes having seen both ends it. */
	world_pass(&w, 1000);
	assert_int_equal(world_set(&w, first, &the_case, "stage", "1"), 0);
	world_must_sync(&w, first);
	world_must_sync(&w, second);
	assert_field(second, "stage", "1");
	assert_int_equal(conflicts(0), 0);
	assert_int_equal(conflicts(1), 0);
	check_stores();
}

static void
test_converge(void **state)
{
	(void)state;
	converge(0, 1);
}

static void
test_converge_other_order(void **state)
{
	(void)state;
	converge(1, 0);
}

static void
test_nothing_new(void **state)
{
	uint64_t size = log_size(), up = w.bytes_up, down = w.bytes_down;
	unsigned calls = w.calls;
	struct exchange_result r;

	(void)state;
	r = world_must_sync(&w, 1);
	assert_int_equal(w.calls - calls, 2); /* anchor, pull */
	assert_true(w.bytes_up - up < 400);
	assert_true(w.bytes_down - down < 800);
	assert_int_equal(log_size(), size);
	assert_int_equal(r.sent_notes + r.sent_changes + r.got_notes +
	    r.got_changes + r.rekeyed + r.quarantined_new, 0);
}

/* One note costs its writer four requests and four durable steps: sealed,
 * receipt, place, end; its reader two and two, the words with the end. */
static void
test_one_note(void **state)
{
	struct store *from = world_store(&w, 1), *to = world_store(&w, 0);
	uint64_t sent, got;
	unsigned calls = w.calls;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "one", NULL), 0);
	sent = store_mark(from).seq;
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	assert_int_equal(w.calls - calls, 4);
	assert_int_equal(store_mark(from).seq - sent, 4);
	got = store_mark(to).seq;
	assert_int_equal(world_must_sync(&w, 0).got_notes, 1);
	assert_int_equal(w.calls - calls, 6);
	assert_int_equal(store_mark(to).seq - got, 2);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM record "
	    "WHERE indexed < 2"), 0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM record "
	    "WHERE indexed < 2"), 0);
}

/* ---- cuts ---- */

static void
cut_sync(int i, unsigned request, unsigned answer)
{
	struct err e;
	int rc;

	w.cut_request = request;
	w.cut_answer = answer;
	rc = world_sync(&w, i, NULL, &e);
	if (rc != 0)
		assert_int_equal(e.kind, ERR_AWAY);
	w.cut_request = w.cut_answer = 0;
}

static void
cut_everywhere(bool answers)
{
	size_t want = world_notes(&w, 0, &the_case);
	char text[40];
	unsigned k, calls, size = 0;

	for (k = 1; k <= 4; k++) {
		world_pass(&w, 60000);
		snprintf(text, sizeof(text), "note before cut %u", k);
		assert_int_equal(world_note(&w, 1, &the_case, text, NULL), 0);
		assert_int_equal(world_set(&w, 1, &the_case, "school", text),
		    0);
		want++;
		size = (unsigned)log_size();
		calls = w.calls;
		cut_sync(1, answers ? 0 : calls + k, answers ? calls + k : 0);
		world_close(&w, 1);
		assert_int_equal(world_open(&w, 1, &(struct err){ 0 }), 0);
		world_must_sync(&w, 1);
		/* One changeset for the note, one for the card; no more. */
		assert_int_equal(log_size(), size + 2);
		cut_sync(0, answers ? 0 : w.calls + 1,
		    answers ? w.calls + 1 : 0);
		world_must_sync(&w, 0);
		assert_int_equal(world_notes(&w, 0, &the_case), want);
		assert_field(0, "school", text);
		assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM "
		    "outgoing WHERE state = 1"), 0);
	}
	check_stores();
}

static void
test_cut_requests(void **state)
{
	(void)state;
	cut_everywhere(false);
}

static void
test_cut_answers(void **state)
{
	(void)state;
	cut_everywhere(true);
}

/* Two requests are needed, and the line breaks at the second: what the hub
 * answered to the first is here, and is not sent again. */
static void
test_cut_between_batches(void **state)
{
	static char text[40001];
	unsigned size;
	size_t i, j;

	(void)state;
	for (i = 0; i < 50; i++) {
		for (j = 0; j < sizeof(text) - 1; j++)
			text[j] = (char)('a' + rand() % 26);
		assert_int_equal(world_note(&w, 1, &the_case, text, NULL), 0);
	}
	size = (unsigned)log_size();
	cut_sync(1, w.calls + WORLD_PUSH + 1, 0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM outgoing "
	    "WHERE state = 2 AND seq >= (SELECT max(seq) FROM item)"),
	    log_size() - size);
	assert_true(log_size() > size);
	assert_true(world_count(&w, 1, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1") > 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1"), 0);
	assert_int_equal(world_must_sync(&w, 0).got_notes, 50);
	check_stores();
}

/* A first sync of a grown office, cut at every request and answer. */
static void
test_cut_joining(void **state)
{
	unsigned k;
	int i;

	(void)state;
	for (i = 0; i < 30; i++) {
		world_pass(&w, 1000);
		assert_int_equal(world_note(&w, 0, &the_case, "more", NULL),
		    0);
		world_must_sync(&w, 0);
	}
	world_join(&w, 3);
	world_grant(&w, 0, &the_case, 3, "notes", false);
	world_must_sync(&w, 0);
	for (k = 1; k < 3; k++)
		cut_sync(3, 0, w.calls + k);
	world_must_sync(&w, 3);
	assert_int_equal(world_notes(&w, 3, &the_case), 31);
	assert_int_equal(world_count(&w, 3, "SELECT count(*) FROM quarantine"),
	    0);
	store_check(world_store(&w, 3));
}

/* ---- power cuts ---- */

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

static void
cut_power(struct simdisk *d, uint64_t step, size_t *want)
{
	unsigned mode = 0;
	uint64_t k;
	char text[40];
	struct err e;
	bool hit = true;

	for (k = 1; hit; k += step) {
		world_pass(&w, 60000);
		snprintf(text, sizeof(text), "before power cut %u",
		    (unsigned)k);
		assert_int_equal(world_note(&w, 1, &the_case, text, NULL), 0);
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
		world_must_sync(&w, 0);
		*want += 2;
		simdisk_crash_at(d, simdisk_ops(d) + k);
		(void)world_sync(&w, 1, NULL, &e);
		hit = simdisk_crashed(d);
		if (hit) {
			world_close(&w, 1);
			simdisk_restart(d, mode++ % SIMDISK_MODES);
			assert_int_equal(world_open(&w, 1, &e), 0);
		}
		simdisk_crash_at(d, 0);
		world_must_sync(&w, 1);
		assert_int_equal(world_notes(&w, 1, &the_case), *want);
		store_check(world_store(&w, 1));
	}
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), *want);
}

static void
test_power_cuts(void **state)
{
	struct simdisk *d = simdisk_new(7);
	size_t want = world_notes(&w, 1, &the_case);

	(void)state;
	onto_disk(d, 1);
	cut_power(d, 1, &want);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM quarantine"),
	    0);
	world_close(&w, 1);
	simdisk_free(d);
}

/* From some write of a sync on the disk is full. It is said, what is here is
 * read, and the next start goes on as soon as there is room: nothing is lost
 * and nothing doubled. */
static void
test_full_disk(void **state)
{
	struct simdisk *d = simdisk_new(11);
	size_t before, want = world_notes(&w, 1, &the_case);
	bool hit = true;
	struct err e;
	unsigned k;

	(void)state;
	onto_disk(d, 1);
	for (k = 1; hit; k += 4) {
		world_pass(&w, 60000);
		assert_int_equal(world_note(&w, 1, &the_case, "own", NULL), 0);
		assert_int_equal(world_note(&w, 0, &the_case, "other", NULL),
		    0);
		world_must_sync(&w, 0);
		want += 2;
		before = world_notes(&w, 1, &the_case);
		simdisk_fault_at(d, simdisk_ops(d) + k, SQLITE_FULL, true);
		hit = world_sync(&w, 1, NULL, &e) != 0;
		if (hit) {
			assert_non_null(strstr(e.text, "full"));
			assert_int_equal(world_note(&w, 1, &the_case,
			    "not saved", NULL), -1);
			assert_true(world_notes(&w, 1, &the_case) >= before);
		}
		simdisk_fault_at(d, 0, 0, false);
		world_close(&w, 1); /* no step is trusted after a failed sync */
		assert_int_equal(world_open(&w, 1, &e), 0);
		world_must_sync(&w, 1);
		assert_int_equal(world_notes(&w, 1, &the_case), want);
		store_check(world_store(&w, 1));
	}
	assert_true(k > 9);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), want);
	assert_false(world_has(&w, 1, "not saved"));
	world_close(&w, 1);
	simdisk_free(d);
}

/* ---- races ---- */

static int race_client;

/* Between a pull and the push after it, somebody else is faster. */
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
	world_must_sync(world, race_client);
	return 0;
}

static void
test_race_of_text_and_key(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "slow words", NULL), 0);
	world_withdraw(&w, 0, &the_case, 2, "notes");
	race_client = 0;
	w.tamper = race;
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	world_must_sync(&w, 2);
	assert_false(world_has(&w, 2, "slow words"));
	assert_true(world_count(&w, 1, "SELECT count(*) FROM outgoing "
	    "WHERE state = 3") > 0);
	check_stores();
}

static void
test_race_of_exclusion(void **state)
{
	struct exchange_result r;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "too late", NULL), 0);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	race_client = 0;
	w.tamper = race;
	r = world_must_sync(&w, 1);
	assert_int_equal(r.lost_spaces, 1);
	assert_int_equal(r.held_new, 1);
	assert_int_equal(r.sent_notes, 0);
	assert_true(world_has(&w, 1, "too late"));
	assert_false(world_has(&w, 1, "the first"));
	r = world_must_sync(&w, 0);
	assert_int_equal(r.reviews_new, 1);
	assert_false(world_has(&w, 0, "too late"));
	assert_int_equal(world_notes(&w, 0, &the_case), 1);
	check_stores();
	/* Given again: the past comes back, what is held stays held. */
	world_pass(&w, 60000);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.new_spaces, 1);
	assert_true(world_has(&w, 1, "the first"));
	assert_int_equal(world_note(&w, 1, &the_case, "back again", NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	check_stores();
}

/* Shut out and let in again: one's own accepted text is shown again. */
static void
test_own_text_comes_back(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "my own words", NULL),
	    0);
	world_must_sync(&w, 1);
	world_pass(&w, 600000);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).lost_spaces, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 0);
	world_pass(&w, 600000);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	check_stores();
}

/* A deposit is taken for 30 days; what is later stays held, and the rest goes
 * on, whatever the own clock says. */
static void
too_late(int64_t skew)
{
	assert_int_equal(world_note(&w, 1, &the_case, "too late", NULL), 0);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	world_pass(&w, 40 * INT64_C(86400000));
	w.c[1].skew_ms = skew;
	assert_int_equal(world_set(&w, 1, &the_case, "stage", "2"), 0);
	assert_int_equal(world_must_sync(&w, 1).held_new, 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM held "
	    "WHERE deposit IS NULL"), 1);
	world_must_sync(&w, 0);
	assert_field(0, "stage", "2");
	w.c[1].skew_ms = 0;
	world_must_sync(&w, 1);
	assert_true(world_has(&w, 1, "too late"));
	check_stores();
}

static void
test_late_deposit(void **state)
{
	(void)state;
	too_late(0);
}

static void
test_late_deposit_slow_clock(void **state)
{
	(void)state;
	too_late(-WORLD_NOW);
}

/* ---- clocks ---- */

static void
skewed(int64_t skew)
{
	struct exchange_result r;
	int64_t now;

	w.c[1].skew_ms = skew;
	world_pass(&w, 600000);
	assert_int_equal(world_note(&w, 1, &the_case, "one", NULL), 0);
	world_pass(&w, 5000);
	assert_int_equal(world_set(&w, 1, &the_case, "stage", "1"), 0);
	assert_int_equal(world_set(&w, 1, &the_case, "stage", "2"), 0);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.skew_ms, skew);
	now = atomic_load(&w.wall_ms);
	assert_true(hlc_ms(world_store(&w, 1)->hlc) <= now + 120000);
	world_must_sync(&w, 0);
	assert_field(0, "stage", "2");
	assert_int_equal(conflicts(0), 0);
	/* The note's stamp is the true one, five seconds before. */
	assert_int_equal(world_count(&w, 0, "SELECT max(v.hlc) >> 16 FROM "
	    "version v JOIN record r ON r.rid = v.rid WHERE r.type = 4"),
	    now - 5000);
	check_stores();
	w.c[1].skew_ms = 0;
}

static void
test_clock_ahead(void **state)
{
	(void)state;
	skewed(3600000);
}

static void
test_clock_behind(void **state)
{
	(void)state;
	skewed(-86400000);
}

/* The clock falls back to 1970 after a note was written: nothing comes to be
 * written in the future by it. */
static void
test_clock_falls_back(void **state)
{
	int64_t written;

	(void)state;
	world_pass(&w, 600000);
	assert_int_equal(world_note(&w, 1, &the_case, "one", NULL), 0);
	written = atomic_load(&w.wall_ms);
	world_pass(&w, 5000);
	w.c[1].skew_ms = -WORLD_NOW;
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_count(&w, 0, "SELECT max(v.hlc) >> 16 FROM "
	    "version v JOIN record r ON r.rid = v.rid WHERE r.type = 4"),
	    written);
	/* Or ran a year ahead, and was put right before the next sync. */
	w.c[1].skew_ms = 30 * 86400000LL;
	assert_int_equal(world_note(&w, 1, &the_case, "two", NULL), 0);
	w.c[1].skew_ms = 0;
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_count(&w, 0, "SELECT max(v.hlc) >> 16 FROM "
	    "version v JOIN record r ON r.rid = v.rid WHERE r.type = 4"),
	    atomic_load(&w.wall_ms));
}

/* Sealed by a clock that ran ahead, and not sent: when what is unsent is put
 * right, the stamps to come stay above that one. No second text gets it, also
 * not at the very moment it names. */
static void
test_sealed_ahead(void **state)
{
	int64_t ahead = 86400000;
	char shown[160];

	(void)state;
	w.c[0].skew_ms = ahead;
	assert_int_equal(world_set(&w, 0, &the_case, "contact", "one"), 0);
	trust_seal(&w, 0);
	w.c[0].skew_ms = 0;
	assert_int_equal(world_set(&w, 0, &the_case, "contact", "two"), 0);
	world_must_sync(&w, 0);
	world_pass(&w, ahead);
	assert_int_equal(world_set(&w, 0, &the_case, "contact", "three"), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_field(&w, 1, &the_case, "contact", shown);
	assert_string_equal(shown, "three");
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine"),
	    0);
	check_stores();
}

/* ---- lying hubs ---- */

static int
rubbish(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *e)
{
	(void)world;
	(void)path;
	(void)request;
	(void)status;
	(void)e;
	buf_reset(answer);
	buf_add_str(answer, "<html>please log in</html>");
	return 0;
}

static int
half(struct world *world, const char *path, struct view request, int *status,
    struct buf *answer, struct err *e)
{
	(void)world;
	(void)path;
	(void)request;
	(void)status;
	(void)e;
	answer->len /= 2;
	return 0;
}

static void
test_rubbish(void **state)
{
	int (*const how[])(struct world *, const char *, struct view, int *,
	    struct buf *, struct err *) = { rubbish, half };
	struct err e;
	size_t i;

	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "second", NULL), 0);
	world_must_sync(&w, 0);
	for (i = 0; i < 2; i++) {
		w.tamper = how[i];
		assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
		w.tamper = NULL;
	}
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	check_stores();
}

/* An answer from before, word for word. */
static struct buf kept;

static int
keep_answer(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *e)
{
	(void)world;
	(void)request;
	(void)status;
	(void)e;
	if (strcmp(path, "/v1/pull") != 0)
		return 0;
	buf_reset(&kept);
	buf_add(&kept, answer->data, answer->len);
	return 0;
}

static int
old_answer(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *e)
{
	(void)world;
	(void)request;
	(void)status;
	(void)e;
	if (strcmp(path, "/v1/pull") != 0)
		return 0;
	buf_reset(answer);
	buf_add(answer, kept.data, kept.len);
	return 0;
}

static void
test_old_head(void **state)
{
	struct err e;

	(void)state;
	buf_init(&kept, SIZE_MAX);
	w.tamper = keep_answer;
	world_must_sync(&w, 1);
	w.tamper = NULL;
	assert_int_equal(world_note(&w, 0, &the_case, "second", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	w.tamper = old_answer;
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_true(world_store(&w, 1)->stopped);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM evidence"),
	    1);
	w.tamper = NULL;
	/* It sends nothing, also after a restart, reads, and saves. */
	world_close(&w, 1);
	assert_int_equal(world_open(&w, 1, &e), 0);
	assert_true(world_store(&w, 1)->stopped);
	assert_int_equal(world_note(&w, 1, &the_case, "for later", NULL), 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 3);
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM evidence"),
	    1);
	buf_done(&kept);
}

static void
copy_hub(const char *to)
{
	struct buf b;
	struct err e;

	world_hub_close(&w);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(w.path, &b, &e), 0);
	assert_int_equal(file_replace(to, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
	world_hub_open(&w);
}

/* Two hubs with one key tell two stories: person 0 meets the one, person 1
 * the other, then person 0 that one too. */
static void
fork_log(int more)
{
	char other[128], first[128];
	struct err e;

	snprintf(other, sizeof(other), "%s/other.db", w.folder);
	snprintf(first, sizeof(first), "%s", w.path);
	copy_hub(other);
	assert_int_equal(world_note(&w, 0, &the_case, "here", NULL), 0);
	world_must_sync(&w, 0);
	world_hub_close(&w);
	memcpy(w.path, other, sizeof(w.path));
	world_hub_open(&w);
	assert_int_equal(world_note(&w, 1, &the_case, "there", NULL), 0);
	if (more > 0)
		assert_int_equal(world_set(&w, 1, &the_case, "stage", "1"),
		    0);
	world_must_sync(&w, 1);
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_true(world_store(&w, 0)->stopped);
	assert_false(world_has(&w, 0, "there"));
	world_hub_close(&w);
	unlink(other);
	memcpy(w.path, first, sizeof(w.path));
	world_hub_open(&w);
}

static void
test_fork_same_length(void **state)
{
	(void)state;
	fork_log(0);
}

static void
test_fork_longer(void **state)
{
	(void)state;
	fork_log(1);
}

/* A hub put back from a backup is shorter than what was seen: its own signed
 * word is asked for and kept. */
static void
test_rolled_back(void **state)
{
	char other[128], first[128];
	struct err e;

	(void)state;
	snprintf(other, sizeof(other), "%s/other.db", w.folder);
	snprintf(first, sizeof(first), "%s", w.path);
	copy_hub(other);
	assert_int_equal(world_note(&w, 0, &the_case, "here", NULL), 0);
	world_must_sync(&w, 0);
	world_hub_close(&w);
	memcpy(w.path, other, sizeof(w.path));
	world_hub_open(&w);
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM evidence"),
	    1);
	world_hub_close(&w);
	unlink(other);
	memcpy(w.path, first, sizeof(w.path));
	world_hub_open(&w);
}

/* Pages taken apart and put together again. */
static void (*change_page)(struct proto_page *p);

static int
change(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *e)
{
	struct proto_page *p;
	struct buf out;

	(void)world;
	(void)request;
	if (strcmp(path, "/v1/pull") != 0 || *status != 200)
		return 0;
	p = mem_new(sizeof(*p));
	assert_int_equal(proto_page_decode(buf_view(answer), p, e), 0);
	change_page(p);
	buf_init(&out, SIZE_MAX);
	proto_page_encode(p, &out);
	buf_reset(answer);
	buf_add(answer, out.data, out.len);
	buf_done(&out);
	proto_page_done(p);
	mem_free(p);
	return 0;
}

static uint64_t withheld; /* place in the log */

static void
withhold(struct proto_page *p)
{
	size_t i, n = 0;

	if (withheld == 0 && p->count >= 3)
		withheld = p->items[1].seq;
	for (i = 0; i < p->count; i++)
		if (p->items[i].seq != withheld)
			p->items[n++] = p->items[i];
	p->count = n;
}

static void
reverse(struct proto_page *p)
{
	size_t i;

	for (i = 0; i < p->count / 2; i++) {
		struct proto_item t = p->items[i];

		p->items[i] = p->items[p->count - 1 - i];
		p->items[p->count - 1 - i] = t;
	}
}

static void
later(struct proto_page *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		p->items[i].accept_ms += 86400000;
}

static void
no_text(struct proto_page *p)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct err e;
	size_t i;

	for (i = 0; i < p->count; i++)
		if (changeset_decode(p->items[i].bytes, cs, &e) == 0 &&
		    cs->h.kind == CHANGESET_CONTENT)
			p->items[i].bytes.len = cs->header_bytes;
	mem_free(cs);
}

static void
four_notes(void)
{
	char text[20];
	int i;

	for (i = 0; i < 4; i++) {
		world_pass(&w, 1000);
		snprintf(text, sizeof(text), "part %d", i);
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
		world_must_sync(&w, 0);
	}
}

static void
test_withheld(void **state)
{
	(void)state;
	four_notes();
	withheld = 0;
	change_page = withhold;
	w.tamper = change;
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	assert_true(world_count(&w, 1, "SELECT count(*) FROM quarantine "
	    "WHERE reason = 2") > 0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM want"), 1);
	world_must_sync(&w, 2);
	w.tamper = NULL;
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 5);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM want"), 0);
	check_stores();
}

static void
test_reordered(void **state)
{
	(void)state;
	four_notes();
	change_page = reverse;
	w.tamper = change;
	world_must_sync(&w, 1);
	w.tamper = NULL;
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 5);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine"),
	    0);
	check_stores();
}

static void
test_false_times(void **state)
{
	(void)state;
	four_notes();
	change_page = later;
	w.tamper = change;
	assert_true(world_must_sync(&w, 1).quarantined_new > 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine "
	    "WHERE reason <> 3"), 0);
	check_stores();
}

static void
test_text_held_back(void **state)
{
	(void)state;
	four_notes();
	change_page = no_text;
	w.tamper = change;
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 4);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	check_stores();
}

/* What one person's page brings is shown to another who has no part in it. */
static struct proto_item foreign;
static uint8_t *foreign_bytes;

static void
catch_item(struct proto_page *p)
{
	if (p->count == 0 || foreign_bytes != NULL)
		return;
	foreign = p->items[p->count - 1];
	foreign_bytes = mem_new(foreign.bytes.len);
	memcpy(foreign_bytes, foreign.bytes.data, foreign.bytes.len);
	foreign.bytes.data = foreign_bytes;
}

static void
slip_in(struct proto_page *p)
{
	struct proto_item *bigger;

	if (foreign_bytes == NULL || p->count > 0)
		return;
	bigger = mem_new((p->count + 1) * sizeof(*bigger));
	mem_free(p->items);
	p->items = bigger;
	p->items[p->count++] = foreign;
}

static void
test_foreign(void **state)
{
	struct id other;

	(void)state;
	world_case(&w, 0, "Berta Kask", &other);
	assert_int_equal(world_note(&w, 0, &other, "not for two", NULL), 0);
	world_grant(&w, 0, &other, 1, "notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	foreign_bytes = NULL;
	change_page = catch_item;
	w.tamper = change;
	world_must_sync(&w, 1);
	change_page = slip_in;
	world_must_sync(&w, 2);
	w.tamper = NULL;
	assert_false(world_has(&w, 2, "not for two"));
	assert_true(world_count(&w, 2, "SELECT count(*) FROM quarantine") >=
	    1);
	assert_int_equal(world_note(&w, 2, &the_case, "goes on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 2).sent_notes, 1);
	mem_free(foreign_bytes);
	check_stores();
}

/* ---- rules, judged again here ---- */

/* Taken by the hub, refused by what this client knows: kept, not shown, and
 * the section goes on. */
static void
test_admission_here(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(db_exec(world_store(&w, 1)->db,
	    "UPDATE author SET counter = counter + 1000", &e), 0);
	assert_int_equal(world_note(&w, 0, &the_case, "refused here", NULL),
	    0);
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine "
	    "WHERE reason = 4"), 1);
	store_check(world_store(&w, 1));
}

/* A writer puts words into a colleague's mouth. */
static void
test_forged_author(void **state)
{
	struct store *s = world_store(&w, 1);
	struct record *rec = mem_new(sizeof(*rec));
	struct buf body, old;
	struct stmt *q;
	struct err e;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "never said", NULL), 0);
	buf_init(&body, CHANGESET_BODY_MAX);
	buf_init(&old, CHANGESET_BODY_MAX);
	q = db_prepare(s->db, "SELECT body FROM version WHERE state = 1");
	assert_int_equal(db_step(q, &e), 1);
	buf_add(&old, db_blob(q, 0).data, db_blob(q, 0).len);
	db_reset(q);
	assert_int_equal(record_decode(buf_view(&old), rec, &e), 0);
	rec->origin = world_store(&w, 2)->me->device;
	record_encode(rec, &body);
	q = db_prepare(s->db, "UPDATE version SET body = ?, origin = ? "
	    "WHERE state = 1");
	db_bind_view(q, 1, buf_view(&body));
	db_bind_id(q, 2, &rec->origin);
	assert_int_equal(db_run(q, &e), 0);
	trust_seal(&w, 1);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 1);
	assert_int_equal(world_notes(&w, 0, &the_case), 1);
	assert_false(world_has(&w, 0, "never said"));
	/* Nor does it count here, or go out as somebody's deposit. */
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version "
	    "WHERE state = 4 AND seq IS NULL"), 1);
	assert_int_equal(world_must_sync(&w, 1).sent_changes, 0);
	assert_int_equal(world_must_sync(&w, 0).reviews_new, 0);
	buf_done(&body);
	buf_done(&old);
	mem_free(rec);
}

/* Written and accepted after the withdrawal was said, before it arrived. */
static void
test_written_after_withdrawal(void **state)
{
	(void)state;
	world_pass(&w, 600000);
	assert_int_equal(world_note(&w, 1, &the_case, "before", NULL), 0);
	world_must_sync(&w, 1);
	world_pass(&w, 600000);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_pass(&w, 600000);
	assert_int_equal(world_note(&w, 1, &the_case, "after", NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 3);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM version "
	    "WHERE state = 5"), 1);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM version "
	    "WHERE state = 5"), 1);
	check_stores();
	/* Who comes later sees it the same way. */
	world_join(&w, 3);
	world_grant(&w, 0, &the_case, 3, "notes", false);
	world_must_sync(&w, 0);
	world_must_sync(&w, 3);
	assert_int_equal(world_notes(&w, 3, &the_case), 2);
	/* And so does who was away and is let in again. */
	world_pass(&w, 600000);
	world_withdraw(&w, 0, &the_case, 2, "notes");
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 1);
	world_pass(&w, 600000);
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
	check_stores();
}

/* Times that run back are the hub's lie, whoever signed the item. */
static void
test_time_runs_back(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(db_exec(world_store(&w, 1)->db,
	    "UPDATE item SET accept_ms = accept_ms + 86400000", &e), 0);
	assert_int_equal(world_note(&w, 0, &the_case, "too early", NULL), 0);
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
}

/* Text from before a pull goes after the statement that was sealed after it:
 * what was claimed as seen still does not run back. */
static void
test_older_text_after_statement(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "older", NULL), 0);
	assert_int_equal(world_note(&w, 1, &the_case, "between", NULL), 0);
	world_must_sync(&w, 1);
	world_withdraw(&w, 0, &the_case, 2, "notes");
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM outgoing "
	    "WHERE state = 3"), 0);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM version v "
	    "JOIN author a JOIN record r ON r.rid = v.rid WHERE r.type = 4 "
	    "AND v.seen_size > 0 AND a.space = r.space AND a.device = "
	    "v.origin AND a.seen_size = v.seen_size"), 1);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 3);
}

/* ---- receipts ---- */

static void (*change_receipts)(struct proto_pushed *p);

static void
later_receipt(struct proto_pushed *p)
{
	p->items[0].receipt.accept_ms++;
}

static void
swap_receipts(struct proto_pushed *p)
{
	struct proto_pushed_item t = p->items[0];

	assert_true(p->count > 1);
	p->items[0] = p->items[1];
	p->items[1] = t;
}

static int
false_receipt(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *e)
{
	struct proto_pushed *p;
	struct buf out;

	(void)world;
	(void)request;
	if (strcmp(path, "/v1/push") != 0 || *status != 200)
		return 0;
	p = mem_new(sizeof(*p));
	assert_int_equal(proto_pushed_decode(buf_view(answer), p, e), 0);
	change_receipts(p);
	buf_init(&out, SIZE_MAX);
	proto_pushed_encode(p, &out);
	buf_reset(answer);
	buf_add(answer, out.data, out.len);
	buf_done(&out);
	mem_free(p);
	return 0;
}

static void
test_false_receipt(void **state)
{
	void (*const how[])(struct proto_pushed *) = { later_receipt,
		swap_receipts };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(world_note(&w, 1, &the_case, "kept", NULL),
		    0);
		assert_int_equal(world_set(&w, 1, &the_case, "stage",
		    i == 0 ? "1" : "2"), 0);
		change_receipts = how[i];
		w.tamper = false_receipt;
		assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
		w.tamper = NULL;
		assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM "
		    "outgoing WHERE state = 1"), 2);
	}
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	check_stores();
}

/* ---- copies of a device ---- */

static void
test_clone(void **state)
{
	char from[200], to[256];
	struct buf b;
	struct err e;
	int i;

	(void)state;
	world_close(&w, 1);
	snprintf(from, sizeof(from), "%s/store.tugi", w.c[1].profile);
	snprintf(to, sizeof(to), "%s.copy", from);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(from, &b, &e), 0);
	assert_int_equal(file_replace(to, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
	assert_int_equal(world_open(&w, 1, &e), 0);
	assert_int_equal(world_note(&w, 1, &the_case, "by the one", NULL), 0);
	world_must_sync(&w, 1);
	world_close(&w, 1);
	assert_int_equal(rename(to, from), 0);
	/* As a whole folder is copied: nothing beside it tells. */
	snprintf(to, sizeof(to), "%s-anchor", from);
	unlink(to);
	assert_int_equal(world_open(&w, 1, &e), 0);
	/* It has worked more since, so that its anchor is the later one. */
	for (i = 0; i < 30; i++)
		assert_int_equal(world_note(&w, 1, &the_case, "by the other",
		    NULL), 0);
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(e.code, WITNESS_COPIED);
	assert_true(world_store(&w, 1)->stopped);
	assert_true(world_has(&w, 1, "by the other"));
	assert_int_equal(world_notes(&w, 0, &the_case), 1);
	assert_int_equal(world_note(&w, 1, &the_case, "goes on", NULL), 0);
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	assert_int_equal(e.code, WITNESS_COPIED);
	assert_true(world_has(&w, 1, "goes on"));
	world_must_sync(&w, 0);
	assert_false(world_has(&w, 0, "goes on"));
}

/* ---- gossip ---- */

/* ${g} as if this world's hub had signed it: a key of the test's own stands
 * in the genesis entry while it is heard. */
static int
hear(struct gossip *g, bool forged, uint64_t seq, bool *split)
{
	struct store *s = world_store(&w, 1);
	struct directory_entry *genesis = &s->roster.genesis;
	struct witness_from from = { &s->me->device, seq };
	struct checkpoint cp = { g->at, g->root };
	struct sign_pub hub = genesis->hub;
	struct witness witness;
	struct sign_key key;
	struct buf note;
	struct err e;
	int rc;

	assert_int_equal(witness_load(s, &witness, &e), 0);
	keys_sign_make(&genesis->hub, &key);
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	checkpoint_sign(&cp, genesis->hub_name, &genesis->hub, &key, &note);
	assert_true(checkpoint_sig(buf_view(&note), genesis->hub_name,
	    &g->sig));
	if (forged)
		g->sig.b[0] ^= 1;
	assert_int_equal(db_begin(s->db, &e), 0);
	rc = witness_hear_tx(s, &witness, g, &from, &e);
	db_rollback(s->db);
	*split = witness.split;
	witness_done(&witness);
	buf_done(&note);
	genesis->hub = hub;
	return rc;
}

static void
test_gossip(void **state)
{
	struct store *s = world_store(&w, 1);
	struct gossip g = { .at = s->head.at, .root = s->head.root,
		.present = true };
	bool split;

	(void)state;
	assert_true(s->head.at.size > 0);
	assert_int_equal(hear(&g, false, s->head.at.size, &split), 0);
	assert_false(split);
	g.root.b[0] ^= 1;
	assert_int_equal(hear(&g, false, s->head.at.size, &split), 0);
	assert_true(split);
	g.root.b[0] ^= 1;
	assert_int_equal(hear(&g, false, s->head.at.size - 1, &split), 0);
	assert_true(split);
	g.at.log_id++;
	assert_int_equal(hear(&g, false, s->head.at.size, &split), 0);
	assert_true(split);
	/* A colleague's word alone, without the hub's, stops nobody. */
	assert_int_equal(hear(&g, true, s->head.at.size, &split), 0);
	assert_false(split);
	/* And it does travel: the first text of a changeset names a head. */
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM head "
	    "WHERE device IS NOT NULL AND size > 10"), 0);
	assert_int_equal(world_note(&w, 0, &the_case, "a head", NULL), 0);
	world_must_sync(&w, 0);
	assert_int_equal(world_note(&w, 0, &the_case, "named", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_true(world_count(&w, 1, "SELECT count(*) FROM head "
	    "WHERE device IS NOT NULL AND size > 10") > 0);
}

/* ---- size ---- */

static void
test_many_pages(void **state)
{
	char text[1500];
	unsigned calls;
	int i;

	(void)state;
	for (i = 0; i < 1500; i++) {
		size_t j;

		for (j = 0; j < sizeof(text) - 1; j++)
			text[j] = (char)('a' + rand() % 26);
		text[sizeof(text) - 1] = '\0';
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
	}
	calls = w.calls;
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1500);
	assert_true(w.calls - calls > 3);
	calls = w.calls;
	assert_int_equal(world_must_sync(&w, 1).got_notes, 1500);
	assert_true(w.calls - calls > 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1501);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 0);
	check_stores();
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_converge), T(test_converge_other_order),
		T(test_nothing_new), T(test_one_note), T(test_cut_requests),
		T(test_cut_between_batches),
		T(test_cut_answers), T(test_cut_joining),
		T(test_power_cuts), T(test_full_disk), T(test_race_of_text_and_key),
		T(test_race_of_exclusion), T(test_own_text_comes_back),
		T(test_late_deposit), T(test_late_deposit_slow_clock), T(test_clock_ahead),
		T(test_clock_behind),
		T(test_clock_falls_back), T(test_sealed_ahead),
		T(test_rubbish), T(test_old_head),
		T(test_fork_same_length), T(test_fork_longer),
		T(test_rolled_back), T(test_withheld),
		T(test_reordered), T(test_false_times),
		T(test_text_held_back), T(test_foreign),
		T(test_admission_here), T(test_forged_author),
		T(test_written_after_withdrawal), T(test_time_runs_back),
		T(test_older_text_after_statement), T(test_false_receipt),
		T(test_clone),
		T(test_gossip), T(test_many_pages)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
