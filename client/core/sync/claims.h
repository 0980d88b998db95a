/*
 * To which section a record belongs that two sections claim: to the one whose
 * place in the log is earlier, on every device alike. An id is random and known
 * to nobody before its record has a place, so who takes it for another section
 * comes later, whichever of the two a device happens to be sent first.
 *
 * Source: schema/rules.md 6.5.
 */
#ifndef SYNC_CLAIMS_H
#define SYNC_CLAIMS_H

#include "client/core/local/versions.h"

/** claims_later(s, row, seq, out, e): all that is here of ${row} has later
 * places than ${seq}, and nothing of it waits to be sent or decided. */
int claims_later(struct store *s, const struct record_row *row, uint64_t seq,
    bool *out, struct err *e);

/** claims_yield_tx(s, row, e): the record goes to quarantine, with a sentence;
 * its id is free. */
int claims_yield_tx(struct store *s, const struct record_row *row,
    struct err *e);

#endif
