/* common/base: errors, buffers, ids, clocks, files. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/id.h"
#include "common/base/mem.h"
#include "common/base/tick.h"

static void
err_keeps_kind_and_puts_context_first(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, ERR_AWAY, "no answer in %d s", 20), -1);
	e.code = 7;
	assert_int_equal(err_add(&e, "cannot reach %s", "the hub"), -1);
	assert_string_equal(e.text, "cannot reach the hub: no answer in 20 s");
	assert_int_equal(e.kind, ERR_AWAY);
	assert_int_equal(e.code, 7);
	assert_int_equal(err_exit_code(e.kind), 75);
	assert_int_equal(err_exit_code(ERR_DENIED), 77);
	err_clear(&e);
	assert_int_equal(e.kind, ERR_NONE);
}

static void
err_cuts_long_text_and_stays_a_string(void **state)
{
	struct err e = { 0 };
	char longer[ERR_TEXT_BYTES * 2];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&e, ERR_INPUT, "%s", longer);
	assert_int_equal(strlen(e.text), ERR_TEXT_BYTES - 1);
	err_add(&e, "%s", longer);
	assert_int_equal(strlen(e.text), ERR_TEXT_BYTES - 1);
}

static void
buf_ceiling_sticks(void **state)
{
	struct buf b;
	struct err e = { 0 };

	(void)state;
	buf_init(&b, 10);
	buf_add(&b, "12345", 5);
	buf_add(&b, "1234567", 7);
	assert_int_equal(b.len, 5);
	buf_add(&b, "1", 1);
	assert_int_equal(b.len, 5); /* failed for good */
	assert_int_equal(buf_check(&b, "a test", &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_reset(&b);
	buf_add(&b, "1234567890", 10);
	assert_int_equal(buf_check(&b, "a test", &e), 0);
	assert_string_equal(buf_str(&b), "1234567890");
	buf_done(&b);
}

static void
buf_fmt_be_and_empty(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_string_equal(buf_str(&b), "");
	buf_add_fmt(&b, "%s-%d", "abc", 12);
	assert_string_equal(buf_str(&b), "abc-12");
	buf_reset(&b);
	buf_add_be(&b, UINT64_C(0x0102030405060708), 8);
	buf_add_be(&b, 0xabcd, 2);
	assert_memory_equal(b.data, "\1\2\3\4\5\6\7\10\xab\xcd", 10);
	buf_done(&b);
	buf_done(&b); /* twice is fine */
}

static void
reader_stops_at_the_end_and_sticks(void **state)
{
	static const uint8_t in[] = { 0, 1, 2, 3, 4 };
	struct reader r;
	uint8_t out[4] = { 9, 9, 9, 9 };

	(void)state;
	reader_init(&r, view_of(in, sizeof(in)));
	assert_int_equal(reader_be(&r, 2), 1);
	assert_int_equal(reader_left(&r), 3);
	reader_copy(&r, out, 4);
	assert_true(r.bad);
	assert_int_equal(out[0], 0);
	assert_int_equal(reader_be(&r, 1), 0); /* though three are left */
	assert_int_equal(reader_left(&r), 0);
}

static void
ids_read_back_and_refuse_rubbish(void **state)
{
	struct id a, b;
	struct hash h, k;
	struct err e = { 0 };
	char text[ID_TEXT_BYTES], long_text[HASH_TEXT_BYTES];

	(void)state;
	id_random(&a);
	assert_int_equal(id_parse(id_text(&a, text), &b, &e), 0);
	assert_true(id_eq(&a, &b));
	text[31] = 'g';
	assert_int_equal(id_parse(text, &b, &e), -1);
	assert_int_equal(id_parse("", &b, &e), -1);
	assert_int_equal(id_parse("00", &b, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	memset(&h, 7, sizeof(h));
	assert_int_equal(hash_parse(hash_text(&h, long_text), &k, &e), 0);
	assert_true(hash_eq(&h, &k));
	assert_false(hash_is_zero(&h));
}

static void
timed_ids_sort_by_time(void **state)
{
	struct id a, b;

	(void)state;
	id_timed(&a, INT64_C(1700000000000));
	id_timed(&b, INT64_C(1700000000001));
	assert_true(id_cmp(&a, &b) < 0);
	id_timed(&a, -5); /* a broken clock makes an id all the same */
	assert_false(id_is_zero(&a));
}

static void
hlc_never_goes_back_nor_stops(void **state)
{
	uint64_t last = 0, next;
	int i;

	(void)state;
	next = hlc_next(last, 1000);
	assert_int_equal(hlc_ms(next), 1000);
	for (i = 0; i < 70000; i++) { /* more than the counter holds */
		last = next;
		next = hlc_next(last, 1000 - i % 900);
		assert_true(next > last);
	}
	assert_int_equal(hlc_ms(next), 1001); /* carried into the ms */
	assert_true(hlc_next(next, -1) > next); /* clock at 1969 */
	assert_true(hlc_next(next, INT64_MAX) > next);
	assert_true(hlc_from_ms(INT64_MAX) > hlc_from_ms(INT64_C(1) << 46));
}

/* What was there stays; there is always room for one more, cleared. */
static void
lists_grow(void **state)
{
	int *list = NULL;
	int i, k;

	(void)state;
	for (i = 0; i < 1000; i++) {
		list = mem_more(list, (size_t)i, sizeof(*list));
		if (i == 0 || (i >= 8 && (i & (i - 1)) == 0))
			assert_int_equal(list[i], 0);
		list[i] = i + 1;
	}
	for (k = 0; k < i; k++)
		assert_int_equal(list[k], k + 1);
	mem_free(list);
}

struct files {
	char dir[64];
};

static int
files_set_up(void **state)
{
	struct files *f = mem_new(sizeof(*f));

	strcpy(f->dir, "/tmp/tugi-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	return 0;
}

static int
files_tear_down(void **state)
{
	struct files *f = *state;
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", f->dir);
	assert_int_equal(system(cmd), 0);
	mem_free(f);
	return 0;
}

static void
files_are_replaced_whole(void **state)
{
	struct files *f = *state;
	char *path = file_join(f->dir, "a");
	struct err e = { 0 };
	struct buf b;
	struct stat st;

	buf_init(&b, 8);
	assert_int_equal(file_read(path, &b, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(file_replace(path, view_str("12345678"), 0600, &e), 0);
	assert_int_equal(file_replace(path, view_str("abcdefgh"), 0600, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(path, &b, &e), 0);
	assert_string_equal(buf_str(&b), "abcdefgh");
	buf_reset(&b);
	assert_int_equal(file_replace(path, view_str("123456789"), 0600, &e),
	    0);
	assert_int_equal(file_read(path, &b, &e), -1); /* one byte too long */
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&b);
	mem_free(path);
	path = file_join(f->dir, "none/a");
	assert_int_equal(file_replace(path, view_str("x"), 0600, &e), -1);
	assert_int_equal(e.code, ENOENT);
	mem_free(path);
}

static void
files_are_made_once(void **state)
{
	struct files *f = *state;
	char *path = file_join(f->dir, "n");
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, 10);
	assert_int_equal(file_new(path, view_str("first"), 0400, &e), 0);
	assert_int_equal(file_new(path, view_str("second"), 0400, &e), -1);
	assert_int_equal(e.code, EEXIST);
	assert_int_equal(file_read(path, &b, &e), 0);
	assert_string_equal(buf_str(&b), "first");
	buf_done(&b);
	assert_int_equal(unlink(path), 0);
	mem_free(path);
}

static void
folders_are_private_or_refused(void **state)
{
	struct files *f = *state;
	char *path = file_join(f->dir, "p");
	struct err e = { 0 };

	assert_int_equal(file_folder(path, &e), 0);
	assert_int_equal(file_folder(path, &e), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(file_folder(path, &e), -1);
	assert_non_null(strstr(e.text, "chmod 700"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(file_replace(path, view_str("x"), 0600, &e), 0);
	assert_int_equal(file_folder(path, &e), -1);
	assert_true(file_exists(path));
	mem_free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_keeps_kind_and_puts_context_first),
		cmocka_unit_test(err_cuts_long_text_and_stays_a_string),
		cmocka_unit_test(buf_ceiling_sticks),
		cmocka_unit_test(buf_fmt_be_and_empty),
		cmocka_unit_test(reader_stops_at_the_end_and_sticks),
		cmocka_unit_test(ids_read_back_and_refuse_rubbish),
		cmocka_unit_test(timed_ids_sort_by_time),
		cmocka_unit_test(hlc_never_goes_back_nor_stops),
		cmocka_unit_test(lists_grow),
		cmocka_unit_test_setup_teardown(files_are_replaced_whole,
		    files_set_up, files_tear_down),
		cmocka_unit_test_setup_teardown(files_are_made_once,
		    files_set_up, files_tear_down),
		cmocka_unit_test_setup_teardown(folders_are_private_or_refused,
		    files_set_up, files_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
