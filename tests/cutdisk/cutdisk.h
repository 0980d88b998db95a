/*
 * A disk under whole programs' libraries: what SQLite, libgit2 and tugi do to
 * one folder through the C library is done to real files and noted, in order,
 * so that a power cut can be made at any of these operations and the folder be
 * turned into what a real disk might hold afterwards.
 *
 * tests/support/simdisk is the same for SQLite alone, through its VFS. libgit2
 * has no such door; here the program's own open, write, rename, ... go before
 * the C library's (cutdisk_calls.c), which every library then calls. A program
 * that links this has only one such folder at a time; any thread may work.
 *
 * Model. Files have a durable content and changes that no sync has covered; of
 * these any may survive a cut, or sectors of them, or garbage in their place.
 * What is written through mapped memory is found by comparing. Folders have
 * durable names and a list of changes of names, of which some first ones
 * survive; a sync of the folder covers it. A file's sync covers its content,
 * and its name only if cutdisk_names says so: POSIX promises nothing else,
 * Debian's file systems do more. Names that end in -shm are nobody's memory.
 */
#ifndef CUTDISK_CUTDISK_H
#define CUTDISK_CUTDISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of the unsynced changes survives. */
enum cutdisk_cut {
	CUTDISK_DROP,    /* none */
	CUTDISK_KEEP,    /* all */
	CUTDISK_PREFIX,  /* the first few of each file and folder */
	CUTDISK_SECTORS, /* of files: whole, none, or some sectors */
	CUTDISK_GARBAGE, /* the same, with sectors of garbage */
	CUTDISK_MODES
};

/** cutdisk_watch(root, seed): from here on; all that is there is durable.
 * cutdisk_unwatch(): no more; files stay as they are. */
void cutdisk_watch(const char *root, uint64_t seed);
void cutdisk_unwatch(void);

/** cutdisk_names(with_files): a file's sync makes all names durable. */
void cutdisk_names(bool with_files);

/** cutdisk_lie(part): syncs of files and folders whose path holds ${part}
 * answer and keep nothing. NULL: none. */
void cutdisk_lie(const char *part);

/** cutdisk_ops(): operations (write, truncate, sync, make, rename, remove) so
 * far. cutdisk_cut_at(op): that one happens perhaps, and it and every later
 * one fails. 0: never. */
uint64_t cutdisk_ops(void);
void cutdisk_cut_at(uint64_t op);
bool cutdisk_dark(void);

/** cutdisk_restart(how): the power comes back; the folder holds what survived.
 * Nobody may have a file of it open. */
void cutdisk_restart(enum cutdisk_cut how);

/** cutdisk_below(n): 0 to n-1 of the seeded stream. */
size_t cutdisk_below(size_t n);

#endif
