/*
 * One sync: the front-ends' door to sync/.
 */
#ifndef CORE_EXCHANGE_H
#define CORE_EXCHANGE_H

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"

struct exchange_progress {
	/* Called often; what is done and, where known, of how much. */
	void (*tell)(void *ctx, const char *what, size_t done, size_t of);
	void *ctx;
};

struct exchange_result {
	size_t sent_notes, sent_changes;   /* records in accepted changesets */
	size_t got_notes, got_changes;
	size_t conflicts_new;
	size_t held_new;       /* own text refused: now held and deposited */
	size_t lost_spaces;    /* sections this person may no longer see */
	size_t new_spaces;
	size_t reviews_new, outcomes_new, memos_new, quarantined_new;
	size_t wiped;          /* erase orders carried out here */
	bool revoked;          /* the office has revoked this device */
	size_t complaints_new; /* of members whose key opens nothing */
	size_t complained;     /* sections whose key opens nothing here */
	size_t late_new;       /* own texts that went under review */
	size_t closings_new;   /* filed: taken by a former member */
	size_t rekeyed;        /* spaces closed to revoked or expired people */
	size_t taken_over;     /* cases this person leads now, by an order */
	size_t orders_new;     /* of officers, that concern this person */
	bool approved;         /* this sync brought the approval */
	bool alarm_ended;      /* two officers have: it sends again */
	bool restored;         /* the hub was, from a backup */
	size_t sent_again;     /* own items that it had lost */
	size_t files_sent;     /* attachments that the hub has from now on */
	size_t files_wait;     /* and that it does not take, or are damaged */
	bool policy_new;       /* another policy is in force from here on */
	bool office_new;       /* the office's shares open this profile now */
	int64_t skew_ms;
	size_t in_bundle, left; /* changesets that the bundle takes, and not */
	size_t files_in_bundle, files_asked, files_left; /* and files: its own,
	                        * those it asks for, those it has no room for */
	size_t files_got;       /* attachments that came by bundle */
	bool stale; /* the bundle says nothing that this device does not know */
	bool more;  /* a further bundle is needed */
};

/**
 * exchange_sync(s, r, p, out, e): pull, push, pull, until nothing moves.
 * May be cut at any point: everything taken in or sent so far stands, the
 * next call goes on. ERR_AWAY: offline, work goes on. ERR_PEER with
 * EXCHANGE_SPLIT in code: the hub contradicts what it said before; evidence
 * is kept and nothing more is sent to it, at later calls either. Writing on
 * this device goes on.
 */
#define EXCHANGE_SPLIT 1
int exchange_sync(struct session *s, struct remote *r,
    const struct exchange_progress *p, struct exchange_result *out,
    struct err *e);

/**
 * exchange_bundle_out(s, w, file, out, e): the same without a line: what a sync
 * would send and ask, sealed to the hub, appended to ${file}. What is in it
 * stays waiting until the answer comes, by exchange_bundle_in or a sync; it may
 * be made, carried and answered any number of times. Files of attachments that
 * wait go with it, as far as there is room, and those in ${w} are asked for.
 */
struct exchange_wants {
	const struct id *ids; /* of attachments */
	size_t count;
};
#define EXCHANGE_BUNDLE_MAX ((size_t)96 << 20) /* a file on a stick */
int exchange_bundle_out(struct session *s, const struct exchange_wants *w,
    struct buf *file, struct exchange_result *out, struct err *e);

/** exchange_bundle_carry(s, r, file, answer, left, e): somebody's, to the hub
 * ${r}, which lets this device in before strangers. The last ${left} of its parts, files all of them, the hub did not take,
 * and ${e} says why; the answer is to the others. */
int exchange_bundle_carry(struct session *s, struct remote *r,
    struct view file, struct buf *answer, size_t *left, struct err *e);
int exchange_bundle_in(struct session *s, struct view file,
    const struct exchange_progress *p, struct exchange_result *out,
    struct err *e);

#endif
