/*
 * The key block opens as ever; commit slots and the root are hints here. Each
 * page says in which epoch it was written, so the log's epoch can be found
 * when both slots are gone: it is the newest one that a page or slot names, or
 * the one after it.
 */
#include "client/core/vault/salvage.h"

#include <string.h>

#include "client/core/vault/keyblock.h"
#include "client/core/vault/pages.h"
#include "client/core/vault/record.h"
#include "client/core/vault/wal.h"
#include "common/base/mem.h"

#define EPOCHS_TRIED 3
#define MOVES_MAX ((size_t)1 << 28)

struct secrets {
	struct vault_key dek;
	struct record_keys keys;
};

struct salvage {
	struct vault_options o;
	struct disk disk;
	sqlite3_file *log;     /* NULL: none */
	uint64_t log_blocks, blocks;
	struct secrets *secret;
	uint64_t epoch;        /* of the log, once found */
	uint64_t count;
	struct buf frame;      /* u32 for each page: its frame, 0 none */
};

/* ---- reading a block, however badly ---- */

/* A whole block that opens, or -1: whether the disk or the seal says no. */
static int
open_block(const struct salvage *s, sqlite3_file *f, uint64_t block,
    const struct record_place *at, uint8_t *payload)
{
	uint8_t in[RECORD_BYTES];
	int rc = f->pMethods->xRead(f, in, sizeof(in),
	    (sqlite3_int64)(block * DISK_BLOCK_BYTES));

	return rc == SQLITE_OK &&
	    record_open(&s->secret->keys, at, in, payload) == 0 ? 0 : -1;
}

static int
open_page(const struct salvage *s, uint64_t n, uint8_t *payload)
{
	struct record_place at = { RECORD_PAGE, 0, n };

	return open_block(s, s->disk.file, PAGES_FIRST_BLOCK + n - 1, &at,
	    payload);
}

static int
open_frame(const struct salvage *s, uint64_t n, uint64_t epoch,
    uint8_t *payload)
{
	struct record_place at = { n == 0 ? RECORD_LOG_HEADER :
		RECORD_LOG_FRAME, epoch, n };

	return s->log == NULL ? -1 :
	    open_block(s, s->log, n, &at, payload);
}

/* ---- the key ---- */

/* Either copy that its holder wrote will do. */
static int
unwrap(struct salvage *s, const struct salvage_way *w,
    const struct keyblock *kb, struct err *e)
{
	uint8_t *dek = s->secret->dek.b;

	if (w->escrow != NULL)
		return keyblock_open_box(kb, w->escrow, w->escrow + 32, dek,
		    e);
	if (w->code.data != NULL)
		return keyblock_open_secret(kb, KEYBLOCK_RECOVERY, w->code,
		    s->o.no_floor, dek, e);
	return keyblock_open_secret(kb, KEYBLOCK_PASSPHRASE, w->passphrase,
	    s->o.no_floor, dek, e);
}

static int
unlock(struct salvage *s, const struct salvage_way *w, struct err *e)
{
	uint8_t block[KEYBLOCK_BYTES];
	struct keyblock kb;
	uint64_t i;
	bool any = false;

	for (i = 0; i < PAGES_KEY_BLOCKS; i++) {
		if (disk_read(&s->disk, i, block) != SQLITE_OK ||
		    keyblock_decode(block, &kb) != 0)
			continue;
		any = true;
		if (unwrap(s, w, &kb, e) != 0)
			continue;
		record_keys_derive(&s->secret->keys, s->secret->dek.b,
		    &kb.file);
		if (keyblock_authentic(block, &s->secret->keys))
			return 0;
	}
	if (any)
		return e->kind == ERR_DENIED ? -1 : err_set(e, ERR_LOCAL,
		    "the key block of %s was altered", s->disk.path);
	err_set(e, ERR_LOCAL, "neither copy of the key block of %s can be "
	    "read: nothing of it can be opened any more; restore a backup",
	    s->disk.path);
	e->code = VAULT_DAMAGED;
	return -1;
}

/* ---- which pages there are ---- */

static void
look_at_slots(struct salvage *s)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	struct record_place at = { RECORD_COMMIT, 0, 0 };

	for (at.index = 0; at.index < 2; at.index++) {
		if (open_block(s, s->disk.file, PAGES_SLOT_BLOCK + at.index,
		    &at, payload) != 0 || be_get(payload, 8) < s->epoch)
			continue;
		s->epoch = be_get(payload, 8);
		s->count = be_get(payload + 8, 8);
	}
}

static void
look_at_pages(struct salvage *s)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint64_t n, have = s->blocks > PAGES_FIRST_BLOCK ?
	    s->blocks - PAGES_FIRST_BLOCK : 0;

	/* A slot may name more pages than a cut file still has. */
	if (s->count < have || s->epoch == 0)
		s->count = have;
	for (n = 1; n <= have; n++)
		if (open_page(s, n, payload) == 0 &&
		    be_get(payload + PAGES_USABLE, 8) > s->epoch)
			s->epoch = be_get(payload + PAGES_USABLE, 8);
	mem_wipe(payload, sizeof(payload));
}

