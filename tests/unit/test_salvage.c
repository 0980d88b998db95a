/* A store whose disk went bad: any page lost, alone or with others, and what
 * comes out of it. Nothing that can be read is left behind, nothing that is
 * lost goes without being counted (client/core/profile/salvaging.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "client/core/profile/enrol.h"
#include "client/core/profile/keep.h"
#include "client/core/profile/salvaging.h"
#include "common/base/file.h"
#include "tests/support/world.h"

#define LIIS 1
#define NOTES 90
#define UNSENT 12
#define BLOCK 4096
#define FIRST 4 /* block of page 1 */

static struct world w;
static struct err e;
static struct id anna;
static struct buf sound;   /* the file, whole */
static char bad[160], home[96], code[KEEP_CODE_BYTES];
static struct salvaging_way way;

static struct session_options
options(const char *folder)
{
	struct session_options o;

	session_options_default(folder, &o);
	o.cost_passes = 1;
	o.cost_bytes = 8192;
	o.cost_test = true;
	return o;
}

static void
text_of(int i, char out[static 900])
{
	int n = snprintf(out, 900, "note %03d about a talk, ", i);

	/* Some are long enough for pages of their own. */
	memset(out + n, 'a' + i % 26, (size_t)(i * 37 % 800));
	out[n + i * 37 % 800] = '\0';
}

static int
setup(void **state)
{
	char text[900], from[160], big[9000];
	struct session_options o;
	int i;

	(void)state;
	world_begin(&w, 3);
	world_case(&w, LIIS, "Anna", &anna);
	for (i = 0; i < NOTES; i++) {
		text_of(i, text);
		world_note(&w, LIIS, &anna, text, NULL);
		if (i == NOTES / 2) {
			memset(big, 'x', sizeof(big) - 1);
			big[sizeof(big) - 1] = '\0';
			world_note(&w, LIIS, &anna, big, NULL);
		}
		if (i == NOTES - UNSENT - 1) {
			world_grant(&w, LIIS, &anna, 2, "card,notes", false);
			world_must_sync(&w, LIIS);
		}
	}
	way = (struct salvaging_way){ view_str(WORLD_PASSPHRASE), NULL, NULL };
	keep_code(code);
	o = options(w.c[LIIS].profile);
	assert_int_equal(keep_code_add(w.c[LIIS].session, &o, code, &e), 0);
	world_close(&w, LIIS);
	snprintf(from, sizeof(from), "%s/store.tugi", w.c[LIIS].profile);
	buf_init(&sound, SIZE_MAX);
	assert_int_equal(file_read(from, &sound, &e), 0);
	snprintf(bad, sizeof(bad), "%s/bad.tugi", w.folder);
	snprintf(home, sizeof(home), "%s/p7", w.folder);
	return 0;
}

static void
sweep(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/store.tugi", home);
	unlink(path);
	rmdir(home);
}

static int
teardown(void **state)
{
	(void)state;
	buf_done(&sound);
	unlink(bad);
	world_close(&w, 7);
	sweep();
	world_end(&w);
	return 0;
}

