/*
 * Sealed files of attachments on their way to the hub, before the changesets
 * that name them are sent.
 *
 * Source: schema/wire.md 12.8, schema/rules.md 46.3.
 */
#ifndef SYNC_UPLOADS_H
#define SYNC_UPLOADS_H

#include "client/core/sync/talk.h"

/** uploads_send(t, e): what is here and the hub was not told of. One that the
 * hub will not take (quota, full) waits and is counted: texts do not wait for
 * files. */
int uploads_send(struct talk *t, struct err *e);

#endif
