/*
 * The hub's TLS keys as this device knows them: the one of the enrolment card
 * or of the hub's newest word (common/wire/pins.h), and the one that the hub
 * has signed ahead. With both at hand a change of the key goes unnoticed.
 */
#ifndef LOCAL_HUBPINS_H
#define LOCAL_HUBPINS_H

#include "client/core/local/store.h"

/** hubpins_next(s, next, number, e): the key signed ahead and the number of
 * the word that named it; zeros when the hub has said nothing yet. */
int hubpins_next(struct store *s, struct hash *next, uint64_t *number,
    struct err *e);

/** hubpins_take(s, word, e): what the hub says of its keys, over a line whose
 * key is one of the two known. 1 taken, 0 it is not newer than what is known,
 * -1 ERR_PEER: it is not signed by the hub, or about other keys. */
int hubpins_take(struct store *s, struct view word, struct err *e);

/** hubpins_carried(s, word, e): the same as a file that somebody brought, for
 * a device that knows neither key any more. The signature is all that tells
 * whose it is: about whatever keys, if it is newer than what is known (else
 * ERR_CLASH) and there is no alarm (ERR_DENIED). 0; nothing is changed if -1. */
int hubpins_carried(struct store *s, struct view word, struct err *e);

/** hubpins_vouched(s, word, pin, e): the same over a line whose key a person
 * has vouched for: ${word} has to be the hub's and about that key; whether it
 * is newer does not matter. Changes nothing if -1. */
int hubpins_vouched(struct store *s, struct view word, const struct hash *pin,
    struct err *e);

#endif
