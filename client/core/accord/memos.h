/*
 * Memos: letters in the commons by which offices tell each other something
 * about a case, sealed to named devices and the recovery key: notices of
 * overrides, requests for a second signature and their answers.
 *
 * A memo is kept here before it is sealed: it may be written without a
 * network, and goes to whom the directory lists when it is sent. What a body
 * says is its topic's; nothing here looks into it.
 *
 * Source: schema/wire.md 10.4; schema/rules.md 8.5, 10.2.
 */
#ifndef ACCORD_MEMOS_H
#define ACCORD_MEMOS_H

#include "client/core/local/store.h"
#include "common/wire/letter.h"

#define MEMOS_OPEN_MAX 1024 /* not done, from one person */
#define MEMOS_NEWER 3       /* e->code: a topic of a newer program */

enum memo_state {
	MEMO_OWN = 1,  /* written here */
	MEMO_OPEN = 2, /* received, nothing done about it yet */
	MEMO_DONE = 3  /* received, and dealt with */
};

struct memo_draft {
	unsigned topic;
	struct hash about;        /* zeros, if naming it told the hub much */
	struct view body;         /* at most LETTER_MEMO_MAX */
	const struct id *devices; /* to these */
	size_t device_count;      /* at most LETTER_RECIPIENTS_MAX */
	unsigned roles;           /* and to all with one of these, when sent */
};

/** memos_queue_tx(s, d, mid, e): to be sealed at the next sync. This device is
 * never an addressee; with nobody left it goes to the recovery key alone.
 * ERR_ABSENT: a device that the directory does not list (yet), or no commons
 * here; ERR_CLASH: one that is revoked; ERR_TOOBIG. */
int memos_queue_tx(struct store *s, const struct memo_draft *d, int64_t *mid,
    struct err *e);

/** memos_seal(s, queued, e): seal what waits; called at each sync. ${queued}
 * is added to. */
int memos_seal(struct store *s, size_t *queued, struct err *e);

struct memos_in { /* an opened memo from the log */
	const struct changeset *cs;
	const struct hash *about;
	struct view plain;
	int64_t accept_ms;
};

/** memos_take_tx(s, in, e): keep it as open. ERR_PEER when it cannot be read
 * or its author has too many open here; with MEMOS_NEWER in e->code when the
 * topic is not known. */
int memos_take_tx(struct store *s, const struct memos_in *in, struct err *e);

struct memo {
	int64_t mid;
	unsigned topic;
	enum memo_state state;
	bool sent;          /* MEMO_OWN: the hub has it */
	struct id author;   /* device */
	struct hash letter; /* zeros: own, not sealed yet */
	struct hash about;
	struct view body;   /* borrowed until ${each} returns */
	int64_t at_ms;      /* accepted; own: written */
};

/** memos_each(s, topic, ctx, each, e): all of a topic (0: of every one),
 * oldest first. ${each} may not write; 0 goes on, else that is returned. */
int memos_each(struct store *s, unsigned topic, void *ctx,
    int (*each)(void *ctx, const struct memo *m, struct err *e),
    struct err *e);

/** memos_find(s, mid, out, body, e): one; its body is appended. 1, 0, -1. */
int memos_find(struct store *s, int64_t mid, struct memo *out,
    struct buf *body, struct err *e);

/** memos_done_tx(s, mid, e): an open one is dealt with. */
int memos_done_tx(struct store *s, int64_t mid, struct err *e);

/** memos_drop_tx(s, mid, e): and its body is not kept here any longer. */
int memos_drop_tx(struct store *s, int64_t mid, struct err *e);

#endif
