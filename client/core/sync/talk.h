/*
 * One conversation with the hub: what all steps of a sync share. Sends signed
 * requests, turns refusals into sentences, and reads the hub's clock off the
 * answers. No transaction is open while a request is under way.
 */
#ifndef SYNC_TALK_H
#define SYNC_TALK_H

#include "client/core/local/store.h"
#include "client/core/sync/remote.h"
#include "client/core/sync/witness.h"

struct talk_figures { /* what a sync did, counted */
	size_t sent_notes, sent_changes;
	size_t got_notes, got_changes;
	size_t conflicts_new, held_new;
	size_t lost_spaces, new_spaces;
	size_t reviews_new, outcomes_new, memos_new, quarantined_new;
	bool revoked;    /* this device was found revoked, now or before */
	size_t complaints_new;  /* of others, about a key that opens nothing */
	size_t complained;      /* sent by this device */
	size_t late_new; /* own texts put under review */
	size_t closings_new; /* taken by a former member, filed here */
	size_t rekeyed;
	size_t files_sent, files_wait; /* attachments that the hub has now; and
	                                * that it does not take */
	bool approved;
	bool alarm_ended; /* by an order of two officers */
	bool restored;    /* the hub was, and this device is in line with it */
	size_t sent_again; /* own items that it had lost */
	int64_t skew_ms; /* own clock minus hub's; 0 up to TALK_SKEW_MS */
};

struct talk_progress {
	void (*tell)(void *ctx, const char *what, size_t done, size_t of);
	void *ctx;
};

#define TALK_SKEW_MS 120000

struct talk {
	struct store *s;
	struct remote *r;
	const struct talk_progress *progress; /* or NULL */
	struct talk_figures *figures;
	struct witness witness;
	int64_t asked_ms, answered_ms; /* own clock around the last request */
	int status;                    /* of its answer; 0: none came */
	uint64_t turn;                 /* of the anchor that the hub has; 0: it
					* has not been told */
	bool clock_known;
	int64_t offset_ms;             /* hub's clock minus own */
	bool asked_newest;             /* for what it could not prove */
	bool asked_withheld;           /* for what came without its text */
};

int talk_init(struct talk *t, struct store *s, struct remote *r,
    struct err *e);
void talk_done(struct talk *t);

/**
 * talk_ask(t, path, body, answer, e): POST, signed; 0 with the answer of a
 * request that was granted. A refusal fails with the hub's verdict in
 * e->code: ERR_DENIED (this device), ERR_AWAY (busy, full), ERR_PEER.
 */
int talk_ask(struct talk *t, const char *path, struct view body,
    struct buf *answer, struct err *e);

/** talk_clock(t, hub_ms): the hub's time as its last answer said. */
void talk_clock(struct talk *t, int64_t hub_ms);

/** talk_tell(t, what, done, of): to the progress callback. */
void talk_tell(const struct talk *t, const char *what, size_t done,
    size_t of);

#endif
