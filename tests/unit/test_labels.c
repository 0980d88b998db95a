/*
 * Orders for labels: two of three officers see what one person's sections are,
 * and nothing else of them (schema/rules.md 9.6). Real clients and the real
 * hub; what the hub gives for such an order is read on its way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/office/office.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define WORKER 1 /* keeps a case */
#define OTHER 2  /* reads in it, and keeps another */
#define SECOND 3 /* officers, beside client 0 */
#define THIRD 4
#define DAY INT64_C(86400000)

static struct world w;
static struct id theirs, others, card, notes;
static struct err e;

/* Of what came for labels, since observed(): texts, epochs, bodies behind the
 * first that were left out, and whether anything was more than that. */
static size_t texts, epochs, left_out;
static bool more;
static void (*change)(struct proto_page *p);

static void
look_at(const struct proto_item *it)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	size_t i;

	assert_int_equal(changeset_decode(it->bytes, cs, &e), 0);
	more |= !id_eq(&cs->h.space, &card) && !id_eq(&cs->h.space, &notes);
	if (cs->h.kind == CHANGESET_CONTENT) {
		texts++;
		for (i = 1; i < cs->h.count; i++) {
			more |= cs->bodies[i].len > 0;
			left_out += cs->bodies[i].len == 0;
		}
	} else if (cs->h.kind == CHANGESET_EPOCH)
		epochs++;
	else
		more = true;
	mem_free(cs);
}

static int
on_recover(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *why)
{
	struct proto_page *p;
	struct buf out;
	size_t i;

	(void)world;
	(void)request;
	if (strcmp(path, "/v1/recover") != 0 || *status != 200)
		return 0;
	p = mem_new(sizeof(*p));
	assert_int_equal(proto_page_decode(buf_view(answer), p, why), 0);
	for (i = 0; i < p->count; i++)
		look_at(&p->items[i]);
	buf_init(&out, SIZE_MAX);
	if (change != NULL)
		change(p);
	proto_page_encode(p, &out);
	buf_reset(answer);
	buf_add(answer, out.data, out.len);
	buf_done(&out);
	proto_page_done(p);
	mem_free(p);
	return 0;
}

static void
observed(void (*fn)(struct proto_page *p))
{
	change = fn;
	texts = epochs = left_out = 0;
	more = false;
}

static int
setup(void **state)
{
	int i;

	(void)state;
	world_begin(&w, 3);
	trust_officer(&w, SECOND);
	trust_officer(&w, THIRD);
	world_case(&w, WORKER, "Anna Tamm", &theirs);
	assert_int_equal(world_note(&w, WORKER, &theirs, "calm mornings",
	    NULL), 0);
	world_grant(&w, WORKER, &theirs, OTHER, "notes", false);
	world_case(&w, OTHER, "Mari Mets", &others);
	for (i = 0; i < 5; i++)
		world_must_sync(&w, i);
	assert_int_equal(world_note(&w, WORKER, &theirs, "a second talk",
	    NULL), 0);
	for (i = 0; i < 5; i++)
		world_must_sync(&w, i);
	card = trust_space(&w, WORKER, &theirs, "card");
	notes = trust_space(&w, WORKER, &theirs, "notes");
	w.tamper = on_recover;
	observed(NULL);
	return 0;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		store_check(world_store(&w, i));
	world_end(&w);
	return 0;
}

/* ---- orders ---- */

/* By ${first}, for ${whom}; signed by ${second}: 0 or -1. */
static int
order(int first, int second, int whom, char out[static 1024])
{
	struct office_order o;
	struct buf both;
	int rc;

	world_pass(&w, 1000);
	assert_int_equal(office_order_labels(w.c[first].session,
	    &w.c[whom].person, &o, &e), 0);
	buf_init(&both, 4096);
	rc = office_order_sign(w.c[second].session, o.text, &both, &e);
	snprintf(out, 1024, "%s", rc == 0 ? buf_str(&both) : o.text);
	buf_done(&both);
	office_order_done(&o);
	return rc;
}

static int
labels(int i, const char *word, struct office_labels *out)
{
	return office_labels(w.c[i].session, &w.c[i].remote, word,
	    w.shares[0], w.shares[2], out, &e);
}

static void
ordered(int first, int second, int whom, struct office_labels *out)
{
	char word[1024];

	if (order(first, second, whom, word) != 0 ||
	    labels(first, word, out) != 0)
		fail_msg("%s", e.text);
}

static bool
tells(const struct office_labels *l, const struct id *space,
    const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (id_eq(&l->items[i].space, space) &&
		    strcmp(l->items[i].section, section) == 0 &&
		    strcmp(l->items[i].label, name) == 0)
			return true;
	return false;
}

/* ---- what is opened ---- */

/* Any two of the three: which child, which section, and no text. */
static void
test_two_of_three(void **state)
{
	static const int pairs[3][2] = { { 0, SECOND }, { SECOND, THIRD },
		{ THIRD, 0 } };
	struct office_labels l;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		observed(NULL);
		ordered(pairs[i][0], pairs[i][1], WORKER, &l);
		assert_int_equal(l.count, 2);
		assert_int_equal(l.closed, 0);
		assert_true(tells(&l, &card, "card", "Anna Tamm"));
		assert_true(tells(&l, &notes, "notes", "Anna Tamm"));
		assert_true(id_eq(&l.items[0].case_id, &theirs));
		office_labels_done(&l);
		assert_int_equal(texts, 2);
		assert_true(epochs >= 2);
		assert_true(left_out > 0); /* else nothing was asked here */
		assert_false(more);
		assert_false(world_has(&w, pairs[i][0], "calm mornings"));
		assert_false(world_has(&w, pairs[i][0], "Anna Tamm"));
	}
	/* In the log, for all to see. */
	world_must_sync(&w, WORKER);
	assert_int_equal(world_store(&w, WORKER)->roster.order_count, 3);
}

