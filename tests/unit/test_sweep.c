/*
 * daemon/hub: erase orders. From acceptance on no way leads to a named body;
 * seven days later its sealed bytes are in no file of the hub; taking back in
 * between brings it back; a hub that is killed while it overwrites goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/rules/erasure.h"
#include "tests/support/hubworld.h"

#define DAY_MS (24 * 3600000LL)
#define WORKER 2
#define NURSE 3
#define DPO 4
#define DPO2 5
#define PLAIN 3000

static struct hubworld w;
static struct id space;
static struct hash epoch2;

static int
setup(void **state)
{
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { WORKER },
		.rights = { RIGHT_KEEP } };
	struct hw_epoch two = { .number = 2, .count = 2,
		.devs = { WORKER, NURSE },
		.rights = { RIGHT_KEEP, RIGHT_WRITE } };
	struct hw_item it;
	int i;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 4);
	for (i = DPO; i <= DPO2; i++) {
		hw_enrol(&w, -1, i, ROLE_DPO, &it);
		assert_int_equal(hw_push1(&w, 0, &it), VERDICT_ACCEPTED);
	}
	memset(space.b, 7, sizeof(space.b));
	hw_epoch(&w, WORKER, &space, &one, &it);
	two.prev = it.id;
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	hw_epoch(&w, WORKER, &space, &two, &it);
	epoch2 = it.id;
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hw_end(&w);
	return 0;
}

static struct log_point
seen_all(void)
{
	struct proto_info info;
	struct err e;

	assert_int_equal(hub_info(w.hub, &info, &e), 0);
	return info.log;
}

/* A changeset of ${n} bodies of random text. */
static void
make_content(int dev, size_t n, struct hw_item *out)
{
	static uint8_t text[CHANGESET_BODIES_MAX][PLAIN];
	struct view plain[CHANGESET_BODIES_MAX];
	struct changeset_seal_in in = { &w.key, plain, n,
		&w.dev[dev].keys.sign };
	struct changeset_header h = { .kind = CHANGESET_CONTENT,
		.space = space, .epoch = 2, .seen = seen_all() };
	struct buf b;
	struct err e;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->line = hw_line(&w, dev, &space);
	h.author = w.dev[dev].keys.device;
	h.counter = out->counter = out->line->counter + 1;
	h.prev_own = out->line->last;
	randombytes_buf(text, sizeof(text));
	for (i = 0; i < n; i++)
		plain[i] = view_of(text[i], PLAIN);
	buf_init(&b, CHANGESET_BYTES_MAX);
	assert_int_equal(changeset_seal(&h, &in, &b, &out->id, &e), 0);
	out->bytes = mem_new(b.len);
	out->len = b.len;
	memcpy(out->bytes, b.data, b.len);
	buf_done(&b);
}

/* The same bytes again and again, for what comes later. */
static struct hw_item
copy_of(const struct hw_item *it)
{
	struct hw_item c = *it;

	c.bytes = mem_new(it->len);
	memcpy(c.bytes, it->bytes, it->len);
	return c;
}

static enum verdict
send(int dev, const struct hw_item *it)
{
	struct hw_item c = copy_of(it);

	return hw_push1(&w, dev, &c);
}

/* An order by WORKER and ${dpo}; ${id} becomes its changeset. */
static enum verdict
order(const struct erase_what *what, int dpo, struct hash *id)
{
	static struct erase o;
	struct changeset_header h = { .kind = CHANGESET_ERASE,
		.space = space, .epoch = 2, .seen = seen_all() };
	struct hw_item it;
	struct buf b;
	struct err e;

	memset(&o, 0, sizeof(o));
	o.what = *what;
	o.at_ms = atomic_load(&w.wall_ms);
	o.dpo = w.dev[dpo].keys.device;
	assert_int_equal(erase_sign(&o, &space, &w.dev[WORKER].keys.device,
	    &w.dev[dpo].keys.sign, &e), 0);
	buf_init(&b, 100000);
	erase_encode(&o, &b);
	hw_make(&w, WORKER, &h, buf_view(&b), &it);
	buf_done(&b);
	if (id != NULL)
		*id = it.id;
	return hw_push1(&w, WORKER, &it);
}

