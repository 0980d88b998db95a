/*
 * What SQLite never asks of the store's VFS, and what no script leads to: each
 * method called by hand, on the simulated disk. What must be refused is, what
 * may be answered is answered, and no byte comes out that was not put in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client/core/vault/cells.h"
#include "client/core/vault/keyblock.h"
#include "client/core/vault/pages.h"
#include "client/core/vault/vault.h"
#include "client/core/vault/vfs.h"
#include "client/core/vault/wal.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/support/simdisk.h"

#define STORE "s.tugi"
#define LOG "s.tugi-wal"
#define BLOCK 4096
#define HEAD WAL_HEADER_BYTES
#define FRAME WAL_FRAME_BYTES
#define RW SQLITE_OPEN_READWRITE

static struct simdisk *d;
static struct disk disk;
static struct record_keys keys;
static struct vfs *v;
static sqlite3_vfs *base;
static sqlite3_file *f, *l; /* main file and log */
static uint8_t page[BLOCK], in[2 * BLOCK];
static struct err e;

/* ---- a store without SQLite ---- */

static void
start(void)
{
	int got = 0;

	if (vfs_new(&disk, &keys, false, &v, &e) != 0)
		fail_msg("%s", e.text);
	base = sqlite3_vfs_find(vfs_name(v));
	assert_non_null(base);
	f = mem_new((size_t)base->szOsFile);
	l = mem_new((size_t)base->szOsFile);
	assert_int_equal(base->xOpen(base, disk.path, f, SQLITE_OPEN_MAIN_DB |
	    RW, &got), SQLITE_OK);
}

static void
stop(void)
{
	if (l->pMethods != NULL)
		l->pMethods->xClose(l);
	f->pMethods->xClose(f);
	mem_free(l);
	mem_free(f);
	vfs_free(v);
}

