/*
 * The write-ahead log: SQLite's header and frames, each in one sealed record.
 *
 * SQLite sees a file of 32 bytes and then frames of 24 + 4096 bytes; on the
 * disk each frame is one aligned block, which a torn neighbour cannot harm.
 * Format: schema/store.md 6. Result codes are SQLite's.
 */
#ifndef VAULT_WAL_H
#define VAULT_WAL_H

#include <stdbool.h>
#include <stdint.h>

#include "client/core/vault/pages.h"

#define WAL_HEADER_BYTES 32
#define WAL_FRAME_HEADER_BYTES 24
#define WAL_FRAME_BYTES (WAL_FRAME_HEADER_BYTES + PAGES_BYTES)

struct wal {
	struct pages *pages;
	sqlite3_file *file; /* lower VFS; NULL before the first write */
	uint64_t blocks;    /* in the file */
	uint64_t held;      /* frame whose header waits for its page, or 0 */
	uint8_t header[WAL_FRAME_HEADER_BYTES];
	uint8_t tag[RECORD_TAG_BYTES]; /* of the record last read or written */
	uint64_t commit;    /* last frame of a commit not yet durable, or 0 */
	uint8_t commit_tag[RECORD_TAG_BYTES];
	bool damaged;       /* replay: durable commits cannot be read */
	uint64_t rewrites;  /* frames changed in place; 0 without spilling */
};

/** wal_attach(w, pages, file): on opening; counts the blocks. */
int wal_attach(struct wal *w, struct pages *pages, sqlite3_file *file);

/** wal_replay(w): while loading, tell ${pages} what the log's committed frames
 * may have overwritten, and how many commits they are. Uses exactly the frames
 * that SQLite will use. ${damaged} is set when behind the first record that
 * does not open there is one that was only written after it was durable: no
 * power cut leaves that. */
int wal_replay(struct wal *w);

int wal_read(struct wal *w, void *out, int len, int64_t at);
int wal_write(struct wal *w, const void *in, int len, int64_t at);
int wal_truncate(struct wal *w, int64_t size);
int wal_sync(struct wal *w);
int64_t wal_size(const struct wal *w);

#endif
