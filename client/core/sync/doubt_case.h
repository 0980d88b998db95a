/*
 * What is asked of a record of a case because of what stands beside it. Inner
 * part of doubt.c.
 *
 * Source: schema/rules.md 20.7, 20.10.
 */
#ifndef SYNC_DOUBT_CASE_H
#define SYNC_DOUBT_CASE_H

#include "client/core/sync/doubt.h"

/** doubt_restriction(d, rec, keeps, words, e): whoever writes restricts, a
 * keeper (${keeps}) alone changes or lifts it. */
int doubt_restriction(const struct doubt_of *d, const struct record *rec,
    bool keeps, const char **words, struct err *e);

/** doubt_declined(d, rec, words, e): before sealing: after a no nothing new is
 * written but in the card and under protection; what a keeper files for
 * somebody else is the keeper's decision. Not asked of what comes from others:
 * sections are pulled one after the other, and the no stands in the card. */
int doubt_declined(const struct doubt_of *d, const struct record *rec,
    const char **words, struct err *e);

#endif
