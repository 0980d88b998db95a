/*
 * Attachments on one device: kept, found, read, backed up, brought back,
 * moved with their note, swept when their record is gone, and never lost.
 *
 * Client 0 is the officer, 1 keeps the case, 2 reads its notes, 3 signs
 * erasures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/cases/moving.h"
#include "client/core/cases/timeline.h"
#include "client/core/local/blobs.h"
#include "client/core/profile/keep.h"
#include "client/core/records/deletion.h"
#include "client/core/records/erase.h"
#include "client/core/records/history.h"
#include "client/core/records/search.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/trust.h"

#define KEEPER 1
#define DPO 3
#define DAY_MS (24 * 3600 * 1000LL)
#define WORDS "the drawing with the red house"

static struct world w;
static struct id anna, note;
static struct err e;
static char source[160], target[160];

static void
write_file(const char *path, size_t n)
{
	struct buf b;
	size_t i;

	buf_init(&b, SIZE_MAX);
	buf_add_str(&b, WORDS);
	for (i = b.len; i < n; i++)
		buf_add_be(&b, i * 7 + i / 251, 1);
	assert_int_equal(file_replace(path, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	trust_join_as(&w, DPO, ROLE_DPO);
	world_case(&w, KEEPER, "Anna Tamm", &anna);
	assert_int_equal(world_note(&w, KEEPER, &anna, "with a picture",
	    &note), 0);
	snprintf(source, sizeof(source), "%s/drawing.JPG", w.folder);
	snprintf(target, sizeof(target), "%s/out", w.folder);
	write_file(source, 150000);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(source);
	unlink(target);
	world_end(&w);
	return 0;
}

static int
add(int i, const struct id *to, struct id *id)
{
	struct attachments_wish wish = { .case_id = anna, .path = source };

	if (to != NULL)
		wish.to = *to;
	world_pass(&w, 1000);
	return attachments_add(w.c[i].session, &wish, id, &e);
}

static void
must_add(int i, const struct id *to, struct id *id)
{
	if (add(i, to, id) != 0)
		fail_msg("%s", e.text);
}

/* What is read back is what was put in. */
static void
check_same(int i, const struct id *id)
{
	struct buf a, b;

	unlink(target);
	if (attachments_save(w.c[i].session, id, target, &e) != 0)
		fail_msg("%s", e.text);
	buf_init(&a, SIZE_MAX);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(source, &a, &e), 0);
	assert_int_equal(file_read(target, &b, &e), 0);
	assert_true(view_eq(buf_view(&a), buf_view(&b)));
	buf_done(&a);
	buf_done(&b);
}

static int
refused(int i, const struct id *id)
{
	char half[170];

	unlink(target);
	assert_int_equal(attachments_save(w.c[i].session, id, target, &e),
	    -1);
	assert_int_equal(access(target, F_OK), -1);
	snprintf(half, sizeof(half), "%s.new", target);
	assert_int_equal(access(half, F_OK), -1);
	return e.kind;
}

static int
count_one(void *ctx, const char *name, struct err *why)
{
	(void)name;
	(void)why;
	++*(size_t *)ctx;
	return 0;
}

static size_t
files(int i)
{
	char *folder = blobs_folder(world_store(&w, i));
	size_t n = 0;

	assert_int_equal(file_each(folder, count_one, &n, &e), 0);
	mem_free(folder);
	return n;
}

/* The only sealed file of ${i}, by path. */
static int
note_path(void *ctx, const struct blobs_item *b, struct err *why)
{
	char *path = blobs_path(world_store(&w, KEEPER), &b->id);

	(void)why;
	snprintf(ctx, 200, "%s", path);
	mem_free(path);
	return 0;
}

static void
sealed_path(char out[static 200])
{
	out[0] = '\0';
	assert_int_equal(blobs_each(world_store(&w, KEEPER), note_path, out,
	    &e), 0);
	assert_true(out[0] != '\0');
}

static void
again(int i)
{
	world_close(&w, i);
	assert_int_equal(world_open(&w, i, &e), 0);
}

static void
test_kept(void **state)
{
	struct record_list l;
	struct id id;
	char text[160];

	(void)state;
	must_add(KEEPER, &note, &id);
	check_same(KEEPER, &id);
	world_field(&w, KEEPER, &id, "name", text);
	assert_string_equal(text, "drawing.JPG");
	world_field(&w, KEEPER, &id, "media", text);
	assert_string_equal(text, "image/jpeg");
	world_field(&w, KEEPER, &id, "bytes", text);
	assert_string_equal(text, "150000");
	assert_int_equal(attachments_to(w.c[KEEPER].session, &note, &l, &e),
	    0);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.items[0].section, "notes");
	record_list_done(&l);
	assert_int_equal(access(source, F_OK), 0);
	again(KEEPER);
	assert_int_equal(files(KEEPER), 1);
	check_same(KEEPER, &id);
	assert_int_equal(attachments_save(w.c[KEEPER].session, &id, target,
	    &e), -1); /* nothing is overwritten */
	assert_int_equal(e.kind, ERR_CLASH);
}

