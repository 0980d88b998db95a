/*
 * Whose word a consent is: what the card says of a guardian's authority.
 *
 * Source: schema/rules.md 20.2.
 */
#ifndef ACCORD_GIVERS_H
#define ACCORD_GIVERS_H

#include "client/core/local/versions.h"

/** givers_limited(s, card, out, e): some guardian of this card is, or was,
 * without full authority; if none is, givers_may need not be asked. */
int givers_limited(struct store *s, const struct id *card, bool *out,
    struct err *e);

/** givers_may(s, card, name, seq, out, e): by what stands in the card's space
 * before log place ${seq} (UINT64_MAX: by all that is here), no guardian of
 * that name is without the authority to consent. */
int givers_may(struct store *s, const struct id *card, struct view name,
    uint64_t seq, bool *out, struct err *e);

#endif
