/*
 * One item on its way in: read and its signature checked by the thread that
 * received it, judged and stored by the writing thread in its transaction.
 */
#ifndef HUB_ACCEPT_H
#define HUB_ACCEPT_H

#include "daemon/hub/inner.h"

struct accept {
	struct view bytes;      /* borrowed from the request */
	uint32_t group;
	struct changeset cs;
	struct epoch *epoch;    /* decoded body, by kind; NULL otherwise */
	struct letter *letter;
	struct directory_entry *entry;
	struct erase *erase;
	bool signature_known;
	enum verdict early;     /* refused before it was judged; 0 if not */
	/* outcome */
	enum verdict verdict;
	struct proto_receipt receipt; /* without its proof */
};

/** accept_read(hub, bytes, device, a): decode for the live ${device} that
 * sends it; NULL when it is the claim's, from no device yet. */
void accept_read(struct hub *hub, struct view bytes,
    const struct id *device, struct accept *a);
void accept_done(struct accept *a);

/** accept_group_tx(hub, list, n, e): take all of a group or none; each has
 * its verdict afterwards. -1 is the hub's own failure. */
int accept_group_tx(struct hub *hub, struct accept *list, size_t n,
    struct err *e);

/** accept_epoch(hub, space, out, e): the decoded epoch that is current there,
 * kept or read; the writing thread's alone, until it asks for another. */
int accept_epoch(struct hub *hub, const struct hubdb_space *sp,
    const struct epoch **out, struct err *e);

#endif
