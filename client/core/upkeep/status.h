/*
 * What waits to be sent and since when, and what needs a person's look.
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "client/core/profile/session.h"

struct status {
	char hub[200];
	char name[160];
	bool joined, waiting;     /* approved; asked and not yet approved */
	bool revoked;             /* the office has revoked this device */
	size_t cases, notes;
	size_t unsent;            /* versions the hub has not received */
	int64_t unsent_since_ms;  /* oldest of them */
	int64_t last_sync_ms;     /* 0: never */
	int64_t last_heard_ms;    /* newest accept time absorbed */
	size_t erase_late;        /* texts that came after an own erase order */
	size_t erase_asked;       /* requests that wait for this person's hand */
	size_t deleted_changed;   /* deleted, then changed by who did not know */
	size_t conflicts, held, reviews, quarantined;
	size_t unreturned;    /* acknowledged, and the hub does not show it */
	size_t expiring;          /* consents that end within 30 days */
	size_t overrides;         /* that run in cases open to this person */
	size_t to_sign;           /* renewals that wait for this officer */
	size_t recovered;         /* own sections that officers had opened */
	int64_t recovered_ms;     /* the newest of those orders */
	size_t refused;           /* more of what could not be taken in */
	int64_t suspect_ms;       /* a time the hub gave that is not reached;
				   * 0: none */
	int64_t skew_ms;          /* own clock minus hub's, at the last contact */
	bool stopped;             /* fork or copy seen: nothing is sent */
	char stopped_words[240];
};
int status_read(struct session *s, struct status *out, struct err *e);

#endif
