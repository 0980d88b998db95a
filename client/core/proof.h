/*
 * What this device can prove of all that it ever took in or handed in, without
 * asking anybody: signatures of authors, receipts and heads signed by the hub.
 */
#ifndef CORE_PROOF_H
#define CORE_PROOF_H

#include "client/core/profile/session.h"
#include "common/wire/checkpoint.h"

struct proof {
	size_t items;     /* taken in, each as its author signed it */
	size_t linked;    /* of them that name the author's item before them */
	size_t missing;   /* places in sections that the hub has not shown */
	size_t receipts;  /* of own items, each in a head that the hub signed */
	size_t unproven;  /* receipts whose head was not kept */
	size_t heads;     /* sizes of the log whose root is known */
	size_t evidence;  /* found before against the hub: tugi office alarm */
	struct checkpoint newest; /* signed by the hub; size 0: none */
};

struct proof_progress {
	void (*tell)(void *ctx, const char *what, size_t done, size_t of);
	void *ctx;
};

/** proof_check(s, p, out, e): ERR_PEER with the first thing that is not what
 * was signed; ${out} as far as it came. ${p} NULL: tell nobody. */
int proof_check(struct session *s, const struct proof_progress *p,
    struct proof *out, struct err *e);

/** proof_signers(s, out, e): append the hub's key, from the office's
 * directory, as a line for git's allowed signers. */
int proof_signers(struct session *s, struct buf *out, struct err *e);

#endif
