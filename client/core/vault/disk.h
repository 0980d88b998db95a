/*
 * The store's main file as SQLite's lower VFS gives it: opened once, locked
 * before anything is read, and held until the store is closed.
 *
 * All access goes through this one handle. A second one inside the process
 * would, when closed, end the POSIX locks of the first.
 */
#ifndef VAULT_DISK_H
#define VAULT_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "common/base/err.h"

#define DISK_BLOCK_BYTES 4096

struct disk {
	sqlite3_vfs *under;
	const char *path; /* from sqlite3_create_filename */
	const char *log;  /* its write-ahead log */
	sqlite3_file *file;
};

/** disk_open(under, path, create, out, e): ${under} NULL is the platform's.
 * ERR_CLASH when another process holds it, ERR_ABSENT when there is none. */
int disk_open(const char *under, const char *path, bool create,
    struct disk *out, struct err *e);

/** disk_close(d): unlock, close; a zeroed struct is fine. */
void disk_close(struct disk *d);

/* One whole block; SQLite's result codes. A block past the end reads as
 * zeros, one cut short by the end as zeros behind it. */
int disk_read(const struct disk *d, uint64_t block, uint8_t *out);
int disk_write(const struct disk *d, uint64_t block, const uint8_t *in);
int disk_sync(const struct disk *d);

/** disk_blocks(d, out): blocks in the file, the last perhaps not whole. */
int disk_blocks(const struct disk *d, uint64_t *out);

/** disk_is_full(d): that is why the last call failed, as far as the lower VFS
 * says. */
bool disk_is_full(const struct disk *d);

/** disk_fail(d, rc, e): ${e} from SQLite's result ${rc}; -1. */
int disk_fail(const struct disk *d, int rc, struct err *e);

#endif
