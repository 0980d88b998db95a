/*
 * Consent: what a guardian or child allows whom to see, and taking it back.
 *
 * A grant opens the sections' spaces to the audience with a new epoch each, a
 * withdrawal closes them with a new key; each goes to the hub as one
 * all-or-nothing push together with its access statements. Both work offline:
 * a withdrawal holds on this device at once.
 */
#ifndef CORE_CONSENT_H
#define CORE_CONSENT_H

#include "client/core/profile/people.h"
#include "client/core/records/records.h"
#include "common/wire/epoch.h"

struct consent_draft {
	struct id case_id;
	struct id audience;       /* person */
	const char *sections;     /* "plan" or "card,plan" */
	struct id part;           /* of the sections; zero: what has no part */
	enum right right;         /* RIGHT_READ or RIGHT_WRITE */
	const char *giver;        /* who said it */
	const char *giver_role;   /* guardian, child_capable, both_guardians ... */
	const char *purpose;      /* NULL: support_at_school */
	const char *evidence;     /* how: spoken, signed paper ... NULL: spoken */
	const char *language;     /* of the form shown; NULL: none */
	int64_t until_ms;         /* 0: end of the school year (31 July) */
	bool refused;             /* recorded as a refusal: opens nothing */
	bool from_now;            /* opens what is written from now on, nothing
	                             before (rules.md 5.12) */
	struct id since;          /* or from where this earlier consent opened;
	                             zero: none */
	const struct assignment *set; /* more that it says: scope, review,
	                             witness, form ... (tugi help) */
	size_t n;
	const struct hash *paper; /* SHA-256 of a scan or signed file, or NULL */
};
int consent_grant(struct session *s, const struct consent_draft *d,
    struct id *id, struct err *e);

/** consent_grant_all(s, drafts, n, ids, e): several, all or none. */
int consent_grant_all(struct session *s, const struct consent_draft *d,
    size_t n, struct id *ids, struct err *e);

/** consent_paper(path, out, e): the hash of a scan or signed file; the file
 * itself stays where it is. */
int consent_paper(const char *path, struct hash *out, struct err *e);

/** consent_role(s, code, out, e): the persons of the office whose title is
 * this word of the vocabulary "audience", in any of its languages; person_list_done
 * frees. ERR_ABSENT when there is none. */
int consent_role(struct session *s, const char *code,
    struct person_list *out, struct err *e);

/** consent_grant_tx: within the caller's transaction, together with what it
 * opens. */
int consent_grant_tx(struct session *s, const struct consent_draft *d,
    struct id *id, struct err *e);

/** consent_room(s, case_id, e): every section of the case still has room for
 * the devices of all whom its statements name; ERR_TOOBIG. */
int consent_room(struct session *s, const struct id *case_id,
    struct err *e);

struct withdrawal_draft {
	struct id case_id;
	struct id audience;       /* person; zero: everybody */
	const char *sections;     /* NULL: every section */
	struct id part;           /* zero: all of the sections */
	const char *giver;
	const char *channel;      /* spoken, letter ... NULL: spoken */
	const char *told_on;      /* ISO day; NULL: today */
};
struct withdrawal_effect {
	size_t spaces;            /* closed with a new key */
	size_t still_open;        /* where another basis keeps the door open */
	size_t overrides;         /* that run on, whatever is withdrawn */
	int64_t law_until_ms;     /* the latest end among them */
};
int consent_withdraw(struct session *s, const struct withdrawal_draft *d,
    struct id *id, struct withdrawal_effect *effect, struct err *e);

/** consent_withdraw_tx: within the caller's transaction. */
int consent_withdraw_tx(struct session *s, const struct withdrawal_draft *d,
    struct id *id, struct withdrawal_effect *effect, struct err *e);

struct consent_item {
	struct id id, case_id; /* of cases that are one, the one it opens */
	char *audience, *sections, *giver, *purpose;
	char *status; /* given, limited (partly withdrawn), refused,
			* withdrawn, expired; void: counts for nothing
			* (rules.md 5.7, 20.2) */
	enum right right;
	bool from_now;       /* not what was written before */
	int64_t from_ms, until_ms, withdrawn_ms;
	char *taken_by;
};
struct consent_list {
	struct consent_item *items;
	size_t count;
};
void consent_list_done(struct consent_list *l);
int consent_list(struct session *s, const struct id *case_id,
    struct consent_list *out, struct err *e);

/** consent_ending(s, from_ms, to_ms, out, e): those given that end by
 * themselves in that time, of all cases. */
int consent_ending(struct session *s, int64_t from_ms, int64_t to_ms,
    struct consent_list *out, struct err *e);

/** consent_expire(s, closed, e): what has ended by itself for this person by
 * the own clock and by the hub's at the last contact of this session is wiped
 * here, own unsent text held; called after every sync. What only one of them
 * says has ended is hidden, also without a network (local/ends.h). ${closed}:
 * such spaces. The key is changed by the next sync of who may
 * (accord/doors.h). */
int consent_expire(struct session *s, size_t *closed, struct err *e);

/* Who can see a record, and why. */
struct viewer {
	char *name;
	enum right right;
	char *why;            /* "consent of Mari (guardian), until 2027-07-31",
	                         "own side", "office recovery: two officers" */
	int64_t until_ms;     /* INT64_MAX: no end */
	size_t devices;
};
struct viewer_list {
	char *what;           /* record and section in words */
	struct viewer *items;
	size_t count;
};
void viewer_list_done(struct viewer_list *l);
int consent_who(struct session *s, const struct id *record,
    struct viewer_list *out, struct err *e);

#endif
