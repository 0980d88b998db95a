/*
 * Disclosures: each time something of a case is given to somebody outside,
 * what, to whom, when, how, on what basis, and whether the family was told.
 * Whoever gives something out calls disclosure_record_tx in the transaction
 * that does so; without a basis nothing is recorded and nothing may go.
 *
 * Source: schema/rules.md 30.1, 30.5.
 */
#ifndef CORE_DISCLOSURE_H
#define CORE_DISCLOSURE_H

#include "client/core/records/records.h"

#define DISCLOSURE_RECORDS_MAX 1000 /* named by id in one disclosure */

enum disclosure_family { /* the family was told of it */
	DISCLOSURE_UNSAID = 0, /* refused: it has to be said */
	DISCLOSURE_TOLD = 1,
	DISCLOSURE_NOT_TOLD = 2 /* and why not */
};

struct disclosure_draft {
	struct id case_id;
	const char *what;        /* in words; NULL: the sections */
	const char *sections;    /* "plan" or "card,plan"; of all that goes */
	const struct id *records; /* single ones that go; NULL: the sections as
	                            they are */
	size_t record_count;
	const char *to;          /* the body or person outside; NULL: ${person} */
	struct id person;        /* of the directory */
	const char *channel;     /* of the vocabulary disclosure.channel */
	struct id consent;       /* a consent or release; zero: by ${basis} */
	const char *basis;       /* of disclosure.basis: cp_duty, court, ... */
	const char *provision;   /* the rule of law; not for own_file */
	const char *reason;      /* not for consents and own_file */
	enum disclosure_family family;
	const char *why_not_told;
	const char *receipt;     /* NULL: none yet; set later */
	const char *on;          /* ISO day; NULL: today */
	const struct hash *hash; /* of the file or print that went; NULL */
	struct id part;          /* of the case, that it goes into; zero: none */
	const char *section;     /* where it is recorded; NULL: the card */
	struct id of;            /* the referral, transition ... it goes with */
	bool safety_seen;        /* what the card says under "safety" was read */
};

/** disclosure_record_tx(s, d, id, e): check the basis and record it, in the
 * card, or where the person may not write there in the first section that is
 * named. ERR_INPUT names what is missing; ERR_DENIED: no basis, or the case
 * has a word on safety that was not looked at. Nothing is written then. */
int disclosure_record_tx(struct session *s, const struct disclosure_draft *d,
    struct id *id, struct err *e);
int disclosure_record(struct session *s, const struct disclosure_draft *d,
    struct id *id, struct err *e);

/** disclosure_check_draft(s, d, e): the same checks, and nothing is written. */
int disclosure_check_draft(struct session *s,
    const struct disclosure_draft *d, struct err *e);

/** disclosure_count(s, q, out, e): how many on each basis, in the order of the
 * vocabulary's codes; disclosures of cases that this person sees. */
struct disclosure_query {
	const struct id *case_id;  /* NULL: all */
	int64_t from_ms, until_ms; /* 0: open */
};
struct disclosure_count {
	char basis[41];
	size_t count, not_told;
};
struct disclosure_counts {
	struct disclosure_count items[32];
	size_t count;
};
int disclosure_count(struct session *s, const struct disclosure_query *q,
    struct disclosure_counts *out, struct err *e);

/** disclosure_check(x, e): of entry_checks.c: also who adds one by hand. */
struct entry;
int disclosure_check(const struct entry *x, struct err *e);

#endif
