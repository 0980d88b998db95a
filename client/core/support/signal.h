/*
 * Signals: telling an authority that a child may need help or protection. A
 * draft with its deadline, sent with a disclosure in the same step, proof of
 * delivery, feedback. They stand in the protection section: who sees the card
 * alone is not told that one was made.
 *
 * Source: schema/rules.md 33.1, 33.2, 33.3.
 */
#ifndef CORE_SIGNAL_H
#define CORE_SIGNAL_H

#include "client/core/giving/disclosure.h"
#include "client/core/records/records.h"

struct signal_draft {
	struct id case_id;
	const char *to;         /* the authority */
	const char *to_kind;    /* of audience; NULL: not said */
	const char *facts;
	const char *urgency;    /* of signal.urgency; NULL: immediate */
	const char *provision;  /* which rule of law; NULL: said when sent */
	int64_t deadline_ms;    /* 0: by the policy's hours for the urgency */
	struct id run;          /* the assessment it comes from; zero: none */
	bool unaddressed;       /* the draft of an assessment: ${to} follows */
};

/** signal_add(s, d, id, e): a draft. ERR_INPUT: no recipient, no facts, a
 * deadline that is over. */
int signal_add(struct session *s, const struct signal_draft *d,
    struct id *id, struct err *e);

/** signal_of_run_tx(s, d, id, e): the draft for an assessment, if it has none;
 * ${id}: the one there is. */
int signal_of_run_tx(struct session *s, const struct signal_draft *d,
    struct id *id, struct err *e);

/** signal_send(s, d, e): recorded as sent, with its disclosure. Of ${d} count
 * the signal (as ${of}), channel, basis (NULL: cp_duty), provision (NULL: the
 * draft's), reason (NULL: that it is a notification), family, why_not_told,
 * receipt, safety_seen. */
int signal_send(struct session *s, const struct disclosure_draft *d,
    struct err *e);

/** signal_step(s, st, e): delivered, answered, closed, or of a draft dropped.
 * ERR_CLASH names what may follow. */
struct signal_step {
	struct id signal;
	const char *state;
	const char *words; /* proof, feedback, or why it was not sent */
};
int signal_step(struct session *s, const struct signal_step *st,
    struct err *e);

/** signal_paper(s, id, out, hash, e): to print, without a network; on it
 * stands ${hash}, of what it says. Freed by paper_free. */
struct paper;
int signal_paper(struct session *s, const struct id *id, struct paper **out,
    struct hash *hash, struct err *e);

/** signal_open(s, fn, ctx, e): each that is not sent yet; stops when ${fn}
 * returns not 0. */
int signal_open(struct session *s,
    int (*fn)(void *ctx, const struct record_item *r, int64_t deadline_ms,
        struct err *e), void *ctx, struct err *e);

struct entry;
int signal_check(const struct entry *x, struct err *e);

#endif
