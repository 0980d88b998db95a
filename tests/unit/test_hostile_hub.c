/*
 * A hub that lies alone: about the time, about what is there, about who asks.
 * It is found out at the first contact that shows it, said in plain words,
 * work goes on, nothing is lost, and nothing is closed or wiped for its word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/consent/consent.h"
#include "client/core/profile/enrol.h"
#include "client/core/office/office.h"
#include "client/core/upkeep/status.h"
#include "client/core/sync/quarantine.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/rules/time.h"
#include "tests/support/trust.h"

#define DAY INT64_C(86400000)
#define YEAR (366 * DAY)

static struct world w;
static struct id the_case, notes;
static struct err e;

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
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
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

static struct status
status_of(int i)
{
	struct status st;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	return st;
}

/* ---- time ---- */

static int (*real_call)(void *, const struct remote_call *, int *,
    struct buf *, struct err *);
static int64_t ahead; /* what the hub adds to the time it takes things at */

/* Accept times run ahead; asked for the time, the hub says the right one. */
static int
date_ahead(void *ctx, const struct remote_call *c, int *status,
    struct buf *answer, struct err *why)
{
	bool push = strcmp(c->path, "/v1/push") == 0;
	int rc;

	if (push)
		world_pass(&w, ahead);
	rc = real_call(ctx, c, status, answer, why);
	if (push)
		world_pass(&w, -ahead);
	return rc;
}

static void
send_ahead(int i, const char *text)
{
	real_call = w.c[i].remote.call;
	w.c[i].remote.call = date_ahead;
	assert_int_equal(world_note(&w, i, &the_case, text, NULL), 0);
	assert_int_equal(world_must_sync(&w, i).sent_notes, 1);
	w.c[i].remote.call = real_call;
}

