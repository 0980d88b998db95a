/*
 * A hub restored from a backup: two officers say that its log goes on, every
 * client follows and sends again what the backup lacked, and nobody is let in,
 * shown or forgotten who should not be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/consent/review.h"
#include "client/core/fetch.h"
#include "client/core/office/office.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "daemon/hub/check.h"
#include "tests/support/trust.h"

#define OFFICER 0
#define WORKER 1  /* keeps the case */
#define OTHER 2   /* reads and writes its notes */
#define SECOND 3  /* officer */
#define LATER 4   /* joins after the backup */
#define HOUR_MS INT64_C(3600000)

static struct world w;
static struct id the_case;
static char backup[96];
static int signer; /* who countersigns */
static struct err e;

static int
setup(void **state)
{
	(void)state;
	signer = SECOND;
	world_begin(&w, 3);
	trust_officer(&w, SECOND);
	world_case(&w, WORKER, "Anna Tamm", &the_case);
	world_grant(&w, WORKER, &the_case, OTHER, "notes", true);
	assert_int_equal(world_note(&w, WORKER, &the_case, "first", NULL), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, OTHER);
	world_must_sync(&w, OFFICER);
	world_must_sync(&w, SECOND);
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < WORLD_CLIENTS; i++)
		if (w.c[i].session != NULL)
			store_check(world_store(&w, i));
	world_end(&w);
	return 0;
}

static void
back_up(void)
{
	snprintf(backup, sizeof(backup), "%.60s/backup.db", w.folder);
	unlink(backup);
	assert_int_equal(hub_copy(w.path, backup, NULL, 0, &e), 0);
}

/* ${anew}: under a new log. */
static void
restore(bool anew)
{
	int rc;

	world_hub_close(&w);
	world_pass(&w, HOUR_MS);
	rc = hub_copy_begin(backup, &w.hub_pub, anew ? &w.hub_key : NULL,
	    w.wall_ms, &e);
	if (rc != 0)
		fail_msg("%s", e.text);
	assert_int_equal(rc, 0);
	snprintf(w.path, sizeof(w.path), "%s", backup);
	world_hub_open(&w);
}

static void
sign_by(int who, const struct office_order *o, struct buf *out)
{
	buf_init(out, 4096);
	if (office_order_sign(w.c[who].session, o->text, out, &e) != 0)
		fail_msg("%s", e.text);
}

static void
sign(const struct office_order *o, struct buf *out)
{
	sign_by(signer, o, out);
}

static int
end(struct buf *text)
{
	struct exchange_result res;
	int rc = office_succession_end(w.c[OFFICER].session,
	    &w.c[OFFICER].remote, buf_str(text), &res, &e);

	buf_done(text);
	return rc;
}

static void
two_officers(void)
{
	struct office_order o;
	struct buf text;

	if (office_order_succession(w.c[OFFICER].session,
	    &w.c[OFFICER].remote, &o, &e) != 0)
		fail_msg("%s", e.text);
	sign(&o, &text);
	office_order_done(&o);
	if (end(&text) != 0)
		fail_msg("%s", e.text);
}

static struct exchange_result
sync_of(int i)
{
	struct exchange_result r;

	memset(&r, 0, sizeof(r));
	if (world_sync(&w, i, &r, &e) != 0)
		fail_msg("client %d: %s", i, e.text);
	return r;
}

static void
is_whole(int i)
{
	struct status st;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	assert_false(st.stopped);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM version "
	    "WHERE state IN (1, 2)"), 0);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1"), 0);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM held"), 0);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM version "
	    "WHERE state = 3 AND seq >= 4503599627370496"), 0);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM access "
	    "WHERE seq >= 4503599627370496"), 0);
	assert_int_equal(world_count(&w, i, "SELECT count(*) FROM quarantine"),
	    0);
	store_check(world_store(&w, i));
}

static void
all_sync(int rounds, int n)
{
	int i;

	for (; rounds > 0; rounds--)
		for (i = 0; i < n; i++)
			(void)sync_of(i);
}

/* ---- the way it should go ---- */

