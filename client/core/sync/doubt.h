/*
 * Why one record of an admitted changeset is not believed: it says what its
 * author may not say in this section. Every member asks the same of the same
 * place in the log, the author too; the sender asks before sealing, so that an
 * honest one never meets the answer afterwards.
 *
 * Source: schema/rules.md 1.8, 6.8.
 */
#ifndef SYNC_DOUBT_H
#define SYNC_DOUBT_H

#include "client/core/local/spaces.h"
#include "common/wire/record.h"

struct doubt_of { /* the changeset that carries the record */
	struct store *s;
	const struct id *space, *author;
	const struct epoch *ep; /* that it is sealed under */
	uint64_t seq;           /* its place; UINT64_MAX: none yet */
};

/** doubt_record(d, rec, words, e): the reason not to believe it, or NULL. Its
 * type is one that this program knows. */
int doubt_record(const struct doubt_of *d, const struct record *rec,
    const char **words, struct err *e);

/** doubt_own_tx(s, rec, seq, e): an own version that was accepted at ${seq} is
 * not believed: it is held, as if it had not been accepted. */
int doubt_own_tx(struct store *s, const struct record *rec, uint64_t seq,
    struct err *e);

/** doubt_settle(s, held, e): before sealing: unsent versions that this person
 * may not say any more under the epoch they would be sealed with are held.
 * ${held}: how many. */
int doubt_settle(struct store *s, size_t *held, struct err *e);

#endif