/* A quarter of a year ahead. Taken in, said, and not believed. */
static void
test_accept_times_ahead(void **state)
{
	int64_t now = atomic_load(&w.wall_ms);
	struct exchange_result r;

	(void)state;
	ahead = 100 * DAY;
	send_ahead(0, "from the future");
	r = world_must_sync(&w, 1);
	assert_int_equal(r.got_notes, 1);
	assert_int_equal(r.quarantined_new + r.lost_spaces, 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	assert_true(world_store(&w, 1)->hub_ms <= now + 2 * TIME_SLACK_MS);
	assert_true(hlc_ms(world_store(&w, 1)->hlc) <=
	    now + 3 * TIME_SLACK_MS);
	assert_true(status_of(1).suspect_ms > now + 99 * DAY);
	assert_int_equal(status_of(2).suspect_ms, 0);
	/* Both go on, also after a restart. */
	world_close(&w, 1);
	assert_int_equal(world_open(&w, 1, &e), 0);
	world_pass(&w, DAY);
	assert_int_equal(world_note(&w, 1, &the_case, "answer", NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	assert_int_equal(world_must_sync(&w, 0).got_notes, 1);
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
	assert_int_equal(trust_listed(&w, 0, &notes, 1), 1);
	assert_true(world_store(&w, 1)->hub_ms <= now + DAY +
	    2 * TIME_SLACK_MS);
}

/* Long enough to be past whatever the log's time has reached. */
static void
renew(int whom)
{
	struct consent_draft d = { .case_id = the_case,
		.audience = w.c[whom].person, .sections = "notes",
		.right = RIGHT_WRITE, .giver = "Mari",
		.giver_role = "guardian",
		.until_ms = atomic_load(&w.wall_ms) + 4 * YEAR };
	struct id id;

	assert_int_equal(consent_grant(w.c[0].session, &d, &id, &e), 0);
}

/* The hub says of its own clock, too, that it is two years later. Text waits
 * and what would have ended is hidden; no epoch shuts anybody out and nothing
 * is wiped. Once the hub says the right time again all of it is shown; for the
 * log, which cannot go back, a person gives what had ended anew. */
static void
test_clock_of_the_hub_ahead(void **state)
{
	uint32_t number = trust_number(&w, 0, &notes);
	struct exchange_result r;
	int i;

	(void)state;
	world_pass(&w, 2 * YEAR);
	for (i = 0; i < 3; i++)
		w.c[i].skew_ms = -2 * YEAR;
	/* Everybody takes in something of that time. */
	assert_int_equal(office_revoke(w.c[0].session,
	    &world_store(&w, 2)->me->device, &e), 0);
	assert_int_equal(world_note(&w, 0, &the_case, "waits", NULL), 0);
	r = world_must_sync(&w, 0);
	assert_true(r.skew_ms < -YEAR);
	assert_int_equal(r.sent_notes, 0);
	r = world_must_sync(&w, 1);
	assert_true(r.skew_ms < -YEAR);
	assert_int_equal(r.lost_spaces + r.quarantined_new, 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 0);
	assert_true(world_has(&w, 1, "the first"));
	world_must_sync(&w, 0);
	assert_int_equal(trust_number(&w, 0, &notes), number);
	assert_int_equal(trust_listed(&w, 0, &notes, 1), 1);
	world_pass(&w, DAY - 2 * YEAR);
	for (i = 0; i < 3; i++)
		w.c[i].skew_ms = 0;
	(void)world_sync(&w, 1, NULL, &e);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	renew(1);
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	assert_int_equal(world_must_sync(&w, 1).got_notes, 1);
	assert_int_equal(world_note(&w, 1, &the_case, "goes on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
	assert_int_equal(world_notes(&w, 1, &the_case), 3);
}

/* A stamp of many months ahead that its author's clock no longer knows of drags
 * nobody else's along. */
static void
test_stamp_ahead(void **state)
{
	int64_t now;

	(void)state;
	w.c[1].skew_ms = 300 * DAY;
	assert_int_equal(world_note(&w, 1, &the_case, "next year", NULL), 0);
	w.c[1].skew_ms = 0;
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	now = atomic_load(&w.wall_ms);
	assert_true(hlc_ms(world_store(&w, 0)->hlc) <= now + TIME_SLACK_MS);
}

/* ---- what is there ---- */

static void (*change)(struct proto_page *p);

static int
on_page(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *why)
{
	struct proto_page *p;
	struct buf out;

	(void)world;
	(void)request;
	if (strcmp(path, "/v1/pull") != 0 || *status != 200)
		return 0;
	p = mem_new(sizeof(*p));
	assert_int_equal(proto_page_decode(buf_view(answer), p, why), 0);
	change(p);
	buf_init(&out, SIZE_MAX);
	proto_page_encode(p, &out);
	buf_reset(answer);
	buf_add(answer, out.data, out.len);
	buf_done(&out);
	proto_page_done(p);
	mem_free(p);
	return 0;
}

static void
with_lies(void (*fn)(struct proto_page *p))
{
	change = fn;
	w.tamper = fn != NULL ? on_page : NULL;
}

static void
withhold_last(struct proto_page *p)
{
	if (p->count > 0)
		p->count--;
}

/* What is left out at the end of a page shows with whatever comes next. */
static void
test_last_item_withheld(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "kept from you", NULL),
	    0);
	world_must_sync(&w, 0);
	with_lies(withhold_last);
	world_must_sync(&w, 1);
	with_lies(NULL);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(world_note(&w, 0, &the_case, "the next", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 3);
	assert_int_equal(status_of(1).quarantined, 0);
}

static void
misdate_last(struct proto_page *p)
{
	if (p->count > 0)
		p->items[p->count - 1].accept_ms++;
}

/* Shown and not proven: no later item is needed to ask for it again. */
static void
test_last_item_unproven(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "kept from you", NULL),
	    0);
	world_must_sync(&w, 0);
	with_lies(misdate_last);
	world_must_sync(&w, 1);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	/* However often it is shown, it is one question. */
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM want"), 1);
	with_lies(NULL);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM want"), 0);
}

/* The whole log once more, whatever the device had named as its place. */
static void
test_replayed(void **state)
{
	struct exchange_result r;

	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "second", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(db_exec(world_store(&w, 1)->db,
	    "DELETE FROM meta WHERE key = 'pull.cursor'", &e), 0);
	r = world_must_sync(&w, 1);
	assert_int_equal(r.got_notes + r.got_changes + r.quarantined_new +
	    r.new_spaces + r.lost_spaces, 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version v "
	    "JOIN record r USING (rid) WHERE r.type = 4"), 2);
}

/* An epoch whose recipients the hub has changed is no epoch. */
static void
swap_recipients(struct proto_page *p)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	size_t i;

	for (i = 0; i < p->count; i++)
		if (changeset_decode(p->items[i].bytes, cs, &e) == 0 &&
		    cs->h.kind == CHANGESET_EPOCH) {
			uint8_t *b = (uint8_t *)(uintptr_t)
			    p->items[i].bytes.data;

			b[p->items[i].bytes.len - 1] ^= 1;
		}
	mem_free(cs);
}

