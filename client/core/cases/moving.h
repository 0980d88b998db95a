/*
 * A note in the wrong child's case: written in the right one with its origin,
 * gone for that case's readers, erased there, and who had it is named.
 *
 * Source: schema/rules.md 20.11, 46.5.
 */
#ifndef CORE_MOVING_H
#define CORE_MOVING_H

#include "client/core/records/reach.h"
#include "client/core/records/records.h"

struct moving {
	struct id note;      /* in the right case */
	size_t texts;        /* the note and its amendments */
	bool sent;           /* it had left this device: deleted, to be erased */
	struct reach reach;  /* who could have it */
};
void moving_done(struct moving *m);

/** moving_note(s, note, to, reason, out, e): one transaction. ERR_DENIED when
 * one of the texts is another's and this person does not keep the section. */
struct moving_wish {
	struct id note, to;
	const char *reason;
};
int moving_note(struct session *s, const struct moving_wish *wish,
    struct moving *out, struct err *e);

#endif
