/*
 * daemon/hub over a database that fails at every single step, one after the
 * other, and over one whose rows were changed from outside. Whatever fails:
 * the request is refused with ERR_LOCAL or was already taken, nothing of it
 * stands half in the log, and the same request goes through afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/erase.h"
#include "tests/support/faults.h"
#include "tests/support/hubworld.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define WORKER 2
#define NURSE 3
#define THIRD 4
#define STEPS_MAX 2000 /* more than any request takes */

static struct hubworld w;

static struct id
space_id(int n)
{
	struct id s;

	memset(s.b, n, sizeof(s.b));
	return s;
}

static uint64_t
log_size(void)
{
	struct proto_info info;
	struct err e;

	assert_int_equal(hub_info(w.hub, &info, &e), 0);
	return info.log.size;
}

/* ---- one request, failing at its first step, its second, ... ---- */

/* Until no step is left to fail; how many there were. */
static unsigned
fail_each(int (*request)(void *arg, struct err *e), void *arg)
{
	struct fault f = { .file = "hub.db" };
	struct err e;
	int rc;

	for (f.nth = 1; f.nth < STEPS_MAX; f.nth++) {
		err_clear(&e);
		faults_set(&f);
		rc = request(arg, &e);
		if (!faults_end()) {
			if (rc != 0)
				fail_msg("%s", e.text);
			return f.nth - 1;
		}
		/* What is swept after a commit is swept again in an hour. */
		if (rc == 0 && (strstr(faults_sql(), "erase_order WHERE "
		    "dropped") != NULL || strstr(faults_sql(), "FROM blob AS "
		    "b WHERE (b.whole = 0") != NULL))
			continue;
		if (rc == 0)
			fail_msg("step %u failed and nobody said so: %s",
			    f.nth, faults_sql());
		if (e.kind != ERR_LOCAL)
			fail_msg("step %u: kind %d, %s", f.nth, e.kind,
			    e.text);
		assert_string_not_equal(e.text, "");
	}
	fail_msg("that never ends");
	return 0;
}

/* ---- pushes ---- */

struct pushing {
	struct hw_item items[4];
	size_t count;
	int by;
	uint64_t before;
	struct log_point known;
};

static void
check_receipts(const struct proto_pushed *a, const struct pushing *p)
{
	struct checkpoint cp;
	struct hash leaf;
	struct err e;
	size_t i;

	assert_int_equal(checkpoint_read(a->checkpoint, "hub.test",
	    &w.hub_pub, &cp, &e), 0);
	for (i = 0; i < p->count; i++) {
		const struct proto_receipt *r = &a->items[i].receipt;

		assert_true(a->items[i].verdict == VERDICT_ACCEPTED ||
		    a->items[i].verdict == VERDICT_DUPLICATE);
		assert_int_equal(r->seq, p->before + i);
		merkle_entry(cp.at.log_id, r->seq, r->accept_ms,
		    &p->items[i].id, &leaf);
		assert_true(merkle_check_inclusion(&leaf, r->seq, cp.at.size,
		    &cp.root, &r->inclusion));
	}
}

static int
push(void *arg, struct err *e)
{
	struct pushing *p = arg;
	struct proto_push *in = mem_new(sizeof(*in));
	struct hub_pushed *out = mem_new(sizeof(*out));
	uint64_t size;
	size_t i;
	int rc;

	in->known = p->known;
	in->count = p->count;
	for (i = 0; i < p->count; i++) {
		in->items[i].bytes = view_of(p->items[i].bytes,
		    p->items[i].len);
		in->items[i].group = p->items[i].group;
	}
	rc = hub_push(w.hub, &w.dev[p->by].keys.device, in, out, e);
	faults_end(); /* to look at the log is no part of it */
	if (rc == 0)
		check_receipts(&out->answer, p);
	hw_pushed_free(out);
	mem_free(in);
	/* Whole or not at all; a failure may be that of the answer alone. */
	size = log_size();
	assert_true(size == p->before || size == p->before + p->count);
	if (rc == 0)
		assert_int_equal(size, p->before + p->count);
	return rc;
}

/* Push what was made; its author's chain goes on behind it. */
static void
push_failing(struct pushing *p, int by)
{
	size_t i;

	p->by = by;
	p->before = log_size();
	p->known = w.info.log;
	assert_true(fail_each(push, p) > 10);
	for (i = 0; i < p->count; i++) {
		p->items[i].line->counter = p->items[i].counter;
		p->items[i].line->last = p->items[i].id;
		hw_free(&p->items[i]);
	}
}

