/*
 * Sections whose right has ended by itself: hidden at once by the later of own
 * clock and highest absorbed accept time, shown again when that is put right.
 * Nothing is lost by it; what wipes is consent_expire.
 *
 * Source: schema/rules.md 5.9.
 */
#ifndef LOCAL_ENDS_H
#define LOCAL_ENDS_H

#include "client/core/local/spaces.h"

/* How long what is here waits for a keeper's answer when somebody left this
 * device out without a ground (rules.md 4.10): while what was not sent can
 * still be deposited. */
#define ENDS_GROUNDLESS_MS (INT64_C(21) * 86400000)

/** ends_keep(s, e): bring space.hidden and RECORD_HIDDEN in step with the
 * time. Two comparisons unless an end was passed, in either direction, or an
 * epoch or space was saved since. Has its own transaction; within another it
 * does nothing. When it fails, no text is loaded until it succeeds. */
int ends_keep(struct store *s, struct err *e);

/** ends_until(s, sp, out, e): when this device's right in a section ends by
 * the newest epoch in the log, or, where a restored hub has lost all of them, by
 * what was said; INT64_MAX: it does not end by itself. */
int ends_until(struct store *s, const struct space *sp, int64_t *out,
    struct err *e);

/** ends_hide_tx(s, sp, hidden, e): the flags of one space and its records. */
int ends_hide_tx(struct store *s, const struct space *sp, bool hidden,
    struct err *e);

#endif
