/*
 * A witness: whoever keeps the hub's newest head in a file of their own, asks
 * for proof that the log only grew since, and signs what they saw. The file is
 * apart from the profile, so a profile that is lost or put back does not take
 * the witness along.
 *
 * Source: schema/ledger.md 8.
 */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "common/wire/checkpoint.h"

#define WATCH_FILE_MAX (2 * CHECKPOINT_TEXT_MAX)
#define WATCH_SPLIT 1 /* e->code: ${out}->evidence is to be kept */

struct watch {
	char key[COSIGNER_KEY_BYTES]; /* for who checks the signature */
	bool first;                   /* nothing was remembered */
	int64_t before_s;             /* when the remembered head was seen */
	struct checkpoint before, now;
	struct buf text;              /* the file from now on */
	struct buf evidence;          /* both heads, when they contradict */
};
void watch_done(struct watch *w);

/** watch_head(s, r, file, out, e): ask the hub for its newest head and for
 * proof that it continues the one in ${file} (empty: the first time).
 * ERR_INPUT: the file is not one of this device. ERR_PEER with WATCH_SPLIT:
 * the hub signed two stories. */
int watch_head(struct session *s, struct remote *r, struct view file,
    struct watch *out, struct err *e);

#endif