static void
what_the_backup_lacked_is_sent_again(void **state)
{
	struct exchange_result r;
	struct id second;
	int i;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "mine, lost",
	    NULL), 0);
	world_must_sync(&w, WORKER);
	assert_int_equal(world_note(&w, OTHER, &the_case, "theirs, lost",
	    NULL), 0);
	world_must_sync(&w, OTHER);
	world_case(&w, WORKER, "Mari Mets", &second);
	world_grant(&w, WORKER, &second, OTHER, "notes", true);
	assert_int_equal(world_note(&w, WORKER, &second, "began", NULL), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, OTHER);
	if (world_note(&w, OTHER, &second, "in a new case", NULL) != 0)
		fail_msg("no note in the new case");
	world_must_sync(&w, OTHER);
	world_must_sync(&w, WORKER);
	restore(true);
	/* Nobody is served, and nobody is alarmed. */
	for (i = 0; i < 4; i++) {
		assert_int_equal(world_sync(&w, i, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_AWAY);
		assert_false(world_store(&w, i)->stopped);
	}
	two_officers();
	assert_int_equal(world_count(&w, OTHER, "SELECT count(*) FROM version "
	    "WHERE state = 3"), world_count(&w, OTHER,
	    "SELECT count(*) FROM version"));
	r = sync_of(OTHER);
	assert_true(r.restored);
	/* Shown all the while. */
	assert_true(world_has(&w, OTHER, "mine, lost"));
	assert_int_equal(world_notes(&w, OTHER, &the_case), 3);
	r = sync_of(WORKER);
	assert_true(r.restored);
	assert_true(r.sent_again > 0);
	all_sync(3, 4);
	for (i = 0; i < 4; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, WORKER, &the_case), 3);
	assert_int_equal(world_notes(&w, OTHER, &the_case), 3);
	assert_int_equal(world_notes(&w, WORKER, &second), 2);
	assert_int_equal(world_notes(&w, OTHER, &second), 2);
	/* And life goes on. */
	assert_int_equal(world_note(&w, OTHER, &second, "afterwards", NULL),
	    0);
	world_must_sync(&w, OTHER);
	world_must_sync(&w, WORKER);
	assert_int_equal(world_notes(&w, WORKER, &second), 3);
}

/* A device that was there for none of it, and one that joined in what is lost:
 * both end with the same log. */
static void
who_joins_later_finds_one_log(void **state)
{
	int i;

	(void)state;
	back_up();
	world_join(&w, LATER);
	world_must_sync(&w, WORKER);
	world_grant(&w, WORKER, &the_case, LATER, "notes", true);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, LATER);
	assert_int_equal(world_note(&w, LATER, &the_case, "a newcomer's",
	    NULL), 0);
	world_must_sync(&w, LATER);
	world_must_sync(&w, WORKER);
	restore(true);
	/* Unknown to the hub until somebody has brought the entry back. */
	assert_int_equal(world_sync(&w, LATER, NULL, &e), -1);
	two_officers();
	all_sync(4, 5);
	for (i = 0; i < 5; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, WORKER, &the_case), 2);
	assert_int_equal(world_notes(&w, LATER, &the_case), 2);
	world_join(&w, 5);
	world_must_sync(&w, WORKER);
	world_grant(&w, WORKER, &the_case, 5, "notes", false);
	all_sync(2, 6);
	is_whole(5);
	assert_int_equal(world_notes(&w, 5, &the_case), 2);
}

/* Who was put out in what is lost stays out, for all who know it. */
static void
a_lost_withdrawal_holds(void **state)
{
	struct id space;
	enum right right;

	(void)state;
	world_grant(&w, WORKER, &the_case, SECOND, "notes", true);
	all_sync(2, 4);
	back_up();
	world_withdraw(&w, WORKER, &the_case, OTHER, "notes");
	all_sync(2, 4);
	space = trust_space(&w, WORKER, &the_case, "notes");
	assert_int_equal(trust_listed(&w, WORKER, &space, OTHER), 0);
	restore(true);
	two_officers();
	/* One who is no keeper comes first, and writes. */
	assert_int_equal(world_note(&w, SECOND, &the_case, "not for all",
	    NULL), 0);
	(void)sync_of(SECOND);
	(void)sync_of(OTHER);
	assert_false(world_has(&w, OTHER, "not for all"));
	assert_int_equal(spaces_right(world_store(&w, OTHER), &space, &right,
	    &e), 0);
	assert_int_equal(right, RIGHT_NONE);
	all_sync(3, 4);
	assert_false(world_has(&w, OTHER, "not for all"));
	assert_int_equal(trust_listed(&w, WORKER, &space, OTHER), 0);
	assert_true(world_has(&w, WORKER, "not for all"));
	assert_int_equal(world_notes(&w, SECOND, &the_case), 2);
}