static enum verdict
order_bodies(const struct hw_item *it, uint64_t map, struct hash *id)
{
	static struct erase_what what;

	memset(&what, 0, sizeof(what));
	what.kind = ERASE_RECORD;
	what.reason = ERASE_ASKED;
	what.count = 1;
	what.items[0].id = it->id;
	what.items[0].map = map;
	return order(&what, DPO, id);
}

static enum verdict
order_kind(enum erase_kind kind, const struct hash *back, int dpo,
    struct hash *id)
{
	static struct erase_what what;

	memset(&what, 0, sizeof(what));
	what.kind = kind;
	what.reason = ERASE_OTHER;
	if (back != NULL)
		what.back = *back;
	return order(&what, dpo, id);
}

/* What NURSE gets of ${it}: the bodies, bit 0 the first; ${wanted}: by a want
 * and not by the walk. */
static uint64_t
served(const struct hw_item *it, bool wanted)
{
	struct proto_pull *in = mem_new(sizeof(*in));
	struct changeset *cs = mem_new(sizeof(*cs));
	struct hub_page page;
	struct err e;
	uint64_t map = 0;
	size_t i, j;
	bool found = false;

	if (wanted) {
		in->want_count = 1;
		in->wants[0].space = space;
		in->wants[0].upto_sseq = UINT64_MAX;
		in->at.cursor = seen_all().size;
	}
	do {
		assert_int_equal(hub_pull(w.hub, &w.dev[NURSE].keys.device,
		    in, &page, &e), 0);
		for (i = 0; i < page.answer.count; i++) {
			assert_int_equal(changeset_decode(
			    page.answer.items[i].bytes, cs, &e), 0);
			if (!hash_eq(&cs->id, &it->id))
				continue;
			found = true;
			for (j = 0; j < cs->h.count; j++)
				if (cs->bodies[j].len > 0)
					map |= UINT64_C(1) << j;
		}
		in->at = page.answer.next;
		in->want_count = 0;
		i = page.answer.more;
		hub_page_done(&page);
	} while (i != 0);
	assert_true(found);
	mem_free(in);
	mem_free(cs);
	return map;
}

/* Is any run of 24 bytes of body ${n} in a file of the hub? */
static bool
on_disk(const struct hw_item *it, size_t n)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	struct changeset *cs = mem_new(sizeof(*cs));
	struct err e;
	char path[120];
	struct buf b;
	bool found = false;
	size_t i, at;

	assert_int_equal(changeset_decode(view_of(it->bytes, it->len), cs,
	    &e), 0);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", w.path, tails[i]);
		if (!file_exists(path))
			continue;
		buf_init(&b, SIZE_MAX);
		assert_int_equal(file_read(path, &b, &e), 0);
		for (at = 0; at + 24 <= cs->bodies[n].len && b.len > 0;
		    at += 16)
			found |= memmem(b.data, b.len,
			    cs->bodies[n].data + at, 24) != NULL;
		buf_done(&b);
	}
	mem_free(cs);
	return found;
}

static void
restart(void)
{
	struct err e;

	hw_close(&w);
	assert_int_equal(hw_open(&w, true, &e), 0);
}