/* Two that follow each other in one chain, as one group. */
static void
chain(struct pushing *p)
{
	p->items[p->count].line->counter = p->items[p->count].counter;
	p->items[p->count].line->last = p->items[p->count].id;
	p->items[p->count].group = 1;
	p->count++;
}

static void
epoch(struct pushing *p, const struct id *s, uint32_t number,
    struct hash *prev, size_t members)
{
	struct hw_epoch ep = { .number = number, .count = members,
		.devs = { WORKER, NURSE, THIRD },
		.rights = { RIGHT_KEEP, RIGHT_WRITE, RIGHT_WRITE },
		.prev = *prev, .cites = number > 2 };

	hw_epoch(&w, WORKER, s, &ep, &p->items[p->count]);
	*prev = p->items[p->count].id;
	p->count++;
}

static void
begin(void)
{
	hw_begin(&w);
	hw_claim(&w, 5);
	w.info.log.size = log_size();
}

/* A space of WORKER with NURSE and THIRD, THIRD let go and let in again;
 * every step of every push has failed once. */
static struct id
space_with_a_history(void)
{
	struct id s = space_id(7);
	struct hash prev = { { 0 } };
	struct pushing p;
	int i;

	for (i = 0; i < 4; i++) {
		memset(&p, 0, sizeof(p));
		epoch(&p, &s, (uint32_t)i + 1, &prev,
		    i == 0 ? 1 : i == 2 ? 2 : 3);
		push_failing(&p, WORKER);
		if (i != 2)
			continue;
		memset(&p, 0, sizeof(p)); /* THIRD is out */
		hw_letter(&w, THIRD, WORKER, &s, LETTER_DEPOSIT,
		    &p.items[p.count++]);
		push_failing(&p, THIRD);
	}
	return s;
}

static void
check_stream(int dev, size_t least)
{
	struct proto_pull *in = mem_new(sizeof(*in));
	struct hub_page page;
	struct checkpoint cp;
	struct changeset cs;
	struct hash leaf;
	struct err e;
	size_t i, seen = 0;

	in->max_bytes = 3000;
	do {
		assert_int_equal(hub_pull(w.hub, &w.dev[dev].keys.device, in,
		    &page, &e), 0);
		assert_int_equal(checkpoint_read(page.answer.checkpoint,
		    "hub.test", &w.hub_pub, &cp, &e), 0);
		for (i = 0; i < page.answer.count; i++) {
			const struct proto_item *it = &page.answer.items[i];

			assert_int_equal(changeset_decode(it->bytes, &cs, &e),
			    0);
			merkle_entry(cp.at.log_id, it->seq, it->accept_ms,
			    &cs.id, &leaf);
			assert_true(merkle_check_inclusion(&leaf, it->seq,
			    cp.at.size, &cp.root, &it->inclusion));
		}
		seen += page.answer.count;
		in->at = page.answer.next;
		hub_page_done(&page);
	} while (in->at.until != 0);
	assert_true(seen >= least);
	mem_free(in);
}

static void
a_push_is_whole_or_not_at_all_whatever_fails(void **state)
{
	struct pushing p = { .count = 0 };
	struct id s;
	struct err e;

	(void)state;
	begin();
	s = space_with_a_history();
	hw_note(&w, NURSE, &s, 4, &p.items[0]);
	chain(&p);
	hw_note(&w, NURSE, &s, 4, &p.items[1]);
	chain(&p);
	push_failing(&p, NURSE);
	memset(&p, 0, sizeof(p)); /* two groups */
	hw_statement(&w, WORKER, &s, 4, &p.items[0]);
	chain(&p);
	hw_note(&w, WORKER, &s, 4, &p.items[1]);
	chain(&p);
	p.items[1].group = 2;
	push_failing(&p, WORKER);
	memset(&p, 0, sizeof(p)); /* the directory */
	hw_enrol(&w, 0, 6, ROLE_WORKER, &p.items[0]);
	chain(&p);
	hw_enrol(&w, 0, 7, ROLE_WORKER, &p.items[1]);
	chain(&p);
	push_failing(&p, 0);
	check_stream(WORKER, 13);
	hw_close(&w);
	assert_int_equal(hw_open(&w, false, &e), 0);
	check_stream(NURSE, 13);
	check_stream(6, 7);
	hw_end(&w);
}