static void
test_recipients_swapped(void **state)
{
	(void)state;
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_must_sync(&w, 0);
	with_lies(swap_recipients);
	/* It knows of the withdrawal and not of the epoch: it tries to leave
	 * itself out, and is refused. */
	(void)world_sync(&w, 1, NULL, &e);
	assert_true(world_has(&w, 1, "the first"));
	assert_true(status_of(1).quarantined > 0);
	world_must_sync(&w, 2);
	assert_false(world_has(&w, 2, "the first"));
	with_lies(NULL);
	assert_int_equal(world_must_sync(&w, 1).lost_spaces, 1);
	world_must_sync(&w, 2);
	assert_false(world_has(&w, 1, "the first"));
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
}

/* ---- what was never written ---- */

static uint64_t made_up;

/* Things that no log has, as many as a page takes. */
static void
flood(struct proto_page *p)
{
	static uint8_t rubbish[600];
	struct proto_item *list = mem_new(PROTO_PAGE_ITEMS_MAX *
	    sizeof(*list));
	size_t i;

	mem_free(p->items);
	p->items = list;
	p->count = PROTO_PAGE_ITEMS_MAX;
	for (i = 0; i < p->count; i++) {
		list[i].seq = 1000000 + made_up++;
		list[i].sseq = 1;
		list[i].accept_ms = WORLD_NOW;
		list[i].bytes = view_of(rubbish, sizeof(rubbish));
	}
}

static void
test_flood_of_rubbish(void **state)
{
	int i;

	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "second", NULL), 0);
	world_must_sync(&w, 0);
	assert_int_equal(world_note(&w, 1, &the_case, "own", NULL), 0);
	with_lies(flood);
	for (i = 0; i < 4; i++)
		(void)world_sync(&w, 1, NULL, &e);
	with_lies(NULL);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM quarantine"),
	    QUARANTINE_ODD_ITEMS);
	assert_true(status_of(1).refused >= PROTO_PAGE_ITEMS_MAX);
	assert_true(world_has(&w, 1, "own"));
	/* The truth has its place all the same. */
	assert_int_equal(world_note(&w, 0, &the_case, "third", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 1, &the_case), 4);
	assert_int_equal(world_notes(&w, 0, &the_case), 4);
}

/* A section whose text waits for its key while there is no room: it is asked
 * for again when the key comes. */
static void
test_no_room_to_wait(void **state)
{
	struct stmt *q;
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
		world_must_sync(&w, 0);
	}
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_must_sync(&w, 0);
	q = db_prepare(world_store(&w, 2)->db, "INSERT INTO quarantine_sum "
	    "(space, items) VALUES (?, ?)");
	db_bind_id(q, 1, &notes);
	db_bind_int(q, 2, QUARANTINE_SPACE_ITEMS - 2);
	assert_int_equal(db_run(q, &e), 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 6);
	assert_int_equal(status_of(2).refused, 0);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM quarantine"),
	    0);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM want"), 0);
	assert_int_equal(world_must_sync(&w, 2).got_notes, 0);
}

/* The sums follow the rows, whatever is done to them. */
static void
test_sums(void **state)
{
	struct store *s = world_store(&w, 2);
	static const enum quarantine_reason to[2] = { QUARANTINE_KEY,
		QUARANTINE_FOREIGN };
	struct quarantined in = { .space = notes };
	struct view bytes = view_str("twelve bytes");
	bool added;
	size_t n;
	int i;

	(void)state;
	in.bytes.data = (uint8_t *)(uintptr_t)bytes.data;
	in.bytes.len = bytes.len;
	assert_int_equal(db_begin(s->db, &e), 0);
	for (i = 0; i < 6; i++) {
		in.seq = 500 + (uint64_t)i;
		in.reason = i < 4 ? QUARANTINE_KEY : QUARANTINE_PROOF;
		assert_int_equal(quarantine_add_tx(s, &in, "words", &added,
		    &e), 0);
		assert_true(added);
		assert_int_equal(quarantine_add_tx(s, &in, "words", &added,
		    &e), 0);
		assert_false(added);
	}
	assert_int_equal(quarantine_drop_tx(s, 500, QUARANTINE_KEY, &e), 0);
	assert_int_equal(world_count(&w, 2, "SELECT group_concat(items || "
	    "'.' || bytes, ' ') = '3.36 3.36 2.24' FROM (SELECT * FROM "
	    "quarantine_sum WHERE items > 0 ORDER BY space)"), 1);
	assert_int_equal(quarantine_judge_tx(s, &notes, to, "words", &n, &e),
	    0);
	assert_int_equal(n, 3);
	assert_int_equal(world_count(&w, 2, "SELECT group_concat(items || "
	    "'.' || bytes, ' ') = '5.60' FROM quarantine_sum "
	    "WHERE items > 0"), 1);
	db_rollback(s->db);
}

