/*
 * The files of a store that somebody changed: as one who can write the disk
 * (blocks moved, cut, put back from an older copy, bits turned), and as one
 * who holds the key (what is inside commit slots, the log's header and its
 * frames, sealed again). Without the key what can be read is exactly what
 * was once committed; with it, it opens or is refused. On the simulated
 * disk.
 *
 * The input: u8, bit 0: make the log's running checksums right; then steps of
 * kind u8, block u8 (bit 7: of the log) and what the kind takes.
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

#define STATES_MAX 16
#define FILE_MAX (1 << 22)

struct image {
	struct buf store, log;
};

static struct image older, newer; /* as they were when power was cut */
static struct hash states[STATES_MAX]; /* each that was committed */
static size_t state_count;
static struct record_keys keys;
static struct vault_key dek;

static struct simdisk *disk; /* one for all inputs: making it costs more than
			      * they do */

static int
move(const char *from, const char *to)
{
	return simdisk_move(disk, from, to);
}

static struct vault_options
options(void)
{
	struct vault_options o = { .vfs = simdisk_name(disk), .no_floor = true,
		.move = move };

	return o;
}

static int
digest(struct db *db, struct hash *out, struct err *e)
{
	struct stmt *q;
	struct buf all;
	int64_t n;
	int rc;

	/* A store that is new has no table yet. */
	memset(out, 0, sizeof(*out));
	if (db_one_int(db, "SELECT count(*) FROM sqlite_schema", &n, e) != 1)
		return -1;
	if (n == 0)
		return 0;
	buf_init(&all, FILE_MAX);
	q = db_prepare(db, "SELECT id, body FROM note ORDER BY id");
	while ((rc = db_step(q, e)) == 1) {
		buf_add_be(&all, (uint64_t)db_int(q, 0), 8);
		buf_add(&all, db_blob(q, 1).data, db_blob(q, 1).len);
	}
	keys_hash("fuzz vault", buf_view(&all), out);
	buf_done(&all);
	return rc;
}

static void
commit(struct vault *v, const char *sql)
{
	struct err e;

	FUZZ_SURE(db_exec(vault_db(v), sql, &e) == 0);
	FUZZ_SURE(state_count < STATES_MAX);
	FUZZ_SURE(digest(vault_db(v), &states[state_count++], &e) == 0);
}

static void
copy(struct buf *out, const char *name)
{
	const struct buf *from = simdisk_file(disk, name);

	buf_init(out, FILE_MAX);
	buf_add(out, from->data, from->len);
}

static void
take(struct image *out)
{
	copy(&out->store, STORE);
	copy(&out->log, LOG);
}

/* Two moments of a store: pages written back between them, and a log of a few
 * commits in each that never reached the pages. */
static void
make_images(void)
{
	struct vault_cost cost = { 1, 8192 };
	struct vault_options o;
	struct keyblock kb;
	struct vault *v;
	struct err e;

	/* One thread: SQLite needs no locks and counts no bytes. */
	FUZZ_SURE(sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK);
	FUZZ_SURE(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
	disk = simdisk_new(3);
	o = options();
	FUZZ_SURE(vault_create(STORE, view_str("p"), &cost, &o, &v, &e) == 0);
	dek = *vault_key(v);
	state_count = 1; /* nothing yet: zeros */
	commit(v, "CREATE TABLE note(id INTEGER PRIMARY KEY, body)");
	commit(v, "INSERT INTO note VALUES (1, 'one')");
	commit(v, "INSERT INTO note VALUES (2, zeroblob(9000))");
	take(&older);
	FUZZ_SURE(db_checkpoint(vault_db(v), &e) == 0);
	commit(v, "UPDATE note SET body = 'two' WHERE id = 2");
	commit(v, "INSERT INTO note VALUES (3, zeroblob(6000))");
	commit(v, "DELETE FROM note WHERE id = 1");
	take(&newer);
	FUZZ_SURE(keyblock_decode(newer.store.data, &kb) == 0);
	record_keys_derive(&keys, dek.b, &kb.file);
	vault_close(v);
}

/* ---- with the key ---- */

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

/* A record's content in another's place. */
static void
move_sealed(struct buf *file, bool in_log, uint64_t from, uint64_t to)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	struct record_place at = place_of(in_log, from);

	if (record_open(&keys, &at, file->data + from * RECORD_BYTES,
	    payload) != 0)
		return;
	at = place_of(in_log, to);
	record_seal(&keys, &at, payload, file->data + to * RECORD_BYTES);
}

/* ---- with the disk alone ---- */