/* A group with a bad item is put back; the putting back may fail too. */
static int
push_refused(void *arg, struct err *e)
{
	struct pushing *p = arg;
	struct proto_push *in = mem_new(sizeof(*in));
	struct hub_pushed *out = mem_new(sizeof(*out));
	size_t i;
	int rc;

	in->count = 2;
	for (i = 0; i < 2; i++) {
		in->items[i].bytes = view_of(p->items[i].bytes,
		    p->items[i].len);
		in->items[i].group = 1;
	}
	rc = hub_push(w.hub, &w.dev[0].keys.device, in, out, e);
	faults_end();
	if (rc == 0) {
		assert_int_equal(out->answer.items[0].verdict,
		    VERDICT_WITH_GROUP);
		assert_int_equal(out->answer.items[1].verdict,
		    VERDICT_COUNTER);
	}
	hw_pushed_free(out);
	mem_free(in);
	assert_int_equal(log_size(), p->before);
	return rc;
}

static void
a_group_that_is_put_back_leaves_no_device_behind(void **state)
{
	struct pushing p = { .count = 2 };
	struct sign_pub pub;

	(void)state;
	begin();
	p.before = log_size();
	hw_enrol(&w, 0, 6, ROLE_WORKER, &p.items[0]);
	hw_enrol(&w, 0, 7, ROLE_WORKER, &p.items[1]); /* the same counter */
	assert_true(fail_each(push_refused, &p) > 10);
	assert_int_equal(hub_device(w.hub, &w.dev[6].keys.device, &pub),
	    VERDICT_UNKNOWN_DEVICE);
	hw_free(&p.items[1]);
	assert_int_equal(hw_push1(&w, 0, &p.items[0]), VERDICT_ACCEPTED);
	assert_int_equal(hub_device(w.hub, &w.dev[6].keys.device, &pub),
	    VERDICT_ACCEPTED);
	hw_end(&w);
}

/* ---- questions ---- */

struct asking {
	int by;
	struct proto_pull pull;
	struct proto_recover recover;
	size_t count; /* what came */
};

static int
pull(void *arg, struct err *e)
{
	struct asking *a = arg;
	struct hub_page page;
	int rc = hub_pull(w.hub, &w.dev[a->by].keys.device, &a->pull, &page,
	    e);

	a->count = page.answer.count;
	hub_page_done(&page);
	return rc;
}

static int
recover(void *arg, struct err *e)
{
	struct asking *a = arg;
	struct hub_page page;
	int rc = hub_recover(w.hub, &w.dev[a->by].keys.device, &a->recover,
	    &page, e);

	a->count = page.answer.count;
	hub_page_done(&page);
	return rc;
}

static int
requests(void *arg, struct err *e)
{
	struct asking *a = arg;
	struct proto_requests *list = mem_new(sizeof(*list));
	int rc = hub_requests(w.hub, &w.dev[a->by].keys.device, list, e);

	a->count = list->count;
	mem_free(list);
	return rc;
}

static int
info(void *arg, struct err *e)
{
	struct proto_info i;

	(void)arg;
	return hub_info(w.hub, &i, e);
}

static int
status(void *arg, struct err *e)
{
	struct hub_status st;

	(void)arg;
	return hub_status(w.hub, &st, e);
}

static int
enrol(void *arg, struct err *e)
{
	struct proto_enrol m = { .card.b = { 1 } };

	(void)arg;
	m.sign = w.dev[9].keys.sign_pub;
	m.box = w.dev[9].keys.box_pub;
	return hub_enrol(w.hub, &m, 0, e);
}

static int
reopen(void *arg, struct err *e)
{
	struct hub_options o = { .path = w.path, .name = "hub.test",
		.pub = w.hub_pub, .key = w.hub_key, .tick = tick_system(),
		.clock_confirmed = true };
	struct hub *second;
	int rc = hub_open(&o, &second, e);

	(void)arg;
	faults_end();
	if (rc == 0)
		hub_close(second);
	else
		assert_null(second);
	return rc;
}