/* A revocation comes back with the first who knows it. */
static void
a_lost_revocation_holds(void **state)
{
	struct id device = world_store(&w, OTHER)->me->device, space;
	struct sign_pub pub;

	(void)state;
	back_up();
	assert_int_equal(office_revoke(w.c[OFFICER].session, &device, &e), 0);
	world_must_sync(&w, OFFICER);
	world_must_sync(&w, SECOND);
	world_must_sync(&w, WORKER);
	restore(true);
	assert_int_equal(hub_device(w.hub, &device, &pub), VERDICT_ACCEPTED);
	two_officers();
	assert_int_equal(hub_device(w.hub, &device, &pub), VERDICT_REVOKED);
	(void)sync_of(WORKER);
	space = trust_space(&w, WORKER, &the_case, "notes");
	assert_int_equal(trust_listed(&w, WORKER, &space, OTHER), 0);
}

static void
a_worker_brings_the_directory_back(void **state)
{
	struct id device = world_store(&w, OTHER)->me->device;
	struct roster *r = &world_store(&w, WORKER)->roster;
	struct sign_pub pub;

	(void)state;
	back_up();
	assert_int_equal(office_revoke(w.c[SECOND].session, &device, &e), 0);
	world_must_sync(&w, SECOND);
	world_must_sync(&w, WORKER);
	assert_true(roster_device(r, &device)->revoked);
	restore(true);
	two_officers(); /* OFFICER never saw the revocation */
	assert_int_equal(hub_device(w.hub, &device, &pub), VERDICT_ACCEPTED);
	(void)sync_of(WORKER);
	assert_int_equal(hub_device(w.hub, &device, &pub), VERDICT_REVOKED);
	(void)sync_of(OFFICER);
	(void)sync_of(SECOND);
	assert_true(roster_device(&world_store(&w, OFFICER)->roster,
	    &device)->revoked);
}

/* ---- what must not be believed ---- */

static void
one_signature_is_none(void **state)
{
	struct office_order o;
	struct buf text;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "lost", NULL), 0);
	world_must_sync(&w, WORKER);
	restore(true);
	assert_int_equal(office_order_succession(w.c[WORKER].session,
	    &w.c[WORKER].remote, &o, &e), -1);
	assert_int_equal(office_order_succession(w.c[OFFICER].session,
	    &w.c[OFFICER].remote, &o, &e), 0);
	buf_init(&text, 4096);
	assert_int_equal(office_order_sign(w.c[OFFICER].session, o.text, &text,
	    &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_order_sign(w.c[WORKER].session, o.text, &text,
	    &e), -1);
	buf_done(&text);
	office_order_done(&o);
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
}

/* The shares are the second hand of an office with one officer. */
static void
the_root_is_a_second_hand(void **state)
{
	struct office_order o;
	struct buf text;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "lost", NULL), 0);
	world_must_sync(&w, WORKER);
	restore(true);
	assert_int_equal(office_order_succession(w.c[OFFICER].session,
	    &w.c[OFFICER].remote, &o, &e), 0);
	buf_init(&text, 4096);
	assert_int_equal(office_succession_sign(w.c[OFFICER].session, o.text,
	    w.shares[0], w.shares[0], &text, &e), -1);
	assert_int_equal(office_succession_sign(w.c[OFFICER].session, o.text,
	    w.shares[0], w.shares[1], &text, &e), 0);
	office_order_done(&o);
	if (end(&text) != 0)
		fail_msg("%s", e.text);
	all_sync(2, 4);
	is_whole(WORKER);
}