static bool
has_frames(struct salvage *s, uint64_t epoch)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint64_t n;
	bool found = false;

	for (n = 0; n < s->log_blocks && !found; n++)
		found = open_frame(s, n, epoch, payload) == 0;
	mem_wipe(payload, sizeof(payload));
	return found;
}

static int
set_frame(struct salvage *s, uint64_t page, uint32_t frame)
{
	uint32_t none = 0;

	while (s->frame.len < page * sizeof(none) && !s->frame.nomem &&
	    !s->frame.toobig)
		buf_add(&s->frame, &none, sizeof(none));
	if (s->frame.nomem || s->frame.toobig)
		return -1;
	memcpy(s->frame.data + (page - 1) * sizeof(frame), &frame,
	    sizeof(frame));
	if (s->count < page)
		s->count = page;
	return 0;
}

/* Frames behind the last commit were never acknowledged. One that is lost in
 * the middle takes nothing else with it. */
static int
look_at_frames(struct salvage *s)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint64_t n, last = 0;
	int rc = 0;

	for (n = 1; n < s->log_blocks; n++)
		if (open_frame(s, n, s->epoch, payload) == 0 &&
		    be_get(payload + 4, 4) != 0)
			last = n;
	for (n = 1; n <= last && rc == 0; n++)
		if (open_frame(s, n, s->epoch, payload) == 0 &&
		    be_get(payload, 4) != 0)
			rc = set_frame(s, be_get(payload, 4), (uint32_t)n);
	mem_wipe(payload, sizeof(payload));
	return rc;
}

static int
look(struct salvage *s, struct err *e)
{
	uint64_t newest, i;

	look_at_slots(s);
	look_at_pages(s);
	newest = s->epoch;
	for (i = 0; i < EPOCHS_TRIED; i++)
		if (newest + 1 > i && has_frames(s, newest + 1 - i)) {
			s->epoch = newest + 1 - i;
			break;
		}
	return look_at_frames(s) == 0 ? 0 : err_set(e, ERR_LOCAL,
	    "this machine has no memory left");
}

/* ---- opening ---- */

static int
open_log(struct salvage *s, struct err *e)
{
	sqlite3_vfs *under = s->disk.under;
	sqlite3_int64 size = 0;
	int there = 0, got = 0, rc = under->xAccess(under, s->disk.log,
	    SQLITE_ACCESS_EXISTS, &there);

	if (rc != SQLITE_OK || !there)
		return rc == SQLITE_OK ? 0 : disk_fail(&s->disk, rc, e);
	s->log = mem_new((size_t)under->szOsFile);
	rc = under->xOpen(under, s->disk.log, s->log, SQLITE_OPEN_WAL |
	    SQLITE_OPEN_READWRITE, &got);
	if (rc != SQLITE_OK) { /* a log that cannot be opened is a lost one */
		mem_free(s->log);
		s->log = NULL;
		return 0;
	}
	if (s->log->pMethods->xFileSize(s->log, &size) == SQLITE_OK)
		s->log_blocks = (uint64_t)size / DISK_BLOCK_BYTES;
	return 0;
}

static int
measure(struct salvage *s, struct err *e)
{
	int rc = disk_blocks(&s->disk, &s->blocks);

	return rc == SQLITE_OK ? 0 : disk_fail(&s->disk, rc, e);
}

int
salvage_open(const char *path, const struct salvage_way *w,
    const struct vault_options *o, struct salvage **out, struct err *e)
{
	struct salvage *s = mem_new(sizeof(*s));

	*out = NULL;
	if (o != NULL)
		s->o = *o;
	s->secret = mem_secret_new(sizeof(*s->secret));
	buf_init(&s->frame, MOVES_MAX);
	if (disk_open(s->o.vfs, path, false, &s->disk, e) != 0 ||
	    measure(s, e) != 0 || unlock(s, w, e) != 0 || open_log(s, e) != 0 || look(s, e) != 0) {
		salvage_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
salvage_close(struct salvage *s)
{
	if (s == NULL)
		return;
	if (s->log != NULL)
		s->log->pMethods->xClose(s->log);
	mem_free(s->log);
	disk_close(&s->disk);
	buf_done(&s->frame);
	mem_secret_free(s->secret);
	mem_free(s);
}

uint64_t
salvage_count(const struct salvage *s)
{
	return s->count;
}

int
salvage_page(struct salvage *s, uint64_t n,
    uint8_t out[static SALVAGE_PAGE_BYTES])
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint32_t frame = 0;
	size_t skip = 0;
	int rc;

	memset(out, 0, SALVAGE_PAGE_BYTES);
	if (n >= 1 && n * sizeof(frame) <= s->frame.len)
		memcpy(&frame, s->frame.data + (n - 1) * sizeof(frame),
		    sizeof(frame));
	if (frame != 0) {
		rc = open_frame(s, frame, s->epoch, payload);
		skip = WAL_FRAME_HEADER_BYTES;
	} else
		rc = n >= 1 ? open_page(s, n, payload) : -1;
	if (rc == 0)
		memcpy(out, payload + skip, PAGES_USABLE);
	mem_wipe(payload, sizeof(payload));
	return rc;
}
