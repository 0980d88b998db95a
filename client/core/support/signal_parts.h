/*
 * What signal.c and signal_paper.c share.
 */
#ifndef CORE_SIGNAL_PARTS_H
#define CORE_SIGNAL_PARTS_H

#include "client/core/local/versions.h"

/** signal_hash(l, out): of what a notification says. */
void signal_hash(const struct loaded *l, struct hash *out);

#endif
