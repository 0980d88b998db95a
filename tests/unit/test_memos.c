/*
 * Memos: client/core/accord/memos. Person 1 tells the data-protection officer
 * (2) something through the hub; what is refused is sealed again, what cannot
 * be read is kept aside, and who floods is bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/accord/memos.h"
#include "client/core/office/office.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define TEXT "sealed to who is meant"

static struct world w;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 2);
	trust_join_as(&w, 2, ROLE_WORKER | ROLE_DPO);
	world_join(&w, 3);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static int
queue(int from, const struct memo_draft *d, int64_t *mid)
{
	struct store *s = world_store(&w, from);

	assert_int_equal(db_begin(s->db, &e), 0);
	if (memos_queue_tx(s, d, mid, &e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	assert_int_equal(db_commit(s->db, &e), 0);
	return 0;
}

static struct memo_draft
draft(void)
{
	struct memo_draft d = { .topic = MEMO_OVERRIDE,
	    .body = view_str(TEXT) };

	memset(d.about.b, 7, sizeof(d.about.b));
	return d;
}

struct seen {
	size_t count;
	struct memo last;
	char text[40];
};

static int
see(void *ctx, const struct memo *m, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	s->count++;
	s->last = *m;
	memset(s->text, 0, sizeof(s->text));
	memcpy(s->text, m->body.data, m->body.len < sizeof(s->text) - 1 ?
	    m->body.len : sizeof(s->text) - 1);
	return 0;
}

static struct seen
list(int i, unsigned topic)
{
	struct seen s;

	memset(&s, 0, sizeof(s));
	assert_int_equal(memos_each(world_store(&w, i), topic, &s, see, &e),
	    0);
	return s;
}

static void
test_to_a_role(void **state)
{
	struct memo_draft d = draft();
	struct seen s;
	struct buf body;
	struct memo m;
	int64_t mid;

	(void)state;
	d.roles = ROLE_DPO;
	assert_int_equal(queue(1, &d, &mid), 0);
	s = list(1, MEMO_OVERRIDE);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.last.state, MEMO_OWN);
	assert_false(s.last.sent);
	world_must_sync(&w, 1);
	assert_true(list(1, MEMO_OVERRIDE).last.sent);
	assert_int_equal(world_must_sync(&w, 2).memos_new, 1);
	assert_int_equal(world_must_sync(&w, 3).memos_new, 0);
	s = list(2, 0);
	assert_int_equal(s.count, 1);
	assert_string_equal(s.text, TEXT);
	assert_int_equal(s.last.state, MEMO_OPEN);
	assert_int_equal(s.last.topic, MEMO_OVERRIDE);
	assert_int_equal(s.last.about.b[31], 7);
	assert_true(id_eq(&s.last.author, &world_store(&w, 1)->me->device));
	assert_int_equal(list(2, MEMO_ERASE_REQUEST).count, 0);
	assert_int_equal(list(3, 0).count, 0);
	assert_false(world_count(&w, 3, "SELECT count(*) FROM memo") > 0);
	/* Dealt with once; it is found again, also after a restart. */
	assert_int_equal(db_begin(world_store(&w, 2)->db, &e), 0);
	assert_int_equal(memos_done_tx(world_store(&w, 2), s.last.mid, &e),
	    0);
	assert_int_equal(db_commit(world_store(&w, 2)->db, &e), 0);
	world_close(&w, 2);
	assert_int_equal(world_open(&w, 2, &e), 0);
	buf_init(&body, 1000);
	assert_int_equal(memos_find(world_store(&w, 2), s.last.mid, &m,
	    &body, &e), 1);
	assert_int_equal(m.state, MEMO_DONE);
	assert_true(view_eq(m.body, view_str(TEXT)));
	assert_int_equal(memos_find(world_store(&w, 2), 99, &m, &body, &e),
	    0);
	buf_done(&body);
	world_must_sync(&w, 2);
	assert_int_equal(list(2, 0).count, 1);
}

/* Nothing of it in clear at the hub, and nobody named in the body. */
static void
test_to_a_device(void **state)
{
	struct id to = world_store(&w, 3)->me->device;
	struct memo_draft d = draft();
	int64_t mid;

	(void)state;
	d.topic = MEMO_ERASE_REQUEST;
	d.devices = &to;
	d.device_count = 1;
	assert_int_equal(queue(2, &d, &mid), 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_must_sync(&w, 1).memos_new, 0);
	assert_int_equal(world_must_sync(&w, 3).memos_new, 1);
	assert_string_equal(list(3, 0).text, TEXT);
}

