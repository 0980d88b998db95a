/*
 * A bare git repository with one branch, written as packs. With packs.c the
 * daemon's door to libgit2; nothing of that shows here.
 *
 * What is put is held in memory until repo_flush, which makes it one pack,
 * durable, and moves the branch. Nothing but the branch makes anything count,
 * so what a crash leaves behind is an unused pack.
 *
 * Errors: ERR_ABSENT there is none, ERR_PEER it is damaged or somebody else
 * wrote into it, ERR_LOCAL the disk.
 */
#ifndef LEDGER_REPO_H
#define LEDGER_REPO_H

#include "daemon/ledger/oid.h"

struct repo;

/** repo_make(path, branch, e): a new one; it is there whole or not at all. */
int repo_make(const char *path, const char *branch, struct err *e);

/** repo_open(path, branch, write, out, e): one that writes also clears what a
 * process that was killed left half done; there must be no other writer. */
int repo_open(const char *path, const char *branch, bool write,
    struct repo **out, struct err *e);
void repo_close(struct repo *repo);

/** repo_tip(repo, out, e): the branch's commit: 1, 0 none yet, -1. */
int repo_tip(struct repo *repo, struct oid *out, struct err *e);

/** repo_read(repo, oid, kind, out, e): append the object, checked against its
 * name. ERR_PEER when it is not there whole. */
int repo_read(struct repo *repo, const struct oid *oid, enum oid_kind kind,
    struct buf *out, struct err *e);

void repo_put(struct repo *repo, enum oid_kind kind, struct view data,
    struct oid *out);

/** repo_flush(repo, old, tip, e): durable, and the branch moved from ${old}
 * (NULL: it had none) to ${tip}. */
int repo_flush(struct repo *repo, const struct oid *old,
    const struct oid *tip, struct err *e);

#endif