/* Without a new log it is a hub that forgets, as ever. */
static void
an_old_database_alone_is_an_alarm(void **state)
{
	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "lost", NULL), 0);
	world_must_sync(&w, WORKER);
	restore(false);
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	assert_true(world_store(&w, WORKER)->stopped);
	/* Who knows no more than the backup has sees nothing odd. */
	(void)sync_of(OTHER);
}

/* What the hub changes of its word about the new log. */
enum story {
	STORY_ORDER, STORY_NO_ORDER, STORY_BEFORE, STORY_HEAD,
	STORY_TWICE_BEFORE, STORY_SHORT, STORIES,
	STORY_SWAPPED, STORY_NOTHING /* a contradiction, and no word of it */
};
static enum story story;

static void
turn(struct view v, size_t at)
{
	((uint8_t *)(uintptr_t)v.data)[at] ^= 1;
}

static void
tell(struct proto_successions *list)
{
	struct proto_succession *in = &list->items[0];
	struct view before = in->before;

	if (story == STORY_ORDER) /* one bit of what was signed */
		turn(in->order, in->order.len - 2);
	else if (story == STORY_NO_ORDER)
		in->order.len = 0;
	else if (story == STORY_BEFORE)
		turn(in->before, in->before.len / 2);
	else if (story == STORY_HEAD)
		turn(in->head, in->head.len / 2);
	else if (story == STORY_TWICE_BEFORE)
		in->head = before;
	else if (story == STORY_NOTHING)
		list->count = 0;
	else if (story == STORY_SWAPPED) {
		in->before = in->head;
		in->head = before;
	}
}

static int
other_story(struct world *x, const char *path, struct view request,
    int *status, struct buf *answer, struct err *err)
{
	struct proto_successions list;
	struct buf copy, out;

	(void)x;
	(void)request;
	(void)err;
	if (strcmp(path, "/v1/succession") != 0 || *status != 200)
		return 0;
	buf_init(&copy, PROTO_ANSWER_BYTES_MAX);
	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	buf_add(&copy, answer->data, answer->len);
	assert_int_equal(proto_successions_decode(buf_view(&copy), &list,
	    err), 0);
	assert_int_equal(list.count, 1);
	tell(&list);
	proto_successions_encode(&list, &out);
	buf_reset(answer);
	buf_add(answer, out.data, story == STORY_SHORT ? out.len / 2 :
	    out.len);
	buf_done(&copy);
	buf_done(&out);
	return 0;
}

/* However it is told, the device stands where it stood, and an honest word is
 * followed afterwards. */
static void
a_changed_story_is_not_followed(void **state)
{
	int64_t before;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "lost", NULL), 0);
	world_must_sync(&w, WORKER);
	restore(true);
	two_officers();
	before = world_count(&w, WORKER, "SELECT count(*) FROM outgoing "
	    "WHERE state = 2");
	w.tamper = other_story;
	for (story = 0; story < STORIES; story++) {
		assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
		assert_int_equal(world_count(&w, WORKER, "SELECT count(*) "
		    "FROM outgoing WHERE state = 2"), before);
	}
	w.tamper = NULL;
	assert_true(sync_of(WORKER).restored);
	all_sync(2, 4);
	is_whole(WORKER);
}

/* Another log, and nothing that says how it came to be: an alarm as ever. */
static void
an_untold_log_is_an_alarm(void **state)
{
	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "lost", NULL), 0);
	world_must_sync(&w, WORKER);
	restore(true);
	two_officers();
	w.tamper = other_story;
	story = STORY_SWAPPED;
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	assert_true(world_store(&w, WORKER)->stopped);
	story = STORY_NOTHING;
	assert_int_equal(world_sync(&w, OTHER, NULL, &e), -1);
	assert_true(world_store(&w, OTHER)->stopped);
	assert_int_equal(world_count(&w, OTHER, "SELECT count(*) FROM item "
	    "WHERE seq >= 4503599627370496"), 0);
}

/* A hub that told two stories before it was restored: officers who know one of
 * them sign for it, and who was told the other does not follow. */
