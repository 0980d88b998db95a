/*
 * What belongs together stays together on its way, whatever happens there: a
 * group is in one request or in none, also when one of its sections was
 * refused just before; a page and the place behind it are saved at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "client/core/local/store.h"
#include "tests/support/simdisk.h"
#include "tests/support/trust.h"

static struct world w;
static struct id the_case, notes, plan;

/* Person 0 keeps a case with notes and a plan; 1 writes in both. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 0, "Anna Tamm", &the_case);
	assert_int_equal(world_note(&w, 0, &the_case, "the first", NULL), 0);
	assert_int_equal(trust_plan(&w, 0, &the_case, "the goal", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "card,notes,plan", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	notes = trust_space(&w, 0, &the_case, "notes");
	plan = trust_space(&w, 0, &the_case, "plan");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* ---- groups ---- */

static unsigned seen_groups; /* requests with statements or epochs in both */
static int racer;            /* syncs between a pull and the push after it */

/* In one request, a group that speaks of one section speaks of both. */
static void
look_at_groups(const struct proto_push *p)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	bool has[PROTO_PUSH_ITEMS_MAX][2];
	struct err e;
	size_t i;

	memset(has, 0, sizeof(has));
	for (i = 0; i < p->count; i++) {
		assert_int_equal(changeset_decode(p->items[i].bytes, cs, &e),
		    0);
		if (cs->h.kind == CHANGESET_CONTENT)
			continue;
		assert_true(p->items[i].group < PROTO_PUSH_ITEMS_MAX);
		has[p->items[i].group][0] |= id_eq(&cs->h.space, &notes);
		has[p->items[i].group][1] |= id_eq(&cs->h.space, &plan);
	}
	for (i = 0; i < PROTO_PUSH_ITEMS_MAX; i++) {
		assert_int_equal(has[i][0], has[i][1]);
		seen_groups += has[i][0];
	}
	mem_free(cs);
}

static int
watch(struct world *world, const char *path, struct view request, int *status,
    struct buf *answer, struct err *e)
{
	struct proto_push *p;
	int i = racer;

	(void)status;
	(void)answer;
	if (strcmp(path, "/v1/push") == 0) {
		p = mem_new(sizeof(*p));
		assert_int_equal(proto_push_decode(request, p, e), 0);
		look_at_groups(p);
		mem_free(p);
	} else if (racer >= 0 && strcmp(path, "/v1/pull") == 0) {
		racer = -1;
		world->tamper = NULL;
		world_must_sync(world, i);
		world->tamper = watch;
	}
	return 0;
}

/* ${bytes} that do not become less by packing, in notes as long as one may
 * be and a rest. */
static void
write_much(size_t bytes)
{
	const size_t most = 40000;
	char *text = mem_new(most + 1);
	size_t i, n;

	for (; bytes > 0; bytes -= n) {
		n = bytes < most ? bytes : most;
		randombytes_buf(text, n);
		for (i = 0; i < n; i++)
			text[i] = (char)('!' + (unsigned char)text[i] % 90);
		text[n] = '\0';
		assert_int_equal(world_note(&w, 0, &the_case, text, NULL), 0);
	}
	mem_free(text);
}

/* Sealed, and then the network is gone: it stands in the outbox. */
static void
seal_and_lose(void)
{
	struct err e;

	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, 0, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	w.cut_request = 0;
}

/* More text than one request takes waits before the group, so that the limit
 * falls here or there within it. */
static void
test_group_in_one_request(void **state)
{
	size_t k;

	(void)state;
	racer = -1;
	seen_groups = 0;
	for (k = 0; k < 16; k++) {
		write_much(1196000 + k * 500);
		seal_and_lose();
		if (k % 2 == 0)
			world_grant(&w, 0, &the_case, 2, "notes,plan", false);
		else
			world_withdraw(&w, 0, &the_case, 2, "notes,plan");
		w.tamper = watch;
		world_must_sync(&w, 0);
		w.tamper = NULL;
		world_pass(&w, 1000);
	}
	assert_true(seen_groups >= 16);
}

