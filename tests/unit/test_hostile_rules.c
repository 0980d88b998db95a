/*
 * Members who break the rules, with a hub that takes whatever they send: what
 * is refused is refused by every client for itself, with its place kept, and
 * everybody's work goes on. And where the hub cannot see it, without its help.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "client/core/local/versions.h"
#include "client/core/outbox/outbox.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "common/rules/admit.h"
#include "common/wire/erase.h"
#include "tests/support/trust.h"

#define DAY INT64_C(86400000)

static struct world w;
static struct id the_case, notes;
static struct err e;

/* ---- a hub that asks no rules ---- */

static pthread_t clients; /* the hub judges in a thread of its own */
static bool takes_all;

enum verdict __real_admit(const struct admit_in *in);
enum verdict __wrap_admit(const struct admit_in *in);

enum verdict
__wrap_admit(const struct admit_in *in)
{
	if (takes_all && !pthread_equal(pthread_self(), clients))
		return VERDICT_ACCEPTED;
	return __real_admit(in);
}

/* Person 0 keeps a case; 1 writes in its notes, 2 reads them, 3 has no part. */
static int
setup(void **state)
{
	(void)state;
	clients = pthread_self();
	takes_all = false;
	world_begin(&w, 4);
	world_case(&w, 0, "Anna Tamm", &the_case);
	assert_int_equal(world_note(&w, 0, &the_case, "the first", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	notes = trust_space(&w, 0, &the_case, "notes");
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
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
must_exec(int i, const char *sql)
{
	assert_int_equal(db_exec(world_store(&w, i)->db, sql, &e), 0);
}

static size_t
aside(int i)
{
	struct status st;

	assert_int_equal(status_read(w.c[i].session, &st, &e), 0);
	return st.quarantined;
}

/* Words under which something is kept aside by ${i}. */
static bool
told(int i, const char *words)
{
	struct stmt *q = db_prepare(world_store(&w, i)->db,
	    "SELECT 1 FROM quarantine WHERE instr(words, ?) > 0");
	int rc;

	db_bind_text(q, 1, words);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

/* ---- epochs ---- */

struct wish { /* how person 1's epoch differs from the one before */
	int drop, garbage;    /* persons; -1: nobody */
	bool cites;           /* something that is no withdrawal */
};

static void
fill(struct space_epoch *se, const struct space_epoch *old,
    const struct wish *wish, struct box_pub *boxes)
{
	const struct roster *r = &world_store(&w, 1)->roster;
	size_t i;

	se->ep.recipients = mem_new((old->ep.recipient_count + 1) *
	    sizeof(*se->ep.recipients));
	for (i = 0; i < old->ep.recipient_count; i++) {
		const struct epoch_recipient *from = &old->ep.recipients[i];

		if (wish->drop >= 0 && id_eq(&from->person,
		    &w.c[wish->drop].person))
			continue;
		boxes[se->ep.recipient_count] = wish->garbage >= 0 &&
		    id_eq(&from->person, &w.c[wish->garbage].person) ?
		    world_store(&w, 1)->me->box_pub :
		    roster_device(r, &from->device)->box;
		se->ep.recipients[se->ep.recipient_count++] = *from;
	}
	if (wish->cites) {
		se->ep.cites[0] = old->id;
		se->ep.cite_count = 1;
	}
}

static void
queue(struct space_epoch *se)
{
	struct store *s = world_store(&w, 1);
	struct outbox_item out = { .kind = CHANGESET_EPOCH, .space = notes,
		.epoch = se->ep.number, .group = outbox_group(s),
		.seen = s->head.at };
	struct space sp;
	struct buf body;
	int64_t oid;

	buf_init(&body, 65536);
	epoch_encode(&se->ep, &body);
	out.clear = buf_view(&body);
	assert_int_equal(spaces_find(s, &notes, &sp, &e), 1);
	sp.epoch = se->ep.number;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_add_tx(s, &out, &se->id, &oid, &e), 0);
	assert_int_equal(spaces_epoch_save_tx(s, se, &e), 0);
	assert_int_equal(spaces_save_tx(s, &sp, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
}

/* What person 1's program would never make. */
static void
false_epoch(const struct wish *wish)
{
	struct store *s = world_store(&w, 1);
	struct box_pub boxes[EPOCH_RECIPIENTS_CASE_MAX];
	struct space_epoch old, se;

	trust_epoch(&w, 1, &notes, &old);
	memset(&se, 0, sizeof(se));
	se.has_key = true;
	se.author = s->me->device;
	se.ep.space = notes;
	se.ep.number = old.ep.number + 1;
	se.ep.prev = old.id;
	fill(&se, &old, wish, boxes);
	keys_sym_make(&se.key);
	epoch_make_keys(&se.ep, &se.key, &old.key, boxes,
	    &s->roster.genesis.recovery);
	queue(&se);
	space_epoch_done(&se);
	space_epoch_done(&old);
}

/* ---- alone ---- */

/* Five new keys in a day: four are taken, the fifth is not, and everybody
 * writes on under the newest. */
static void
test_grinding(void **state)
{
	const struct wish none = { -1, -1, false };
	uint32_t number = trust_number(&w, 0, &notes);
	int i;

	(void)state;
	for (i = 0; i < ADMIT_WRITER_EPOCHS_A_DAY; i++) {
		world_pass(&w, 60000);
		false_epoch(&none);
		world_must_sync(&w, 1);
	}
	false_epoch(&none);
	(void)world_sync(&w, 1, NULL, &e);
	assert_int_equal(world_note(&w, 0, &the_case, "goes on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	assert_int_equal(trust_number(&w, 0, &notes), number +
	    ADMIT_WRITER_EPOCHS_A_DAY);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
	assert_int_equal(aside(0) + aside(2), 0);
}

/* A section whose key this writer may not turn again today does not keep
 * another one open: what a withdrawal closes there is closed at once. */
static void
test_closing_does_not_wait(void **state)
{
	const struct wish none = { -1, -1, false };
	struct id plan, both = notes;
	int i;

	(void)state;
	assert_int_equal(trust_plan(&w, 0, &the_case, "the goal", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "card,plan", true);
	world_grant(&w, 0, &the_case, 2, "plan", false);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	plan = trust_space(&w, 1, &the_case, "plan");
	notes = plan;
	for (i = 0; i < ADMIT_WRITER_EPOCHS_A_DAY; i++) {
		world_pass(&w, 60000);
		false_epoch(&none);
		world_must_sync(&w, 1);
	}
	notes = both;
	world_withdraw(&w, 1, &the_case, 2, "notes,plan");
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &notes, 2), 0);
	assert_int_equal(trust_listed(&w, 1, &plan, 2), 1);
	world_pass(&w, DAY + 60000);
	world_must_sync(&w, 1);
	assert_int_equal(trust_listed(&w, 1, &plan, 2), 0);
}

/* Who keeps nothing leaves a reader out and cites something that is no
 * withdrawal, which the hub cannot see. The reader loses nothing and is told;
 * the keeper's next sync lists them again. */
static void
test_left_out_without_ground(void **state)
{
	const struct wish wish = { 2, -1, true };
	struct exchange_result r;

	(void)state;
	false_epoch(&wish);
	world_must_sync(&w, 1);
	r = world_must_sync(&w, 2);
	assert_int_equal(r.lost_spaces, 0);
	assert_int_equal(r.quarantined_new, 1);
	assert_true(told(2, "without a withdrawal"));
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
	world_close(&w, 2);
	assert_int_equal(world_open(&w, 2, &e), 0);
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
	assert_int_equal(world_note(&w, 0, &the_case, "goes on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 0).rekeyed, 1);
	assert_int_equal(trust_listed(&w, 0, &notes, 2), 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
}

/* If no keeper answers, it ends as rights do that nobody renews. */
static void
test_left_out_for_weeks(void **state)
{
	const struct wish wish = { 2, -1, true };

	(void)state;
	false_epoch(&wish);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	world_pass(&w, 20 * DAY);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 0);
	assert_true(world_has(&w, 2, "the first"));
	world_pass(&w, 2 * DAY);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 1);
	assert_false(world_has(&w, 2, "the first"));
}

/* With a withdrawal it is as ever, also when a writer took it. */
static void
test_left_out_with_ground(void **state)
{
	(void)state;
	world_grant(&w, 0, &the_case, 1, "card", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_withdraw(&w, 1, &the_case, 2, "notes");
	assert_int_equal(world_must_sync(&w, 1).rekeyed, 1);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 1);
	assert_false(world_has(&w, 2, "the first"));
	assert_int_equal(aside(2), 0);
}

/* One member gets a key that opens nothing: told, and nothing is lost. */
static void
test_garbage_key(void **state)
{
	const struct wish wish = { -1, 2, false };

	(void)state;
	false_epoch(&wish);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 0);
	assert_true(told(2, "does not open for this device"));
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
}

/* Text that claims to have seen nothing, as if it did not know of a
 * withdrawal: the hub does not take it. */
static void
claim_nothing_seen(const char *text)
{
	assert_int_equal(world_note(&w, 1, &the_case, text, NULL), 0);
	must_exec(1, "UPDATE version SET seen_size = 0 WHERE state = 1");
	must_exec(1, "UPDATE own_line SET last_seen = 0, acked_seen = 0");
	must_exec(1, "UPDATE author SET seen_size = 0, listed_size = 0");
}

static void
test_claims_to_have_seen_nothing(void **state)
{
	(void)state;
	claim_nothing_seen("I knew nothing");
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 1);
	assert_int_equal(aside(0), 0);
}

/* ---- with a hub that takes it ---- */

static void
test_nothing_seen_together(void **state)
{
	(void)state;
	claim_nothing_seen("I knew nothing");
	takes_all = true;
	(void)world_sync(&w, 1, NULL, &e);
	takes_all = false;
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 1);
	assert_int_equal(world_must_sync(&w, 2).quarantined_new, 1);
	assert_false(world_has(&w, 0, "I knew nothing"));
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
}

static void
test_keeper_left_out_together(void **state)
{
	const struct wish wish = { 0, -1, true };

	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "mine", NULL), 0);
	false_epoch(&wish);
	takes_all = true;
	(void)world_sync(&w, 1, NULL, &e);
	takes_all = false;
	(void)world_sync(&w, 0, NULL, &e);
	assert_true(aside(0) > 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	assert_true(world_has(&w, 0, "mine"));
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 0);
	assert_true(aside(2) > 0);
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
	assert_int_equal(world_note(&w, 0, &the_case, "and on", NULL), 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
}

static void
test_fifth_epoch_together(void **state)
{
	const struct wish none = { -1, -1, false };
	int i;

	(void)state;
	takes_all = true;
	for (i = 0; i <= ADMIT_WRITER_EPOCHS_A_DAY; i++) {
		false_epoch(&none);
		(void)world_sync(&w, 1, NULL, &e);
	}
	takes_all = false;
	assert_true(world_must_sync(&w, 2).quarantined_new >= 1);
	assert_int_equal(world_must_sync(&w, 2).lost_spaces, 0);
	assert_int_equal(world_notes(&w, 2, &the_case), 1);
}

/* A writer opens the section to a device that no statement names. */
static void
test_ghost_together(void **state)
{
	(void)state;
	trust_ghost(&w, 1, &notes, 3);
	takes_all = true;
	trust_push(&w, 1);
	takes_all = false;
	assert_int_equal(world_note(&w, 0, &the_case, "not for three", NULL),
	    0);
	(void)world_sync(&w, 0, NULL, &e);
	assert_true(aside(0) > 0);
	world_must_sync(&w, 3);
	assert_false(world_has(&w, 3, "not for three"));
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
}

/* Sends what person ${i} has sealed for the notes, without pulling first. */
static void
push_sealed(int i)
{
	struct store *s = world_store(&w, i);
	struct stmt *q = db_prepare(s->db, "SELECT bytes FROM outgoing "
	    "WHERE state = 1 AND space = ?");
	struct proto_push *ask = mem_new(sizeof(*ask));
	struct remote_call c = { "POST", "/v1/push", { NULL, 0 }, s->me };
	struct buf bytes, body, answer;

	buf_init(&bytes, SIZE_MAX);
	buf_init(&body, SIZE_MAX);
	buf_init(&answer, SIZE_MAX);
	db_bind_id(q, 1, &notes);
	assert_int_equal(db_step(q, &e), 1);
	buf_add(&bytes, db_blob(q, 0).data, db_blob(q, 0).len);
	db_reset(q);
	ask->known = s->head.at;
	ask->count = 1;
	ask->items[0].bytes = buf_view(&bytes);
	proto_push_encode(ask, &body);
	c.body = buf_view(&body);
	assert_int_equal(world_serve(w.hub, &c, &answer), 200);
	buf_done(&bytes);
	buf_done(&body);
	buf_done(&answer);
	mem_free(ask);
}

/* Text under the key that a withdrawn writer still had, taken after all: no
 * member shows it. */
static void
test_stale_text_together(void **state)
{
	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "too late", NULL), 0);
	w.cut_request = w.calls + WORLD_PUSH; /* sealed, and not sent */
	assert_int_equal(world_sync(&w, 1, NULL, &e), -1);
	w.cut_request = 0;
	world_pass(&w, 600000);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	/* Its own client would pull first; it pushes what it has. */
	takes_all = true;
	push_sealed(1);
	takes_all = false;
	assert_int_equal(world_must_sync(&w, 2).quarantined_new, 1);
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 1);
	assert_false(world_has(&w, 0, "too late"));
	assert_false(world_has(&w, 2, "too late"));
	assert_int_equal(world_note(&w, 0, &the_case, "goes on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
}

/* A keeper's changed program orders a note erased, with the signature of person
 * 2, who may not give one. */
static void
false_order(const struct id *note)
{
	struct store *s = world_store(&w, 0);
	struct outbox_item out = { .kind = CHANGESET_ERASE, .space = notes,
		.epoch = trust_number(&w, 0, &notes), .group = outbox_group(s),
		.seen = s->head.at };
	struct erase *o = mem_new(sizeof(*o));
	struct stmt *q = db_prepare(s->db, "SELECT i.id, v.idx FROM item i "
	    "JOIN version v ON v.seq = i.seq JOIN record r ON r.rid = "
	    "v.rid WHERE r.id = ?");
	struct hash id;
	struct buf body;
	int64_t oid;

	db_bind_id(q, 1, note);
	assert_int_equal(db_step(q, &e), 1);
	assert_int_equal(db_hash(q, 0, &o->what.items[0].id), 0);
	o->what.items[0].map = UINT64_C(1) << db_int(q, 1);
	db_reset(q);
	o->what.count = 1;
	o->what.kind = ERASE_RECORD;
	o->what.reason = ERASE_OTHER;
	erase_record_hash(&notes, note, &o->what.record);
	o->at_ms = atomic_load(&w.wall_ms);
	o->dpo = world_store(&w, 2)->me->device;
	assert_int_equal(erase_sign(o, &notes, &s->me->device,
	    &world_store(&w, 2)->me->sign, &e), 0);
	buf_init(&body, 65536);
	erase_encode(o, &body);
	out.clear = buf_view(&body);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_add_tx(s, &out, &id, &oid, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
	mem_free(o);
}

/* Whose right is over cannot see who keeps the section by now, and follows
 * nobody for it who is no officer of data protection. */
static void
test_erased_outside_together(void **state)
{
	struct id note;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "my own", &note), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	world_pass(&w, 600000);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	assert_int_equal(world_note(&w, 0, &the_case, "between", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	false_order(&note);
	takes_all = true;
	push_sealed(0);
	takes_all = false;
	world_must_sync(&w, 1);
	assert_true(told(1, "about a closed section"));
	world_pass(&w, 8 * DAY);
	world_must_sync(&w, 1);
	world_must_sync(&w, 1);
	assert_true(world_has(&w, 1, "my own"));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM "
	    "erase_order"), 0);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_grinding), T(test_closing_does_not_wait),
		T(test_left_out_without_ground),
		T(test_left_out_for_weeks), T(test_left_out_with_ground),
		T(test_garbage_key), T(test_claims_to_have_seen_nothing),
		T(test_nothing_seen_together),
		T(test_keeper_left_out_together),
		T(test_fifth_epoch_together), T(test_ghost_together),
		T(test_stale_text_together), T(test_erased_outside_together)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