/* ---- a fork, and the days after it ---- */

static char other[128];

static void
to_other_hub(void)
{
	char first[128];

	world_hub_close(&w);
	memcpy(first, w.path, sizeof(w.path));
	memcpy(w.path, other, sizeof(w.path));
	memcpy(other, first, sizeof(w.path));
	world_hub_open(&w);
}

static void
copy_hub(void)
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

/* Found at once; people go on writing, opening cases and asking for consent,
 * also after a restart; the hub gets none of it, and says so each time. */
static void
test_work_after_a_fork(void **state)
{
	struct id new_case;
	uint64_t up;
	int64_t outgoing;

	(void)state;
	copy_hub();
	assert_int_equal(world_note(&w, 0, &the_case, "here", NULL), 0);
	world_must_sync(&w, 0);
	to_other_hub();
	assert_int_equal(world_note(&w, 1, &the_case, "there", NULL), 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_non_null(strstr(e.text, "tell the office"));
	assert_true(status_of(0).stopped);
	assert_true(status_of(0).stopped_words[0] != '\0');
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM evidence "
	    "WHERE length(ours) > 100 AND length(theirs) > 100"), 1);
	world_close(&w, 0);
	assert_int_equal(world_open(&w, 0, &e), 0);
	outgoing = world_count(&w, 0, "SELECT count(*) FROM outgoing");
	assert_int_equal(world_note(&w, 0, &the_case, "on my own", NULL), 0);
	assert_int_equal(world_set(&w, 0, &the_case, "stage", "2"), 0);
	world_case(&w, 0, "Carl Kask", &new_case);
	assert_int_equal(world_note(&w, 0, &new_case, "new", NULL), 0);
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
	assert_true(status_of(0).unsent >= 6);
	to_other_hub(); /* even when the hub shows its first face again */
	up = w.bytes_up;
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	assert_int_equal(e.code, EXCHANGE_SPLIT);
	assert_true(w.bytes_up - up < 200);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM outgoing"),
	    outgoing);
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
	assert_true(world_has(&w, 0, "on my own"));
	unlink(other);
}

static unsigned pushes;

static int
fork_between(void *ctx, const struct remote_call *c, int *status,
    struct buf *answer, struct err *why)
{
	if (strcmp(c->path, "/v1/push") == 0 && ++pushes == 2)
		to_other_hub();
	return real_call(ctx, c, status, answer, why);
}

/* Texts that make a request of their own together, and no space for more. */
static void
write_a_batch(const struct id *case_id)
{
	static char text[40001];
	size_t i, j;

	for (i = 0; i < 40; i++) {
		for (j = 0; j < sizeof(text) - 1; j++)
			text[j] = (char)('a' + rand() % 26);
		assert_int_equal(world_note(&w, 0, case_id, text, NULL), 0);
	}
}

/* Each answer continues the one before, also one that is not filed yet; and
 * what the first one said is kept although the second one is not believed. */
static void
test_fork_between_answers(void **state)
{
	static const char acked[] =
	    "SELECT count(*) FROM outgoing WHERE state = 2";
	struct id second;
	int64_t before, all;

	(void)state;
	world_case(&w, 0, "Carl Kask", &second);
	assert_int_equal(world_note(&w, 0, &second, "opens it", NULL), 0);
	world_must_sync(&w, 0);
	write_a_batch(&the_case);
	write_a_batch(&second);
	copy_hub();
	before = world_count(&w, 0, acked);
	pushes = 0;
	real_call = w.c[0].remote.call;
	w.c[0].remote.call = fork_between;
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(pushes, 2);
	w.c[0].remote.call = real_call;
	to_other_hub();
	all = world_count(&w, 0, "SELECT count(*) FROM outgoing "
	    "WHERE state IN (1, 2)") - before;
	assert_int_equal((world_count(&w, 0, acked) - before) * 2, all);
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 40);
	assert_int_equal(world_count(&w, 0, acked), before + all);
	unlink(other);
}