static void
another_past_is_not_followed(void **state)
{
	int i;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "in one past",
	    NULL), 0);
	(void)sync_of(WORKER);
	restore(false);
	for (i = 0; i < 4; i++) {
		assert_int_equal(world_note(&w, OTHER, &the_case,
		    "in the other", NULL), 0);
		(void)sync_of(OTHER);
	}
	snprintf(backup, sizeof(backup), "%.60s/backup2.db", w.folder);
	assert_int_equal(hub_copy(w.path, backup, NULL, 0, &e), 0);
	restore(true);
	two_officers();
	assert_true(sync_of(OTHER).restored);
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* What it has stands where it stood, and none of the other came. */
	assert_int_equal(world_count(&w, WORKER, "SELECT count(*) FROM "
	    "outgoing WHERE state = 1"), 0);
	assert_int_equal(world_notes(&w, WORKER, &the_case), 2);
	assert_false(world_has(&w, WORKER, "in the other"));
	assert_int_equal(world_sync(&w, WORKER, NULL, &e), -1);
	store_check(world_store(&w, WORKER));
}

/* Cut at each request: the next sync goes on. */
static void
cut_anywhere(void **state)
{
	unsigned n, calls;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, WORKER, &the_case, "lost", NULL), 0);
	world_grant(&w, WORKER, &the_case, SECOND, "notes", true);
	world_must_sync(&w, WORKER);
	restore(true);
	two_officers();
	for (n = 1; n < 20; n++) {
		calls = w.calls;
		if (n % 2 == 1)
			w.cut_answer = calls + (n + 1) / 2;
		else
			w.cut_request = calls + n / 2;
		(void)world_sync(&w, WORKER, NULL, &e);
		w.cut_answer = w.cut_request = 0;
		world_close(&w, WORKER);
		assert_int_equal(world_open(&w, WORKER, &e), 0);
		store_check(world_store(&w, WORKER));
	}
	all_sync(3, 4);
	is_whole(WORKER);
	assert_int_equal(world_notes(&w, SECOND, &the_case), 2);
}

/* It happens twice; who was away for both finds its way through both. */
static void
twice_is_not_too_often(void **state)
{
	int i;

	(void)state;
	back_up();
	assert_int_equal(world_note(&w, OTHER, &the_case, "once", NULL), 0);
	world_must_sync(&w, OTHER);
	restore(true);
	two_officers();
	(void)sync_of(WORKER);
	(void)sync_of(SECOND);
	snprintf(backup, sizeof(backup), "%.60s/backup2.db", w.folder);
	assert_int_equal(hub_copy(w.path, backup, NULL, 0, &e), 0);
	assert_int_equal(world_note(&w, WORKER, &the_case, "twice", NULL), 0);
	world_must_sync(&w, WORKER);
	restore(true);
	two_officers();
	all_sync(3, 4);
	for (i = 0; i < 4; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, OTHER, &the_case), 3);
	assert_int_equal(world_notes(&w, WORKER, &the_case), 3);
}

/* ---- found by the simulator ---- */

/* Nothing is left to do, and nobody makes keys for nobody. */
static void
is_quiet(int n)
{
	struct exchange_result r;
	int i;

	for (i = 0; i < n; i++) {
		r = sync_of(i);
		assert_int_equal(r.rekeyed + r.sent_notes + r.sent_changes +
		    r.got_notes + r.got_changes + r.lost_spaces + r.new_spaces,
		    0);
	}
}

/* Who was away when an officer came learns from the log that it is one. */
static void
who_was_away_learns_the_officers(void **state)
{
	int i;

	(void)state;
	trust_officer(&w, LATER);
	world_must_sync(&w, SECOND);
	back_up();
	assert_int_equal(world_note(&w, OTHER, &the_case, "lost", NULL), 0);
	restore(true);
	assert_null(roster_device(&world_store(&w, WORKER)->roster,
	    &world_store(&w, LATER)->me->device));
	signer = LATER;
	two_officers();
	all_sync(3, 5);
	for (i = 0; i < 5; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, WORKER, &the_case), 2);
}

