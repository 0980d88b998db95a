/*
 * Records of the log. A frame's header comes first and is held until its page
 * arrives, so that a frame costs one seal and one aligned write.
 *
 * A record that does not open is the end of the log when SQLite looks for that
 * end (header and whole frames), and an error when it wants a page that it
 * knows to be there.
 */
#include "client/core/vault/wal.h"

#include <string.h>

/* Frame record, schema/store.md 6.2 */
#define FRAME_OLD_TAG_AT (WAL_FRAME_HEADER_BYTES + PAGES_USABLE)
/* One committed frame in the list that replay keeps. */
#define MOVE_BYTES (4 + RECORD_TAG_BYTES)
#define MOVES_MAX ((size_t)1 << 28)

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static int
read_record(struct wal *w, uint64_t frame, uint8_t *payload)
{
	struct record_place at = { frame == 0 ? RECORD_LOG_HEADER :
		RECORD_LOG_FRAME, w->pages->epoch, frame };
	uint8_t in[RECORD_BYTES];
	int rc;

	memset(payload, 0, RECORD_PAYLOAD_BYTES);
	if (frame >= w->blocks)
		return SQLITE_IOERR_DATA;
	rc = w->file->pMethods->xRead(w->file, in, sizeof(in),
	    (sqlite3_int64)(frame * DISK_BLOCK_BYTES));
	if (rc == SQLITE_IOERR_SHORT_READ)
		return SQLITE_IOERR_DATA;
	if (rc != SQLITE_OK)
		return rc;
	memcpy(w->tag, in + RECORD_TAG_AT, RECORD_TAG_BYTES);
	return record_open(w->pages->keys, &at, in, payload) == 0 ?
	    SQLITE_OK : SQLITE_IOERR_DATA;
}

static int
write_record(struct wal *w, uint64_t frame, const uint8_t *payload)
{
	struct record_place at = { frame == 0 ? RECORD_LOG_HEADER :
		RECORD_LOG_FRAME, w->pages->epoch, frame };
	uint8_t out[RECORD_BYTES];
	int rc;

	if (w->pages->broken != SQLITE_OK)
		return w->pages->broken;
	record_seal(w->pages->keys, &at, payload, out);
	w->pages->seals++;
	memcpy(w->tag, out + RECORD_TAG_AT, RECORD_TAG_BYTES);
	rc = w->file->pMethods->xWrite(w->file, out, sizeof(out),
	    (sqlite3_int64)(frame * DISK_BLOCK_BYTES));
	if (rc == SQLITE_OK && w->blocks <= frame)
		w->blocks = frame + 1;
	return rc;
}

int
wal_attach(struct wal *w, struct pages *pages, sqlite3_file *file)
{
	sqlite3_int64 size = 0;
	int rc = file->pMethods->xFileSize(file, &size);

	w->pages = pages;
	w->file = file;
	w->held = 0;
	w->blocks = (uint64_t)size / DISK_BLOCK_BYTES;
	return rc;
}

/* ---- replay ---- */

/* The running checksum of SQLite's log, over pairs of 32-bit words. */
struct chain {
	bool big; /* word order, from the header's magic */
	uint32_t a, b;
	uint8_t salts[8];
};

static uint32_t
word(const struct chain *c, const uint8_t *p)
{
	return c->big ? get32(p) : (uint32_t)p[3] << 24 |
	    (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void
chain_add(struct chain *c, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i + 8 <= n; i += 8) {
		c->a += word(c, p + i) + c->b;
		c->b += word(c, p + i + 4) + c->a;
	}
}

static bool
chain_is(const struct chain *c, const uint8_t *p)
{
	return c->a == get32(p) && c->b == get32(p + 4);
}

static bool
chain_start(struct chain *c, const uint8_t *header)
{
	uint32_t magic = get32(header);

	memset(c, 0, sizeof(*c));
	c->big = magic & 1;
	memcpy(c->salts, header + 16, 8);
	chain_add(c, header, 24);
	return (magic & ~UINT32_C(1)) == 0x377f0682 &&
	    get32(header + 8) == PAGES_BYTES && chain_is(c, header + 24);
}

static bool
chain_frame(struct chain *c, const uint8_t *payload)
{
	static const uint8_t reserve[PAGES_RESERVE];

	if (get32(payload) == 0 || memcmp(payload + 8, c->salts, 8) != 0)
		return false;
	chain_add(c, payload, 8);
	chain_add(c, payload + WAL_FRAME_HEADER_BYTES, PAGES_USABLE);
	chain_add(c, reserve, PAGES_RESERVE);
	return chain_is(c, payload + 16);
}

/* What follows ${payload} continues its checksum, under its salts. */
static void
chain_go_on(struct chain *c, const uint8_t *payload)
{
	memcpy(c->salts, payload + 8, 8);
	c->a = get32(payload + 16);
	c->b = get32(payload + 20);
}

static void
apply_moves(struct wal *w, struct buf *moves)
{
	size_t i;

	for (i = 0; i < moves->len; i += MOVE_BYTES)
		pages_moved(w->pages, get32(moves->data + i),
		    moves->data + i + 4);
	buf_reset(moves);
}

/*
 * Only frames up to the last commit count: a checkpoint never copies others,
 * and an uncommitted frame must not excuse a page that was put back.
 */
static int
replay_frames(struct wal *w, struct chain *c, struct buf *moves,
    uint64_t *end)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint64_t frame;
	int rc;

	for (frame = 1; frame < w->blocks; frame++) {
		rc = read_record(w, frame, payload);
		if (rc != SQLITE_OK && rc != SQLITE_IOERR_DATA)
			return rc;
		if (rc != SQLITE_OK || !chain_frame(c, payload))
			break;
		buf_add(moves, payload, 4);
		buf_add(moves, payload + FRAME_OLD_TAG_AT, RECORD_TAG_BYTES);
		if (moves->nomem || moves->toobig)
			return SQLITE_NOMEM;
		if (get32(payload + 4) == 0)
			continue;
		apply_moves(w, moves);
		record_chain(w->pages->keys, &w->pages->mark, w->tag);
	}
	*end = frame;
	return SQLITE_OK;
}

