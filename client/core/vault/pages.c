/*
 * Tags in memory, records on disk, the root in a commit slot.
 *
 * Invariants: now has a tag for each page of the file, then for each page at
 * the commit. A page in now but not in the log of the epoch has the same tag
 * in both. After a failed sync nobody knows what is on the disk: broken, and
 * every later write fails until the store is opened again.
 */
#include "client/core/vault/pages.h"

#include <sodium.h>
#include <string.h>

/* A bound: 2^28 pages are 1 TiB of store. */
#define TAGS_MAX ((size_t)16 << 28)

/* Commit slot, schema/store.md 5.2 */
#define SLOT_EPOCH_AT 0
#define SLOT_COUNT_AT 8
#define SLOT_ROOT_AT 16
#define SLOT_SEQ_AT 48
#define SLOT_HEAD_AT 56
/* Page record, schema/store.md 5.1 */
#define PAGE_EPOCH_AT PAGES_USABLE

static const uint8_t no_tag[RECORD_TAG_BYTES];

static bool
all_zero(const uint8_t *p, size_t n)
{
	return sodium_is_zero(p, n) == 1;
}

static uint64_t
block_of(uint64_t page)
{
	return PAGES_FIRST_BLOCK + page - 1;
}

static uint8_t *
tag_in(const struct buf *tags, uint64_t page)
{
	return tags->data + (page - 1) * RECORD_TAG_BYTES;
}

static uint64_t
count_in(const struct buf *tags)
{
	return tags->len / RECORD_TAG_BYTES;
}

void
pages_init(struct pages *p, struct disk *disk, const struct record_keys *keys)
{
	memset(p, 0, sizeof(*p));
	p->disk = disk;
	p->keys = keys;
	buf_init(&p->now, TAGS_MAX);
	buf_init(&p->then, TAGS_MAX);
}

void
pages_done(struct pages *p)
{
	buf_done(&p->now);
	buf_done(&p->then);
}

uint64_t
pages_count(const struct pages *p)
{
	return count_in(&p->now);
}

const uint8_t *
pages_then(const struct pages *p, uint64_t page)
{
	if (page == 0 || page > count_in(&p->then))
		return no_tag;
	return tag_in(&p->then, page);
}

/* ---- commit slots ---- */

static int
write_slot(struct pages *p, uint64_t epoch)
{
	struct record_place at = { RECORD_COMMIT, 0, epoch & 1 };
	uint8_t payload[RECORD_PAYLOAD_BYTES] = { 0 };
	uint8_t out[RECORD_BYTES];
	struct hash root;

	record_root(p->keys, pages_count(p), p->now.data, &root);
	be_put(payload + SLOT_EPOCH_AT, epoch, 8);
	be_put(payload + SLOT_COUNT_AT, pages_count(p), 8);
	memcpy(payload + SLOT_ROOT_AT, root.b, sizeof(root.b));
	be_put(payload + SLOT_SEQ_AT, p->mark.seq, 8);
	memcpy(payload + SLOT_HEAD_AT, p->mark.head.b,
	    sizeof(p->mark.head.b));
	record_seal(p->keys, &at, payload, out);
	p->seals++;
	p->root = root;
	return disk_write(p->disk, PAGES_SLOT_BLOCK + at.index, out);
}

int
pages_format(struct pages *p)
{
	uint8_t zero[RECORD_BYTES] = { 0 };
	int rc = disk_write(p->disk, PAGES_SLOT_BLOCK, zero);

	/* The slot of epoch 2 exists already, so no commit needs room. */
	if (rc == SQLITE_OK)
		rc = write_slot(p, 1);
	if (rc == SQLITE_OK)
		rc = disk_sync(p->disk);
	return rc;
}