/* A person's other device is first, and begins the section again; what the
 * one that began it wrote is taken all the same. */
static void
begun_again_by_the_other_device(void **state)
{
	struct id found;
	int i;

	(void)state;
	trust_device(&w, LATER, WORKER);
	all_sync(1, 5);
	back_up();
	world_case(&w, WORKER, "Mari Mets", &found);
	assert_int_equal(world_note(&w, WORKER, &found, "began", NULL), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, LATER);
	restore(true);
	two_officers();
	(void)sync_of(LATER);
	all_sync(3, 5);
	for (i = 0; i < 5; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, WORKER, &found), 1);
	assert_int_equal(world_notes(&w, LATER, &found), 1);
	is_quiet(5);
}

/* What opened is lost, and over before anybody says it again: it closes, and
 * what was written there meanwhile is held and keeps nothing else back. */
static void
what_ended_meanwhile_closes(void **state)
{
	struct id found;

	(void)state;
	back_up();
	world_case(&w, WORKER, "Mari Mets", &found);
	world_grant(&w, WORKER, &found, OTHER, "notes", true);
	assert_int_equal(world_note(&w, WORKER, &found, "began", NULL), 0);
	world_must_sync(&w, WORKER);
	world_must_sync(&w, OTHER);
	assert_int_equal(world_note(&w, OTHER, &found, "not sent", NULL), 0);
	restore(true);
	two_officers();
	(void)sync_of(OTHER);
	world_pass(&w, 400 * 24 * HOUR_MS);
	all_sync(3, 4);
	assert_int_equal(world_count(&w, OTHER, "SELECT count(*) FROM held"),
	    1);
	assert_int_equal(world_count(&w, OTHER, "SELECT count(*) FROM version "
	    "WHERE state IN (1, 2)"), 0);
	assert_true(world_has(&w, OTHER, "not sent"));
	assert_false(world_has(&w, OTHER, "began"));
	is_quiet(4);
}

/* A colleague's lost statement opens nothing: nobody else sees a ground. */
static void
a_lost_opening_opens_nothing(void **state)
{
	struct id space;
	int i;

	(void)state;
	space = trust_space(&w, WORKER, &the_case, "notes");
	trust_keeper(&w, WORKER, &space, OTHER);
	all_sync(2, 4);
	back_up();
	trust_keeper(&w, OTHER, &space, SECOND);
	all_sync(2, 4);
	assert_int_equal(trust_right(&w, WORKER, &space, SECOND), RIGHT_KEEP);
	restore(true);
	two_officers();
	(void)sync_of(WORKER);
	assert_int_equal(trust_listed(&w, WORKER, &space, SECOND), 0);
	(void)sync_of(SECOND);
	/* Its author says it again. */
	all_sync(3, 4);
	assert_int_equal(trust_right(&w, WORKER, &space, SECOND), RIGHT_KEEP);
	for (i = 0; i < 4; i++)
		is_whole(i);
	is_quiet(4);
}

static void
take_over(int by, const struct id *space)
{
	struct office_order o;
	struct buf text;

	if (office_order_takeover(w.c[by].session, space,
	    &w.c[LATER].person, &o, &e) != 0)
		fail_msg("%s", e.text);
	sign_by(by == OFFICER ? signer : OFFICER, &o, &text);
	office_order_done(&o);
	if (office_takeover(w.c[by].session, &w.c[by].remote,
	    buf_str(&text), w.shares[0], w.shares[1], &e) != 0)
		fail_msg("%s", e.text);
	buf_done(&text);
}

/* Two officers let somebody take over, and the hub lost it. While their order
 * is good it comes back with what rests on it; later nobody goes on by it. */
