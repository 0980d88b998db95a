/*
 * The list of what is due: asked of every feature, given names and places, put
 * in the order in which it can be done.
 */
#include "client/core/due_list.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/local/day.h"
#include "client/core/local/store.h"
#include "client/core/local/utf8.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"

#define VISIT_DAYS 35 /* a school is visited once a month, or not planned */
#define LINES_BYTES ((size_t)8 << 20)

/* To add a source: declare it in due.h, name it here. */
static int (*const sources[])(struct due *d, struct err *e) = {
	due_consents,
	due_goals,
	due_meetings,
	due_tasks,
	due_service,
	due_inbox,
	due_signals,
	due_assessments,
	due_referrals,
	due_reviews,
	due_retention,
};

static void
line_done(struct due_line *l)
{
	mem_free((char *)l->item.school);
	mem_free((char *)l->item.words);
	mem_free((char *)l->item.command);
	mem_free(l->who);
}

/* ---- names and places ---- */

struct naming { /* what one list has looked up already */
	struct id id;
	char *who, *school;
	bool closed;
};

static void
names_done(struct buf *names)
{
	struct naming *n = (struct naming *)(void *)names->data;
	size_t i;

	for (i = 0; i < names->len / sizeof(*n); i++) {
		mem_free(n[i].who);
		mem_free(n[i].school);
	}
	buf_done(names);
}

static bool
is_over(const char *status)
{
	return strcmp(status, "closed") == 0 || strcmp(status, "moved") == 0 ||
	    strcmp(status, "declined") == 0;
}

static int
name_case(struct session *s, const struct id *id, struct buf *names,
    struct err *e)
{
	struct naming n = { .id = *id };
	struct case_place p;

	if (cases_place(s, id, &p, e) != 0)
		return -1;
	n.who = mem_dup(p.label);
	n.school = mem_dup(p.school);
	n.closed = is_over(p.status);
	case_place_done(&p);
	buf_add(names, &n, sizeof(n));
	return buf_check(names, "the list of what is due", e);
}

static void
name_rooms(const struct room_list *rooms, struct buf *names)
{
	struct naming n = { .closed = false };
	size_t i;

	for (i = 0; i < rooms->count; i++) {
		const struct room_item *r = &rooms->items[i];
		bool site = strcmp(r->kind, ROOMS_SITE) == 0;

		n.id = r->space;
		n.who = mem_dup(r->name);
		n.school = mem_dup(site ? r->name : r->school);
		buf_add(names, &n, sizeof(n));
	}
}

static const struct naming *
named(const struct buf *names, const struct id *id)
{
	const struct naming *n = (const void *)names->data;
	size_t i;

	for (i = 0; i < names->len / sizeof(*n); i++)
		if (id_eq(&n[i].id, id))
			return &n[i];
	return NULL;
}

/* 1 it is due, 0 not any more, -1. */
static int
name_line(struct session *s, struct due_line *l, struct buf *names,
    struct err *e)
{
	const struct id *id = id_is_zero(&l->item.case_id) ? &l->item.space :
	    &l->item.case_id;
	const struct naming *n = named(names, id);

	if (n == NULL && id == &l->item.case_id) {
		if (name_case(s, id, names, e) != 0)
			return -1;
		n = named(names, id);
	}
	if (l->item.while_open && n != NULL && n->closed)
		return 0;
	l->who = mem_dup(n != NULL ? n->who : "");
	if (l->item.school == NULL)
		l->item.school = mem_dup(n != NULL ? n->school : "");
	return 1;
}

/* ---- the list ---- */

struct ordered { /* a line and the day it is done on */
	int64_t day_ms;
	struct due_line line;
};

static int64_t
day_to_do(const struct due_line *l, int64_t today_ms)
{
	int64_t day = l->item.at_ms < today_ms ? today_ms : l->item.at_ms;

	if (l->visit_ms == 0)
		return day;
	return l->item.at_ms >= today_ms && day < l->visit_ms ? day :
	    l->visit_ms;
}

