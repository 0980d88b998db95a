/*
 * One row for a case and a day, so that reading costs one write a day, and one
 * small record for a case however often it was read, sent with the sync of a
 * later day. A reader who may write nowhere in the case has no way to tell; who
 * that is, is part of the answer.
 */
#include "client/core/cases/viewed.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/people.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"

#define SPACES_MAX 64
#define DAYS_BYTES 390   /* of one record: a line */
#define PERSONS_MAX 256
#define ITEMS_BYTES ((size_t)8 << 20)

/* ---- noting ---- */

void
viewed_note(struct session *session, const struct id *case_id)
{
	struct store *s = session_store(session);
	char today[DAY_TEXT_BYTES];
	struct stmt *q;
	struct err e;
	int rc;

	if (s->stage != STORE_MEMBER || id_is_zero(case_id) ||
	    db_in_tx(s->db))
		return;
	day_text(tick_wall_ms(&s->tick), today);
	q = db_prepare(s->db, "SELECT 1 FROM looked WHERE case_id = ? AND "
	    "day = ?");
	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, today);
	rc = db_step(q, &e);
	db_reset(q);
	if (rc != 0)
		return;
	q = db_prepare(s->db, "INSERT OR IGNORE INTO looked (case_id, day) "
	    "VALUES (?, ?)");
	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, today);
	(void)db_run(q, &e);
}

/* ---- telling ---- */

struct telling {
	struct session *session;
	struct store *s;
	char today[DAY_TEXT_BYTES];
};

/* The card, else any section of the case that this person writes in. */
static int
find_place(struct store *s, const struct id *case_id, struct id *out,
    struct err *e)
{
	struct space *list = mem_new(SPACES_MAX * sizeof(*list));
	enum right right;
	size_t i, n = 0;
	int rc = spaces_list(s, case_id, list, SPACES_MAX, &n, e), found = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		if (list[i].state != SPACE_OPEN || list[i].hidden ||
		    !id_is_zero(&list[i].part))
			continue;
		rc = spaces_right(s, &list[i].id, &right, e);
		if (rc != 0 || right < RIGHT_WRITE || (found &&
		    strcmp(list[i].section, "card") != 0))
			continue;
		*out = list[i].id;
		found = 1;
	}
	mem_free(list);
	return rc != 0 ? -1 : found;
}

static int
read_days(struct telling *t, const struct id *case_id, struct buf *out,
    struct err *e)
{
	struct stmt *q = db_prepare(t->s->db, "SELECT day FROM looked WHERE "
	    "case_id = ? AND day < ? ORDER BY day LIMIT 35");
	int rc;

	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, t->today);
	while ((rc = db_step(q, e)) == 1) {
		struct view day = db_blob(q, 0);

		if (out->len > 0)
			buf_add_str(out, " ");
		buf_add(out, day.data, day.len);
	}
	return rc != 0 ? -1 : buf_check(out, "the days of a case", e);
}

static int
forget_tx(struct telling *t, const struct id *case_id, const char *days,
    struct err *e)
{
	struct stmt *q = db_prepare(t->s->db, "DELETE FROM looked WHERE "
	    "case_id = ?1 AND instr(?2, day) > 0");

	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, days);
	return db_run(q, e);
}

static int
tell_case(struct telling *t, const struct id *case_id, struct err *e)
{
	struct assignment set = { "days", NULL };
	struct entry_draft d = { .type = TYPE_VIEW, .set = &set, .n = 1 };
	struct buf days;
	struct id id;
	int rc = find_place(t->s, case_id, &d.space, e);

	if (rc != 1)
		return rc;
	buf_init(&days, DAYS_BYTES);
	rc = read_days(t, case_id, &days, e);
	if (rc == 0 && days.len > 0) {
		set.text = buf_str(&days);
		rc = db_begin(t->s->db, e);
		if (rc == 0 && (entries_add_tx(t->session, &d, &id, e) != 0 ||
		    forget_tx(t, case_id, set.text, e) != 0 ||
		    db_commit(t->s->db, e) != 0)) {
			db_rollback(t->s->db);
			rc = -1;
		}
	}
	buf_done(&days);
	return rc;
}

int
viewed_tell(struct session *session, struct err *e)
{
	struct telling t = { .session = session,
		.s = session_store(session) };
	struct stmt *q;
	struct buf cases;
	struct id id;
	size_t at;
	int rc;

	if (t.s->stage != STORE_MEMBER || t.s->stopped)
		return 0;
	day_text(tick_wall_ms(&t.s->tick), t.today);
	buf_init(&cases, ITEMS_BYTES);
	q = db_prepare(t.s->db, "SELECT DISTINCT case_id FROM looked WHERE "
	    "day < ?");
	db_bind_text(q, 1, t.today);
	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(&cases, &id, sizeof(id));
	for (at = 0; rc == 0 && at < cases.len; at += sizeof(id)) {
		memcpy(&id, cases.data + at, sizeof(id));
		rc = tell_case(&t, &id, e);
	}
	buf_done(&cases);
	return rc;
}

