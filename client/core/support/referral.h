/*
 * Referrals to support outside the school: what for, with which content, until
 * when, on what basis, and what became of it. What rests on a consent ends
 * with it: a referral that is open then is shown as consent_lost, without
 * anybody writing so.
 *
 * Source: schema/rules.md 31.1, 31.2, 31.3.
 */
#ifndef CORE_REFERRAL_H
#define CORE_REFERRAL_H

#include "client/core/giving/disclosure.h"
#include "client/core/records/records.h"

#define REFERRAL_STATE_BYTES 41

/** referral_add(s, d, id, e): a draft. Fields body, service, purpose, sections;
 * text, until, contact. ERR_INPUT names the field. */
struct referral_draft {
	struct id case_id;
	const struct assignment *set;
	size_t n;
	const struct id *records; /* of those sections, that go along */
	size_t record_count;
};
int referral_add(struct session *s, const struct referral_draft *d,
    struct id *id, struct err *e);

/** referral_basis(s, b, e): on what it rests; covers body, sections and
 * period, or ERR_DENIED and nothing is written. Also later, when the first
 * was lost. */
struct referral_basis {
	struct id referral, consent; /* consent or release; zero: by law */
	const char *basis, *provision, *reason;
};
int referral_basis(struct session *s, const struct referral_basis *b,
    struct err *e);

/** referral_send(s, d, e): recorded as sent, with its disclosure in the same
 * transaction. Of ${d} count referral (as ${of}), channel, family,
 * why_not_told, receipt, hash, safety_seen. */
int referral_send(struct session *s, const struct disclosure_draft *d,
    struct err *e);

/** referral_step(s, st, e): delivered, seen, accepted, declined, working,
 * outcome_reported, closed, revoked, undeliverable. ERR_CLASH names the steps
 * that may follow. */
struct referral_step {
	struct id referral;
	const char *state;
	const char *on;      /* ISO day; NULL: today */
	const char *words;   /* why declined, or the outcome */
};
int referral_step(struct session *s, const struct referral_step *st,
    struct err *e);

/** referral_state(s, r, out, e): as it stands now. */
int referral_state(struct session *s, const struct record_item *r,
    char out[static REFERRAL_STATE_BYTES], struct err *e);

/** referral_days(r): from sent to accepted; -1: not accepted. */
int referral_days(const struct record_item *r);

/** referral_lost(s, case_id, n, e): how many open ones have lost their
 * consent; ${case_id} NULL: of all cases. */
int referral_lost(struct session *s, const struct id *case_id, size_t *n,
    struct err *e);

struct referral_counts {
	struct {
		char state[REFERRAL_STATE_BYTES];
		size_t count;
	} states[20];
	size_t state_count, total, accepted, days; /* days: of all accepted */
};
int referral_count(struct session *s, const struct id *case_id,
    struct referral_counts *out, struct err *e);

/** referral_letter(s, referral, out, e): the letter with what goes along, to be
 * printed (client/paper/paper.h); freed by paper_free. ERR_DENIED while
 * nothing covers it. */
struct paper;
int referral_letter(struct session *s, const struct id *referral,
    struct paper **out, struct err *e);

struct entry;
int referral_check(const struct entry *x, struct err *e);

#endif
