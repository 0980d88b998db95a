/*
 * What the two halves of the simulated disk share: simdisk.c has the contents,
 * the cuts and the test's side, simdisk_vfs.c what SQLite calls.
 */
#ifndef SUPPORT_SIMDISK_INNER_H
#define SUPPORT_SIMDISK_INNER_H

#include <sqlite3.h>

#include "tests/support/simdisk.h"

#define FILES_MAX 16
#define FILE_BYTES_MAX ((size_t)1 << 30)
#define FILE_ROOM ((size_t)1 << 16)
#define SPARES_MAX 64
#define NAME_BYTES 128
#define SECTOR 512
#define SHARED_MAX 64 /* regions of memory that connections share */

enum op_kind { OP_WRITE, OP_TRUNCATE };

struct op {
	struct op *next;
	enum op_kind kind;
	size_t at, len; /* truncate: the new size in at */
	uint8_t data[];
};

struct node {
	char name[NAME_BYTES]; /* "": free */
	bool visible, durable; /* does it exist there */
	struct buf seen, kept; /* contents */
	struct op *ops, **end; /* unsynced, in order */
	/* What connections of one process hold in common; gone with it. */
	unsigned readers, writers, owners; /* handles with that lock */
	void *shared[SHARED_MAX];
	unsigned mapped;                   /* handles that use it */
	unsigned readers_of[SQLITE_SHM_NLOCK];
	bool taken[SQLITE_SHM_NLOCK];
};

struct simdisk {
	sqlite3_vfs base;
	char name[32];
	uint64_t state; /* of the generator */
	uint64_t ops, crash_at, fault_at;
	int fault_rc;
	bool sticky, crashed;
	bool full; /* what failed last failed for lack of room */
	uint64_t calls, call_at;
	bool call_sticky;
	uint64_t misdirect_at;
	bool lying;  /* syncs answer and keep nothing */
	size_t room; /* bytes of all files together; 0: without end */
	/* A new name that no sync has covered, and whose place it took. */
	struct {
		struct node *node, *over;
		char was[NAME_BYTES];
	} renamed;
	struct node node[FILES_MAX];
};

struct handle {
	sqlite3_file base;
	struct simdisk *d;
	struct node *n;
	int level;       /* SQLITE_LOCK_* */
	bool mapped;
	unsigned shared_locks, own_locks; /* bits */
};

enum simdisk_verdict { GO, LAST, FAULT, DEAD };

/** simdisk_count(d): an operation is asked for: it happens, happens perhaps
 * and is the last, fails, or the power is off. */
enum simdisk_verdict simdisk_count(struct simdisk *d);

/** simdisk_call(d, rc): any call at all: 0, or the result by which it fails;
 * ${rc} when the power is off. */
int simdisk_call(struct simdisk *d, int rc);

size_t simdisk_below(struct simdisk *d, size_t n); /* 0 to n-1 */

struct node *simdisk_find(struct simdisk *d, const char *name);
struct node *simdisk_make(struct simdisk *d, const char *name);
void simdisk_forget(struct node *n); /* what no sync has covered */

/** simdisk_note(n, kind, at, data, len): a change, visible and unsynced. */
void simdisk_note(struct node *n, enum op_kind kind, size_t at,
    const void *data, size_t len);

/** simdisk_synced(n): all of the file is durable. */
void simdisk_synced(struct node *n);

/** simdisk_folder(d): names are durable as they are seen. */
void simdisk_folder(struct simdisk *d);

/** simdisk_methods(d): fill in the VFS. */
void simdisk_methods(struct simdisk *d);

#endif