/* Take slot ${index} if it opens and is newer than what was found so far. */
static int
load_slot(struct pages *p, uint64_t index, uint64_t *count)
{
	struct record_place at = { RECORD_COMMIT, 0, index };
	uint8_t in[RECORD_BYTES], payload[RECORD_PAYLOAD_BYTES];
	uint64_t epoch;
	int rc = disk_read(p->disk, PAGES_SLOT_BLOCK + index, in);

	if (rc != SQLITE_OK || record_open(p->keys, &at, in, payload) != 0)
		return rc;
	epoch = be_get(payload + SLOT_EPOCH_AT, 8);
	if ((epoch & 1) != index || epoch <= p->epoch)
		return SQLITE_OK;
	p->epoch = epoch;
	*count = be_get(payload + SLOT_COUNT_AT, 8);
	memcpy(p->root.b, payload + SLOT_ROOT_AT, sizeof(p->root.b));
	p->mark.seq = be_get(payload + SLOT_SEQ_AT, 8);
	memcpy(p->mark.head.b, payload + SLOT_HEAD_AT,
	    sizeof(p->mark.head.b));
	return SQLITE_OK;
}

/* The tag on the disk of ${page}, which a slot counted: the file has it. */
static int
read_tag(struct pages *p, uint64_t page, uint8_t *tag)
{
	sqlite3_file *f = p->disk->file;
	int rc;

	rc = f->pMethods->xRead(f, tag, RECORD_TAG_BYTES, (sqlite3_int64)
	    (block_of(page) * DISK_BLOCK_BYTES + RECORD_TAG_AT));
	return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc;
}

static int
load_tags(struct pages *p, uint64_t count)
{
	uint64_t page;
	uint8_t *tag;
	int rc = SQLITE_OK;

	/* A file has no fewer pages than its slot counts: they were durable
	 * before it. So memory is bounded by what is really there. */
	if (count > TAGS_MAX / RECORD_TAG_BYTES ||
	    (count > 0 && block_of(count) >= p->blocks))
		return SQLITE_NOTFOUND;
	if (buf_reserve(&p->now, count * RECORD_TAG_BYTES) == NULL)
		return SQLITE_NOMEM;
	for (page = 1; page <= count && rc == SQLITE_OK; page++) {
		tag = p->now.data + p->now.len;
		rc = read_tag(p, page, tag);
		p->now.len += RECORD_TAG_BYTES;
	}
	buf_reset(&p->then);
	buf_add(&p->then, p->now.data, p->now.len);
	return rc == SQLITE_OK && p->then.nomem ? SQLITE_NOMEM : rc;
}

int
pages_load(struct pages *p)
{
	uint64_t count = 0;
	int rc = disk_blocks(p->disk, &p->blocks);

	if (rc == SQLITE_OK)
		rc = load_slot(p, 0, &count);
	if (rc == SQLITE_OK)
		rc = load_slot(p, 1, &count);
	if (rc == SQLITE_OK && p->epoch == 0)
		return SQLITE_NOTFOUND;
	/* Whether this epoch had a log once cannot be known. */
	p->served = true;
	return rc == SQLITE_OK ? load_tags(p, count) : rc;
}

void
pages_moved(struct pages *p, uint64_t page, const uint8_t *tag)
{
	if (page >= 1 && page <= count_in(&p->then))
		memcpy(tag_in(&p->then, page), tag, RECORD_TAG_BYTES);
}

bool
pages_verify(const struct pages *p)
{
	struct hash root;

	record_root(p->keys, count_in(&p->then), p->then.data, &root);
	return sodium_memcmp(root.b, p->root.b, sizeof(root.b)) == 0;
}

/* Room is made before the slot is written: after it nothing may fail. */
int
pages_commit(struct pages *p)
{
	uint64_t want = block_of(pages_count(p) + 1);
	sqlite3_file *f = p->disk->file;
	int rc;

	if (p->broken != SQLITE_OK)
		return p->broken;
	buf_reset(&p->then);
	buf_add(&p->then, p->now.data, p->now.len);
	if (p->then.nomem || p->then.toobig)
		return p->broken = SQLITE_IOERR_NOMEM;
	rc = p->dirty ? pages_sync(p) : SQLITE_OK;
	if (rc == SQLITE_OK)
		rc = write_slot(p, p->epoch + 1);
	if (rc == SQLITE_OK)
		rc = disk_sync(p->disk);
	if (rc != SQLITE_OK) {
		/* The slot may be there or not: the old log may be void. */
		return p->broken = rc;
	}
	p->epoch++;
	p->served = p->live = false;
	if (p->anchor != NULL)
		anchor_put(p->anchor, &p->mark, true);
	if (p->blocks > want && f->pMethods->xTruncate(f, (sqlite3_int64)
	    (want * DISK_BLOCK_BYTES)) == SQLITE_OK)
		p->blocks = want;
	return SQLITE_OK;
}

