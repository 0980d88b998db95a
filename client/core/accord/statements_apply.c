/*
 * From the consents in a case's card to the access statements of its spaces,
 * and from the members of a room to those of the room.
 *
 * Called when a consent or withdrawal is written here, and at each sync for
 * what others wrote: a withdrawal taken by somebody who is in no other section
 * reaches those sections through the next keeper who syncs. Nothing here
 * opens or closes a door; doors.c does, from the statements.
 */
#include "client/core/accord/statements.h"

#include <string.h>

#include "client/core/accord/overrides.h"
#include "client/core/accord/rooms.h"
#include "client/core/accord/sides.h"
#include "client/core/local/aliases.h"
#include "common/base/mem.h"

#define TAG_ID "tugi statement 1"
#define CASE_SPACES_MAX 64   /* spaces of one case */
#define LAG_MAX 1024         /* places of the log looked at once more */

/* ---- making statements ---- */

static void
statement_id(const struct id *record, const struct id *space,
    const struct id *person, struct id *out)
{
	struct hash h;
	struct buf b;

	buf_init(&b, 64);
	buf_add(&b, record->b, sizeof(record->b));
	buf_add(&b, space->b, sizeof(space->b));
	buf_add(&b, person->b, sizeof(person->b));
	keys_hash(TAG_ID, buf_view(&b), &h);
	buf_done(&b);
	memcpy(out->b, h.b, sizeof(out->b));
}

static void
statement_make(const struct statement_source *src, const struct id *space,
    const struct id *person, struct access *a)
{
	size_t i;

	memset(a, 0, sizeof(*a));
	a->kind = src->opens ? ACCESS_GRANT : ACCESS_WITHDRAW;
	a->person = *person;
	a->right = src->opens ? src->right : RIGHT_NONE;
	a->from_ms = src->from_ms;
	a->until_ms = src->opens ? src->until_ms : INT64_MAX;
	a->hlc = src->hlc;
	a->origin = src->origin;
	a->consent = src->record;
	a->consent_hash = src->hash;
	statement_id(&src->record, space, person, &a->id);
	/* A withdrawal that named statements would end those alone. */
	a->supersedes_count = src->opens ? src->supersedes_count : 0;
	for (i = 0; i < a->supersedes_count; i++)
		statement_id(&src->supersedes[i], space, person,
		    &a->supersedes[i]);
}

struct applying { /* one space */
	struct store *s;
	const struct space *sp;
	const struct statement_sources *all;
	struct access_book book;
	enum right mine;
	unsigned bit;
	size_t added;
};

static bool
has_statement(const struct applying *ap, const struct access *a)
{
	size_t i;

	for (i = 0; i < ap->book.count; i++)
		if (id_eq(&ap->book.list[i].id, &a->id) &&
		    ap->book.list[i].kind == a->kind)
			return true;
	return false;
}

static int
add_statement(struct applying *ap, const struct statement_source *src,
    const struct id *person, struct err *e)
{
	struct access a;

	statement_make(src, &ap->sp->id, person, &a);
	if (has_statement(ap, &a))
		return 0;
	if (spaces_access_save_tx(ap->s, &ap->sp->id, &a, NULL, -1, e) != 0 ||
	    access_book_add(&ap->book, &a, e) != 0)
		return -1;
	ap->added++;
	return 0;
}

/* Whether the record speaks of this space: its section, and of that its part;
 * what opens from now on, of what was begun behind its bound. */
static bool
is_meant(const struct applying *ap, const struct statement_source *src)
{
	return (src->sections & ap->bit) != 0 &&
	    (!src->opens || spaces_since(ap->sp, &src->since)) &&
	    (id_eq(&src->part, &ap->sp->part) ||
	    (!src->opens && id_is_zero(&src->part)));
}

static int
apply_grant(struct applying *ap, const struct statement_source *src,
    struct err *e)
{
	size_t i;

	if (!src->sound || ap->mine < RIGHT_KEEP ||
	    access_on_side(&ap->book, &src->audience, store_now_ms(ap->s)) ||
	    src->until_ms <= store_now_ms(ap->s))
		return 0;
	for (i = 0; i < ap->all->count; i++)
		if (is_meant(ap, &ap->all->list[i]) &&
		    statements_ends(&ap->all->list[i], src))
			return 0;
	return add_statement(ap, src, &src->audience, e);
}