/* Of officers 0 and 1. */
static void
order(enum order_scope scope, const struct id *space, const struct id *whom)
{
	struct directory_entry d = { .kind = DIRECTORY_RECOVER,
		.scope = scope, .person = w.dev[0].person,
		.device = w.dev[0].keys.device, .second =
		w.dev[1].keys.device, .at_ms = HW_NOW };
	struct hw_item it;
	struct buf text;

	if (space != NULL)
		d.space = *space;
	if (whom != NULL)
		d.whom = *whom;
	buf_init(&text, 4096);
	directory_recover_text(&d, &text);
	keys_sign(&w.dev[1].keys.sign, DIRECTORY_RECOVER_TAG,
	    buf_view(&text), &d.second_sig);
	buf_done(&text);
	hw_entry(&w, 0, &d, &it);
	assert_int_equal(hw_push1(&w, 0, &it), VERDICT_ACCEPTED);
}

static struct id
make_world(void)
{
	struct id s = space_id(7);
	struct hash prev = { { 0 } };
	struct pushing p;
	struct hw_item it;
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		memset(&p, 0, sizeof(p));
		epoch(&p, &s, (uint32_t)i + 1, &prev,
		    i == 0 ? 1 : i == 2 ? 2 : 3);
		assert_int_equal(hw_push1(&w, WORKER, &p.items[0]),
		    VERDICT_ACCEPTED);
		if (i == 1) {
			hw_note(&w, THIRD, &s, 2, &it);
			assert_int_equal(hw_push1(&w, THIRD, &it),
			    VERDICT_ACCEPTED);
		}
	}
	hw_letter(&w, THIRD, WORKER, &s, LETTER_DEPOSIT, &it);
	assert_int_equal(hw_push1(&w, THIRD, &it), VERDICT_ACCEPTED);
	hw_letter(&w, WORKER, THIRD, &s, LETTER_OUTCOME, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	order(ORDER_SPACE, &s, NULL);
	return s;
}

static void
a_question_is_answered_or_refused_whatever_fails(void **state)
{
	struct asking a = { .by = NURSE };
	struct id s;

	(void)state;
	s = make_world();
	a.pull.known = w.info.log;
	assert_true(fail_each(pull, &a) > 20);
	assert_int_equal(a.count, 13); /* 7 of the directory, 6 of the space */
	a.by = THIRD; /* who was dropped, and has a letter */
	assert_true(fail_each(pull, &a) > 20);
	assert_int_equal(a.count, 12); /* of its own letter nothing: the end came first */
	a.pull.at.cursor = log_size();
	a.pull.want_count = 1;
	a.pull.wants[0].space = s;
	a.pull.wants[0].upto_sseq = UINT64_MAX;
	assert_true(fail_each(pull, &a) > 10);
	assert_int_equal(a.count, 4); /* up to its end */
	a.pull.wants[0].space = space_id(9);
	(void)fail_each(pull, &a);
	assert_int_equal(a.count, 0);
	a.by = 1;
	a.recover.space = s;
	assert_true(fail_each(recover, &a) > 10);
	assert_int_equal(a.count, 6);
	(void)fail_each(enrol, NULL);
	a.by = 0;
	(void)fail_each(requests, &a);
	assert_int_equal(a.count, 1);
	(void)fail_each(info, NULL);
	(void)fail_each(status, NULL);
	assert_true(fail_each(reopen, NULL) > 10);
	check_stream(WORKER, 13);
	hw_end(&w);
}

static void
orders_of_another_kind_are_served_or_refused(void **state)
{
	struct asking a = { .by = 0 };
	struct id s, taker;

	(void)state;
	s = make_world();
	taker = w.dev[NURSE].person;
	order(ORDER_LABELS, NULL, &w.dev[WORKER].person);
	order(ORDER_TAKEOVER, &s, &taker);
	a.recover.person = w.dev[WORKER].person;
	assert_true(fail_each(recover, &a) > 15);
	assert_true(a.count >= 2);
	memset(&a.recover, 0, sizeof(a.recover));
	a.recover.space = s;
	a.by = 1;
	assert_true(fail_each(recover, &a) > 15);
	assert_int_equal(a.count, 6);
	hw_end(&w);
}

/* ---- erasing ---- */

static void
erase(struct pushing *p, const struct id *s, const struct erase_what *what)
{
	struct changeset_header h = { .kind = CHANGESET_ERASE, .space = *s,
		.epoch = 3, .seen = { w.info.log.log_id, log_size() } };
	struct erase *o = mem_new(sizeof(*o));
	struct buf b;
	struct err e;

	o->what = *what;
	o->at_ms = atomic_load(&w.wall_ms);
	o->dpo = w.dev[10].keys.device;
	assert_int_equal(erase_sign(o, s, &w.dev[WORKER].keys.device,
	    &w.dev[10].keys.sign, &e), 0);
	buf_init(&b, CHANGESET_BYTES_MAX);
	erase_encode(o, &b);
	memset(p, 0, sizeof(*p));
	hw_make(&w, WORKER, &h, buf_view(&b), &p->items[0]);
	p->count = 1;
	buf_done(&b);
	mem_free(o);
}

