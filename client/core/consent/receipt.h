/*
 * The receipt after a withdrawal, for who took the consent back: what closed,
 * when, what could have been fetched before, what stays open and why, what is
 * kept and on which ground.
 */
#ifndef CORE_RECEIPT_H
#define CORE_RECEIPT_H

#include "client/core/profile/session.h"

struct receipt_line { /* one person, one section */
	char name[160];
	char section[32];
	bool open;           /* another basis keeps it open */
	char *why;           /* that basis; NULL: closed */
	bool confirmed;      /* the key was changed: the hub has it */
	size_t texts;        /* could have been fetched before */
	size_t certain;      /* known to have been */
};
struct receipt_kept { /* a class of the policy that keeps the text */
	char *name, *ground; /* ground "": the office has named none yet */
	int years;           /* -1: not decided */
};
struct receipt {
	char *giver, *sections, *channel, *told_on, *taken_by, *child;
	int64_t at_ms;
	bool waits;          /* not received by the hub yet */
	struct receipt_line *lines;
	size_t count;
	struct receipt_kept *kept;
	size_t kept_count;
};

/** receipt_of(s, withdrawal, out, e): ERR_INPUT for another kind of record. */
int receipt_of(struct session *s, const struct id *withdrawal,
    struct receipt *out, struct err *e);
void receipt_done(struct receipt *r);

#endif