static void
test_one_body(void **state)
{
	struct hw_item it, other;
	struct err e;

	(void)state;
	make_content(WORKER, 3, &it);
	assert_int_equal(send(WORKER, &it), VERDICT_ACCEPTED);
	make_content(NURSE, 1, &other);
	assert_int_equal(send(NURSE, &other), VERDICT_ACCEPTED);
	assert_int_equal(served(&it, false), 7);
	assert_int_equal(order_bodies(&it, 2, NULL), VERDICT_ACCEPTED);
	assert_int_equal(served(&it, false), 5);
	assert_int_equal(served(&it, true), 5);
	assert_true(on_disk(&it, 1));
	/* The same bytes again bring nothing back. */
	assert_int_equal(send(WORKER, &it), VERDICT_DUPLICATE);
	assert_int_equal(served(&it, false), 5);
	restart();
	assert_int_equal(served(&it, true), 5);
	hw_pass(&w, 7 * DAY_MS - 1000);
	restart();
	assert_true(on_disk(&it, 1));
	hw_pass(&w, 2000);
	hw_close(&w); /* away for 7 days: a clock nobody confirmed drops nothing */
	assert_int_equal(hw_open(&w, false, &e), 0);
	assert_true(on_disk(&it, 1));
	restart();
	assert_false(on_disk(&it, 1));
	assert_true(on_disk(&it, 0));
	assert_true(on_disk(&it, 2));
	assert_int_equal(served(&it, false), 5);
	assert_int_equal(send(WORKER, &it), VERDICT_DUPLICATE);
	assert_int_equal(served(&it, false), 5);
	assert_false(on_disk(&it, 1));
	hw_free(&it);
	hw_free(&other);
}

/* While it runs: at the first change after an hour. */
static void
test_hourly(void **state)
{
	struct hw_item it, other;

	(void)state;
	make_content(WORKER, 2, &it);
	assert_int_equal(send(WORKER, &it), VERDICT_ACCEPTED);
	assert_int_equal(order_bodies(&it, 3, NULL), VERDICT_ACCEPTED);
	assert_int_equal(served(&it, false), 0);
	hw_pass(&w, 7 * DAY_MS);
	make_content(NURSE, 1, &other);
	assert_int_equal(send(NURSE, &other), VERDICT_ACCEPTED);
	assert_false(on_disk(&it, 0));
	assert_false(on_disk(&it, 1));
	assert_true(on_disk(&other, 0));
	assert_int_equal(served(&it, false), 0);
	assert_int_equal(served(&other, true), 1);
	hw_free(&it);
	hw_free(&other);
}

static void
test_take_back(void **state)
{
	struct hw_item it;
	struct hash one, two;

	(void)state;
	make_content(WORKER, 2, &it);
	assert_int_equal(send(WORKER, &it), VERDICT_ACCEPTED);
	assert_int_equal(order_bodies(&it, 1, &one), VERDICT_ACCEPTED);
	hw_pass(&w, 1000);
	assert_int_equal(order_bodies(&it, 3, &two), VERDICT_ACCEPTED);
	assert_int_equal(served(&it, false), 0);
	assert_int_equal(order_kind(ERASE_BACK, &two, DPO2, NULL),
	    VERDICT_BAD_ERASE);
	assert_int_equal(order_kind(ERASE_BACK, &two, DPO, NULL),
	    VERDICT_ACCEPTED);
	assert_int_equal(served(&it, false), 2); /* the first one stands */
	hw_pass(&w, 1000);
	assert_int_equal(order_kind(ERASE_BACK, &two, DPO, NULL),
	    VERDICT_BAD_ERASE); /* twice */
	hw_pass(&w, 7 * DAY_MS);
	assert_int_equal(order_kind(ERASE_BACK, &one, DPO, NULL),
	    VERDICT_BAD_ERASE); /* too late */
	restart();
	assert_false(on_disk(&it, 0));
	assert_true(on_disk(&it, 1));
	assert_int_equal(served(&it, true), 2);
	hw_free(&it);
}

static void
test_named_before_it_came(void **state)
{
	struct hw_item it;

	(void)state;
	make_content(NURSE, 2, &it);
	assert_int_equal(order_bodies(&it, 2, NULL), VERDICT_ACCEPTED);
	assert_int_equal(send(NURSE, &it), VERDICT_ACCEPTED);
	assert_int_equal(served(&it, true), 1);
	hw_pass(&w, 7 * DAY_MS);
	restart();
	assert_false(on_disk(&it, 1));
	assert_true(on_disk(&it, 0));
	hw_free(&it);
}

