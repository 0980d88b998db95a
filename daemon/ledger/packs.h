/*
 * Many small packs made into fewer, larger ones, so that a ledger that is
 * flushed several times a minute for years stays quick to read. Who copies the
 * repository meanwhile with git notices nothing: a pack goes only after the
 * one that holds its objects is durable.
 */
#ifndef LEDGER_PACKS_H
#define LEDGER_PACKS_H

#include <git2.h>
#include <stdbool.h>

#include "common/base/err.h"

#define PACKS_TOGETHER 16

/** packs_merge(git, path, merged, e): those of one size (within a factor of
 * 16) become one when there are 16 of them.
 * ${merged}: there may be more to do. */
int packs_merge(git_repository *git, const char *path, bool *merged,
    struct err *e);

#endif
