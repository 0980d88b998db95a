/* Everything a person may see, in one sealed file, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/cases/timeline.h"
#include "client/core/local/blobs.h"
#include "client/core/upkeep/export.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/parcel.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;
static struct id kid;
static char path[120];
static struct buf seen;
static struct id wanted;
static bool coming;
static struct buf content; /* of the file of ${wanted} */
static size_t begun, whole, broken;

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
	buf_init(&content, SIZE_MAX);
	begun = whole = broken = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	buf_done(&seen);
	buf_done(&content);
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

/* ---- files that come ---- */

static int
begin_file(void *ctx, const struct id *record, struct err *x)
{
	(void)ctx;
	(void)x;
	assert_false(id_is_zero(record));
	begun++;
	coming = id_eq(record, &wanted);
	if (coming)
		buf_reset(&content);
	return 0;
}

static int
take_file(void *ctx, struct view v, struct err *x)
{
	(void)ctx;
	(void)x;
	assert_true(v.len > 0 && v.len <= 65536);
	if (coming)
		buf_add(&content, v.data, v.len);
	return 0;
}

static int
end_file(void *ctx, bool is, struct err *x)
{
	(void)ctx;
	(void)x;
	whole += is;
	broken += !is;
	return 0;
}

static const struct export_reader reader = { collect, begin_file, take_file,
	end_file, NULL };

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
	    &reader, &e), 0);
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
	    &reader, &e), 0);
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
	    &reader, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(seen.len, 0);
	assert_int_equal(stat(path, &st), 0);
	change((size_t)st.st_size - 1, true);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    &reader, &e), -1);
	change(40, false);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    &reader, &e), -1);
	change(3, false);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    &reader, &e), -1);
	assert_non_null(strstr(e.text, "no export"));
}

#define FILE_1 "{\"file\": \"0123456789abcdef0123456789abcdef\"}\n"

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
		{ "{\"tugi_export\": 1}\n" FILE_1 "{\"piece\": 0}\n\n",
		    "not the form" },
		{ "{\"tugi_export\": 1}\n" FILE_1 "{\"piece\": 65537}\n",
		    "not the form" },
		{ "{\"tugi_export\": 1}\n" FILE_1 "{\"piece\": 02}\nab\n",
		    "not the form" },
		{ "{\"tugi_export\": 1}\n" FILE_1 "{\"piece\": 2}\nabc\n",
		    "not the form" },
		{ "{\"tugi_export\": 1}\n" FILE_1 "{\"end\": 0}\n",
		    "not the form" },
		{ "{\"tugi_export\": 1}\n" FILE_1 "{\"piece\": 9}\nabc",
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
		assert_int_equal(export_read(path, pass, &reader, &e),
		    -1);
		assert_non_null(strstr(e.text, bad[i].says));
		assert_true(i == 2 || seen.len == 0);
	}
}

/* ---- attachments ---- */

static char source[140];

/* One of ${n} bytes, added by its keeper. */
static void
attach(size_t n, struct id *id)
{
	struct attachments_wish wish = { .case_id = kid, .path = source };
	struct buf b;
	size_t i;

	buf_init(&b, SIZE_MAX);
	for (i = 0; i < n; i++)
		buf_add_be(&b, i * 7 + i / 251, 1);
	snprintf(source, sizeof(source), "%s/scan.pdf", w.folder);
	assert_int_equal(file_replace(source, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
	if (attachments_add(w.c[1].session, &wish, id, &e) != 0)
		fail_msg("%s", e.text);
}

static void
check_content(void)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(source, &b, &e), 0);
	assert_true(view_eq(buf_view(&b), buf_view(&content)));
	buf_done(&b);
	unlink(source);
}

static void
test_files(void **state)
{
	static const size_t sizes[] = { 1, 65536, 65537, 300000 };
	struct export_sum sum;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		attach(sizes[i], &wanted);
		unlink(path);
		assert_int_equal(export_as(1, "four words of it", &sum), 0);
		assert_int_equal(sum.files, i + 1);
		assert_int_equal(sum.missing, 0);
		begun = whole = broken = 0;
		assert_int_equal(export_read(path,
		    view_str("four words of it"), &reader, &e), 0);
		assert_int_equal(begun, i + 1);
		assert_int_equal(whole, i + 1);
		assert_int_equal(broken, 0);
		check_content();
	}
}

/* A file that is not here is told of, a damaged one is not taken for whole;
 * everything else goes out. */
static void
test_files_missing(void **state)
{
	struct export_sum sum;
	struct id id;
	char *folder;
	char line[300];

	(void)state;
	attach(200000, &id);
	unlink(source);
	folder = blobs_folder(world_store(&w, 1));
	snprintf(line, sizeof(line), "printf x | dd of=\"$(ls -d '%s'/*)\" bs=1 "
	    "seek=150000 conv=notrunc status=none", folder);
	assert_int_equal(system(line), 0);
	assert_int_equal(export_as(1, "four words of it", &sum), 0);
	assert_int_equal(sum.files, 0);
	assert_int_equal(sum.missing, 1);
	assert_int_equal(export_read(path, view_str("four words of it"),
	    &reader, &e), 0);
	assert_int_equal(begun, 1);
	assert_int_equal(broken, 1);
	assert_int_equal(whole, 0);
	assert_non_null(strstr(buf_str(&seen), "Teine"));
	snprintf(line, sizeof(line), "rm '%s'/*", folder);
	assert_int_equal(system(line), 0);
	unlink(path);
	assert_int_equal(export_as(1, "four words of it", &sum), 0);
	assert_int_equal(sum.missing, 1);
	begun = 0;
	assert_int_equal(export_read(path, view_str("four words of it"),
	    &reader, &e), 0);
	assert_int_equal(begun, 0);
	mem_free(folder);
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
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files_missing, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