static void
lost_takeover(int64_t days, enum right right, bool officer_keeps)
{
	struct id space;

	world_join(&w, LATER);
	space = trust_space(&w, WORKER, &the_case, "notes");
	if (officer_keeps)
		trust_keeper(&w, WORKER, &space, OFFICER);
	all_sync(2, 5);
	back_up();
	take_over(OFFICER, &space);
	all_sync(2, 5);
	assert_int_equal(trust_right(&w, WORKER, &space, LATER), RIGHT_KEEP);
	world_pass(&w, days * 24 * HOUR_MS);
	restore(true);
	two_officers();
	all_sync(4, 5);
	assert_int_equal(trust_listed(&w, WORKER, &space, LATER),
	    right != RIGHT_NONE);
	if (right != RIGHT_NONE)
		assert_int_equal(trust_right(&w, WORKER, &space, LATER),
		    right);
	/* What was received then stays, as the hub tells of no end. */
	assert_int_equal(world_notes(&w, LATER, &the_case), 1);
	is_quiet(5);
}

static void
an_order_comes_back_while_it_is_good(void **state)
{
	(void)state;
	lost_takeover(1, RIGHT_KEEP, false);
}

static void
an_old_order_does_not_come_back(void **state)
{
	(void)state;
	lost_takeover(8, RIGHT_NONE, false);
}

/* Nor for its own officer, who keeps the section and could list them. */
static void
an_old_order_is_nothing_to_its_officer(void **state)
{
	(void)state;
	lost_takeover(8, RIGHT_NONE, true);
}

/* An order that the hub lost does not come back; the next one of that officer
 * follows what is left of the log, for who had seen the lost one too. */
static void
an_order_after_a_lost_one(void **state)
{
	struct office_labels l;
	struct office_order o;
	struct buf text;
	struct id space;
	int i;

	(void)state;
	world_join(&w, LATER);
	space = trust_space(&w, WORKER, &the_case, "notes");
	all_sync(2, 5);
	back_up();
	assert_int_equal(office_order_labels(w.c[signer].session,
	    &w.c[WORKER].person, &o, &e), 0);
	sign_by(OFFICER, &o, &text);
	office_order_done(&o);
	assert_int_equal(office_labels(w.c[signer].session,
	    &w.c[signer].remote, buf_str(&text), w.shares[0], w.shares[1],
	    &l, &e), 0);
	office_labels_done(&l);
	buf_done(&text);
	all_sync(1, 5);
	restore(true);
	two_officers();
	all_sync(2, 5);
	take_over(signer, &space);
	all_sync(3, 5);
	assert_int_equal(trust_right(&w, WORKER, &space, LATER), RIGHT_KEEP);
	for (i = 0; i < 5; i++)
		is_whole(i);
	is_quiet(5);
}

/* A text that the hub lost, and whose author has lost the right since: it comes
 * back as a deposit, is filed, and is sent to all who had it before. */
static void
what_was_lost_is_filed(void **state)
{
	struct review_decision d = { .outcome = OUTCOME_FILED,
		.basis = "Social Welfare Act 32: the child's safety" };
	struct review_list l;
	int i;

	(void)state;
	world_grant(&w, WORKER, &the_case, SECOND, "notes", false);
	all_sync(1, 4);
	back_up();
	assert_int_equal(world_note(&w, OTHER, &the_case, "theirs, lost",
	    NULL), 0);
	(void)sync_of(OTHER);
	all_sync(1, 4);
	restore(true);
	two_officers();
	(void)sync_of(WORKER);
	world_withdraw(&w, WORKER, &the_case, OTHER, "notes");
	(void)sync_of(WORKER);
	assert_int_equal(sync_of(OTHER).held_new, 1);
	assert_int_equal(sync_of(WORKER).reviews_new, 1);
	assert_int_equal(review_list(w.c[WORKER].session, &l, &e), 0);
	assert_int_equal(l.count, 1);
	d.id = l.items[0].id;
	review_list_done(&l);
	if (review_decide(w.c[WORKER].session, &d, &e) != 0)
		fail_msg("%s", e.text);
	all_sync(2, 4);
	for (i = 0; i < 4; i++)
		if (i != OTHER) /* who keeps the mark that it was held */
			is_whole(i);
	assert_int_equal(world_notes(&w, WORKER, &the_case), 2);
	assert_int_equal(world_notes(&w, SECOND, &the_case), 2);
	is_quiet(4);
}

/* The hub was restored to a time at which somebody was in, who had nothing but
 * headers before they were put out: let in again, they get all of it. */