/* No reader, list, history or search shows the key; the name is found. */
static void
test_key_stays_in(void **state)
{
	struct timeline_query q = { .case_id = anna };
	struct record_list l;
	struct history h;
	struct id id;
	size_t i, k;
	bool seen = false;

	(void)state;
	must_add(KEEPER, NULL, &id);
	assert_int_equal(timeline_list(w.c[KEEPER].session, &q, &l, &e), 0);
	for (i = 0; i < l.count; i++) {
		seen = seen || id_eq(&l.items[i].id, &id);
		for (k = 0; k < l.items[i].field_count; k++)
			assert_string_not_equal(l.items[i].fields[k].name,
			    "key");
	}
	assert_true(seen);
	record_list_done(&l);
	assert_int_equal(history_read(w.c[KEEPER].session, &id, &h, &e), 1);
	for (i = 0; i < h.count; i++)
		for (k = 0; k < h.items[i].field_count; k++)
			if (strcmp(h.items[i].fields[k].name, "key") == 0)
				assert_string_equal(h.items[i].fields[k].text,
				    "");
	history_done(&h);
	assert_int_equal(search_ask(w.c[KEEPER].session,
	    &(struct search_wish){ .words = "drawing", .limit = 10 }, &l,
	    &e), 0);
	assert_int_equal(l.count, 1);
	record_list_done(&l);
}

/* It cannot be changed afterwards, only deleted. */
static void
test_not_changed(void **state)
{
	struct id id;

	(void)state;
	must_add(KEEPER, NULL, &id);
	assert_int_equal(world_set(&w, KEEPER, &id, "name", "other"), -1);
	assert_int_equal(world_set(&w, KEEPER, &id, "key", "other"), -1);
	assert_int_equal(deletion_set(w.c[KEEPER].session, &id, true, &e), 0);
	assert_int_equal(refused(KEEPER, &id), ERR_ABSENT);
	again(KEEPER); /* deleted is not gone: the file stays */
	assert_int_equal(deletion_set(w.c[KEEPER].session, &id, false, &e),
	    0);
	check_same(KEEPER, &id);
}

static void
test_bad_input(void **state)
{
	struct attachments_wish wish = { .case_id = anna, .path = source };
	struct id id, berta, other;
	char path[200];

	(void)state;
	world_case(&w, KEEPER, "Berta", &berta);
	assert_int_equal(world_note(&w, KEEPER, &berta, "hers", &other), 0);
	wish.to = other; /* of another child */
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	id_random(&wish.to);
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	memset(&wish.to, 0, sizeof(wish.to));
	wish.section = "kitchen";
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	wish.section = NULL;
	wish.path = w.folder; /* a folder */
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	snprintf(path, sizeof(path), "%s/none", w.folder);
	wish.path = path;
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(file_replace(path, view_of(NULL, 0), 0600, &e), 0);
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(truncate(path, (off_t)BLOB_CONTENT_MAX + 1), 0);
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	unlink(path);
	assert_int_equal(files(KEEPER), 0); /* nothing is left of any */
}

/* Cut short, changed, put in another's place: refused, nothing is written. */
static void
test_damaged(void **state)
{
	char path[200], second[200];
	struct id id, two;
	struct stat st;
	uint8_t byte;
	int fd;

	(void)state;
	must_add(KEEPER, NULL, &id);
	sealed_path(path);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, 70000), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, 70000), 1);
	assert_int_equal(refused(KEEPER, &id), ERR_PEER);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, 70000), 1);
	check_same(KEEPER, &id);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(ftruncate(fd, st.st_size - 1), 0);
	assert_int_equal(refused(KEEPER, &id), ERR_PEER);
	close(fd);
	must_add(KEEPER, NULL, &two);
	sealed_path(second);
	if (strcmp(path, second) == 0)
		fail_msg("two files have one name");
	assert_int_equal(rename(second, path), 0);
	assert_int_equal(refused(KEEPER, &id), ERR_PEER);
	assert_int_equal(refused(KEEPER, &two), ERR_ABSENT);
}