/* The first request of two is refused for one section: what the second one
 * says of the other section does not go without it. */
static void
test_group_of_refused(void **state)
{
	(void)state;
	world_grant(&w, 0, &the_case, 2, "notes", false);
	trust_twice(&w, 0, 1);
	write_much(1700000);
	seal_and_lose();
	world_withdraw(&w, 1, &the_case, 2, "notes");
	world_grant(&w, 0, &the_case, 2, "notes,plan", true);
	seen_groups = 0;
	racer = 1;
	w.tamper = watch;
	world_must_sync(&w, 0);
	w.tamper = NULL;
	assert_int_equal(racer, -1);
	assert_true(seen_groups > 0);
	store_check(world_store(&w, 0));
}

/* ---- a page and the place behind it ---- */

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

/* Power goes at any moment of a sync that only receives: nothing that comes
 * later points to what would be missing. */
static void
test_power_cut_while_receiving(void **state)
{
	struct simdisk *d = simdisk_new(11);
	size_t want = world_notes(&w, 1, &the_case);
	unsigned mode = 0;
	uint64_t k;
	struct err e;
	bool hit = true;

	(void)state;
	onto_disk(d, 1);
	for (k = 1; hit; k++) {
		world_pass(&w, 60000);
		assert_int_equal(world_note(&w, 0, &the_case, "more", NULL),
		    0);
		world_must_sync(&w, 0);
		want++;
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
		assert_int_equal(world_notes(&w, 1, &the_case), want);
	}
	world_close(&w, 1);
	simdisk_free(d);
}

/* ---- what the hub kept back ---- */

static int64_t
count(int i, const char *sql)
{
	int64_t n = -1;
	struct err e;

	db_one_int(world_store(&w, i)->db, sql, &n, &e);
	return n;
}

static bool kept_back; /* an epoch of the notes was left out of a page */

static int
keep_epoch_back(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *e)
{
	struct changeset *cs;
	struct proto_page m;
	struct buf out;
	size_t i, n = 0;

	(void)world;
	(void)request;
	if (strcmp(path, "/v1/pull") != 0 || *status != 200)
		return 0;
	cs = mem_new(sizeof(*cs));
	assert_int_equal(proto_page_decode(buf_view(answer), &m, e), 0);
	for (i = 0; i < m.count; i++) {
		assert_int_equal(changeset_decode(m.items[i].bytes, cs,
		    e), 0);
		if (cs->h.kind == CHANGESET_EPOCH &&
		    id_eq(&cs->h.space, &notes))
			kept_back = true;
		else
			m.items[n++] = m.items[i];
	}
	m.count = n;
	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	proto_page_encode(&m, &out);
	proto_page_done(&m);
	buf_reset(answer);
	buf_add(answer, out.data, out.len);
	buf_done(&out);
	mem_free(cs);
	return 0;
}

/* The epoch that leaves somebody out never came, and nothing shows a gap. When
 * the hub then refuses what they send, it is asked why, and what comes is
 * followed: their text is held, not tried for ever. */
static void
test_reason_kept_back(void **state)
{
	struct exchange_result r;
	struct err e;

	(void)state;
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	kept_back = false;
	w.tamper = keep_epoch_back;
	/* The statement came: this writer makes an epoch of its own. */
	assert_int_equal(world_sync(&w, 1, &r, &e), -1);
	assert_true(kept_back);
	w.tamper = NULL;
	assert_int_equal(world_note(&w, 1, &the_case, "not known to be out",
	    NULL), 0);
	world_must_sync(&w, 1);
	assert_true(world_has(&w, 1, "not known to be out"));
	assert_int_equal(count(1, "SELECT count(*) FROM held"), 1);
	assert_int_equal(count(1, "SELECT count(*) FROM want"), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_group_in_one_request), T(test_group_of_refused),
		T(test_power_cut_while_receiving),
		T(test_reason_kept_back)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
