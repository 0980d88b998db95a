/*
 * A git pack with its index (git's gitformat-pack: both version 2), made in
 * memory as objects come and written at once. The same objects in the same
 * order are the same bytes.
 *
 * Each object is whole, by zlib at its quickest: differences between them are
 * found by libgit2, when packs.c puts small packs together.
 */
#ifndef LEDGER_GITPACK_H
#define LEDGER_GITPACK_H

#include "daemon/ledger/oid.h"

#define GITPACK_NEW "pack_" /* how unfinished files begin */

struct gitpack;

struct gitpack *gitpack_new(void);
void gitpack_free(struct gitpack *p);

/** gitpack_add(p, kind, data, name): ${name} is that of oid_of. What does not
 * fit in memory fails gitpack_write. */
void gitpack_add(struct gitpack *p, enum oid_kind kind, struct view data,
    const struct oid *name);

/** gitpack_write(p, folder, e): both files, durable under their names; once.
 * An error leaves nothing that git takes for a pack. */
int gitpack_write(struct gitpack *p, const char *folder, struct err *e);

#endif