static bool
overrules(const struct access *grant, const struct id *closing)
{
	size_t i;

	for (i = 0; i < grant->supersedes_count; i++)
		if (id_eq(&grant->supersedes[i], closing))
			return true;
	return false;
}

/*
 * For each person with a grant here that this record ends, one statement.
 * Grants that arrive later meet it at the next sync, so nothing is said about
 * people who have none.
 */
static int
apply_closing(struct applying *ap, const struct statement_source *src,
    struct err *e)
{
	size_t i, n = ap->book.count;

	for (i = 0; i < n; i++) {
		struct access g = ap->book.list[i];
		struct access w;

		if (g.kind != ACCESS_GRANT ||
		    (!id_is_zero(&src->audience) &&
		    !id_eq(&src->audience, &g.person)) ||
		    !access_is_live(&ap->book, &g, store_now_ms(ap->s)))
			continue; /* an override is no grant: it stays */
		statement_make(src, &ap->sp->id, &g.person, &w);
		if (overrules(&g, &w.id))
			continue; /* given again since */
		if (add_statement(ap, src, &g.person, e) != 0)
			return -1;
	}
	return 0;
}

int
statements_say_tx(struct store *s, const struct space *sp,
    const struct statement_sources *all, unsigned bit, size_t *added,
    struct err *e)
{
	struct applying ap = { .s = s, .sp = sp, .all = all, .bit = bit };
	size_t i;
	int rc;

	if (spaces_right(s, &sp->id, &ap.mine, e) != 0)
		return -1;
	if (ap.mine < RIGHT_WRITE)
		return 0;
	access_book_init(&ap.book);
	rc = spaces_access_said(s, &sp->id, &ap.book, e);
	for (i = 0; rc == 0 && i < all->count; i++)
		if (all->list[i].opens && is_meant(&ap, &all->list[i]))
			rc = apply_grant(&ap, &all->list[i], e);
	for (i = 0; rc == 0 && i < all->count; i++)
		if (!all->list[i].opens && is_meant(&ap, &all->list[i]))
			rc = apply_closing(&ap, &all->list[i], e);
	access_book_done(&ap.book);
	*added += ap.added;
	return rc;
}

static int
apply_case(struct store *s, const struct id *case_id, size_t *added,
    struct err *e)
{
	struct statement_sources all;
	struct space *list;
	size_t i, n = 0;
	unsigned bit;
	int rc;

	if (sides_apply_tx(s, case_id, added, e) != 0 ||
	    overrides_apply_tx(s, case_id, added, e) != 0 ||
	    statements_load_group(s, case_id, &all, e) != 0)
		return -1;
	list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	rc = all.count == 0 ? 0 :
	    spaces_list(s, case_id, list, CASE_SPACES_MAX, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		bit = statements_bit(list[i].section);
		if (list[i].state == SPACE_OPEN && bit != 0)
			rc = statements_say_tx(s, &list[i], &all, bit, added,
			    e);
	}
	mem_free(list);
	statements_done(&all);
	return rc;
}

int
statements_apply_tx(struct store *s, const struct id *case_id,
    size_t *added, struct err *e)
{
	struct alias_group group;
	size_t i;

	if (aliases_of(s, case_id, true, &group, e) != 0)
		return -1;
	for (i = 0; i < group.count; i++)
		if (apply_case(s, &group.ids[i], added, e) != 0)
			return -1;
	return 0;
}

/* ---- at each sync ---- */

/* Cases touched at or after log place ?1: a consent, a withdrawal, an
 * override, a step of a handover or an alias came or waits, a space began, a
 * statement or an epoch came, or a statement waits. */
