/*
 * The git peer: notes sealed one by one into files, committed, pushed to a
 * git daemon on the loopback, and cloned from it.
 */
#ifndef BENCH_GITPEER_H
#define BENCH_GITPEER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct gitpeer {
	char dir[200];
	pid_t daemon;
	int port;
	uint64_t up, down; /* bytes on the wire, when counted */
};

/** gitpeer_open(g, dir, notes): an empty bare repository behind a daemon, and
 * a work tree with ${notes} sealed notes in 256 folders. */
void gitpeer_open(struct gitpeer *g, const char *dir, size_t notes);

/** gitpeer_commit(g): git add and git commit of all. */
void gitpeer_commit(struct gitpeer *g);

/** gitpeer_push(g, port): to the daemon at ${port} (its own or a relay's). */
void gitpeer_push(struct gitpeer *g, int port);
void gitpeer_clone(struct gitpeer *g, int port);

/** gitpeer_edit(g, i): note ${i} is another text, committed.
 * gitpeer_pull(g, port): into the clone. */
void gitpeer_edit(struct gitpeer *g, size_t i);
void gitpeer_pull(struct gitpeer *g, int port);

/** gitpeer_disk(g): bytes of the bare repository. */
uint64_t gitpeer_disk(const struct gitpeer *g);
void gitpeer_close(struct gitpeer *g);

#endif
