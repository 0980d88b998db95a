/*
 * Copies: what a receiver is given of a case, record by record, in parts of
 * the case that are opened to nobody else. A copy says what it is of, whose
 * and from when, so that its origin is kept wherever it goes on to.
 *
 * Inner part of sharing and transitions. Source: schema/rules.md 34.
 */
#ifndef CORE_COPIES_H
#define CORE_COPIES_H

#include "client/core/records/records.h"

struct copies_draft {
	struct id case_id, part;
	const struct id *records;
	size_t count;
	const char *to;    /* the receiver's name */
	struct id for_id;  /* the transition it goes with; zero: none */
};

/** copies_make_tx(s, d, sections, e): into the part of each record's own
 * section; what is there already is left. ${sections}: those they are of, by
 * name. ERR_DENIED for what stands in the card or under protection. */
int copies_make_tx(struct session *s, const struct copies_draft *d,
    char sections[static 80], struct err *e);

/** copies_take_tx(s, d, e): copies that go with ${for_id} in ${case_id}, into
 * another case of this person. */
struct copies_taken {
	struct id from_case, for_id, into;
};
int copies_take_tx(struct session *s, const struct copies_taken *d,
    struct err *e);

/** copies_delete_tx(s, case_id, for_id, e): those that go with ${for_id}. */
int copies_delete_tx(struct session *s, const struct id *case_id,
    const struct id *for_id, struct err *e);

#endif
