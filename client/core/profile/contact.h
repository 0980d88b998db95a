/*
 * The way to the hub that a profile has joined or asked to join.
 */
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"

/** contact_open(s, out, e): its address and pinned key, over TLS; nothing is
 * sent yet. ERR_ABSENT when no hub is known. */
int contact_open(struct session *s, struct remote *out, struct err *e);

/** contact_known(s): has this profile asked a hub to let it in? */
bool contact_known(struct session *s);

/** contact_url(s): its address, "" without one. */
const char *contact_url(struct session *s);

/** contact_move(s, url, e): the hub has moved. Its key and the office's root
 * stay what they are, so nobody else can be taken for it. ERR_INPUT for what
 * is no address. */
int contact_move(struct session *s, const char *url, struct err *e);

#endif
