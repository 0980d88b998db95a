/*
 * Other programs: the hub and git, each a child that ends with this process.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/base/buf.h"

/** child_start(argv, log): not waited for; its output goes to ${log}. */
pid_t child_start(const char *const *argv, const char *log);

/** child_talk(argv, log, to, from): its input and output are ${to} (NULL: it
 * has none) and ${from}; what it says of errors goes to ${log}. */
pid_t child_talk(const char *const *argv, const char *log, FILE **to,
    FILE **from);

/** child_stop(pid): SIGTERM, and wait. */
void child_stop(pid_t pid);

/** child_run(argv, out): wait for it; standard output appended to ${out} if
 * not NULL. Ends this program unless it succeeds. */
void child_run(const char *const *argv, struct buf *out);

/** child_wait_file(path, pid): until the file is there; ends this program if
 * that takes ten seconds or ${pid} is gone. */
void child_wait_file(const char *path, pid_t pid);

/** child_tree_bytes(path): sizes of all files under a folder. */
uint64_t child_tree_bytes(const char *path);

/** child_remove_tree(path): with all that is in it. */
void child_remove_tree(const char *path);

#endif
