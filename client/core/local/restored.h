/*
 * A profile brought back from a copy: the device it was may have gone on
 * elsewhere meanwhile, so nothing is written to the log in its name but what
 * lets its successor in, a new device of the same person.
 *
 * Source: schema/rules.md 45.1, 45.6.
 */
#ifndef LOCAL_RESTORED_H
#define LOCAL_RESTORED_H

#include "client/core/local/store.h"
#include "common/wire/keys.h"

/** restored_words(): why nothing is sent and what to do, in English. */
const char *restored_words(void);

/** restored_mark_tx(s, e): what was opened is a copy. A device that the log
 * knows gets a successor; one that had not joined gets new keys at the next
 * opening; one that was revoked stays that. */
int restored_mark_tx(struct store *s, struct err *e);

/** restored_alone(s, out, e): that is why nothing is sent, and no alarm about
 * the hub besides. */
int restored_alone(struct store *s, bool *out, struct err *e);

/** restored_next(s, out, e): the successor's keys, ${out} in secret memory.
 * 1, 0 none are made yet, -1. restored_next_make: and makes them. */
int restored_next(struct store *s, struct device_keys *out, struct err *e);
int restored_next_make(struct store *s, struct device_keys *out,
    struct err *e);

/** restored_untied(s), restored_untie_tx(s, e): what was queued in the old
 * name has been taken apart. */
int restored_untied(struct store *s, bool *out, struct err *e);
int restored_untie_tx(struct store *s, struct err *e);

/** restored_end_tx(s, e): the mark goes, and the sentence with it.
 * restored_succeed_tx(s, next, e): also, ${next} is this device from here on;
 * once that is committed restored_become(s, next) says so in memory. */
int restored_end_tx(struct store *s, struct err *e);
int restored_succeed_tx(struct store *s, const struct device_keys *next,
    struct err *e);
void restored_become(struct store *s, const struct device_keys *next);

#endif
