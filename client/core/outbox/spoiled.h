/*
 * Keys that a refused epoch may have given away.
 *
 * An epoch wraps the key before it. One of ours that was sent and refused is
 * at the hub all the same: with the hub's help, whom it lists can open what
 * is sealed under the epoch before. Where they were not let in after all,
 * nothing more may be sealed under that one.
 *
 * Source: schema/rules.md 4.9.
 */
#ifndef OUTBOX_SPOILED_H
#define OUTBOX_SPOILED_H

#include "client/core/local/store.h"
#include "common/wire/epoch.h"

/** spoiled_find(s, cur, out, e): an epoch of this device that would have
 * followed ${cur} was refused and lists who is not in ${cur}. */
int spoiled_find(struct store *s, const struct epoch *cur, bool *out,
    struct err *e);

#endif