/* Nothing of it is readable in the folder. */
static void
test_sealed(void **state)
{
	struct id id;
	struct buf b;
	char path[200];

	(void)state;
	must_add(KEEPER, NULL, &id);
	sealed_path(path);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(path, &b, &e), 0);
	assert_null(memmem(b.data, b.len, WORDS, strlen(WORDS)));
	assert_int_equal(b.len, blob_sealed_bytes(150000));
	buf_done(&b);
}

/* What a power cut leaves is swept at the start; nothing else is touched. */
static void
test_swept(void **state)
{
	static const char *const left[] = { "new",
		"00112233445566778899aabbccddeeff"
		"00112233445566778899aabbccddeeff" };
	char *folder, *path;
	struct id id;
	size_t i;

	(void)state;
	must_add(KEEPER, NULL, &id);
	folder = blobs_folder(world_store(&w, KEEPER));
	for (i = 0; i < 2; i++) {
		path = file_join(folder, left[i]);
		write_file(path, 1000);
		mem_free(path);
	}
	path = file_join(folder, "readme");
	write_file(path, 100);
	assert_int_equal(files(KEEPER), 4);
	again(KEEPER);
	assert_int_equal(files(KEEPER), 2);
	assert_int_equal(access(path, F_OK), 0);
	mem_free(path);
	mem_free(folder);
	check_same(KEEPER, &id);
}