static int
cmp_ordered(const void *va, const void *vb)
{
	const struct ordered *x = va, *y = vb;
	const struct due_line *a = &x->line, *b = &y->line;

	if (a->item.urgent != b->item.urgent)
		return a->item.urgent ? -1 : 1;
	if (x->day_ms != y->day_ms)
		return x->day_ms < y->day_ms ? -1 : 1;
	if (a->item.at_ms != b->item.at_ms)
		return a->item.at_ms < b->item.at_ms ? -1 : 1;
	return id_cmp(&a->item.record, &b->item.record);
}

static bool
is_wanted(const struct due_query *q, const struct due_line *l)
{
	return q->school == NULL ||
	    utf8_same(view_str(q->school), view_str(l->item.school));
}

static int
choose(struct due *d, const struct due_query *q, struct buf *names,
    struct due_list *out, struct err *e)
{
	struct due_line *from = (struct due_line *)(void *)d->lines.data;
	size_t n = d->lines.len / sizeof(*from), i;
	const struct visit *v;
	int rc = 0;

	out->lines = mem_new((n > 0 ? n : 1) * sizeof(*out->lines));
	for (i = 0; rc >= 0 && i < n; i++) {
		rc = name_line(d->session, &from[i], names, e);
		if (rc != 1 || !is_wanted(q, &from[i]))
			continue;
		v = visits_next(&out->visits, from[i].item.school);
		from[i].visit_ms = v != NULL ? v->day_ms : 0;
		out->lines[out->count++] = from[i];
		memset(&from[i], 0, sizeof(from[i]));
	}
	return rc < 0 ? -1 : 0;
}

static void
put_in_order(struct due_list *l)
{
	struct ordered *o = mem_new((l->count + 1) * sizeof(*o));
	size_t i;

	for (i = 0; i < l->count; i++) {
		o[i].line = l->lines[i];
		o[i].day_ms = day_to_do(&l->lines[i], l->today_ms);
	}
	if (l->count > 1)
		qsort(o, l->count, sizeof(*o), cmp_ordered);
	for (i = 0; i < l->count; i++)
		l->lines[i] = o[i].line;
	mem_free(o);
}

static int
finish(struct due *d, const struct due_query *q, struct due_list *out,
    struct err *e)
{
	struct room_list rooms;
	struct buf names;
	int rc;

	if (rooms_list(d->session, NULL, &rooms, e) != 0)
		return -1;
	buf_init(&names, LINES_BYTES);
	name_rooms(&rooms, &names);
	out->today_ms = d->today_ms;
	rc = visits_list(d->session, &rooms, d->today_ms, VISIT_DAYS,
	    &out->visits, e);
	if (rc == 0)
		rc = choose(d, q, &names, out, e);
	if (rc == 0)
		rc = buf_check(&names, "the list of what is due", e);
	if (rc == 0)
		put_in_order(out);
	names_done(&names);
	room_list_done(&rooms);
	return rc;
}

static void
set_days(struct due *d, const struct due_query *q)
{
	char today[DAY_TEXT_BYTES];

	d->now_ms = store_now_ms(d->store);
	if (!day_parse(view_str(day_text(d->now_ms, today)), &d->today_ms))
		d->today_ms = d->now_ms;
	d->until_ms = d->today_ms +
	    (q->days > 0 ? q->days : DUE_DAYS) * DAY_MS;
}

int
due_list(struct session *session, const struct due_query *q,
    struct due_list *out, struct err *e)
{
	struct due d = { .session = session,
		.store = session_store(session) };
	struct due_line *l;
	size_t i;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	set_days(&d, q);
	buf_init(&d.lines, LINES_BYTES);
	for (i = 0; rc == 0 && i < sizeof(sources) / sizeof(sources[0]); i++)
		rc = sources[i](&d, e);
	if (rc == 0)
		rc = buf_check(&d.lines, "the list of what is due", e);
	if (rc == 0)
		rc = finish(&d, q, out, e);
	l = (struct due_line *)(void *)d.lines.data;
	for (i = 0; i < d.lines.len / sizeof(*l); i++)
		line_done(&l[i]);
	buf_done(&d.lines);
	if (rc != 0)
		due_list_done(out);
	return rc;
}

void
due_list_done(struct due_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		line_done(&l->lines[i]);
	mem_free(l->lines);
	visits_done(&l->visits);
	memset(l, 0, sizeof(*l));
}