/* The file with ${n} blocks from ${first} on overwritten with ${fill}. */
static void
damage(uint64_t first, uint64_t n, int fill)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_add(&b, sound.data, sound.len);
	assert_true((first + n) * BLOCK <= b.len);
	memset(b.data + first * BLOCK, fill, n * BLOCK);
	assert_int_equal(file_replace(bad, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
}

static int
salvage(struct salvaging *out)
{
	struct session_options o = options(home);
	int rc;

	world_close(&w, 7);
	sweep();
	rc = salvaging_run(&o, bad, &way, out, &e);
	if (rc == 0) {
		w.c[7] = w.c[LIIS];
		w.c[7].session = NULL;
		memcpy(w.c[7].profile, home, sizeof(home));
		w.c[7].remote.ctx = &w.c[7];
		if (world_open(&w, 7, &e) != 0)
			fail_msg("%s", e.text);
		store_check(world_store(&w, 7));
	}
	return rc;
}

static size_t
lost_of(const struct salvaging *s, const char *kind)
{
	size_t i, n = 0;

	for (i = 0; i < s->count; i++)
		if (kind == NULL || strcmp(s->lost[i].kind, kind) == 0)
			n += s->lost[i].count;
	return n;
}

static int64_t
notes(void)
{
	return world_count(&w, 7, "SELECT count(*) FROM record WHERE type = "
	    "4");
}

static void
test_sound(void **state)
{
	struct salvaging s;

	(void)state;
	damage(0, 0, 0);
	assert_int_equal(salvage(&s), 0);
	assert_int_equal(s.pages_lost, 0);
	assert_int_equal(s.count, 0);
	assert_false(s.again);
	assert_int_equal(notes(), NOTES + 1);
	assert_true(world_store(&w, 7)->restored);
	assert_int_equal(world_notes(&w, 7, &anna), NOTES + 1);
	/* Nothing of an existing profile is overwritten. */
	{
		struct session_options o = options(home);

		assert_int_equal(salvaging_run(&o, bad, &way, &s, &e), -1);
		assert_int_equal(e.kind, ERR_CLASH);
	}
}

/* Each page in turn. What is gone is counted: notes that have lost their text
 * by kind, or the page by what it held. Rows of records are found again from
 * their indexes, so that no text is left out for want of a place. */
static void
test_each_page(void **state)
{
	uint64_t n, blocks = sound.len / BLOCK, named = 0, kept = 0;
	uint64_t placed = 0;
	struct salvaging s;

	(void)state;
	for (n = FIRST; n < blocks; n++) {
		damage(n, 1, n % 2 == 0 ? 0 : 0xa5);
		if (salvage(&s) != 0)
			fail_msg("page %d: %s", (int)(n - FIRST + 1), e.text);
		assert_int_equal(s.pages_lost, 1);
		if (s.keys_lost)
			assert_int_equal(world_store(&w, 7)->stage, STORE_NEW);
		/* Whole, or something is said to be missing. */
		if (notes() < NOTES + 1)
			assert_true(lost_of(&s, "note") > 0 || s.again);
		assert_true(notes() + (int64_t)lost_of(&s, "note") >=
		    NOTES + 1 - 8);
		named += lost_of(&s, NULL);
		kept += notes() == NOTES + 1;
		if (s.placed == 0)
			continue;
		placed += s.placed;
		assert_int_equal(s.unplaced, 0);
		assert_int_equal(s.count, 0);
		assert_int_equal(notes(), NOTES + 1);
		assert_int_equal(world_count(&w, 7, "SELECT count(*) FROM "
		    "version WHERE state = 1"), UNSENT);
	}
	assert_true(placed >= NOTES);
	assert_true(named > NOTES / 2); /* text pages were among them */
	assert_true(kept > blocks / 4); /* and others */
}

/* Ranges, a torn end, and the blocks before the pages. */
static void
test_ranges(void **state)
{
	uint64_t blocks = sound.len / BLOCK;
	struct salvaging s;
	struct buf b;

	(void)state;
	damage(1, 1, 0);
	assert_int_equal(salvage(&s), 0); /* one copy of the key block */
	assert_int_equal(notes(), NOTES + 1);
	damage(0, 2, 0);
	assert_int_equal(salvage(&s), -1);
	damage(2, 2, 0);
	assert_int_equal(salvage(&s), 0); /* both commit slots */
	assert_int_equal(notes(), NOTES + 1);
	damage(FIRST, 1, 0);
	assert_int_equal(salvage(&s), 0); /* page 1: what is what */
	assert_true(notes() + (int64_t)lost_of(&s, "note") > NOTES * 3 / 4);
	damage(FIRST + blocks / 3, blocks / 3, 0x5a);
	assert_int_equal(salvage(&s), 0);
	assert_int_equal(s.pages_lost, blocks / 3);
	assert_true(notes() > 0);
	/* Cut off in the middle of a block. */
	buf_init(&b, SIZE_MAX);
	buf_add(&b, sound.data, sound.len / 2 / BLOCK * BLOCK + 1000);
	assert_int_equal(file_replace(bad, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
	assert_int_equal(salvage(&s), 0);
	assert_true(s.pages_lost >= blocks / 2 - 5);
	damage(0, 0, 0);
	{
		struct session_options o = options(home);

		sweep();
		world_close(&w, 7);
		sweep();
		way.passphrase = view_str("wrong one");
		assert_int_equal(salvaging_run(&o, bad, &way, &s, &e), -1);
		assert_int_equal(e.kind, ERR_DENIED);
		/* A code from the safe, and a passphrase of the new one's. */
		way.code = "aaaaaa-bbbbbb";
		assert_int_equal(salvaging_run(&o, bad, &way, &s, &e), -1);
		assert_int_equal(e.kind, ERR_DENIED);
		way.code = code;
		way.passphrase = view_str(WORLD_PASSPHRASE);
		assert_int_equal(salvage(&s), 0);
		assert_int_equal(notes(), NOTES + 1);
	}
}

static void
reload(const char *tail, struct buf *out)
{
	char from[176];

	snprintf(from, sizeof(from), "%s/store.tugi%s", w.c[LIIS].profile,
	    tail);
	buf_reset(out);
	if (file_read(from, out, &e) != 0)
		fail_msg("%s", e.text);
}

/* A log that a kill left behind: what was committed in it counts, and a block
 * of it that is lost takes no more than its page. */
static void
test_log(void **state)
{
	char log[176];
	struct salvaging s;
	struct buf b, all;
	uint64_t n;
	int i;

	(void)state;
	buf_init(&all, SIZE_MAX);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	for (i = 0; i < 5; i++)
		world_note(&w, LIIS, &anna, "in the log alone", NULL);
	reload("", &sound);
	reload("-wal", &all);
	world_close(&w, LIIS);
	assert_true(all.len > 8 * BLOCK);
	snprintf(log, sizeof(log), "%s-wal", bad);
	for (n = 0; n <= all.len / BLOCK; n++) {
		buf_reset(&b);
		buf_add(&b, all.data, all.len);
		if (n > 0) /* first whole, then each block in turn */
			memset(b.data + (n - 1) * BLOCK, 0, BLOCK);
		damage(0, 0, 0);
		assert_int_equal(file_replace(log, buf_view(&b), 0600, &e), 0);
		if (salvage(&s) != 0)
			fail_msg("block %d of the log: %s", (int)n, e.text);
		if (n <= 1)
			assert_int_equal(notes(), NOTES + 1 + 5);
		else
			assert_true(notes() + (int64_t)lost_of(&s, "note") >=
			    NOTES);
	}
	unlink(log);
	buf_done(&b);
	buf_done(&all);
}

/* Unsent text that was sealed already stands in the outbox as well. */
static void
test_outbox(void **state)
{
	static const char unsent[] = "SELECT count(*) FROM version JOIN record "
	    "USING (rid) WHERE type = 4 AND state IN (1, 2)";
	struct salvaging s;
	uint64_t n, got = 0;

	(void)state;
	assert_int_equal(world_open(&w, LIIS, &e), 0);
	w.cut_request = w.calls + WORLD_PUSH;
	assert_int_equal(world_sync(&w, LIIS, NULL, &e), -1);
	w.cut_request = 0;
	assert_true(world_count(&w, LIIS, "SELECT count(*) FROM outgoing WHERE "
	    "state = 1") > 0);
	world_close(&w, LIIS);
	reload("", &sound);
	for (n = FIRST + 1; n < sound.len / BLOCK; n++) {
		damage(n, 1, 0);
		assert_int_equal(salvage(&s), 0);
		if (s.outbox == 0)
			continue;
		got += s.outbox;
		if (world_count(&w, 7, unsent) < UNSENT)
			fail_msg("page %d: %d unsent", (int)(n - FIRST + 1),
			    (int)world_count(&w, 7, unsent));
	}
	assert_true(got > 0);
}

static void
let_in(void)
{
	struct office_approval a = { .name = "Person",
		.person = &w.c[LIIS].person };
	struct enrol_result asked;
	struct buf card;

	buf_init(&card, 4096);
	assert_int_equal(office_card(w.c[0].session, &card, &e), 0);
	if (enrol_join(w.c[7].session, &w.c[7].remote, buf_str(&card), &asked,
	    &e) != 0)
		fail_msg("join: %s", e.text);
	buf_done(&card);
	a.code = asked.code;
	world_must_sync(&w, 0);
	if (office_approve(w.c[0].session, &w.c[0].remote, &a, &e) != 0)
		fail_msg("approve: %s", e.text);
}

/* What the hub has comes back from there; what it had not goes there. */
static void
comes_back(uint64_t block, uint64_t n)
{
	struct salvaging s;
	size_t before;

	damage(block, n, 0);
	assert_int_equal(salvage(&s), 0);
	assert_false(s.keys_lost);
	before = world_notes(&w, 7, &anna);
	let_in();
	if (world_sync(&w, 7, NULL, &e) != 0)
		fail_msg("block %d: %s", (int)block, e.text);
	assert_false(world_store(&w, 7)->restored);
	store_check(world_store(&w, 7));
	world_must_sync(&w, 7);
	assert_true(world_notes(&w, 7, &anna) >= NOTES + 1 - UNSENT);
	assert_true(world_notes(&w, 7, &anna) >= before);
	assert_int_equal(world_count(&w, 7, "SELECT count(*) FROM version "
	    "WHERE state = 1"), 0);
	assert_int_equal(world_count(&w, 7, "SELECT count(*) FROM quarantine"),
	    0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &anna),
	    world_notes(&w, 7, &anna));
}

static void
test_comes_back_tail(void **state)
{
	uint64_t blocks = sound.len / BLOCK;

	(void)state;
	comes_back(blocks * 3 / 4, 3);
}

static void
test_comes_back_middle(void **state)
{
	uint64_t blocks = sound.len / BLOCK;

	(void)state;
	comes_back(blocks / 2, 5);
}

static void
test_comes_back_front(void **state)
{
	(void)state;
	comes_back(FIRST + 8, 12);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sound),
		T(test_each_page),
		T(test_ranges),
		T(test_log),
		T(test_outbox),
		T(test_comes_back_tail),
		T(test_comes_back_middle),
		T(test_comes_back_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