/* Where somebody only reads, their labels tell of nothing. */
static void
test_what_is_kept(void **state)
{
	struct id own = trust_space(&w, OTHER, &others, "card");
	struct office_labels l;

	(void)state;
	ordered(SECOND, THIRD, OTHER, &l);
	assert_int_equal(l.count, 1);
	assert_true(tells(&l, &own, "card", "Mari Mets"));
	office_labels_done(&l);
}

/* As if one item were all that a page takes. */
static void
one_item(struct proto_page *p)
{
	if (p->count <= 1)
		return;
	p->count = 1;
	p->more = true;
}

/* Who keeps many sections gets them page by page, each of them once. */
static void
test_page_by_page(void **state)
{
	struct office_labels l;

	(void)state;
	observed(one_item);
	ordered(SECOND, THIRD, WORKER, &l);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.closed, 0);
	assert_true(tells(&l, &card, "card", "Anna Tamm"));
	assert_true(tells(&l, &notes, "notes", "Anna Tamm"));
	office_labels_done(&l);
	assert_false(more);
}

/* ---- what is refused ---- */

static void
test_one_hand(void **state)
{
	struct office_labels l;
	struct office_order o;
	char word[1024];

	(void)state;
	assert_int_equal(office_order_labels(w.c[WORKER].session,
	    &w.c[OTHER].person, &o, &e), -1);
	assert_int_equal(order(SECOND, SECOND, WORKER, word), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(order(SECOND, OTHER, WORKER, word), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(labels(SECOND, word, &l), -1); /* unsigned */
	/* On the device that began it, with two shares, in its week. */
	assert_int_equal(order(SECOND, THIRD, WORKER, word), 0);
	assert_int_equal(labels(THIRD, word, &l), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_labels(w.c[SECOND].session,
	    &w.c[SECOND].remote, word, w.shares[1], w.shares[1], &l, &e), -1);
	assert_int_equal(texts + epochs, 0);
	assert_int_equal(world_store(&w, SECOND)->roster.order_count, 0);
	world_pass(&w, 8 * DAY);
	assert_int_equal(labels(SECOND, word, &l), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(texts + epochs, 0);
}

static int
ask_hub(int i, int whom, const struct id *space)
{
	struct proto_recover in = { .after_sseq = 0 };
	struct hub_page page;
	int rc;

	if (whom >= 0)
		in.person = w.c[whom].person;
	if (space != NULL)
		in.space = *space;
	rc = hub_recover(w.hub, &world_store(&w, i)->me->device, &in, &page,
	    &e);
	hub_page_done(&page);
	return rc;
}

/* With an order for one person a changed client asks for what it likes. */
static void
test_for_that_person_alone(void **state)
{
	struct office_labels l;

	(void)state;
	ordered(SECOND, THIRD, WORKER, &l);
	office_labels_done(&l);
	assert_int_equal(ask_hub(SECOND, WORKER, NULL), 0);
	assert_int_equal(ask_hub(SECOND, OTHER, NULL), -1);
	assert_int_equal(ask_hub(SECOND, -1, &notes), -1);
	assert_int_equal(ask_hub(THIRD, WORKER, NULL), -1);
	assert_int_equal(ask_hub(WORKER, WORKER, NULL), -1);
	world_pass(&w, 8 * DAY);
	assert_int_equal(ask_hub(SECOND, WORKER, NULL), -1);
}

/* ---- a hub that lies ---- */

static void
strip_texts(struct proto_page *p)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	size_t i;

	for (i = 0; i < p->count; i++)
		if (changeset_decode(p->items[i].bytes, cs, &e) == 0 &&
		    cs->h.kind == CHANGESET_CONTENT)
			p->items[i].bytes.len = cs->header_bytes;
	mem_free(cs);
}

static void
twice(struct proto_page *p)
{
	if (p->count > 1)
		p->items[1] = p->items[0];
}

static void
backwards(struct proto_page *p)
{
	struct proto_item first = p->items[0];

	p->items[0] = p->items[p->count - 1];
	p->items[p->count - 1] = first;
}

/* Of the signature, which ends the header. */
static void
altered(struct proto_page *p)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	uint8_t *b = (uint8_t *)(uintptr_t)p->items[0].bytes.data;

	assert_int_equal(changeset_decode(p->items[0].bytes, cs, &e), 0);
	b[cs->header_bytes - 1] ^= 1;
	mem_free(cs);
}

static void
test_lies(void **state)
{
	static void (*const lies[])(struct proto_page *p) = { twice,
		backwards, altered };
	struct office_labels l;
	char word[1024];
	size_t i;

	(void)state;
	assert_int_equal(order(SECOND, THIRD, WORKER, word), 0);
	for (i = 0; i < 3; i++) {
		observed(lies[i]);
		assert_int_equal(labels(SECOND, word, &l), -1);
		assert_int_equal(e.kind, ERR_PEER);
		assert_int_equal(l.count, 0);
	}
	/* What it keeps back is counted, and nothing else is made of it. */
	observed(strip_texts);
	assert_int_equal(labels(SECOND, word, &l), 0);
	assert_int_equal(l.count, 0);
	assert_int_equal(l.closed, 2);
	office_labels_done(&l);
	observed(NULL);
	assert_int_equal(labels(SECOND, word, &l), 0);
	assert_int_equal(l.count, 2);
	office_labels_done(&l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_two_of_three), T(test_what_is_kept),
		T(test_page_by_page), T(test_one_hand),
		T(test_for_that_person_alone), T(test_lies)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