/* ---- pages ---- */

int
pages_read(struct pages *p, uint64_t page, uint8_t out[static PAGES_BYTES])
{
	struct record_place at = { RECORD_PAGE, 0, page };
	uint8_t in[RECORD_BYTES];
	int rc;

	memset(out, 0, PAGES_BYTES);
	if (page > pages_count(p))
		return SQLITE_IOERR_SHORT_READ;
	rc = disk_read(p->disk, block_of(page), in);
	if (rc != SQLITE_OK)
		return rc;
	/* Space that SQLite passed over when the file grew. */
	if (all_zero(tag_in(&p->now, page), RECORD_TAG_BYTES))
		return block_of(page) >= p->blocks || all_zero(in, sizeof(in))
		    ? SQLITE_OK : SQLITE_IOERR_DATA;
	if (memcmp(in + RECORD_TAG_AT, tag_in(&p->now, page),
	    RECORD_TAG_BYTES) != 0 || record_open(p->keys, &at, in, out) != 0)
		return SQLITE_IOERR_DATA;
	memset(out + PAGES_USABLE, 0, PAGES_RESERVE);
	return SQLITE_OK;
}

/*
 * Add one page that SQLite skips. What an older, longer file left there must
 * not be taken for content, unless it belongs to the commit: that must stay.
 */
static int
skip_page(struct pages *p)
{
	uint8_t zero[RECORD_BYTES] = { 0 };
	uint8_t tag[RECORD_TAG_BYTES] = { 0 };
	uint64_t page = pages_count(p) + 1;
	int rc = SQLITE_OK;

	if (page <= count_in(&p->then))
		rc = read_tag(p, page, tag);
	else if (block_of(page) < p->blocks) {
		rc = disk_write(p->disk, block_of(page), zero);
		p->dirty = true;
	}
	if (rc == SQLITE_OK)
		buf_add(&p->now, tag, sizeof(tag));
	return p->now.nomem || p->now.toobig ? SQLITE_IOERR_NOMEM : rc;
}

int
pages_resize(struct pages *p, uint64_t count)
{
	int rc = p->broken;

	if (rc == SQLITE_OK && count < pages_count(p))
		p->now.len = (size_t)count * RECORD_TAG_BYTES;
	while (rc == SQLITE_OK && pages_count(p) < count)
		rc = skip_page(p);
	return rc;
}

int
pages_write(struct pages *p, uint64_t page,
    const uint8_t in[static PAGES_BYTES])
{
	struct record_place at = { RECORD_PAGE, 0, page };
	uint8_t payload[RECORD_PAYLOAD_BYTES] = { 0 };
	uint8_t out[RECORD_BYTES];
	int rc;

	if (p->broken != SQLITE_OK)
		return p->broken;
	if (!all_zero(in + PAGES_USABLE, PAGES_RESERVE)) {
		p->reserved++;
		return SQLITE_IOERR_WRITE;
	}
	if (page > pages_count(p)) {
		rc = pages_resize(p, page);
		if (rc != SQLITE_OK)
			return rc;
	}
	memcpy(payload, in, PAGES_USABLE);
	be_put(payload + PAGE_EPOCH_AT, p->epoch, 8);
	record_seal(p->keys, &at, payload, out);
	p->seals++;
	p->dirty = true;
	rc = disk_write(p->disk, block_of(page), out);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(tag_in(&p->now, page), out + RECORD_TAG_AT, RECORD_TAG_BYTES);
	if (p->blocks <= block_of(page))
		p->blocks = block_of(page) + 1;
	return SQLITE_OK;
}

int
pages_sync(struct pages *p)
{
	if (p->broken == SQLITE_OK)
		p->broken = disk_sync(p->disk);
	if (p->broken == SQLITE_OK)
		p->dirty = false;
	return p->broken;
}

/*
 * A program that was killed may have written and not synced. Its last commit
 * is seen and would be shown as saved, its commit slot would void the log: a
 * power cut could still take either back.
 */
void
pages_settle(struct pages *p, sqlite3_file *log)
{
	if (p->broken == SQLITE_OK)
		p->broken = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
	(void)pages_sync(p);
}
