/*
 * Files: whole, private, and durable when a call returns.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "common/base/buf.h"

/** file_read(path, out, e): append all of ${path}; the ceiling of ${out}
 * bounds it. ERR_ABSENT when there is none. */
int file_read(const char *path, struct buf *out, struct err *e);

/** file_replace(path, data, mode, e): write beside it, fsync, rename, fsync
 * the folder: after a power cut the old or the new content is there whole. */
int file_replace(const char *path, struct view data, mode_t mode,
    struct err *e);

/** file_new(path, data, mode, e): a file that must not be there yet; its
 * content is durable, its name only by file_sync_folder or file_rename. */
int file_new(const char *path, struct view data, mode_t mode, struct err *e);

/** file_folder(path, e): make a private folder (0700) if it is missing; a
 * folder that others may enter is refused with the command that mends it. */
int file_folder(const char *path, struct err *e);

/** file_sync_folder(path, e): make renames and new files in it durable. */
int file_sync_folder(const char *path, struct err *e);

/** file_write(fd, data, path, e): all of it, to the file opened as ${path}. */
int file_write(int fd, struct view data, const char *path, struct err *e);

/** file_rename(from, to, e): and makes that durable; ${from} was before. */
int file_rename(const char *from, const char *to, struct err *e);

/** file_wipe(path, e): overwrites it with zeros before it goes; one that is
 * not there is no failure. */
int file_wipe(const char *path, struct err *e);

/** file_each(folder, fn, ctx, e): each name in it but . and .., until ${fn}
 * returns other than 0. A folder that is not there is empty. */
int file_each(const char *folder,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e);

/** file_exists(path): 1 or 0. */
int file_exists(const char *path);

/** file_join(dir, name): "dir/name", freed by mem_free. */
char *file_join(const char *dir, const char *name);

#endif
