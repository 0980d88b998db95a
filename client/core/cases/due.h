/*
 * What is due: one list of what a person has to do next, made of what every
 * feature knows. A feature contributes a function, declared
 * below, and one line in due_list.c.
 *
 * Nothing of it is kept: it is worked out when asked, from records that are
 * few (open ones, or those dated near today), never from notes.
 */
#ifndef CORE_DUE_H
#define CORE_DUE_H

#include <stdbool.h>

#include "client/core/profile/session.h"
#include "common/base/buf.h"

enum due_when { DUE_OVERDUE, DUE_TODAY, DUE_AHEAD };

struct due_item {
	const char *kind;     /* stable word, for programs: "task", "signal" */
	int64_t at_ms;        /* noon UTC of the day it is due, or the moment;
	                         0: at once */
	bool moment;          /* the hour counts */
	bool urgent;          /* before everything else */
	bool while_open;      /* not any more when the case is closed */
	struct id case_id, space, record; /* zero: none */
	const char *school;   /* where it is done; NULL: the case's, the room's */
	const char *words;    /* one line, in the language of the session */
	const char *command;  /* what to run: "tugi task show 1f0c77ab" */
};

struct due_line { /* an item of the list, with what follows from it */
	struct due_item item; /* its texts belong to the list */
	char *who;            /* what the case or the room is called, or "" */
	enum due_when when;
	int64_t visit_ms;     /* noon UTC of the next day at its school; 0: none
	                         is planned */
};

/*
 * For features: what a source is given, and how it says what is due. What is
 * beyond ${until_ms} need not be looked for; due_add leaves it out.
 */
struct due {
	struct session *session;
	struct store *store;
	int64_t now_ms;       /* the moment */
	int64_t today_ms;     /* noon UTC of this day, as days are kept */
	int64_t until_ms;     /* noon UTC of the last day that is listed */
	struct buf lines;     /* of struct due_line */
};

/** due_add(d, item, e): texts are copied. */
int due_add(struct due *d, const struct due_item *item, struct err *e);

/* The sources, each in the file of its feature. */
int due_consents(struct due *d, struct err *e); /* due_own.c */
int due_goals(struct due *d, struct err *e);
int due_meetings(struct due *d, struct err *e); /* meetings_due.c */
int due_tasks(struct due *d, struct err *e);
int due_service(struct due *d, struct err *e);
int due_inbox(struct due *d, struct err *e);
int due_signals(struct due *d, struct err *e); /* due_aid.c */
int due_assessments(struct due *d, struct err *e);
int due_referrals(struct due *d, struct err *e);
int due_reviews(struct due *d, struct err *e); /* due_file.c */
int due_retention(struct due *d, struct err *e);

#endif
