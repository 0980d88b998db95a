/*
 * From a text and some devices to a letter in the outbox. Letters go in groups
 * of their own: nothing waits for them and they wait for nothing.
 */
#include "client/core/outbox/sealing.h"

#include "client/core/outbox/outbox.h"

void
sealing_to(struct sealing *l, const struct roster_device *d)
{
	size_t at = l->letter.to_count, i;

	if (at >= LETTER_RECIPIENTS_MAX)
		return;
	for (i = 0; i < at; i++)
		if (id_eq(&l->letter.to[i], &d->device))
			return;
	while (at > 0 && id_cmp(&l->letter.to[at - 1], &d->device) > 0) {
		l->letter.to[at] = l->letter.to[at - 1];
		l->boxes[at] = l->boxes[at - 1];
		at--;
	}
	l->letter.to[at] = d->device;
	l->boxes[at] = d->box;
	l->letter.to_count++;
}

int
sealing_send_tx(struct sealing *l, struct view plain, struct hash *id,
    struct err *e)
{
	struct letter_seal_in in = { .boxes = l->boxes,
	    .recovery = &l->s->roster.genesis.recovery, .space = l->space,
	    .plain = plain };
	struct outbox_item item = { .kind = CHANGESET_LETTER,
	    .space = *l->space, .epoch = l->epoch,
	    .group = outbox_group(l->s), .seen = l->s->head.at };
	struct buf sealed;
	int64_t oid;
	int rc = -1;

	buf_init(&sealed, 4 * (size_t)LETTER_TEXT_MAX);
	if (letter_seal(&l->letter, &in, &sealed, e) != 0)
		goto out;
	item.clear = buf_view(&sealed);
	rc = outbox_add_tx(l->s, &item, id, &oid, e);
out:
	buf_done(&sealed);
	return rc;
}