/* ---- who asks ---- */

/* A space that is not one's own, asked for by name. */
static void
test_want_of_a_stranger(void **state)
{
	struct store *s = world_store(&w, 2);
	struct proto_pull *ask = mem_new(sizeof(*ask));
	struct proto_page *page = mem_new(sizeof(*page));
	struct changeset *cs = mem_new(sizeof(*cs));
	struct remote_call c = { "POST", "/v1/pull", { NULL, 0 }, s->me };
	struct buf body, answer;
	size_t i;

	(void)state;
	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	ask->known = s->head.at;
	ask->at.cursor = s->head.at.size;
	ask->max_bytes = PROTO_PAGE_BYTES_MAX;
	ask->want_count = 1;
	ask->wants[0].space = notes;
	ask->wants[0].upto_sseq = UINT64_MAX;
	proto_pull_encode(ask, &body);
	c.body = buf_view(&body);
	assert_int_equal(world_serve(w.hub, &c, &answer), 200);
	assert_int_equal(proto_page_decode(buf_view(&answer), page, &e), 0);
	for (i = 0; i < page->count; i++) {
		assert_int_equal(changeset_decode(page->items[i].bytes, cs,
		    &e), 0);
		assert_false(id_eq(&cs->h.space, &notes));
	}
	proto_page_done(page);
	buf_done(&body);
	buf_done(&answer);
	mem_free(ask);
	mem_free(page);
	mem_free(cs);
}

/* The list of who wishes to join, filled by the hub. */
static struct device_keys nobody[PROTO_REQUESTS_MAX];

static int
fill_requests(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *why)
{
	struct proto_requests *list;
	size_t i;

	(void)world;
	(void)request;
	if (strcmp(path, "/v1/requests") != 0 || *status != 200)
		return 0;
	list = mem_new(sizeof(*list));
	assert_int_equal(proto_requests_decode(buf_view(answer), list, why),
	    0);
	for (i = list->count; i < PROTO_REQUESTS_MAX; i++) {
		list->items[i] = list->items[0];
		list->items[i].sign = nobody[i].sign_pub;
		list->items[i].box = nobody[i].box_pub;
	}
	list->count = PROTO_REQUESTS_MAX;
	buf_reset(answer);
	proto_requests_encode(list, answer);
	mem_free(list);
	return 0;
}

static void
test_flood_of_requests(void **state)
{
	struct office_approval a = { .name = "Person 3", .title = "nurse" };
	struct office_request_list l;
	struct enrol_result asked;
	size_t i, known = 0;
	struct buf card;

	(void)state;
	world_profile(&w, 3);
	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	assert_int_equal(enrol_join(w.c[3].session, &w.c[3].remote,
	    buf_str(&card), &asked, &e), 0);
	buf_done(&card);
	for (i = 0; i < PROTO_REQUESTS_MAX; i++)
		keys_device_make(&nobody[i]);
	w.tamper = fill_requests;
	assert_int_equal(office_requests(w.c[0].session, &w.c[0].remote, &l,
	    &e), 0);
	assert_int_equal(l.count, PROTO_REQUESTS_MAX);
	for (i = 0; i < l.count; i++) {
		known += l.items[i].known_card;
		if (l.items[i].known_card)
			continue;
		a.code = l.items[i].code;
		assert_int_equal(office_approve(w.c[0].session,
		    &w.c[0].remote, &a, &e), -1);
		assert_int_equal(e.kind, ERR_DENIED);
	}
	assert_int_equal(known, 1);
	office_request_list_done(&l);
	a.code = asked.code;
	assert_int_equal(office_approve(w.c[0].session, &w.c[0].remote, &a,
	    &e), 0);
	w.tamper = NULL;
	world_must_sync(&w, 3);
	assert_int_equal(world_store(&w, 3)->stage, STORE_MEMBER);
	assert_int_equal(world_store(&w, 0)->roster.device_count, 4);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_accept_times_ahead), T(test_clock_of_the_hub_ahead),
		T(test_stamp_ahead), T(test_last_item_withheld),
		T(test_last_item_unproven),
		T(test_replayed), T(test_recipients_swapped),
		T(test_flood_of_rubbish), T(test_no_room_to_wait),
		T(test_sums), T(test_work_after_a_fork),
		T(test_fork_between_answers),
		T(test_want_of_a_stranger), T(test_flood_of_requests)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
