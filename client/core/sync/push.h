/*
 * Pushing: what the outbox holds, in order, and what the hub says to it.
 */
#ifndef SYNC_PUSH_H
#define SYNC_PUSH_H

#include "client/core/sync/talk.h"
#include "common/wire/proto.h"

struct push_result {
	size_t sent;         /* items accepted */
	struct buf refused;  /* ids of spaces with a definite refusal */
	enum verdict why;    /* of the first refusal, 0: none */
	enum verdict full;   /* QUOTA or HUB_FULL: nothing wrong, later */
};

/**
 * push_all(t, out, e): send everything ready. Each receipt is checked before
 * it is believed; a refusal is no error: its space is listed in ${out} and
 * what else waits for that space stays. push_result_done frees.
 */
int push_all(struct talk *t, struct push_result *out, struct err *e);

/** push_write(t, body, items, left, e): what a push would ask first, for a
 * bundle; empty when nothing is ready. ${items} are in it, ${left} are not.
 * push_take(t, answer, out, e): what the hub answered to it; what is not in the
 * outbox any more is passed over. */
int push_write(struct talk *t, struct buf *body, size_t *items, size_t *left,
    struct err *e);
int push_take(struct talk *t, struct view answer, struct push_result *out,
    struct err *e);
void push_result_done(struct push_result *r);

#endif
