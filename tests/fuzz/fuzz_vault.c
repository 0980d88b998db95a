/*
 * The files of a store that somebody changed who holds its key: commit slots,
 * the log's header and its frames. The input is a list of patches to what is
 * inside the seals; everything is sealed again, and, if the first byte says
 * so, the log's running checksums are made right. On the simulated disk.
 *
 * patch: block u8 (bit 7: of the log), place u16, length u8, bytes.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/vault/keyblock.h"
#include "client/core/vault/pages.h"
#include "client/core/vault/vault.h"
#include "client/core/vault/wal.h"
#include "common/db/db.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/simdisk.h"

#define STORE "s.tugi"
#define LOG "s.tugi-wal"

static struct buf store, log_file; /* as they were when power was cut */
static struct record_keys keys;
static struct vault_key dek;

static struct simdisk *disk; /* for move alone, which has no context */

static int
move(const char *from, const char *to)
{
	return simdisk_move(disk, from, to);
}

static struct vault_options
options(struct simdisk *d)
{
	struct vault_options o = { .vfs = simdisk_name(d), .no_floor = true,
		.move = move };

	disk = d;
	return o;
}

static void
copy(struct buf *out, const struct buf *from)
{
	buf_init(out, 1 << 22);
	buf_add(out, from->data, from->len);
}

/* A store with a log of a few commits that never reached the pages. */
static void
make_images(void)
{
	struct vault_cost cost = { 1, 8192 };
	struct simdisk *d = simdisk_new(3);
	struct vault_options o = options(d);
	struct keyblock kb;
	struct vault *v;
	struct err e;

	FUZZ_SURE(vault_create(STORE, view_str("p"), &cost, &o, &v, &e) == 0);
	dek = *vault_key(v);
	FUZZ_SURE(db_exec(vault_db(v), "CREATE TABLE note(id INTEGER PRIMARY "
	    "KEY, body)", &e) == 0);
	FUZZ_SURE(db_exec(vault_db(v), "INSERT INTO note VALUES (1, 'one')",
	    &e) == 0);
	FUZZ_SURE(db_exec(vault_db(v), "INSERT INTO note VALUES (2, "
	    "zeroblob(9000))", &e) == 0);
	copy(&store, simdisk_file(d, STORE));
	copy(&log_file, simdisk_file(d, LOG));
	FUZZ_SURE(keyblock_decode(store.data, &kb) == 0);
	record_keys_derive(&keys, dek.b, &kb.file);
	vault_close(v);
	simdisk_free(d);
}

/* ---- patches ---- */

static uint64_t
get_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static void
put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static struct record_place
place_of(bool in_log, uint64_t block)
{
	struct record_place at = { RECORD_PAGE, 0, 0 };

	if (in_log) {
		at.type = block == 0 ? RECORD_LOG_HEADER : RECORD_LOG_FRAME;
		at.epoch = 1;
		at.index = block;
	} else if (block < PAGES_FIRST_BLOCK) {
		at.type = RECORD_COMMIT;
		at.index = block - PAGES_SLOT_BLOCK;
	} else {
		at.index = block - PAGES_FIRST_BLOCK + 1;
	}
	return at;
}

static void
patch(struct buf *file, bool in_log, uint64_t block, struct fuzz_in *in)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint8_t *record = file->data + block * RECORD_BYTES;
	struct record_place at = place_of(in_log, block);
	size_t to = fuzz_take(in, 2) % sizeof(payload);
	size_t n = fuzz_take(in, 1);
	struct view v;

	(void)record_open(&keys, &at, record, payload);
	v = fuzz_take_view(in, n < sizeof(payload) - to ? n :
	    sizeof(payload) - to);
	if (v.len > 0)
		memcpy(payload + to, v.data, v.len);
	record_seal(&keys, &at, payload, record);
}

/* The running checksum over pairs of words, big-endian, of SQLite's log. */
static void
sum(uint32_t s[2], const uint8_t *p, size_t n, bool big)
{
	uint8_t w[8];
	size_t i, j;

	for (i = 0; i + 8 <= n; i += 8) {
		for (j = 0; j < 8; j++)
			w[j] = p[i + (big ? j : (j & 4) + 3 - (j & 3))];
		s[0] += (uint32_t)get_be(w, 4) + s[1];
		s[1] += (uint32_t)get_be(w + 4, 4) + s[0];
	}
}

static void
mend_sums(struct buf *log)
{
	static const uint8_t reserve[PAGES_RESERVE];
	uint8_t payload[RECORD_PAYLOAD_BYTES], salts[8];
	uint32_t s[2] = { 0, 0 };
	bool big = false;
	size_t block;

	for (block = 0; block < log->len / RECORD_BYTES; block++) {
		uint8_t *record = log->data + block * RECORD_BYTES;
		struct record_place at = place_of(true, block);

		if (record_open(&keys, &at, record, payload) != 0)
			return;
		if (block == 0) {
			big = (payload[3] & 1) != 0;
			sum(s, payload, 24, big);
			memcpy(salts, payload + 16, 8);
		} else {
			memcpy(payload + 8, salts, 8);
			sum(s, payload, 8, big);
			sum(s, payload + 24, PAGES_USABLE, big);
			sum(s, reserve, sizeof(reserve), big);
		}
		put_be32(payload + (block == 0 ? 24 : 16), s[0]);
		put_be32(payload + (block == 0 ? 28 : 20), s[1]);
		record_seal(&keys, &at, payload, record);
	}
}

/* ---- one input ---- */

static void
open_store(struct simdisk *d)
{
	struct vault_options o = options(d);
	struct vault *v;
	struct err e;
	int64_t n;

	err_clear(&e);
	if (vault_open_key(STORE, &dek, &o, &v, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	if (db_one_int(vault_db(v), "SELECT sum(length(body)) FROM note", &n,
	    &e) < 0)
		fuzz_refused(&e);
	if (db_exec(vault_db(v), "INSERT INTO note VALUES (9, 'nine')",
	    &e) != 0)
		fuzz_refused(&e);
	vault_close(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct buf s, l;
	struct simdisk *d;
	bool mend, in_log;
	uint64_t block, blocks;

	fuzz_begin();
	if (store.len == 0)
		make_images();
	copy(&s, &store);
	copy(&l, &log_file);
	mend = (fuzz_take(&in, 1) & 1) != 0;
	while (in.left > 0) {
		block = fuzz_take(&in, 1);
		in_log = (block & 0x80) != 0;
		block &= 0x7f;
		blocks = (in_log ? l.len : s.len) / RECORD_BYTES;
		if (!in_log)
			blocks = blocks < PAGES_FIRST_BLOCK ? blocks :
			    PAGES_FIRST_BLOCK;
		if (!in_log && block < PAGES_SLOT_BLOCK)
			block = PAGES_SLOT_BLOCK;
		if (block < blocks)
			patch(in_log ? &l : &s, in_log, block, &in);
	}
	if (mend)
		mend_sums(&l);
	d = simdisk_new(3);
	simdisk_put(d, STORE, buf_view(&s));
	simdisk_put(d, LOG, buf_view(&l));
	open_store(d);
	simdisk_free(d);
	buf_done(&s);
	buf_done(&l);
	return 0;
}
