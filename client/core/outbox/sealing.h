/*
 * Sealing a letter: its addressees in order, their keys, and its place in the
 * outbox. What the letter says is its maker's (letters.c, memos.c).
 */
#ifndef OUTBOX_SEALING_H
#define OUTBOX_SEALING_H

#include "client/core/local/store.h"
#include "common/wire/letter.h"

struct sealing { /* zeroed, but for: */
	struct store *s;
	const struct id *space;
	uint32_t epoch;       /* of the space, as it stands */
	struct letter letter; /* kind and about set by the maker */
	struct box_pub boxes[LETTER_RECIPIENTS_MAX];
};

/** sealing_to(l, d): one more addressee; who is one already, and who does not
 * fit any more (the recovery key is always there too), is left out. */
void sealing_to(struct sealing *l, const struct roster_device *d);

/** sealing_send_tx(l, plain, id, e): seal and queue; ${id}: its changeset. */
int sealing_send_tx(struct sealing *l, struct view plain, struct hash *id,
    struct err *e);

#endif