static void
test_nobody_there(void **state)
{
	struct id stranger = { { 9 } };
	struct memo_draft d = draft();
	struct id gone = world_store(&w, 3)->me->device;
	static uint8_t much[LETTER_MEMO_MAX + 1];
	int64_t mid;

	(void)state;
	d.devices = &stranger;
	d.device_count = 1;
	assert_int_equal(queue(1, &d, &mid), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	/* Revoked: said before it is written; afterwards left out, and the
	 * recovery key has it. */
	d.devices = &gone;
	assert_int_equal(queue(1, &d, &mid), 0);
	assert_int_equal(office_revoke(w.c[0].session, &gone, &e), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(queue(1, &d, &mid), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_true(list(1, 0).last.sent);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM outgoing"
	    " WHERE kind = 5 AND state = 2"), 1);
	d.device_count = 0;
	d.body = view_of(much, sizeof(much));
	assert_int_equal(queue(1, &d, &mid), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
}

/* What was refused with its neighbours is sealed and sent once more. */
static void
test_taken_apart(void **state)
{
	struct memo_draft d = draft();
	struct store *s = world_store(&w, 1);
	size_t queued = 0;
	int64_t mid;

	(void)state;
	d.roles = ROLE_DPO;
	assert_int_equal(queue(1, &d, &mid), 0);
	assert_int_equal(memos_seal(s, &queued, &e), 0);
	assert_int_equal(queued, 1);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_unseal_tx(s, &s->roster.genesis.commons, &e),
	    0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_false(list(1, 0).last.sent);
	world_must_sync(&w, 1);
	assert_true(list(1, 0).last.sent);
	assert_int_equal(world_must_sync(&w, 2).memos_new, 1);
	assert_int_equal(list(2, 0).count, 1);
}

/* Before the directory is known it waits; the role is looked up when sent. */
static void
test_role_when_sent(void **state)
{
	struct memo_draft d = draft();
	int64_t mid;

	(void)state;
	d.roles = ROLE_DPO;
	assert_int_equal(queue(1, &d, &mid), 0);
	trust_join_as(&w, 4, ROLE_WORKER | ROLE_DPO);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 4).memos_new, 1);
	assert_int_equal(world_must_sync(&w, 2).memos_new, 1);
}

static int
take(unsigned topic, unsigned n)
{
	struct store *s = world_store(&w, 2);
	struct changeset *cs = mem_new(sizeof(*cs));
	struct letter_memo m = { topic, view_str("x") };
	struct hash about = { { 0 } };
	struct memos_in in = { cs, &about, { NULL, 0 }, WORLD_NOW };
	struct buf plain;
	int rc;

	buf_init(&plain, 1000);
	assert_int_equal(letter_memo_encode(&m, &plain, &e), 0);
	in.plain = buf_view(&plain);
	cs->h.author = world_store(&w, 1)->me->device;
	cs->id.b[0] = (uint8_t)(n >> 8);
	cs->id.b[1] = (uint8_t)n;
	rc = memos_take_tx(s, &in, &e);
	buf_done(&plain);
	mem_free(cs);
	return rc;
}

static void
test_bounds(void **state)
{
	struct store *s = world_store(&w, 2);
	unsigned i;

	(void)state;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(take(LETTER_TOPIC_KNOWN + 1, 1), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, MEMOS_NEWER);
	for (i = 0; i < MEMOS_OPEN_MAX; i++)
		assert_int_equal(take(MEMO_OVERRIDE, i), 0);
	assert_int_equal(take(MEMO_OVERRIDE, i), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(e.code, 0);
	/* One that is done makes room. */
	assert_int_equal(memos_done_tx(s, 1, &e), 0);
	assert_int_equal(take(MEMO_OVERRIDE, i), 0);
	db_rollback(s->db);
}

/* A newer program's memo comes through the hub: kept aside, as that. */
static void
test_newer(void **state)
{
	struct memo_draft d = draft();
	int64_t mid;

	(void)state;
	d.topic = 200;
	d.roles = ROLE_DPO;
	assert_int_equal(queue(1, &d, &mid), 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 2).quarantined_new, 1);
	assert_int_equal(list(2, 0).count, 0);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM quarantine"
	    " WHERE reason = 7"), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_to_a_role), T(test_to_a_device), T(test_nobody_there),
		T(test_taken_apart), T(test_role_when_sent), T(test_bounds),
		T(test_newer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
