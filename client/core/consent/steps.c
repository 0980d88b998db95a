/*
 * A look at a case's side, made anew before each step: nothing of it is kept
 * from one command to the next.
 */
#include "client/core/consent/steps.h"

#include <string.h>

void
steps_done(struct steps *st)
{
	access_book_done(&st->book);
	sides_done(&st->all);
}

int
steps_load(struct steps *st, struct session *session,
    const struct id *case_id, struct err *e)
{
	int rc;

	memset(st, 0, sizeof(*st));
	st->session = session;
	st->s = session_store(session);
	st->now_ms = store_now_ms(st->s);
	access_book_init(&st->book);
	rc = spaces_find_section(st->s, case_id, "card", NULL, &st->card, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || st->card.hidden || st->card.state != SPACE_OPEN)
		return err_set(e, ERR_DENIED, "the card of this case is not "
		    "open to you; who is responsible for a case is kept "
		    "there");
	if (spaces_right(st->s, &st->card.id, &st->right, e) != 0 ||
	    spaces_access_load(st->s, &st->card.id, &st->book, e) != 0)
		return -1;
	return sides_load(st->s, case_id, &st->all, e);
}

int
steps_need_keeper(const struct steps *st, struct err *e)
{
	if (st->right == RIGHT_KEEP)
		return 0;
	return err_set(e, ERR_DENIED, "only who keeps this case's card can do "
	    "that; ask the case's lead");
}

int64_t
steps_own_end(const struct steps *st)
{
	int64_t end = INT64_MIN;
	size_t i;

	for (i = 0; i < st->book.count; i++) {
		const struct access *a = &st->book.list[i];

		if (id_eq(&a->person, &st->s->person) && a->until_ms > end &&
		    access_is_side(a->kind) &&
		    access_right(&st->book, a, st->now_ms) == RIGHT_KEEP)
			end = a->until_ms;
	}
	return end;
}

bool
steps_keeps_for_good(const struct steps *st, const struct id *person)
{
	const struct roster_device *d;
	size_t i;

	for (i = 0; i < st->book.count; i++) {
		const struct access *a = &st->book.list[i];

		if (id_eq(&a->person, person) && a->until_ms == INT64_MAX &&
		    access_is_side(a->kind) &&
		    access_right(&st->book, a, st->now_ms) == RIGHT_KEEP)
			return roster_devices_of(&st->s->roster, person, &d,
			    1) > 0;
	}
	return false;
}

bool
steps_is_open(const struct steps *st, const struct side_source *src)
{
	return src->step == SIDE_PROPOSE && src->until_ms > st->now_ms &&
	    sides_answer(&st->all, src, SIDE_BACK) == NULL;
}

const struct side_source *
steps_accepted(const struct steps *st, const struct side_source *src)
{
	size_t i;

	for (i = 0; i < st->all.count; i++)
		if (st->all.list[i].step == SIDE_ACCEPT &&
		    id_eq(&st->all.list[i].of, &src->record) &&
		    sides_answer(&st->all, &st->all.list[i], SIDE_BACK) ==
		    NULL)
			return &st->all.list[i];
	return NULL;
}
