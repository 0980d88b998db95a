/*
 * What the two halves share: cutdisk.c has names, contents and the cut,
 * cutdisk_calls.c the calls. All but cutdisk_enter need the lock.
 */
#ifndef CUTDISK_CUTDISK_INNER_H
#define CUTDISK_CUTDISK_INNER_H

#include <sys/types.h>

#include "common/base/buf.h"
#include "tests/cutdisk/cutdisk.h"

struct cutdisk_node; /* a file or folder, whatever its names */

enum cutdisk_verdict {
	CUTDISK_GO,
	CUTDISK_LAST,  /* it happens perhaps, and the call fails */
	CUTDISK_DEAD   /* the power is off */
};

/** cutdisk_enter(), cutdisk_leave(): take and give back the lock; false (and
 * no lock): nothing is watched. */
bool cutdisk_enter(void);
void cutdisk_leave(void);

/** cutdisk_count(): an operation is asked for. */
enum cutdisk_verdict cutdisk_count(void);
bool cutdisk_off(void); /* the power */

/** cutdisk_ours(path): in the folder, and remembered. */
bool cutdisk_ours(const char *path);

struct cutdisk_node *cutdisk_find(const char *path); /* NULL: not there */

/** cutdisk_made(path, folder): it is there now, new. */
struct cutdisk_node *cutdisk_made(const char *path, bool folder);
void cutdisk_moved(const char *from, const char *to);
void cutdisk_linked(const char *from, const char *to); /* a second name */
void cutdisk_removed(const char *path);

/** cutdisk_wrote, cutdisk_resized: content changed, unsynced. */
void cutdisk_wrote(struct cutdisk_node *n, size_t at, const void *data,
    size_t len);
void cutdisk_resized(struct cutdisk_node *n, size_t size);
void cutdisk_synced(struct cutdisk_node *n);
size_t cutdisk_size(const struct cutdisk_node *n);

/** cutdisk_mapped(n, fd): it is written through memory from now on.
 * cutdisk_look(n): take notice of what was. */
void cutdisk_mapped(struct cutdisk_node *n, int fd);
void cutdisk_look(struct cutdisk_node *n);

#endif
