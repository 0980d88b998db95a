/*
 * The service offered, accepted, declined, ended: which answer of a case counts.
 *
 * Source: schema/rules.md 20.6, 20.7.
 */
#ifndef ACCORD_ANSWERS_H
#define ACCORD_ANSWERS_H

#include "client/core/local/versions.h"

#define ANSWER_BYTES 41

/** answers_last(s, case_id, seq, out, e): the answer that counts of those in
 * the log before ${seq}, UINT64_MAX: of all that are here; "" without one.
 * Who cannot read the card knows of none. */
int answers_last(struct store *s, const struct id *case_id, uint64_t seq,
    char out[static ANSWER_BYTES], struct err *e);

#endif