static void
open_log(void)
{
	assert_int_equal(base->xOpen(base, disk.log, l, SQLITE_OPEN_WAL | RW |
	    SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
}

static int
setup(void **state)
{
	static const uint8_t dek[RECORD_KEY_BYTES] = { 7 };
	static const struct id file = { { 9 } };

	(void)state;
	d = simdisk_new(5);
	record_keys_derive(&keys, dek, &file);
	memset(page, 0, sizeof(page));
	if (disk_open(simdisk_name(d), STORE, true, &disk, &e) != 0 ||
	    vfs_format(&disk, &keys,
	    &(struct record_mark){ 0 }, &e) != 0)
		return -1;
	start();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stop();
	disk_close(&disk);
	simdisk_free(d);
	return 0;
}

static int
put_page(int n, uint8_t fill)
{
	memset(page, fill, PAGES_USABLE);
	return f->pMethods->xWrite(f, page, BLOCK, (n - 1) * BLOCK);
}

static int
put_head(int frame, uint32_t page_no, uint32_t commit)
{
	uint8_t head[WAL_FRAME_HEADER_BYTES] = { 0 };

	be_put(head, page_no, 4);
	be_put(head + 4, commit, 4);
	return l->pMethods->xWrite(l, head, sizeof(head),
	    HEAD + (frame - 1) * FRAME);
}

static int
put_body(int frame, uint8_t fill)
{
	memset(page, fill, PAGES_USABLE);
	return l->pMethods->xWrite(l, page, BLOCK, HEAD + (frame - 1) * FRAME +
	    WAL_FRAME_HEADER_BYTES);
}

static int
get_page(int n)
{
	return f->pMethods->xRead(f, in, BLOCK, (n - 1) * BLOCK);
}

/* ---- the main file ---- */

static void
test_sizes(void **state)
{
	sqlite3_int64 size = -1;

	(void)state;
	assert_int_equal(get_page(1), SQLITE_IOERR_SHORT_READ);
	assert_int_equal(f->pMethods->xRead(f, in, BLOCK + 1, 0),
	    SQLITE_IOERR_READ);
	assert_int_equal(f->pMethods->xRead(f, in, -1, 0), SQLITE_IOERR_READ);
	assert_int_equal(f->pMethods->xWrite(f, page, 100, 0),
	    SQLITE_IOERR_WRITE);
	assert_int_equal(f->pMethods->xWrite(f, page, BLOCK, 10),
	    SQLITE_IOERR_WRITE);
	assert_int_equal(f->pMethods->xFileSize(f, &size), SQLITE_OK);
	assert_int_equal(size, 0);
	page[PAGES_USABLE] = 1;
	assert_int_equal(f->pMethods->xWrite(f, page, BLOCK, 0),
	    SQLITE_IOERR_WRITE);
	assert_int_equal(vfs_stats(v).reserved, 1);
	page[PAGES_USABLE] = 0;
}

/* SQLite passes over a page when the file grows: zeros, nothing older. */
static void
test_skipped(void **state)
{
	(void)state;
	assert_int_equal(put_page(3, 'c'), SQLITE_OK);
	assert_int_equal(get_page(2), SQLITE_OK);
	assert_int_equal(in[0], 0);
	assert_int_equal(f->pMethods->xTruncate(f, 5 * BLOCK), SQLITE_OK);
	assert_int_equal(get_page(5), SQLITE_OK);
	assert_int_equal(in[0], 0);
	/* Somebody writes there. */
	simdisk_file(d, STORE)->data[(PAGES_FIRST_BLOCK + 1) * BLOCK] = 1;
	assert_int_equal(get_page(2), SQLITE_IOERR_DATA);
}

/* Shorter and longer again: what the commit counts stays where it is. */
static void
test_shorter(void **state)
{
	size_t whole;
	int i;

	(void)state;
	for (i = 1; i <= 5; i++)
		assert_int_equal(put_page(i, (uint8_t)('a' + i)), SQLITE_OK);
	assert_int_equal(f->pMethods->xSync(f, 0), SQLITE_OK);
	whole = simdisk_file(d, STORE)->len;
	assert_int_equal(f->pMethods->xTruncate(f, 2 * BLOCK), SQLITE_OK);
	assert_int_equal(put_page(5, 'z'), SQLITE_OK);
	assert_int_equal(get_page(3), SQLITE_OK);
	assert_int_equal(in[0], 'a' + 3);
	assert_int_equal(f->pMethods->xTruncate(f, 2 * BLOCK), SQLITE_OK);
	assert_int_equal(put_page(2, 'y'), SQLITE_OK);
	/* The slot, its sync; then the file is cut, which may fail. */
	simdisk_fault_at(d, simdisk_ops(d) + 4, SQLITE_IOERR, false);
	assert_int_equal(f->pMethods->xSync(f, 0), SQLITE_OK);
	assert_int_equal(simdisk_file(d, STORE)->len, whole);
	simdisk_fault_at(d, simdisk_ops(d) + 1, SQLITE_IOERR, false);
	assert_int_not_equal(put_page(4, 'x'), SQLITE_OK);
	assert_int_equal(put_page(4, 'x'), SQLITE_OK);
	assert_int_equal(get_page(3), SQLITE_OK);
	assert_int_equal(in[0], 0);
	assert_int_equal(f->pMethods->xTruncate(f, 2 * BLOCK), SQLITE_OK);
	assert_int_equal(put_page(1, 'w'), SQLITE_OK);
	assert_int_equal(f->pMethods->xSync(f, 0), SQLITE_OK);
	assert_true(simdisk_file(d, STORE)->len < whole);
	stop();
	start();
	assert_int_equal(get_page(2), SQLITE_OK);
	assert_int_equal(in[0], 'y');
	assert_int_equal(get_page(3), SQLITE_IOERR_SHORT_READ);
}

static void
test_after_a_failed_sync(void **state)
{
	(void)state;
	open_log();
	assert_int_equal(l->pMethods->xWrite(l, page, HEAD, 0), SQLITE_OK);
	assert_int_equal(put_page(1, 'a'), SQLITE_OK);
	simdisk_fault_at(d, simdisk_ops(d) + 1, SQLITE_IOERR, false);
	assert_int_not_equal(f->pMethods->xSync(f, 0), SQLITE_OK);
	assert_int_not_equal(f->pMethods->xSync(f, 0), SQLITE_OK);
	assert_int_not_equal(put_page(1, 'b'), SQLITE_OK);
	assert_int_not_equal(f->pMethods->xTruncate(f, 0), SQLITE_OK);
	assert_int_not_equal(l->pMethods->xWrite(l, page, HEAD, 0), SQLITE_OK);
	assert_int_equal(put_head(1, 1, 0), SQLITE_OK);
	assert_int_not_equal(put_body(1, 'b'), SQLITE_OK);
	assert_int_not_equal(l->pMethods->xSync(l, 0), SQLITE_OK);
	assert_int_not_equal(l->pMethods->xTruncate(l, 0), SQLITE_OK);
	assert_int_not_equal(base->xDelete(base, disk.log, 0), SQLITE_OK);
	l->pMethods->xClose(l);
	memset(l, 0, sizeof(*l));
	assert_int_not_equal(f->pMethods->xSync(f, 0), SQLITE_OK);
}

static void
test_answers(void **state)
{
	char name[64], text[8];
	double now = 0;
	int n = 7;

	(void)state;
	open_log();
	assert_int_equal(f->pMethods->xLock(f, SQLITE_LOCK_SHARED), SQLITE_OK);
	assert_int_equal(f->pMethods->xCheckReservedLock(f, &n), SQLITE_OK);
	assert_int_equal(n, 0);
	assert_int_equal(f->pMethods->xLock(f, SQLITE_LOCK_RESERVED),
	    SQLITE_OK);
	assert_int_equal(f->pMethods->xCheckReservedLock(f, &n), SQLITE_OK);
	assert_int_equal(n, 1);
	assert_int_equal(f->pMethods->xFileControl(f, SQLITE_FCNTL_LOCKSTATE,
	    &n), SQLITE_OK);
	assert_int_equal(n, SQLITE_LOCK_RESERVED);
	assert_int_equal(f->pMethods->xFileControl(f, SQLITE_FCNTL_SIZE_HINT,
	    &n), SQLITE_NOTFOUND);
	assert_int_equal(f->pMethods->xSectorSize(f), BLOCK);
	assert_int_equal(l->pMethods->xSectorSize(l), BLOCK);
	assert_int_equal(l->pMethods->xDeviceCharacteristics(l),
	    SQLITE_IOCAP_POWERSAFE_OVERWRITE);
	assert_int_equal(l->pMethods->xLock(l, 1), SQLITE_OK);
	assert_int_equal(l->pMethods->xCheckReservedLock(l, &n), SQLITE_OK);
	assert_int_equal(n, 0);
	assert_int_equal(l->pMethods->xFileControl(l, SQLITE_FCNTL_LOCKSTATE,
	    &n), SQLITE_NOTFOUND);
	assert_int_equal(base->xSleep(base, 0), 0);
	assert_int_equal(base->xCurrentTime(base, &now), SQLITE_OK);
	assert_true(now > 2400000);
	assert_int_equal(base->xRandomness(base, sizeof(text), text),
	    sizeof(text));
	assert_int_equal(base->xGetLastError(base, 0, NULL), 0);
	assert_int_equal(base->xFullPathname(base, STORE, sizeof(name), name),
	    SQLITE_OK);
	assert_int_equal(base->xAccess(base, "another", 0, &n), SQLITE_OK);
	assert_int_equal(n, 0);
	assert_int_equal(base->xDelete(base, "another", 0),
	    SQLITE_IOERR_DELETE);
}

/* The main file and its log, each once; nothing else at all. */
static void
test_other_files(void **state)
{
	static const int kinds[] = { SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL,
		SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_TEMP_DB };
	sqlite3_file *x = mem_new((size_t)base->szOsFile);
	const char *names[] = { "another", NULL, disk.path, disk.log };
	uint64_t refused = 0;
	size_t i, j;

	(void)state;
	open_log();
	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++) {
			assert_int_equal(base->xOpen(base, names[j], x,
			    kinds[i] | RW, NULL), SQLITE_CANTOPEN);
			refused++;
		}
	assert_int_equal(vfs_stats(v).refused, refused);
	f->pMethods->xClose(f);
	l->pMethods->xClose(l);
	assert_int_equal(base->xOpen(base, "another", x, SQLITE_OPEN_MAIN_DB,
	    NULL), SQLITE_CANTOPEN);
	assert_int_equal(base->xOpen(base, "another", x, SQLITE_OPEN_WAL,
	    NULL), SQLITE_CANTOPEN);
	assert_int_equal(base->xOpen(base, NULL, x, SQLITE_OPEN_MAIN_DB,
	    NULL), SQLITE_CANTOPEN);
	assert_int_equal(base->xOpen(base, NULL, x, SQLITE_OPEN_WAL, NULL),
	    SQLITE_CANTOPEN);
	assert_int_equal(base->xOpen(base, disk.path, f, SQLITE_OPEN_MAIN_DB,
	    NULL), SQLITE_OK);
	open_log();
	mem_free(x);
}

/* ---- the log ---- */

static int
get_body(int frame)
{
	return l->pMethods->xRead(l, in, BLOCK, HEAD + (frame - 1) * FRAME +
	    WAL_FRAME_HEADER_BYTES);
}

static void
begin_log(void)
{
	open_log();
	assert_int_equal(l->pMethods->xWrite(l, page, HEAD, 0), SQLITE_OK);
	assert_int_equal(put_head(1, 1, 0), SQLITE_OK);
	assert_int_equal(put_body(1, 'a'), SQLITE_OK);
}

/* Spilled pages are written in halves; with our settings there are none, and
 * if there were, both halves would be the right ones. */
static void
test_halves(void **state)
{
	(void)state;
	begin_log();
	assert_int_equal(put_body(1, 'b'), SQLITE_OK);
	assert_int_equal(vfs_stats(v).rewrites, 1);
	assert_int_equal(get_body(1), SQLITE_OK);
	assert_int_equal(in[5], 'b');
	assert_int_equal(put_head(1, 9, 0), SQLITE_OK);
	assert_int_equal(l->pMethods->xRead(l, in, 24, HEAD), SQLITE_OK);
	assert_int_equal(be_get(in, 4), 9);
	assert_int_equal(get_body(1), SQLITE_OK);
	assert_int_equal(in[5], 'b');
	/* Two headers: the first belongs to a frame that is there. */
	assert_int_equal(put_head(1, 8, 0), SQLITE_OK);
	assert_int_equal(put_head(2, 7, 0), SQLITE_OK);
	assert_int_equal(vfs_stats(v).rewrites, 3);
	/* The second has no page yet: nothing to be put together. */
	assert_int_not_equal(put_head(1, 8, 0), SQLITE_OK);
	assert_int_equal(put_head(2, 7, 0), SQLITE_OK);
	assert_int_not_equal(l->pMethods->xSync(l, 0), SQLITE_OK);
	assert_int_equal(put_head(2, 7, 0), SQLITE_OK);
	assert_int_not_equal(l->pMethods->xRead(l, in, 24, HEAD), SQLITE_OK);
	assert_int_equal(put_head(2, 7, 0), SQLITE_OK);
	assert_int_not_equal(l->pMethods->xTruncate(l, 0), SQLITE_OK);
	assert_int_not_equal(put_body(5, 'x'), SQLITE_OK);
	/* Where a commit stood something else stands now. */
	assert_int_equal(put_head(1, 1, 1), SQLITE_OK);
	assert_int_equal(put_body(1, 'c'), SQLITE_OK);
	assert_int_equal(put_head(1, 0, 0), SQLITE_OK);
	assert_int_equal(put_body(1, 'd'), SQLITE_OK);
	assert_int_equal(l->pMethods->xSync(l, 0), SQLITE_OK);
	page[PAGES_USABLE + 3] = 1;
	assert_int_equal(put_head(2, 2, 0), SQLITE_OK);
	assert_int_equal(put_body(2, 'e'), SQLITE_IOERR_WRITE);
	assert_int_equal(vfs_stats(v).reserved, 1);
	page[PAGES_USABLE + 3] = 0;
}

static void
test_log_sizes(void **state)
{
	const sqlite3_io_methods *m;
	sqlite3_int64 size = -1;

	(void)state;
	begin_log();
	m = l->pMethods;
	assert_int_equal(m->xWrite(l, page, 10, 0), SQLITE_IOERR_WRITE);
	assert_int_equal(m->xWrite(l, page, 10, 5), SQLITE_IOERR_WRITE);
	assert_int_equal(m->xWrite(l, page, 10, HEAD), SQLITE_IOERR_WRITE);
	assert_int_equal(m->xWrite(l, page, 10, HEAD + 24),
	    SQLITE_IOERR_WRITE);
	assert_int_equal(m->xWrite(l, page, BLOCK, HEAD + 30),
	    SQLITE_IOERR_WRITE);
	assert_int_equal(put_head(2, 2, 0), SQLITE_OK);
	assert_int_not_equal(m->xWrite(l, page, 10, 5), SQLITE_OK);
	assert_int_equal(m->xRead(l, in, 4, 10), SQLITE_IOERR_READ);
	assert_int_equal(m->xRead(l, in, HEAD + 1, 0), SQLITE_IOERR_READ);
	assert_int_equal(m->xRead(l, in, BLOCK, HEAD + 30), SQLITE_IOERR_READ);
	assert_int_equal(get_body(4), SQLITE_IOERR_SHORT_READ);
	assert_int_equal(put_head(2, 2, 0), SQLITE_OK);
	assert_int_equal(put_body(2, 'b'), SQLITE_OK);
	assert_int_equal(m->xFileSize(l, &size), SQLITE_OK);
	assert_int_equal(size, HEAD + 2 * FRAME);
	/* Cut under way, in the middle of a record. */
	simdisk_file(d, LOG)->len = 2 * BLOCK + 100;
	assert_int_equal(get_body(2), SQLITE_IOERR_DATA);
	assert_int_equal(m->xRead(l, in, 24, HEAD + FRAME), SQLITE_OK);
	assert_int_equal(in[3], 0);
	assert_int_equal(m->xTruncate(l, HEAD + FRAME), SQLITE_OK);
	assert_int_equal(m->xFileSize(l, &size), SQLITE_OK);
	assert_int_equal(size, HEAD + FRAME);
	assert_int_equal(get_body(1), SQLITE_OK);
	assert_int_equal(m->xTruncate(l, HEAD), SQLITE_OK);
	assert_int_equal(m->xFileSize(l, &size), SQLITE_OK);
	assert_int_equal(size, HEAD);
	assert_int_equal(m->xTruncate(l, 0), SQLITE_OK);
	assert_int_equal(m->xFileSize(l, &size), SQLITE_OK);
	assert_int_equal(size, 0);
	/* Its epoch is over: nothing more to end. */
	assert_int_equal(m->xTruncate(l, 0), SQLITE_OK);
}

/* Opening needs no room; the first write does. */
static void
test_no_room_for_a_log(void **state)
{
	(void)state;
	open_log();
	simdisk_fault_at(d, simdisk_ops(d) + 1, SQLITE_FULL, false);
	assert_int_equal(l->pMethods->xWrite(l, page, HEAD, 0), SQLITE_FULL);
	assert_int_equal(l->pMethods->xWrite(l, page, HEAD, 0), SQLITE_OK);
}

static void
test_deleted_log(void **state)
{
	uint64_t epoch;

	(void)state;
	begin_log();
	epoch = vfs_stats(v).epoch;
	simdisk_fault_at(d, simdisk_ops(d) + 1, SQLITE_FULL, false);
	assert_int_not_equal(base->xDelete(base, disk.log, 0), SQLITE_OK);
	assert_int_equal(vfs_stats(v).epoch, epoch);
	stop();
	start();
	begin_log();
	epoch = vfs_stats(v).epoch;
	assert_int_equal(base->xDelete(base, disk.log, 0), SQLITE_OK);
	assert_int_equal(vfs_stats(v).epoch, epoch + 1);
}

/* ---- what a log of another make says, when the store is opened ---- */

static void
sum(uint32_t s[2], const uint8_t *p, size_t n, bool big)
{
	size_t i, j;
	uint32_t w[2];

	for (i = 0; i + 8 <= n; i += 8) {
		for (j = 0; j < 2; j++)
			w[j] = big ? (uint32_t)be_get(p + i + 4 * j, 4) :
			    (uint32_t)p[i + 4 * j] | (uint32_t)p[i + 4 * j + 1]
			    << 8 | (uint32_t)p[i + 4 * j + 2] << 16 |
			    (uint32_t)p[i + 4 * j + 3] << 24;
		s[0] += w[0] + s[1];
		s[1] += w[1] + s[0];
	}
}

struct made {
	uint32_t magic, size, page_no;
	bool wrong_head, wrong_salt, wrong_frame;
	bool older; /* is what comes of it */
};

/* A log of two commits; damage in the first, as ${m} says. */
static void
make_log(const struct made *m)
{
	uint8_t head[HEAD] = { 0 }, frame[24] = { 0 };
	uint32_t s[2] = { 0, 0 };
	bool big = (m->magic & 1) != 0;
	int i;

	open_log();
	be_put(head, m->magic, 4);
	be_put(head + 8, m->size, 4);
	memset(head + 16, 3, 8);
	sum(s, head, 24, big);
	be_put(head + 24, s[0] + m->wrong_head, 4);
	be_put(head + 28, s[1], 4);
	assert_int_equal(l->pMethods->xWrite(l, head, HEAD, 0), SQLITE_OK);
	for (i = 1; i <= 2; i++) {
		memset(page, 'a' + i, PAGES_USABLE);
		be_put(frame, i == 1 ? m->page_no : 2, 4);
		be_put(frame + 4, (uint64_t)i, 4);
		memset(frame + 8, i == 1 && m->wrong_salt ? 4 : 3, 8);
		sum(s, frame, 8, big);
		sum(s, page, BLOCK, big);
		be_put(frame + 16, s[0], 4);
		be_put(frame + 20, s[1] + (i == 1 && m->wrong_frame), 4);
		assert_int_equal(l->pMethods->xWrite(l, frame, 24,
		    HEAD + (i - 1) * FRAME), SQLITE_OK);
		assert_int_equal(l->pMethods->xWrite(l, page, BLOCK,
		    HEAD + (i - 1) * FRAME + 24), SQLITE_OK);
	}
	stop();
}

static void
test_replay(void **state)
{
	static const struct made all[] = {
		{ 0x377f0682, BLOCK, 1, false, false, false, false },
		{ 0x377f0683, BLOCK, 1, false, false, false, false },
		{ 0x377f0684, BLOCK, 1, false, false, false, false },
		{ 0x377f0682, 1024, 1, false, false, false, false },
		{ 0x377f0682, BLOCK, 1, true, false, false, false },
		{ 0x377f0682, BLOCK, 0, false, false, false, true },
		{ 0x377f0682, BLOCK, 1, false, true, false, false },
		{ 0x377f0682, BLOCK, 1, false, false, true, false },
		{ 0x377f0683, BLOCK, 1, false, false, true, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		make_log(&all[i]);
		start();
		if (vfs_older(v) != all[i].older)
			fail_msg("log %zu", i);
		stop();
		simdisk_remove(d, LOG);
		start();
	}
	/* Without its header, and the first frame lost: commits are missing. */
	make_log(&all[1]);
	memset(simdisk_file(d, LOG)->data, 0, 2 * BLOCK);
	start();
	assert_true(vfs_older(v));
	stop();
	simdisk_remove(d, LOG);
	start();
	make_log(&all[1]);
	memset(simdisk_file(d, LOG)->data + BLOCK, 0, BLOCK);
	start();
	/* Nobody can say whether the first was a commit. */
	assert_false(vfs_older(v));
}

/* A slot in the other's place is none. */
static void
test_slot_of_the_other_parity(void **state)
{
	struct record_place at = { RECORD_COMMIT, 0, 0 };
	uint8_t payload[RECORD_PAYLOAD_BYTES] = { 0 };

	(void)state;
	be_put(payload, 7, 8);
	stop();
	record_seal(&keys, &at, payload, simdisk_file(d, STORE)->data +
	    PAGES_SLOT_BLOCK * BLOCK);
	start();
	assert_int_equal(vfs_stats(v).epoch, 1);
}

/* ---- the disk below ---- */

static sqlite3_vfs shim, *under;
static int shim_flags, shim_rc, shim_errno;

static int
shim_open(sqlite3_vfs *x, const char *name, sqlite3_file *file, int flags,
    int *got)
{
	int rc = shim_rc != SQLITE_OK ? shim_rc :
	    under->xOpen(under, name, file, flags, got);

	(void)x;
	*got |= shim_flags;
	return rc;
}

static int
shim_error(sqlite3_vfs *x, int len, char *out)
{
	(void)x;
	(void)len;
	(void)out;
	return shim_errno;
}

static void
opens_with(int flags, int rc, int code, const char *words)
{
	struct disk x;

	shim_flags = flags;
	shim_rc = rc;
	shim_errno = code;
	assert_int_equal(disk_open("shim", STORE, false, &x, &e), -1);
	if (strstr(e.text, words) == NULL)
		fail_msg("%s, not: %s", e.text, words);
}

static void
test_the_disk_says_no(void **state)
{
	struct disk x;

	(void)state;
	under = sqlite3_vfs_find(simdisk_name(d));
	shim = *under;
	shim.zName = "shim";
	shim.xOpen = shim_open;
	shim.xGetLastError = shim_error;
	assert_int_equal(sqlite3_vfs_register(&shim, 0), SQLITE_OK);
	simdisk_put(d, "another", view_str("x"));
	opens_with(0, SQLITE_IOERR, ENOSPC, "the disk is full");
	opens_with(0, SQLITE_IOERR, EDQUOT, "the disk is full");
	opens_with(0, SQLITE_IOERR, EIO, "the disk reports an error");
	opens_with(0, SQLITE_FULL, 0, "the disk is full");
	opens_with(0, SQLITE_BUSY, 0, "another tugi has it open");
	opens_with(0, SQLITE_READONLY, 0, "missing, read-only or full");
	opens_with(0, SQLITE_CANTOPEN, 0, "missing, read-only or full");
	opens_with(0, SQLITE_NOMEM, 0, "no memory left");
	opens_with(SQLITE_OPEN_READONLY, SQLITE_OK, 0, "is read-only");
	shim.xGetLastError = NULL;
	opens_with(0, SQLITE_IOERR, 0, "the disk reports an error");
	sqlite3_vfs_unregister(&shim);
	assert_int_equal(disk_open("nowhere", STORE, false, &x, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	assert_int_equal(disk_open(simdisk_name(d), "absent", false, &x, &e),
	    -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_sizes), T(test_skipped), T(test_shorter),
		T(test_after_a_failed_sync), T(test_answers),
		T(test_other_files), T(test_halves), T(test_log_sizes),
		T(test_no_room_for_a_log), T(test_deleted_log), T(test_replay),
		T(test_slot_of_the_other_parity), T(test_the_disk_says_no)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
