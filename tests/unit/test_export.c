/* Everything a person may see, in one sealed file, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/upkeep/export.h"
#include "client/core/cases/timeline.h"
#include "common/base/file.h"
#include "common/wire/parcel.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;
static struct id kid;
static char path[120];
static struct buf seen;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Anna Tamm", &kid);
	world_note(&w, 1, &kid, "Rääkisime koduteest.", NULL);
	world_note(&w, 1, &kid, "Teine märge.", NULL);
	snprintf(path, sizeof(path), "%s/all.tugi", w.folder);
	buf_init(&seen, 1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	buf_done(&seen);
	world_end(&w);
	return 0;
}

static int
render(void *ctx, const struct record_item *r, struct buf *line,
    struct err *x)
{
	(void)ctx;
	(void)x;
	buf_add_fmt(line, "%d %s", (int)r->type, record_field(r, "text"));
	return 0;
}

static int
collect(void *ctx, struct view line, struct err *x)
{
	(void)ctx;
	(void)x;
	buf_add(&seen, line.data, line.len);
	buf_add_str(&seen, "\n");
	return 0;
}

static int
export_as(int i, const char *passphrase, struct export_sum *sum)
{
	struct export_ask ask = { .path = path, .render = render,
		.passphrase = view_str(passphrase), .cost_passes = 1,
		.cost_bytes = 64 * 1024 };

	return export_to(w.c[i].session, &ask, sum, &e);
}

static void
test_and_back(void **state)
{
	struct timeline_query q = { .case_id = kid, .types = "export" };
	struct export_sum sum;
	struct record_list l;
	struct stat st;

	(void)state;
	assert_int_equal(export_as(1, "four words of it", &sum), 0);
	assert_int_equal(sum.cases, 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    collect, NULL, &e), 0);
	assert_non_null(strstr(buf_str(&seen), "4 Rääkisime koduteest.\n"));
	assert_non_null(strstr(buf_str(&seen), "4 Teine märge.\n"));
	assert_int_equal(timeline_list(w.c[1].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1); /* the card says so */
	record_list_done(&l);
	assert_int_equal(export_as(1, "four words of it", &sum), -1);
	assert_int_equal(e.kind, ERR_CLASH); /* nothing is written over */
}

/* Who may see the card alone takes out the card alone, and is not let to
 * write in it: their own room says so. */
static void
test_only_what_is_open(void **state)
{
	struct export_sum sum;

	(void)state;
	world_grant(&w, 1, &kid, 2, "card", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(export_as(2, "four words of it", &sum), 0);
	assert_int_equal(sum.cases, 0);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    collect, NULL, &e), 0);
	assert_null(strstr(buf_str(&seen), "koduteest"));
	assert_int_equal(world_count(&w, 2,
	    "SELECT count(*) FROM record WHERE type = 52"), 1);
	world_must_sync(&w, 2);
	world_must_sync(&w, 1);
	assert_int_equal(world_count(&w, 1,
	    "SELECT count(*) FROM record WHERE type = 52"), 0);
}

static void
change(size_t at, bool cut)
{
	struct buf b;

	buf_init(&b, 1 << 22);
	assert_int_equal(file_read(path, &b, &e), 0);
	if (cut)
		b.len = at;
	else
		b.data[at] ^= 1;
	assert_int_equal(file_replace(path, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
}

static void
test_refuses(void **state)
{
	struct export_sum sum;
	struct stat st;

	(void)state;
	assert_int_equal(export_as(1, "short", &sum), -1);
	assert_int_equal(file_exists(path), 0);
	assert_int_equal(export_as(1, "four words of it", &sum), 0);
	assert_int_equal(export_read(path, view_str("other words of it"),
	    collect, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(seen.len, 0);
	assert_int_equal(stat(path, &st), 0);
	change((size_t)st.st_size - 1, true);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    collect, NULL, &e), -1);
	change(40, false);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    collect, NULL, &e), -1);
	change(3, false);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    collect, NULL, &e), -1);
	assert_non_null(strstr(e.text, "no export"));
}

/* Whoever has the passphrase could write what looks like a whole export. */
static void
test_ends_once(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "{\"tugi_export\": 1}\n{\"end\": 0}\n{\"end\": 5}\n",
		    "goes on after its end" },
		{ "{\"tugi_export\": 1}\n{\"end\": 0}\n{\"a\"",
		    "does not end as it should" },
		{ "{\"tugi_export\": 1}\nx\n{\"end\": 2}\n",
		    "does not end as it should" },
	};
	struct parcel_cost least = { 1, 8192 };
	struct view pass = view_str("four words of it");
	struct parcel *p;
	struct hash hash;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_reset(&seen);
		unlink(path);
		assert_int_equal(parcel_make(path, pass, least, &p, &e), 0);
		assert_int_equal(parcel_add(p, view_str(bad[i].text), &e), 0);
		assert_int_equal(parcel_end(p, &hash, &e), 0);
		assert_int_equal(export_read(path, pass, collect, NULL, &e),
		    -1);
		assert_non_null(strstr(e.text, bad[i].says));
		assert_true(i == 2 || seen.len == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_what_is_open, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ends_once, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
