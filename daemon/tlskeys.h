/*
 * The hub's TLS key, and the one it will change to.
 *
 * The next key is made long before it is used and its pin signed with the
 * log's key (common/wire/pins.h), so that every device that syncs meanwhile
 * knows it when it comes. In the data folder:
 *
 *   tls-next.key  may lie elsewhere until the change
 *   tls.pins      the signed word, as clients get it
 */
#ifndef DAEMON_TLSKEYS_H
#define DAEMON_TLSKEYS_H

#include "common/wire/pins.h"
#include "daemon/settings.h"

#define TLSKEYS_DAYS 30 /* a next key is told for so long before it is used */

/** tlskeys_read(s, out, e): the signed word; 1, 0 when there is none, -1: it
 * is not this hub's, or about another key than that of the certificate. */
int tlskeys_read(const struct settings *s, struct pins *out, struct err *e);

/** tlskeys_ready(s, e): a hub without a word gets one, and a next key if it
 * has none. What is there stays. */
int tlskeys_ready(const struct settings *s, struct err *e);

/** tlskeys_sign(s, e): the same word again, with another key of the log. */
int tlskeys_sign(const struct settings *s, struct err *e);

/** tlskeys_next(s, e): another next key, such as when the one that was told
 * is lost. */
int tlskeys_next(const struct settings *s, struct err *e);

/** tlskeys_change(s, now, e): the next key is the hub's from the next reload
 * on, and one after it is told. ERR_DENIED when it was told for less than
 * TLSKEYS_DAYS and ${now} does not say that this is wanted. Cut short, it is
 * repeated. */
int tlskeys_change(const struct settings *s, int now, struct err *e);

#endif
