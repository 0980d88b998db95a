/*
 * What has ended by itself is hidden, by flags that every list, count and
 * search already minds. Kept are the two times between which nothing changes,
 * so that asking again costs nothing; whoever saves a space or an epoch makes
 * them unknown (spaces.c). A wrong clock hides, and the right one shows again.
 */
#include "client/core/local/ends.h"

#include "client/core/local/restricted.h"
#include "client/core/local/versions.h"
#include "common/base/mem.h"

/* The newest epoch the log holds; what only waits here binds nobody. */
static int
accepted_epoch(struct store *s, const struct space *sp,
    struct space_epoch *out, struct err *e)
{
	uint32_t number;
	int rc;

	for (number = sp->epoch; number > 0; number--) {
		rc = spaces_epoch_find(s, &sp->id, number, out, e);
		if (rc < 0)
			return -1;
		if (rc == 1 && out->accepted)
			return 1;
		if (rc == 1)
			space_epoch_done(out);
	}
	return 0;
}

/* A restored hub lost every epoch of it: what was said to whom holds here
 * until somebody makes the next one (rules.md 12.8). */
static int
until_said(struct store *s, const struct space *sp, int64_t *out,
    struct err *e)
{
	struct access_book book;
	int64_t until = INT64_MIN;
	size_t i;

	if (sp->state != SPACE_OPEN)
		return 0;
	if (spaces_access_load(s, &sp->id, &book, e) != 0)
		return -1;
	for (i = 0; i < book.count; i++) {
		const struct access *a = &book.list[i];

		if (id_eq(&a->person, &s->person) && access_end(a) > until &&
		    access_right(&book, a, INT64_MIN) != RIGHT_NONE)
			until = access_end(a);
	}
	if (until != INT64_MIN)
		*out = until;
	access_book_done(&book);
	return 0;
}

int
ends_until(struct store *s, const struct space *sp, int64_t *out,
    struct err *e)
{
	const struct epoch_recipient *me;
	struct space_epoch se;
	int rc;

	*out = INT64_MAX;
	if (sp->state == SPACE_ERASED)
		*out = INT64_MIN; /* rules.md 10.5 */
	if (sp->state == SPACE_ERASED || sp->state == SPACE_LOST || sp->kind == SPACE_COMMONS ||
	    id_eq(&sp->side, &s->person))
		return 0;
	rc = accepted_epoch(s, sp, &se, e);
	if (rc == 0)
		return until_said(s, sp, out, e);
	if (rc < 0)
		return -1;
	me = epoch_find(&se.ep, &s->me->device);
	if (me != NULL)
		*out = me->until_ms;
	else if (sp->state == SPACE_OPEN) /* left out without a ground */
		*out = se.accept_ms + ENDS_GROUNDLESS_MS;
	space_epoch_done(&se);
	return 0;
}

static int
flag_record(void *ctx, const struct record_row *row, struct err *e)
{
	return versions_flags_tx(ctx, row->rid, e);
}

int
ends_hide_tx(struct store *s, const struct space *sp, bool hidden,
    struct err *e)
{
	struct version_query all = { .space = &sp->id, .with_hidden = true };
	struct stmt *q = db_prepare(s->db,
	    "UPDATE space SET hidden = ? WHERE id = ?");

	db_bind_int(q, 1, hidden);
	db_bind_id(q, 2, &sp->id);
	if (db_run(q, e) != 0)
		return -1;
	return versions_each(s, &all, flag_record, s, e);
}

static int
set_hidden(struct store *s, const struct space *sp, bool hidden,
    struct err *e)
{
	if (db_begin(s->db, e) != 0)
		return -1;
	if (ends_hide_tx(s, sp, hidden, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

static int
look_at_all(struct store *s, int64_t now, struct err *e)
{
	struct space *list;
	int64_t count = 0, until, from = INT64_MIN, next = INT64_MAX;
	size_t i, n = 0;
	int rc = -1;

	if (db_one_int(s->db, "SELECT count(*) FROM space", &count, e) < 0)
		return -1;
	list = mem_new(((size_t)count + 1) * sizeof(*list));
	if (spaces_list(s, NULL, list, (size_t)count, &n, e) != 0)
		goto out;
	for (i = 0; i < n; i++) {
		bool over;

		if (ends_until(s, &list[i], &until, e) != 0)
			goto out;
		over = now >= until;
		if (over && until > from)
			from = until;
		if (!over && until < next)
			next = until;
		if (over != list[i].hidden &&
		    set_hidden(s, &list[i], over, e) != 0)
			goto out;
	}
	if (restricted_keep(s, now, &from, &next, e) != 0)
		goto out;
	s->ends.from_ms = from;
	s->ends.next_ms = next;
	s->ends.known = true;
	rc = 0;
out:
	mem_free(list);
	return rc;
}

int
ends_keep(struct store *s, struct err *e)
{
	int64_t now;
	int rc;

	if (s->stage != STORE_MEMBER || db_in_tx(s->db))
		return 0;
	now = store_now_ms(s);
	if (s->ends.known && now >= s->ends.from_ms && now < s->ends.next_ms)
		return 0;
	s->ends.known = s->ends.failed = false;
	rc = look_at_all(s, now, e);
	s->ends.failed = rc != 0;
	return rc;
}