/*
 * From ${frame} on nothing can be used. Is there a frame that was written only
 * after the ones before it were durable: the first one behind a commit? Then
 * it was not a power cut that ended the log here. Without its header, which is
 * durable before any frame, each frame of this epoch says so.
 */
static int
look_behind(struct wal *w, uint64_t frame, const struct chain *log)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	bool headless = log == NULL;
	struct chain c = { .big = log != NULL && log->big };
	bool after_commit = headless;
	int rc = SQLITE_OK;

	for (; frame < w->blocks && rc == SQLITE_OK && !w->damaged; frame++) {
		rc = read_record(w, frame, payload);
		if (rc == SQLITE_IOERR_DATA) {
			after_commit = headless;
			rc = SQLITE_OK;
			continue;
		}
		w->damaged = rc == SQLITE_OK && after_commit &&
		    (headless || chain_frame(&c, payload));
		after_commit = headless || get32(payload + 4) != 0;
		chain_go_on(&c, payload);
	}
	return rc;
}

int
wal_replay(struct wal *w)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint64_t end = 0;
	struct buf moves;
	struct chain c;
	int rc = read_record(w, 0, payload);

	if (rc == SQLITE_IOERR_DATA)
		return look_behind(w, 1, NULL);
	if (rc != SQLITE_OK)
		return rc;
	w->pages->live = true;
	if (!chain_start(&c, payload))
		return SQLITE_OK;
	buf_init(&moves, MOVES_MAX);
	rc = replay_frames(w, &c, &moves, &end);
	buf_done(&moves);
	return rc == SQLITE_OK ? look_behind(w, end, &c) : rc;
}

/* ---- SQLite's view ---- */

/* The frame at ${at}, and how far inside it ${at} lies. */
static uint64_t
frame_at(int64_t at, int64_t *inside)
{
	int64_t o = at - WAL_HEADER_BYTES;

	*inside = o % WAL_FRAME_BYTES;
	return (uint64_t)(o / WAL_FRAME_BYTES) + 1;
}

/* A commit counts when it is durable; what is written in its place undoes it. */
static void
note_frame(struct wal *w, uint64_t frame, bool commit)
{
	if (commit) {
		w->commit = frame;
		memcpy(w->commit_tag, w->tag, sizeof(w->commit_tag));
	} else if (frame <= w->commit) {
		w->commit = 0;
	}
}

static void
count_commit(struct wal *w)
{
	struct pages *p = w->pages;

	if (w->commit == 0)
		return;
	record_chain(p->keys, &p->mark, w->commit_tag);
	w->commit = 0;
	if (p->anchor != NULL)
		anchor_put(p->anchor, &p->mark, false);
}

static int
seal_frame(struct wal *w, uint64_t frame, const uint8_t *header,
    const uint8_t *page)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	const uint8_t *reserve = page + PAGES_USABLE;
	size_t i;
	int rc;

	for (i = 0; i < PAGES_RESERVE; i++)
		if (reserve[i] != 0) {
			w->pages->reserved++;
			return SQLITE_IOERR_WRITE;
		}
	memcpy(payload, header, WAL_FRAME_HEADER_BYTES);
	memcpy(payload + WAL_FRAME_HEADER_BYTES, page, PAGES_USABLE);
	memcpy(payload + FRAME_OLD_TAG_AT,
	    pages_then(w->pages, get32(header)), RECORD_TAG_BYTES);
	rc = write_record(w, frame, payload);
	if (rc == SQLITE_OK)
		note_frame(w, frame, get32(header + 4) != 0);
	return rc;
}