static void
move_raw(struct buf *file, uint64_t from, uint64_t to)
{
	uint8_t block[RECORD_BYTES];

	memcpy(block, file->data + from * RECORD_BYTES, sizeof(block));
	memcpy(file->data + to * RECORD_BYTES, block, sizeof(block));
}

static void
put_older(struct buf *file, const struct buf *old, uint64_t block)
{
	if ((block + 1) * RECORD_BYTES <= old->len)
		memcpy(file->data + block * RECORD_BYTES,
		    old->data + block * RECORD_BYTES, RECORD_BYTES);
}

static void
lengthen(struct buf *file, uint64_t block)
{
	uint8_t copied[RECORD_BYTES];

	memcpy(copied, file->data + block * RECORD_BYTES, sizeof(copied));
	if (file->len < 64 * RECORD_BYTES)
		buf_add(file, copied, sizeof(copied));
}

/* ---- one input ---- */

enum { STEP_PATCH, STEP_MOVE_SEALED, STEP_MOVE_RAW, STEP_CUT, STEP_OLDER,
	STEP_FLIP, STEP_LENGTHEN, STEP_ZERO, STEPS };

/* Whether it took the key to do that. */
static bool
step(struct buf *store, struct buf *log, struct fuzz_in *in)
{
	uint64_t kind = fuzz_take(in, 1) % STEPS, block = fuzz_take(in, 1);
	bool in_log = (block & 0x80) != 0;
	struct buf *file = in_log ? log : store;
	uint64_t blocks = file->len / RECORD_BYTES, other;
	size_t at;

	block &= 0x7f;
	if (kind == STEP_PATCH && !in_log) { /* pages' insides: SQLite's own */
		blocks = blocks < PAGES_FIRST_BLOCK ? blocks :
		    PAGES_FIRST_BLOCK;
		block = block < PAGES_SLOT_BLOCK ? PAGES_SLOT_BLOCK : block;
	}
	if (block >= blocks)
		return false;
	switch (kind) {
	case STEP_PATCH:
		patch(file, in_log, block, in);
		return true;
	case STEP_MOVE_SEALED:
		other = fuzz_take(in, 1) % blocks;
		if (in_log || other >= PAGES_SLOT_BLOCK)
			move_sealed(file, in_log, block, other);
		return true;
	case STEP_MOVE_RAW:
		move_raw(file, block, fuzz_take(in, 1) % blocks);
		return false;
	case STEP_CUT:
		file->len = block * RECORD_BYTES +
		    fuzz_take(in, 2) % RECORD_BYTES;
		return false;
	case STEP_OLDER:
		put_older(file, in_log ? &older.log : &older.store, block);
		return false;
	case STEP_FLIP:
		at = fuzz_take(in, 2) % RECORD_BYTES;
		file->data[block * RECORD_BYTES + at] ^= (uint8_t)(1 <<
		    fuzz_take(in, 1) % 8);
		return false;
	case STEP_LENGTHEN:
		lengthen(file, block);
		return false;
	default:
		memset(file->data + block * RECORD_BYTES, 0, RECORD_BYTES);
		return false;
	}
}

static bool
was_committed(const struct hash *h)
{
	size_t i;

	for (i = 0; i < state_count; i++)
		if (hash_eq(h, &states[i]))
			return true;
	return false;
}

static void
open_store(bool had_key)
{
	struct vault_options o = options();
	struct vault *v;
	struct hash h;
	struct err e;
	int rc;

	err_clear(&e);
	if (vault_open_key(STORE, &dek, &o, &v, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	rc = digest(vault_db(v), &h, &e);
	/* A page that does not open is met when it is read. */
	FUZZ_SURE(had_key || rc != 0 || was_committed(&h));
	if (rc != 0)
		fuzz_refused(&e);
	else if (!hash_is_zero(&h) && db_exec(vault_db(v),
	    "INSERT INTO note VALUES (9, 'nine')", &e) != 0)
		fuzz_refused(&e);
	vault_close(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct buf *store, *log;
	bool mend, had_key = false;

	fuzz_begin();
	if (disk == NULL)
		make_images();
	simdisk_seed(disk, 3);
	simdisk_put(disk, STORE, buf_view(&newer.store));
	simdisk_put(disk, LOG, buf_view(&newer.log));
	store = simdisk_file(disk, STORE);
	log = simdisk_file(disk, LOG);
	mend = (fuzz_take(&in, 1) & 1) != 0;
	while (in.left > 0)
		had_key |= step(store, log, &in);
	if (mend)
		mend_sums(log);
	open_store(had_key || mend);
	return 0;
}