/* ---- listing ---- */

void
viewed_list_done(struct viewed_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		mem_free(l->items[i].name);
	mem_free(l->items);
	mem_free(l->silent);
	memset(l, 0, sizeof(*l));
}

static void
add_days(struct buf *items, const char *name, const char *days, bool told)
{
	struct viewed_item item;
	size_t len;

	for (; *days != '\0'; days += len) {
		days += strspn(days, " ");
		len = strcspn(days, " ");
		if (len != DAY_TEXT_BYTES - 1)
			continue;
		memset(&item, 0, sizeof(item));
		item.name = mem_dup(name);
		memcpy(item.day, days, len);
		item.told = told;
		buf_add(items, &item, sizeof(item));
	}
}

static int
add_own(struct session *session, const struct id *case_id, struct buf *items,
    struct err *e)
{
	struct store *s = session_store(session);
	struct stmt *q;
	char name[160], day[DAY_TEXT_BYTES];
	int rc;

	if (people_name(session, &s->person, name, e) != 0)
		return -1;
	q = db_prepare(s->db, "SELECT day FROM looked WHERE case_id = ?");
	db_bind_id(q, 1, case_id);
	while ((rc = db_step(q, e)) == 1) {
		struct view v = db_blob(q, 0);

		if (v.len != DAY_TEXT_BYTES - 1)
			continue;
		memcpy(day, v.data, v.len);
		day[v.len] = '\0';
		add_days(items, name, day, false);
	}
	return rc;
}

struct let_in {
	struct id person;
	bool writes;
};

static void
add_reader(struct let_in *list, size_t *n, const struct epoch_recipient *r)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (id_eq(&list[i].person, &r->person))
			break;
	if (i == PERSONS_MAX)
		return;
	if (i == *n) {
		list[(*n)++].person = r->person;
		list[i].writes = false;
	}
	list[i].writes = list[i].writes || r->right != RIGHT_READ;
}

static int
read_space(struct store *s, const struct space *sp, struct let_in *list,
    size_t *n, struct err *e)
{
	struct space_epoch se;
	size_t k;
	int rc = spaces_epoch_find(s, &sp->id, sp->epoch, &se, e);

	if (rc != 1)
		return rc;
	for (k = 0; k < se.ep.recipient_count; k++)
		add_reader(list, n, &se.ep.recipients[k]);
	space_epoch_done(&se);
	return 0;
}

/* Who is let in somewhere, and may write nowhere in the case. */
static int
find_silent(struct session *session, const struct id *case_id, char **out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct space *spaces = mem_new(SPACES_MAX * sizeof(*spaces));
	struct let_in *list = mem_new(PERSONS_MAX * sizeof(*list));
	char name[160];
	struct buf b;
	size_t i, n = 0, readers = 0;
	int rc = spaces_list(s, case_id, spaces, SPACES_MAX, &n, e);

	buf_init(&b, PERSONS_MAX * 164);
	for (i = 0; rc == 0 && i < n; i++)
		if (spaces[i].state == SPACE_OPEN)
			rc = read_space(s, &spaces[i], list, &readers, e);
	for (i = 0; rc == 0 && i < readers; i++) {
		if (list[i].writes)
			continue;
		rc = people_name(session, &list[i].person, name, e);
		buf_add_fmt(&b, "%s%s", b.len > 0 ? ", " : "", name);
	}
	if (rc == 0)
		*out = mem_dup(buf_str(&b));
	buf_done(&b);
	mem_free(list);
	mem_free(spaces);
	return rc;
}

static int
cmp_newest(const void *va, const void *vb)
{
	const struct viewed_item *a = va, *b = vb;
	int c = strcmp(b->day, a->day);

	return c != 0 ? c : strcmp(a->name, b->name);
}

int
viewed_list(struct session *session, const struct id *case_id,
    struct viewed_list *out, struct err *e)
{
	struct records_query q = { .type = TYPE_VIEW, .case_id = case_id };
	struct record_list l;
	struct buf items;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	if (records_list(session, &q, &l, e) != 0)
		return -1;
	buf_init(&items, ITEMS_BYTES);
	for (i = 0; i < l.count; i++) /* who wrote it, not whom it names */
		add_days(&items, l.items[i].author,
		    record_field(&l.items[i], "days"), true);
	record_list_done(&l);
	rc = add_own(session, case_id, &items, e);
	if (rc == 0)
		rc = find_silent(session, case_id, &out->silent, e);
	if (rc == 0)
		rc = buf_check(&items, "who has looked", e);
	out->count = items.len / sizeof(*out->items);
	out->items = mem_new((out->count + 1) * sizeof(*out->items));
	if (out->count > 0) {
		memcpy(out->items, items.data,
		    out->count * sizeof(*out->items));
		qsort(out->items, out->count, sizeof(*out->items),
		    cmp_newest);
	}
	buf_done(&items);
	if (rc != 0)
		viewed_list_done(out);
	return rc;
}