static void
who_was_in_unseen_asks_for_all(void **state)
{
	int i;

	(void)state;
	world_grant(&w, WORKER, &the_case, SECOND, "notes", true);
	(void)sync_of(WORKER);
	assert_int_equal(world_note(&w, WORKER, &the_case, "second", NULL), 0);
	(void)sync_of(WORKER);
	back_up();
	world_withdraw(&w, WORKER, &the_case, SECOND, "notes");
	all_sync(2, 4);
	assert_false(world_has(&w, SECOND, "second"));
	restore(true);
	two_officers();
	world_grant(&w, WORKER, &the_case, SECOND, "notes", true);
	all_sync(3, 4);
	for (i = 0; i < 4; i++)
		is_whole(i);
	assert_int_equal(world_notes(&w, SECOND, &the_case), 2);
}

/* Files that came after the backup are offered again by who has them: by their
 * author, and what the author has no more, by who fetched it and may write. */
static void
files_are_offered_again(void **state)
{
	struct attachments_wish wish = { .case_id = the_case,
		.path = "tests/data/notes-year.csv" };
	struct id before, after, fetched;
	struct exchange_result r;
	char path[128];

	(void)state;
	assert_int_equal(attachments_add(w.c[WORKER].session, &wish, &before,
	    &e), 0);
	sync_of(WORKER);
	back_up();
	assert_int_equal(attachments_add(w.c[WORKER].session, &wish, &after,
	    &e), 0);
	assert_int_equal(attachments_add(w.c[WORKER].session, &wish, &fetched,
	    &e), 0);
	sync_of(WORKER);
	sync_of(OTHER);
	assert_int_equal(fetch_attachment(w.c[OTHER].session,
	    &w.c[OTHER].remote, &fetched, NULL, &e), 0);
	assert_int_equal(attachments_drop(w.c[WORKER].session, &fetched, &e),
	    0);
	restore(true);
	two_officers();
	r = sync_of(WORKER);
	assert_true(r.restored);
	assert_int_equal(r.files_sent, 2);
	assert_int_equal(fetch_attachment(w.c[WORKER].session,
	    &w.c[WORKER].remote, &fetched, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	sync_of(OTHER);
	sync_of(OTHER);
	assert_int_equal(fetch_attachment(w.c[WORKER].session,
	    &w.c[WORKER].remote, &fetched, NULL, &e), 0);
	assert_int_equal(fetch_attachment(w.c[OTHER].session,
	    &w.c[OTHER].remote, &after, NULL, &e), 0);
	assert_int_equal(fetch_attachment(w.c[OTHER].session,
	    &w.c[OTHER].remote, &before, NULL, &e), 0);
	snprintf(path, sizeof(path), "%s/out", w.folder);
	assert_int_equal(attachments_save(w.c[OTHER].session, &after, path,
	    &e), 0);
	unlink(path);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_backup_lacked_is_sent_again),
		TEST(files_are_offered_again),
		TEST(who_joins_later_finds_one_log),
		TEST(a_lost_withdrawal_holds),
		TEST(a_lost_revocation_holds),
		TEST(a_worker_brings_the_directory_back),
		TEST(one_signature_is_none),
		TEST(the_root_is_a_second_hand),
		TEST(an_old_database_alone_is_an_alarm),
		TEST(a_changed_story_is_not_followed),
		TEST(an_untold_log_is_an_alarm),
		TEST(another_past_is_not_followed),
		TEST(cut_anywhere),
		TEST(twice_is_not_too_often),
		TEST(who_was_away_learns_the_officers),
		TEST(begun_again_by_the_other_device),
		TEST(what_ended_meanwhile_closes),
		TEST(a_lost_opening_opens_nothing),
		TEST(what_was_lost_is_filed),
		TEST(who_was_in_unseen_asks_for_all),
		TEST(an_order_comes_back_while_it_is_good),
		TEST(an_old_order_does_not_come_back),
		TEST(an_old_order_is_nothing_to_its_officer),
		TEST(an_order_after_a_lost_one),
	};

	assert_int_equal(keys_init(), 0);
	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