static void
test_whole_space(void **state)
{
	struct hw_item a, b, late, letter;
	struct hash id;

	(void)state;
	make_content(WORKER, 2, &a);
	assert_int_equal(send(WORKER, &a), VERDICT_ACCEPTED);
	make_content(NURSE, 1, &b);
	assert_int_equal(send(NURSE, &b), VERDICT_ACCEPTED);
	assert_int_equal(order_kind(ERASE_SPACE, NULL, DPO, &id),
	    VERDICT_ACCEPTED);
	assert_int_equal(served(&a, false), 0);
	make_content(NURSE, 1, &late);
	assert_int_equal(send(NURSE, &late), VERDICT_ERASED);
	hw_letter(&w, NURSE, WORKER, &space, LETTER_DEPOSIT, &letter);
	assert_int_equal(hw_push1(&w, NURSE, &letter), VERDICT_ERASED);
	hw_pass(&w, 1000);
	assert_int_equal(order_kind(ERASE_BACK, &id, DPO, NULL),
	    VERDICT_ACCEPTED);
	assert_int_equal(served(&a, false), 3);
	assert_int_equal(send(NURSE, &late), VERDICT_ACCEPTED);
	hw_pass(&w, 1000);
	assert_int_equal(order_kind(ERASE_SPACE, NULL, DPO, &id),
	    VERDICT_ACCEPTED);
	hw_pass(&w, 7 * DAY_MS);
	restart();
	assert_false(on_disk(&a, 0));
	assert_false(on_disk(&a, 1));
	assert_false(on_disk(&b, 0));
	assert_false(on_disk(&late, 0));
	assert_int_equal(served(&late, true), 0);
	hw_free(&a);
	hw_free(&b);
	hw_free(&late);
}

static void
test_part_is_not_taken(void **state)
{
	struct hw_item it, part;
	struct changeset *cs = mem_new(sizeof(*cs));
	struct buf b;
	struct err e;

	(void)state;
	make_content(WORKER, 2, &it);
	assert_int_equal(changeset_decode(view_of(it.bytes, it.len), cs, &e),
	    0);
	buf_init(&b, CHANGESET_BYTES_MAX);
	changeset_without(view_of(it.bytes, it.len), cs, 1, &b);
	part = it;
	part.bytes = b.data;
	part.len = b.len;
	assert_int_equal(send(WORKER, &part), VERDICT_BAD_FORM);
	assert_int_equal(send(WORKER, &it), VERDICT_ACCEPTED);
	buf_done(&b);
	mem_free(cs);
	hw_free(&it);
}

#define MANY 60

/* Killed again and again while it overwrites some megabytes. */
static void
test_killed(void **state)
{
	static struct hw_item it[MANY];
	int i, status, tries = 0, cut = 0;
	struct err e;
	pid_t child;

	(void)state;
	for (i = 0; i < MANY; i++) {
		make_content(WORKER, 50, &it[i]);
		assert_int_equal(send(WORKER, &it[i]), VERDICT_ACCEPTED);
	}
	assert_int_equal(order_kind(ERASE_SPACE, NULL, DPO, NULL),
	    VERDICT_ACCEPTED);
	hw_pass(&w, 7 * DAY_MS);
	hw_close(&w);
	do {
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(hw_open(&w, false, &e) == 0 ? 0 : 1);
		usleep(2000 + 9000 * (unsigned)tries++);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
		cut += WIFSIGNALED(status);
	} while (WIFSIGNALED(status));
	assert_true(cut > 0);
	assert_int_equal(hw_open(&w, false, &e), 0);
	for (i = 0; i < MANY; i += 7) {
		assert_int_equal(served(&it[i], true), 0);
		assert_false(on_disk(&it[i], 0));
		assert_false(on_disk(&it[i], 49));
	}
	for (i = 0; i < MANY; i++)
		hw_free(&it[i]);
}

int
main(int argc, char **argv)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_body), T(test_hourly), T(test_take_back),
		T(test_named_before_it_came), T(test_whole_space),
		T(test_part_is_not_taken), T(test_killed)
	};

	if (argc > 1) /* one of them alone */
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
