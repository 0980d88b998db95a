/*
 * Two records written in turns, so that one is whole whatever is torn. A
 * commit writes one without a sync, which costs no more than sealing a page:
 * what a power cut takes of it only makes the anchor older, and an older
 * anchor accuses nobody.
 */
#include "client/core/vault/anchor.h"

#include <string.h>

#include "common/base/mem.h"

/* schema/store.md 8.2 */
#define TURN_AT 0
#define SEQ_AT 8
#define CHAIN_AT 16

static const uint8_t magic[16] = "tugi-anchor-1\n";

static char *
name_of(const char *store)
{
	size_t n = strlen(store), m = sizeof(ANCHOR_END);
	char *path = mem_new(n + m);

	memcpy(path, store, n);
	memcpy(path + n, ANCHOR_END, m);
	return path;
}

void
anchor_init(struct anchor *a, const struct disk *disk,
    const struct record_keys *keys)
{
	memset(a, 0, sizeof(*a));
	a->under = disk->under;
	a->path = name_of(disk->path);
	a->keys = keys;
}

static void
close_file(struct anchor *a)
{
	if (a->file != NULL && a->file->pMethods != NULL)
		a->file->pMethods->xClose(a->file);
	mem_free(a->file);
	a->file = NULL;
}

void
anchor_done(struct anchor *a)
{
	close_file(a);
	mem_free(a->path);
	a->path = NULL;
}

/* As a log is opened: with the store's own mode, and no lock. */
static int
open_file(struct anchor *a, bool create)
{
	int got, rc, flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE |
	    (create ? SQLITE_OPEN_CREATE : 0);

	a->file = mem_new((size_t)a->under->szOsFile);
	rc = a->under->xOpen(a->under, a->path, a->file, flags, &got);
	if (rc != SQLITE_OK)
		close_file(a);
	return rc;
}

/* ---- reading ---- */

static int
read_block(struct anchor *a, uint64_t block, uint8_t *out)
{
	int rc = a->file->pMethods->xRead(a->file, out, RECORD_BYTES,
	    (sqlite3_int64)(block * DISK_BLOCK_BYTES));

	return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc;
}

static int
load_record(struct anchor *a, uint64_t index)
{
	struct record_place at = { RECORD_ANCHOR, 0, index };
	uint8_t in[RECORD_BYTES], payload[RECORD_PAYLOAD_BYTES];
	uint64_t turn;
	int rc = read_block(a, 1 + index, in);

	if (rc != SQLITE_OK || record_open(a->keys, &at, in, payload) != 0)
		return rc;
	turn = be_get(payload + TURN_AT, 8);
	if ((turn & 1) != index || turn <= a->turn)
		return SQLITE_OK;
	a->there = true;
	a->turn = turn;
	a->mark.seq = be_get(payload + SEQ_AT, 8);
	memcpy(a->mark.head.b, payload + CHAIN_AT, sizeof(a->mark.head.b));
	return SQLITE_OK;
}

int
anchor_load(struct anchor *a)
{
	uint8_t block[RECORD_BYTES];
	int there = 0;
	int rc = a->under->xAccess(a->under, a->path, SQLITE_ACCESS_EXISTS,
	    &there);

	if (rc == SQLITE_OK && there)
		rc = open_file(a, false);
	if (rc != SQLITE_OK || a->file == NULL)
		return rc;
	rc = read_block(a, 0, block);
	if (rc == SQLITE_OK)
		rc = load_record(a, 0);
	if (rc == SQLITE_OK)
		rc = load_record(a, 1);
	a->foreign = !a->there && memcmp(block, magic, sizeof(magic)) == 0 &&
	    memcmp(block + sizeof(magic), a->keys->file.b, 16) != 0;
	return rc;
}

bool
anchor_behind(const struct anchor *a, const struct record_mark *now)
{
	if (a->foreign)
		return true;
	return a->there && (a->mark.seq > now->seq ||
	    (a->mark.seq == now->seq && !hash_eq(&a->mark.head, &now->head)));
}

/* ---- writing ---- */

/* Whose it is, in clear: two files with one data key look alike else. */
static int
begin(struct anchor *a)
{
	uint8_t block[RECORD_BYTES] = { 0 };
	int rc = SQLITE_OK;

	if (a->file == NULL)
		rc = open_file(a, true);
	if (rc != SQLITE_OK || a->there)
		return rc;
	memcpy(block, magic, sizeof(magic));
	memcpy(block + sizeof(magic), a->keys->file.b, 16);
	rc = a->file->pMethods->xTruncate(a->file, 0);
	if (rc == SQLITE_OK)
		rc = a->file->pMethods->xWrite(a->file, block, sizeof(block),
		    0);
	return rc;
}

void
anchor_put(struct anchor *a, const struct record_mark *now, bool durable)
{
	struct record_place at = { RECORD_ANCHOR, 0, (a->turn + 1) & 1 };
	uint8_t payload[RECORD_PAYLOAD_BYTES] = { 0 };
	uint8_t out[RECORD_BYTES];

	if (begin(a) != SQLITE_OK)
		return;
	be_put(payload + TURN_AT, a->turn + 1, 8);
	be_put(payload + SEQ_AT, now->seq, 8);
	memcpy(payload + CHAIN_AT, now->head.b, sizeof(now->head.b));
	record_seal(a->keys, &at, payload, out);
	if (a->file->pMethods->xWrite(a->file, out, sizeof(out),
	    (sqlite3_int64)((1 + at.index) * DISK_BLOCK_BYTES)) != SQLITE_OK)
		return;
	a->turn++;
	a->there = true;
	a->foreign = false;
	a->mark = *now;
	if (durable)
		(void)a->file->pMethods->xSync(a->file, SQLITE_SYNC_NORMAL);
}

void
anchor_remove(sqlite3_vfs *under, const char *store)
{
	char *path = name_of(store);
	int there = 0;

	if (under->xAccess(under, path, SQLITE_ACCESS_EXISTS, &there) ==
	    SQLITE_OK && there)
		(void)under->xDelete(under, path, 1);
	mem_free(path);
}