/* Change one half of a frame that is there: only spilled pages need it. */
static int
rewrite(struct wal *w, uint64_t frame, const uint8_t *header,
    const uint8_t *page)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES], whole[PAGES_BYTES] = { 0 };
	int rc = read_record(w, frame, payload);

	if (rc != SQLITE_OK)
		return rc;
	w->rewrites++;
	memcpy(whole, payload + WAL_FRAME_HEADER_BYTES, PAGES_USABLE);
	return seal_frame(w, frame, header != NULL ? header : payload,
	    page != NULL ? page : whole);
}

static int
let_go(struct wal *w)
{
	uint64_t frame = w->held;

	w->held = 0;
	return frame != 0 ? rewrite(w, frame, w->header, NULL) : SQLITE_OK;
}

static int
write_header(struct wal *w, const uint8_t *in)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES] = { 0 };
	int rc = SQLITE_OK;

	/* SQLite begins a log only when the last is wholly in the pages. */
	if (w->pages->served)
		rc = pages_commit(w->pages);
	if (rc != SQLITE_OK)
		return rc;
	w->pages->served = w->pages->live = true;
	memcpy(payload, in, WAL_HEADER_BYTES);
	return write_record(w, 0, payload);
}

int
wal_write(struct wal *w, const void *in, int len, int64_t at)
{
	int64_t inside = -1;
	uint64_t frame = 0;
	int rc = SQLITE_OK;

	if (at >= WAL_HEADER_BYTES)
		frame = frame_at(at, &inside);
	if (w->held != 0 && (inside != WAL_FRAME_HEADER_BYTES ||
	    frame != w->held))
		rc = let_go(w);
	if (rc != SQLITE_OK)
		return rc;
	if (at == 0 && len == WAL_HEADER_BYTES)
		return write_header(w, in);
	if (inside == 0 && len == WAL_FRAME_HEADER_BYTES) {
		memcpy(w->header, in, sizeof(w->header));
		w->held = frame;
		return SQLITE_OK;
	}
	if (inside != WAL_FRAME_HEADER_BYTES || len != PAGES_BYTES)
		return SQLITE_IOERR_WRITE;
	if (w->held == 0)
		return rewrite(w, frame, NULL, in);
	w->held = 0;
	return seal_frame(w, frame, w->header, in);
}

int
wal_read(struct wal *w, void *out, int len, int64_t at)
{
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	uint8_t frame_bytes[WAL_FRAME_BYTES] = { 0 };
	int64_t inside = 0;
	uint64_t frame = 0;
	int rc = let_go(w);

	memset(out, 0, (size_t)len);
	if (rc != SQLITE_OK)
		return rc;
	if (at >= WAL_HEADER_BYTES)
		frame = frame_at(at, &inside);
	if ((frame == 0 && (at != 0 || len > WAL_HEADER_BYTES)) ||
	    inside + len > WAL_FRAME_BYTES)
		return SQLITE_IOERR_READ;
	if (frame >= w->blocks)
		return SQLITE_IOERR_SHORT_READ;
	rc = read_record(w, frame, payload);
	/* Zeros are the end of the log, but not to one who wants a page. */
	if (rc == SQLITE_IOERR_DATA && inside < WAL_FRAME_HEADER_BYTES)
		return SQLITE_OK;
	if (rc != SQLITE_OK)
		return rc;
	memcpy(frame_bytes, payload, frame == 0 ? WAL_HEADER_BYTES :
	    FRAME_OLD_TAG_AT);
	memcpy(out, frame_bytes + inside, (size_t)len);
	return SQLITE_OK;
}

int
wal_truncate(struct wal *w, int64_t size)
{
	uint64_t blocks = 0;
	int64_t inside;
	int rc = let_go(w);

	if (rc == SQLITE_OK)
		rc = w->pages->broken;
	if (size > 0)
		blocks = 1;
	if (size > WAL_HEADER_BYTES)
		blocks = frame_at(size - 1, &inside) + 1;
	if (rc == SQLITE_OK && blocks == 0 && w->pages->live)
		rc = pages_commit(w->pages);
	if (rc == SQLITE_OK && w->file != NULL)
		rc = w->file->pMethods->xTruncate(w->file,
		    (sqlite3_int64)(blocks * DISK_BLOCK_BYTES));
	if (rc == SQLITE_OK)
		w->blocks = blocks;
	return rc;
}

int
wal_sync(struct wal *w)
{
	int rc = let_go(w);

	if (rc == SQLITE_OK)
		rc = w->pages->broken;
	if (rc == SQLITE_OK && w->file != NULL) {
		rc = w->file->pMethods->xSync(w->file, SQLITE_SYNC_NORMAL);
		/* What a failed sync left is unknown and stays so. */
		if (rc != SQLITE_OK)
			w->pages->broken = rc;
		else
			count_commit(w);
	}
	return rc;
}

int64_t
wal_size(const struct wal *w)
{
	if (w->blocks == 0)
		return 0;
	return WAL_HEADER_BYTES + (int64_t)(w->blocks - 1) * WAL_FRAME_BYTES;
}
