/*
 * What the two kinds of bundle share in the hub: whose it is, and refusals.
 */
#ifndef HUB_HUB_STICK_H
#define HUB_HUB_STICK_H

#include "daemon/hub/inner.h"

struct stick_sender {
	struct sign_pub sign;
	struct box_pub box;
};

/** stick_sender(hub, device, out, e): of this hub's directory, or refused. */
int stick_sender(struct hub *hub, const struct id *device,
    struct stick_sender *out, struct err *e);

/** stick_refuse(why, out): append the answer of a request that was refused; its
 * status. */
unsigned stick_refuse(const struct err *why, struct buf *out);

/** hub_stick(hub, in, out, e): a bundle of files, and the sealed answer. */
int hub_stick(struct hub *hub, struct view in, struct buf *out,
    struct err *e);

#endif
