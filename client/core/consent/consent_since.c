/*
 * A bound is an id that the consent names and that every space begun after it
 * carries. It needs no clock and no order: whoever begins a section knows the
 * consents in the card, and a space says which of them it knew.
 */
#include "client/core/consent/consent_since.h"

#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/cases/cases.h"
#include "common/base/mem.h"

#define CASE_SPACES_MAX 64

static bool
is_asked(const struct consent_draft *d)
{
	return !d->refused && (d->from_now || !id_is_zero(&d->since));
}

/* The bound of an earlier consent for the same person. */
static int
bound_of(struct store *s, const struct consent_draft *d, struct id *out,
    struct err *e)
{
	struct statement_sources all;
	bool found = false;
	size_t i;

	if (statements_load(s, &d->case_id, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count; i++)
		if (id_eq(&all.list[i].record, &d->since) &&
		    all.list[i].opens &&
		    id_eq(&all.list[i].audience, &d->audience)) {
			*out = all.list[i].since;
			found = true;
		}
	statements_done(&all);
	if (!found)
		return err_set(e, ERR_ABSENT, "since names an earlier consent "
		    "for the same person in this case; tugi consent list "
		    "shows them");
	return !id_is_zero(out) ? 0 : err_set(e, ERR_INPUT, "that consent "
	    "opened what was written before too; give this one without since");
}

/* What the person may read of the sections now that is not behind it. */
static int
check_open(struct store *s, const struct consent_draft *d, unsigned mask,
    const struct id *bound, struct err *e)
{
	struct space *list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	struct access_answer answer;
	struct access_book book;
	size_t i, n = 0;
	int rc = spaces_list(s, &d->case_id, list, CASE_SPACES_MAX, &n, e);

	for (i = 0; rc == 0 && i < n; i++) {
		if ((statements_bit(list[i].section) & mask) == 0 ||
		    !id_is_zero(&list[i].part) ||
		    spaces_since(&list[i], bound))
			continue;
		access_book_init(&book);
		rc = spaces_access_load(s, &list[i].id, &book, e);
		if (rc == 0) {
			access_judge(&book, &d->audience, store_now_ms(s),
			    &answer);
			if (answer.right != RIGHT_NONE)
				rc = err_set(e, ERR_CLASH, "the section %s is "
				    "open to this person already, with what "
				    "was written before; withdraw that first, "
				    "then record the consent from now on",
				    list[i].section);
		}
		access_book_done(&book);
	}
	mem_free(list);
	return rc;
}

int
consent_bound(struct session *session, const struct consent_draft *d,
    unsigned mask, struct id *out, struct err *e)
{
	struct store *s = session_store(session);

	memset(out, 0, sizeof(*out));
	if (!is_asked(d))
		return 0;
	if ((mask & statements_bit("card")) != 0)
		return err_set(e, ERR_INPUT, "the card says who the case is "
		    "about and has no earlier part; from now on is for notes, "
		    "plan, assessment, meeting and protection. Record the "
		    "card as a consent of its own");
	if (!id_is_zero(&d->part))
		return err_set(e, ERR_INPUT, "from now on is for whole "
		    "sections; a matter has a beginning of its own");
	if (!id_is_zero(&d->since) && bound_of(s, d, out, e) != 0)
		return -1;
	if (id_is_zero(&d->since))
		id_random(out);
	return check_open(s, d, mask, out, e);
}

int
consent_bound_tx(struct session *session, const struct consent_draft *d,
    unsigned mask, struct err *e)
{
	unsigned i;

	for (i = 0; is_asked(d) && i < STATEMENTS_SECTIONS; i++)
		if ((mask & 1u << i) != 0 && cases_bound_tx(session,
		    &d->case_id, statements_section(i), e) != 0)
			return -1;
	return 0;
}
