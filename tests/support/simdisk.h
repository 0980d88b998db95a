/*
 * A simulated disk as an SQLite VFS in memory, with power cuts and faults.
 *
 * Each file has a durable image, a visible one, and the ordered list of
 * changes that no sync has covered. Operations (write, truncate, sync, create,
 * delete, rename) are counted from 1; a cut or a fault is set for a number.
 * Everything is drawn from the seed. One thread at a time; several connections
 * may share a file (locks and shared memory are this process's own).
 *
 * Model: a sync covers its file and the file's name. A deletion or renaming
 * without a sync of the folder may be undone by a cut; the first sync of a new
 * file makes deletions before it last. A device that claims
 * nothing: a write cut short may leave any of its 512-byte sectors old, new
 * or, in the last mode, garbage; sectors outside the write stay as they are.
 *
 * Beyond cuts a disk has faults of its own: a call that fails once or for
 * good, no room, a sync that lies, a write that lands elsewhere, bits that rot.
 */
#ifndef SUPPORT_SIMDISK_H
#define SUPPORT_SIMDISK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

/* What of the unsynced changes survives. */
enum simdisk_cut {
	SIMDISK_DROP,    /* none */
	SIMDISK_KEEP,    /* all */
	SIMDISK_PREFIX,  /* the first few of each file */
	SIMDISK_SECTORS, /* of each: whole, none, or some sectors */
	SIMDISK_GARBAGE, /* the same, with sectors of garbage */
	SIMDISK_MODES
};

struct simdisk;

/* Called around what the disk itself needs memory for, if a test runs out of
 * memory on purpose; NULL: not. */
extern void (*simdisk_grows)(bool begins);

struct simdisk *simdisk_new(uint64_t seed);
void simdisk_free(struct simdisk *d);

/** simdisk_copy(d, seed): another disk with what is visible on this one,
 * durable. */
struct simdisk *simdisk_copy(struct simdisk *d, uint64_t seed);

/** simdisk_fork(d, seed): a second disk in the same state, what no sync has
 * covered too, with a stream of its own; no handle may be open. */
struct simdisk *simdisk_fork(const struct simdisk *d, uint64_t seed);

const char *simdisk_name(const struct simdisk *d); /* of the VFS */

/** simdisk_seed(d, seed): what is drawn from here on. */
void simdisk_seed(struct simdisk *d, uint64_t seed);

/** simdisk_ops(d): operations so far. */
uint64_t simdisk_ops(const struct simdisk *d);

/** simdisk_crash_at(d, k): operation ${k} happens perhaps, and every later
 * call fails. 0: never. */
void simdisk_crash_at(struct simdisk *d, uint64_t k);
bool simdisk_crashed(const struct simdisk *d);

/** simdisk_restart(d, mode): the power comes back; handles must be closed. */
void simdisk_restart(struct simdisk *d, enum simdisk_cut mode);

/** simdisk_revive(d): not the power went but the program: what it wrote is
 * seen, and durable only as far as it was synced. Handles must be closed. */
void simdisk_revive(struct simdisk *d);

/** simdisk_fault_at(d, k, rc, sticky): operation ${k} (and all later ones)
 * fails with SQLite's ${rc}, a write having written some first bytes. */
void simdisk_fault_at(struct simdisk *d, uint64_t k, int rc, bool sticky);

/** simdisk_calls(d): calls of every kind so far, reading and asking as well.
 * simdisk_call_fails(d, k, sticky): number ${k} (and all later ones) answers
 * with an I/O error and does nothing. 0: none. */
uint64_t simdisk_calls(const struct simdisk *d);
void simdisk_call_fails(struct simdisk *d, uint64_t k, bool sticky);

/** simdisk_room(d, bytes): all files together; what goes beyond is written as
 * far as it fits and fails with SQLITE_FULL. 0: without end. */
void simdisk_room(struct simdisk *d, size_t bytes);

/** simdisk_lie(d, lying): from now on a sync says that it is done and keeps
 * nothing; a cut shows it. */
void simdisk_lie(struct simdisk *d, bool lying);

/** simdisk_misdirect_at(d, k): operation ${k}, if it is a write, lands 4096
 * bytes beside its place, and nobody says so. */
void simdisk_misdirect_at(struct simdisk *d, uint64_t k);

/** simdisk_rot(d, name): one bit of the file, durable, is another one; the
 * byte it stands in. */
size_t simdisk_rot(struct simdisk *d, const char *name);

/** simdisk_file(d, name): visible content, to look at and to change; changes
 * count as durable after simdisk_settle. NULL: there is none. */
struct buf *simdisk_file(struct simdisk *d, const char *name);

/** simdisk_put(d, name, data): make or replace a file, durable. */
void simdisk_put(struct simdisk *d, const char *name, struct view data);

/** simdisk_remove(d, name): durable. */
void simdisk_remove(struct simdisk *d, const char *name);

/** simdisk_settle(d): all that is visible is durable. */
void simdisk_settle(struct simdisk *d);

/** simdisk_move(d, from, to): rename, then sync the folder, two operations;
 * 0 or -1. In between a cut may leave the old names or the new ones. */
int simdisk_move(struct simdisk *d, const char *from, const char *to);

/** simdisk_random(d): the seeded stream. */
uint64_t simdisk_random(struct simdisk *d);

#endif