/* The last bytes of a changeset are those of its last body. */
static bool
on_disk(struct view tail)
{
	struct buf file;
	struct err e;
	bool found;

	buf_init(&file, 1 << 26);
	assert_int_equal(file_read(w.path, &file, &e), 0);
	found = memmem(file.data, file.len, tail.data, tail.len) != NULL;
	buf_done(&file);
	return found;
}

/* Whatever fails: an order is whole or not at all, and what it names is
 * overwritten in the end, though each step of that has failed once. */
static void
an_erase_order_is_carried_out_in_the_end(void **state)
{
	static struct erase_what what;
	struct fault f = { .file = "hub.db" };
	uint8_t tail[40];
	struct pushing p = { .count = 1 };
	struct hw_item it;
	struct hash first;
	struct id s;
	struct err e;
	unsigned failed = 0;

	(void)state;
	s = make_world();
	hw_enrol(&w, -1, 10, ROLE_DPO, &it);
	assert_int_equal(hw_push1(&w, 0, &it), VERDICT_ACCEPTED);
	hw_note(&w, WORKER, &s, 3, &p.items[0]);
	memcpy(tail, p.items[0].bytes + p.items[0].len - sizeof(tail),
	    sizeof(tail));
	first = p.items[0].id;
	assert_int_equal(hw_push1(&w, WORKER, &p.items[0]), VERDICT_ACCEPTED);
	memset(&what, 0, sizeof(what));
	what.kind = ERASE_RECORD;
	what.reason = ERASE_ASKED;
	what.count = 1;
	what.items[0].id = first;
	what.items[0].map = 1;
	erase(&p, &s, &what);
	first = p.items[0].id;
	push_failing(&p, WORKER);
	memset(&what, 0, sizeof(what)); /* taken back, and given again */
	what.kind = ERASE_BACK;
	what.reason = ERASE_OTHER;
	what.back = first;
	erase(&p, &s, &what);
	push_failing(&p, WORKER);
	memset(&what, 0, sizeof(what));
	what.kind = ERASE_SPACE;
	what.reason = ERASE_OVER;
	erase(&p, &s, &what);
	push_failing(&p, WORKER);
	/* The sweep goes with whatever is written, once an hour; each step
	 * of both fails once. */
	hw_pass(&w, 8 * DAY_MS);
	for (f.nth = 1; f.nth < STEPS_MAX; f.nth++) {
		hw_pass(&w, 2 * 3600 * 1000);
		faults_set(&f);
		(void)enrol(NULL, &e);
		if (!faults_end())
			break;
		failed++;
	}
	assert_true(failed > 12);
	hw_pass(&w, 2 * 3600 * 1000);
	assert_int_equal(enrol(NULL, &e), 0);
	hw_close(&w);
	assert_false(on_disk(view_of(tail, sizeof(tail))));
	assert_int_equal(hw_open(&w, true, &e), 0);
	check_stream(WORKER, 10);
	hw_end(&w);
}

/* The claim's code ends with success and not before. */
static int
claim(void *arg, struct err *e)
{
	struct proto_claim in;
	int rc;

	assert_int_equal(proto_claim_decode(buf_view(arg), &in, e), 0);
	rc = hub_claim(w.hub, &in, e);
	faults_end();
	if (e->kind != ERR_DENIED)
		assert_int_equal(log_size(), rc == 0 ? 3 : 0);
	return rc;
}

static int
make(void *arg, struct err *e)
{
	struct tick tick = tick_system();

	(void)arg;
	return hub_make(w.path, "hub.test", HW_CODE, tick, e);
}

