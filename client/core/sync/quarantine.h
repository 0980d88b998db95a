/*
 * Quarantine: items that could not be taken in. Each is kept as it came with
 * a sentence for a person, blocks nothing else, and leaves only when it has
 * been taken in after all (its key, or what was missing before it, arrived).
 *
 * Source: schema/rules.md 1.1, 12.3.
 */
#ifndef SYNC_QUARANTINE_H
#define SYNC_QUARANTINE_H

#include "client/core/local/store.h"
#include "common/wire/proto.h"

enum quarantine_reason {
	QUARANTINE_KEY = 1,     /* no key yet: opened when the key comes */
	QUARANTINE_GAP = 2,     /* something before it is missing */
	QUARANTINE_PROOF = 3,   /* the hub does not show it in its log */
	QUARANTINE_RULES = 4,   /* the hub took it against the rules */
	QUARANTINE_SEAL = 5,    /* does not open, or not what it says */
	QUARANTINE_FORM = 6,    /* cannot be read */
	QUARANTINE_NEWER = 7,   /* made by a newer program */
	QUARANTINE_FOREIGN = 8, /* of a section never opened to this device */
	QUARANTINE_BODY = 9,    /* came without its text: asked for again */
	QUARANTINE_DISBELIEF = 10 /* admitted, and its author may not say it */
};

/** quarantine_waits(reason): nothing is wrong yet, it only waits. */
bool quarantine_waits(enum quarantine_reason reason);

struct quarantined {
	int64_t id;         /* of the row */
	uint64_t seq;       /* claimed place in the log */
	uint64_t sseq;
	int64_t accept_ms;
	struct id space;
	enum quarantine_reason reason;
	struct buf bytes;   /* as it came; quarantined_done frees */
};

/* What is kept at most: nobody fills this device's disk from the hub. */
#define QUARANTINE_SPACE_ITEMS 16384 /* with a place in the log, one space */
#define QUARANTINE_SPACE_BYTES (64 << 20)
#define QUARANTINE_ALL_ITEMS 65536
#define QUARANTINE_ALL_BYTES (256 << 20)
#define QUARANTINE_ODD_ITEMS 1024    /* without one, in all */
#define QUARANTINE_ODD_BYTES (16 << 20)

/** quarantine_add_tx(s, q, words, added, e): keep it; one row for each place
 * and reason, so that asking again adds nothing. Past the limits it is
 * refused and counted; what was kept stays. ${q}->id is ignored, ${q}->bytes
 * are only read. */
int quarantine_add_tx(struct store *s, const struct quarantined *q,
    const char *words, bool *added, struct err *e);

/** quarantine_refused(s, space, out, e): how many items were refused because
 * there were too many: of ${space}, or of all with NULL. */
int quarantine_refused(struct store *s, const struct id *space, size_t *out,
    struct err *e);

/** quarantine_forgive_tx(s, space, e): they are asked for again. */
int quarantine_forgive_tx(struct store *s, const struct id *space,
    struct err *e);

/** quarantine_has(s, seq, reason, e): 1, 0, -1. */
int quarantine_has(struct store *s, uint64_t seq,
    enum quarantine_reason reason, struct err *e);

/** quarantine_drop_tx(s, seq, reason, e): what has a place now. */
int quarantine_drop_tx(struct store *s, uint64_t seq,
    enum quarantine_reason reason, struct err *e);

/** quarantine_next(s, space, reason, from, out, e): the first of that reason
 * with seq >= ${from}, in log order; 1, 0, -1. */
int quarantine_next(struct store *s, const struct id *space,
    enum quarantine_reason reason, uint64_t from, struct quarantined *out,
    struct err *e);
void quarantined_done(struct quarantined *q);

/** quarantine_next_judged(s, from, out, e): the same, in whatever space, of
 * what was not admitted or not believed. */
int quarantine_next_judged(struct store *s, uint64_t from,
    struct quarantined *out, struct err *e);

/** quarantine_withheld(s, out, max, n, e): wants for the oldest items that
 * came without their text, in sections that this device reads. */
int quarantine_withheld(struct store *s, struct proto_want *out, size_t max,
    size_t *n, struct err *e);

/** quarantine_judge_tx(s, space, from, to, words, n, e): everything of the
 * space waiting for ${from} is now there for ${to}; ${n}: how many. */
int quarantine_judge_tx(struct store *s, const struct id *space,
    const enum quarantine_reason change[static 2], const char *words,
    size_t *n, struct err *e);

#endif