static void
backup(const char *path)
{
	size_t n;

	unlink(path);
	if (keep_backup(w.c[KEEPER].session, path, &n, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(n, 2);
}

static void
test_backup(void **state)
{
	struct session_options o;
	char stick[200], beside[220], path[200], here[700];
	struct id id, two;
	uint8_t byte;
	size_t n;
	int fd;

	(void)state;
	snprintf(stick, sizeof(stick), "%s/stick.tugi", w.folder);
	snprintf(beside, sizeof(beside), "%s" KEEP_FILES, stick);
	assert_int_equal(keep_backup(w.c[KEEPER].session, stick, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(access(beside, F_OK), -1);
	must_add(KEEPER, NULL, &id);
	must_add(KEEPER, NULL, &two);
	assert_int_equal(keep_backup(w.c[KEEPER].session, stick, &n, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(access(beside, F_OK), -1);
	backup(stick);
	/* What a backup of before had and is gone now, goes there too. */
	snprintf(here, sizeof(here), "%s/%s", beside,
	    "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff");
	write_file(here, 100);
	backup(stick);
	assert_int_equal(access(here, F_OK), -1);

	session_options_default(w.c[KEEPER].profile, &o);
	o.cost_test = true;
	sealed_path(path);
	snprintf(here, sizeof(here), "%s/%s", beside, strrchr(path, '/') + 1);
	world_close(&w, KEEPER);
	assert_int_equal(keep_restore(&o, stick, view_str(WORLD_PASSPHRASE),
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	fd = open(here, O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, 5000), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, 5000), 1);
	if (keep_verify(&o, stick, view_str(WORLD_PASSPHRASE), false, &e) !=
	    0)
		fail_msg("%s", e.text);
	assert_int_equal(keep_verify(&o, stick, view_str(WORLD_PASSPHRASE),
	    true, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	close(fd);
	assert_int_equal(world_open(&w, KEEPER, &e), 0);
	backup(stick); /* the damaged copy is made again */
	world_close(&w, KEEPER);

	/* Another folder, as on a new machine. */
	snprintf(here, sizeof(here), "%s/old", w.folder);
	assert_int_equal(rename(w.c[KEEPER].profile, here), 0);
	if (keep_restore(&o, stick, view_str(WORLD_PASSPHRASE), &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(world_open(&w, KEEPER, &e), 0);
	assert_int_equal(files(KEEPER), 2);
	check_same(KEEPER, &id);
	check_same(KEEPER, &two);

	snprintf(here, sizeof(here), "rm -r '%s/old' '%s' '%s'", w.folder,
	    stick, beside);
	assert_int_equal(system(here), 0);
}

/* A store that is older than it was may lack the record: nothing is swept. */
static void
test_older(void **state)
{
	char store[200], wal[210], kept[500];
	struct id id;

	(void)state;
	snprintf(store, sizeof(store), "%s/store.tugi", w.c[KEEPER].profile);
	snprintf(wal, sizeof(wal), "%s-wal", store);
	world_close(&w, KEEPER);
	snprintf(kept, sizeof(kept), "cp '%s' '%s.kept'", store, store);
	assert_int_equal(system(kept), 0);
	assert_int_equal(world_open(&w, KEEPER, &e), 0);
	must_add(KEEPER, NULL, &id);
	world_close(&w, KEEPER);
	snprintf(kept, sizeof(kept), "%s.kept", store);
	unlink(wal);
	assert_int_equal(rename(kept, store), 0);
	assert_int_equal(world_open(&w, KEEPER, &e), 0);
	assert_true(session_older(w.c[KEEPER].session));
	assert_int_equal(files(KEEPER), 1);
}

/* A note in the wrong case goes with its files. */
static void
test_moved(void **state)
{
	struct moving_wish wish = { .note = note, .reason = "wrong child" };
	struct record_list l;
	struct moving m;
	struct id id, berta;

	(void)state;
	must_add(KEEPER, &note, &id);
	world_case(&w, KEEPER, "Berta", &berta);
	wish.to = berta;
	if (moving_note(w.c[KEEPER].session, &wish, &m, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(m.texts, 2);
	assert_int_equal(attachments_to(w.c[KEEPER].session, &m.note, &l, &e),
	    0);
	assert_int_equal(l.count, 1);
	assert_true(id_eq(&l.items[0].case_id, &berta));
	check_same(KEEPER, &l.items[0].id);
	assert_int_equal(refused(KEEPER, &id), ERR_ABSENT);
	again(KEEPER);
	check_same(KEEPER, &l.items[0].id);
	record_list_done(&l);
	moving_done(&m);
}

/* The second hand signs all that waits, a week goes by. Returns how many. */
static size_t
signed_and_due(void)
{
	struct erase_requests l;
	size_t i, n;

	world_must_sync(&w, KEEPER);
	world_must_sync(&w, DPO);
	assert_int_equal(erase_requests_list(w.c[DPO].session, &l, &e), 0);
	n = l.count;
	for (i = 0; i < l.count; i++)
		assert_int_equal(erase_answer_request(w.c[DPO].session,
		    &l.items[i].id, true, NULL, &e), 0);
	erase_requests_done(&l);
	world_must_sync(&w, DPO);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, KEEPER);
	return n;
}

static void
a_week_later(void)
{
	world_pass(&w, 7 * DAY_MS + 1000);
	world_must_sync(&w, KEEPER);
	assert_int_equal(files(KEEPER), 0);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM "
	    "version v JOIN record r ON r.rid = v.rid WHERE r.type = 53 "
	    "AND length(v.body) > 0"), 0);
}

/* An order of two: a week later neither record nor file is there. */
static void
test_erased(void **state)
{
	struct erase_wish wish = { ERASE_ASKED, "the guardian asked" };
	struct erase_asked asked;
	struct id id;

	(void)state;
	must_add(KEEPER, NULL, &id);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, DPO);
	assert_int_equal(erase_record(w.c[KEEPER].session, &id, &wish,
	    &asked, &e), 0);
	assert_int_equal(asked.files, 0);
	assert_int_equal(signed_and_due(), 1);
	assert_int_equal(refused(KEEPER, &id), ERR_ABSENT);
	assert_int_equal(files(KEEPER), 1); /* it may be taken back */
	a_week_later();
}

/* Who asks for a text asks for what is attached to it, all of it or nothing:
 * not while one of them waits to be sent, and one that was deleted too. */
static void
test_erased_with_its_text(void **state)
{
	struct erase_wish wish = { ERASE_ASKED, "the guardian asked" };
	struct erase_asked asked;
	struct id form, id[3];

	(void)state;
	assert_int_equal(world_note(&w, KEEPER, &anna, "see the form",
	    &form), 0);
	must_add(KEEPER, &form, &id[0]);
	must_add(KEEPER, &form, &id[1]);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, DPO);
	must_add(KEEPER, &form, &id[2]);
	assert_int_equal(erase_record(w.c[KEEPER].session, &form, &wish,
	    &asked, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(world_count(&w, KEEPER, "SELECT count(*) FROM "
	    "erase_ask"), 0);
	world_must_sync(&w, KEEPER);
	assert_int_equal(deletion_set(w.c[KEEPER].session, &id[0], true, &e),
	    0);
	world_must_sync(&w, KEEPER);
	/* Asked for before: once is enough. */
	assert_int_equal(erase_record(w.c[KEEPER].session, &id[1], &wish,
	    &asked, &e), 0);
	assert_int_equal(erase_record(w.c[KEEPER].session, &form, &wish,
	    &asked, &e), 0);
	assert_int_equal(asked.files, 2);
	assert_int_equal(signed_and_due(), 4);
	assert_int_equal(refused(KEEPER, &id[2]), ERR_ABSENT);
	a_week_later();
	assert_false(world_has(&w, KEEPER, "see the form"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kept), T(test_key_stays_in), T(test_not_changed),
		T(test_bad_input), T(test_damaged), T(test_sealed),
		T(test_swept), T(test_backup), T(test_older), T(test_moved),
		T(test_erased), T(test_erased_with_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