static void
a_claim_that_fails_may_be_made_again(void **state)
{
	struct buf b;
	struct err e;

	(void)state;
	hw_begin(&w);
	buf_init(&b, 1 << 20);
	hw_claim_body(&w, HW_CODE, &b);
	assert_true(fail_each(claim, &b) > 10);
	assert_int_equal(claim(&b, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	buf_done(&b);
	hw_close(&w);
	unlink(w.path);
	assert_true(fail_each(make, NULL) > 5);
	assert_int_equal(make(NULL, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(hub_make(w.path, "", HW_CODE, tick_system(), &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	hw_end(&w);
}

/* ---- rows that somebody else changed ---- */

struct column {
	char table[32], name[32];
};

static size_t
list_columns(struct column *out, size_t max)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	size_t n = 0;

	assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT m.name, c.name FROM "
	    "sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE "
	    "m.type = 'table' AND m.name NOT LIKE 'sqlite%'", -1, &st, NULL),
	    SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		assert_true(n < max);
		snprintf(out[n].table, sizeof(out[n].table), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		snprintf(out[n].name, sizeof(out[n].name), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		n++;
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void
damage(const struct column *c, const char *value)
{
	char *sql = sqlite3_mprintf("PRAGMA ignore_check_constraints = ON;"
	    "UPDATE OR IGNORE \"%w\" SET \"%w\" = %s", c->table, c->name,
	    value);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(w.path, &db), SQLITE_OK);
	/* Some columns refuse any such value: then nothing is changed. */
	(void)sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	sqlite3_close(db);
}

/* Answered, or refused with a sentence, and never as the sender's fault
 * alone: what matters is that there is an end and no lie about a push. */
static void
ask_all(const struct id *s, const struct column *c)
{
	struct asking a = { .by = NURSE };
	int (*const ask[])(void *, struct err *) = { pull, requests, recover,
		info, status, enrol };
	struct hw_item it;
	struct err e;
	size_t i;

	if (hw_open(&w, true, &e) != 0) {
		if (e.kind == ERR_BUG || e.text[0] == '\0')
			fail_msg("%s.%s: %s", c->table, c->name, e.text);
		return;
	}
	a.pull.known = w.info.log;
	a.pull.want_count = 1;
	a.pull.wants[0].space = *s;
	a.pull.wants[0].upto_sseq = UINT64_MAX;
	a.recover.space = *s;
	for (i = 0; i < 3 * sizeof(ask) / sizeof(ask[0]); i++) {
		err_clear(&e);
		a.by = (int)(i / 6) + 1;
		if (ask[i % 6](&a, &e) != 0 &&
		    (e.kind == ERR_BUG || e.text[0] == '\0'))
			fail_msg("%s.%s: %s", c->table, c->name, e.text);
	}
	if (hub_info(w.hub, &w.info, &e) == 0) {
		hw_note(&w, WORKER, s, 3, &it);
		(void)hw_push1(&w, WORKER, &it);
		hw_letter(&w, WORKER, THIRD, s, LETTER_OUTCOME, &it);
		(void)hw_push1(&w, WORKER, &it);
		hw_enrol(&w, 0, 8, ROLE_WORKER, &it);
		(void)hw_push1(&w, 0, &it);
	}
	hw_close(&w);
}

static void
values_that_no_hub_writes_are_refused(void **state)
{
	static const char *const values[] = { "x'0102'", "-1",
		"'a text that stands for a number, and is a little too long "
		"for a name of a hub, which has 63'", "zeroblob(300000)" };
	struct column c[120];
	struct hubworld kept;
	struct buf file;
	struct id s;
	struct err e;
	size_t i, j, n;

	(void)state;
	s = make_world();
	hw_close(&w);
	kept = w;
	buf_init(&file, 1 << 24);
	assert_int_equal(file_read(w.path, &file, &e), 0);
	n = list_columns(c, 120);
	assert_true(n > 40);
	for (i = 0; i < n; i++)
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			assert_int_equal(file_replace(w.path, buf_view(&file),
			    0600, &e), 0);
			damage(&c[i], values[j]);
			ask_all(&s, &c[i]);
			w = kept;
		}
	assert_int_equal(file_replace(w.path, buf_view(&file), 0600, &e), 0);
	buf_done(&file);
	assert_int_equal(hw_open(&w, false, &e), 0);
	check_stream(NURSE, 13);
	hw_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_push_is_whole_or_not_at_all_whatever_fails),
		cmocka_unit_test(
		    a_group_that_is_put_back_leaves_no_device_behind),
		cmocka_unit_test(
		    a_question_is_answered_or_refused_whatever_fails),
		cmocka_unit_test(orders_of_another_kind_are_served_or_refused),
		cmocka_unit_test(an_erase_order_is_carried_out_in_the_end),
		cmocka_unit_test(a_claim_that_fails_may_be_made_again),
		cmocka_unit_test(values_that_no_hub_writes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