static const char changed_cases[] =
    "SELECT s.case_id FROM item i JOIN space s ON s.id = i.space"
    " WHERE i.seq >= ?1 AND s.section = 'card' AND s.case_id IS NOT NULL"
    " UNION SELECT r.case_id FROM version v JOIN record r ON r.rid = v.rid"
    " WHERE v.state IN (1, 2, 4) AND r.type IN (5, 6, 10, 11, 12)"
    " AND r.case_id IS NOT NULL"
    " UNION SELECT case_id FROM space"
    " WHERE epoch = 0 AND case_id IS NOT NULL"
    " UNION SELECT s.case_id FROM access a JOIN space s ON s.id = a.space"
    " WHERE (a.seq >= ?1 OR a.seq IS NULL AND a.item IS NULL)"
    " AND s.case_id IS NOT NULL"
    " UNION SELECT s.case_id FROM epoch p JOIN space s ON s.id = p.space"
    " WHERE p.seq >= ?1 AND s.case_id IS NOT NULL";

/* Rooms alike: what came in one, or what was written there. */
static const char changed_rooms[] =
    "SELECT i.space FROM item i JOIN space s ON s.id = i.space"
    " WHERE i.seq >= ?1 AND s.kind = 3"
    " UNION SELECT r.space FROM version v JOIN record r ON r.rid = v.rid"
    " WHERE v.state IN (1, 2) AND r.type = 29"
    " UNION SELECT id FROM space WHERE kind = 3 AND epoch = 0";

static int
changed(struct store *s, const char *sql, int64_t since, struct buf *ids,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);
	struct view id;
	int rc;

	db_bind_int(q, 1, since);
	while ((rc = db_step(q, e)) == 1) {
		id = db_blob(q, 0);
		if (id.len == sizeof(struct id))
			buf_add(ids, id.data, id.len);
	}
	return rc != 0 ? -1 : buf_check(ids, "what changed", e);
}

static int
apply_each_tx(struct store *s, const struct buf *ids,
    int (*apply)(struct store *s, const struct id *id, size_t *added,
    struct err *e), size_t *added, struct err *e)
{
	struct id id;
	size_t i;

	for (i = 0; i + sizeof(id) <= ids->len; i += sizeof(id)) {
		memcpy(id.b, ids->data + i, sizeof(id.b));
		if (apply(s, &id, added, e) != 0)
			return -1;
	}
	return 0;
}

int
statements_settle(struct store *s, size_t *added, struct err *e)
{
	struct buf cases, rooms;
	int64_t since = 0;
	int rc = -1;

	*added = 0;
	buf_init(&cases, 1 << 24);
	buf_init(&rooms, 1 << 24);
	if (store_get_int(s, STATEMENTS_SETTLED, &since, e) < 0 ||
	    changed(s, changed_cases, since, &cases, e) != 0 ||
	    changed(s, changed_rooms, since, &rooms, e) != 0)
		goto out;
	/* Nothing came: looking a little further back next time is cheaper
	 * than a commit. */
	if (cases.len == 0 && rooms.len == 0 &&
	    (int64_t)s->head.at.size - since < LAG_MAX) {
		rc = 0;
		goto out;
	}
	if (db_begin(s->db, e) != 0)
		goto out;
	if (apply_each_tx(s, &cases, statements_apply_tx, added, e) == 0 &&
	    apply_each_tx(s, &rooms, rooms_apply_tx, added, e) == 0 &&
	    store_put_int(s, STATEMENTS_SETTLED, (int64_t)s->head.at.size,
	    e) == 0)
		rc = db_commit(s->db, e);
	if (rc != 0)
		db_rollback(s->db);
out:
	buf_done(&cases);
	buf_done(&rooms);
	return rc;
}

bool
statements_believe(const struct access *a, const struct epoch *ep,
    const struct id *author)
{
	const struct epoch_recipient *r = epoch_find(ep, author);
	struct id id;

	if (r == NULL)
		return false;
	/* A made-up id could stand where a withdrawal is going to. */
	if (!id_is_zero(&a->consent)) {
		statement_id(&a->consent, &ep->space, &a->person, &id);
		if (!id_eq(&id, &a->id))
			return false;
	}
	switch (a->kind) {
	case ACCESS_OWNER:
		return ep->number == 1 && id_eq(&r->person, &a->person);
	case ACCESS_GRANT:
		return r->right == RIGHT_KEEP;
	case ACCESS_WITHDRAW:
		return r->right >= RIGHT_WRITE && !id_is_zero(&a->consent) &&
		    a->supersedes_count == 0;
	default: /* overrides_believe, sides_believe */
		break;
	}
	return false;
}
